/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/op_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "osd/class_call.h"
#include "osd/copy_from.h"

/* What an operation's code is about. */
enum { CODE_TYPE = 0x0f00, CODE_TYPE_PG = 0x0500 };

enum { HISTORY_SECONDS = 600 }; /* older ones are not shown */

static const char *state_text(int state)
{
    static const char *const texts[] = {
#define X(name, text) [OP_##name] = (text),
        OP_STATES(X)
#undef X
    };

    return texts[state];
}

/* The object's full name, with strings that the message keeps. */
static void name_object(struct op_request *op)
{
    struct object_locator *l = &op->m.locator;
    bool own_key = l->key[0] && strcmp(l->key, op->m.oid) != 0;

    op->object = (struct hobject){
        .key = own_key ? l->key : "",
        .name = op->m.oid,
        .nspace = l->nspace,
        .snap = op->m.snapid == SNAP_DIR ? SNAP_HEAD : op->m.snapid,
        .hash = op->m.hash,
        .pool = op->m.pg.pool,
    };
}

static void look_at_steps(struct op_request *op)
{
    for (unsigned i = 0; i < op->m.op_count; i++) {
        uint16_t code = op->m.ops[i].code;
        const struct class_method *method = code == OSD_OP_CALL ? class_method_find(&op->m.ops[i]) : NULL;
        if (osd_op_writes(code) || (method && method->flags & CLASS_WR))
            op->writes = true;
        if (!osd_op_writes(code) && (!method || method->flags & CLASS_RD))
            op->reads = true;
        if ((code & CODE_TYPE) == CODE_TYPE_PG)
            op->on_pg = true;
    }
    if (op->m.flags & OSD_FLAG_WRITE)
        op->writes = true;
    if (op->m.flags & (OSD_FLAG_READ | OSD_FLAG_RWORDERED))
        op->reads = true;
}

/* The steps and the name go away with the answer. */
static void summarize(struct op_request *op)
{
    const struct entity_addr *addr =
        op->con ? entity_addrvec_canonical(connection_peer_addrs(op->con)) : NULL;
    struct op_summary *s = &op->summary;

    s->reqid = op->reqid;
    if (addr)
        s->client_addr = *addr;
    s->pg = op->m.pg;
    snprintf(s->oid, sizeof(s->oid), "%s", op->m.oid);
    s->op_count = op->m.op_count;
    for (unsigned i = 0; i < s->op_count && i < OP_CODES_SHOWN; i++)
        s->codes[i] = op->m.ops[i].code;
    s->epoch = op->m.osdmap_epoch;
    s->start_ns = clock_monotonic_ns();
}

int op_request_create(struct op_tracker *tracker, struct message *msg, struct op_request **out)
{
    struct op_request *op = calloc(1, sizeof(*op));
    int r = op ? m_osd_op_decode(&op->m, msg) : -ENOMEM;

    if (r) {
        free(op);
        message_put(msg);
        return r;
    }
    list_init(&op->work.link);
    op->msg = msg;
    op->con = msg->con;
    op->reqid = op->m.reqid;
    if (op->reqid.name.type == 0)
        op->reqid = (struct osd_reqid){.name = msg->src, .tid = msg->tid};
    name_object(op);
    look_at_steps(op);
    summarize(op);
    op->tracker = tracker;
    mutex_lock(&tracker->lock);
    list_add_tail(&tracker->ops, &op->tracked);
    tracker->count++;
    mutex_unlock(&tracker->lock);
    *out = op;
    return 0;
}

static void describe(const struct op_summary *s, char *buf, size_t size)
{
    char who[ENTITY_NAME_MAX], pg[PG_ID_TEXT_MAX];
    size_t n;

    n = (size_t)snprintf(buf, size, "osd_op(%s.%d:%llu %s %s [", entity_name_print(&s->reqid.name, who),
                         s->reqid.incarnation, (unsigned long long)s->reqid.tid, pg_id_print(s->pg, pg),
                         s->oid);
    for (unsigned i = 0; i < s->op_count && i < OP_CODES_SHOWN && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? "," : "", osd_op_name(s->codes[i]));
    if (n < size)
        snprintf(buf + n, size - n, "%s] e%u)", s->op_count > OP_CODES_SHOWN ? ",..." : "", s->epoch);
}

static void remember_locked(struct op_tracker *t, const struct op_summary *s)
{
    unsigned at = OP_HISTORY;

    t->history[t->done++ % OP_HISTORY] = *s;
    while (at > 0 && t->slowest[at - 1].took_ns < s->took_ns)
        at--;
    if (at == OP_HISTORY)
        return;
    memmove(&t->slowest[at + 1], &t->slowest[at], (OP_HISTORY - 1 - at) * sizeof(*s));
    t->slowest[at] = *s;
}

