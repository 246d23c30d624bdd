/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pools: finding, making and deleting them, and how full they and the cluster are. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "messages/m_pool_op.h"
#include "messages/m_pool_stats.h"
#include "messages/m_statfs.h"

#define DELETE_WORD "delete" /* what monitors want to read in the name */

/* ---- a request to the monitors that is waited for ---- */

struct request {
    struct mutex lock;
    struct cond changed;
    bool done;
    int error;
    int (*take)(const struct message *reply, void *out);
    void *out;
};

static void request_done(void *arg, int error, const struct message *reply)
{
    struct request *q = arg;

    mutex_lock(&q->lock);
    q->error = error ? error : q->take(reply, q->out);
    q->done = true;
    cond_signal(&q->changed);
    mutex_unlock(&q->lock);
}

static int request(struct rados_cluster *c, struct message *m,
                   int (*take)(const struct message *reply, void *out), void *out)
{
    struct request q = {.take = take, .out = out};

    if (!m)
        return -ENOMEM;
    mutex_init(&q.lock, "rados_request", LOCK_RANK_SYNC_CALL);
    cond_init(&q.changed);
    if (mon_client_request(c->mon_client, m, 0, request_done, &q)) {
        mutex_lock(&q.lock);
        while (!q.done)
            cond_wait(&q.changed, &q.lock);
        mutex_unlock(&q.lock);
    } else {
        q.error = -ESHUTDOWN;
    }
    cond_destroy(&q.changed);
    mutex_destroy(&q.lock);
    return q.error;
}

/* ---- pools in the map ---- */

static int64_t find_pool(struct rados_cluster *c, const char *name)
{
    struct cluster_map *m = objecter_map(c->objecter);
    const struct osdmap_pool *pool = osdmap_find_pool_by_name(&m->map, name);
    int64_t id = pool ? pool->id : -ENOENT;

    cluster_map_put(m);
    return id;
}

int64_t rados_pool_lookup(rados_t cluster, const char *pool_name)
{
    struct rados_cluster *c = cluster;
    int r = cluster_check(c);
    int64_t id;

    if (r)
        return r;
    id = find_pool(c, pool_name);
    if (id >= 0)
        return id;
    /* It may be newer than our map. */
    r = objecter_wait_for_latest(c->objecter, cluster_mon_timeout_ns(c));
    return r ? r : find_pool(c, pool_name);
}

static int copy_name(struct rados_cluster *c, int64_t id, char *buf, size_t maxlen)
{
    struct cluster_map *m = objecter_map(c->objecter);
    const struct osdmap_pool *pool = osdmap_find_pool(&m->map, id);
    int r = -ENOENT;

    if (pool) {
        size_t len = strlen(pool->name);

        r = len < maxlen ? (int)len : -ERANGE;
        if (r >= 0)
            memcpy(buf, pool->name, len + 1);
    }
    cluster_map_put(m);
    return r;
}

int rados_pool_reverse_lookup(rados_t cluster, int64_t id, char *buf, size_t maxlen)
{
    struct rados_cluster *c = cluster;
    int r = cluster_check(c);

    if (r)
        return r;
    r = copy_name(c, id, buf, maxlen);
    if (r != -ENOENT)
        return r;
    r = objecter_wait_for_latest(c->objecter, cluster_mon_timeout_ns(c));
    return r ? r : copy_name(c, id, buf, maxlen);
}

void name_list_add(struct name_list *l, const char *name)
{
    size_t size = strlen(name) + 1;

    if (l->buf && l->needed + size <= l->room)
        memcpy(l->buf + l->needed, name, size);
    l->needed += size;
}

int rados_pool_list(rados_t cluster, char *buf, size_t len)
{
    struct rados_cluster *c = cluster;
    struct name_list l = {.buf = buf, .room = len > 0 ? len - 1 : 0};
    struct cluster_map *m;
    int r = cluster_check(c);

    if (r)
        return r;
    if (buf && len > 0)
        memset(buf, 0, len);
    m = objecter_map(c->objecter);
    for (unsigned i = 0; i < m->map.pool_count; i++)
        name_list_add(&l, m->map.pools[i].name);
    cluster_map_put(m);
    return to_int(l.needed + 1);
}

int rados_pool_get_base_tier(rados_t cluster, int64_t pool, int64_t *base_tier)
{
    struct rados_cluster *c = cluster;
    const struct osdmap_pool *p;
    struct cluster_map *m;
    int r = cluster_check(c);

    if (r)
        return r;
    r = objecter_wait_for_latest(c->objecter, cluster_mon_timeout_ns(c));
    if (r)
        return r;
    m = objecter_map(c->objecter);
    p = osdmap_find_pool(&m->map, pool);
    if (p)
        *base_tier = p->pool.tier_of >= 0 ? p->pool.tier_of : pool;
    cluster_map_put(m);
    return p ? 0 : -ENOENT;
}

