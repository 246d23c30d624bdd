/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is collected for the next epoch, and that everybody who applies it gets the same map. */
#include "test/unit/unit.h"

#include "crush/crush_edit.h"
#include "mon/osd_fullness.h"
#include "mon/osd_pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct rig {
    struct osdmap map;
    struct osd_pending p;
};

static const struct utime now = {.sec = 1000, .nsec = 5};

/* The pending changes become the map; somebody with the old map makes the same of the incremental. */
static void step(struct rig *r)
{
    struct osdmap theirs, next;
    struct osdmap_incremental inc;
    struct encode e_inc, e_full, e_theirs;
    struct decode d;
    uint32_t crc;

    encode_init(&e_inc);
    encode_init(&e_full);
    encode_init(&e_theirs);
    assert_int_equal(osd_pending_encode(&r->p, now, &e_inc, &e_full), 0);
    decode_init(&d, e_inc.data, e_inc.len);
    assert_int_equal(osdmap_incremental_decode(&inc, &d), 0);
    assert_int_equal(osdmap_copy(&theirs, &r->map), 0);
    assert_int_equal(osdmap_apply(&theirs, &inc), 0);
    osdmap_encode(&theirs, &e_theirs, &crc);
    assert_int_equal(crc, inc.full_crc);
    assert_int_equal(e_theirs.len, e_full.len);
    assert_memory_equal(e_theirs.data, e_full.data, e_full.len);
    decode_init(&d, e_full.data, e_full.len);
    assert_int_equal(osdmap_decode(&next, &d), 0);
    osd_pending_destroy(&r->p);
    osdmap_destroy(&r->map);
    osdmap_destroy(&theirs);
    osdmap_incremental_destroy(&inc);
    encode_destroy(&e_inc);
    encode_destroy(&e_full);
    encode_destroy(&e_theirs);
    r->map = next;
    assert_int_equal(osd_pending_init(&r->p, &r->map), 0);
}

static int open_rig(void **state)
{
    static struct rig r;
    struct osdmap first;
    struct fsid fsid = {.bytes = {1, 2, 3}};

    memset(&r, 0, sizeof(r));
    assert_int_equal(osdmap_create_initial(&first, &fsid, now), 0);
    assert_int_equal(osd_pending_init_first(&r.p, &first), 0);
    osdmap_destroy(&first);
    step(&r);
    assert_int_equal(r.map.epoch, 1);
    *state = &r;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;

    osd_pending_destroy(&r->p);
    osdmap_destroy(&r->map);
    return 0;
}

static void add_osds(struct rig *r, int n)
{
    r->p.inc.new_max_osd = n;
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(osd_pending_change_state(&r->p, i, OSD_EXISTS | OSD_NEW, true), 0);
        assert_true(osd_pending_exists(&r->p, i));
        assert_false(osdmap_exists(&r->map, i));
    }
    step(r);
}

static struct entity_addrvec one_addr(const char *text)
{
    struct entity_addrvec v;

    assert_int_equal(entity_addrvec_parse(&v, text, ENTITY_ADDR_V1, NULL, NULL, 0), 0);
    return v;
}

