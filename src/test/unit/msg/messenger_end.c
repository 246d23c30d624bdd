/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/msg/messenger_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"

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
        for (size_t k = 0; k < bufferlist_slice(&m->data, i)->len; k++)
            if (bufferlist_slice(&m->data, i)->data[k] != byte)
                return false;
    return m->front.len == 8 && memcmp(m->front.data, &m->tid, 8) == 0;
}

struct message *end_message(uint64_t tid, size_t len)
{
    struct message *m = message_create(END_MESSAGE_TYPE, 1, 1);
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
        connection_send(m->con, end_message(m->tid, m->data.len));
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
static char types[2][64] = {"simple", "simple"};
const char *end_listen_ip = "127.0.0.1";

void end_set(const char *name, const char *value)
{
    assert_int_equal(conf_set(conf, CONF_CMDLINE, name, value, NULL), 0);
}

int end_setup(void **state UNUSED)
{
    const char *env = getenv("TEST_MS_TYPES");

    if (env && sscanf(env, "%63s %63s", types[0], types[1]) != 2)
        return -1;
    if (getenv("TEST_IP"))
        end_listen_ip = getenv("TEST_IP");
    conf = conf_create("ceph", "osd", "0", true);
    return conf ? 0 : -1;
}

int end_teardown(void **state UNUSED)
{
    conf_free(conf);
    return 0;
}

void end_init(struct end *e, uint8_t type, int64_t num, struct policy policy)
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

void end_bind(struct end *e, uint16_t port)
{
    struct entity_addrvec v;
    char err[200] = "", text[200];
    bool rdma = strstr(e->ms_type, "rsockets"), tcp = strstr(e->ms_type, "simple");

    snprintf(text, sizeof(text), "[%s%s%s%s%s]", rdma ? "rdma:" : "", rdma ? end_listen_ip : "",
             rdma && tcp ? "," : "", tcp ? "v1:" : "", tcp ? end_listen_ip : "");
    if (entity_addrvec_parse(&v, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
        fail_msg("%s: %s", text, err);
    for (unsigned i = 0; i < v.count; i++)
        entity_addr_set_port(&v.addrs[i], port);
    if (messenger_bind(e->m, &v, err, sizeof(err)) < 0)
        fail_msg("%s", err);
    entity_addrvec_destroy(&v);
}

void end_start(struct end *e)
{
    assert_int_equal(messenger_start(e->m), 0);
}

void end_stop(struct end *e)
{
    messenger_shutdown(e->m);
    connection_put(e->last_con);
    for (unsigned i = 0; i < e->kept_count; i++)
        message_put(e->kept[i]);
    messenger_destroy(e->m);
    mutex_destroy(&e->lock);
    cond_destroy(&e->changed);
}

void end_init_server_and_client(struct end *server, struct end *client)
{
    end_init(server, ENTITY_TYPE_OSD, 0, policy_stateless_server(0));
    end_init(client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
}

void end_init_peers(struct end *a, struct end *b)
{
    end_init(a, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
    end_init(b, ENTITY_TYPE_OSD, 1, policy_lossless_peer(0));
}

struct connection *end_dial(struct end *from, struct end *to, uint32_t type)
{
    struct entity_addrvec v;
    struct connection *c;

    assert_int_equal(messenger_addrs(to->m, &v), 0);
    c = messenger_get_connection(from->m, type, &v);
    entity_addrvec_destroy(&v);
    assert_non_null(c);
    return c;
}

struct connection *end_connect(struct end *from, struct end *to)
{
    end_bind(to, 0);
    end_start(to);
    end_start(from);
    return end_dial(from, to, ENTITY_TYPE_OSD);
}

void end_send(struct end *e, struct connection *c, uint64_t tid, size_t len)
{
    mutex_lock(&e->lock);
    assert_int_equal(connection_send(c, end_message(tid, len)), 0);
    mutex_unlock(&e->lock);
}
