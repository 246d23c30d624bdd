/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/osdmap_upmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "maps/osdmap_mapping.h"
#include "maps/rule_places.h"

/* ---- changes ---- */

static int add_old(struct pg_ids *ids, struct pg_id pg)
{
    struct pg_id *list = array_insert(ids->list, ids->count, sizeof(*list), ids->count);

    if (!list)
        return -ENOMEM;
    list[ids->count++] = pg;
    ids->list = list;
    return 0;
}

static int add_new(struct osdmap_incremental *inc, struct pg_id pg, const int32_t *pairs, unsigned count)
{
    unsigned n = inc->new_pg_upmap_item_count;
    struct osdmap_pg_osds *list = array_insert(inc->new_pg_upmap_items, n, sizeof(*list), n);

    if (!list)
        return -ENOMEM;
    inc->new_pg_upmap_items = list;
    list[n] = (struct osdmap_pg_osds){.pg = pg, .osds = malloc(count * sizeof(*pairs)), .count = count};
    if (!list[n].osds)
        return -ENOMEM;
    memcpy(list[n].osds, pairs, count * sizeof(*pairs));
    inc->new_pg_upmap_item_count++;
    return 0;
}

void osdmap_upmap_commands(const struct osdmap_incremental *inc, FILE *out)
{
    char text[PG_ID_TEXT_MAX];

    for (unsigned i = 0; i < inc->old_pg_upmap.count; i++)
        fprintf(out, "ceph osd rm-pg-upmap %s\n", pg_id_print(inc->old_pg_upmap.list[i], text));
    for (unsigned i = 0; i < inc->old_pg_upmap_items.count; i++)
        fprintf(out, "ceph osd rm-pg-upmap-items %s\n", pg_id_print(inc->old_pg_upmap_items.list[i], text));
    for (unsigned i = 0; i < inc->new_pg_upmap_item_count; i++) {
        const struct osdmap_pg_osds *items = &inc->new_pg_upmap_items[i];
        fprintf(out, "ceph osd pg-upmap-items %s", pg_id_print(items->pg, text));
        for (unsigned k = 0; k < items->count; k++)
            fprintf(out, " %d", items->osds[k]);
        fputc('\n', out);
    }
}

/* ---- cleaning ---- */

static bool has(const struct osd_set *s, int32_t osd)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->osds[i] == osd)
            return true;
    return false;
}

/* Where the group is with and without its exceptions; false: it, its pool or its rule is gone, or the rule
 * does not allow that. */
static bool is_allowed(const struct osdmap_mapping *mp, struct pg_id pg, struct osd_set *raw,
                       struct osd_set *upmapped)
{
    const struct osdmap_pool *pool = osdmap_find_pool(mp->map, pg.pool);
    struct rule_places places;
    bool allowed;

    if (!pool || pg.seed >= pool->pool.pg_num || osdmap_map_pg_raw(mp, pg, raw, upmapped) ||
        rule_places_init(&places, mp, pool->pool.crush_rule))
        return false;
    allowed = rule_places_allow(&places, upmapped);
    rule_places_destroy(&places);
    return allowed;
}

static bool is_same(const struct osd_set *a, const int32_t *osds, unsigned count)
{
    return a->count == count && memcmp(a->osds, osds, count * sizeof(*osds)) == 0;
}

static int clean_upmap(const struct osdmap_mapping *mp, const struct osdmap_pg_osds *upmap,
                       struct osdmap_incremental *inc)
{
    struct osd_set raw, upmapped;

    if (is_allowed(mp, upmap->pg, &raw, &upmapped) && !is_same(&raw, upmap->osds, upmap->count))
        return 0;
    return add_old(&inc->old_pg_upmap, upmap->pg);
}

/* Pairs from OSDs that crush does not choose, or to those that are out, do nothing. */
static int clean_items(const struct osdmap_mapping *mp, const struct osdmap_pg_osds *items,
                       struct osdmap_incremental *inc)
{
    int32_t kept[2 * CRUSH_RESULT_MAX];
    struct osd_set raw, upmapped;
    unsigned n = 0;