static void test_states(void **state)
{
    struct rig *r = *state;
    struct entity_addrvec addrs = one_addr("v1:127.0.0.1:6800/7");

    add_osds(r, 3);
    assert_int_equal(osd_pending_free_osd(&r->p), 3);
    assert_int_equal(osd_pending_change_state(&r->p, 1, OSD_EXISTS, false), 0);
    assert_int_equal(osd_pending_free_osd(&r->p), 1);
    assert_int_equal(osd_addrs_set(&r->p.inc.new_up_client, 0, &addrs), 0);
    assert_true(osd_pending_is_up(&r->p, 0));
    assert_int_equal(osd_pending_set_weight(&r->p, 0, OSD_WEIGHT_ONE), 0);
    step(r);
    assert_true(osdmap_is_up(&r->map, 0) && osdmap_is_in(&r->map, 0));
    assert_false(osdmap_exists(&r->map, 1));
    assert_int_equal(r->map.last_up_change.sec, now.sec);
    assert_int_equal(r->map.last_in_change.sec, now.sec);

    /* What is taken back before it was ever told changes nothing. */
    assert_int_equal(osd_pending_change_state(&r->p, 0, OSD_UP, false), 0);
    assert_false(osd_pending_is_up(&r->p, 0));
    assert_int_equal(osd_pending_change_state(&r->p, 0, OSD_UP, true), 0);
    assert_int_equal(r->p.inc.new_state.count, 0);
    osd_pending_xinfo(&r->p, 0)->features = 77;
    osd_pending_xinfo(&r->p, 0)->old_weight = 5;
    assert_int_equal(osd_pending_change_state(&r->p, 0, OSD_UP, false), 0);
    step(r);
    assert_int_equal(r->map.osds[0].info.down_at, r->map.epoch);
    assert_int_equal(r->map.osds[0].xinfo.features, 77);
    assert_int_equal(r->map.osds[0].xinfo.old_weight, 5);
    entity_addrvec_destroy(&addrs);
}

static void test_pools(void **state)
{
    struct rig *r = *state;
    struct pg_pool *pool;
    int64_t id;

    pool = osd_pending_add_pool(&r->p, "one", &id);
    assert_non_null(pool);
    assert_int_equal(id, 1);
    pool->pg_num = pool->pgp_num = 8;
    assert_int_equal(osd_pending_pool_by_name(&r->p, "one"), 1);
    assert_non_null(osd_pending_add_pool(&r->p, "two", &id));
    assert_int_equal(id, 2);
    step(r);
    assert_int_equal(r->map.pool_count, 2);
    assert_int_equal(r->map.pools[0].pool.last_change, r->map.epoch);

    pool = osd_pending_edit_pool(&r->p, 1);
    pool->pg_num = 16;
    assert_ptr_equal(osd_pending_edit_pool(&r->p, 1), pool);
    assert_int_equal(osd_pending_rename_pool(&r->p, 1, "uno"), 0);
    assert_int_equal(osd_pending_pool_by_name(&r->p, "one"), -1);
    assert_int_equal(osd_pending_pool_by_name(&r->p, "uno"), 1);
    assert_int_equal(osd_pending_remove_pool(&r->p, 2), 0);
    assert_null(osd_pending_find_pool(&r->p, 2));
    assert_null(osd_pending_edit_pool(&r->p, 2));
    assert_int_equal(osd_pending_pool_by_name(&r->p, "two"), -1);
    step(r);
    assert_int_equal(r->map.pool_count, 1);
    assert_string_equal(r->map.pools[0].name, "uno");
    assert_int_equal(r->map.pools[0].pool.pg_num, 16);
    assert_non_null(osd_pending_add_pool(&r->p, "three", &id));
    assert_int_equal(id, 3); /* numbers are not given twice */
}

static void test_crush(void **state)
{
    struct rig *r = *state;
    struct crush_map copy;

    assert_int_equal(osd_pending_copy_crush(&r->p, &copy), 0);
    copy.tunables.choose_total_tries = 99;
    osd_pending_set_crush(&r->p, &copy);
    assert_int_equal(r->p.crush.tunables.choose_total_tries, 99);
    step(r);
    assert_int_equal(r->p.crush.tunables.choose_total_tries, 99);
    assert_int_equal(r->map.crush_version, 2);
}

static void test_flags_and_blocklist(void **state)
{
    struct rig *r = *state;
    struct entity_addrvec a = one_addr("v1:127.0.0.1:0/1"), b = one_addr("v1:127.0.0.1:0/2");

    osd_pending_set_flags(&r->p, osd_pending_flags(&r->p) | OSDMAP_NOOUT);
    assert_int_equal(osd_pending_block(&r->p, &a.addrs[0], now), 0);
    assert_int_equal(osd_pending_block(&r->p, &b.addrs[0], now), 0);
    assert_int_equal(osd_pending_unblock(&r->p, &b.addrs[0]), 0);
    step(r);
    assert_true(r->map.flags & OSDMAP_NOOUT);
    assert_int_equal(r->map.blocked_count, 1);
    assert_true(entity_addr_equal(&r->map.blocklist[0].addr, &a.addrs[0]));
    assert_int_equal(osd_pending_unblock(&r->p, &a.addrs[0]), 0);
    step(r);
    assert_int_equal(r->map.blocked_count, 0);
    entity_addrvec_destroy(&a);
    entity_addrvec_destroy(&b);
}

