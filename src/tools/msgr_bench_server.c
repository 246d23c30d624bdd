/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "msg/messenger.h"
#include "tools/msgr_bench_auth.h"
#include "tools/msgr_bench_wire.h"

static atomic_uint_least64_t received, wrong;

static void reply(struct message *to, struct message *m)
{
    if (m)
        (void)connection_send(to->con, m); /* a connection that is gone takes its questions with it */
    else
        derr(none, "no memory for a reply");
}

static void answer_echo(struct message *m)
{
    struct message *r = msgr_bench_plain(m->type, m->tid);

    if (r && bufferlist_append_list(&r->data, &m->data) < 0) {
        message_put(r);
        r = NULL;
    }
    reply(m, r);
}

static void answer_pull(struct message *m)
{
    unsigned type = MSGR_BENCH_STREAM | (m->type & MSGR_BENCH_CHECKED);
    uint32_t size, count;

    if (msgr_bench_read_pull(m, &size, &count) < 0) {
        atomic_fetch_add_explicit(&wrong, 1, memory_order_relaxed);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        reply(m, msgr_bench_with_data(type, m->tid + i, size));
}

static void answer_stats(struct message *m)
{
    struct msgr_bench_stats s;

    msgr_bench_own_stats(&s);
    s.messages = atomic_load_explicit(&received, memory_order_relaxed);
    s.bad = atomic_load_explicit(&wrong, memory_order_relaxed);
    reply(m, msgr_bench_stats_reply(m->tid, &s));
}

static void take(void *arg UNUSED, struct message *m)
{
    if (m->type & MSGR_BENCH_CHECKED && !msgr_bench_data_is_good(m, (uint32_t)m->data.len))
        atomic_fetch_add_explicit(&wrong, 1, memory_order_relaxed);
    switch (m->type & MSGR_BENCH_OP_MASK) {
    case MSGR_BENCH_HELLO:
        reply(m, msgr_bench_plain(MSGR_BENCH_HELLO, m->tid));
        break;
    case MSGR_BENCH_STATS:
        answer_stats(m);
        break;
    case MSGR_BENCH_ECHO:
        atomic_fetch_add_explicit(&received, 1, memory_order_relaxed);
        answer_echo(m);
        break;
    case MSGR_BENCH_STREAM:
        atomic_fetch_add_explicit(&received, 1, memory_order_relaxed);
        if (m->type & MSGR_BENCH_ACK_WANTED)
            reply(m, msgr_bench_plain(MSGR_BENCH_ACK, m->tid));
        break;
    case MSGR_BENCH_PULL:
        answer_pull(m);
        break;
    default:
        dout(none, 0, "message of unknown type %u is dropped", m->type);
    }
    message_put(m);
}

static bool always(void *arg UNUSED, const struct message *m UNUSED)
{
    return true;
}

static const struct dispatcher_ops server_ops = {.can_fast_dispatch = always, .fast_dispatch = take};

struct messenger *msgr_bench_server_start(const struct conf *conf, const char *ms_type,
                                          const struct entity_addrvec *addrs, char *err, size_t err_size)
{
    struct entity_name name = {.type = ENTITY_TYPE_OSD, .num = 0};
    struct policy policy = policy_stateless_server(0);
    struct auth_upcalls upcalls;
    struct messenger *m =
        messenger_create(conf, ms_type, name, "bench-server", (uint32_t)getpid(), err, err_size);
    int r;

    if (!m)
        return NULL;
    messenger_set_default_policy(m, &policy);
    messenger_add_dispatcher(m, &server_ops, NULL);
    r = msgr_bench_auth_accept(conf, &upcalls);
    if (r == 0) {
        messenger_set_auth(m, &upcalls);
        r = messenger_bind(m, addrs, err, err_size);
    } else {
        snprintf(err, err_size, "out of memory");
    }
    if (r == 0) {
        r = messenger_start(m);
        if (r < 0)
            snprintf(err, err_size, "cannot start the messenger: %s", strerror(-r));
    }
    if (r < 0) {
        messenger_shutdown(m);
        messenger_destroy(m);
        m = NULL;
    }
    return m;
}

void msgr_bench_server_stop(struct messenger *m)
{
    messenger_shutdown(m);
    messenger_destroy(m);
}
