/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objecter's operations: finding their targets, sending, sending again, answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "osdc/objecter_internal.h"
#include "types/hobject.h"

#define OP_PRIORITY 63

/* ---- life ---- */

struct objecter_op *objecter_op_create(int64_t pool, const char *nspace, const char *key, const char *name,
                                       objecter_done done, void *arg)
{
    size_t name_size = strlen(name) + 1, key_size = strlen(key) + 1, nspace_size = strlen(nspace) + 1;
    struct objecter_op *op = malloc(sizeof(*op) + name_size + key_size + nspace_size);
    char *text;

    if (!op)
        return NULL;
    memset(op, 0, offsetof(struct objecter_op, operation));
    object_operation_init(&op->operation);
    memset((char *)op + offsetof(struct objecter_op, snapid), 0,
           sizeof(*op) - offsetof(struct objecter_op, snapid));
    text = (char *)(op + 1);
    op->name = memcpy(text, name, name_size);
    op->key = memcpy(text + name_size, key, key_size);
    op->nspace = memcpy(text + name_size + key_size, nspace, nspace_size);
    op->snapid = SNAP_HEAD;
    op->pg_hash = -1;
    op->attempts = -1;
    op->done = done;
    op->arg = arg;
    op->target = (struct objecter_target){.pool = pool, .osd = -1};
    list_init(&op->entry);
    list_init(&op->bucket);
    return op;
}

void objecter_op_free(struct objecter_op *op)
{
    object_operation_destroy(&op->operation);
    free(op->snaps);
    free(op);
}

/* Before the callback, which may wait for room itself. */
static void give_back(struct objecter_op *op)
{
    if (!op->limited_by)
        return;
    throttle_give(&op->limited_by->inflight_bytes, op->bytes);
    throttle_give(&op->limited_by->inflight_ops, 1);
    op->limited_by = NULL;
}

void objecter_end_op(struct objecter_op *op, const struct objecter_answer *answer)
{
    give_back(op);
    if (op->done)
        op->done(op->arg, answer);
    objecter_op_free(op);
}

void objecter_end_all(struct list *ended, int error)
{
    struct objecter_answer answer = {.result = error};

    list_for_each_safe(op, ended, struct objecter_op, entry) {
        list_remove(&op->entry);
        objecter_end_op(op, &answer);
    }
}

/* ---- the table of a session ---- */

void osd_session_insert(struct osd_session *s, struct objecter_op *op)
{
    op->session = s;
    list_add_tail(&s->ops, &op->entry);
    list_add_tail(&s->buckets[op->tid % SESSION_BUCKETS], &op->bucket);
}

void osd_session_remove(struct osd_session *s UNUSED, struct objecter_op *op)
{
    list_remove(&op->entry);
    list_remove(&op->bucket);
}

static struct objecter_op *find_op(struct osd_session *s, uint64_t tid)
{
    list_for_each(op, &s->buckets[tid % SESSION_BUCKETS], struct objecter_op, bucket)
        if (op->tid == tid)
            return op;
    return NULL;
}

/* ---- sending ---- */

/* The message, with references to the data of the steps. */
static struct message *op_message(struct objecter *o, struct objecter_op *op)
{
    struct m_osd_op payload = {
        .pg = op->target.pg,
        .hash = op->target.hash,
        .osdmap_epoch = o->map->map.epoch,
        .flags = op->flags,
        .mtime = op->mtime,
        .locator = {.pool = op->target.pool,
                    .key = (char *)op->key,
                    .nspace = (char *)op->nspace,
                    .hash = op->pg_hash >= 0 ? op->pg_hash : OBJECT_LOCATOR_NO_HASH},
        .oid = (char *)op->name,
        .ops = op->operation.ops,
        .op_count = (uint16_t)op->operation.count,
        .snapid = op->snapid,
        .snap_seq = op->snap_seq,
        .snaps = op->snaps,
        .snap_count = op->snap_count,
        .retry_attempt = op->attempts,
        .features = CEPH_FEATURES_ALL,
    };
    struct message_version v = {m_osd_op_codec.version, m_osd_op_codec.compat};
    struct message *m;
    struct encode e;
    int r = 0;

    encode_init(&e);
    m_osd_op_codec.encode(&payload, &e, 0, &v);
    m = message_create(MSG_OSD_OP, v.version, v.compat);
    if (!m) {
        encode_destroy(&e);
        return NULL;
    }
    r = message_set_front(m, &e);
    for (unsigned i = 0; i < op->operation.count && r == 0; i++)
        r = bufferlist_append(&m->data, slice_get(&op->operation.ops[i].in));
    if (r) {
        message_put(m);
        return NULL;
    }
    m->tid = op->tid;
    m->priority = OP_PRIORITY;
    return m;
}

