/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/op_exec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "osd/class_call.h"
#include "osd/copy_from.h"
#include "osd/op_context.h"
#include "osd/osd.h"
#include "osd/watch_notify.h"

typedef int (*step_fn)(struct op_context *c, struct osd_op *op);

static step_fn find_step(uint16_t code)
{
    static const struct {
        uint16_t code;
        step_fn run;
    } steps[] = {
        {OSD_OP_READ, step_read},
        {OSD_OP_WRITE, step_write},
        {OSD_OP_WRITEFULL, step_writefull},
        {OSD_OP_STAT, step_stat},
        {OSD_OP_SETALLOCHINT, step_setallochint},
        {OSD_OP_DELETE, step_delete},
        {OSD_OP_APPEND, step_append},
        {OSD_OP_TRUNCATE, step_truncate},
        {OSD_OP_ZERO, step_zero},
        {OSD_OP_CREATE, step_create},
        {OSD_OP_WRITESAME, step_writesame},
        {OSD_OP_SPARSE_READ, step_sparse_read},
        {OSD_OP_MAPEXT, step_mapext},
        {OSD_OP_CHECKSUM, step_checksum},
        {OSD_OP_CMPEXT, step_cmpext},
        {OSD_OP_ASSERT_VER, step_assert_ver},
        {OSD_OP_LIST_SNAPS, step_list_snaps},
        {OSD_OP_GETXATTR, step_getxattr},
        {OSD_OP_GETXATTRS, step_getxattrs},
        {OSD_OP_CMPXATTR, step_cmpxattr},
        {OSD_OP_SETXATTR, step_setxattr},
        {OSD_OP_RMXATTR, step_rmxattr},
        {OSD_OP_OMAPGETKEYS, step_omap_get_keys},
        {OSD_OP_OMAPGETVALS, step_omap_get_vals},
        {OSD_OP_OMAPGETHEADER, step_omap_get_header},
        {OSD_OP_OMAPGETVALSBYKEYS, step_omap_get_vals_by_keys},
        {OSD_OP_OMAP_CMP, step_omap_cmp},
        {OSD_OP_OMAPSETVALS, step_omap_set_vals},
        {OSD_OP_OMAPSETHEADER, step_omap_set_header},
        {OSD_OP_OMAPCLEAR, step_omap_clear},
        {OSD_OP_OMAPRMKEYS, step_omap_rm_keys},
        {OSD_OP_OMAPRMKEYRANGE, step_omap_rm_key_range},
        {OSD_OP_PGNLS, step_pgnls},
        {OSD_OP_WATCH, step_watch},
        {OSD_OP_NOTIFY, step_notify},
        {OSD_OP_NOTIFY_ACK, step_notify_ack},
        {OSD_OP_LIST_WATCHERS, step_list_watchers},
        {OSD_OP_COPY_GET, step_copy_get},
        {OSD_OP_COPY_FROM, step_copy_from},
        {OSD_OP_COPY_FROM2, step_copy_from},
        {OSD_OP_CALL, step_call},
    };

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        if (steps[i].code == code)
            return steps[i].run;
    }
    return NULL;
}

struct osd *op_osd(const struct op_context *c)
{
    return c->pg->osd;
}

int step_give(struct osd_op *op, struct encode *e)
{
    size_t len;
    int r = encode_error(e);
    uint8_t *bytes = encode_steal(e, &len);
    struct buffer *b;

    encode_destroy(e);
    if (r || !len) {
        free(bytes);
        return r;
    }
    b = buffer_wrap_malloc(bytes, len);
    return b ? bufferlist_append(&op->out, slice_of(b)) : -ENOMEM;
}

void step_list_init(struct step_list *l)
{
    l->count = 0;
    encode_init(&l->e);
    encode_u32(&l->e, 0);
}

void step_list_add(struct step_list *l, const struct slice *key, const struct slice *value)
{
    encode_blob(&l->e, key->data, key->len);
    if (value)
        encode_blob(&l->e, value->data, value->len);
    l->count++;
}