void op_request_free(struct op_request *op)
{
    struct op_tracker *t;

    if (!op)
        return;
    t = op->tracker;
    op->summary.took_ns = clock_monotonic_ns() - op->summary.start_ns;
    op->summary.state = atomic_load(&op->state);
    mutex_lock(&t->lock);
    list_remove(&op->tracked);
    t->count--;
    remember_locked(t, &op->summary);
    mutex_unlock(&t->lock);
    copy_fetch_free(op->copy);
    m_osd_op_destroy(&op->m);
    message_put(op->msg);
    free(op);
}

void op_requests_drop(struct list *works)
{
    while (!list_empty(works)) {
        struct pg_work *w = list_first(works, struct pg_work, link);
        list_remove(&w->link);
        op_request_free(CONTAINER_OF(w, struct op_request, work));
    }
}

void op_tracker_init(struct op_tracker *t)
{
    memset(t, 0, sizeof(*t));
    mutex_init(&t->lock, "op_tracker", LOCK_RANK_OP_TRACKER);
    list_init(&t->ops);
}

void op_tracker_destroy(struct op_tracker *t)
{
    mutex_destroy(&t->lock);
}

void op_tracker_slow(struct op_tracker *t, uint64_t age_ns, uint32_t *count, uint32_t *oldest)
{
    uint64_t now = clock_monotonic_ns();

    *count = *oldest = 0;
    mutex_lock(&t->lock);
    list_for_each(op, &t->ops, struct op_request, tracked) { /* the oldest comes first */
        if (now - op->summary.start_ns < age_ns)
            break;
        if (!*count)
            *oldest = (uint32_t)((now - op->summary.start_ns) / NSEC_PER_SEC);
        ++*count;
    }
    mutex_unlock(&t->lock);
}

static void dump_event(struct formatter *f, const char *event, uint64_t wall_ns, uint64_t took_ns)
{
    char stamp[UTIME_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "event", event);
    formatter_string(f, "time", utime_print(utime_from_ns(wall_ns), stamp));
    formatter_double(f, "duration", (double)took_ns / (double)NSEC_PER_SEC);
    formatter_close(f);
}

static void dump_client(struct formatter *f, const struct op_summary *s)
{
    char text[ENTITY_ADDR_TEXT_MAX], who[ENTITY_NAME_MAX];

    formatter_open_object(f, "client_info");
    formatter_string(f, "client", entity_name_print(&s->reqid.name, who));
    formatter_string(f, "client_addr", entity_addr_print(&s->client_addr, text));
    formatter_uint(f, "tid", s->reqid.tid);
    formatter_close(f);
}

/* took_ns: until now, or until its end. */
static void dump_op(struct formatter *f, const struct op_summary *s, int state, uint64_t took_ns, bool done)
{
    uint64_t age = clock_monotonic_ns() - s->start_ns, wall = clock_realtime_ns() - age;
    char text[256], stamp[UTIME_TEXT_MAX];

    describe(s, text, sizeof(text));
    formatter_open_object(f, NULL);
    formatter_string(f, "description", text);
    formatter_string(f, "initiated_at", utime_print(utime_from_ns(wall), stamp));
    formatter_double(f, "age", (double)age / (double)NSEC_PER_SEC);
    formatter_double(f, "duration", (double)took_ns / (double)NSEC_PER_SEC);
    formatter_open_object(f, "type_data");
    formatter_string(f, "flag_point", state_text(state));
    dump_client(f, s);
    formatter_open_array(f, "events");
    dump_event(f, "initiated", wall, 0);
    if (done)
        dump_event(f, "done", wall + took_ns, took_ns);
    else
        dump_event(f, state_text(state), wall + took_ns, took_ns);
    formatter_close(f);
    formatter_close(f);
    formatter_close(f);
}

void op_tracker_dump_ops(struct op_tracker *t, struct formatter *f)
{
    uint64_t now = clock_monotonic_ns();

    formatter_open_object(f, NULL);
    formatter_open_array(f, "ops");
    mutex_lock(&t->lock);
    list_for_each(op, &t->ops, struct op_request, tracked)
        dump_op(f, &op->summary, atomic_load(&op->state), now - op->summary.start_ns, false);
    formatter_close(f);
    formatter_uint(f, "num_ops", t->count);
    mutex_unlock(&t->lock);
    formatter_close(f);
}

void op_tracker_dump_history(struct op_tracker *t, bool slowest, struct formatter *f)
{
    uint64_t now = clock_monotonic_ns();

    formatter_open_object(f, NULL);
    formatter_uint(f, "size", OP_HISTORY);
    formatter_uint(f, "duration", HISTORY_SECONDS);
    formatter_open_array(f, "ops");
    mutex_lock(&t->lock);
    for (unsigned i = 0; i < OP_HISTORY; i++) { /* the oldest first, as long as there are not more */
        const struct op_summary *s = slowest ? &t->slowest[i] : &t->history[(t->done + i) % OP_HISTORY];
        if (s->took_ns && now - s->start_ns - s->took_ns < HISTORY_SECONDS * NSEC_PER_SEC)
            dump_op(f, s, s->state, s->took_ns, true);
    }
    mutex_unlock(&t->lock);
    formatter_close(f);
    formatter_close(f);
}
