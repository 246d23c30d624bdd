/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/clock.h"

void pg_map_init(struct pg_map *m)
{
    *m = (struct pg_map){0};
}

void pg_map_destroy(struct pg_map *m)
{
    for (unsigned i = 0; i < m->count; i++)
        pg_stat_destroy(&m->pgs[i].stat);
    free(m->pgs);
    free(m->pools);
    for (unsigned i = 0; i < m->osd_count; i++)
        osd_stat_destroy(&m->osds[i]);
    free(m->osds);
    pg_map_init(m);
}

/* ---- what there is ---- */

static int compare_pg(const void *pg, const void *id)
{
    return pg_id_compare(((const struct pg_map_pg *)pg)->id, *(const struct pg_id *)id);
}

static struct pg_map_pg *find(const struct pg_map *m, struct pg_id pg)
{
    return array_find(m->pgs, m->count, sizeof(*m->pgs), &pg, compare_pg);
}

const struct pg_map_pg *pg_map_find(const struct pg_map *m, struct pg_id pg)
{
    return find(m, pg);
}

static void set_state(struct pg_map_pg *pg, const struct osdmap *map, const struct pg_creates *creates)
{
    if (!pg->reported)
        pg->state = creates && pg_creates_has(creates, pg->id) ? PG_STATE(CREATING) : 0;
    else if (osdmap_is_up(map, pg->stat.acting_primary))
        pg->state = pg->stat.state;
    else
        pg->state = pg->stat.state | PG_STATE(STALE);
}

static int take_groups(struct pg_map *m, const struct osdmap *map, const struct pg_creates *creates)
{
    struct pg_map_pg *pgs, *had;
    unsigned count = 0;

    for (unsigned i = 0; i < map->pool_count; i++)
        count += map->pools[i].pool.pg_num;
    pgs = calloc(count ? count : 1, sizeof(*pgs));
    if (!pgs)
        return -ENOMEM;
    count = 0;
    for (unsigned i = 0; i < map->pool_count; i++) {
        for (uint32_t seed = 0; seed < map->pools[i].pool.pg_num; seed++) {
            struct pg_map_pg *pg = &pgs[count++];
            pg->id = (struct pg_id){.pool = map->pools[i].id, .seed = seed};
            had = find(m, pg->id);
            if (had) {
                *pg = *had;
                memset(&had->stat, 0, sizeof(had->stat));
            }
            set_state(pg, map, creates);
        }
    }
    for (unsigned i = 0; i < m->count; i++)
        pg_stat_destroy(&m->pgs[i].stat);
    free(m->pgs);
    m->pgs = pgs;
    m->count = count;
    return 0;
}

static const struct pg_map_pool *find_pool(const struct pg_map *m, int64_t id)
{
    for (unsigned i = 0; i < m->pool_count; i++)
        if (m->pools[i].id == id)
            return &m->pools[i];
    return NULL;
}

static int take_pools(struct pg_map *m, const struct osdmap *map)
{
    struct pg_map_pool *pools = calloc(map->pool_count ? map->pool_count : 1, sizeof(*pools));

    if (!pools)
        return -ENOMEM;
    for (unsigned i = 0; i < map->pool_count; i++) {
        const struct pg_map_pool *had = find_pool(m, map->pools[i].id);
        if (had)
            pools[i] = *had;
        pools[i].id = map->pools[i].id;
    }
    free(m->pools);
    m->pools = pools;
    m->pool_count = map->pool_count;
    return 0;
}

static int take_osds(struct pg_map *m, const struct osdmap *map)
{
    struct osd_stat *osds;

    for (unsigned i = 0; i < m->osd_count; i++) {
        if (osdmap_exists(map, (int32_t)i))
            continue;
        osd_stat_destroy(&m->osds[i]);
        memset(&m->osds[i], 0, sizeof(*m->osds));
    }
    if (map->max_osd <= m->osd_count)
        return 0;
    osds = reallocarray(m->osds, map->max_osd, sizeof(*osds));
    if (!osds)
        return -ENOMEM;
    memset(osds + m->osd_count, 0, (map->max_osd - m->osd_count) * sizeof(*osds));
    m->osds = osds;
    m->osd_count = map->max_osd;
    return 0;
}

int pg_map_take_map(struct pg_map *m, const struct osdmap *map, const struct pg_creates *creates)
{
    int r = take_groups(m, map, creates);

    if (r == 0)
        r = take_pools(m, map);
    return r ? r : take_osds(m, map);
}

