/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/large_block.h"
#include "common/log.h"
#include "osd/osd_data.h"
#include "osd/osd_messengers.h"
#include "osd/osd_mgr.h"
#include "osd/watch_notify.h"

#define SUPERBLOCK_KEY "osd_superblock"

const char *osd_state_name(enum osd_state s)
{
    static const char *const names[] = {
        [OSD_STATE_INITIALIZING] = "initializing", [OSD_STATE_PREBOOT] = "preboot",
        [OSD_STATE_BOOTING] = "booting",           [OSD_STATE_ACTIVE] = "active",
        [OSD_STATE_STOPPING] = "stopping",
    };

    return names[s];
}

static const struct perf_counter_def counter_defs[OSD_COUNTER_COUNT] = {
    [OSD_COUNTER_OP_WIP] = {"op_wip", PERF_GAUGE, "operations under way", PERF_NONE, NULL, PERF_PRIO_USEFUL},
    [OSD_COUNTER_OP] = {"op", PERF_COUNTER, "clients' operations", PERF_NONE, "ops", PERF_PRIO_CRITICAL},
    [OSD_COUNTER_OP_IN_BYTES] = {"op_in_bytes", PERF_COUNTER, "bytes that they brought", PERF_BYTES, "wr",
                                 PERF_PRIO_INTERESTING},
    [OSD_COUNTER_OP_OUT_BYTES] = {"op_out_bytes", PERF_COUNTER, "bytes that they were given", PERF_BYTES,
                                  "rd", PERF_PRIO_INTERESTING},
    [OSD_COUNTER_OP_LATENCY] = {"op_latency", PERF_TIME_AVG, "time from an operation to its answer",
                                PERF_NONE, "l", PERF_PRIO_CRITICAL},
    [OSD_COUNTER_OP_R_LATENCY] = {"op_r_latency", PERF_TIME_AVG, "the same of those that only read",
                                  PERF_NONE, NULL, PERF_PRIO_USEFUL},
    [OSD_COUNTER_OP_W_LATENCY] = {"op_w_latency", PERF_TIME_AVG, "the same of those that write", PERF_NONE,
                                  NULL, PERF_PRIO_USEFUL},
    [OSD_COUNTER_STAT_BYTES] = {"stat_bytes", PERF_GAUGE, "size of the store", PERF_BYTES, "size",
                                PERF_PRIO_USEFUL},
    [OSD_COUNTER_STAT_BYTES_USED] = {"stat_bytes_used", PERF_GAUGE, "what of it is used", PERF_BYTES, "used",
                                     PERF_PRIO_USEFUL},
    [OSD_COUNTER_STAT_BYTES_AVAIL] = {"stat_bytes_avail", PERF_GAUGE, "what of it is left", PERF_BYTES, NULL,
                                      PERF_PRIO_USEFUL},
    [OSD_COUNTER_OP_R] = {"op_r", PERF_COUNTER, "operations that read", PERF_NONE, NULL, PERF_PRIO_USEFUL},
    [OSD_COUNTER_OP_W] = {"op_w", PERF_COUNTER, "operations that write", PERF_NONE, NULL, PERF_PRIO_USEFUL},
    [OSD_COUNTER_OP_ERR] = {"op_err", PERF_COUNTER, "operations that failed", PERF_NONE, NULL,
                            PERF_PRIO_USEFUL},
    [OSD_COUNTER_NUMPG] = {"numpg", PERF_GAUGE, "placement groups", PERF_NONE, "pgs", PERF_PRIO_USEFUL},
    [OSD_COUNTER_MAP_MESSAGES] = {"map_messages", PERF_COUNTER, "messages with maps", PERF_NONE, NULL,
                                  PERF_PRIO_DEBUG},
    [OSD_COUNTER_MAP_EPOCHS] = {"map_message_epochs", PERF_COUNTER, "maps in them", PERF_NONE, NULL,
                                PERF_PRIO_DEBUG},
};