void step_list_finish(struct step_list *l)
{
    if (!encode_error(&l->e))
        put_le32(l->e.data, l->count);
}

int step_give_list(struct osd_op *op, struct step_list *l, int error)
{
    if (error) {
        encode_destroy(&l->e);
        return error;
    }
    step_list_finish(l);
    return step_give(op, &l->e);
}

void op_create_object(struct op_context *c)
{
    c->modified = c->user_modified = true;
    if (c->exists)
        return;
    c->exists = true;
    os_touch(c->txn, &c->obc->name);
}

/* ---- the answer ---- */

#define FLAGS_DONE     (OSD_FLAG_ACK | OSD_FLAG_ONDISK)
#define FLAG_RETURNVEC 0x4000000u

static struct message *make_reply(struct pg *pg, struct op_request *req, int result, bool with_ack,
                                  struct eversion replay, uint64_t user_version)
{
    struct m_osd_op_reply reply = {
        .oid = req->m.oid,
        .pg = req->m.pg,
        .flags = (req->m.flags & ~(uint64_t)FLAGS_DONE) | (with_ack ? FLAGS_DONE : 0),
        .result = result,
        .bad_replay_version = {user_version, replay.epoch},
        .osdmap_epoch = pg->map->map.epoch,
        .ops = req->m.ops,
        .op_count = req->m.op_count,
        .retry_attempt = req->m.retry_attempt,
        .replay_version = replay,
        .user_version = user_version,
    };
    struct message *msg;

    /* The reply echoes the request's steps: it gets them, the request is over. */
    req->m.oid = NULL;
    req->m.ops = NULL;
    req->m.op_count = 0;
    msg = m_osd_op_reply_send(&reply);
    if (msg)
        msg->tid = req->msg->tid;
    return msg;
}

static void drop_out_data(struct op_request *req)
{
    for (unsigned i = 0; i < req->m.op_count; i++) {
        bufferlist_destroy(&req->m.ops[i].out);
        bufferlist_init(&req->m.ops[i].out);
    }
}

static void reply_now(struct pg *pg, struct op_request *req, int result, bool with_ack,
                      struct eversion replay, uint64_t user_version)
{
    struct message *msg = make_reply(pg, req, result, with_ack, replay, user_version);

    if (msg)
        pg_send(pg, req->con, msg);
    osd_count_latency(pg->osd, req);
    op_request_free(req);
}

void op_reply_error(struct pg *pg, struct op_request *req, int error)
{
    for (unsigned i = 0; i < req->m.op_count; i++)
        req->m.ops[i].result = 0;
    drop_out_data(req);
    reply_now(pg, req, error, false, (struct eversion){0}, 0);
}

/* ---- the same request again ---- */

static void duplicate_committed(struct pg *pg, struct pg_work *w)
{
    struct op_request *req = CONTAINER_OF(w, struct op_request, work);

    op_exec(pg, req);
}

/* True: this request was carried out before; it is answered as then, once that is committed. */
static bool answer_duplicate(struct pg *pg, struct op_request *req)
{
    const struct pg_log_entry *e = pg_log_find(&pg->log, &req->reqid);
    struct repop *under_way;

    if (!e)
        return false;
    under_way = repop_find(pg, e->version);
    if (under_way) {
        req->work.run = duplicate_committed;
        list_add_tail(&under_way->duplicates, &req->work.link);
        return true;
    }
    reply_now(pg, req, e->result, true, e->version, e->user_version);
    return true;
}

/* ---- the steps ---- */

static int run_step(struct op_context *c, struct osd_op *op)
{
    step_fn run = find_step(op->code);
    char who[ENTITY_NAME_MAX];

    if (!run) {
        derr(osd, "%s asked for %s (code %#x) on %s, which is not supported",
             entity_name_print(&c->req->reqid.name, who), osd_op_name(op->code), op->code, c->req->m.oid);
        return -EOPNOTSUPP;
    }
    if (osd_op_writes(op->code) && !c->repop)
        return -EINVAL; /* the flags said that nothing would be written */
    if (!c->obc && run != step_pgnls)
        return -EINVAL; /* that needs an object */
    return run(c, op);
}

