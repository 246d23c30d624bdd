/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/pg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "osd/op_exec.h"
#include "osd/osd.h"
#include "osd/osd_session.h"
#include "osd/repop.h"
#include "osd/watch_notify.h"
#include "osdc/objecter.h"

#define INFO_KEY "info"

enum { OBJECTS_KEPT = 256 };

struct pg_out {
    struct pg_out *next;
    struct connection *con; /* reference; NULL: */
    struct message *msg;
    struct objecter_op *op; /* this is to be submitted */
};

struct pg *pg_create(struct osd *osd, struct pg_id id)
{
    struct pg *pg = calloc(1, sizeof(*pg));

    if (!pg)
        return NULL;
    atomic_init(&pg->refs, 1);
    pg->osd = osd;
    pg->id = id;
    list_init(&pg->table_link);
    mutex_init(&pg->lock, "pg", LOCK_RANK_DAEMON_INNER);
    mutex_init(&pg->sending, "pg sending", LOCK_RANK_PG_SENDING);
    op_lane_init(osd->queue, &pg->lane, &pg->lock, (unsigned)id.pool * 31 + id.seed);
    pg_log_init(&pg->log);
    object_contexts_init(&pg->objects, OBJECTS_KEPT);
    list_init(&pg->waiting);
    list_init(&pg->repops);
    list_init(&pg->watches);
    list_init(&pg->notifies);
    pg->out_end = &pg->out;
    pg->last_change = utime_from_ns(clock_realtime_ns());
    snprintf(pg->inactive_why, sizeof(pg->inactive_why), "no map yet");
    pg_lock(pg);
    return pg;
}

struct pg *pg_get(struct pg *pg)
{
    atomic_fetch_add_explicit(&pg->refs, 1, memory_order_relaxed);
    return pg;
}

void pg_put(struct pg *pg)
{
    if (!pg || atomic_fetch_sub(&pg->refs, 1) != 1)
        return;
    object_contexts_destroy(&pg->objects);
    pg_log_destroy(&pg->log);
    cluster_map_put(pg->map);
    os_collection_put(pg->osd->store, pg->coll);
    mutex_destroy(&pg->sending);
    mutex_destroy(&pg->lock);
    free(pg);
}

void pg_lock(struct pg *pg)
{
    mutex_lock(&pg->lock);
}

/* Messages leave in the order of those who held the lock, which is that of the operations they answer. */
void pg_unlock(struct pg *pg)
{
    struct pg_out *out = pg->out, *next;

    if (!out) {
        mutex_unlock(&pg->lock);
        return;
    }
    pg->out = NULL;
    pg->out_end = &pg->out;
    mutex_lock(&pg->sending);
    mutex_unlock(&pg->lock);
    for (struct pg_out *o = out; o; o = o->next)
        if (o->con)
            connection_send(o->con, o->msg);
    mutex_unlock(&pg->sending);
    for (; out; out = next) {
        next = out->next;
        if (out->op)
            objecter_submit(pg->osd->objecter, out->op);
        connection_put(out->con);
        free(out);
    }
}

static void append_out(struct pg *pg, struct pg_out *out)
{
    *pg->out_end = out;
    pg->out_end = &out->next;
}

void pg_send(struct pg *pg, struct connection *con, struct message *msg)
{
    struct pg_out *out = malloc(sizeof(*out));

    if (!out) { /* then it goes at once */
        connection_send(con, msg);
        return;
    }
    *out = (struct pg_out){.con = connection_get(con), .msg = msg};
    append_out(pg, out);
}

int pg_submit(struct pg *pg, struct objecter_op *op)
{
    struct pg_out *out = malloc(sizeof(*out));

    if (!out)
        return -ENOMEM;
    *out = (struct pg_out){.op = op};
    append_out(pg, out);
    return 0;
}

/* ---- on disk ---- */

static void history_encode(const struct pg_history *h, struct encode *e)
{
    const uint32_t all[] = {h->epoch_created,         h->epoch_pool_created, h->last_epoch_started,
                            h->last_interval_started, h->last_epoch_clean,   h->last_interval_clean,
                            h->last_epoch_split,      h->same_up_since,      h->same_interval_since,
                            h->same_primary_since};

    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        encode_u32(e, all[i]);
}

