/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/osdmap_mapping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_hash.h"

/* Between a namespace and the name in what is hashed. */
#define NAMESPACE_END '\037'

int osdmap_mapping_init(struct osdmap_mapping *mp, const struct osdmap *map)
{
    int r;

    memset(mp, 0, sizeof(*mp));
    mp->map = map;
    mp->weights = calloc(map->max_osd ? map->max_osd : 1, sizeof(*mp->weights));
    if (!mp->weights)
        return -ENOMEM;
    for (unsigned i = 0; i < map->max_osd; i++)
        mp->weights[i] = map->osds[i].state & OSD_EXISTS ? map->osds[i].weight : 0;
    r = osdmap_get_crush(map, &mp->crush);
    if (r < 0) {
        free(mp->weights);
        mp->weights = NULL;
    }
    return r;
}

void osdmap_mapping_destroy(struct osdmap_mapping *mp)
{
    if (!mp->weights)
        return;
    crush_map_destroy(&mp->crush);
    free(mp->weights);
    mp->weights = NULL;
}

uint32_t osdmap_hash_object(const char *nspace, const char *key, const char *name)
{
    const char *hashed = key && *key ? key : name;
    size_t ns_len = nspace ? strlen(nspace) : 0, len = strlen(hashed);
    char small[512], *both = small;
    uint32_t h;

    if (!ns_len)
        return crush_hash_name(hashed, len);
    if (ns_len + 1 + len > sizeof(small) && !(both = malloc(ns_len + 1 + len)))
        abort(); /* placement must not depend on memory */
    memcpy(both, nspace, ns_len);
    both[ns_len] = NAMESPACE_END;
    memcpy(both + ns_len + 1, hashed, len);
    h = crush_hash_name(both, ns_len + 1 + len);
    if (both != small)
        free(both);
    return h;
}

/* x modulo n, where growing n from one power of two to the next moves only what has to move. */
static uint32_t stable_modulo(uint32_t x, uint32_t n)
{
    uint32_t mask = n > 1 ? UINT32_MAX >> __builtin_clz(n - 1) : 0;

    return (x & mask) < n ? x & mask : x & mask >> 1;
}

struct pg_id osdmap_pg_of_hash(const struct osdmap_pool *pool, uint32_t hash)
{
    return (struct pg_id){.pool = pool->id, .seed = stable_modulo(hash, pool->pool.pg_num)};
}

uint32_t osdmap_placement_seed(const struct osdmap_pool *pool, struct pg_id pg)
{
    uint32_t seed = stable_modulo(pg.seed, pool->pool.pgp_num);

    return pool->pool.flags & PG_POOL_HASHPSPOOL ? crush_hash2(seed, (uint32_t)pool->id)
                                                 : seed + (uint32_t)pool->id;
}

/* Copies of replicated pools are all alike, so a missing one closes up; parts of erasure coded ones have
 * places. */
static bool closes_up(const struct osdmap_pool *pool)
{
    return pool->pool.type == PG_POOL_REPLICATED;
}

typedef bool keep_fn(const struct osdmap *m, int32_t osd);

static void filter(struct osd_set *s, const struct osdmap *m, bool close_up, keep_fn *keep)
{
    unsigned n = 0;

    for (unsigned i = 0; i < s->count; i++) {
        if (keep(m, s->osds[i]))
            s->osds[n++] = s->osds[i];
        else if (!close_up)
            s->osds[n++] = CRUSH_ITEM_NONE;
    }
    s->count = n;
}

static int32_t first_of(const struct osd_set *s)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->osds[i] != CRUSH_ITEM_NONE)
            return s->osds[i];
    return -1;
}

static const struct osdmap_pg_osds *find_pg(const struct osdmap_pg_osds *list, unsigned count,
                                            struct pg_id pg)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].pg.pool == pg.pool && list[i].pg.seed == pg.seed)
            return &list[i];
    return NULL;
}

/* An exception may not lead to an OSD that was taken out. */
static bool is_marked_out(const struct osdmap_mapping *mp, int32_t osd)
{
    return osd != CRUSH_ITEM_NONE && osd >= 0 && (uint32_t)osd < mp->map->max_osd && mp->weights[osd] == 0;
}

static void move_one(const struct osdmap_mapping *mp, struct osd_set *s, int32_t from, int32_t to)
{
    int place = -1;

    for (unsigned i = 0; i < s->count; i++) {
        if (s->osds[i] == to)
            return;
        if (s->osds[i] == from && place < 0 && !is_marked_out(mp, to))
            place = (int)i;
    }
    if (place >= 0)
        s->osds[place] = to;
}

