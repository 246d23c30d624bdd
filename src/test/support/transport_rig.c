/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/support/transport_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "transport/sockaddr.h"

const struct conf *rig_conf;

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint8_t pattern(uint64_t seed, uint64_t at)
{
    return (uint8_t)(mix(seed ^ (at >> 3)) >> ((at & 7) * 8));
}

void rig_fill(uint64_t seed, uint64_t offset, uint8_t *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf[i] = pattern(seed, offset + i);
}

bool rig_matches(uint64_t seed, uint64_t offset, const uint8_t *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (buf[i] != pattern(seed, offset + i))
            return false;
    return true;
}

void rig_init(struct rig *rig, const struct transport *t)
{
    char err[256] = "";
    int r;

    memset(rig, 0, sizeof(*rig));
    rig->t = t;
    rig->options.nodelay = true;
    list_init(&rig->ends);
    list_init(&rig->arrivals);
    list_init(&rig->dialling);
    pthread_mutex_init(&rig->lock, NULL);
    r = t->start(rig_conf, err, sizeof(err));
    if (r)
        fail_msg("start: %s (%s)", strerror(-r), err);
    assert_int_equal(t->poller_create(&rig->poller), 0);
}

void rig_hang_up(struct rig_end *e)
{
    if (!e->socket)
        return;
    e->rig->t->poller_remove(e->rig->poller, e->socket);
    e->rig->t->close(e->socket);
    e->socket = NULL;
}

void rig_destroy(struct rig *rig)
{
    if (rig->listener)
        rig->t->unlisten(rig->listener);
    list_for_each_safe(e, &rig->dialling, struct rig_end, dialling) {
        list_remove(&e->dialling);
        if (!rig->t->cancel(e->dial))
            free(e);
    }
    list_for_each_safe(e, &rig->arrivals, struct rig_end, link) {
        if (e->socket)
            rig->t->close(e->socket);
        free(e);
    }
    list_for_each_safe(e, &rig->ends, struct rig_end, link) {
        rig_hang_up(e);
        free(e);
    }
    rig->t->poller_destroy(rig->poller);
    rig->t->stop();
    pthread_mutex_destroy(&rig->lock);
}

static struct rig_end *end_create(struct rig *rig, enum rig_mode mode)
{
    struct rig_end *e = calloc(1, sizeof(*e));

    if (!e)
        abort();
    list_init(&e->link);
    list_init(&e->dialling);
    e->rig = rig;
    e->mode = mode;
    return e;
}

static void arrive(struct rig_end *e)
{
    pthread_mutex_lock(&e->rig->lock);
    list_add_tail(&e->rig->arrivals, &e->link);
    pthread_mutex_unlock(&e->rig->lock);
    e->rig->t->poller_wake(e->rig->poller);
}

static void on_accepted(void *arg, struct transport_socket *s, const struct sockaddr *peer)
{
    struct rig *rig = arg;
    struct rig_end *e = end_create(rig, rig->accept_mode);

    e->accepted = true;
    e->socket = s;
    memcpy(&e->peer, peer, sockaddr_len(peer));
    arrive(e);
}

static void on_dialled(void *arg, int error, struct transport_socket *s)
{
    struct rig_end *e = arg;

    e->error = error;
    e->socket = s;
    arrive(e);
}

void rig_listen(struct rig *rig, const struct sockaddr *sa, enum rig_mode mode)
{
    int r;

    rig->accept_mode = mode;
    rig->options.backlog = 512;
    r = rig->t->listen(sa, sockaddr_len(sa), &rig->options, on_accepted, rig, &rig->bound, &rig->listener);
    if (r)
        fail_msg("listen: %s", strerror(-r));
}

static struct rig_end *dial(struct rig *rig, const struct sockaddr *local, const struct sockaddr *sa,
                            enum rig_mode mode, uint64_t bytes, uint64_t timeout_ns)
{
    static uint64_t seeds = 1;
    struct rig_end *e = end_create(rig, mode);
    int r;

    e->seed = mix(seeds++);
    e->to_send = bytes;
    e->to_receive = mode == RIG_SOURCE ? bytes : 0;
    list_add_tail(&rig->dialling, &e->dialling);
    r = rig->t->dial(sa, sockaddr_len(sa), local, local ? sockaddr_len(local) : 0, &rig->options,
                     clock_monotonic_ns() + timeout_ns, on_dialled, e, &e->dial);
    if (r)
        fail_msg("dial: %s", strerror(-r));
    return e;
}

struct rig_end *rig_dial_to(struct rig *rig, const struct sockaddr *sa, enum rig_mode mode, uint64_t bytes,
                            uint64_t timeout_ns)
{
    return dial(rig, NULL, sa, mode, bytes, timeout_ns);
}

struct rig_end *rig_dial_from(struct rig *rig, const struct sockaddr *local, const struct sockaddr *sa)
{
    return dial(rig, local, sa, RIG_MUTE, 0, 30 * NSEC_PER_SEC);
}

struct rig_end *rig_dial(struct rig *rig, enum rig_mode mode, uint64_t bytes)
{
    return rig_dial_to(rig, (struct sockaddr *)&rig->bound, mode, bytes, 60 * NSEC_PER_SEC);
}

