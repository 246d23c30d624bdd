/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

struct out_item {
    struct session_item item;
    struct connection *con; /* borrowed: the session is part of it */
};

const char *connection_state_name(enum connection_state s)
{
    static const char *const names[] = {
#define X(name) [CONNECTION_##name] = #name,
        CONNECTION_STATES(X)
#undef X
    };
    return names[s];
}

/* ---- life ---- */

/* Session lock held: the message is dropped when it is released, because that may free a user's payload. */
static void release_item(struct session_item *item)
{
    struct out_item *o = CONTAINER_OF(item, struct out_item, item);
    list_add_tail(&o->con->released, &item->link);
}

struct connection *connection_create(struct messenger *m, uint32_t peer_type,
                                     const struct entity_addrvec *addrs, const struct entity_addr *canonical,
                                     const struct policy *policy)
{
    struct connection *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    if (entity_addrvec_copy(&c->peer_addrs, addrs) < 0) {
        free(c);
        return NULL;
    }
    atomic_init(&c->refs, 1);
    c->messenger = messenger_get(m);
    c->peer_type = peer_type;
    if (canonical)
        c->peer_canonical = *canonical;
    c->policy = *policy;
    c->created_ns = clock_monotonic_ns();
    c->peer_name = (struct entity_name){.type = (uint8_t)peer_type, .num = ENTITY_NUM_NEW};
    c->transport_name = "none";
    c->state = CONNECTION_IDLE;
    list_init(&c->all_link);
    list_init(&c->table_link);
    list_init(&c->released);
    mutex_init(&c->lock, "session", LOCK_RANK_SESSION);
    session_init(&c->session, policy->lossy, release_item);
    connection_home_init(c);
    return c;
}

struct connection *connection_get(struct connection *c)
{
    if (c)
        atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

static void free_released(struct list *released)
{
    while (!list_empty(released)) {
        struct out_item *o =
            CONTAINER_OF(list_first(released, struct session_item, link), struct out_item, item);
        list_remove(&o->item.link);
        message_put(o->item.msg);
        free(o);
    }
}

static void connection_free(struct connection *c)
{
    session_destroy(&c->session);
    free_released(&c->released);
    if (c->priv_put)
        c->priv_put(c->priv);
    if (c->have_identity)
        auth_identity_destroy(&c->identity);
    entity_addrvec_destroy(&c->peer_addrs);
    mutex_destroy(&c->lock);
    messenger_put(c->messenger);
    free(c);
}

void connection_put(struct connection *c)
{
    if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        connection_free(c);
}

void connection_lock(struct connection *c)
{
    mutex_lock(&c->lock);
}

void connection_unlock(struct connection *c)
{
    struct list released;

    if (list_empty(&c->released)) {
        mutex_unlock(&c->lock);
        return;
    }
    list_init(&released);
    list_splice_tail(&released, &c->released);
    mutex_unlock(&c->lock);
    free_released(&released);
}

void connection_ask_locked(struct connection *c, unsigned todo)
{
    c->todo |= todo;
    if (!c->home)
        return;
    connection_get(c);
    if (!worker_post(c->home, &c->task))
        connection_put(c); /* the post that waits has a reference; ours is never the last */
}

bool connection_kill(struct connection *c, bool tell_owner)
{
    struct messenger *m = c->messenger;
    struct list released;
    bool was_alive;

    list_init(&released);
    mutex_lock(&m->lock);
    mutex_lock(&c->lock);
    was_alive = c->state != CONNECTION_DEAD && !c->loopback;
    if (was_alive) {
        c->state = CONNECTION_DEAD;
        session_drop_all(&c->session);
        list_splice_tail(&released, &c->released);
        connection_ask_locked(c, CONNECTION_TODO_STOP);
        messenger_forget_locked(m, c);
    }
    mutex_unlock(&c->lock);
    mutex_unlock(&m->lock);
    free_released(&released);
    if (!was_alive)
        return false;
    dispatch_queue_discard(m->dispatch, c);
    if (tell_owner)
        dispatch_queue_push_event(m->dispatch, DISPATCH_RESET, connection_get(c));
    connection_put(c); /* the list's reference */
    return true;
}

/* ---- sending ---- */

struct message *connection_take_locked(struct connection *c, uint64_t *seq)
{
    struct session_item *item = session_take(&c->session);
    struct message *m;

