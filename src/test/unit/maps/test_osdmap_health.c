/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an OSDMap says is wrong. What the tests expect is what osdmaptool --health of Ceph 16.2 shows for such
 * maps; more of it is compared with that in qa/interop/test-osdmaptool.sh. */
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/conf.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "include/ceph_features.h"
#include "maps/osdmap_health.h"
#include "types/ceph_release.h"

enum { OSDS = 4 };

struct fixture {
    struct conf *conf;
    struct osdmap map;
    struct crush_map crush;
};

static void insert(struct fixture *f, int32_t osd, const char *host)
{
    struct string_map loc;
    char name[16];

    string_map_init(&loc);
    assert_int_equal(string_map_set(&loc, "host", host), 0);
    assert_int_equal(string_map_set(&loc, "root", "default"), 0);
    snprintf(name, sizeof(name), "osd.%d", osd);
    assert_true(crush_edit_insert_item(&f->crush, osd, CRUSH_WEIGHT_ONE, name, &loc) >= 0);
    string_map_destroy(&loc);
}

/* Two hosts with two OSDs each, up and in; a pool of 32 placement groups. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct osdmap_pool *p = calloc(1, sizeof(*p));

    assert_true(f && p);
    f->conf = conf_create("ceph", "mon", "a", true);
    assert_non_null(f->conf);
    assert_int_equal(crush_map_create_default(&f->crush), 0);
    osdmap_init(&f->map);
    f->map.flags = OSDMAP_FLAGS_DEFAULT;
    f->map.require_osd_release = CEPH_RELEASE_PACIFIC;
    assert_int_equal(osdmap_set_max_osd(&f->map, OSDS), 0);
    for (int32_t osd = 0; osd < OSDS; osd++) {
        insert(f, osd, osd < 2 ? "a" : "b");
        f->map.osds[osd].state = OSD_EXISTS | OSD_UP;
        f->map.osds[osd].weight = OSD_WEIGHT_ONE;
        f->map.osds[osd].xinfo.features = CEPH_FEATURES_ALL;
    }
    pg_pool_init(&p->pool);
    p->id = 1;
    p->name = strdup("rbd");
    p->pool.size = 3;
    p->pool.pg_num_target = 32;
    f->map.pools = p;
    f->map.pool_count = 1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    conf_free(f->conf);
    osdmap_destroy(&f->map);
    crush_map_destroy(&f->crush);
    free(f);
    return 0;
}

static void expect(const struct fixture *f, const char *details)
{
    struct health_checks checks;
    struct strbuf text = STRBUF_INIT;

    health_checks_init(&checks);
    osdmap_health_check(&f->map, &f->crush, f->conf, &checks);
    health_checks_details(&checks, &text); /* a newline begins each line */
    strbuf_addc(&text, '\n');
    assert_string_equal(strbuf_text(&text) + 1, details);
    strbuf_destroy(&text);
    health_checks_destroy(&checks);
}

static void test_healthy(void **state)
{
    expect(*state, "");
}

static void test_down(void **state)
{
    struct fixture *f = *state;

    f->map.osds[0].state = OSD_EXISTS;
    f->map.osds[1].weight = 0;
    expect(f, "[WRN] OSD_DOWN: 1 osds down\n    osd.0 (root=default,host=a) is down\n");
    f->map.osds[1].state = OSD_EXISTS; /* nobody misses it, but it does not serve either */
    expect(f, "[WRN] OSD_DOWN: 1 osds down\n    osd.0 (root=default,host=a) is down\n"
              "[WRN] OSD_HOST_DOWN: 1 host (2 osds) down\n    host a (root=default) (2 osds) is down\n");
    f->map.osds[0].weight = 0;
    expect(f, "");
}

static void test_orphan(void **state)
{
    struct fixture *f = *state;

    f->map.osds[3].state = 0;
    expect(f, "[WRN] OSD_ORPHAN: 1 osds exist in the crush map but not in the osdmap\n"
              "    osd.3 exists in crush map but not in osdmap\n");
}

static void test_full(void **state)
{
    struct fixture *f = *state;

    f->map.osds[0].state |= OSD_FULL | OSD_NEARFULL;
    f->map.osds[1].state |= OSD_BACKFILLFULL;
    f->map.osds[2].state |= OSD_NEARFULL;
    f->map.pools[0].pool.flags |= PG_POOL_FULL | PG_POOL_NEARFULL;
    expect(f, "[WRN] OSD_BACKFILLFULL: 1 backfillfull osd(s)\n    osd.1 is backfill full\n"
              "[ERR] OSD_FULL: 1 full osd(s)\n    osd.0 is full\n"
              "[WRN] OSD_NEARFULL: 1 nearfull osd(s)\n    osd.2 is near full\n"
              "[WRN] POOL_FULL: 1 pool(s) full\n    pool 'rbd' is full (no space)\n");
}

