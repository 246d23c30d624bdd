/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an OSDMap puts objects and placement groups, and how evenly. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_edit.h"
#include "maps/osdmap_mapping.h"
#include "tools/osdmaptool.h"
#include "tools/tool_words.h"

/* "[1,2]" */
static void print_set(const struct osd_set *s)
{
    putchar('[');
    for (unsigned i = 0; i < s->count; i++)
        printf("%s%d", i ? "," : "", s->osds[i]);
    putchar(']');
}

static void print_sets(struct pg_id pg, const struct pg_osds *o)
{
    const struct {
        const char *before;
        const struct osd_set *set;
    } sets[] = {{" raw (", &o->raw}, {") up (", &o->up}, {") acting (", &o->acting}};
    char text[PG_ID_TEXT_MAX];

    fputs(pg_id_print(pg, text), stdout);
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        fputs(sets[i].before, stdout);
        print_set(sets[i].set);
        printf(", p%d", sets[i].set->primary);
    }
    puts(")");
}

/* A pool that is not there has no OSDs. */
static void map_pg(const struct osdmap_mapping *mp, struct pg_id pg, struct pg_osds *out)
{
    if (osdmap_map_pg(mp, pg, out) < 0)
        out->raw.count = out->up.count = out->acting.count = 0;
}

static const struct osdmap_pool *find_pool(const struct osdmap *m, int64_t id)
{
    const struct osdmap_pool *pool = osdmap_find_pool(m, id);

    if (!pool)
        fprintf(stderr, "There is no pool %" PRId64 "\n", id);
    return pool;
}

static int test_object(const struct osdmaptool_request *q, const struct osdmap_mapping *mp)
{
    const struct osdmap_pool *pool;
    char text[PG_ID_TEXT_MAX];
    struct pg_osds osds;
    struct pg_id pg;

    if (q->pool == -1)
        puts("osdmaptool: assuming pool 1 (use --pool to override)");
    pool = find_pool(mp->map, q->pool == -1 ? 1 : q->pool);
    if (!pool)
        return OSDMAPTOOL_USAGE_ERROR;
    pg = osdmap_pg_of_hash(pool, osdmap_hash_object(NULL, NULL, q->test_object));
    map_pg(mp, pg, &osds);
    printf(" object '%s' -> %s -> ", q->test_object, pg_id_print(pg, text));
    print_set(&osds.acting);
    putchar('\n');
    return 0;
}

static int test_pg(const char *name, const struct osdmap_mapping *mp)
{
    char text[PG_ID_TEXT_MAX];
    struct pg_osds osds;
    struct pg_id pg;

    if (!pg_id_parse(name, &pg))
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "'%s' is no placement group, such as 1.2f", name);
    printf(" parsed '%s' -> %s\n", name, pg_id_print(pg, text));
    map_pg(mp, pg, &osds);
    print_sets(pg, &osds);
    return 0;
}

/* ---- all placement groups ---- */

struct osd_count {
    int all, first, primary;
};

struct counts {
    struct osd_count *osds;
    unsigned sizes[CRUSH_RESULT_MAX + 1]; /* of acting sets */
};

static void count(struct counts *c, unsigned max_osd, const struct osd_set *s)
{
    c->sizes[s->count]++;
    for (unsigned i = 0; i < s->count; i++)
        if (s->osds[i] >= 0 && (unsigned)s->osds[i] < max_osd)
            c->osds[s->osds[i]].all++;
    if (s->count && s->osds[0] >= 0 && (unsigned)s->osds[0] < max_osd)
        c->osds[s->osds[0]].first++;
    if (s->primary >= 0 && (unsigned)s->primary < max_osd)
        c->osds[s->primary].primary++;
}

static void map_pool(const struct osdmaptool_request *q, const struct osdmap_mapping *mp,
                     const struct osdmap_pool *pool, struct counts *c)
{
    printf("pool %" PRId64 " pg_num %u\n", pool->id, pool->pool.pg_num);
    for (uint32_t seed = 0; seed < pool->pool.pg_num; seed++) {
        struct pg_id pg = {pool->id, seed};
        char text[PG_ID_TEXT_MAX];
        struct pg_osds osds;

        map_pg(mp, pg, &osds);
        if (q->test_pgs_dump) {
            printf("%s\t", pg_id_print(pg, text));
            print_set(&osds.acting);
            printf("\t%d\n", osds.acting.primary);
        } else if (q->test_pgs_dump_all) {
            print_sets(pg, &osds);
        }
        count(c, mp->map->max_osd, &osds.acting);
    }
}