    if (!is_allowed(mp, items->pg, &raw, &upmapped))
        return add_old(&inc->old_pg_upmap_items, items->pg);
    for (unsigned i = 0; i + 1 < items->count && n < ARRAY_SIZE(kept); i += 2) {
        int32_t from = items->osds[i], to = items->osds[i + 1];
        if (!has(&raw, from) || !osdmap_is_in(mp->map, to))
            continue;
        kept[n++] = from;
        kept[n++] = to;
    }
    if (n == items->count)
        return 0;
    return n ? add_new(inc, items->pg, kept, n) : add_old(&inc->old_pg_upmap_items, items->pg);
}

int osdmap_upmap_clean(const struct osdmap *m, struct osdmap_incremental *inc)
{
    struct osdmap_mapping mp;
    int r = osdmap_mapping_init(&mp, m);

    if (r)
        return r;
    for (unsigned i = 0; r == 0 && i < m->pg_upmap_count; i++)
        r = clean_upmap(&mp, &m->pg_upmap[i], inc);
    for (unsigned i = 0; r == 0 && i < m->pg_upmap_item_count; i++)
        r = clean_items(&mp, &m->pg_upmap_items[i], inc);
    osdmap_mapping_destroy(&mp);
    return r;
}

/* ---- balancing ---- */

struct group {
    struct osd_set set;
    int32_t pairs[2 * CRUSH_RESULT_MAX];
    unsigned pair_words;
    bool fixed, changed, had_pairs;
};

struct balance {
    struct rule_places places;
    struct group *groups; /* by seed */
    unsigned group_count;
    double *deviations; /* of each OSD */
    int32_t *order;     /* OSDs of the rule, least first */
    unsigned order_count;
};

static void destroy(struct balance *b)
{
    rule_places_destroy(&b->places);
    free(b->groups);
    free(b->deviations);
    free(b->order);
}

/* Groups with a pg_upmap stay as somebody wanted them. */
static void read_exceptions(struct balance *b, const struct osdmap *m, int64_t pool)
{
    for (unsigned i = 0; i < m->pg_upmap_count; i++)
        if (m->pg_upmap[i].pg.pool == pool && m->pg_upmap[i].pg.seed < b->group_count)
            b->groups[m->pg_upmap[i].pg.seed].fixed = true;
    for (unsigned i = 0; i < m->pg_upmap_item_count; i++) {
        const struct osdmap_pg_osds *items = &m->pg_upmap_items[i];
        struct group *g = &b->groups[items->pg.seed];
        if (items->pg.pool != pool || items->pg.seed >= b->group_count)
            continue;
        g->had_pairs = true;
        g->fixed |= items->count > ARRAY_SIZE(g->pairs) || items->count % 2;
        if (g->fixed)
            continue;
        memcpy(g->pairs, items->osds, items->count * sizeof(*g->pairs));
        g->pair_words = items->count;
    }
}

static int read_groups(struct balance *b, const struct osdmap_mapping *mp, int64_t pool)
{
    struct osd_set raw;
    double total = 0;

    for (unsigned i = 0; i < b->group_count; i++) {
        struct osd_set *s = &b->groups[i].set;
        int r = osdmap_map_pg_raw(mp, (struct pg_id){pool, i}, &raw, s);
        if (r)
            return r;
        for (unsigned k = 0; k < s->count; k++)
            if (rule_places_has(&b->places, s->osds[k])) {
                b->deviations[s->osds[k]]++;
                total++;
            }
    }
    for (unsigned i = 0; i < b->places.count; i++)
        if (rule_places_has(&b->places, (int32_t)i)) {
            b->deviations[i] -= total * b->places.osds[i].weight / b->places.weight;
            b->order[b->order_count++] = (int32_t)i;
        }
    return 0;
}

static int prepare(struct balance *b, const struct osdmap_mapping *mp, const struct osdmap_pool *pool)
{
    int r = rule_places_init(&b->places, mp, pool->pool.crush_rule);

    if (r)
        return r;
    b->group_count = pool->pool.pg_num;
    b->groups = calloc(b->group_count + 1, sizeof(*b->groups));
    b->deviations = calloc(b->places.count + 1, sizeof(*b->deviations));
    b->order = calloc(b->places.count + 1, sizeof(*b->order));
    if (!b->groups || !b->deviations || !b->order)
        return -ENOMEM;
    read_exceptions(b, mp->map, pool->id);
    return read_groups(b, mp, pool->id);
}