static void test_pools(void **state)
{
    struct fixture *f = *state;
    struct pg_pool *p = &f->map.pools[0].pool;

    p->size = 1;
    p->pg_num_target = 48;
    p->flags = PG_POOL_FULL | PG_POOL_FULL_QUOTA;
    expect(f, "[WRN] POOL_FULL: 1 pool(s) full\n    pool 'rbd' is full (running out of quota)\n"
              "[WRN] POOL_NO_REDUNDANCY: 1 pool(s) have no replicas configured\n"
              "    pool 'rbd' has no replicas configured\n"
              "[WRN] POOL_PG_NUM_NOT_POWER_OF_TWO: 1 pool(s) have non-power-of-two pg_num\n"
              "    pool 'rbd' pg_num 48 is not a power of two\n");
    conf_set_default(f->conf, OPT_mon_warn_on_pool_no_redundancy, "false");
    conf_set_default(f->conf, OPT_mon_warn_on_pool_pg_num_not_power_of_two, "false");
    p->flags = PG_POOL_BACKFILLFULL | PG_POOL_NEARFULL;
    expect(f, "[WRN] POOL_BACKFILLFULL: 1 pool(s) backfillfull\n    pool 'rbd' is backfillfull\n");
    p->flags = PG_POOL_NEARFULL;
    expect(f, "[WRN] POOL_NEARFULL: 1 pool(s) nearfull\n    pool 'rbd' is nearfull\n");
}

static void test_ratios(void **state)
{
    struct fixture *f = *state;

    f->map.nearfull_ratio = 0.85f;
    f->map.backfillfull_ratio = 0.9f;
    f->map.full_ratio = 0.95f;
    expect(f, "");
    f->map.nearfull_ratio = 0.95f;
    f->map.full_ratio = 0.9f;
    expect(f, "[ERR] OSD_OUT_OF_ORDER_FULL: full ratio(s) out of order\n"
              "    backfillfull_ratio (0.9) < nearfull_ratio (0.95), increased\n"
              "    full_ratio (0.9) < backfillfull_ratio (0.95), increased\n");
    f->map.nearfull_ratio = 0.85f;
    f->map.full_ratio = 0.99f;
    expect(f, "[ERR] OSD_OUT_OF_ORDER_FULL: full ratio(s) out of order\n"
              "    osd_failsafe_full_ratio (0.97) < full_ratio (0.99), increased\n");
}

static void test_flags(void **state)
{
    struct fixture *f = *state;
    struct osdmap_flags_of of_bucket, of_class;

    f->map.flags = OSDMAP_NOOUT | OSDMAP_NOUP | OSDMAP_FULL;
    f->map.osds[3].state |= OSD_NOIN | OSD_NODOWN;
    of_bucket = (struct osdmap_flags_of){crush_edit_parent(&f->crush, 0)->id, OSD_NOOUT};
    of_class = (struct osdmap_flags_of){crush_class_add(&f->crush, "ssd"), OSD_NOUP};
    f->map.crush_node_flags = &of_bucket;
    f->map.device_class_flags = &of_class;
    f->map.node_flags_count = f->map.class_flags_count = 1;
    expect(f, "[WRN] OSDMAP_FLAGS: noup,noout flag(s) set\n"
              "[WRN] OSD_FLAGS: 3 OSDs or CRUSH {nodes, device-classes} have {NOUP,NODOWN,NOIN,NOOUT} flags "
              "set\n"
              "    osd.3 has flags nodown,noin\n    host a has flags noout\n"
              "    device class 'ssd' has flags noup\n"
              "[WRN] OSD_NO_SORTBITWISE: 'sortbitwise' flag is not set\n");
    f->map.crush_node_flags = f->map.device_class_flags = NULL;
    f->map.node_flags_count = f->map.class_flags_count = 0;
}

static void test_upgrade(void **state)
{
    static const char told[] =
        "[WRN] OSD_UPGRADE_FINISHED: all OSDs are running octopus or later but require_osd_release < "
        "octopus\n"
        "    all OSDs are running octopus or later but require_osd_release < octopus\n";
    struct fixture *f = *state;

    f->map.require_osd_release = CEPH_RELEASE_NAUTILUS;
    f->map.osds[1].xinfo.features &= ~CEPH_FEATURE_SERVER_PACIFIC;
    f->map.osds[1].xinfo.features |= CEPH_FEATURE_SERVER_OCTOPUS;
    expect(f, told);
    f->map.require_osd_release = CEPH_RELEASE_OCTOPUS;
    expect(f, "");
}

static void test_crush(void **state)
{
    struct fixture *f = *state;

    conf_set_default(f->conf, OPT_mon_crush_min_required_version, "jewel");
    expect(f, "");
    f->crush.tunables.chooseleaf_stable = 0;
    f->crush.tunables.straw_calc_version = 0;
    expect(f, "[WRN] OLD_CRUSH_STRAW_CALC_VERSION: crush map has straw_calc_version=0\n"
              "    see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables\n"
              "[WRN] OLD_CRUSH_TUNABLES: crush map has legacy tunables (require hammer, min is jewel)\n"
              "    see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_healthy), TEST(test_down),  TEST(test_orphan),  TEST(test_full),  TEST(test_pools),
        TEST(test_ratios),  TEST(test_flags), TEST(test_upgrade), TEST(test_crush),
    };

    return unit_run("osdmap_health", tests);
}