/* The store has said where; whose bytes they were is known here. */
static void say_damaged(const struct op_context *c, const struct osd_op *op)
{
    const struct hobject *o = &c->req->object;

    derr(osd, "pg %" PRId64 ".%x: %s of %s%s%s: Input/output error: what is stored of the object is damaged",
         c->pg->id.pool, c->pg->id.seed, osd_op_name(op->code), o->nspace, o->nspace[0] ? "/" : "", o->name);
}

/* The result of the whole: that of the first step that failed, else of the last. */
static int run_steps(struct op_context *c)
{
    int result = 0;

    for (unsigned i = 0; i < c->req->m.op_count; i++) {
        struct osd_op *op = &c->req->m.ops[i];
        result = run_step(c, op);
        op->result = result;
        if (result == -EIO)
            say_damaged(c, op);
        if (result < 0 && op->flags & OSD_OP_FLAG_FAILOK)
            result = 0;
        if (result < 0)
            return result;
        if (op->code == OSD_OP_CMPXATTR)
            result = 0;
    }
    return result;
}

/* ---- writing ---- */

static struct pg_log_entry *new_entry(struct op_context *c, enum pg_log_kind kind, int result)
{
    struct pg *pg = c->pg;
    struct pg_log_entry *e = calloc(1, sizeof(*e));

    if (!e)
        return NULL;
    if (hobject_copy(&e->object, &c->obc->name)) {
        free(e);
        return NULL;
    }
    e->kind = (uint8_t)kind;
    e->version = (struct eversion){pg->last_update.version + 1, pg->map->map.epoch};
    e->prior_version = c->obc->info.version;
    if (c->req) {
        e->reqid = c->req->reqid;
        e->mtime = c->req->m.mtime;
    }
    e->result = result;
    e->user_version = c->obc->info.user_version;
    return e;
}

/* What changes in the group's sums. */
static void count_change(struct op_context *c)
{
    struct pg_stats *s = &c->pg->stats;

    s->objects += (int64_t)c->exists - (int64_t)c->obc->exists;
    s->bytes += (int64_t)(c->exists ? c->info.size : 0) - (int64_t)(c->obc->exists ? c->obc->info.size : 0);
    s->writes++;
}

/* The object is what the steps made of it, from now on for everybody. */
static int adopt_info(struct op_context *c, struct pg_log_entry *e)
{
    struct object_info *info = &c->info;
    struct encode enc;
    struct slice bytes;
    int r;

    info->prior_version = c->obc->info.version;
    info->version = e->version;
    if (c->req) {
        count_change(c);
        info->last_reqid = c->req->reqid;
    }
    if (c->user_modified) {
        uint64_t floor = c->pg->last_user_version;
        info->user_version = (info->user_version > floor ? info->user_version : floor) + 1;
        c->pg->last_user_version = info->user_version;
        if (utime_to_ns(c->req->m.mtime))
            info->mtime = c->req->m.mtime;
    }
    e->user_version = info->user_version;
    if (c->exists) {
        encode_init(&enc);
        object_info_encode(info, &enc);
        bytes = (struct slice){.data = enc.data, .len = enc.len};
        os_setattr(c->txn, &c->obc->name, OBJECT_INFO_ATTR, &bytes);
        r = encode_error(&enc);
        encode_destroy(&enc);
        if (r)
            return r;
    } else {
        object_info_destroy(info);
    }
    c->obc->exists = c->exists;
    object_info_destroy(&c->obc->info);
    c->obc->info = *info;
    memset(info, 0, sizeof(*info));
    return 0;
}