static unsigned wanted(const struct rig_end *e)
{
    const bool more = e->sent < e->to_send;

    if (e->ended || e->error)
        return 0;
    switch (e->mode) {
    case RIG_ECHO:
        return e->held ? TRANSPORT_WRITE : TRANSPORT_READ;
    case RIG_SOURCE:
        return TRANSPORT_READ | (more ? TRANSPORT_WRITE : 0u);
    case RIG_SINK:
        return TRANSPORT_READ;
    case RIG_FLOOD:
        return TRANSPORT_WRITE;
    case RIG_CHURN:
        return TRANSPORT_READ | TRANSPORT_WRITE;
    case RIG_MUTE:
        break;
    }
    return 0;
}

static void take_arrivals(struct rig *rig)
{
    struct list some;

    list_init(&some);
    pthread_mutex_lock(&rig->lock);
    list_splice_tail(&some, &rig->arrivals);
    pthread_mutex_unlock(&rig->lock);
    list_for_each_safe(e, &some, struct rig_end, link) {
        list_remove(&e->link);
        list_add_tail(&rig->ends, &e->link);
        list_remove(&e->dialling);
        if (e->dial)
            assert_true(rig->t->cancel(e->dial));
        e->dial = NULL;
        e->interest = wanted(e);
        if (e->socket)
            assert_int_equal(rig->t->poller_add(rig->poller, e->socket, e->interest, e), 0);
    }
}

static void end_read(struct rig_end *e)
{
    uint8_t junk[RIG_BUFFER], *to = e->mode == RIG_ECHO ? e->buffer : junk;
    ssize_t n = e->rig->t->recv(e->socket, to, RIG_BUFFER);

    if (n == -EAGAIN)
        return;
    if (n < 0)
        e->error = (int)n;
    if (n == 0)
        e->ended = true;
    if (n <= 0)
        return;
    if (e->mode == RIG_ECHO)
        e->held = (size_t)n;
    else if (e->mode != RIG_CHURN && !rig_matches(e->seed, e->received, junk, (size_t)n))
        e->corrupt = true;
    e->received += (uint64_t)n;
}

static void end_write(struct rig_end *e)
{
    uint8_t out[RIG_BUFFER];
    struct iovec iov[2] = {{.iov_base = e->buffer, .iov_len = e->held}, {NULL, 0}};
    ssize_t n;

    if (e->mode != RIG_ECHO) {
        uint64_t left = e->mode == RIG_SOURCE ? e->to_send - e->sent : RIG_BUFFER;
        size_t len = left < RIG_BUFFER ? (size_t)left : RIG_BUFFER;

        rig_fill(e->seed, e->sent, out, len);
        /* in two pieces: most of what is sent is gathered */
        iov[0] = (struct iovec){out, len / 3};
        iov[1] = (struct iovec){out + len / 3, len - len / 3};
    }
    n = e->rig->t->sendv(e->socket, iov, e->mode == RIG_ECHO ? 1 : 2);
    if (n == -EAGAIN)
        return;
    if (n < 0) {
        e->error = (int)n;
        return;
    }
    e->sent += (uint64_t)n;
    if (e->mode == RIG_ECHO) {
        e->held -= (size_t)n;
        memmove(e->buffer, e->buffer + n, e->held);
    }
}

static void serve(struct rig *rig, struct transport_event *ev)
{
    struct rig_end *e = ev->arg;
    unsigned want;

    if (!e)
        return;
    if (ev->events & TRANSPORT_HANGUP)
        e->hangups++;
    if (ev->events & TRANSPORT_READ && e->interest & TRANSPORT_READ)
        end_read(e);
    if (ev->events & TRANSPORT_WRITE && e->interest & TRANSPORT_WRITE && !e->error)
        end_write(e);
    want = wanted(e);
    if (want != e->interest)
        rig->t->poller_set(rig->poller, e->socket, want);
    e->interest = want;
}

bool rig_run(struct rig *rig, rig_done_fn done, void *arg, unsigned timeout_ms)
{
    const uint64_t deadline = clock_monotonic_ns() + timeout_ms * NSEC_PER_MSEC;

    for (;;) {
        struct transport_event *events;
        uint64_t until;
        int n;

        take_arrivals(rig);
        if (done && done(rig, arg))
            return true;
        if (clock_monotonic_ns() >= deadline)
            return false;
        /* Without a condition to look at, only events matter. */
        until = done ? clock_monotonic_ns() + 20 * NSEC_PER_MSEC : deadline;
        n = rig->t->poller_wait(rig->poller, until < deadline ? until : deadline, rig->spin_ns, &events);
        rig->waits++;
        assert_true(n >= 0);
        for (int i = 0; i < n; i++)
            serve(rig, &events[i]);
    }
}

bool rig_sources_done(struct rig *rig, void *unused)
{
    if (!rig_all_arrived(rig, unused))
        return false;
    list_for_each(e, &rig->ends, struct rig_end, link)
        if (e->mode == RIG_SOURCE && !e->error && !e->ended && e->received < e->to_receive)
            return false;
    return true;
}

bool rig_all_arrived(struct rig *rig, void *unused UNUSED)
{
    return list_empty(&rig->dialling);
}

bool rig_accepted(struct rig *rig, void *count)
{
    unsigned n = 0;

    list_for_each(e, &rig->ends, struct rig_end, link)
        n += e->accepted;
    return n >= *(unsigned *)count;
}

struct rig_end *rig_last_accepted(struct rig *rig)
{
    struct rig_end *last = NULL;

    list_for_each(e, &rig->ends, struct rig_end, link)
        if (e->accepted)
            last = e;
    return last;
}
