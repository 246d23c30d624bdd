/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/op_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "osd/class_call.h"

/* What an operation's code is about. */
enum { CODE_TYPE = 0x0f00, CODE_TYPE_PG = 0x0500 };

enum { SLOW_NS = 1000000 }; /* below this nobody asks for what an operation did */

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
        .snap = op->m.snapid,
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
    op->stamp_ns = msg->recv_ns;
    name_object(op);
    look_at_steps(op);
    op->tracker = tracker;
    mutex_lock(&tracker->lock);
    list_add_tail(&tracker->ops, &op->tracked);
    tracker->count++;
    mutex_unlock(&tracker->lock);
    *out = op;
    return 0;
}

static void describe(const struct op_request *op, char *buf, size_t size)
{
    char who[ENTITY_NAME_MAX], pg[PG_ID_TEXT_MAX];
    size_t n;

    n = (size_t)snprintf(buf, size, "osd_op(%s:%llu %s %s [", entity_name_print(&op->reqid.name, who),
                         (unsigned long long)op->reqid.tid, pg_id_print(op->m.pg, pg), op->m.oid);
    for (unsigned i = 0; i < op->m.op_count && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? "," : "", osd_op_name(op->m.ops[i].code));
    if (n < size)
        snprintf(buf + n, size - n, "] e%u)", op->m.osdmap_epoch);
}

static void remember_locked(struct op_tracker *t, const struct op_request *op, uint64_t took)
{
    struct op_done d = {.took_ns = took, .start_wall_ns = clock_realtime_ns() - took};
    unsigned at = OP_HISTORY;

    describe(op, d.text, sizeof(d.text));
    memmove(&t->history[1], &t->history[0], (OP_HISTORY - 1) * sizeof(d));
    t->history[0] = d;
    while (at > 0 && t->slowest[at - 1].took_ns < took)
        at--;
    if (at == OP_HISTORY)
        return;
    memmove(&t->slowest[at + 1], &t->slowest[at], (OP_HISTORY - 1 - at) * sizeof(d));
    t->slowest[at] = d;
}

void op_request_free(struct op_request *op)
{
    struct op_tracker *t;
    uint64_t took;

    if (!op)
        return;
    t = op->tracker;
    took = clock_monotonic_ns() - op->stamp_ns;
    mutex_lock(&t->lock);
    list_remove(&op->tracked);
    t->count--;
    t->done++;
    if (took > SLOW_NS)
        remember_locked(t, op, took);
    mutex_unlock(&t->lock);
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
        if (now - op->stamp_ns < age_ns)
            break;
        if (!*count)
            *oldest = (uint32_t)((now - op->stamp_ns) / NSEC_PER_SEC);
        ++*count;
    }
    mutex_unlock(&t->lock);
}

static void dump_op(struct formatter *f, const char *text, uint64_t start_wall_ns, uint64_t ns,
                    const char *age_name)
{
    char stamp[UTIME_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "description", text);
    formatter_string(f, "initiated_at", utime_print(utime_from_ns(start_wall_ns), stamp));
    formatter_double(f, age_name, (double)ns / (double)NSEC_PER_SEC);
}

void op_tracker_dump_ops(struct op_tracker *t, struct formatter *f)
{
    uint64_t now = clock_monotonic_ns(), wall = clock_realtime_ns();
    char text[200];

    formatter_open_object(f, NULL);
    formatter_open_array(f, "ops");
    mutex_lock(&t->lock);
    list_for_each(op, &t->ops, struct op_request, tracked) {
        describe(op, text, sizeof(text));
        dump_op(f, text, wall - (now - op->stamp_ns), now - op->stamp_ns, "age");
        formatter_open_object(f, "type_data");
        formatter_string(f, "flag_point", state_text(atomic_load(&op->state)));
        formatter_close(f);
        formatter_close(f);
    }
    formatter_close(f);
    formatter_uint(f, "num_ops", t->count);
    mutex_unlock(&t->lock);
    formatter_close(f);
}

void op_tracker_dump_history(struct op_tracker *t, bool slowest, struct formatter *f)
{
    formatter_open_object(f, NULL);
    formatter_uint(f, "size", OP_HISTORY);
    formatter_open_array(f, slowest ? "Ops" : "ops");
    mutex_lock(&t->lock);
    for (unsigned i = 0; i < OP_HISTORY; i++) {
        const struct op_done *d = slowest ? &t->slowest[i] : &t->history[i];
        if (!d->text[0])
            break;
        dump_op(f, d->text, d->start_wall_ns, d->took_ns, "duration");
        formatter_close(f);
    }
    mutex_unlock(&t->lock);
    formatter_close(f);
    formatter_close(f);
}
