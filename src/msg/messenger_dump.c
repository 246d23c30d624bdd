/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* messenger_dump: what an operator sees of a messenger by the admin socket. See msg/messenger.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/formatter.h"
#include "common/throttle.h"
#include "msg/connection.h"
#include "msg/pipe.h"
#include "msg/messenger_status.h"
#include "msg/simple_messenger.h"

static void dump_addrs(struct formatter *f, const char *name, const struct entity_addrvec *v)
{
    char *text = entity_addrvec_print(v);

    formatter_string(f, name, text ? text : "?");
    free(text);
}

static double seconds_since(uint64_t then_ns, uint64_t now_ns)
{
    return then_ns && then_ns < now_ns ? (double)(now_ns - then_ns) / (double)NSEC_PER_SEC : 0;
}

/* What is read under the session lock; printing comes after it. */
struct snapshot {
    enum connection_state state;
    uint32_t connect_seq;
    uint64_t in_seq, out_seq, queued, queued_bytes, sent, faults, open_ns;
    bool lossy;
    const char *transport;
    struct entity_addr socket_addr;
    struct entity_name peer_name;
};

static struct snapshot look(struct connection *c)
{
    struct snapshot s;

    connection_lock(c);
    s = (struct snapshot){
        .state = c->state,
        .connect_seq = c->session.connect_seq,
        .in_seq = c->session.in_seq,
        .out_seq = c->session.out_seq,
        .queued = c->session.queued_count,
        .queued_bytes = c->session.queued_bytes,
        .sent = c->session.sent_count,
        .faults = c->faults,
        .open_ns = c->open_ns,
        .lossy = c->policy.lossy,
        .transport = c->transport_name,
        .socket_addr = c->socket_addr,
        .peer_name = c->peer_name,
    };
    connection_unlock(c);
    return s;
}

static void dump_connection(struct formatter *f, struct connection *c)
{
    uint64_t now = clock_monotonic_ns();
    struct snapshot s = look(c);
    char name[ENTITY_NAME_MAX], addr[ENTITY_ADDR_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "peer", entity_name_print(&s.peer_name, name));
    dump_addrs(f, "addrs", &c->peer_addrs);
    formatter_string(f, "socket_addr", entity_addr_print(&s.socket_addr, addr));
    formatter_string(f, "transport", s.transport);
    formatter_string(f, "state", connection_state_name(s.state));
    formatter_string(f, "direction", c->incoming ? "incoming" : "outgoing");
    formatter_bool(f, "lossy", s.lossy);
    formatter_printf(f, "features", "%#llx", (unsigned long long)atomic_load(&c->features));
    formatter_uint(f, "connect_seq", s.connect_seq);
    formatter_uint(f, "in_seq", s.in_seq);
    formatter_uint(f, "out_seq", s.out_seq);
    formatter_uint(f, "queued_messages", s.queued);
    formatter_uint(f, "queued_bytes", s.queued_bytes);
    formatter_uint(f, "unacked_messages", s.sent);
    formatter_uint(f, "bytes_received", atomic_load(&c->bytes_in));
    formatter_uint(f, "bytes_sent", atomic_load(&c->bytes_out));
    formatter_uint(f, "messages_received", atomic_load(&c->messages_in));
    formatter_uint(f, "messages_sent", atomic_load(&c->messages_out));
    formatter_uint(f, "faults", s.faults);
    formatter_double(f, "age", seconds_since(c->created_ns, now));
    formatter_double(f, "open_for", s.state == CONNECTION_OPEN ? seconds_since(s.open_ns, now) : 0);
    formatter_close(f);
}

static void dump_transport(struct formatter *f, const struct messenger_transport *mt)
{
    const struct transport *t = mt->transport;
    struct transport_status st = {0};

    if (!atomic_load(&mt->pool)) /* not used so far, or not to be had */
        return;
    t->status(&st);
    formatter_open_object(f, NULL);
    formatter_string(f, "name", t->name);
    formatter_uint(f, "sockets", st.sockets);
    formatter_uint(f, "capacity", st.capacity);
    formatter_uint(f, "listeners", st.listeners);
    formatter_uint(f, "dialling", st.dialling);
    formatter_uint(f, "closing", st.closing);
    formatter_uint(f, "stuck_closes", st.stuck_closes);
    formatter_double(f, "accept_blocked", (double)st.accept_blocked_ns / (double)NSEC_PER_SEC);
    formatter_uint(f, "accepted", st.accepted);
    formatter_uint(f, "dialled", st.dialled);
    formatter_uint(f, "refused_at_capacity", st.refused_at_capacity);
    formatter_uint(f, "accept_errors", st.accept_errors);
    formatter_uint(f, "bytes_received", st.bytes_received);
    formatter_uint(f, "bytes_sent", st.bytes_sent);
    formatter_string(f, "library", st.library);
    formatter_string(f, "library_faults", st.library_faults);
    formatter_close(f);
}

bool messenger_transport_status(struct messenger *m, const char *name, struct transport_status *out)
{
    for (unsigned i = 0; i < m->transport_count; i++) {
        const struct messenger_transport *mt = &m->transports[i];
        if (strcmp(mt->transport->name, name) != 0 || !atomic_load(&mt->pool))
            continue;
        memset(out, 0, sizeof(*out));
        mt->transport->status(out);
        return true;
    }
    return false;
}

/* References to all connections, so that none is printed under the messenger's lock. */
static struct connection **all_connections(struct messenger *m, size_t *count)
{
    struct connection **all;
    size_t n = 0;

    mutex_lock(&m->lock);
    list_for_each(c, &m->connections, struct connection, all_link)
        n++;
    all = calloc(n ? n : 1, sizeof(struct connection *));
    *count = 0;
    if (all)
        list_for_each(c, &m->connections, struct connection, all_link)
            all[(*count)++] = connection_get(c);
    mutex_unlock(&m->lock);
    return all;
}

void messenger_dump(struct messenger *m, struct formatter *f)
{
    struct entity_name me = messenger_name(m);
    struct entity_addrvec addrs;
    struct throttle_stats ts;
    char name[ENTITY_NAME_MAX];
    size_t count;
    struct connection **all = all_connections(m, &count);

    formatter_open_object(f, NULL);
    formatter_string(f, "name", m->lname);
    formatter_string(f, "entity", entity_name_print(&me, name));
    if (messenger_addrs(m, &addrs) == 0) {
        dump_addrs(f, "addrs", &addrs);
        entity_addrvec_destroy(&addrs);
    }
    throttle_get_stats(m->dispatch_throttle, &ts);
    formatter_uint(f, "dispatch_queue", dispatch_queue_length(m->dispatch));
    formatter_uint(f, "dispatch_bytes", ts.taken);
    formatter_uint(f, "dispatch_bytes_max", ts.max);
    formatter_open_array(f, "transports");
    for (unsigned i = 0; i < m->transport_count; i++)
        dump_transport(f, &m->transports[i]);
    formatter_close(f);
    formatter_open_array(f, "connections");
    for (size_t i = 0; all && i < count; i++) {
        dump_connection(f, all[i]);
        connection_put(all[i]);
    }
    formatter_close(f);
    formatter_close(f);
    free(all);
}
