/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_peer: a whole program on nothing but msg/messenger.h: one of two processes that talk without loss.
 *
 *     msgr_peer listen ADDRS [--OPTION VALUE]...            prints its addresses, answers until SIGTERM
 *     msgr_peer send ADDRS COUNT BYTES [--OPTION VALUE]...  sends COUNT numbered messages and checks each
 * answer
 *
 * ADDRS is an address or a list, such as [rdma:192.0.2.1:6800,v1:192.0.2.1:6800]; options are those of
 * ceph.conf
 * (--ms_type rsockets --ms_inject_socket_failures 500). Both ends are lossless peers, so whatever happens to
 * their sockets, every message comes once and in order: the sender leaves with status 0 only if that is so.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/crc32c.h"
#include "common/mutex.h"
#include "msg/messenger.h"

#define TYPE_NUMBERED 4000
#define OSD_PROTOCOL  10
#define IN_FLIGHT     64
#define PATIENCE_NS   (120 * NSEC_PER_SEC)

struct peer {
    struct messenger *m;
    bool answers;
    struct mutex lock;
    struct cond changed;
    uint64_t received, wrong, connects, resets; /* lock */
};

/* A number, and bytes made from it with their crc, so that a mix-up anywhere shows. */
static struct message *make_numbered(uint64_t number, size_t len)
{
    struct message *m = message_create(TYPE_NUMBERED, 1, 1);
    struct buffer *b = buffer_create(len);
    struct encode e;

    if (!m || !b)
        abort();
    for (size_t i = 0; i < len; i++)
        b->data[i] = (uint8_t)(number + i * 7);
    encode_init(&e);
    encode_u64(&e, number);
    encode_u32(&e, crc32c(0, b->data, len));
    m->tid = number;
    if (message_set_front(m, &e) < 0 || bufferlist_append(&m->data, slice_of(b)) < 0)
        abort();
    return m;
}

static bool is_whole(const struct message *m, uint64_t number)
{
    struct decode d;
    uint64_t told;
    uint32_t crc;

    decode_init(&d, m->front.data, m->front.len);
    told = decode_u64(&d);
    crc = decode_u32(&d);
    return decode_finish(&d) == 0 && told == number && crc == bufferlist_crc32c(&m->data, 0);
}

static bool dispatch(void *arg, struct message *m)
{
    struct peer *p = arg;
    uintptr_t due; /* each connection is counted by itself */

    if (m->type != TYPE_NUMBERED)
        return false;
    due = (uintptr_t)connection_private(m->con) + 1;
    connection_set_private(m->con, (void *)due, NULL);
    mutex_lock(&p->lock);
    p->received++;
    if (!is_whole(m, due)) {
        p->wrong++;
        fprintf(stderr, "message %llu came where %llu was due, or was damaged\n", (unsigned long long)m->tid,
                (unsigned long long)due);
    }
    if (p->answers)
        connection_send(m->con, make_numbered(m->tid, m->data.len));
    cond_broadcast(&p->changed);
    mutex_unlock(&p->lock);
    message_put(m);
    return true;
}

static void count(struct peer *p, uint64_t *what)
{
    mutex_lock(&p->lock);
    ++*what;
    mutex_unlock(&p->lock);
}

static void connected(void *arg, struct connection *con)
{
    (void)con;
    count(arg, &((struct peer *)arg)->connects);
}

static void reset(void *arg, struct connection *con)
{
    (void)con;
    count(arg, &((struct peer *)arg)->resets);
}

static const struct dispatcher_ops ops = {
    .dispatch = dispatch,
    .handle_connect = connected,
    .handle_accept = connected,
    .handle_reset = reset,
    .handle_remote_reset = reset,
};

static void die(const char *what)
{
    fprintf(stderr, "msgr_peer: %s\n", what);
    exit(2);
}

static void start(struct peer *p, const struct conf *conf, int64_t number,
                  const struct entity_addrvec *bind_to)
{
    char *type = messenger_type_for(conf, MESSENGER_CLUSTER), err[256];
    struct policy policy = policy_lossless_peer(0);

    memset(p, 0, sizeof(*p));
    mutex_init(&p->lock, "peer", LOCK_RANK_DAEMON);
    cond_init(&p->changed);
    p->m = messenger_create(conf, type, (struct entity_name){.type = ENTITY_TYPE_OSD, .num = number}, "peer",
                            (uint32_t)getpid(), err, sizeof(err));
    free(type);
    if (!p->m)
        die(err);
    messenger_set_default_policy(p->m, &policy);
    messenger_set_cluster_protocol(p->m, OSD_PROTOCOL);
    messenger_add_dispatcher(p->m, &ops, p);
    if (bind_to && messenger_bind(p->m, bind_to, err, sizeof(err)) < 0)
        die(err);
    if (messenger_start(p->m) < 0)
        die("cannot start");
}