void osd_count_op(struct osd *osd, const struct op_request *req, int result)
{
    uint64_t in = 0, out = 0;

    for (unsigned i = 0; i < req->m.op_count; i++) {
        in += req->m.ops[i].in.len;
        out += req->m.ops[i].out.len;
    }
    perf_inc(osd->counters, OSD_COUNTER_OP);
    perf_inc(osd->counters, req->writes ? OSD_COUNTER_OP_W : OSD_COUNTER_OP_R);
    if (in)
        perf_add(osd->counters, OSD_COUNTER_OP_IN_BYTES, in);
    if (out)
        perf_add(osd->counters, OSD_COUNTER_OP_OUT_BYTES, out);
    if (result < 0)
        perf_inc(osd->counters, OSD_COUNTER_OP_ERR);
}

void osd_count_latency(struct osd *osd, const struct op_request *req)
{
    uint64_t ns = clock_monotonic_ns() - req->summary.start_ns;

    perf_add_ns(osd->counters, OSD_COUNTER_OP_LATENCY, ns);
    perf_add_ns(osd->counters, req->writes ? OSD_COUNTER_OP_W_LATENCY : OSD_COUNTER_OP_R_LATENCY, ns);
}

/* ---- groups ---- */

static unsigned bucket_of(struct pg_id id)
{
    return ((unsigned)id.pool * 31 + id.seed) % PG_BUCKETS;
}

struct pg *osd_find_pg_locked(struct osd *osd, struct pg_id id)
{
    list_for_each(pg, &osd->pgs[bucket_of(id)], struct pg, table_link)
        if (pg_id_compare(pg->id, id) == 0)
            return pg_get(pg);
    return NULL;
}

struct pg *osd_find_pg(struct osd *osd, struct pg_id id)
{
    struct pg *found;

    mutex_lock(&osd->pgs_lock);
    found = osd_find_pg_locked(osd, id);
    mutex_unlock(&osd->pgs_lock);
    return found;
}

/* With pgs_lock, before anybody else finds the group: who waited for it is ahead of all who come. */
static void submit_waiting(struct osd *osd, struct pg *pg)
{
    list_for_each_safe(w, &osd->waiting_for_pg, struct pg_work, link) {
        struct op_request *req = CONTAINER_OF(w, struct op_request, work);

        osd_find_group(req, pg->map);
        if (pg_id_compare(req->m.pg, pg->id) != 0)
            continue;
        list_remove(&w->link);
        op_request_mark(req, OP_QUEUED);
        w->run = pg_do_op;
        op_queue_requeue(osd->queue, &pg->lane, &w->link);
    }
}

void osd_add_pg(struct osd *osd, struct pg *pg)
{
    mutex_lock(&osd->pgs_lock);
    list_add_tail(&osd->pgs[bucket_of(pg->id)], &pg_get(pg)->table_link);
    osd->pg_count++;
    submit_waiting(osd, pg);
    mutex_unlock(&osd->pgs_lock);
    perf_inc(osd->counters, OSD_COUNTER_NUMPG);
}

void osd_remove_pg(struct osd *osd, struct pg *pg)
{
    mutex_lock(&osd->pgs_lock);
    list_remove(&pg->table_link);
    osd->pg_count--;
    mutex_unlock(&osd->pgs_lock);
    perf_sub(osd->counters, OSD_COUNTER_NUMPG, 1);
    pg_put(pg);
}

void osd_each_pg(struct osd *osd, void (*visit)(void *arg, struct pg *pg), void *arg)
{
    struct pg **all;
    unsigned count = 0;

    mutex_lock(&osd->pgs_lock);
    all = malloc((osd->pg_count + 1) * sizeof(struct pg *));
    for (unsigned i = 0; all && i < PG_BUCKETS; i++) {
        list_for_each(pg, &osd->pgs[i], struct pg, table_link)
            all[count++] = pg_get(pg);
    }
    mutex_unlock(&osd->pgs_lock);
    for (unsigned i = 0; i < count; i++) {
        visit(arg, all[i]);
        pg_put(all[i]);
    }
    free(all);
}

struct cluster_map *osd_current_map(struct osd *osd)
{
    struct cluster_map *m;

