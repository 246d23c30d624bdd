/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two messengers in one process: what their users see. Over TCP on loopback; or as the environment says, for
 * a machine with RDMA: TEST_MS_TYPES="TYPE_OF_ONE_END TYPE_OF_THE_OTHER" (such as "rsockets rsockets", or
 * "rsockets,simple simple,rsockets": one end dials by RDMA, the other by TCP) and TEST_IP, the address to
 * listen on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/crc32c.h"
#include "common/formatter.h"
#include "common/mutex.h"
#include "common/throttle.h"
#include "include/ceph_features.h"
#include "msg/messenger.h"
#include "msg/msgr_v1_wire.h"

#define TYPE_PING 2
#define TYPE_DATA 1000
#define PATIENCE  (60 * NSEC_PER_SEC)

/* One end: counts what it is told, answers if it should. */
struct end {
    struct messenger *m;
    struct mutex lock; /* of a dispatcher: held around every send, as daemons do */
    struct cond changed;
    uint64_t received, last_tid, out_of_order, bad;
    unsigned connects, accepts, resets, remote_resets, refused;
    bool echo, fast;
    struct connection *last_con; /* a reference */
    struct message *kept[64];
    unsigned keep, kept_count;
    const char *ms_type;
};

static void note(struct end *e, unsigned *counter)
{
    mutex_lock(&e->lock);
    ++*counter;
    cond_broadcast(&e->changed);
    mutex_unlock(&e->lock);
}

static void on_connect(void *arg, struct connection *con UNUSED)
{
    struct end *e = arg;
    note(e, &e->connects);
}
static void on_accept(void *arg, struct connection *con UNUSED)
{
    struct end *e = arg;
    note(e, &e->accepts);
}
static void on_reset(void *arg, struct connection *con UNUSED)
{
    struct end *e = arg;
    note(e, &e->resets);
}
static void on_remote_reset(void *arg, struct connection *con UNUSED)
{
    struct end *e = arg;
    note(e, &e->remote_resets);
}
static void on_refused(void *arg, struct connection *con UNUSED)
{
    struct end *e = arg;
    note(e, &e->refused);
}

static bool data_is_good(const struct message *m)
{
    uint8_t byte = (uint8_t)m->tid;

    for (unsigned i = 0; i < m->data.count; i++)
        for (size_t k = 0; k < m->data.slices[i].len; k++)
            if (m->data.slices[i].data[k] != byte)
                return false;
    return m->front.len == 8 && memcmp(m->front.data, &m->tid, 8) == 0;
}

static struct message *make_data(uint64_t tid, size_t len)
{
    struct message *m = message_create(TYPE_DATA, 1, 1);
    struct encode e;
    struct buffer *b = buffer_create(len);

    assert_non_null(m);
    m->tid = tid;
    encode_init(&e);
    encode_u64(&e, tid);
    assert_int_equal(message_set_front(m, &e), 0);
    memset(b->data, (uint8_t)tid, len);
    assert_int_equal(bufferlist_append(&m->data, slice_of(b)), 0);
    return m;
}

static void take(struct end *e, struct message *m)
{
    struct connection *drop = NULL;
    bool keep = false;

    mutex_lock(&e->lock);
    e->received++;
    if (m->tid != e->last_tid + 1)
        e->out_of_order++;
    e->last_tid = m->tid;
    if (!data_is_good(m))
        e->bad++;
    if (e->last_con != m->con) {
        drop = e->last_con;
        e->last_con = connection_get(m->con);
    }
    if (e->echo)
        connection_send(m->con, make_data(m->tid, m->data.len));
    if (e->kept_count < e->keep) {
        e->kept[e->kept_count++] = m;
        keep = true;
    }
    cond_broadcast(&e->changed);
    mutex_unlock(&e->lock);
    connection_put(drop);
    if (!keep)
        message_put(m);
}

static bool on_dispatch(void *arg, struct message *m)
{
    take(arg, m);
    return true;
}
static bool can_fast(void *arg, const struct message *m UNUSED)
{
    return ((struct end *)arg)->fast;
}
static void on_fast(void *arg, struct message *m)
{
    take(arg, m);
}