    if (!item)
        return NULL;
    *seq = item->seq;
    m = message_get(item->msg);
    if (c->session.lossy)
        release_item(item);
    return m;
}

static bool may_dial(const struct connection *c)
{
    return !c->policy.server;
}

/* A connection that rests begins to dial. Under the lock. */
static void leave_standby_locked(struct connection *c)
{
    if (c->state != CONNECTION_STANDBY || !may_dial(c))
        return;
    if (c->session.connect_seq > 0) /* a session that was never open begins at 0 */
        c->session.connect_seq++;
    c->state = CONNECTION_DIALLING;
    connection_ask_locked(c, CONNECTION_TODO_DIAL);
}

/* There is something to send: the pipe to kick after unlocking, or NULL; one at rest begins to dial. */
static struct pipe *something_to_send_locked(struct connection *c)
{
    if (c->state == CONNECTION_OPEN)
        return pipe_get(c->pipe);
    leave_standby_locked(c);
    return NULL;
}

static void kick(struct pipe *p, size_t size)
{
    if (!p)
        return;
    pipe_kick_with_others(p, size);
    pipe_put(p);
}

static int send_to_ourselves(struct connection *c, struct message *msg)
{
    const struct message_encoding *e = message_encoding_for(msg, CEPH_FEATURES_ALL);
    struct message *copy = e ? message_create(msg->type, e->version, e->compat_version) : NULL;
    int r = copy ? bufferlist_append_list(&copy->data, &msg->data) : -ENOMEM;

    if (r == 0) {
        copy->front = slice_get(&e->front);
        copy->middle = slice_get(&e->middle);
        copy->priority = msg->priority;
        copy->tid = msg->tid;
        copy->data_off = msg->data_off;
        copy->src = messenger_name(c->messenger);
        copy->con = connection_get(c);
        dispatch_queue_push_message(c->messenger->dispatch, message_get(copy));
    }
    message_put(copy);
    message_put(msg);
    return r;
}

static void dump_bytes(const struct message *msg, int level)
{
    char line[16 * 3 + 1];

    for (size_t at = 0; log_wants(LOG_ms, level) && at < msg->front.len && at < 4096; at += 16) {
        size_t n = 0;
        for (size_t i = at; i < at + 16 && i < msg->front.len; i++)
            n += (size_t)snprintf(line + n, sizeof(line) - n, " %02x", msg->front.data[i]);
        dout(ms, level, "%06zx%s", at, line);
    }
}

int connection_send(struct connection *c, struct message *msg)
{
    uint64_t features = atomic_load_explicit(&c->features, memory_order_relaxed);
    struct out_item *o;
    struct pipe *p = NULL;
    size_t size = message_size(msg);
    int r = 0;

    if (c->loopback)
        return send_to_ourselves(c, msg);
    o = malloc(sizeof(*o)); /* as in message_create() */
    if (!o) {
        message_put(msg);
        return -ENOMEM;
    }
    *o = (struct out_item){
        .con = c,
        .item = {.msg = msg, .priority = msg->priority, .cost = size},
    };
    /* What can be computed before any lock is: a reconnect with other features does it again. */
    if (features && message_encoding_for(msg, features) && c->messenger->options.crc_data)
        message_data_crc(msg);
    if (UNLIKELY(conf_bool(c->messenger->conf, OPT_ms_dump_on_send)))
        dump_bytes(msg, 0);
    connection_lock(c);
    if (c->state == CONNECTION_DEAD) {
        list_init(&o->item.link);
        release_item(&o->item);
        r = -ENOTCONN;
    } else {
        session_queue(&c->session, &o->item);
        p = something_to_send_locked(c);
    }
    connection_unlock(c);
    kick(p, size);
    return r;
}

int connection_send_keepalive(struct connection *c)
{
    struct pipe *p = NULL;
    int r = 0;

    if (c->loopback)
        return 0;
    connection_lock(c);
    if (c->state == CONNECTION_DEAD) {
        r = -ENOTCONN;
    } else {
        c->want_keepalive = true;
        p = something_to_send_locked(c);
    }
    connection_unlock(c);
    kick(p, 0);
    return r;
}

void connection_bad_message(struct connection *c, const struct message *msg, const char *what)
{
    const struct conf *conf = c->messenger->conf;
    char text[256], addr[ENTITY_ADDR_TEXT_MAX];

    derr(ms, "%s: %s from %s cannot be decoded: %s", c->messenger->lname,
         messenger_describe_message(msg, text, sizeof(text)),
         c->loopback ? "ourselves" : entity_addr_print(&c->peer_addrs.addrs[0], addr), what);
    dump_bytes(msg, (int)conf_i64(conf, OPT_ms_dump_corrupt_message_level));
    if (conf_bool(conf, OPT_ms_die_on_bad_msg))
        abort();
    connection_kill(c, true);
}

void connection_mark_down(struct connection *c)
{
    connection_kill(c, false);
}

void connection_mark_disposable(struct connection *c)
{
    connection_lock(c);
    c->policy.lossy = true;
    connection_unlock(c);
}

/* ---- what users ask ---- */

struct messenger *connection_messenger(const struct connection *c)
{
    return c->messenger;
}

uint32_t connection_peer_type(const struct connection *c)
{
    return c->peer_type;
}

struct entity_name connection_peer_name(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    struct entity_name n;

    mutex_lock(&mc->lock);
    n = c->peer_name;
    mutex_unlock(&mc->lock);
    return n;
}

void connection_set_peer_num(struct connection *c, int64_t num)
{
    mutex_lock(&c->lock);
    c->peer_name.num = num;
    mutex_unlock(&c->lock);
}

uint64_t connection_features(const struct connection *c)
{
    return c->loopback ? CEPH_FEATURES_ALL : atomic_load(&c->features);
}

static enum connection_state state_of(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    enum connection_state s;

    mutex_lock(&mc->lock);
    s = c->state;
    mutex_unlock(&mc->lock);
    return s;
}

bool connection_is_open(const struct connection *c)
{
    return c->loopback || state_of(c) == CONNECTION_OPEN;
}

bool connection_is_dead(const struct connection *c)
{
    return !c->loopback && state_of(c) == CONNECTION_DEAD;
}

const struct entity_addrvec *connection_peer_addrs(const struct connection *c)
{
    return &c->peer_addrs;
}

struct entity_addr connection_peer_socket_addr(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    struct entity_addr a;

    mutex_lock(&mc->lock);
    a = c->socket_addr;
    mutex_unlock(&mc->lock);
    return a;
}

const char *connection_transport_name(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    const char *name;

    mutex_lock(&mc->lock);
    name = c->transport_name;
    mutex_unlock(&mc->lock);
    return name;
}

const struct auth_identity *connection_identity(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    bool have;

    mutex_lock(&mc->lock);
    have = c->have_identity;
    mutex_unlock(&mc->lock);
    return have ? &c->identity : NULL;
}

uint64_t connection_last_keepalive_ns(const struct connection *c)
{
    return atomic_load(&c->last_keepalive_ns);
}

uint64_t connection_last_keepalive_ack_ns(const struct connection *c)
{
    return atomic_load(&c->last_keepalive_ack_ns);
}

void connection_set_private(struct connection *c, void *priv, void (*put)(void *priv))
{
    void *old;
    void (*old_put)(void *priv);

    mutex_lock(&c->lock);
    old = c->priv;
    old_put = c->priv_put;
    c->priv = priv;
    c->priv_put = put;
    mutex_unlock(&c->lock);
    if (old_put)
        old_put(old);
}

void *connection_private(const struct connection *c)
{
    struct connection *mc = (struct connection *)c;
    void *priv;

    mutex_lock(&mc->lock);
    priv = c->priv;
    mutex_unlock(&mc->lock);
    return priv;
}
