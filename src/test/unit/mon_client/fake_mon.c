/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/mon_client/fake_mon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "messages/m_auth.h"
#include "messages/m_command.h"
#include "messages/m_config.h"
#include "messages/m_log.h"
#include "messages/m_mon_command.h"
#include "messages/m_mon_get_version.h"
#include "messages/m_mon_map.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_ping.h"
#include "messages/m_statfs.h"
#include "test/unit/unit.h"

static void send_map(struct connection *con, const struct monmap *map)
{
    struct m_mon_map payload = {0};
    struct encode e;
    uint8_t *bytes;
    size_t len;

    encode_init(&e);
    monmap_encode(map, connection_features(con), &e);
    bytes = encode_steal(&e, &len);
    encode_destroy(&e);
    payload.monmap = slice_of(buffer_wrap_malloc(bytes, len));
    connection_send(con, m_mon_map_message(&payload));
}

static void handle_auth(struct fake_mon *f, struct message *m)
{
    struct m_auth auth;
    struct auth_request request;
    struct m_auth_reply reply = {.protocol = 1, .result = f->auth_result, .global_id = 4242};

    assert_int_equal(m_auth_decode(&auth, m), 0);
    assert_int_equal(auth_request_decode(&request, &auth.payload), 0);
    f->auths++;
    f->auth_global_id = request.global_id;
    connection_put(f->session);
    f->session = connection_get(m->con);
    if (f->auth_result)
        reply.protocol = 0;
    connection_send(m->con, m_auth_reply_message(&reply));
    if (f->auth_result == 0 && auth.monmap_epoch < f->map->epoch)
        send_map(m->con, f->map);
    auth_request_destroy(&request);
    m_auth_destroy(&auth);
}

static void send_config(struct fake_mon *f, struct connection *con)
{
    struct m_config config = {0};

    if (f->config_name)
        assert_int_equal(string_map_set(&config.options, f->config_name, f->config_value), 0);
    connection_send(con, m_config_message(&config));
}

static void handle_subscribe(struct fake_mon *f, struct message *m)
{
    struct m_mon_subscribe s;
    size_t at = 0;

    assert_int_equal(m_mon_subscribe_decode(&s, m), 0);
    f->subs[0] = 0;
    for (uint32_t i = 0; i < s.count && at < sizeof(f->subs); i++) {
        at += (size_t)snprintf(f->subs + at, sizeof(f->subs) - at, "%s%s=%u%s", i ? "," : "", s.items[i].what,
                               (unsigned)s.items[i].start, s.items[i].flags ? "" : "+");
        if (strcmp(s.items[i].what, "config") == 0)
            send_config(f, m->con);
    }
    m_mon_subscribe_destroy(&s);
}

/* Answers with the command as status and its input as output. */
static void handle_command(struct fake_mon *f, struct message *m)
{
    struct m_mon_command c;
    struct m_mon_command_ack ack = {.paxos = PAXOS_PREFIX_INIT(0), .result = -7};
    struct message *reply;

    assert_int_equal(m_mon_command_decode(&c, m), 0);
    f->commands++;
    if (f->commands > f->commands_to_ignore) {
        ack.status = strdup(c.cmd.items[0]);
        reply = m_mon_command_ack_message(&ack);
        reply->tid = m->tid;
        assert_int_equal(bufferlist_append_list(&reply->data, &m->data), 0);
        connection_send(m->con, reply);
    }
    m_mon_command_destroy(&c);
}

static void handle_tell(struct message *m)
{
    struct m_command_reply r = {.status = strdup("told")};
    struct message *reply = m_command_reply_message(&r);

    reply->tid = m->tid;
    connection_send(m->con, reply);
}

static void handle_version(struct fake_mon *f, struct message *m)
{
    struct m_mon_get_version v;
    struct m_mon_get_version_reply reply = {.newest = 7, .oldest = 2};

    assert_int_equal(m_mon_get_version_decode(&v, m), 0);
    f->gets++;
    reply.handle = v.handle;
    connection_send(m->con, m_mon_get_version_reply_message(&reply));
    m_mon_get_version_destroy(&v);
}

