/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_raw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/mutex.h"
#include "msg/transport_choice.h"

/* What a client sends first: le32 magic, size, messages in a burst (0: ping-pong). */
#define HEAD_LEN    12
#define MAGIC       0x77617262u
#define BURST_BYTES (64u << 20)
#define BURST_MAX   1024u
#define DIAL_NS     (10 * NSEC_PER_SEC)

/* One connected end. */
struct raw {
    const struct transport *transport;
    struct transport_poller *poller;
    struct transport_socket *socket; /* in the poller */
    unsigned interest;
    bool spin;
    uint8_t *buf; /* size bytes */
    uint32_t size, burst;
};

/* A socket on its way from a thread of the transport's to ours. */
struct handover {
    struct mutex lock;
    struct cond changed;
    struct transport_socket *socket; /* lock */
    int error;                       /* lock */
    bool done;                       /* lock */
};

static void handover_init(struct handover *h)
{
    memset(h, 0, sizeof(*h));
    mutex_init(&h->lock, "bench handover", LOCK_RANK_DAEMON);
    cond_init(&h->changed);
}

static void handover_destroy(struct handover *h)
{
    mutex_destroy(&h->lock);
    cond_destroy(&h->changed);
}

static void hand_over(struct handover *h, struct transport_socket *s, int error)
{
    struct transport_socket *busy = NULL;

    mutex_lock(&h->lock);
    if (h->done)
        busy = s; /* one waits already, and one is enough */
    else
        h->socket = s;
    if (!busy)
        h->error = error;
    h->done = true;
    cond_signal(&h->changed);
    mutex_unlock(&h->lock);
    if (busy)
        busy->transport->close(busy);
}

static void accepted(void *arg, struct transport_socket *s, const struct sockaddr *peer UNUSED)
{
    hand_over(arg, s, 0);
}

static void dialled(void *arg, int error, struct transport_socket *s)
{
    hand_over(arg, s, error);
}

static int take_over(struct handover *h, struct transport_socket **out)
{
    int r;

    mutex_lock(&h->lock);
    while (!h->done)
        cond_wait(&h->changed, &h->lock);
    *out = h->socket;
    r = h->error;
    h->socket = NULL;
    h->done = false;
    mutex_unlock(&h->lock);
    return r;
}

static int await(struct raw *r, unsigned interest)
{
    struct transport_event *events;
    int n;

    if (r->spin)
        return 0;
    if (r->interest != interest)
        r->transport->poller_set(r->poller, r->socket, interest);
    r->interest = interest;
    n = r->transport->poller_wait(r->poller, UINT64_MAX, 0, &events);
    return n < 0 ? n : 0;
}

/* 0, -ECONNRESET where the stream ends, or another error. */
static int recv_all(struct raw *r, size_t len)
{
    /* The answer to what was just sent cannot be there yet: no try in vain before sleeping. */
    int e = await(r, TRANSPORT_READ);

    if (e < 0)
        return e;
    for (size_t have = 0; have < len;) {
        ssize_t n = r->transport->recv(r->socket, r->buf + have, len - have);
        if (n == 0)
            return -ECONNRESET;
        if (n == -EAGAIN)
            n = await(r, TRANSPORT_READ);
        if (n < 0)
            return (int)n;
        have += (size_t)n;
    }
    return 0;
}

static int send_all(struct raw *r, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        struct iovec iov = {.iov_base = r->buf + sent, .iov_len = len - sent};
        ssize_t n = r->transport->sendv(r->socket, &iov, 1);
        if (n == -EAGAIN)
            n = await(r, TRANSPORT_WRITE);
        if (n < 0)
            return (int)n;
        sent += (size_t)n;
    }
    return 0;
}

/* Takes the socket into a poller of its own, with a buffer for the head. */
static int raw_open(struct raw *r, const struct conf *conf, struct transport_socket *s)
{
    bool tcp = s->transport == &transport_tcp;
    int e;

    memset(r, 0, sizeof(*r));
    r->transport = s->transport;
    r->socket = s;
    r->spin = conf_u64(conf, tcp ? OPT_ms_tcp_spin_us : OPT_ms_rsockets_spin_us) != 0;
    r->buf = malloc(HEAD_LEN);
    e = r->buf ? r->transport->poller_create(&r->poller) : -ENOMEM;
    if (e == 0) {
        r->interest = TRANSPORT_READ;
        e = r->transport->poller_add(r->poller, s, r->interest, r);
        if (e < 0) {
            r->transport->poller_destroy(r->poller);
            r->poller = NULL;
        }
    }
    return e;
}

static void raw_close(struct raw *r)
{
    if (r->poller) {
        r->transport->poller_remove(r->poller, r->socket);
        r->transport->poller_destroy(r->poller);
    }
    r->transport->close(r->socket);
    free(r->buf);
}

static int set_size(struct raw *r, uint32_t size, uint32_t burst)
{
    uint8_t *buf = realloc(r->buf, size < HEAD_LEN ? HEAD_LEN : size);

    if (!buf)
        return -ENOMEM;
    memset(buf, 0, size);
    r->buf = buf;
    r->size = size;
    r->burst = burst;
    return 0;
}

static struct transport_socket_options socket_options(const struct conf *conf)
{
    return (struct transport_socket_options){
        .nodelay = conf_bool(conf, OPT_ms_tcp_nodelay),
        .rcvbuf = (int)conf_u64(conf, OPT_ms_tcp_rcvbuf),
        .sndbuf = (int)conf_u64(conf, OPT_ms_tcp_sndbuf),
    };
}

/* ---- server ---- */

