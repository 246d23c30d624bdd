/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_hunt: order by transport, priority and weight; intervals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps/mon_features.h"
#include "mon_client/mon_hunt.h"
#include "test/unit/unit.h"

#define SEC UINT64_C(1000000000)

static const struct mon_hunt_params rdma_first = {
    .types = {ENTITY_ADDR_RDMA, ENTITY_ADDR_V1},
    .type_count = 2,
    .interval_ns = 3 * SEC,
    .backoff = 1.5,
    .min_multiple = 1,
    .max_multiple = 10,
};

static void add(struct monmap *m, const char *name, const char *addrs, uint16_t priority, uint16_t weight)
{
    struct entity_addrvec v;
    char err[200];

    assert_int_equal(entity_addrvec_parse(&v, addrs, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    assert_int_equal(monmap_add(m, name, &v), 0);
    entity_addrvec_destroy(&v);
    m->mons[m->count - 1].priority = priority;
    m->mons[m->count - 1].weight = weight;
}

static void init_map(struct monmap *m)
{
    monmap_init(m);
    m->persistent_features = MON_FEATURE_NAUTILUS; /* ranks in the order of adding */
}

/* A round as "0r1r2v". */
static const char *round_text(struct mon_hunt *h, const struct monmap *map, int avoid)
{
    static char text[256];
    struct mon_hunt_try t;
    size_t at = 0;

    text[0] = 0;
    assert_true(mon_hunt_start(h, map, avoid) >= 0);
    while (mon_hunt_next(h, 0, &t))
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%u%c", t.rank,
                               t.type == ENTITY_ADDR_RDMA ? 'r' : 'v');
    return text;
}

static void test_order(void **state UNUSED)
{
    struct mon_hunt_try t;
    struct mon_hunt h;
    struct monmap m;

    init_map(&m);
    mon_hunt_init(&h, &rdma_first, 1);
    assert_string_equal(round_text(&h, &m, -1), "");

    add(&m, "a", "v1:10.0.0.1:6789/0", 0, 0);
    add(&m, "b", "[rdma:10.0.0.2:6789/0,v1:10.0.0.2:6789/0]", 7, 0);
    add(&m, "c", "rdma:10.0.0.3:6789/0", 3, 0);
    add(&m, "d", "v2:10.0.0.4:3300/0", 0, 0); /* nothing that we speak */
    assert_string_equal(round_text(&h, &m, -1), "2r1r0v1v");
    assert_string_equal(round_text(&h, &m, 2), "2r1r0v1v"); /* alone in its priority */

    /* At once only what goes over the same transport. */
    assert_int_equal(mon_hunt_start(&h, &m, -1), 4);
    assert_true(mon_hunt_next(&h, 0, &t));
    assert_true(mon_hunt_next(&h, ENTITY_ADDR_RDMA, &t));
    assert_false(mon_hunt_next(&h, ENTITY_ADDR_RDMA, &t));
    assert_true(mon_hunt_next(&h, ENTITY_ADDR_V1, &t));
    assert_int_equal(t.rank, 0);
    mon_hunt_destroy(&h);
    monmap_destroy(&m);
}

static void test_better(void **state UNUSED)
{
    struct mon_hunt h;
    struct monmap m;

    init_map(&m);
    mon_hunt_init(&h, &rdma_first, 1);
    add(&m, "a", "v1:192.0.2.1:6789", 0, 0);
    assert_false(mon_hunt_has_better(&h, &m, ENTITY_ADDR_V1));
    add(&m, "b", "[v2:192.0.2.2:3300,v1:192.0.2.2:6789]", 0, 0);
    assert_false(mon_hunt_has_better(&h, &m, ENTITY_ADDR_V1));
    add(&m, "c", "[v1:192.0.2.3:6789,rdma:192.0.2.3:6789]", 0, 0);
    assert_true(mon_hunt_has_better(&h, &m, ENTITY_ADDR_V1));
    assert_false(mon_hunt_has_better(&h, &m, ENTITY_ADDR_RDMA));
    mon_hunt_destroy(&h);
    monmap_destroy(&m);
}

static void test_addrs(void **state UNUSED)
{
    struct monmap m;
    struct entity_addrvec v;
    char *text;

    init_map(&m);
    add(&m, "a", "[rdma:10.0.0.2:6789/0,v1:10.0.0.2:6789/0]", 0, 0);
    assert_int_equal(mon_hunt_addrs(&m, (struct mon_hunt_try){0, ENTITY_ADDR_RDMA}, &v), 0);
    text = entity_addrvec_print(&v);
    assert_string_equal(text, "[rdma:10.0.0.2:6789/0,v1:10.0.0.2:6789/0]");
    free(text);
    entity_addrvec_destroy(&v);
    /* TCP needs no other. */
    assert_int_equal(mon_hunt_addrs(&m, (struct mon_hunt_try){0, ENTITY_ADDR_V1}, &v), 0);
    text = entity_addrvec_print(&v);
    assert_string_equal(text, "v1:10.0.0.2:6789/0");
    free(text);
    entity_addrvec_destroy(&v);
    monmap_destroy(&m);
}

/* Equal monitors are all first in turn; the one whose session broke never is. Weights count. */
static void test_chance(void **state UNUSED)
{
    int first[3] = {0}, weighted[3] = {0};
    struct monmap m;

    init_map(&m);
    add(&m, "a", "v1:10.0.0.1:6789/0", 0, 0);
    add(&m, "b", "v1:10.0.0.2:6789/0", 0, 0);
    add(&m, "c", "v1:10.0.0.3:6789/0", 0, 0);
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct mon_hunt h;
        const char *text;

        mon_hunt_init(&h, &rdma_first, seed);
        text = round_text(&h, &m, -1);
        assert_int_equal(strlen(text), 6);
        assert_true(text[0] != text[2] && text[2] != text[4] && text[0] != text[4]);
        first[text[0] - '0']++;
        assert_int_equal(round_text(&h, &m, 1)[4], '1');
        m.mons[0].weight = 10;
        m.mons[1].weight = 30;
        weighted[round_text(&h, &m, -1)[0] - '0']++;
        m.mons[0].weight = m.mons[1].weight = 0;
        mon_hunt_destroy(&h);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(first[i], 800, 1200);
    assert_in_range(weighted[0], 600, 900);
    assert_in_range(weighted[1], 2100, 2400);
    assert_int_equal(weighted[2], 0);
    monmap_destroy(&m);
}

static void test_interval(void **state UNUSED)
{
    struct mon_hunt h;

    mon_hunt_init(&h, &rdma_first, 1);
    assert_int_equal(mon_hunt_interval_ns(&h), 3 * SEC);
    mon_hunt_back_off(&h);
    assert_int_equal(mon_hunt_interval_ns(&h), 45 * SEC / 10);
    for (int i = 0; i < 20; i++)
        mon_hunt_back_off(&h);
    assert_int_equal(mon_hunt_interval_ns(&h), 30 * SEC);
    mon_hunt_relax(&h);
    assert_int_equal(mon_hunt_interval_ns(&h), 20 * SEC);
    for (int i = 0; i < 20; i++)
        mon_hunt_relax(&h);
    assert_int_equal(mon_hunt_interval_ns(&h), 3 * SEC);
    mon_hunt_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),  cmocka_unit_test(test_better),   cmocka_unit_test(test_addrs),
        cmocka_unit_test(test_chance), cmocka_unit_test(test_interval),
    };
    return unit_run("mon_hunt", tests);
}