/* In, and with a weight in the crush map. */
static bool counts_for(const struct osdmap_mapping *mp, unsigned osd)
{
    return osdmap_is_in(mp->map, (int32_t)osd) && crush_edit_weight_of(&mp->crush, (int32_t)osd) > 0;
}

static void show_osds(const struct osdmap_mapping *mp, const struct counts *c)
{
    puts("#osd\tcount\tfirst\tprimary\tc wt\twt");
    for (unsigned i = 0; i < mp->map->max_osd; i++)
        if (counts_for(mp, i))
            printf("osd.%u\t%d\t%d\t%d\t%g\t%g\n", i, c->osds[i].all, c->osds[i].first, c->osds[i].primary,
                   (double)((float)crush_edit_weight_of(&mp->crush, (int32_t)i) / 65536.0f),
                   (double)((float)mp->map->osds[i].weight / 65536.0f));
}

static void show_spread(const struct osdmap_mapping *mp, const struct counts *c)
{
    int in = 0, least = -1, most = -1;
    uint64_t total = 0, average;
    double deviation = 0, expected;

    for (unsigned i = 0; i < mp->map->max_osd; i++) {
        int n = c->osds[i].all;
        if (!counts_for(mp, i))
            continue;
        in++;
        total += (uint64_t)n;
        if (n && (least < 0 || n < c->osds[least].all))
            least = (int)i;
        if (n && (most < 0 || n > c->osds[most].all))
            most = (int)i;
    }
    average = in ? total / (uint64_t)in : 0;
    for (unsigned i = 0; i < mp->map->max_osd; i++)
        if (counts_for(mp, i)) {
            double off = (double)average - c->osds[i].all;
            deviation += off * off;
        }
    deviation = sqrt(deviation / in);
    expected = sqrt((double)total / in * (1.0 - 1.0 / in));
    printf(" in %d\n avg %" PRIu64 " stddev %g (%gx) (expected %g %gx))\n", in, average, deviation,
           deviation / (double)average, expected, expected / (double)average);
    if (least >= 0)
        printf(" min osd.%d %d\n max osd.%d %d\n", least, c->osds[least].all, most, c->osds[most].all);
}

static int test_pgs(const struct osdmaptool_request *q, const struct osdmap_mapping *mp)
{
    const struct osdmap *m = mp->map;
    struct counts c = {.osds = calloc(m->max_osd + 1, sizeof(*c.osds))};

    if (!c.osds)
        tool_out_of_memory();
    for (unsigned i = 0; i < m->pool_count; i++)
        if (q->pool == -1 || m->pools[i].id == q->pool)
            map_pool(q, mp, &m->pools[i], &c);
    show_osds(mp, &c);
    show_spread(mp, &c);
    for (unsigned i = 0; i <= CRUSH_RESULT_MAX; i++)
        if (c.sizes[i])
            printf("size %u\t%u\n", i, c.sizes[i]);
    free(c.osds);
    return 0;
}

int osdmaptool_test(const struct osdmaptool_request *q, struct osdmap *m)
{
    bool pgs = q->test_pgs || q->test_pgs_dump || q->test_pgs_dump_all;
    struct osdmap_mapping mp;
    int r = 0;

    if (!q->test_object && !q->test_pg && !pgs)
        return 0;
    for (unsigned i = 0; pgs && q->pg_num > 0 && i < m->pool_count; i++)
        if (q->pool == -1 || m->pools[i].id == q->pool)
            m->pools[i].pool.pg_num = (uint32_t)q->pg_num;
    if (osdmap_mapping_init(&mp, m) < 0)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "the crush map is damaged");
    if (q->test_object)
        r = test_object(q, &mp);
    if (r == 0 && q->test_pg)
        r = test_pg(q->test_pg, &mp);
    if (r == 0 && pgs && q->pool != -1 && !find_pool(m, q->pool))
        r = OSDMAPTOOL_USAGE_ERROR;
    if (r == 0 && pgs)
        r = test_pgs(q, &mp);
    osdmap_mapping_destroy(&mp);
    return r;
}