    mutex_lock(&osd->map_lock);
    m = osd->map ? cluster_map_get(osd->map) : NULL;
    mutex_unlock(&osd->map_lock);
    return m;
}

/* ---- the store ---- */

void osd_store_failed(struct osd *osd, int error)
{
    if (atomic_exchange(&osd->failed, true))
        return;
    derr(osd, "the object store has failed: %s; osd.%d ends", strerror(-error), osd->whoami);
    if (error == -EUCLEAN)
        derr(osd,
             "osd.%d would end so again: 'ceph-objectstore-tool --op fsck' says which objects are damaged, "
             "'--op export' saves placement groups; then the OSD has to be made anew",
             osd->whoami);
    if (osd->ended)
        osd->ended(osd->ended_arg);
}

int osd_check_full(struct osd *osd, const struct pg *pg, const struct m_osd_op *m)
{
    const struct osdmap *map = &pg->map->map;
    const struct osdmap_pool *pool;

    if (m->flags & OSD_FLAG_FULL_FORCE)
        return 0;
    pool = osdmap_find_pool(map, pg->id.pool);
    if (pool && pool->pool.flags & PG_POOL_FULL_QUOTA)
        return -EDQUOT;
    if (map->flags & OSDMAP_FULL || (pool && pool->pool.flags & PG_POOL_FULL) ||
        atomic_load_explicit(&osd->full_failsafe, memory_order_relaxed))
        return -ENOSPC;
    return 0;
}

int osd_save_superblock(struct osd *osd, struct os_transaction *t)
{
    struct encode e;
    struct slice bytes;
    int r;

    encode_init(&e);
    osd_superblock_encode(&osd->superblock, &e);
    bytes = (struct slice){.data = e.data, .len = e.len};
    os_coll_setkey(t, SUPERBLOCK_KEY, &bytes);
    r = encode_error(&e);
    encode_destroy(&e);
    return r;
}

int osd_read_superblock(struct object_store *s, struct osd_superblock *sb, char *err, size_t err_size)
{
    struct os_collection *meta = object_store_collection(s, COLL_META);
    struct slice bytes;
    struct decode d;
    int r = meta ? object_store_coll_getkey(s, meta, SUPERBLOCK_KEY, &bytes) : -ENOENT;

    os_collection_put(s, meta);
    if (r) {
        snprintf(err, err_size, "the object store has no superblock; was --mkfs run?");
        return r;
    }
    decode_init(&d, bytes.data, bytes.len);
    osd_superblock_decode(sb, &d);
    r = decode_error(&d);
    slice_put(&bytes);
    if (r)
        snprintf(err, err_size, "the superblock cannot be read");
    return r;
}

static int load_superblock(struct osd *osd, char *err, size_t err_size)
{
    int r = osd_read_superblock(osd->store, &osd->superblock, err, err_size);

    if (r)
        return r;
    osd->meta = object_store_collection(osd->store, COLL_META);
    if (osd->superblock.whoami != osd->whoami) {
        snprintf(err, err_size, "this is the data of osd.%d, not of osd.%d", osd->superblock.whoami,
                 osd->whoami);
        r = -EINVAL;
    }
    return r;
}

/* What a store in memory has after each start: nothing; the superblock is made anew. */
static int make_superblock(struct osd *osd, const struct fsid *cluster, const struct fsid *uuid)
{
    struct os_transaction t;
    int r;

    osd->superblock =
        (struct osd_superblock){.cluster_fsid = *cluster, .osd_fsid = *uuid, .whoami = osd->whoami};
    os_transaction_init(&t, COLL_META);
    os_mkcoll(&t, 0);
    r = osd_save_superblock(osd, &t);
    if (r == 0)
        r = object_store_apply(osd->store, &t);
    os_transaction_destroy(&t);
    return r;
}

