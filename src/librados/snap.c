/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots of pools, and those that programs number themselves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "messages/m_pool_op.h"
#include "types/hobject.h"

/* ---- making and removing ---- */

static int snap_op(struct rados_ioctx *io, enum pool_op op, const char *name, uint64_t snapid, uint64_t *out)
{
    struct m_pool_op m = {
        .paxos = PAXOS_PREFIX_INIT(0), .pool = (uint32_t)io->pool, .op = op, .snapid = snapid};

    m.name = name ? strdup(name) : NULL;
    return pool_op(io->cluster, &m, out);
}

/* Monitors answer 0 to what is done already. */
int rados_ioctx_snap_create(rados_ioctx_t io, const char *snapname)
{
    rados_snap_t id;

    if (rados_ioctx_snap_lookup(io, snapname, &id) == 0)
        return -EEXIST;
    return snap_op(io, POOL_OP_CREATE_SNAP, snapname, 0, NULL);
}

int rados_ioctx_snap_remove(rados_ioctx_t io, const char *snapname)
{
    rados_snap_t id;
    int r = rados_ioctx_snap_lookup(io, snapname, &id);

    if (r < 0)
        return r;
    return snap_op(io, POOL_OP_DELETE_SNAP, snapname, 0, NULL);
}

int rados_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid)
{
    return snap_op(io, POOL_OP_CREATE_UNMANAGED_SNAP, NULL, 0, snapid);
}

int rados_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid)
{
    return snap_op(io, POOL_OP_DELETE_UNMANAGED_SNAP, NULL, snapid, NULL);
}

/* Monitors answer within a commit; the callback comes by the thread for callbacks all the same. */
struct snap_call {
    struct rados_completion *completion;
    struct rados_ioctx *io;
    rados_snap_t *made;
    rados_snap_t removed;
};

static void run_snap_call(void *arg)
{
    struct snap_call *s = arg;
    int r = s->made ? rados_ioctx_selfmanaged_snap_create(s->io, s->made)
                    : rados_ioctx_selfmanaged_snap_remove(s->io, s->removed);

    completion_end(s->completion, r, 0);
    free(s);
}

static void start_snap_call(struct rados_ioctx *io, rados_snap_t *made, rados_snap_t removed,
                            struct rados_completion *c)
{
    struct snap_call *s = malloc(sizeof(*s));

    completion_begin(c, io);
    if (!s || cluster_check(io->cluster)) {
        free(s);
        completion_end(c, s ? -ENOTCONN : -ENOMEM, 0);
        return;
    }
    *s = (struct snap_call){.completion = c, .io = io, .made = made, .removed = removed};
    finisher_queue(run_snap_call, s);
}

void rados_aio_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid, rados_completion_t c)
{
    start_snap_call(io, snapid, 0, c);
}

void rados_aio_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid, rados_completion_t c)
{
    start_snap_call(io, NULL, snapid, c);
}

/* ---- using ---- */

void rados_ioctx_snap_set_read(rados_ioctx_t io, rados_snap_t snap)
{
    struct rados_ioctx *ctx = io;

    ctx->read_snap = snap;
}

/* Newest first, none above seq. */
int rados_ioctx_selfmanaged_snap_set_write_ctx(rados_ioctx_t io, rados_snap_t seq, rados_snap_t *snaps,
                                               int num_snaps)
{
    struct rados_ioctx *ctx = io;
    uint64_t *copy;

    if (num_snaps < 0)
        return -EINVAL;
    for (int i = 0; i < num_snaps; i++)
        if (snaps[i] > seq || (i > 0 && snaps[i] >= snaps[i - 1]))
            return -EINVAL;
    copy = calloc((size_t)num_snaps + 1, sizeof(*copy));
    if (!copy)
        return -ENOMEM;
    if (num_snaps > 0)
        memcpy(copy, snaps, (size_t)num_snaps * sizeof(*copy));
    free(ctx->snaps);
    ctx->snaps = copy;
    ctx->snap_count = (uint32_t)num_snaps;
    ctx->snap_seq = seq;
    return 0;
}

int rados_ioctx_selfmanaged_snap_rollback(rados_ioctx_t io, const char *oid, rados_snap_t snapid)
{
    struct osd_op *op;
    struct sync_call s;

    sync_call_init(&s, io);
    op = object_operation_add(&s.steps, OSD_OP_ROLLBACK);
    if (op)
        osd_op_set_u64(op, 0, snapid);
    return sync_call_run(&s, oid);
}

