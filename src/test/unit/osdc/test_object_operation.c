/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations put together of steps: copies, sizes, what sticks. */
#include <errno.h>

#include "osdc/object_operation.h"
#include "test/unit/unit.h"

static struct slice some(size_t len)
{
    static const char bytes[4096];

    return slice_of(buffer_create_copy(bytes, len));
}

static void test_reads_and_writes(void **state UNUSED)
{
    struct object_operation o;

    object_operation_init(&o);
    object_operation_extent(&o, OSD_OP_READ, 0, 10, (struct slice){0});
    assert_true(o.reads && !o.writes);
    object_operation_extent(&o, OSD_OP_WRITE, 0, 10, some(10));
    assert_true(o.reads && o.writes);
    object_operation_destroy(&o);
}

static void test_bytes(void **state UNUSED)
{
    struct object_operation o;

    object_operation_init(&o);
    assert_int_equal(object_operation_bytes(&o), 0);
    object_operation_extent(&o, OSD_OP_WRITE, 0, 100, some(100));
    object_operation_extent(&o, OSD_OP_READ, 0, 1000, (struct slice){0});
    object_operation_extent(&o, OSD_OP_TRUNCATE, 5000, 0, (struct slice){0});
    assert_int_equal(object_operation_bytes(&o), 1100);
    object_operation_destroy(&o);
}

/* A builder is carried out several times: each copy has its own references to the data. */
static void test_copy(void **state UNUSED)
{
    struct object_operation o, copy;

    object_operation_init(&o);
    for (unsigned i = 0; i < 9; i++)
        object_operation_extent(&o, OSD_OP_APPEND, 0, 7, some(7));
    assert_int_equal(object_operation_copy(&copy, &o), 0);
    object_operation_destroy(&o);
    assert_int_equal(copy.count, 9);
    assert_true(copy.writes);
    assert_int_equal(object_operation_bytes(&copy), 63);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(copy.ops[i].in.data[6], 0);
    object_operation_destroy(&copy);
}

static void test_too_many_steps(void **state UNUSED)
{
    struct object_operation o;

    object_operation_init(&o);
    for (unsigned i = 0; i < 100000 && !o.error; i++)
        object_operation_add(&o, OSD_OP_STAT);
    assert_int_equal(o.error, -E2BIG);
    assert_null(object_operation_add(&o, OSD_OP_STAT));
    assert_non_null(object_operation_last_step(&o));
    object_operation_destroy(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_and_writes),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_too_many_steps),
    };

    return unit_run("object_operation", tests);
}