static void handle_log(struct fake_mon *f, struct message *m)
{
    struct m_log log;
    struct m_log_ack ack = {0};

    assert_int_equal(m_log_decode(&log, m), 0);
    assert_true(log.count > 0);
    f->log_entries += log.count;
    snprintf(f->last_log, sizeof(f->last_log), "%s", log.entries[log.count - 1].message);
    ack.last_seq = log.entries[log.count - 1].seq;
    ack.channel = strdup("");
    connection_send(m->con, m_log_ack_message(&ack));
    m_log_destroy(&log);
}

static void handle_ping(struct fake_mon *f, struct message *m)
{
    struct m_ping reply = {.report = strdup("{\"health\":{}}")};

    f->pings++;
    connection_send(m->con, m_ping_message(&reply));
}

static void handle_statfs(struct fake_mon *f, struct message *m)
{
    struct m_statfs_reply r = {.fsid = f->map->fsid, .kb = 1000};
    struct message *reply = m_statfs_reply_message(&r);

    reply->tid = m->tid;
    connection_send(m->con, reply);
}

static bool dispatch(void *arg, struct message *m)
{
    struct fake_mon *f = arg;

    mutex_lock(&f->lock);
    if (!f->mute) {
        switch (m->type) {
        case MSG_AUTH:
            handle_auth(f, m);
            break;
        case MSG_MON_SUBSCRIBE:
            handle_subscribe(f, m);
            break;
        case MSG_MON_COMMAND:
            handle_command(f, m);
            break;
        case MSG_COMMAND:
            handle_tell(m);
            break;
        case MSG_MON_GET_VERSION:
            handle_version(f, m);
            break;
        case MSG_LOG:
            handle_log(f, m);
            break;
        case MSG_STATFS:
            handle_statfs(f, m);
            break;
        case MSG_PING:
            handle_ping(f, m);
            break;
        }
    }
    cond_broadcast(&f->changed);
    mutex_unlock(&f->lock);
    message_put(m);
    return true;
}

static const struct dispatcher_ops ops = {.dispatch = dispatch};

void fake_mon_start(struct fake_mon *f, const struct conf *conf, int rank)
{
    struct entity_name name = {.type = ENTITY_TYPE_MON, .num = rank};
    struct policy policy = policy_stateless_server(0);
    char err[200] = "";

    memset(f, 0, sizeof(*f));
    mutex_init(&f->lock, "fake_mon", LOCK_RANK_DAEMON);
    cond_init(&f->changed);
    f->m = messenger_create(conf, "simple", name, "mon", 0, err, sizeof(err));
    if (!f->m)
        fail_msg("%s", err);
    messenger_set_default_policy(f->m, &policy);
    messenger_add_dispatcher(f->m, &ops, f);
    assert_int_equal(
        entity_addrvec_parse(&f->addrs, "v1:127.0.0.1:0/0", ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    if (messenger_bind(f->m, &f->addrs, err, sizeof(err)))
        fail_msg("%s", err);
    entity_addrvec_destroy(&f->addrs);
    assert_int_equal(messenger_addrs(f->m, &f->addrs), 0);
    assert_int_equal(messenger_start(f->m), 0);
}

void fake_mon_stop(struct fake_mon *f)
{
    messenger_shutdown(f->m);
    connection_put(f->session);
    messenger_destroy(f->m);
    entity_addrvec_destroy(&f->addrs);
    cond_destroy(&f->changed);
    mutex_destroy(&f->lock);
}

void fake_mon_cut(struct fake_mon *f)
{
    mutex_lock(&f->lock);
    connection_mark_down(f->session);
    mutex_unlock(&f->lock);
}

void fake_mon_send_monmap(struct fake_mon *f, const struct monmap *map)
{
    mutex_lock(&f->lock);
    send_map(f->session, map);
    mutex_unlock(&f->lock);
}

void fake_mon_wait(struct fake_mon *f, const unsigned *counter, unsigned n)
{
    uint64_t deadline = clock_monotonic_ns() + 60 * NSEC_PER_SEC;

    mutex_lock(&f->lock);
    while (*counter < n && cond_wait_until(&f->changed, &f->lock, deadline))
        ;
    assert_true(*counter >= n);
    mutex_unlock(&f->lock);
}