static int open_store(struct osd *osd, const struct osd_data *data, char *err, size_t err_size)
{
    char *repaired, *path = osd_data_store_path(osd->conf);
    int r;

    if (!path)
        return -ENOMEM;
    large_block_set_target(conf_u64(osd->conf, OPT_osd_memory_target));
    r = object_store_open(data->kind, path, 0, conf_u64(osd->conf, OPT_memstore_device_bytes), &osd->store,
                          &repaired, err, err_size);
    free(path);
    if (r == 0 && repaired)
        dout(osd, 0, "the object store was put in order: %s", repaired);
    free(repaired);
    if (r == 0 && strcmp(data->kind, "memstore") == 0) {
        r = make_superblock(osd, &data->cluster_fsid, &data->fsid);
        if (r)
            snprintf(err, err_size, "cannot set up the store in memory: %s", strerror(-r));
    }
    return r;
}

int osd_mkfs(struct conf *conf, const struct fsid *uuid, char *err, size_t err_size)
{
    struct osd osd = {.conf = conf, .whoami = atoi(conf_id(conf))};
    struct osd_data data;
    char *path;
    int r = osd_data_make(conf, uuid, &data, err, err_size);

    if (r)
        return r == -EEXIST ? 0 : r;
    path = osd_data_store_path(conf);
    r = object_store_mkfs(data.kind, path, err, err_size);
    free(path);
    if (r == 0 && strcmp(data.kind, "memstore") != 0) {
        r = open_store(&osd, &data, err, err_size);
        if (r == 0)
            r = make_superblock(&osd, &data.cluster_fsid, &data.fsid);
        object_store_close(osd.store);
    }
    if (r == 0)
        r = osd_data_finish(conf, err, err_size);
    osd_data_destroy(&data);
    return r;
}

/* ---- life ---- */

static void read_limits(struct osd *osd)
{
    const struct conf *c = osd->conf;

    osd->limits = (struct osd_limits){
        .object_size = conf_u64(c, OPT_osd_max_object_size),
        .attr_size = conf_u64(c, OPT_osd_max_attr_size),
        .attr_name = conf_u64(c, OPT_osd_max_attr_name_len),
        .object_name = conf_u64(c, OPT_osd_max_object_name_len),
        .nspace = conf_u64(c, OPT_osd_max_object_namespace_len),
        .omap_entries = conf_u64(c, OPT_osd_max_omap_entries_per_request),
        .omap_bytes = conf_u64(c, OPT_osd_max_omap_bytes_per_request),
    };
    osd->pg_log_max = (unsigned)conf_u64(c, OPT_osd_max_pg_log_entries);
}

static void init_members(struct osd *osd, struct conf *conf)
{
    memset(osd, 0, sizeof(*osd));
    osd->conf = conf;
    osd->whoami = atoi(conf_id(conf));
    mutex_init(&osd->lock, "osd", LOCK_RANK_DAEMON);
    cond_init(&osd->changed);
    mutex_init(&osd->map_lock, "osd_map", LOCK_RANK_OSD_TABLES);
    mutex_init(&osd->pgs_lock, "osd_pgs", LOCK_RANK_OSD_TABLES);
    list_init(&osd->creates);
    list_init(&osd->waiting_for_pg);
    for (unsigned i = 0; i < PG_BUCKETS; i++)
        list_init(&osd->pgs[i]);
    op_tracker_init(&osd->tracker);
    throttle_init(&osd->client_bytes, "osd_client_bytes", conf_u64(conf, OPT_osd_client_message_size_cap));
    throttle_init(&osd->client_messages, "osd_client_messages", conf_u64(conf, OPT_osd_client_message_cap));
    read_limits(osd);
}

int osd_open(struct osd *osd, struct conf *conf, char *err, size_t err_size)
{
    struct osd_data data;
    int r;

    init_members(osd, conf);
    r = osd_data_read(conf, &data, err, err_size);
    if (r)
        return r;
    r = open_store(osd, &data, err, err_size);
    osd_data_destroy(&data);
    if (r == 0)
        r = load_superblock(osd, err, err_size);
    if (r)
        return r;
    osd->ops_at_once = object_store_is_fast(osd->store);
    return 0;
}