static const struct dispatcher_ops ops = {
    .can_fast_dispatch = can_fast,
    .fast_dispatch = on_fast,
    .dispatch = on_dispatch,
    .handle_connect = on_connect,
    .handle_accept = on_accept,
    .handle_reset = on_reset,
    .handle_remote_reset = on_remote_reset,
    .handle_refused = on_refused,
};

static struct conf *conf;

static void set(const char *name, const char *value)
{
    assert_int_equal(conf_set(conf, CONF_CMDLINE, name, value, NULL), 0);
}

static char types[2][64] = {"simple", "simple"};
static const char *listen_ip = "127.0.0.1";

static void end_init(struct end *e, uint8_t type, int64_t num, struct policy policy)
{
    char err[200] = "";

    memset(e, 0, sizeof(*e));
    mutex_init(&e->lock, "test end", LOCK_RANK_DAEMON);
    cond_init(&e->changed);
    e->ms_type = types[num % 2];
    e->m = messenger_create(conf, e->ms_type, (struct entity_name){.type = type, .num = num}, "test",
                            (uint32_t)(1000 + num), err, sizeof(err));
    if (!e->m)
        fail_msg("%s", err);
    messenger_set_default_policy(e->m, &policy);
    messenger_set_cluster_protocol(e->m, 10);
    messenger_add_dispatcher(e->m, &ops, e);
}