int pg_map_report(struct pg_map *m, const struct osdmap *map, int32_t osd, struct m_pg_stats *report)
{
    if (osd < 0 || (unsigned)osd >= m->osd_count)
        return -ENOENT;
    osd_stat_destroy(&m->osds[osd]);
    m->osds[osd] = report->osd;
    m->osds[osd].num_osds = 1;
    memset(&report->osd, 0, sizeof(report->osd));
    for (uint32_t i = 0; i < report->count; i++) {
        struct pg_map_pg *pg = find(m, report->items[i].pg);
        struct pg_stat *stat = &report->items[i].stat;
        /* A primary of the past may be late. */
        if (!pg || (pg->reported && stat->reported_epoch < pg->stat.reported_epoch))
            continue;
        pg_stat_destroy(&pg->stat);
        pg->stat = *stat;
        memset(stat, 0, sizeof(*stat));
        pg->reported = true;
        set_state(pg, map, NULL);
    }
    m->version++;
    m->stamp = utime_now();
    return 0;
}

/* ---- sums ---- */

struct pg_map_sum pg_map_sum(const struct pg_map *m, int64_t pool)
{
    struct pg_map_sum sum = {0};

    for (unsigned i = 0; i < m->count; i++) {
        const struct pg_stat *s = &m->pgs[i].stat;
        if (pool != PG_MAP_ALL_POOLS && m->pgs[i].id.pool != pool)
            continue;
        object_stat_sum_add(&sum.stats, &s->stats);
        sum.log_size += s->log_size;
        sum.ondisk_log_size += s->ondisk_log_size;
        sum.pgs++;
        sum.up += s->up.count;
        sum.acting += s->acting.count;
    }
    return sum;
}

void pg_map_take_sample(struct pg_map *m, uint64_t now_ns)
{
    for (unsigned i = 0; i < m->pool_count; i++) {
        struct pg_map_pool *p = &m->pools[i];
        struct object_stat_sum s = pg_map_sum(m, p->id).stats;
        if (p->sample_count == PG_MAP_SAMPLES)
            memmove(&p->samples[0], &p->samples[1], (--p->sample_count) * sizeof(*p->samples));
        p->samples[p->sample_count++] = (struct pg_map_sample){.at_ns = now_ns,
                                                               .reads = s.num_rd,
                                                               .read_kb = s.num_rd_kb,
                                                               .writes = s.num_wr,
                                                               .write_kb = s.num_wr_kb};
    }
}

/* An OSD that starts again counts from where its groups were stored last: never less than nothing. */
static uint64_t rate(int64_t first, int64_t last, uint64_t ns)
{
    return last > first ? (uint64_t)((double)(last - first) * 1e9 / (double)ns) : 0;
}

struct pg_map_rates pg_map_rates(const struct pg_map *m, int64_t pool)
{
    struct pg_map_rates sum = {0};

    for (unsigned i = 0; i < m->pool_count; i++) {
        const struct pg_map_pool *p = &m->pools[i];
        const struct pg_map_sample *a = p->samples, *b;
        uint64_t ns;
        if ((pool != PG_MAP_ALL_POOLS && p->id != pool) || p->sample_count < 2)
            continue;
        b = &p->samples[p->sample_count - 1];
        ns = b->at_ns > a->at_ns ? b->at_ns - a->at_ns : 1;
        sum.read_bytes += rate(a->read_kb * 1024, b->read_kb * 1024, ns);
        sum.write_bytes += rate(a->write_kb * 1024, b->write_kb * 1024, ns);
        sum.reads += rate(a->reads, b->reads, ns);
        sum.writes += rate(a->writes, b->writes, ns);
    }
    return sum;
}

void pg_map_add_space(struct pg_map_space *s, const struct osd_stat *osd)
{
    if (!osd->num_osds)
        return;
    s->osds++;
    s->total += (uint64_t)osd->statfs.total;
    s->avail += (uint64_t)osd->statfs.available;
    s->used_raw += (uint64_t)(osd->statfs.total - osd->statfs.available);
    s->used += (uint64_t)(osd->statfs.total - osd->statfs.available - osd->statfs.internally_reserved);
}

struct pg_map_space pg_map_space(const struct pg_map *m)
{
    struct pg_map_space s = {0};

    for (unsigned i = 0; i < m->osd_count; i++)
        pg_map_add_space(&s, &m->osds[i]);
    return s;
}

static int most_first(const void *a, const void *b)
{
    const struct pg_map_state_count *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->state > y->state ? -1 : x->state < y->state;
}

struct pg_map_state_count *pg_map_count_states(const struct pg_map *m, unsigned *count)
{
    struct pg_map_state_count *list = calloc(m->count ? m->count : 1, sizeof(*list));

    *count = 0;
    for (unsigned i = 0; list && i < m->count; i++) {
        unsigned k = 0;
        while (k < *count && list[k].state != m->pgs[i].state)
            k++;
        if (k == *count)
            list[(*count)++].state = m->pgs[i].state;
        list[k].count++;
    }
    if (list)
        qsort(list, *count, sizeof(*list), most_first);
    return list;
}