static int start_threads(struct osd *osd)
{
    const struct conf *c = osd->conf;

    osd->counters = perf_counters_create("osd", counter_defs, OSD_COUNTER_COUNT);
    osd->timer = timer_thread_create("osd_timer");
    osd->queue =
        op_queue_create((unsigned)conf_u64(c, OPT_osd_op_num_shards),
                        (unsigned)conf_u64(c, OPT_osd_op_num_threads_per_shard), &osd_queue_ops, osd);
    timer_event_init(&osd->tick, osd_tick, osd);
    return osd->counters && osd->timer && osd->queue ? 0 : -ENOMEM;
}

static void session_opened(void *arg, uint64_t global_id UNUSED)
{
    struct osd *osd = arg;

    mutex_lock(&osd->lock);
    osd->boot_asked = false; /* what was sent by the last session may be lost */
    osd->up_thru_wanted = 0;
    osd_boot_step(osd);
    mutex_unlock(&osd->lock);
}

static int join_cluster(struct osd *osd, char *err, size_t err_size)
{
    static const struct mon_client_callbacks callbacks = {.opened = session_opened};
    int r;

    mon_client_set_callbacks(osd->monc, &callbacks, osd);
    r = mon_client_authenticate(osd->monc, 0, err, err_size);
    if (r == 0)
        r = osd_crush_update(osd, err, err_size);
    if (r)
        return r;
    mutex_lock(&osd->lock);
    osd->state = OSD_STATE_PREBOOT;
    mutex_unlock(&osd->lock);
    osd_want_map(osd, osd->superblock.newest_map + 1);
    mon_client_sub_want(osd->monc, "osd_pg_creates", 0, 0);
    mon_client_sub_want(osd->monc, "mgrmap", 0, 0);
    return timer_thread_arm(osd->timer, &osd->tick, clock_monotonic_ns() + NSEC_PER_SEC);
}

int osd_start(struct osd *osd, char *err, size_t err_size)
{
    int r = start_threads(osd);

    snprintf(err, err_size, "no memory or threads");
    if (r == 0)
        r = osd_load_pgs(osd, err, err_size);
    if (r == 0)
        r = osd_mgr_create(osd);
    if (r == 0)
        r = osd_messengers_start(osd, err, err_size);
    if (r == 0)
        r = osd_commands_register(osd);
    return r ? r : join_cluster(osd, err, err_size);
}

static void end_pg(void *arg, struct pg *pg)
{
    pg_lock(pg);
    pg_remove(pg);
    pg_unlock(pg);
    osd_remove_pg(arg, pg);
}

void osd_stop(struct osd *osd)
{
    mutex_lock(&osd->lock);
    osd->stop_asked = true;
    mutex_unlock(&osd->lock);
    if (osd->timer)
        timer_thread_disarm_sync(osd->timer, &osd->tick);
    if (osd->monc && !atomic_load(&osd->failed))
        osd_say_goodbye(osd);
    if (osd->asok)
        admin_socket_unregister(osd->asok, osd);
    if (osd->monc)
        mon_client_stop(osd->monc);
    osd_messengers_stop(osd);
    op_queue_free(osd->queue);
    osd->queue = NULL;
    object_store_drain(osd->store);
    osd_each_pg(osd, end_pg, osd);
    op_requests_drop(&osd->waiting_for_pg);
    osd_creates_drop(osd);
    timer_thread_free(osd->timer);
    osd->timer = NULL;
    mon_client_free(osd->monc);
    osd_messengers_destroy(osd);
    osd_mgr_destroy(osd);
}

void osd_close(struct osd *osd)
{
    cluster_map_put(osd->map);
    os_collection_put(osd->store, osd->meta);
    object_store_close(osd->store);
    osd_superblock_destroy(&osd->superblock);
    perf_counters_free(osd->counters);
    op_tracker_destroy(&osd->tracker);
    throttle_destroy(&osd->client_bytes);
    throttle_destroy(&osd->client_messages);
    mutex_destroy(&osd->pgs_lock);
    mutex_destroy(&osd->map_lock);
    cond_destroy(&osd->changed);
    mutex_destroy(&osd->lock);
}