static void commit(struct op_context *c, struct pg_log_entry *e, int result)
{
    struct op_request *req = c->req;
    struct repop *r = c->repop;

    if (result >= 0 && !(req->m.flags & FLAG_RETURNVEC)) /* of a failure something may be told */
        drop_out_data(req);
    op_request_mark(req, OP_COMMITTING);
    r->reply = make_reply(c->pg, req, result, true, e->version, e->user_version);
    r->req = req;
    c->repop = NULL;
    repop_start(r, e);
}

/* Nothing is changed, but the answer is kept for a resend. */
static void commit_failure(struct op_context *c, int result)
{
    struct pg_log_entry *e = new_entry(c, PG_LOG_ERROR, result);

    os_transaction_destroy(c->txn);
    if (!e) {
        op_reply_error(c->pg, c->req, -ENOMEM);
        return;
    }
    e->prior_version = (struct eversion){0};
    commit(c, e, result);
}

static void commit_success(struct op_context *c, int result)
{
    struct pg_log_entry *e = new_entry(c, c->exists ? PG_LOG_MODIFY : PG_LOG_DELETE, result);

    if (!e || adopt_info(c, e)) {
        pg_log_entry_free(e);
        os_transaction_destroy(c->txn);
        op_reply_error(c->pg, c->req, -ENOMEM);
        return;
    }
    watch_effects_apply(c); /* who watches now; before the answer */
    commit(c, e, result);
}

static void finish_write(struct op_context *c, int result)
{
    if (result > 0 && !(c->req->m.flags & FLAG_RETURNVEC))
        result = 0;
    if (result < 0)
        commit_failure(c, result);
    else if (c->txn->op_count || c->modified)
        commit_success(c, result);
    else {
        watch_effects_apply(c);
        reply_now(c->pg, c->req, result, true, (struct eversion){0}, c->obc->info.user_version);
    }
}

void op_update_info(struct pg *pg, struct object_context *obc, struct object_info *info)
{
    struct op_context c = {.pg = pg, .obc = obc, .exists = true, .info = *info};
    struct pg_log_entry *e = NULL;

    object_context_ref(obc);
    c.repop = repop_create(pg, obc);
    if (c.repop) {
        c.txn = &c.repop->txn;
        e = new_entry(&c, PG_LOG_MODIFY, 0);
    }
    if (e && adopt_info(&c, e) == 0) {
        repop_start(c.repop, e);
        return;
    }
    derr(osd, "no memory to change what is known of %s", obc->name.name);
    pg_log_entry_free(e);
    object_info_destroy(&c.info);
    if (c.repop)
        repop_free(c.repop);
}

/* ---- the operation ---- */

/* It asks for the object with all of its snapshots, which is the object. */
static bool lists_snaps(const struct m_osd_op *m)
{
    return m->snapid == SNAP_DIR && m->op_count == 1 && m->ops[0].code == OSD_OP_LIST_SNAPS;
}

static bool is_blocklisted(const struct pg *pg, const struct op_request *req)
{
    const struct entity_addr *client = entity_addrvec_canonical(connection_peer_addrs(req->con));

    return client && osdmap_is_blocklisted(&pg->map->map, client);
}

/* What is refused before anything is looked at. */
static int check_request(struct pg *pg, const struct op_request *req)
{
    const struct m_osd_op *m = &req->m;

    if (req->on_pg)
        return req->writes ? -EINVAL : 0;
    if (strlen(m->oid) > osd_limits(pg->osd)->object_name ||
        strlen(m->locator.key) > osd_limits(pg->osd)->object_name)
        return -ENAMETOOLONG;
    if (strlen(m->locator.nspace) > osd_limits(pg->osd)->nspace)
        return -ENAMETOOLONG;
    if (!m->oid[0])
        return -EINVAL;
    if (is_blocklisted(pg, req))
        return -ESHUTDOWN;
    if (m->snapid != SNAP_HEAD && !lists_snaps(m)) {
        derr(osd, "snapshot %llx of %s was asked for; snapshots are not supported",
             (unsigned long long)m->snapid, m->oid);
        return -EOPNOTSUPP;
    }
    if (req->writes && m->snap_count) {
        derr(osd, "%s was to be written with snapshots, which are not supported", m->oid);
        return -EOPNOTSUPP;
    }
    return class_check_calls(req);
}