static int compare_deviations(const void *a, const void *b, void *arg)
{
    const double *deviations = arg;
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    if (deviations[x] != deviations[y])
        return deviations[x] < deviations[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* A move that brings both OSDs nearer to their shares, one of which is too far away. */
static bool is_worth_it(const struct balance *b, int32_t from, int32_t to, double limit)
{
    double above = b->deviations[from], below = b->deviations[to];

    return above - below > 1 && (above >= limit || below <= -limit);
}

static bool has_room_for_pair(const struct group *g)
{
    return g->pair_words + 2 <= ARRAY_SIZE(g->pairs);
}

/* The OSD with the least that may have the group instead of the one at this place; -1: none. */
static int32_t find_target(const struct balance *b, const struct group *g, unsigned place, double limit)
{
    for (unsigned i = 0; i < b->order_count; i++) {
        int32_t to = b->order[i];
        if (!is_worth_it(b, g->set.osds[place], to, limit))
            break; /* those behind it have more */
        if (rule_places_may_move(&b->places, &g->set, place, to))
            return to;
    }
    return -1;
}

static void move(struct balance *b, struct group *g, unsigned place, int32_t to)
{
    int32_t from = g->set.osds[place];
    unsigned at = 0;

    while (at < g->pair_words && g->pairs[at + 1] != from)
        at += 2;
    if (at == g->pair_words) {
        g->pairs[at] = from;
        g->pair_words += 2;
    }
    g->pairs[at + 1] = to;
    if (g->pairs[at] == to) { /* back where crush wants it */
        memmove(&g->pairs[at], &g->pairs[at + 2], (g->pair_words - at - 2) * sizeof(*g->pairs));
        g->pair_words -= 2;
    }
    g->set.osds[place] = to;
    g->changed = true;
    b->deviations[from]--;
    b->deviations[to]++;
}

/* Moves a group away from an OSD, to where there is least; false: none can be moved. may_change_more: also
 * one that was not changed so far. */
static bool relieve(struct balance *b, int32_t from, double limit, bool may_change_more)
{
    struct group *best = NULL;
    unsigned best_place = 0;
    int32_t target = -1;

    for (unsigned i = 0; i < b->group_count; i++) {
        struct group *g = &b->groups[i];
        if (g->fixed || !has_room_for_pair(g) || (!g->changed && !may_change_more))
            continue;
        for (unsigned place = 0; place < g->set.count; place++) {
            int32_t to = g->set.osds[place] == from ? find_target(b, g, place, limit) : -1;
            if (to < 0 || (best && b->deviations[to] >= b->deviations[target]))
                continue;
            best = g;
            best_place = place;
            target = to;
        }
    }
    if (best)
        move(b, best, best_place, target);
    return best;
}

static unsigned count_changed(const struct balance *b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < b->group_count; i++)
        n += b->groups[i].changed;
    return n;
}

static bool step(struct balance *b, double limit, unsigned max)
{
    bool may_change_more = count_changed(b) < max;

    qsort_r(b->order, b->order_count, sizeof(*b->order), compare_deviations, b->deviations);
    for (unsigned i = b->order_count; i-- > 0 && is_worth_it(b, b->order[i], b->order[0], limit);)
        if (relieve(b, b->order[i], limit, may_change_more))
            return true;
    return false;
}

static int take_changes(const struct balance *b, int64_t pool, struct osdmap_incremental *inc)
{
    int r = 0, changed = 0;

    for (unsigned i = 0; r == 0 && i < b->group_count; i++) {
        const struct group *g = &b->groups[i];
        struct pg_id pg = {pool, i};
        if (!g->changed || (!g->pair_words && !g->had_pairs))
            continue;
        r = g->pair_words ? add_new(inc, pg, g->pairs, g->pair_words) : add_old(&inc->old_pg_upmap_items, pg);
        changed++;
    }
    return r ? r : changed;
}

int osdmap_upmap_balance(const struct osdmap *m, int64_t id, unsigned max_deviation, unsigned max,
                         struct osdmap_incremental *inc)
{
    const struct osdmap_pool *pool = osdmap_find_pool(m, id);
    struct balance b = {0};
    struct osdmap_mapping mp;
    int r = pool ? osdmap_mapping_init(&mp, m) : -ENOENT;

    if (r)
        return r;
    r = prepare(&b, &mp, pool);
    while (r == 0 && !b.places.several_roots && step(&b, max_deviation, max))
        ;
    if (r == 0)
        r = take_changes(&b, id, inc);
    destroy(&b);
    osdmap_mapping_destroy(&mp);
    return r;
}