static void apply_upmap(const struct osdmap_mapping *mp, struct pg_id pg, struct osd_set *s)
{
    const struct osdmap *m = mp->map;
    const struct osdmap_pg_osds *all = find_pg(m->pg_upmap, m->pg_upmap_count, pg);
    const struct osdmap_pg_osds *items = find_pg(m->pg_upmap_items, m->pg_upmap_item_count, pg);

    if (all && all->count <= CRUSH_RESULT_MAX) {
        for (unsigned i = 0; i < all->count; i++)
            if (is_marked_out(mp, all->osds[i]))
                return;
        memcpy(s->osds, all->osds, all->count * sizeof(s->osds[0]));
        s->count = all->count;
    }
    for (unsigned i = 0; items && i + 1 < items->count; i += 2)
        move_one(mp, s, items->osds[i], items->osds[i + 1]);
}

/* Each OSD refuses a share of the groups that it could be primary of; the first that does not is. */
static void apply_affinity(const struct osdmap *m, uint32_t placement_seed, bool close_up, struct osd_set *s)
{
    int chosen = -1, first = -1;

    if (!m->affinities)
        return;
    for (unsigned i = 0; i < s->count && chosen < 0; i++) {
        int32_t osd = s->osds[i];
        uint32_t affinity;
        if (osd == CRUSH_ITEM_NONE)
            continue;
        affinity = m->osds[osd].primary_affinity;
        if (affinity >= OSD_WEIGHT_ONE || crush_hash2(placement_seed, (uint32_t)osd) >> 16 < affinity)
            chosen = (int)i;
        else if (first < 0)
            first = (int)i;
    }
    if (chosen < 0)
        chosen = first;
    if (chosen < 0)
        return;
    s->primary = s->osds[chosen];
    if (close_up && chosen > 0) {
        memmove(s->osds + 1, s->osds, (unsigned)chosen * sizeof(s->osds[0]));
        s->osds[0] = s->primary;
    }
}

static void take_acting(const struct osdmap *m, struct pg_id pg, bool close_up, struct pg_osds *out)
{
    const struct osdmap_pg_osds *temp = find_pg(m->pg_temp, m->pg_temp_count, pg);

    out->acting = (struct osd_set){.primary = -1};
    if (temp && temp->count <= CRUSH_RESULT_MAX) {
        memcpy(out->acting.osds, temp->osds, temp->count * sizeof(temp->osds[0]));
        out->acting.count = temp->count;
        filter(&out->acting, m, close_up, osdmap_is_up);
        out->acting.primary = first_of(&out->acting);
    }
    for (unsigned i = 0; i < m->primary_temp_count; i++)
        if (m->primary_temp[i].pg.pool == pg.pool && m->primary_temp[i].pg.seed == pg.seed)
            out->acting.primary = m->primary_temp[i].osd;
    if (out->acting.count == 0) {
        int32_t primary = out->acting.primary;
        out->acting = out->up;
        if (primary >= 0)
            out->acting.primary = primary;
    }
}

int osdmap_map_pg_raw(const struct osdmap_mapping *mp, struct pg_id pg, struct osd_set *raw,
                      struct osd_set *upmapped)
{
    const struct osdmap *m = mp->map;
    const struct osdmap_pool *pool = osdmap_find_pool(m, pg.pool);
    int n;

    *raw = *upmapped = (struct osd_set){.primary = -1};
    if (!pool)
        return -ENOENT;
    pg.seed = stable_modulo(pg.seed, pool->pool.pg_num);
    n = crush_map_do_rule(&mp->crush, pool->pool.crush_rule, osdmap_placement_seed(pool, pg), raw->osds,
                          pool->pool.size, mp->weights, m->max_osd,
                          crush_map_choose_args(&mp->crush, pg.pool));
    if (n < 0)
        return n;
    raw->count = (unsigned)n;
    filter(raw, m, closes_up(pool), osdmap_exists);
    raw->primary = first_of(raw);
    *upmapped = *raw;
    apply_upmap(mp, pg, upmapped);
    return 0;
}

int osdmap_map_pg(const struct osdmap_mapping *mp, struct pg_id pg, struct pg_osds *out)
{
    const struct osdmap *m = mp->map;
    const struct osdmap_pool *pool = osdmap_find_pool(m, pg.pool);
    uint32_t seed;
    bool close_up;
    int r = osdmap_map_pg_raw(mp, pg, &out->raw, &out->up);

    out->acting = (struct osd_set){.primary = -1};
    if (r)
        return r;
    pg.seed = stable_modulo(pg.seed, pool->pool.pg_num);
    seed = osdmap_placement_seed(pool, pg);
    close_up = closes_up(pool);
    filter(&out->up, m, close_up, osdmap_is_up);
    out->up.primary = first_of(&out->up);
    apply_affinity(m, seed, close_up, &out->up);
    take_acting(m, pg, close_up, out);
    return 0;
}
