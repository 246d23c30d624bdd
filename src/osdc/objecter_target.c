/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osdc/objecter_target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "types/osd_op.h"

#define PG_NUM_MAX (1u << 22) /* of a pool that we serve */

struct pool_places {
    unsigned pg_num;
    _Atomic(struct pg_place *) *places; /* by seed; NULL: not asked for yet */
};

/* ---- the map ---- */

static void free_places(struct cluster_map *m)
{
    for (unsigned i = 0; m->pools && i < m->map.pool_count; i++) {
        for (unsigned seed = 0; seed < m->pools[i].pg_num; seed++)
            free(atomic_load_explicit(&m->pools[i].places[seed], memory_order_relaxed));
        free(m->pools[i].places);
    }
    free(m->pools);
}

static int init_places(struct cluster_map *m)
{
    m->pools = calloc(m->map.pool_count + 1, sizeof(*m->pools));
    if (!m->pools)
        return -ENOMEM;
    for (unsigned i = 0; i < m->map.pool_count; i++) {
        unsigned pg_num = m->map.pools[i].pool.pg_num;

        if (pg_num == 0 || pg_num > PG_NUM_MAX)
            continue; /* no operation finds its way there */
        m->pools[i].places = calloc(pg_num, sizeof(*m->pools[i].places));
        if (!m->pools[i].places)
            return -ENOMEM;
        m->pools[i].pg_num = pg_num;
    }
    return 0;
}

struct cluster_map *cluster_map_create(struct osdmap *map)
{
    struct cluster_map *m = calloc(1, sizeof(*m));

    if (!m) {
        osdmap_destroy(map);
        return NULL;
    }
    m->refs = 1;
    m->map = *map;
    osdmap_init(map);
    if (osdmap_mapping_init(&m->mapping, &m->map) || init_places(m)) {
        cluster_map_put(m);
        return NULL;
    }
    return m;
}