/* In its session already, which has a connection. What is not sent for want of memory is sent at the next
 * occasion. map_lock held for writing. */
static void send_again(struct objecter *o, struct objecter_op *op)
{
    struct osd_session *s = op->session;
    struct message *m;
    bool go;

    mutex_lock(&s->lock);
    op->held = osd_session_holds(s, op);
    go = s->con && !op->paused && !op->held;
    if (go)
        op->attempts++;
    mutex_unlock(&s->lock);
    if (!go)
        return;
    m = op_message(o, op);
    if (m)
        connection_send(s->con, m);
    else
        derr(objecter, "no memory to send an operation again");
}

static int compare_tids(const void *a, const void *b)
{
    const struct objecter_op *const *x = a, *const *y = b;

    return (*x)->tid < (*y)->tid ? -1 : (*x)->tid > (*y)->tid;
}

/* Empties ops, whose entries are in the order of sessions, and gives an array in the order of submission. */
static struct objecter_op **sorted(struct list *ops, size_t *count)
{
    struct objecter_op **all;
    size_t n = 0;

    list_for_each(op, ops, struct objecter_op, entry)
        n++;
    all = malloc((n + 1) * sizeof(struct objecter_op *));
    if (!all)
        abort(); /* a few bytes for each operation that was there already */
    n = 0;
    list_for_each_safe(op, ops, struct objecter_op, entry) {
        list_remove(&op->entry);
        all[n++] = op;
    }
    qsort(all, n, sizeof(struct objecter_op *), compare_tids);
    *count = n;
    return all;
}

/* To the session of each one's target. */
static void send_all_again(struct objecter *o, struct list *ops)
{
    size_t n;
    struct objecter_op **all = sorted(ops, &n);

    for (size_t i = 0; i < n; i++) {
        struct osd_session *s = osd_session_make(o, all[i]->target.osd);

        if (!s)
            s = o->homeless;
        mutex_lock(&s->lock);
        osd_session_insert(s, all[i]);
        mutex_unlock(&s->lock);
        if (s != o->homeless)
            send_again(o, all[i]);
    }
    free(all);
}

void objecter_resend_session(struct objecter *o, struct osd_session *s)
{
    struct list all;

    list_init(&all);
    mutex_lock(&s->lock);
    list_for_each_safe(op, &s->ops, struct objecter_op, entry) {
        osd_session_remove(s, op);
        list_add_tail(&all, &op->entry);
    }
    mutex_unlock(&s->lock);
    send_all_again(o, &all);
}

void objecter_resend_held(struct objecter *o, struct osd_session *s)
{
    struct list all;

    list_init(&all);
    mutex_lock(&s->lock);
    list_for_each_safe(op, &s->ops, struct objecter_op, entry) {
        if (op->held && !osd_session_holds(s, op)) {
            osd_session_remove(s, op);
            list_add_tail(&all, &op->entry);
        }
    }
    mutex_unlock(&s->lock);
    send_all_again(o, &all);
}

static uint32_t op_flags(const struct objecter_op *op)
{
    uint32_t flags = op->flags | OSD_FLAG_ONDISK | OSD_FLAG_KNOWN_REDIR;

    if (op->pg_hash >= 0)
        flags |= OSD_FLAG_PGOP | OSD_FLAG_IGNORE_OVERLAY;
    if (op->operation.writes)
        return flags | OSD_FLAG_WRITE;
    return flags & OSD_FLAG_WRITE ? flags : flags | OSD_FLAG_READ;
}

static void prepare(struct objecter *o, struct objecter_op *op)
{
    uint64_t timeout_ns =
        op->timeout_ns ? op->timeout_ns : conf_seconds_ns(o->conf, OPT_rados_osd_op_timeout);

    op->flags = op_flags(op);
    op->target.hash =
        op->pg_hash >= 0 ? (uint32_t)op->pg_hash : osdmap_hash_object(op->nspace, op->key, op->name);
    op->deadline_ns = timeout_ns ? clock_monotonic_ns() + timeout_ns : 0;
    if (op->flags & OSD_FLAG_WRITE && op->mtime.sec == 0)
        op->mtime = utime_now();
}