/* Erasure coded pools take appends in stripes only. */
int rados_ioctx_pool_required_alignment2(rados_ioctx_t io, uint64_t *alignment)
{
    struct rados_ioctx *ctx = io;
    const struct osdmap_pool *p;
    struct cluster_map *m;
    int r = cluster_check(ctx->cluster);

    if (r)
        return r;
    m = objecter_map(ctx->cluster->objecter);
    p = osdmap_find_pool(&m->map, ctx->pool);
    if (p)
        *alignment = p->pool.type == PG_POOL_ERASURE ? p->pool.stripe_width : 0;
    cluster_map_put(m);
    return p ? 0 : -ENOENT;
}

uint64_t rados_ioctx_pool_required_alignment(rados_ioctx_t io)
{
    uint64_t alignment = 0;

    return rados_ioctx_pool_required_alignment2(io, &alignment) ? 0 : alignment;
}

int rados_ioctx_pool_requires_alignment2(rados_ioctx_t io, int *req)
{
    uint64_t alignment;
    int r = rados_ioctx_pool_required_alignment2(io, &alignment);

    if (r == 0)
        *req = alignment != 0;
    return r;
}

int rados_ioctx_pool_requires_alignment(rados_ioctx_t io)
{
    int req;
    int r = rados_ioctx_pool_requires_alignment2(io, &req);

    return r ? r : req;
}

/* ---- pool operations ---- */

struct pool_op_result {
    int result;
    uint32_t epoch;
    uint64_t snapid;
};

static int take_pool_op(const struct message *reply, void *out)
{
    struct pool_op_result *p = out;
    struct m_pool_op_reply m;
    struct decode d;
    int r = m_pool_op_reply_decode(&m, reply);

    if (r)
        return r;
    p->result = m.result;
    p->epoch = m.epoch;
    decode_init(&d, m.data.data, m.data.len);
    if (m.has_data)
        p->snapid = decode_u64(&d);
    m_pool_op_reply_destroy(&m);
    return 0;
}

int pool_op(struct rados_cluster *c, struct m_pool_op *m, uint64_t *snapid)
{
    struct pool_op_result result = {0};
    int r = cluster_check(c);

    if (r) {
        m_pool_op_destroy(m);
        return r;
    }
    m->fsid = mon_client_fsid(c->mon_client);
    r = request(c, m_pool_op_message(m), take_pool_op, &result);
    if (r)
        return r;
    if (result.epoch)
        r = objecter_wait_for_epoch(c->objecter, result.epoch, cluster_mon_timeout_ns(c));
    if (snapid)
        *snapid = result.snapid;
    return result.result ? result.result : r;
}

static int create_pool(rados_t cluster, const char *name, int16_t crush_rule)
{
    struct rados_cluster *c = cluster;
    struct m_pool_op m = {.paxos = PAXOS_PREFIX_INIT(0), .op = POOL_OP_CREATE, .crush_rule = crush_rule};
    int r = cluster_check(c);

    if (r)
        return r;
    if (!*name)
        return -EINVAL;
    if (find_pool(c, name) >= 0)
        return -EEXIST;
    m.name = strdup(name);
    return pool_op(c, &m, NULL);
}

int rados_pool_create(rados_t cluster, const char *pool_name)
{
    return create_pool(cluster, pool_name, -1);
}

int rados_pool_create_with_crush_rule(rados_t cluster, const char *pool_name, uint8_t crush_rule_num)
{
    return create_pool(cluster, pool_name, crush_rule_num);
}

/* Owners of pools are long gone; only the one that everybody was is taken. */
int rados_pool_create_with_auid(rados_t cluster, const char *pool_name, uint64_t auid)
{
    return auid == UINT64_MAX || auid == 0 ? create_pool(cluster, pool_name, -1) : -EINVAL;
}

int rados_pool_create_with_all(rados_t cluster, const char *pool_name, uint64_t auid, uint8_t crush_rule_num)
{
    return auid == UINT64_MAX || auid == 0 ? create_pool(cluster, pool_name, crush_rule_num) : -EINVAL;
}

int rados_ioctx_pool_set_auid(rados_ioctx_t io UNUSED, uint64_t auid UNUSED)
{
    return -EOPNOTSUPP;
}

int rados_ioctx_pool_get_auid(rados_ioctx_t io UNUSED, uint64_t *auid)
{
    *auid = UINT64_MAX;
    return -EOPNOTSUPP;
}

int rados_pool_delete(rados_t cluster, const char *pool_name)
{
    struct rados_cluster *c = cluster;
    struct m_pool_op m = {.paxos = PAXOS_PREFIX_INIT(0), .op = POOL_OP_DELETE};
    int64_t pool = rados_pool_lookup(cluster, pool_name);

    if (pool < 0)
        return (int)pool;
    m.pool = (uint32_t)pool;
    m.name = strdup(DELETE_WORD);
    return pool_op(c, &m, NULL);
}

/* ---- statistics ---- */

static int take_statfs(const struct message *reply, void *out)
{
    struct rados_cluster_stat_t *s = out;
    struct m_statfs_reply m;
    int r = m_statfs_reply_decode(&m, reply);

    if (r)
        return r;
    *s = (struct rados_cluster_stat_t){
        .kb = m.kb, .kb_used = m.kb_used, .kb_avail = m.kb_avail, .num_objects = m.num_objects};
    m_statfs_reply_destroy(&m);
    return 0;
}

