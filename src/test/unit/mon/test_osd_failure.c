/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who reported whom, and the groups that are still to be made. */
#include "test/unit/unit.h"

#include "mon/osd_failure.h"
#include "mon/pg_creates.h"

/* OSDs 0 and 1 are on one host, 2 and 3 on another, and so on. */
static int32_t host_of(void *arg UNUSED, int32_t osd)
{
    return osd / 2;
}

static void test_reporters_are_counted_by_host(void **state UNUSED)
{
    struct osd_failures f;
    struct osd_failure_sum sum;

    osd_failures_init(&f);
    assert_int_equal(osd_failures_add(&f, 9, 0, 100), 0);
    assert_int_equal(osd_failures_add(&f, 9, 1, 300), 0);
    assert_int_equal(osd_failures_add(&f, 9, 1, 200), 0);
    assert_int_equal(osd_failures_add(&f, 8, 2, 500), 0);
    sum = osd_failures_sum(&f, 9, host_of, NULL);
    assert_int_equal(sum.reporters, 2);
    assert_int_equal(sum.groups, 1);
    assert_int_equal(sum.since_ns, 200);
    assert_int_equal(osd_failures_add(&f, 9, 2, 250), 0);
    assert_int_equal(osd_failures_sum(&f, 9, host_of, NULL).groups, 2);
    osd_failures_destroy(&f);
}

static void test_reports_are_taken_back(void **state UNUSED)
{
    struct osd_failures f;

    osd_failures_init(&f);
    assert_false(osd_failures_cancel(&f, 1, 2));
    assert_int_equal(osd_failures_add(&f, 1, 2, 5), 0);
    assert_int_equal(osd_failures_add(&f, 1, 3, 5), 0);
    assert_int_equal(osd_failures_add(&f, 4, 1, 5), 0);
    assert_true(osd_failures_cancel(&f, 1, 2));
    assert_int_equal(osd_failures_sum(&f, 1, host_of, NULL).reporters, 1);
    /* Who is down neither counts nor is counted. */
    osd_failures_forget(&f, 1);
    assert_int_equal(f.count, 0);
    osd_failures_destroy(&f);
}

static void test_groups_to_be_made(void **state UNUSED)
{
    struct pg_creates c, again;
    struct encode e;
    struct decode d;

    pg_creates_init(&c);
    assert_int_equal(pg_creates_add_pool(&c, 2, 4, 10, (struct utime){7, 8}), 0);
    assert_int_equal(pg_creates_add_pool(&c, 1, 2, 11, (struct utime){7, 8}), 0);
    assert_int_equal(c.count, 6);
    assert_int_equal(c.items[0].pg.pool, 1);
    assert_true(pg_creates_done(&c, (struct pg_id){.pool = 2, .seed = 3}));
    assert_false(pg_creates_done(&c, (struct pg_id){.pool = 2, .seed = 3}));
    assert_false(pg_creates_has(&c, (struct pg_id){.pool = 2, .seed = 3}));
    assert_true(pg_creates_has_pool(&c, 2));

    encode_init(&e);
    pg_creates_encode(&c, &e);
    decode_init(&d, e.data, e.len);
    assert_int_equal(pg_creates_decode(&again, &d), 0);
    assert_int_equal(again.count, 5);
    assert_int_equal(again.items[4].created, 10);
    for (size_t len = 0; len < e.len; len++) {
        struct pg_creates part;
        decode_init(&d, e.data, len);
        assert_true(pg_creates_decode(&part, &d) < 0);
    }
    encode_destroy(&e);

    pg_creates_remove_pool(&again, 2);
    assert_int_equal(again.count, 2);
    assert_false(pg_creates_has_pool(&again, 2));
    pg_creates_destroy(&c);
    pg_creates_destroy(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reporters_are_counted_by_host),
        cmocka_unit_test(test_reports_are_taken_back),
        cmocka_unit_test(test_groups_to_be_made),
    };
    return unit_run("osd_failure", tests);
}