static void end_bind(struct end *e, uint16_t port)
{
    struct entity_addrvec v;
    char err[200] = "", text[200];
    bool rdma = strstr(e->ms_type, "rsockets"), tcp = strstr(e->ms_type, "simple");

    snprintf(text, sizeof(text), "[%s%s%s%s%s]", rdma ? "rdma:" : "", rdma ? listen_ip : "",
             rdma && tcp ? "," : "", tcp ? "v1:" : "", tcp ? listen_ip : "");
    if (entity_addrvec_parse(&v, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
        fail_msg("%s: %s", text, err);
    for (unsigned i = 0; i < v.count; i++)
        entity_addr_set_port(&v.addrs[i], port);
    if (messenger_bind(e->m, &v, err, sizeof(err)) < 0)
        fail_msg("%s", err);
    entity_addrvec_destroy(&v);
}

static void end_start(struct end *e)
{
    assert_int_equal(messenger_start(e->m), 0);
}

static void end_stop(struct end *e)
{
    messenger_shutdown(e->m);
    connection_put(e->last_con);
    for (unsigned i = 0; i < e->kept_count; i++)
        message_put(e->kept[i]);
    messenger_destroy(e->m);
    mutex_destroy(&e->lock);
    cond_destroy(&e->changed);
}

static struct connection *dial(struct end *from, struct end *to, uint32_t type)
{
    struct entity_addrvec v;
    struct connection *c;

    assert_int_equal(messenger_addrs(to->m, &v), 0);
    c = messenger_get_connection(from->m, type, &v);
    entity_addrvec_destroy(&v);
    assert_non_null(c);
    return c;
}

/* Waits until *counter is at least n. */
#define WAIT_FOR(e, counter, n)                                                            \
    do {                                                                                   \
        uint64_t deadline = clock_monotonic_ns() + PATIENCE;                               \
        mutex_lock(&(e)->lock);                                                            \
        while ((e)->counter < (n) && cond_wait_until(&(e)->changed, &(e)->lock, deadline)) \
            ;                                                                              \
        assert_true((e)->counter >= (n));                                                  \
        mutex_unlock(&(e)->lock);                                                          \
    } while (0)

static void send_locked(struct end *e, struct connection *c, uint64_t tid, size_t len)
{
    mutex_lock(&e->lock);
    assert_int_equal(connection_send(c, make_data(tid, len)), 0);
    mutex_unlock(&e->lock);
}

/* ---- tests ---- */

static void exchange(bool fast, size_t len, uint64_t count)
{
    struct end server, client;
    struct connection *c;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.echo = true;
    server.fast = client.fast = fast;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    c = dial(&client, &server, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= count; tid++)
        send_locked(&client, c, tid, len);
    WAIT_FOR(&client, received, count);
    assert_int_equal(client.out_of_order + server.out_of_order, 0);
    assert_int_equal(client.bad + server.bad, 0);
    WAIT_FOR(&client, connects, 1); /* events are told by another thread than fast messages */
    WAIT_FOR(&server, accepts, 1);
    assert_int_equal(client.connects, 1);
    assert_int_equal(server.accepts, 1);
    assert_memory_equal(connection_transport_name(c), client.ms_type, 6); /* what it prefers */
    assert_true(connection_is_open(c));
    connection_put(c);
    end_stop(&client);
    WAIT_FOR(&server, resets, 1);
    end_stop(&server);
}

static void test_small_messages(void **state UNUSED)
{
    exchange(false, 10, 2000);
}
static void test_fast_dispatch(void **state UNUSED)
{
    exchange(true, 100, 2000);
}
static void test_large_messages(void **state UNUSED)
{
    exchange(true, 3 << 20, 20);
}

static void test_nobody_listens(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    end_bind(&server, 0);
    end_start(&client);
    struct entity_addrvec v;
    assert_int_equal(messenger_addrs(server.m, &v), 0);
    end_stop(&server);
    c = messenger_get_connection(client.m, ENTITY_TYPE_OSD, &v);
    entity_addrvec_destroy(&v);
    WAIT_FOR(&client, refused, 2);
    assert_false(connection_is_open(c));
    assert_int_equal(client.resets, 0);
    connection_mark_down(c);
    assert_int_equal(connection_send(c, make_data(1, 1)), -ENOTCONN);
    connection_put(c);
    end_stop(&client);
}

/* Two lossless peers talk while every so many socket calls fail: all arrives, once, in order. */
static void test_lossless_through_faults(void **state UNUSED)
{
    struct end a, b;
    struct connection *c;
    const uint64_t count = 3000;

    set("ms_inject_socket_failures", "60");
    set("ms_initial_backoff", "0.005");
    set("ms_max_backoff", "0.05");
    end_init(&a, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer(0));
    b.echo = true;
    end_bind(&a, 0);
    end_bind(&b, 0);
    end_start(&a);
    end_start(&b);
    c = dial(&a, &b, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= count; tid++)
        send_locked(&a, c, tid, tid % 97 ? 50 : 40000);
    WAIT_FOR(&a, received, count);
    assert_int_equal(a.received, count);
    assert_int_equal(b.received, count);
    assert_int_equal(a.out_of_order + b.out_of_order, 0);
    assert_int_equal(a.bad + b.bad, 0);
    assert_true(a.connects + b.connects > 3); /* there were faults */
    assert_int_equal(a.resets + b.resets + a.remote_resets + b.remote_resets, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    set("ms_inject_socket_failures", "0");
    set("ms_initial_backoff", "0.2");
    set("ms_max_backoff", "15");
}

/* Both dial at the same time: one session comes of it, and nothing is lost. */
static void test_both_dial(void **state UNUSED)
{
    for (int round = 0; round < 20; round++) {
        struct end a, b;
        struct connection *ca, *cb;
        set("ms_initial_backoff", "0.005");
        end_init(&a, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
        end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer(0));
        end_bind(&a, 0);
        end_bind(&b, 0);
        end_start(&a);
        end_start(&b);
        ca = dial(&a, &b, ENTITY_TYPE_OSD);
        cb = dial(&b, &a, ENTITY_TYPE_OSD);
        for (uint64_t tid = 1; tid <= 20; tid++) {
            send_locked(&a, ca, tid, 10);
            send_locked(&b, cb, tid, 10);
        }
        WAIT_FOR(&a, received, 20);
        WAIT_FOR(&b, received, 20);
        assert_int_equal(a.received, 20);
        assert_int_equal(b.received, 20);
        assert_int_equal(a.out_of_order + b.out_of_order, 0);
        assert_ptr_equal(a.last_con, ca);
        connection_put(ca);
        connection_put(cb);
        end_stop(&a);
        end_stop(&b);
    }
    set("ms_initial_backoff", "0.2");
}

/* A peer that restarts with the same address: the survivor hears of it and the session starts anew. */
static void test_peer_restarts(void **state UNUSED)
{
    struct end a, b;
    struct entity_addrvec v;
    struct connection *c;
    uint16_t port;

    set("ms_initial_backoff", "0.01");
    end_init(&a, ENTITY_TYPE_OSD, 0, policy_lossless_peer_reuse(0));
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer_reuse(0));
    end_bind(&a, 0);
    end_bind(&b, 0);
    end_start(&a);
    end_start(&b);
    c = dial(&a, &b, ENTITY_TYPE_OSD);
    send_locked(&a, c, 1, 10);
    WAIT_FOR(&b, received, 1);
    assert_int_equal(messenger_addrs(b.m, &v), 0);
    port = entity_addr_port(&v.addrs[0]);
    entity_addrvec_destroy(&v);
    end_stop(&b);
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer_reuse(0));
    end_bind(&b, port);
    end_start(&b);
    send_locked(&a, c, 2, 10); /* may belong to the old session and go with it */
    WAIT_FOR(&a, remote_resets, 1);
    b.last_tid = 9;
    send_locked(&a, c, 10, 10);
    WAIT_FOR(&b, last_tid, 10);
    assert_int_equal(a.resets, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    set("ms_initial_backoff", "0.2");
}

/* A reader that keeps its messages is not sent more than the throttle allows; all comes when it lets go. */
static void test_throttle_holds_the_reader(void **state UNUSED)
{
    struct end server, client;
    struct throttle t;
    struct policy p = policy_stateless_server(0);
    struct connection *c;
    unsigned kept;

    throttle_init(&t, "test", 10);
    p.throttle_messages = &t;
    end_init(&server, ENTITY_TYPE_OSD, 0, p);
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.keep = 10;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    c = dial(&client, &server, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= 30; tid++)
        send_locked(&client, c, tid, 10);
    WAIT_FOR(&server, received, 10);
    usleep(100000);
    mutex_lock(&server.lock);
    assert_int_equal(server.received, 10);
    kept = server.kept_count;
    server.kept_count = 0;
    server.keep = 0;
    mutex_unlock(&server.lock);
    for (unsigned i = 0; i < kept; i++)
        message_put(server.kept[i]);
    WAIT_FOR(&server, received, 30);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
    throttle_destroy(&t);
}

/* A plain socket to a messenger, as a port scanner or a lost TLS client opens it. */
static int raw_connect(struct end *to)
{
    struct entity_addrvec v;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(messenger_addrs(to->m, &v), 0);
    assert_int_equal(connect(fd, &entity_addrvec_find(&v, ENTITY_ADDR_V1)->sa, sizeof(struct sockaddr_in)),
                     0);
    entity_addrvec_destroy(&v);
    return fd;
}

/* Reads until the messenger closes: it always does, and says its banner first. */
static void assert_closed_on(int fd)
{
    struct timeval patience = {.tv_sec = 20};
    uint8_t got[4096];
    size_t have = 0;
    ssize_t n;

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    while ((n = recv(fd, got + have, sizeof(got) - have, 0)) > 0)
        have += (size_t)n;
    assert_true(n == 0 || errno == ECONNRESET);
    assert_true(have >= 9);
    assert_memory_equal(got, "ceph v027", 9);
    close(fd);
}

static void test_strangers(void **state UNUSED)
{
    static const char tls_hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    static const char *const greetings[] = {"GET / HTTP/1.0\r\n\r\n", tls_hello, "ceph v2\n\x10\0\0\0",
                                            "ceph v026\n"};
    struct end server, client;
    struct connection *c;
    int silent;

    set("ms_handshake_timeout", "0.3");
    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.echo = true;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    if (!strstr(server.ms_type, "simple")) {
        end_stop(&client);
        end_stop(&server);
        set("ms_handshake_timeout", "10");
        skip(); /* strangers come by TCP */
    }
    silent = raw_connect(&server);
    for (size_t i = 0; i < ARRAY_SIZE(greetings); i++) {
        int fd = raw_connect(&server);
        assert_true(send(fd, greetings[i], 11, MSG_NOSIGNAL) > 0);
        assert_closed_on(fd);
    }
    c = dial(&client, &server, ENTITY_TYPE_OSD);
    send_locked(&client, c, 1, 10);
    WAIT_FOR(&client, received, 1);
    assert_closed_on(silent);
    assert_true(connection_is_open(c));
    WAIT_FOR(&server, accepts, 1);
    assert_int_equal(server.accepts, 1);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
    set("ms_handshake_timeout", "10");
}

/* A whole dialogue and the first message in one piece, from a peer that waits for no answer. */
static size_t hasty_bytes(uint8_t *out)
{
    struct msgr_v1_connect connect = {.features = CEPH_FEATURES_ALL,
                                      .host_type = ENTITY_TYPE_CLIENT,
                                      .global_seq = 1,
                                      .protocol_version = 24, /* of OSDs, for clients */
                                      .authorizer_protocol = MSGR_V1_AUTH_NONE,
                                      .flags = MSGR_V1_CONNECT_LOSSY};
    struct msgr_v1_header h = {
        .seq = 1, .tid = 1, .type = TYPE_DATA, .front_len = 8, .src = {.type = ENTITY_TYPE_CLIENT, .num = 7}};
    struct msgr_v1_footer f = {.flags = MSGR_V1_FOOTER_COMPLETE};
    const uint8_t front[8] = {1};
    size_t n = 0;

    memcpy(out, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    n += MSGR_V1_BANNER_LEN;
    memset(out + n, 0, ENTITY_ADDR_LEGACY_LEN);
    n += ENTITY_ADDR_LEGACY_LEN;
    msgr_v1_connect_encode(&connect, out + n);
    n += MSGR_V1_CONNECT_LEN;
    memset(out + n, 0, MSGR_V1_SEQ_LEN); /* what it has received so far, in answer to SEQ */
    n += MSGR_V1_SEQ_LEN;
    out[n++] = MSGR_V1_TAG_MSG;
    msgr_v1_header_encode(&h, out + n);
    h.crc = msgr_v1_header_crc(out + n);
    msgr_v1_header_encode(&h, out + n);
    n += MSGR_V1_HEADER_LEN;
    memcpy(out + n, front, sizeof(front));
    n += sizeof(front);
    f.front_crc = crc32c(0, front, sizeof(front));
    msgr_v1_footer_encode(&f, out + n, MSGR_V1_FOOTER_LEN);
    return n + MSGR_V1_FOOTER_LEN;
}

static void test_hasty_peer(void **state UNUSED)
{
    struct end server;
    uint8_t bytes[512];
    int fd;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_bind(&server, 0);
    end_start(&server);
    if (!strstr(server.ms_type, "simple")) {
        end_stop(&server);
        skip();
    }
    set("ms_inject_internal_delays", "0.2"); /* all of it has come before the acceptor first looks */
    fd = raw_connect(&server);
    assert_true(send(fd, bytes, hasty_bytes(bytes), MSG_NOSIGNAL) > 0);
    WAIT_FOR(&server, received, 1);
    set("ms_inject_internal_delays", "0");
    assert_int_equal(server.bad, 0);
    close(fd);
    end_stop(&server);
}

/* Held messages keep their order, and are not lost with their socket. */
static void test_injected_delays(void **state UNUSED)
{
    struct end a, b;
    struct connection *c;

    set("ms_inject_delay_type", "osd");
    set("ms_inject_delay_probability", "0.2");
    set("ms_inject_delay_max", "0.005");
    set("ms_inject_socket_failures", "100");
    set("ms_initial_backoff", "0.005");
    end_init(&a, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer(0));
    end_bind(&b, 0);
    end_start(&a);
    end_start(&b);
    c = dial(&a, &b, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= 500; tid++)
        send_locked(&a, c, tid, 100);
    WAIT_FOR(&b, received, 500);
    assert_int_equal(b.received, 500);
    assert_int_equal(b.out_of_order + b.bad, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    set("ms_inject_delay_probability", "0");
    set("ms_inject_socket_failures", "0");
    set("ms_initial_backoff", "0.2");
}

/* Nothing comes from a peer in a black hole; it shows again when the hole is closed. */
static void test_blackhole(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    set("ms_blackhole_client", "true");
    c = dial(&client, &server, ENTITY_TYPE_OSD);
    send_locked(&client, c, 1, 10);
    WAIT_FOR(&client, connects, 1);
    usleep(100000);
    set("ms_blackhole_client", "false");
    send_locked(&client, c, 2, 10);
    WAIT_FOR(&server, received, 1);
    assert_int_equal(server.last_tid, 2);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
}

/* Connections that their owners mark down while both ends send: no event, no crash, and the next one is new.
 */
static void test_mark_down_under_load(void **state UNUSED)
{
    struct end server, client;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.echo = true;
    server.fast = client.fast = true;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    for (int round = 0; round < 100; round++) {
        struct connection *c = dial(&client, &server, ENTITY_TYPE_OSD);
        uint64_t seen;
        mutex_lock(&client.lock);
        seen = client.received;
        mutex_unlock(&client.lock);
        for (uint64_t tid = 1; tid <= 10; tid++)
            send_locked(&client, c, tid, 5000);
        if (round % 2)
            WAIT_FOR(&client, received, seen + 1);
        mutex_lock(&client.lock);
        connection_mark_down(c);
        mutex_unlock(&client.lock);
        assert_true(connection_is_dead(c));
        connection_put(c);
    }
    assert_int_equal(client.resets, 0);
    assert_int_equal(client.bad + server.bad, 0);
    end_stop(&client);
    end_stop(&server);
}

static json_int_t number_at(const json_t *object, const char *name)
{
    const json_t *v = json_object_get(object, name);

    assert_true(json_is_integer(v));
    return json_integer_value(v);
}

/* What an operator reads agrees with what went over the connection. */
static void test_dump(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;
    struct formatter f;
    json_t *dump, *con;

    end_init(&server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.echo = true;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    c = dial(&client, &server, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= 10; tid++)
        send_locked(&client, c, tid, 10000);
    WAIT_FOR(&client, received, 10);
    formatter_init(&f, FORMATTER_JSON_PRETTY);
    messenger_dump(client.m, &f);
    dump = json_loads(formatter_text(&f), 0, NULL);
    formatter_destroy(&f);
    assert_non_null(dump);
    con = json_array_get(json_object_get(dump, "connections"), 0);
    assert_string_equal(json_string_value(json_object_get(con, "state")), "OPEN");
    assert_string_equal(json_string_value(json_object_get(con, "transport")), connection_transport_name(c));
    assert_int_equal(number_at(con, "messages_sent"), 10);
    assert_int_equal(number_at(con, "messages_received"), 10);
    assert_true(number_at(con, "bytes_sent") > 100000 && number_at(con, "bytes_sent") < 110000);
    assert_true(number_at(con, "bytes_received") > 100000 && number_at(con, "bytes_received") < 110000);
    assert_true(json_array_size(json_object_get(dump, "transports")) >= 1);
    json_decref(dump);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
}

static void test_loopback(void **state UNUSED)
{
    struct end e;
    struct connection *c;

    end_init(&e, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
    end_bind(&e, 0);
    end_start(&e);
    c = dial(&e, &e, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= 100; tid++)
        send_locked(&e, c, tid, 1000);
    WAIT_FOR(&e, received, 100);
    assert_int_equal(e.out_of_order + e.bad, 0);
    assert_string_equal(connection_transport_name(c), "loopback");
    connection_put(c);
    end_stop(&e);
}

static int make_conf(void **state UNUSED)
{
    const char *env = getenv("TEST_MS_TYPES");

    if (env && sscanf(env, "%63s %63s", types[0], types[1]) != 2)
        return -1;
    if (getenv("TEST_IP"))
        listen_ip = getenv("TEST_IP");
    conf = conf_create("ceph", "osd", "0", true);
    return conf ? 0 : -1;
}
static int drop_conf(void **state UNUSED)
{
    conf_free(conf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_messages),
        cmocka_unit_test(test_fast_dispatch),
        cmocka_unit_test(test_large_messages),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_lossless_through_faults),
        cmocka_unit_test(test_both_dial),
        cmocka_unit_test(test_peer_restarts),
        cmocka_unit_test(test_throttle_holds_the_reader),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_hasty_peer),
        cmocka_unit_test(test_injected_delays),
        cmocka_unit_test(test_blackhole),
        cmocka_unit_test(test_mark_down_under_load),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_loopback),
    };
    alarm(300); /* a hang is a failure, not a wait */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("messenger", tests, make_conf, drop_conf);
}