static void history_decode(struct pg_history *h, struct decode *d)
{
    uint32_t *const all[] = {&h->epoch_created,         &h->epoch_pool_created, &h->last_epoch_started,
                             &h->last_interval_started, &h->last_epoch_clean,   &h->last_interval_clean,
                             &h->last_epoch_split,      &h->same_up_since,      &h->same_interval_since,
                             &h->same_primary_since};

    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        *all[i] = decode_u32(d);
}

void pg_save_info(struct pg *pg, struct os_transaction *t)
{
    struct encode e;
    struct slice bytes;
    size_t at;

    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    encode_u32(&e, pg->bits);
    eversion_encode(pg->last_update, &e);
    encode_u64(&e, pg->last_user_version);
    eversion_encode(pg->disk_tail, &e);
    history_encode(&pg->history, &e);
    encode_s64(&e, pg->stats.objects);
    encode_s64(&e, pg->stats.bytes);
    encode_u64(&e, pg->stats.reads);
    encode_u64(&e, pg->stats.read_bytes);
    encode_u64(&e, pg->stats.writes);
    encode_u64(&e, pg->stats.written_bytes);
    utime_encode(pg->created_stamp, &e);
    encode_end_struct(&e, at);
    bytes = (struct slice){.data = e.data, .len = e.len};
    os_coll_setkey(t, INFO_KEY, &bytes);
    if (encode_error(&e))
        t->error = encode_error(&e);
    encode_destroy(&e);
}

static int load_info(struct pg *pg, struct object_store *s)
{
    struct decode d, body;
    struct slice bytes;
    uint8_t v;
    int r = object_store_coll_getkey(s, pg->coll, INFO_KEY, &bytes);

    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    body = decode_struct(&d, 1, &v);
    pg->bits = decode_u32(&body);
    pg->last_update = eversion_decode(&body);
    pg->last_user_version = decode_u64(&body);
    pg->disk_tail = eversion_decode(&body);
    history_decode(&pg->history, &body);
    pg->stats.objects = decode_s64(&body);
    pg->stats.bytes = decode_s64(&body);
    pg->stats.reads = decode_u64(&body);
    pg->stats.read_bytes = decode_u64(&body);
    pg->stats.writes = decode_u64(&body);
    pg->stats.written_bytes = decode_u64(&body);
    pg->created_stamp = utime_decode(&body);
    decode_end(&d, &body);
    pg->last_committed = pg->last_update;
    r = decode_error(&d);
    slice_put(&bytes);
    return r;
}

static bool load_entry(void *arg, const struct slice *key, const struct slice *value)
{
    struct pg *pg = arg;
    struct pg_log_entry *e;
    struct decode d;

    if (key->len < strlen(PG_LOG_KEY_PREFIX) ||
        memcmp(key->data, PG_LOG_KEY_PREFIX, strlen(PG_LOG_KEY_PREFIX)))
        return false;
    decode_init(&d, value->data, value->len);
    e = pg_log_entry_decode(&d);
    if (!e || pg_log_append(&pg->log, e))
        derr(osd, "pg %" PRId64 ".%x: an entry of the log cannot be read", pg->id.pool, pg->id.seed);
    return true;
}

int pg_load(struct pg *pg)
{
    int r;

    pg->coll = object_store_collection(pg->osd->store, (struct coll_id){pg->id.pool, pg->id.seed});
    r = pg->coll ? load_info(pg, pg->osd->store) : -ENOENT;
    if (r)
        return r;
    r = object_store_coll_scan(pg->osd->store, pg->coll, PG_LOG_KEY_PREFIX, load_entry, pg);
    pg->log.tail = pg->disk_tail;
    pg_log_trim(&pg->log, osd_pg_log_max(pg->osd));
    return r;
}

/* Of the hash, how many low bits all objects of this seed have in common. */
static unsigned common_bits(const struct osdmap_pool *pool, uint32_t seed)
{
    uint32_t pg_num = pool->pool.pg_num;
    unsigned bits = 0;

    while ((UINT64_C(1) << bits) < pg_num)
        bits++;
    /* Groups that the next power of two has split off already have one bit more than those it has not. */
    if (bits && (seed | 1u << (bits - 1)) >= pg_num && seed < 1u << (bits - 1))
        bits--;
    return bits;
}

