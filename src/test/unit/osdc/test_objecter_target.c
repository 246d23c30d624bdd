/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where operations go by a genuine map, when they must be sent again, and what holds them back. */
#include <errno.h>
#include <stdlib.h>

#include "osdc/objecter_target.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "types/osd_op.h"

#define POOL 1 /* "rp": three OSDs a group, of twelve */

static struct cluster_map *load(void)
{
    struct osdmap map;
    struct decode d;
    size_t len;
    uint8_t *bytes = vector_load("maps/osdmap12.bin", &len);
    struct cluster_map *m;

    decode_init(&d, bytes, len);
    assert_int_equal(osdmap_decode(&map, &d), 0);
    free(bytes);
    m = cluster_map_create(&map);
    assert_non_null(m);
    return m;
}

/* The same map an epoch later, to be changed before it is looked at. */
static struct cluster_map *next_of(const struct cluster_map *m)
{
    struct cluster_map *next;
    struct osdmap map;

    assert_int_equal(osdmap_copy(&map, &m->map), 0);
    map.epoch++;
    next = cluster_map_create(&map);
    assert_non_null(next);
    return next;
}

static struct objecter_target target_of(struct cluster_map *m, const char *name)
{
    struct objecter_target t = {.pool = POOL, .hash = osdmap_hash_object("", "", name)};

    assert_int_equal(objecter_target_find(m, &t), 0);
    return t;
}

static struct osdmap_pool *pool_of(struct cluster_map *m)
{
    for (unsigned i = 0; i < m->map.pool_count; i++)
        if (m->map.pools[i].id == POOL)
            return &m->map.pools[i];
    fail();
    return NULL;
}

static void test_goes_to_the_primary(void **state UNUSED)
{
    struct cluster_map *m = load();

    for (unsigned i = 0; i < 200; i++) {
        struct objecter_target t;
        struct pg_osds osds;
        char name[32];

        snprintf(name, sizeof(name), "object%u", i);
        t = target_of(m, name);
        assert_int_equal(osdmap_map_pg(&m->mapping, t.pg, &osds), 0);
        assert_int_equal(t.osd, osds.acting.primary);
        assert_true(t.osd >= 0);
    }
    cluster_map_put(m);
}

static void test_no_pool(void **state UNUSED)
{
    struct cluster_map *m = load();
    struct objecter_target t = {.pool = 77};

    assert_int_equal(objecter_target_find(m, &t), -ENOENT);
    assert_int_equal(t.osd, -1);
    assert_null(cluster_map_place(m, (struct pg_id){.pool = 77}));
    assert_null(cluster_map_place(m, (struct pg_id){.pool = POOL, .seed = 1000}));
    cluster_map_put(m);
}

static void test_nobody_serves_it(void **state UNUSED)
{
    struct cluster_map *m = load();
    struct objecter_target t;

    for (unsigned i = 0; i < m->map.max_osd; i++)
        m->map.osds[i].state &= ~(uint32_t)OSD_UP;
    t = target_of(m, "object");
    assert_int_equal(t.osd, -1);
    cluster_map_put(m);
}

static void test_stays_where_nothing_changed(void **state UNUSED)
{
    struct cluster_map *m = load(), *next = next_of(m);
    struct objecter_target t = target_of(m, "object");

    assert_false(objecter_target_moved(m, next, &t));
    cluster_map_put(next);
    cluster_map_put(m);
}

static void test_moves_when_its_osd_goes(void **state UNUSED)
{
    struct cluster_map *m = load(), *next = next_of(m);
    struct objecter_target t = target_of(m, "object"), then;

    next->map.osds[t.osd].state &= ~(uint32_t)OSD_UP;
    assert_true(objecter_target_moved(m, next, &t));
    then = target_of(next, "object");
    assert_true(then.osd >= 0 && then.osd != t.osd);
    cluster_map_put(next);
    cluster_map_put(m);
}

/* Down and up again between two maps: what was sent is lost with it. */
static void test_moves_when_its_osd_came_back(void **state UNUSED)
{
    struct cluster_map *m = load(), *next = next_of(m);
    struct objecter_target t = target_of(m, "object");

    next->map.osds[t.osd].info.up_from = next->map.epoch;
    assert_true(objecter_target_moved(m, next, &t));
    cluster_map_put(next);
    cluster_map_put(m);
}

static void test_moves_when_a_replica_goes(void **state UNUSED)
{
    struct cluster_map *m = load(), *next = next_of(m);
    struct objecter_target t = target_of(m, "object");
    const struct pg_place *p = cluster_map_place(m, t.pg);
    int32_t replica = p->osds[p->up_count + 1u];

    assert_int_not_equal(replica, t.osd);
    next->map.osds[replica].state &= ~(uint32_t)OSD_UP;
    assert_true(objecter_target_moved(m, next, &t));
    cluster_map_put(next);
    cluster_map_put(m);
}