int rados_ioctx_snap_rollback(rados_ioctx_t io, const char *oid, const char *snapname)
{
    rados_snap_t id;
    int r = rados_ioctx_snap_lookup(io, snapname, &id);

    return r ? r : rados_ioctx_selfmanaged_snap_rollback(io, oid, id);
}

int rados_rollback(rados_ioctx_t io, const char *oid, const char *snapname)
{
    return rados_ioctx_snap_rollback(io, oid, snapname);
}

/* ---- listing ---- */

static const struct osdmap_pool *find_pool(struct rados_ioctx *io, struct cluster_map **m)
{
    *m = cluster_check(io->cluster) ? NULL : objecter_map(io->cluster->objecter);
    return *m ? osdmap_find_pool(&(*m)->map, io->pool) : NULL;
}

int rados_ioctx_snap_list(rados_ioctx_t io, rados_snap_t *snaps, int maxlen)
{
    struct cluster_map *m;
    const struct osdmap_pool *pool = find_pool(io, &m);
    int n = pool ? (int)pool->pool.snap_count : -ENOENT;

    if (n > maxlen)
        n = -ERANGE;
    for (int i = 0; i < n; i++)
        snaps[i] = pool->pool.snaps[i].id;
    cluster_map_put(m);
    return n;
}

int rados_ioctx_snap_lookup(rados_ioctx_t io, const char *name, rados_snap_t *id)
{
    struct cluster_map *m;
    const struct osdmap_pool *pool = find_pool(io, &m);
    int r = -ENOENT;

    for (unsigned i = 0; pool && i < pool->pool.snap_count; i++) {
        if (strcmp(pool->pool.snaps[i].name, name) == 0) {
            *id = pool->pool.snaps[i].id;
            r = 0;
        }
    }
    cluster_map_put(m);
    return r;
}

static const struct pool_snap *find_snap(const struct osdmap_pool *pool, rados_snap_t id)
{
    for (unsigned i = 0; pool && i < pool->pool.snap_count; i++)
        if (pool->pool.snaps[i].id == id)
            return &pool->pool.snaps[i];
    return NULL;
}

int rados_ioctx_snap_get_name(rados_ioctx_t io, rados_snap_t id, char *name, int maxlen)
{
    struct cluster_map *m;
    const struct pool_snap *s = find_snap(find_pool(io, &m), id);
    int r = s ? 0 : -ENOENT;

    if (s && (int)strlen(s->name) >= maxlen)
        r = -ERANGE;
    else if (s)
        strncpy(name, s->name, (size_t)maxlen); /* zeroes behind it, as users of the whole room expect */
    cluster_map_put(m);
    return r;
}

int rados_ioctx_snap_get_stamp(rados_ioctx_t io, rados_snap_t id, time_t *t)
{
    struct cluster_map *m;
    const struct pool_snap *s = find_snap(find_pool(io, &m), id);

    if (s)
        *t = s->stamp.sec;
    cluster_map_put(m);
    return s ? 0 : -ENOENT;
}

/* ---- trivial maps of old, which OSDs have not had for long ---- */

CEPH_RADOS_API int rados_tmap_update_base(rados_ioctx_t io, const char *oid, const char *cmdbuf, size_t len);
CEPH_RADOS_API int rados_tmap_put_base(rados_ioctx_t io, const char *oid, const char *buf, size_t len);
CEPH_RADOS_API int rados_tmap_get_base(rados_ioctx_t io, const char *oid, char *buf, size_t len);
CEPH_RADOS_API int rados_tmap_update_14_2(rados_ioctx_t io, const char *oid, const char *cmdbuf, size_t len);
CEPH_RADOS_API int rados_tmap_put_14_2(rados_ioctx_t io, const char *oid, const char *buf, size_t len);
CEPH_RADOS_API int rados_tmap_get_14_2(rados_ioctx_t io, const char *oid, char *buf, size_t len);

#define NO_TMAP(name, arg)                                                                          \
    int name##_base(rados_ioctx_t io UNUSED, const char *oid UNUSED, arg UNUSED, size_t len UNUSED) \
    {                                                                                               \
        return -EOPNOTSUPP;                                                                         \
    }                                                                                               \
    int name##_14_2(rados_ioctx_t io UNUSED, const char *oid UNUSED, arg UNUSED, size_t len UNUSED) \
    {                                                                                               \
        return -EOPNOTSUPP;                                                                         \
    }                                                                                               \
    __asm__(".symver " #name "_base, " #name "@");                                                  \
    __asm__(".symver " #name "_14_2, " #name "@@LIBRADOS_14.2.0");

NO_TMAP(rados_tmap_update, const char *cmdbuf)
NO_TMAP(rados_tmap_put, const char *buf)
NO_TMAP(rados_tmap_get, char *buf)