/* Tells whether it could be done with map_lock held for reading. */
static bool submit_shared(struct objecter *o, struct objecter_op *op)
{
    struct osd_session *s;
    struct message *m;
    struct connection *con = NULL;

    if (o->stopping || !o->map || objecter_target_find(o->map, &op->target) || op->target.osd < 0 ||
        objecter_target_is_paused(o->map, op->target.pool, op->flags))
        return false;
    s = osd_session_find(o, op->target.osd);
    if (!s || !s->con)
        return false;
    op->attempts = 0;
    m = op_message(o, op);
    if (!m) {
        op->attempts = -1;
        return false;
    }
    mutex_lock(&s->order);
    mutex_lock(&s->lock);
    op->held = osd_session_holds(s, op);
    if (!op->held)
        con = s->con;
    osd_session_insert(s, op);
    mutex_unlock(&s->lock);
    if (con)
        connection_send(con, m);
    else
        message_put(m);
    mutex_unlock(&s->order);
    return true;
}

/* Whatever it takes: a session, a pause, a pool that is not there. */
static void submit_exclusive(struct objecter *o, struct objecter_op *op)
{
    struct osd_session *s = o->homeless;
    bool no_pool = true;

    if (o->map) {
        no_pool = objecter_target_find(o->map, &op->target) != 0;
        op->paused = objecter_target_is_paused(o->map, op->target.pool, op->flags);
        s = no_pool ? o->homeless : osd_session_make(o, op->target.osd);
    }
    if (!s)
        s = o->homeless;
    mutex_lock(&s->lock);
    osd_session_insert(s, op);
    mutex_unlock(&s->lock);
    if (s != o->homeless)
        send_again(o, op);
    if (s == o->homeless || op->paused)
        objecter_want_map(o);
    if (no_pool && o->map)
        objecter_ask_version(o);
}

uint64_t objecter_submit(struct objecter *o, struct objecter_op *op)
{
    struct objecter_answer failed = {.result = op->operation.error};
    uint64_t tid = atomic_fetch_add_explicit(&o->last_tid, 1, memory_order_relaxed) + 1;
    bool done;

    op->tid = tid;
    if (failed.result) {
        objecter_end_op(op, &failed);
        return tid;
    }
    prepare(o, op);
    pthread_rwlock_rdlock(&o->map_lock);
    done = submit_shared(o, op);
    pthread_rwlock_unlock(&o->map_lock);
    if (done)
        return tid;
    pthread_rwlock_wrlock(&o->map_lock);
    done = !o->stopping;
    if (done)
        submit_exclusive(o, op);
    objecter_map_unlock(o);
    failed.result = -ESHUTDOWN;
    if (!done)
        objecter_end_op(op, &failed);
    return tid;
}

uint64_t objecter_submit_limited(struct objecter *o, struct objecter_op *op)
{
    op->bytes = object_operation_bytes(&op->operation);
    throttle_take(&o->inflight_ops, 1);
    throttle_take(&o->inflight_bytes, op->bytes);
    op->limited_by = o;
    return objecter_submit(o, op);
}

/* ---- a new map ---- */

enum fate { STAYS, IS_SENT_AGAIN, HAS_NO_POOL };

static enum fate retarget(struct objecter *o, struct cluster_map *old, bool skipped, struct objecter_op *op)
{
    struct objecter_target before = op->target;
    bool was_paused = op->paused, had_no_pool = !old || !osdmap_find_pool(&old->map, op->target.pool);
    int r = objecter_target_find(o->map, &op->target);

    if (r == -ENOENT) {
        if (op->no_pool_epoch && op->no_pool_epoch <= o->map->map.epoch)
            return HAS_NO_POOL;
        return op->session == o->homeless ? STAYS : IS_SENT_AGAIN;
    }
    op->no_pool_epoch = 0;
    op->paused = objecter_target_is_paused(o->map, op->target.pool, op->flags);
    if (skipped || had_no_pool || before.osd != op->target.osd || (was_paused && !op->paused))
        return IS_SENT_AGAIN;
    return objecter_target_moved(old, o->map, &before) ? IS_SENT_AGAIN : STAYS;
}

static void retarget_session(struct objecter *o, struct osd_session *s, struct cluster_map *old, bool skipped,
                             struct list *again, struct list *ended)
{
    bool reopen = osd_session_is_stale(s, o->map);

    if (reopen)
        osd_session_close(s);
    mutex_lock(&s->lock);
    list_for_each_safe(op, &s->ops, struct objecter_op, entry) {
        enum fate fate = retarget(o, old, skipped || reopen, op);

        if (fate == STAYS && !(reopen && op->target.osd < 0))
            continue;
        osd_session_remove(s, op);
        list_add_tail(fate == HAS_NO_POOL ? ended : again, &op->entry);
    }
    mutex_unlock(&s->lock);
}

