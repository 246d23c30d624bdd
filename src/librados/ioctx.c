/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* I/O contexts: the pool, namespace, locator and snapshots of operations. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "librados/librados_internal.h"
#include "types/hobject.h"
#include "types/osd_op.h"

/* ---- life ---- */

static int ioctx_create(struct rados_cluster *c, int64_t pool, rados_ioctx_t *out)
{
    struct rados_ioctx *io = calloc(1, sizeof(*io));

    if (io) {
        io->key = strdup("");
        io->nspace = strdup("");
    }
    if (!io || !io->key || !io->nspace) {
        if (io) {
            free(io->key);
            free(io->nspace);
        }
        free(io);
        return -ENOMEM;
    }
    io->refs = 1;
    io->cluster = cluster_get(c);
    io->pool = pool;
    io->read_snap = SNAP_HEAD;
    mutex_init(&io->lock, "rados_ioctx", LOCK_RANK_LIBRADOS);
    cond_init(&io->flushed);
    list_init(&io->writes);
    list_init(&io->flushes);
    *out = io;
    return 0;
}

int rados_ioctx_create(rados_t cluster, const char *pool_name, rados_ioctx_t *ioctx)
{
    int64_t pool = rados_pool_lookup(cluster, pool_name);

    return pool < 0 ? (int)pool : ioctx_create(cluster, pool, ioctx);
}

int rados_ioctx_create2(rados_t cluster, int64_t pool_id, rados_ioctx_t *ioctx)
{
    char name[1];
    int r = rados_pool_reverse_lookup(cluster, pool_id, name, sizeof(name));

    return r < 0 && r != -ERANGE ? r : ioctx_create(cluster, pool_id, ioctx);
}

struct rados_ioctx *ioctx_get(struct rados_ioctx *io)
{
    atomic_fetch_add_explicit(&io->refs, 1, memory_order_relaxed);
    return io;
}

void ioctx_put(struct rados_ioctx *io)
{
    if (atomic_fetch_sub(&io->refs, 1) != 1)
        return;
    cluster_put(io->cluster);
    cond_destroy(&io->flushed);
    mutex_destroy(&io->lock);
    free(io->snaps);
    free(io->nspace);
    free(io->key);
    free(io);
}

void rados_ioctx_destroy(rados_ioctx_t io)
{
    if (io)
        ioctx_put(io);
}

/* ---- settings ---- */

rados_config_t rados_ioctx_cct(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    return ctx->cluster->config;
}

rados_t rados_ioctx_get_cluster(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    return ctx->cluster;
}

int64_t rados_ioctx_get_id(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    return ctx->pool;
}

int rados_ioctx_get_pool_name(rados_ioctx_t io, char *buf, unsigned maxlen)
{
    struct rados_ioctx *ctx = io;

    return rados_pool_reverse_lookup(ctx->cluster, ctx->pool, buf, maxlen);
}

static void set_text(char **to, const char *text)
{
    char *copy = strdup(text_or_empty(text));

    if (!copy)
        abort(); /* there is no way to say it, and the wrong namespace is worse */
    free(*to);
    *to = copy;
}

void rados_ioctx_locator_set_key(rados_ioctx_t io, const char *key)
{
    struct rados_ioctx *ctx = io;

    set_text(&ctx->key, key);
}

void rados_ioctx_set_namespace(rados_ioctx_t io, const char *nspace)
{
    struct rados_ioctx *ctx = io;

    set_text(&ctx->nspace, nspace);
}

int rados_ioctx_get_namespace(rados_ioctx_t io, char *buf, unsigned maxlen)
{
    struct rados_ioctx *ctx = io;
    size_t len = strlen(ctx->nspace);

    if (len >= maxlen)
        return -ERANGE;
    memcpy(buf, ctx->nspace, len + 1);
    return (int)len;
}

uint64_t rados_get_last_version(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    return atomic_load(&ctx->last_version);
}

void rados_set_pool_full_try(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    ctx->flags |= OSD_FLAG_FULL_TRY;
}

void rados_unset_pool_full_try(rados_ioctx_t io)
{
    struct rados_ioctx *ctx = io;

    ctx->flags &= ~(uint32_t)OSD_FLAG_FULL_TRY;
}

void rados_set_osdmap_full_try(rados_ioctx_t io)
{
    rados_set_pool_full_try(io);
}

void rados_unset_osdmap_full_try(rados_ioctx_t io)
{
    rados_unset_pool_full_try(io);
}

/* ---- operations ---- */

struct linger_object ioctx_object(const struct rados_ioctx *io, const char *oid)
{
    return (struct linger_object){.pool = io->pool, .nspace = io->nspace, .key = io->key, .name = oid};
}

/* The snapshots to write in: those that the program set, else the pool's own. */
static int take_snaps(struct rados_ioctx *io, struct objecter_op *op)
{
    const struct osdmap_pool *pool;
    struct cluster_map *m;
    int r = 0;

    op->snap_seq = io->snap_seq;
    if (io->snap_count > 0) {
        op->snaps = malloc(io->snap_count * sizeof(*op->snaps));
        if (!op->snaps)
            return -ENOMEM;
        memcpy(op->snaps, io->snaps, io->snap_count * sizeof(*op->snaps));
        op->snap_count = io->snap_count;
    }
    if (io->snap_seq)
        return 0;
    m = objecter_map(io->cluster->objecter);
    pool = m ? osdmap_find_pool(&m->map, io->pool) : NULL;
    if (pool && pool->pool.snap_count > 0) {
        op->snaps = malloc(pool->pool.snap_count * sizeof(*op->snaps));
        if (op->snaps) {
            op->snap_seq = pool->pool.snap_seq;
            for (unsigned i = pool->pool.snap_count; i-- > 0;)
                op->snaps[op->snap_count++] = pool->pool.snaps[i].id;
        } else {
            r = -ENOMEM;
        }
    }
    cluster_map_put(m);
    return r;
}

struct objecter_op *ioctx_op(struct rados_ioctx *io, const char *oid, struct object_operation *steps,
                             objecter_done done, void *arg)
{
    struct objecter_op *op = objecter_op_create(io->pool, io->nspace, io->key, oid, done, arg);

    if (!op)
        return NULL;
    op->flags = io->flags;
    if (steps->writes) {
        if (take_snaps(io, op)) {
            objecter_op_free(op);
            return NULL;
        }
    } else {
        op->snapid = io->read_snap;
    }
    object_operation_move(&op->operation, steps);
    return op;
}

uint32_t operation_flags(int librados_flags)
{
    static const struct {
        int librados;
        uint32_t osd;
    } table[] = {
        {LIBRADOS_OPERATION_ORDER_READS_WRITES, OSD_FLAG_RWORDERED},
        {LIBRADOS_OPERATION_IGNORE_OVERLAY, OSD_FLAG_IGNORE_OVERLAY},
        {LIBRADOS_OPERATION_FULL_TRY, OSD_FLAG_FULL_TRY},
        {LIBRADOS_OPERATION_FULL_FORCE, OSD_FLAG_FULL_FORCE},
        {LIBRADOS_OPERATION_ORDERSNAP, OSD_FLAG_ORDERSNAP},
    };
    uint32_t flags = 0;

    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (librados_flags & table[i].librados)
            flags |= table[i].osd;
    return flags;
}
