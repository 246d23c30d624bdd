/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exceptions to what crush says: made to spread groups evenly, and removed when they are of no use. */
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "crush/crush_edit.h"
#include "maps/osdmap_mapping.h"
#include "maps/osdmap_upmap.h"

enum { HOSTS = 5, PER_HOST = 2, OSDS = HOSTS * PER_HOST, POOL = 1, PGS = 64, SIZE = 2 };

static void insert_devices(struct crush_map *crush)
{
    for (int32_t osd = 0; osd < OSDS; osd++) {
        struct string_map loc;
        char name[16], host[16];

        string_map_init(&loc);
        snprintf(name, sizeof(name), "osd.%d", osd);
        snprintf(host, sizeof(host), "host%d", osd / PER_HOST);
        assert_int_equal(string_map_set(&loc, "host", host), 0);
        assert_int_equal(string_map_set(&loc, "root", "default"), 0);
        assert_true(crush_edit_insert_item(crush, osd, CRUSH_WEIGHT_ONE, name, &loc) >= 0);
        string_map_destroy(&loc);
    }
}

static void put_crush(struct osdmap *m)
{
    struct crush_map crush;
    struct encode e;
    size_t len;

    assert_int_equal(crush_map_create_default(&crush), 0);
    insert_devices(&crush);
    encode_init(&e);
    crush_map_encode(&crush, &e);
    m->crush = encode_steal(&e, &len);
    assert_non_null(m->crush);
    m->crush_len = (uint32_t)len;
    crush_map_destroy(&crush);
}

static int setup(void **state)
{
    struct osdmap *m = calloc(1, sizeof(*m));
    struct osdmap_pool *p = calloc(1, sizeof(*p));

    assert_true(m && p);
    osdmap_init(m);
    m->epoch = 1;
    assert_int_equal(osdmap_set_max_osd(m, OSDS), 0);
    for (unsigned i = 0; i < OSDS; i++) {
        m->osds[i].state = OSD_EXISTS | OSD_UP;
        m->osds[i].weight = OSD_WEIGHT_ONE;
    }
    put_crush(m);
    pg_pool_init(&p->pool);
    p->id = POOL;
    p->name = strdup("p");
    p->pool.type = PG_POOL_REPLICATED;
    p->pool.size = SIZE;
    p->pool.flags = PG_POOL_HASHPSPOOL;
    p->pool.object_hash = PG_POOL_HASH_RJENKINS;
    p->pool.pg_num = p->pool.pgp_num = PGS;
    m->pools = p;
    m->pool_count = 1;
    *state = m;
    return 0;
}

static int teardown(void **state)
{
    osdmap_destroy(*state);
    free(*state);
    return 0;
}

/* How many groups the OSD with the most has more than the one with the least; no host has one twice. */
static unsigned spread(const struct osdmap *m)
{
    unsigned counts[OSDS] = {0}, least = PGS * SIZE, most = 0;
    struct osdmap_mapping mp;

    assert_int_equal(osdmap_mapping_init(&mp, m), 0);
    for (uint32_t seed = 0; seed < PGS; seed++) {
        struct pg_osds osds;
        assert_int_equal(osdmap_map_pg(&mp, (struct pg_id){POOL, seed}, &osds), 0);
        assert_int_equal(osds.up.count, SIZE);
        assert_int_not_equal(osds.up.osds[0] / PER_HOST, osds.up.osds[1] / PER_HOST);
        for (unsigned i = 0; i < SIZE; i++)
            counts[osds.up.osds[i]]++;
    }
    osdmap_mapping_destroy(&mp);
    for (unsigned i = 0; i < OSDS; i++) {
        least = counts[i] < least ? counts[i] : least;
        most = counts[i] > most ? counts[i] : most;
    }
    return most - least;
}

/* Balances and takes the changes; returns how many. */
static int balance(struct osdmap *m, unsigned max)
{
    struct osdmap_incremental inc;
    int changed;

    assert_int_equal(osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1), 0);
    changed = osdmap_upmap_balance(m, POOL, 1, max, &inc);
    assert_true(changed >= 0);
    assert_int_equal(changed, inc.new_pg_upmap_item_count + inc.old_pg_upmap_items.count);
    assert_int_equal(osdmap_apply(m, &inc), 0);
    osdmap_incremental_destroy(&inc);
    return changed;
}

