/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* messenger_peers: who a messenger is connected to: the table of sessions by canonical address, getting
 * connections, marking them down. See msg/messenger.h and msg/simple_messenger.h. */
#include <errno.h>
#include <stdlib.h>

#include "common/log.h"
#include "msg/connection.h"
#include "msg/simple_messenger.h"

/* Starts what is needed to reach a peer with these addresses. */
static void open_for_peer(struct messenger *m, const struct entity_addrvec *addrs)
{
    char err[256];

    for (unsigned i = 0; i < m->transport_count; i++) {
        struct messenger_transport *mt = &m->transports[i];
        if (atomic_load(&mt->pool) || atomic_load(&mt->unavailable) ||
            !entity_addrvec_find(addrs, mt->addr_type))
            continue;
        if (messenger_transport_open(m, mt, err, sizeof(err)) < 0 && !atomic_exchange(&mt->unavailable, true))
            derr(ms, "%s: %s cannot be used, the other transports of ms_type are: %s", m->lname,
                 mt->transport->name, err);
    }
}

static unsigned hash_addr(const struct entity_addr *a)
{
    char text[ENTITY_ADDR_TEXT_MAX];
    uint32_t h = 2166136261u; /* FNV-1a over what tells two addresses apart */

    for (const char *p = entity_addr_print(a, text); *p; p++)
        h = (h ^ (uint8_t)*p) * 16777619u;
    return h;
}

static void grow_table_locked(struct messenger *m)
{
    unsigned buckets = m->buckets * 2;
    struct list *table = malloc(buckets * sizeof(*table));

    if (!table)
        return; /* longer chains, nothing worse */
    for (unsigned i = 0; i < buckets; i++)
        list_init(&table[i]);
    for (unsigned i = 0; i < m->buckets; i++) {
        list_for_each_safe(c, &m->table[i], struct connection, table_link) {
            list_remove(&c->table_link);
            list_add_tail(&table[hash_addr(&c->peer_canonical) % buckets], &c->table_link);
        }
    }
    free(m->table);
    m->table = table;
    m->buckets = buckets;
}

struct connection *messenger_find_locked(struct messenger *m, const struct entity_addr *canonical)
{
    list_for_each(c, &m->table[hash_addr(canonical) % m->buckets], struct connection, table_link) {
        if (entity_addr_equal(&c->peer_canonical, canonical))
            return c;
    }
    return NULL;
}

void messenger_register_locked(struct messenger *m, struct connection *c)
{
    list_add_tail(&m->connections, &c->all_link);
    if (entity_addr_is_blank(&c->peer_canonical))
        return;
    if (++m->registered > m->buckets * 2)
        grow_table_locked(m);
    list_add_tail(&m->table[hash_addr(&c->peer_canonical) % m->buckets], &c->table_link);
}

void messenger_forget_locked(struct messenger *m, struct connection *c)
{
    list_remove(&c->all_link);
    if (!list_empty(&c->table_link)) {
        list_remove(&c->table_link);
        m->registered--;
    }
}

static bool is_self_locked(const struct messenger *m, const struct entity_addrvec *addrs)
{
    for (unsigned i = 0; i < addrs->count; i++)
        for (unsigned k = 0; k < m->addrs.count; k++)
            if (entity_addr_port(&addrs->addrs[i]) && entity_addr_equal(&addrs->addrs[i], &m->addrs.addrs[k]))
                return true;
    return false;
}

/* Makes a connection and has it dialled, or at rest where policy says that we never dial. */
static struct connection *make_connection_locked(struct messenger *m, uint32_t peer_type,
                                                 const struct entity_addrvec *addrs,
                                                 const struct entity_addr *canonical)
{
    const struct policy *policy = messenger_policy_locked(m, peer_type);
    const struct entity_addr *addr;
    const struct messenger_transport *mt = messenger_choose(m, addrs, 0, &addr);
    struct connection *c = NULL;

    if (mt)
        c = connection_create(m, peer_type, addrs, canonical, policy);
    if (!c)
        return NULL;
    messenger_register_locked(m, connection_get(c));
    connection_lock(c);
    c->home = worker_pool_pick(mt->pool);
    c->state = policy->server ? CONNECTION_STANDBY : CONNECTION_DIALLING;
    if (c->state == CONNECTION_DIALLING)
        connection_ask_locked(c, CONNECTION_TODO_DIAL);
    connection_unlock(c);
    return c;
}

struct connection *messenger_get_connection(struct messenger *m, uint32_t peer_type,
                                            const struct entity_addrvec *addrs)
{
    const struct entity_addr *canonical = entity_addrvec_canonical(addrs);
    struct connection *c = NULL;

    if (!canonical)
        return NULL;
    open_for_peer(m, addrs);
    mutex_lock(&m->lock);
    if (!m->stopping && m->started) {
        if (is_self_locked(m, addrs))
            c = connection_get(m->loopback);
        if (!c)
            c = connection_get(messenger_find_locked(m, canonical));
        if (!c)
            c = make_connection_locked(m, peer_type, addrs, canonical);
    }
    mutex_unlock(&m->lock);
    return c;
}

struct connection *messenger_get_new_connection(struct messenger *m, uint32_t peer_type,
                                                const struct entity_addrvec *addrs)
{
    struct connection *c = NULL;

    open_for_peer(m, addrs);
    mutex_lock(&m->lock);
    if (!m->stopping && m->started)
        c = make_connection_locked(m, peer_type, addrs, NULL);
    mutex_unlock(&m->lock);
    return c;
}

struct connection *messenger_get_loopback(struct messenger *m)
{
    return connection_get(m->loopback);
}

int messenger_send(struct messenger *m, struct message *msg, uint32_t peer_type,
                   const struct entity_addrvec *addrs)
{
    struct connection *c = messenger_get_connection(m, peer_type, addrs);
    int r = -ENOTCONN;

    if (c)
        r = connection_send(c, msg);
    else
        message_put(msg);
    connection_put(c);
    return r;
}

void messenger_kill_all(struct messenger *m, bool tell_owners)
{
    for (;;) {
        struct connection *c = NULL;
        mutex_lock(&m->lock);
        if (!list_empty(&m->connections))
            c = connection_get(list_first(&m->connections, struct connection, all_link));
        mutex_unlock(&m->lock);
        if (!c)
            return;
        connection_kill(c, tell_owners);
        connection_put(c);
    }
}

void messenger_mark_down_all(struct messenger *m)
{
    messenger_kill_all(m, false);
}

void messenger_mark_down_addr(struct messenger *m, const struct entity_addrvec *addrs)
{
    const struct entity_addr *canonical = entity_addrvec_canonical(addrs);
    struct connection *c = NULL;

    if (!canonical)
        return;
    mutex_lock(&m->lock);
    c = connection_get(messenger_find_locked(m, canonical));
    mutex_unlock(&m->lock);
    if (c)
        connection_kill(c, true);
    connection_put(c);
}
