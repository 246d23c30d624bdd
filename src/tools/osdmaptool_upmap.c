/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exceptions to what crush says: useless ones found, new ones made, as commands for a cluster. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "maps/osdmap_mapping.h"
#include "maps/osdmap_upmap.h"
#include "tools/osdmaptool.h"

static int failed(int err)
{
    return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "cannot change placement: (%d) %s", -err, strerror(-err));
}

static bool changes_something(const struct osdmap_incremental *inc)
{
    return inc->old_pg_upmap.count || inc->old_pg_upmap_items.count || inc->new_pg_upmap_item_count;
}

/* Prints the commands and makes the changes. */
static int take(struct osdmap *m, const struct osdmap_incremental *inc, FILE *out)
{
    if (!changes_something(inc))
        return 0;
    osdmap_upmap_commands(inc, out);
    return osdmap_apply(m, inc);
}

static int clean(struct osdmap *m, FILE *out)
{
    struct osdmap_incremental inc;
    int r = osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1);

    if (r)
        return failed(r);
    puts("checking for upmap cleanups");
    r = osdmap_upmap_clean(m, &inc);
    if (r == 0)
        r = take(m, &inc, out);
    osdmap_incremental_destroy(&inc);
    return r ? failed(r) : 0;
}

static bool is_chosen(const struct osdmaptool_request *q, const struct osdmap_pool *pool)
{
    return q->upmap_pools.count == 0 || (pool->name && string_list_contains(&q->upmap_pools, pool->name));
}

/* " limiting to pools a,b ([1,2])" */
static int show_limits(const struct osdmaptool_request *q, const struct osdmap *m)
{
    char *names;

    for (unsigned i = 0; i < q->upmap_pools.count; i++)
        if (!osdmap_find_pool_by_name(m, q->upmap_pools.items[i])) {
            fprintf(stderr, " pool %s does not exist\n", q->upmap_pools.items[i]);
            return OSDMAPTOOL_USAGE_ERROR;
        }
    if (q->upmap_pools.count == 0)
        return 0;
    names = string_list_join(&q->upmap_pools, ",");
    if (!names)
        return failed(-ENOMEM);
    printf(" limiting to pools %s ([", names);
    free(names);
    for (unsigned i = 0; i < q->upmap_pools.count; i++)
        printf("%s%" PRId64, i ? "," : "", osdmap_find_pool_by_name(m, q->upmap_pools.items[i])->id);
    puts("])");
    return 0;
}

static double seconds_since(uint64_t start)
{
    return (double)(clock_monotonic_ns() - start) / 1e9;
}

/* Pool by pool, each with what the ones before it have left of the number of changes. */
static int balance_pools(const struct osdmaptool_request *q, const struct osdmap *m,
                         struct osdmap_incremental *inc, int *changed)
{
    uint64_t start = clock_monotonic_ns();

    *changed = 0;
    fputs("pools", stdout);
    for (unsigned i = 0; i < m->pool_count; i++)
        if (is_chosen(q, &m->pools[i]))
            printf(" %s", m->pools[i].name ? m->pools[i].name : "");
    puts(" ");
    for (unsigned i = 0; i < m->pool_count; i++) {
        int n = is_chosen(q, &m->pools[i])
                    ? osdmap_upmap_balance(m, m->pools[i].id, (unsigned)q->upmap_deviation,
                                           (unsigned)(q->upmap_max - *changed), inc)
                    : 0;
        if (n < 0 && n != -ENOENT) /* its rule is gone: genuine Ceph passes over it, too */
            return failed(n);
        *changed += n > 0 ? n : 0;
    }
    printf("prepared %d/%d changes\n", *changed, q->upmap_max);
    if (q->upmap_active)
        printf("Time elapsed %g secs\n", seconds_since(start));
    if (!*changed)
        puts("Unable to find further optimization, or distribution is already perfect");
    return 0;
}

static int balance_once(const struct osdmaptool_request *q, struct osdmap *m, FILE *out, int *changed)
{
    struct osdmap_incremental inc;
    int r = osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1);

    if (r)
        return failed(r);
    r = balance_pools(q, m, &inc, changed);
    if (r == 0 && take(m, &inc, out))
        r = failed(-ENOMEM);
    osdmap_incremental_destroy(&inc);
    return r;
}

static void count_groups(const struct osdmaptool_request *q, const struct osdmap_mapping *mp,
                         unsigned *counts)
{
    for (unsigned i = 0; i < mp->map->pool_count; i++) {
        const struct osdmap_pool *pool = &mp->map->pools[i];
        for (uint32_t seed = 0; is_chosen(q, pool) && seed < pool->pool.pg_num; seed++) {
            struct pg_osds osds;
            if (osdmap_map_pg(mp, (struct pg_id){pool->id, seed}, &osds) < 0)
                continue;
            for (unsigned k = 0; k < osds.up.count; k++)
                if (osds.up.osds[k] >= 0 && (unsigned)osds.up.osds[k] < mp->map->max_osd)
                    counts[osds.up.osds[k]]++;
        }
    }
}

/* "osd.0 pgs 12" of each that has some. */
static int show_groups(const struct osdmaptool_request *q, const struct osdmap *m)
{
    unsigned *counts = calloc(m->max_osd + 1, sizeof(*counts));
    struct osdmap_mapping mp;

    if (!counts || osdmap_mapping_init(&mp, m) < 0) {
        free(counts);
        return failed(-ENOMEM);
    }
    count_groups(q, &mp, counts);
    for (unsigned i = 0; i < m->max_osd; i++)
        if (counts[i])
            printf("osd.%u pgs %u\n", i, counts[i]);
    osdmap_mapping_destroy(&mp);
    free(counts);
    return 0;
}

static int balance(const struct osdmaptool_request *q, struct osdmap *m, FILE *out)
{
    uint64_t start = clock_monotonic_ns();
    int r, changed, rounds = 0;

    printf("upmap, max-count %d, max deviation %d\n", q->upmap_max, q->upmap_deviation);
    r = show_limits(q, m);
    if (r)
        return r;
    do {
        r = balance_once(q, m, out, &changed);
        rounds += r == 0 && changed;
    } while (r == 0 && changed && q->upmap_active);
    if (r || !q->upmap_active)
        return r;
    r = show_groups(q, m);
    printf("Total time elapsed %g secs, %d rounds\n", seconds_since(start), rounds);
    return r;
}

int osdmaptool_upmap(const struct osdmaptool_request *q, struct osdmap *m, bool *modified)
{
    const char *path = q->upmap ? q->upmap : q->upmap_cleanup;
    uint32_t epoch = m->epoch;
    FILE *out = stdout;
    int r;

    if (!path)
        return 0;
    if (strcmp(path, "-") != 0) {
        out = fopen(path, "w");
        if (!out)
            return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "error opening %s: %s", path, strerror(errno));
        printf("writing upmap command output to: %s\n", path);
    }
    r = clean(m, out);
    if (r == 0 && q->upmap)
        r = balance(q, m, out);
    if (out != stdout && fclose(out) && r == 0)
        r = osdmaptool_error(1, "error writing to '%s': %s", path, strerror(errno));
    *modified |= q->save && m->epoch != epoch;
    return r;
}