static void stop(struct peer *p)
{
    messenger_shutdown(p->m);
    messenger_destroy(p->m);
}

static int listen_until_told(const struct conf *conf, const struct entity_addrvec *addrs)
{
    struct entity_addrvec mine;
    struct peer p;
    sigset_t ends;
    char *text;
    bool wrong;
    int sig;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    start(&p, conf, 0, addrs);
    p.answers = true;
    if (messenger_addrs(p.m, &mine) < 0 || !(text = entity_addrvec_print(&mine)))
        die("out of memory");
    printf("%s\n", text);
    fflush(stdout);
    sigwait(&ends, &sig);
    mutex_lock(&p.lock);
    wrong = p.wrong != 0;
    printf("received %llu wrong %llu connects %llu\n", (unsigned long long)p.received,
           (unsigned long long)p.wrong, (unsigned long long)p.connects);
    mutex_unlock(&p.lock);
    free(text);
    entity_addrvec_destroy(&mine);
    stop(&p);
    return wrong;
}

static int send_all(const struct conf *conf, const struct entity_addrvec *addrs, uint64_t total, size_t len)
{
    struct entity_addrvec own;
    struct connection *c;
    struct peer p;
    uint64_t deadline, sent = 0;
    bool going = true, told = false, good;

    /* A lossless peer listens, too: after a fault it is dialled by the one who has something to say. */
    if (entity_addrvec_copy(&own, addrs) < 0)
        die("out of memory");
    for (unsigned i = 0; i < own.count; i++)
        entity_addr_set_port(&own.addrs[i], 0);
    start(&p, conf, 1, &own);
    entity_addrvec_destroy(&own);
    c = messenger_get_connection(p.m, ENTITY_TYPE_OSD, addrs);
    if (!c)
        die("ms_type has no transport for the peer's addresses");
    deadline = clock_monotonic_ns() + PATIENCE_NS;
    mutex_lock(&p.lock);
    while (going && p.received < total) {
        if (p.received && !told) {
            puts("under way");
            fflush(stdout);
            told = true;
        }
        for (; sent < total && sent < p.received + IN_FLIGHT; sent++)
            connection_send(c, make_numbered(sent + 1, len));
        going = cond_wait_until(&p.changed, &p.lock, deadline);
    }
    good = p.received == total && !p.wrong && !p.resets;
    printf("sent %llu received %llu wrong %llu resets %llu connects %llu transport %s\n",
           (unsigned long long)sent, (unsigned long long)p.received, (unsigned long long)p.wrong,
           (unsigned long long)p.resets, (unsigned long long)p.connects, connection_transport_name(c));
    mutex_unlock(&p.lock);
    connection_put(c);
    stop(&p);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct conf *conf = conf_create("ceph", "osd", "0", true);
    bool sends = argc > 4 && strcmp(argv[1], "send") == 0;
    bool listens = argc > 2 && strcmp(argv[1], "listen") == 0;
    struct entity_addrvec addrs;
    char err[256], *type, *why = NULL;
    int r;

    if (!conf || (!sends && !listens))
        die("usage: msgr_peer listen ADDRS [--OPTION VALUE]... | send ADDRS COUNT BYTES [--OPTION VALUE]...");
    for (int i = sends ? 5 : 3; i < argc; i += 2)
        if (strncmp(argv[i], "--", 2) || i + 1 == argc ||
            conf_set(conf, CONF_CMDLINE, argv[i] + 2, argv[i + 1], &why) < 0)
            die(why ? why : "options are --OPTION VALUE");
    type = messenger_type_for(conf, MESSENGER_CLUSTER);
    if (entity_addrvec_parse(&addrs, argv[2], messenger_default_addr_type(type), NULL, err, sizeof(err)) < 0)
        die(err);
    free(type);
    if (sends)
        r = send_all(conf, &addrs, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    else
        r = listen_until_told(conf, &addrs);
    entity_addrvec_destroy(&addrs);
    conf_free(conf);
    return r;
}