int pg_make(struct pg *pg, struct cluster_map *map, uint32_t created, struct utime stamp)
{
    const struct osdmap_pool *pool = osdmap_find_pool(&map->map, pg->id.pool);
    struct coll_id id = {pg->id.pool, pg->id.seed};
    struct os_transaction t;
    int r;

    if (!pool)
        return -ENOENT;
    pg->bits = common_bits(pool, pg->id.seed);
    pg->created_stamp = stamp;
    pg->history.epoch_created = pg->history.epoch_pool_created = created;
    pg->history.same_interval_since = pg->history.same_up_since = pg->history.same_primary_since = created;
    os_transaction_init(&t, id);
    os_mkcoll(&t, pg->bits);
    pg_save_info(pg, &t);
    r = object_store_apply(pg->osd->store, &t);
    os_transaction_destroy(&t);
    if (r)
        return r;
    pg->coll = object_store_collection(pg->osd->store, id);
    return pg->coll ? 0 : -EIO;
}

/* ---- maps ---- */

static bool same_set(const struct osd_set *a, const struct osd_set *b)
{
    return a->count == b->count && a->primary == b->primary &&
           memcmp(a->osds, b->osds, a->count * sizeof(a->osds[0])) == 0;
}

void pg_run_works(struct pg *pg, struct list *works)
{
    struct list ready;

    list_init(&ready);
    list_splice_tail(&ready, works);
    while (!list_empty(&ready)) {
        struct pg_work *w = list_first(&ready, struct pg_work, link);
        list_remove(&w->link);
        w->run(pg, w);
    }
}

/* Why this group cannot serve; "" where it can. */
static void find_obstacle(struct pg *pg, const struct osdmap_pool *pool)
{
    char *why = pg->inactive_why;
    size_t size = sizeof(pg->inactive_why);

    why[0] = 0;
    if (!pg->primary)
        snprintf(why, size, "the map gives it to osd.%d; its objects stay here", pg->where.acting.primary);
    else if (!pg->coll)
        snprintf(why, size, "%s", pg->absent_why);
    else if (pool->pool.type != PG_POOL_REPLICATED)
        snprintf(why, size, "pool '%s' is erasure coded, which this OSD does not do", pool->name);
    else if (pool->pool.size > 1)
        snprintf(why, size, "pool '%s' has size %u; this OSD serves pools of size 1 only", pool->name,
                 pool->pool.size);
}

static void start_interval(struct pg *pg, const struct pg_osds *now, uint32_t epoch)
{
    if (!same_set(&pg->where.up, &now->up))
        pg->history.same_up_since = epoch;
    if (pg->where.acting.primary != now->acting.primary)
        pg->history.same_primary_since = epoch;
    pg->history.same_interval_since = epoch;
}

struct saving {
    struct osd *osd;
    struct os_transaction txn;
};

static void saved(void *arg, int error)
{
    struct saving *s = arg;

    if (error)
        osd_store_failed(s->osd, error);
    os_transaction_destroy(&s->txn);
    free(s);
}

/* Whoever holds a group's lock cannot wait for the store: what it tells first may need that lock. */
static void save_later(struct pg *pg)
{
    struct saving *s = malloc(sizeof(*s));
    int r = -ENOMEM;

    if (s) {
        s->osd = pg->osd;
        os_transaction_init(&s->txn, (struct coll_id){pg->id.pool, pg->id.seed});
        pg_save_info(pg, &s->txn);
        r = object_store_queue(pg->osd->store, &s->txn, saved, s);
    }
    if (r)
        osd_store_failed(pg->osd, r);
}

static void activate(struct pg *pg, uint32_t epoch)
{
    pg->active = true;
    pg->last_became_active = pg->last_change = utime_from_ns(clock_realtime_ns());
    pg->history.last_epoch_started = pg->history.last_epoch_clean = epoch;
    pg->history.last_interval_started = pg->history.last_interval_clean = pg->history.same_interval_since;
    save_later(pg);
}

static void deactivate(struct pg *pg)
{
    if (pg->active)
        pg->last_active = pg->last_change = utime_from_ns(clock_realtime_ns());
    pg->active = false;
    watch_drop_all(pg);
}