/* Some wait for a pool that no map has had so far. */
static bool waits_for_pool(struct objecter *o)
{
    bool waits = false;

    mutex_lock(&o->homeless->lock);
    list_for_each(op, &o->homeless->ops, struct objecter_op, entry)
        waits |= op->no_pool_epoch == 0 && !osdmap_find_pool(&o->map->map, op->target.pool);
    mutex_unlock(&o->homeless->lock);
    return waits;
}

void objecter_retarget_all(struct objecter *o, struct cluster_map *old, bool skipped, struct list *ended)
{
    struct list again;
    bool homeless;

    list_init(&again);
    retarget_session(o, o->homeless, old, skipped, &again, ended);
    for (unsigned i = 0; i < o->session_count; i++)
        if (o->sessions[i])
            retarget_session(o, o->sessions[i], old, skipped, &again, ended);
    /* Operations whose pool went: nowhere to go until it is known that it will not come back. */
    send_all_again(o, &again);
    mutex_lock(&o->homeless->lock);
    homeless = !list_empty(&o->homeless->ops);
    mutex_unlock(&o->homeless->lock);
    if (homeless || cluster_map_pauses(o->map))
        objecter_want_map(o);
    if (homeless && waits_for_pool(o))
        objecter_ask_version(o);
}

/* ---- answers ---- */

static void finish_steps(struct objecter_op *op, struct m_osd_op_reply *reply)
{
    struct object_operation *mine = &op->operation;

    for (unsigned i = 0; i < mine->count && i < reply->op_count; i++) {
        struct object_step *step = &mine->steps[i];

        if (step->result)
            *step->result = reply->ops[i].result;
        if (step->finish)
            step->finish(step, reply->ops[i].result, &reply->ops[i].out);
    }
}

static struct objecter_op *take_op(struct osd_session *s, const struct message *m,
                                   const struct m_osd_op_reply *reply, uint64_t *incarnation)
{
    struct objecter_op *op = NULL;

    mutex_lock(&s->lock);
    *incarnation = s->incarnation;
    if (s->con == m->con)
        op = find_op(s, m->tid);
    /* An answer to an earlier try: the next one will be answered, too. */
    if (op && reply && reply->retry_attempt >= 0 && reply->retry_attempt != op->attempts)
        op = NULL;
    if (op)
        osd_session_remove(s, op);
    mutex_unlock(&s->lock);
    return op;
}

void objecter_handle_reply(struct objecter *o UNUSED, struct message *m)
{
    struct osd_session *s = connection_private(m->con);
    struct objecter_answer answer = {0};
    struct m_osd_op_reply reply;
    struct objecter_op *op;
    int r;

    if (!s)
        return;
    r = m_osd_op_reply_decode(&reply, m);
    op = take_op(s, m, r ? NULL : &reply, &answer.incarnation);
    if (r)
        derr(objecter, "osd.%d: an answer that cannot be read: %s", s->osd, strerror(-r));
    if (op && r) {
        answer.result = r;
        objecter_end_op(op, &answer);
    } else if (op) {
        answer.result = reply.result;
        answer.user_version = reply.user_version;
        answer.replay_version = reply.replay_version;
        answer.target = &op->target;
        answer.session = s;
        finish_steps(op, &reply);
        objecter_end_op(op, &answer);
    }
    if (!r)
        m_osd_op_reply_destroy(&reply);
}

/* ---- the end without an answer ---- */

bool objecter_collect_timeouts(struct osd_session *s, uint64_t now, unsigned laggy_ticks, struct list *ended)
{
    bool laggy = false;

    mutex_lock(&s->lock);
    list_for_each_safe(op, &s->ops, struct objecter_op, entry) {
        if (op->deadline_ns && op->deadline_ns <= now) {
            osd_session_remove(s, op);
            list_add_tail(ended, &op->entry);
        } else if (++op->ticks >= laggy_ticks) {
            laggy = true;
        }
    }
    mutex_unlock(&s->lock);
    return laggy;
}

static struct objecter_op *cancel_in(struct osd_session *s, uint64_t tid)
{
    struct objecter_op *op;

    mutex_lock(&s->lock);
    op = find_op(s, tid);
    if (op)
        osd_session_remove(s, op);
    mutex_unlock(&s->lock);
    return op;
}

bool objecter_cancel(struct objecter *o, uint64_t tid, int error)
{
    struct objecter_answer answer = {.result = error};
    struct objecter_op *op;

    pthread_rwlock_rdlock(&o->map_lock);
    op = cancel_in(o->homeless, tid);
    for (unsigned i = 0; i < o->session_count && !op; i++)
        if (o->sessions[i])
            op = cancel_in(o->sessions[i], tid);
    objecter_map_unlock(o);
    if (op)
        objecter_end_op(op, &answer);
    return op != NULL;
}