static void assert_moves_with_pool(void (*change)(struct pg_pool *p))
{
    struct cluster_map *m = load(), *next = next_of(m);
    struct objecter_target t = target_of(m, "object");

    change(&pool_of(next)->pool);
    assert_true(objecter_target_moved(m, next, &t));
    cluster_map_put(next);
    cluster_map_put(m);
}

static void split(struct pg_pool *p)
{
    p->pg_num--; /* the table of places is as large as before */
}

static void less_safe(struct pg_pool *p)
{
    p->min_size--;
}

static void demand(struct pg_pool *p)
{
    p->last_force_op_resend++;
}

static void test_moves_with_its_pool(void **state UNUSED)
{
    assert_moves_with_pool(split);
    assert_moves_with_pool(less_safe);
    assert_moves_with_pool(demand);
}

static void test_pauses(void **state UNUSED)
{
    struct cluster_map *m = load();
    const uint32_t read = OSD_FLAG_READ, write = OSD_FLAG_WRITE;

    assert_false(cluster_map_pauses(m));
    assert_false(objecter_target_is_paused(m, POOL, read));
    assert_false(objecter_target_is_paused(m, POOL, write));
    m->map.flags |= OSDMAP_PAUSERD;
    assert_true(cluster_map_pauses(m));
    assert_true(objecter_target_is_paused(m, POOL, read));
    assert_false(objecter_target_is_paused(m, POOL, write));
    m->map.flags ^= OSDMAP_PAUSERD | OSDMAP_PAUSEWR;
    assert_false(objecter_target_is_paused(m, POOL, read));
    assert_true(objecter_target_is_paused(m, POOL, write));
    assert_true(objecter_target_is_paused(m, POOL, write | OSD_FLAG_FULL_FORCE));
    cluster_map_put(m);
}

static void test_full(void **state UNUSED)
{
    struct cluster_map *m = load();
    const uint32_t write = OSD_FLAG_WRITE;

    m->map.flags |= OSDMAP_FULL;
    assert_true(cluster_map_pauses(m));
    assert_true(objecter_target_is_paused(m, POOL, write));
    assert_false(objecter_target_is_paused(m, POOL, OSD_FLAG_READ));
    assert_false(objecter_target_is_paused(m, POOL, write | OSD_FLAG_FULL_TRY));
    assert_false(objecter_target_is_paused(m, POOL, write | OSD_FLAG_FULL_FORCE));
    m->map.flags &= ~OSDMAP_FULL;
    pool_of(m)->pool.flags |= PG_POOL_FULL;
    assert_true(cluster_map_pauses(m));
    assert_true(objecter_target_is_paused(m, POOL, write));
    assert_false(objecter_target_is_paused(m, POOL + 1, write));
    cluster_map_put(m);
}

static void test_addresses(void **state UNUSED)
{
    struct cluster_map *m = load();
    struct osdmap_osd *o = &m->map.osds[0];
    struct entity_addrvec found;
    struct entity_addr a;

    assert_int_equal(entity_addr_parse(&a, "v1:192.0.2.1:6800/5", ENTITY_ADDR_V1, NULL, NULL, 0), 0);
    entity_addrvec_destroy(&o->public_addrs);
    entity_addrvec_init(&o->public_addrs);
    assert_int_equal(entity_addrvec_push(&o->public_addrs, &a), 0);
    assert_int_equal(cluster_map_osd_addrs(m, 0, &found), 0);
    assert_int_equal(found.count, 1);
    entity_addrvec_destroy(&found);

    /* A genuine monitor keeps one public address; the other one is told by those for heartbeats. */
    a.type = ENTITY_ADDR_RDMA;
    assert_int_equal(entity_addrvec_push(&o->hb_front_addrs, &a), 0);
    assert_int_equal(cluster_map_osd_addrs(m, 0, &found), 0);
    assert_int_equal(found.count, 2);
    assert_non_null(entity_addrvec_find(&found, ENTITY_ADDR_RDMA));
    entity_addrvec_destroy(&found);

    o->state &= ~(uint32_t)OSD_UP;
    assert_int_equal(cluster_map_osd_addrs(m, 0, &found), -ENOENT);
    entity_addrvec_destroy(&found);
    cluster_map_put(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_to_the_primary),
        cmocka_unit_test(test_no_pool),
        cmocka_unit_test(test_nobody_serves_it),
        cmocka_unit_test(test_stays_where_nothing_changed),
        cmocka_unit_test(test_moves_when_its_osd_goes),
        cmocka_unit_test(test_moves_when_its_osd_came_back),
        cmocka_unit_test(test_moves_when_a_replica_goes),
        cmocka_unit_test(test_moves_with_its_pool),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_addresses),
    };

    return unit_run("objecter_target", tests);
}