static int serve_one(struct raw *r)
{
    uint32_t size, burst;
    int e = recv_all(r, HEAD_LEN);

    if (e < 0)
        return e;
    size = get_le32(r->buf + 4);
    burst = get_le32(r->buf + 8);
    if (get_le32(r->buf) != MAGIC || size == 0 || size > MSGR_BENCH_SIZE_MAX || burst > BURST_MAX)
        return -EBADMSG;
    e = set_size(r, size, burst);
    while (e == 0 && r->burst == 0) {
        e = recv_all(r, r->size);
        if (e == 0)
            e = send_all(r, r->size);
    }
    while (e == 0) {
        for (unsigned i = 0; e == 0 && i < r->burst; i++)
            e = recv_all(r, r->size);
        if (e == 0)
            e = send_all(r, 1);
    }
    return e;
}

static const struct transport *transport_of(const struct entity_addr *a, const struct conf *conf, char *err,
                                            size_t err_size)
{
    const struct transport *t = transport_for_addr_type(a->type);

    if (!t)
        snprintf(err, err_size, "this build cannot reach %s addresses", entity_addr_type_name(a->type));
    else if (t->start(conf, err, err_size) < 0)
        t = NULL;
    return t;
}

int msgr_bench_raw_serve(const struct conf *conf, const struct entity_addr *addr,
                         void (*bound)(void *arg, const struct entity_addr *addr), void *arg, char *err,
                         size_t err_size)
{
    const struct transport *t = transport_of(addr, conf, err, err_size);
    const struct transport_socket_options options = socket_options(conf);
    struct entity_addr at = *addr;
    struct transport_listener *listener;
    struct sockaddr_storage real;
    struct transport_socket *s = NULL;
    struct handover h;
    struct raw r;
    int e;

    if (!t)
        return -ENODEV;
    handover_init(&h);
    e = t->listen(&addr->sa, entity_addr_socklen(addr), &options, accepted, &h, &real, &listener);
    if (e < 0) {
        snprintf(err, err_size, "cannot listen: %s", strerror(-e));
    } else {
        entity_addr_set_sockaddr(&at, (struct sockaddr *)&real);
        bound(arg, &at);
        while ((e = take_over(&h, &s)) == 0) {
            if (raw_open(&r, conf, s) == 0)
                (void)serve_one(&r); /* ends when the client has enough */
            raw_close(&r);
        }
        t->unlisten(listener);
    }
    handover_destroy(&h);
    t->stop();
    return e;
}

/* ---- client ---- */

static int dial(const struct transport *t, const struct conf *conf, const struct entity_addr *server,
                struct transport_socket **out)
{
    const struct transport_socket_options options = socket_options(conf);
    struct transport_dial *d;
    struct handover h;
    int e;

    handover_init(&h);
    e = t->dial(&server->sa, entity_addr_socklen(server), NULL, 0, &options, clock_monotonic_ns() + DIAL_NS,
                dialled, &h, &d);
    if (e == 0) {
        e = take_over(&h, out);
        t->cancel(d);
    }
    handover_destroy(&h);
    return e;
}

/* One round trip, or one burst. */
static int once(struct raw *r)
{
    int e = 0;

    if (r->burst == 0) {
        e = send_all(r, r->size);
        return e < 0 ? e : recv_all(r, r->size);
    }
    for (unsigned i = 0; e == 0 && i < r->burst; i++)
        e = send_all(r, r->size);
    return e < 0 ? e : recv_all(r, 1);
}

static int measure(struct raw *r, const struct msgr_bench_case *what, struct msgr_bench_result *out)
{
    struct msgr_bench_stats before, after;
    uint64_t began = clock_monotonic_ns(), now = began, last;
    int e = 0;

    while (e == 0 && now - began < what->warmup_ns) {
        e = once(r);
        now = clock_monotonic_ns();
    }
    msgr_bench_own_stats(&before);
    began = now = clock_monotonic_ns();
    while (e == 0 && now - began < what->time_ns) {
        e = once(r);
        last = now;
        now = clock_monotonic_ns();
        out->messages += r->burst ? r->burst : 1;
        latency_histogram_add(&out->latency, now - last);
    }
    msgr_bench_own_stats(&after);
    out->elapsed_ns = now - began;
    out->client_cpu_ns = after.cpu_ns - before.cpu_ns;
    return e;
}

int msgr_bench_raw_run(const struct conf *conf, const struct entity_addr *server,
                       const struct msgr_bench_case *what, struct msgr_bench_result *out, char *err,
                       size_t err_size)
{
    const struct transport *t = transport_of(server, conf, err, err_size);
    uint32_t burst = BURST_BYTES / what->size;
    struct transport_socket *s = NULL;
    struct raw r;
    int e;

    memset(out, 0, sizeof(*out));
    latency_histogram_init(&out->latency);
    if (!t)
        return -ENODEV;
    if (what->pattern == MSGR_BENCH_PING_PONG)
        burst = 0;
    else if (burst > BURST_MAX)
        burst = BURST_MAX;
    e = dial(t, conf, server, &s);
    if (e < 0) {
        snprintf(err, err_size, "cannot connect: %s", strerror(-e));
        t->stop();
        return e;
    }
    e = raw_open(&r, conf, s);
    if (e == 0) {
        put_le32(r.buf, MAGIC);
        put_le32(r.buf + 4, what->size);
        put_le32(r.buf + 8, burst);
        e = send_all(&r, HEAD_LEN);
    }
    if (e == 0)
        e = set_size(&r, what->size, burst);
    if (e == 0)
        e = measure(&r, what, out);
    if (e < 0)
        snprintf(err, err_size, "raw run of %u bytes: %s", what->size, strerror(-e));
    raw_close(&r);
    t->stop();
    return e;
}