void pg_advance(struct pg *pg, struct cluster_map *map)
{
    const struct osdmap_pool *pool = osdmap_find_pool(&map->map, pg->id.pool);
    uint32_t epoch = map->map.epoch;
    struct pg_osds now;
    bool first = !pg->map;
    char before[sizeof(pg->inactive_why)];

    if (!pool || osdmap_map_pg(&map->mapping, pg->id, &now))
        return;
    if (!first && (!same_set(&pg->where.up, &now.up) || !same_set(&pg->where.acting, &now.acting)))
        start_interval(pg, &now, epoch);
    cluster_map_put(pg->map);
    pg->map = cluster_map_get(map);
    pg->where = now;
    pg->primary = now.acting.primary == pg->osd->whoami && osdmap_is_up(&map->map, pg->osd->whoami);
    snprintf(before, sizeof(before), "%s", pg->inactive_why);
    find_obstacle(pg, pool);
    if (pg->inactive_why[0] && strcmp(before, pg->inactive_why) != 0 && (pg->primary || pg->active))
        derr(osd, "pg %" PRId64 ".%x %s inactive: %s", pg->id.pool, pg->id.seed,
             pg->active ? "becomes" : "stays", pg->inactive_why);
    if (pg->inactive_why[0] && pg->active)
        deactivate(pg);
    else if (!pg->inactive_why[0] && !pg->active)
        activate(pg, epoch);
    pg_run_works(pg, &pg->waiting); /* some may have to wait on */
}

void pg_remove(struct pg *pg)
{
    pg->removed = true;
    deactivate(pg);
    op_requests_drop(&pg->waiting);
}

/* ---- operations ---- */

/* What was sent before the present interval began is sent again by its client. */
static bool is_stale(const struct pg *pg, const struct op_request *req)
{
    const struct osdmap_pool *pool = osdmap_find_pool(&pg->map->map, pg->id.pool);

    if (req->m.osdmap_epoch < pg->history.same_primary_since)
        return true;
    return pool && req->m.osdmap_epoch < pool->pool.last_force_op_resend;
}

static bool may_do(struct pg *pg, struct op_request *req)
{
    const struct osd_session *session = osd_session_of(req->con);
    const struct osdmap_pool *pool = osdmap_find_pool(&pg->map->map, pg->id.pool);

    return session && osd_session_allows(session, req, pool && pool->name ? pool->name : "");
}

/* By an older map than its client had the request would go astray; and none overtakes another. */
static bool must_wait(struct pg *pg, struct op_request *req)
{
    bool for_map = !pg->map || req->m.osdmap_epoch > pg->map->map.epoch;

    if (!for_map && (req->admitted || list_empty(&pg->waiting)) && (pg->active || !pg->primary))
        return false;
    op_request_mark(req, for_map ? OP_WAITING_FOR_MAP : OP_WAITING_FOR_PG);
    return true;
}

/* Those that were admitted once came before all others. */
static void wait_for_group(struct pg *pg, struct op_request *req)
{
    struct list *before = &pg->waiting;

    if (req->admitted) {
        list_for_each(other, &pg->waiting, struct op_request, work.link) {
            if (!other->admitted) {
                before = &other->work.link;
                break;
            }
        }
    }
    list_add_tail(before, &req->work.link);
}

void pg_do_op(struct pg *pg, struct pg_work *w)
{
    struct op_request *req = CONTAINER_OF(w, struct op_request, work);

    if (pg->removed || connection_is_dead(req->con)) {
        op_request_free(req);
        return;
    }
    if (must_wait(pg, req)) {
        wait_for_group(pg, req);
        return;
    }
    req->admitted = true;
    if (!pg->primary || is_stale(pg, req)) {
        op_request_free(req);
        return;
    }
    if (may_do(pg, req))
        op_exec(pg, req);
    else
        op_reply_error(pg, req, -EPERM);
}

uint64_t pg_state(const struct pg *pg)
{
    if (pg->active)
        return PG_STATE(ACTIVE) | PG_STATE(CLEAN);
    return pg->coll ? PG_STATE(PEERING) : PG_STATE(INCOMPLETE);
}

int pg_dump_record(struct object_store *s, struct os_collection *coll, struct pg_id id, struct formatter *f)
{
    struct pg pg = {.id = id, .coll = coll};
    int r = load_info(&pg, s);

    if (r == 0)
        pg_dump_info(&pg, NULL, f);
    return r;
}