static void test_what_does_not_fit(void **state)
{
    struct rig *r = *state;
    struct encode inc, full;
    struct entity_addrvec addrs = one_addr("v1:127.0.0.1:6800/7");

    encode_init(&inc);
    encode_init(&full);
    assert_int_equal(osd_addrs_set(&r->p.inc.new_up_client, 5, &addrs), 0);
    assert_int_equal(osd_pending_encode(&r->p, now, &inc, &full), -EBADMSG);
    encode_destroy(&inc);
    encode_destroy(&full);
    entity_addrvec_destroy(&addrs);
}

static void set_full(struct rig *r, int32_t osd, uint32_t states)
{
    const uint32_t all = OSD_FULL | OSD_BACKFILLFULL | OSD_NEARFULL;

    assert_int_equal(osd_pending_change_state(&r->p, osd, all, false), 0);
    assert_int_equal(osd_pending_change_state(&r->p, osd, states, true), 0);
    assert_int_equal(osd_fullness_mark_pools(&r->p), 0);
    step(r);
}

/* A pool is as full as the fullest OSD that its rule reaches and that is up and in. */
static void test_full_pools(void **state)
{
    const uint64_t mask = PG_POOL_FULL | PG_POOL_BACKFILLFULL | PG_POOL_NEARFULL;
    struct entity_addrvec addrs = one_addr("v1:127.0.0.1:6800/7");
    struct string_map loc;
    struct rig *r = *state;
    struct crush_map crush;
    int64_t id;

    add_osds(r, 2);
    string_map_init(&loc);
    assert_int_equal(string_map_set(&loc, "root", "default"), 0);
    assert_int_equal(osd_pending_copy_crush(&r->p, &crush), 0);
    assert_int_equal(crush_edit_insert_item(&crush, 0, CRUSH_WEIGHT_ONE, "osd.0", &loc), 0);
    osd_pending_set_crush(&r->p, &crush);
    for (int32_t osd = 0; osd < 2; osd++) {
        assert_int_equal(osd_addrs_set(&r->p.inc.new_up_client, osd, &addrs), 0);
        assert_int_equal(osd_pending_set_weight(&r->p, osd, OSD_WEIGHT_ONE), 0);
    }
    assert_non_null(osd_pending_add_pool(&r->p, "data", &id));
    step(r);
    set_full(r, 1, OSD_FULL); /* in no bucket */
    assert_int_equal(r->map.pools[0].pool.flags & mask, 0);
    set_full(r, 0, OSD_NEARFULL);
    assert_int_equal(r->map.pools[0].pool.flags & mask, PG_POOL_NEARFULL);
    set_full(r, 0, OSD_NEARFULL | OSD_BACKFILLFULL);
    assert_int_equal(r->map.pools[0].pool.flags & mask, PG_POOL_BACKFILLFULL);
    set_full(r, 0, OSD_FULL);
    assert_int_equal(r->map.pools[0].pool.flags & mask, PG_POOL_FULL);
    assert_int_equal(osd_pending_set_weight(&r->p, 0, 0), 0);
    step(r);
    set_full(r, 0, OSD_FULL); /* but out */
    assert_int_equal(r->map.pools[0].pool.flags & mask, 0);
    string_map_destroy(&loc);
    entity_addrvec_destroy(&addrs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_states, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(test_pools, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(test_crush, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(test_flags_and_blocklist, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(test_what_does_not_fit, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(test_full_pools, open_rig, close_rig),
    };
    return unit_run("osd_pending", tests);
}