/* Another OSD reads the object to copy it. */
static bool is_copied(const struct op_request *req)
{
    for (unsigned i = 0; i < req->m.op_count; i++) {
        if (req->m.ops[i].code == OSD_OP_COPY_GET)
            return true;
    }
    return false;
}

/* An object whose writes are not on disk yet is not shown; who comes behind a waiting one waits, too. */
static bool must_wait(const struct object_context *o, const struct op_request *req)
{
    if (is_copied(req))
        return o->writes;
    if (o->copying || !list_empty(&o->waiting))
        return true;
    return o->writes && req->reads;
}

static int start_write(struct op_context *c)
{
    int r = object_info_copy(&c->info, &c->obc->info);

    if (r)
        return r;
    object_context_ref(c->obc);
    c->repop = repop_create(c->pg, c->obc);
    if (!c->repop)
        return -ENOMEM;
    c->txn = &c->repop->txn;
    return 0;
}

static void count_reads(struct pg *pg, const struct op_request *req)
{
    pg->stats.reads++;
    for (unsigned i = 0; i < req->m.op_count; i++)
        pg->stats.read_bytes += req->m.ops[i].out.len;
}

static void exec_read(struct op_context *c)
{
    int result;

    if (c->obc)
        c->info = c->obc->info; /* borrowed: reads do not change it */
    if (!c->exists && !c->req->on_pg) {
        op_reply_error(c->pg, c->req, -ENOENT);
        return;
    }
    result = run_steps(c);
    count_reads(c->pg, c->req);
    osd_count_op(op_osd(c), c->req, result);
    if (result >= 0)
        watch_effects_apply(c);
    watch_effects_drop(c);
    reply_now(c->pg, c->req, result, true, (struct eversion){0}, c->info.user_version);
}

/* More objects or more bytes. */
static bool grows(const struct op_context *c)
{
    return c->exists && (!c->obc->exists || c->info.size > c->obc->info.size);
}

static void exec_write(struct op_context *c)
{
    int r = start_write(c), full;

    if (r == 0)
        r = run_steps(c);
    if (r >= 0 && grows(c)) {
        full = osd_check_full(op_osd(c), c->pg, &c->req->m);
        r = full ? full : r;
    }
    osd_count_op(op_osd(c), c->req, r);
    if (c->repop)
        finish_write(c, r);
    else
        op_reply_error(c->pg, c->req, r);
    if (c->repop)
        repop_free(c->repop);
    object_info_destroy(&c->info);
    watch_effects_drop(c);
}

void op_exec(struct pg *pg, struct op_request *req)
{
    struct op_context c = {.pg = pg, .req = req};
    int r = check_request(pg, req);

    if (r == 0 && req->writes && answer_duplicate(pg, req))
        return;
    if (r == 0 && req->on_pg) {
        op_request_mark(req, OP_STARTED);
        exec_read(&c);
        return;
    }
    if (r == 0)
        r = object_context_get(&pg->objects, osd_store(pg->osd), pg->coll, &req->object, &c.obc);
    if (r) {
        op_reply_error(pg, req, r);
        return;
    }
    watch_load(pg, c.obc);
    if (must_wait(c.obc, req)) {
        op_request_mark(req, OP_WAITING_FOR_OBJECT);
        req->work.run = pg_do_op;
        list_add_tail(&c.obc->waiting, &req->work.link);
        object_context_put(&pg->objects, c.obc); /* its writes hold it */
        return;
    }
    if (copy_fetch_is_due(req)) {
        if (copy_fetch_start(pg, c.obc, req))
            op_reply_error(pg, req, -ENOMEM);
        object_context_put(&pg->objects, c.obc);
        return;
    }
    op_request_mark(req, OP_STARTED);
    c.exists = c.obc->exists;
    if (req->writes)
        exec_write(&c);
    else
        exec_read(&c);
    object_context_put(&pg->objects, c.obc);
}