struct cluster_map *cluster_map_get(struct cluster_map *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void cluster_map_put(struct cluster_map *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    free_places(m);
    osdmap_mapping_destroy(&m->mapping);
    osdmap_destroy(&m->map);
    free(m);
}

bool cluster_map_pauses(const struct cluster_map *m)
{
    if (m->map.flags & (OSDMAP_PAUSERD | OSDMAP_PAUSEWR | OSDMAP_FULL))
        return true;
    for (unsigned i = 0; i < m->map.pool_count; i++)
        if (m->map.pools[i].pool.flags & PG_POOL_FULL)
            return true;
    return false;
}

int cluster_map_osd_addrs(const struct cluster_map *m, int32_t osd, struct entity_addrvec *out)
{
    const struct osdmap_osd *o;
    const struct entity_addr *v1;
    struct entity_addr rdma;
    int r;

    entity_addrvec_init(out);
    if (!osdmap_is_up(&m->map, osd))
        return -ENOENT;
    o = &m->map.osds[osd];
    r = entity_addrvec_copy(out, &o->public_addrs);
    v1 = entity_addrvec_find(&o->public_addrs, ENTITY_ADDR_V1);
    if (r || !v1 || entity_addrvec_find(out, ENTITY_ADDR_RDMA) ||
        !entity_addrvec_find(&o->hb_front_addrs, ENTITY_ADDR_RDMA))
        return r;
    rdma = *v1;
    rdma.type = ENTITY_ADDR_RDMA;
    return entity_addrvec_push(out, &rdma);
}

/* ---- places ---- */

static struct pg_place *make_place(const struct cluster_map *m, struct pg_id pg)
{
    struct pg_osds osds;
    struct pg_place *p;

    if (osdmap_map_pg(&m->mapping, pg, &osds) && osds.up.count + osds.acting.count > 0)
        return NULL;
    p = malloc(sizeof(*p) + (osds.up.count + osds.acting.count) * sizeof(p->osds[0]));
    if (!p)
        return NULL;
    p->primary = osds.acting.primary;
    p->up_primary = osds.up.primary;
    p->up_count = (uint16_t)osds.up.count;
    p->acting_count = (uint16_t)osds.acting.count;
    memcpy(p->osds, osds.up.osds, osds.up.count * sizeof(p->osds[0]));
    memcpy(p->osds + osds.up.count, osds.acting.osds, osds.acting.count * sizeof(p->osds[0]));
    return p;
}

const struct pg_place *cluster_map_place(struct cluster_map *m, struct pg_id pg)
{
    const struct osdmap_pool *pool = osdmap_find_pool(&m->map, pg.pool);
    struct pool_places *all = pool ? &m->pools[pool - m->map.pools] : NULL;
    struct pg_place *p, *expected = NULL;

    if (!all || pg.seed >= all->pg_num)
        return NULL;
    p = atomic_load_explicit(&all->places[pg.seed], memory_order_acquire);
    if (p)
        return p;
    p = make_place(m, pg);
    if (p && !atomic_compare_exchange_strong(&all->places[pg.seed], &expected, p)) {
        free(p); /* somebody was faster */
        p = expected;
    }
    return p;
}

static bool same_place(const struct pg_place *a, const struct pg_place *b)
{
    return a->primary == b->primary && a->up_primary == b->up_primary && a->up_count == b->up_count &&
           a->acting_count == b->acting_count &&
           memcmp(a->osds, b->osds, (a->up_count + (size_t)a->acting_count) * sizeof(a->osds[0])) == 0;
}

/* ---- targets ---- */

int objecter_target_find(struct cluster_map *m, struct objecter_target *t)
{
    const struct osdmap_pool *pool = osdmap_find_pool(&m->map, t->pool);
    const struct pg_place *place;

    t->osd = -1;
    if (!pool || pool->pool.pg_num == 0)
        return -ENOENT;
    t->pg = osdmap_pg_of_hash(pool, t->hash);
    place = cluster_map_place(m, t->pg);
    if (!place)
        return pool->pool.pg_num > PG_NUM_MAX ? -ENOENT : -ENOMEM;
    if (place->primary >= 0 && osdmap_is_up(&m->map, place->primary))
        t->osd = place->primary;
    return 0;
}

bool objecter_target_moved(struct cluster_map *old, struct cluster_map *next, const struct objecter_target *t)
{
    const struct osdmap_pool *before = osdmap_find_pool(&old->map, t->pool);
    const struct osdmap_pool *after = osdmap_find_pool(&next->map, t->pool);
    const struct pg_place *a, *b;
    struct pg_id pg;

    if (!before || !after)
        return true;
    if (after->pool.last_force_op_resend > before->pool.last_force_op_resend ||
        after->pool.size != before->pool.size || after->pool.min_size != before->pool.min_size ||
        after->pool.pg_num != before->pool.pg_num)
        return true;
    pg = osdmap_pg_of_hash(after, t->hash);
    a = cluster_map_place(old, t->pg);
    b = cluster_map_place(next, pg);
    if (pg.seed != t->pg.seed || !a || !b || !same_place(a, b))
        return true;
    /* It may have been away for a moment, between the two maps. */
    return t->osd >= 0 && osdmap_exists(&old->map, t->osd) && osdmap_exists(&next->map, t->osd) &&
           old->map.osds[t->osd].info.up_from != next->map.osds[t->osd].info.up_from;
}

bool objecter_target_is_paused(const struct cluster_map *m, int64_t pool, uint32_t flags)
{
    const struct osdmap_pool *p;

    if (flags & OSD_FLAG_READ && m->map.flags & OSDMAP_PAUSERD)
        return true;
    if (!(flags & OSD_FLAG_WRITE))
        return false;
    if (m->map.flags & OSDMAP_PAUSEWR)
        return true;
    if (flags & (OSD_FLAG_FULL_TRY | OSD_FLAG_FULL_FORCE))
        return false;
    p = osdmap_find_pool(&m->map, pool);
    return m->map.flags & OSDMAP_FULL || (p && p->pool.flags & PG_POOL_FULL);
}