int rados_cluster_stat(rados_t cluster, struct rados_cluster_stat_t *result)
{
    struct rados_cluster *c = cluster;
    struct m_statfs m = {.paxos = PAXOS_PREFIX_INIT(0)};
    int r = cluster_check(c);

    if (r)
        return r;
    m.fsid = mon_client_fsid(c->mon_client);
    return request(c, m_statfs_message(&m), take_statfs, result);
}

/* pool_stat_t {7,5}: object_stat_collection_t {2,2} with object_stat_sum_t {20,14} first, then the log's
 * sizes and the store's statistics. Fields by their places in the encodings of 16.2. */
static int decode_pool_stat(const struct slice *bytes, struct rados_pool_stat_t *out)
{
    struct decode d, pool, stats, sum, store;
    uint64_t used, omap, kb;
    uint8_t v;

    memset(out, 0, sizeof(*out));
    decode_init(&d, bytes->data, bytes->len);
    pool = decode_struct(&d, 7, &v);
    stats = decode_struct(&pool, 2, &v);
    sum = decode_struct(&stats, 20, &v);
    out->num_bytes = decode_u64(&sum);
    out->num_objects = decode_u64(&sum);
    out->num_object_clones = decode_u64(&sum);
    out->num_object_copies = decode_u64(&sum);
    out->num_objects_missing_on_primary = decode_u64(&sum);
    out->num_objects_degraded = decode_u64(&sum);
    out->num_objects_unfound = decode_u64(&sum);
    out->num_rd = decode_u64(&sum);
    out->num_rd_kb = decode_u64(&sum);
    out->num_wr = decode_u64(&sum);
    out->num_wr_kb = decode_u64(&sum);
    out->num_user_bytes = out->num_bytes;
    out->num_kb = (out->num_bytes + 1023) / 1024;
    (void)decode_take(&pool, 8 + 8 + 4 + 4); /* log sizes, up and acting */
    store = decode_struct(&pool, 1, &v);
    (void)decode_take(&store, 3 * 8); /* total, available, internally reserved */
    used = decode_u64(&store);
    (void)decode_u64(&store); /* data stored */
    out->compressed_bytes = decode_u64(&store);
    out->compressed_bytes_alloc = decode_u64(&store);
    out->compressed_bytes_orig = decode_u64(&store);
    omap = decode_u64(&store);
    kb = (used + omap + 1023) / 1024;
    if (!decode_error(&pool) && !decode_error(&store) && kb > 0) {
        out->num_bytes = used + omap;
        out->num_kb = kb;
    }
    return decode_error(&sum);
}

static int take_pool_stat(const struct message *reply, void *out)
{
    struct m_get_pool_stats_reply m;
    int r = m_get_pool_stats_reply_decode(&m, reply);

    if (r)
        return r;
    memset(out, 0, sizeof(struct rados_pool_stat_t)); /* of a pool that nobody has reported on yet */
    r = m.count > 0 ? decode_pool_stat(&m.items[0].stat, out) : 0;
    m_get_pool_stats_reply_destroy(&m);
    return r;
}

static int pool_stat(rados_ioctx_t io, struct rados_pool_stat_t *stats)
{
    struct rados_ioctx *ctx = io;
    struct m_get_pool_stats m = {.paxos = PAXOS_PREFIX_INIT(0)};
    char name[512];
    int r = rados_ioctx_get_pool_name(io, name, sizeof(name));

    if (r < 0)
        return r;
    m.fsid = mon_client_fsid(ctx->cluster->mon_client);
    r = string_list_push(&m.pools, name);
    if (r) {
        m_get_pool_stats_destroy(&m);
        return r;
    }
    return request(ctx->cluster, m_get_pool_stats_message(&m), take_pool_stat, stats);
}

/* The struct grew with version 14.2.0: programs that were built before it have less room. */
struct pool_stat_of_old {
    uint64_t fields[12]; /* num_bytes to num_wr_kb */
};

CEPH_RADOS_API int rados_ioctx_pool_stat_14_2(rados_ioctx_t io, struct rados_pool_stat_t *stats);
CEPH_RADOS_API int rados_ioctx_pool_stat_base(rados_ioctx_t io, struct pool_stat_of_old *stats);

int rados_ioctx_pool_stat_14_2(rados_ioctx_t io, struct rados_pool_stat_t *stats)
{
    return pool_stat(io, stats);
}

int rados_ioctx_pool_stat_base(rados_ioctx_t io, struct pool_stat_of_old *stats)
{
    struct rados_pool_stat_t all;
    int r = pool_stat(io, &all);

    if (r == 0)
        memcpy(stats, &all, sizeof(*stats));
    return r;
}

__asm__(".symver rados_ioctx_pool_stat_base, rados_ioctx_pool_stat@");
__asm__(".symver rados_ioctx_pool_stat_14_2, rados_ioctx_pool_stat@@LIBRADOS_14.2.0");