static void expect_clean(struct osdmap *m, const char *commands)
{
    struct osdmap_incremental inc;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_int_equal(osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1), 0);
    assert_int_equal(osdmap_upmap_clean(m, &inc), 0);
    osdmap_upmap_commands(&inc, out);
    fclose(out);
    assert_string_equal(text, commands);
    free(text);
    osdmap_incremental_destroy(&inc);
}

static void test_balance(void **state)
{
    struct osdmap *m = *state;

    assert_true(spread(m) > 4); /* what crush makes of it */
    assert_true(balance(m, 1000) > 4);
    assert_true(spread(m) <= 1);
    assert_int_equal(balance(m, 1000), 0);
    expect_clean(m, "");
}

static void test_few_changes(void **state)
{
    struct osdmap *m = *state;

    assert_int_equal(balance(m, 0), 0);
    assert_int_equal(balance(m, 3), 3);
    for (unsigned i = 0; i < PGS && balance(m, 1); i++)
        ;
    assert_true(spread(m) <= 1);
}

/* OSDs that weigh nothing get nothing, and the others what they had. */
static void test_osd_goes_out(void **state)
{
    struct osdmap *m = *state;
    struct osdmap_mapping mp;
    struct pg_osds osds;

    assert_true(balance(m, 1000) > 0);
    m->osds[4].weight = 0;
    assert_true(balance(m, 1000) > 0);
    assert_int_equal(osdmap_mapping_init(&mp, m), 0);
    for (uint32_t seed = 0; seed < PGS; seed++) {
        assert_int_equal(osdmap_map_pg(&mp, (struct pg_id){POOL, seed}, &osds), 0);
        for (unsigned i = 0; i < osds.up.count; i++)
            assert_int_not_equal(osds.up.osds[i], 4);
    }
    osdmap_mapping_destroy(&mp);
}

/* One exception of the group; its OSDs belong to the caller. */
static void set_items(struct osdmap *m, struct pg_id pg, int32_t *osds, unsigned count)
{
    free(m->pg_upmap_items);
    m->pg_upmap_items = calloc(1, sizeof(*m->pg_upmap_items));
    assert_non_null(m->pg_upmap_items);
    m->pg_upmap_items[0] = (struct osdmap_pg_osds){pg, osds, count};
    m->pg_upmap_item_count = 1;
}

static void test_clean(void **state)
{
    struct osdmap *m = *state;
    struct osdmap_mapping mp;
    struct pg_osds o;
    int32_t first, second, pairs[4];

    assert_int_equal(osdmap_mapping_init(&mp, m), 0);
    assert_int_equal(osdmap_map_pg(&mp, (struct pg_id){POOL, 5}, &o), 0);
    osdmap_mapping_destroy(&mp);
    first = o.up.osds[0];
    second = o.up.osds[1];
    pairs[0] = first;
    pairs[1] = first ^ 1; /* its neighbour in the same host */
    pairs[2] = second;
    pairs[3] = second ^ 1;
    set_items(m, (struct pg_id){POOL, 5}, pairs, 4);
    expect_clean(m, "");
    set_items(m, (struct pg_id){POOL, PGS}, pairs, 4);
    expect_clean(m, "ceph osd rm-pg-upmap-items 1.40\n");
    set_items(m, (struct pg_id){POOL + 1, 5}, pairs, 4);
    expect_clean(m, "ceph osd rm-pg-upmap-items 2.5\n");
    pairs[1] = second ^ 1; /* both in one host */
    set_items(m, (struct pg_id){POOL, 5}, pairs, 2);
    expect_clean(m, "ceph osd rm-pg-upmap-items 1.5\n");
    m->pg_upmap_items[0].osds = NULL;
    m->pg_upmap_items[0].count = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_balance),
        TEST(test_few_changes),
        TEST(test_osd_goes_out),
        TEST(test_clean),
    };

    return unit_run("osdmap_upmap", tests);
}
