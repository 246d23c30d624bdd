/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ms_type may say, and what is said to those who ask for what this build or this program does not have.
 */
#include <errno.h>
#include <string.h>

#include "msg/messenger.h"
#include "msg/transport_choice.h"
#include "test/unit/unit.h"
#include "types/entity_addr.h"

static struct transport_choice list[4];
static char err[256];

static int parse(const char *ms_type)
{
    err[0] = '\0';
    return transport_choice_parse(ms_type, list, 4, err, sizeof(err));
}

static void test_tcp_by_its_names(void **state UNUSED)
{
    static const char *const names[] = {"simple", "async", "async+posix", " simple ", "simple,async"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_int_equal(parse(names[i]), 1);
        assert_ptr_equal(list[0].transport, &transport_tcp);
        assert_int_equal(list[0].addr_type, ENTITY_ADDR_V1);
    }
}

static void test_refusals(void **state UNUSED)
{
    assert_int_equal(parse("async+rdma"), -EINVAL);
    assert_non_null(strstr(err, "ms_type = rsockets"));
    assert_int_equal(parse("simple,pigeon"), -EINVAL);
    assert_non_null(strstr(err, "'pigeon'"));
    assert_int_equal(parse(""), -EINVAL);
    assert_int_equal(parse(" , "), -EINVAL);
}

static void test_both_in_order(void **state UNUSED)
{
    if (!transport_rsockets()) { /* a build without: says how to get them, and knows no table for such
                                    addresses */
        assert_int_equal(parse("rsockets,simple"), -EINVAL);
        assert_non_null(strstr(err, "--with-rsockets=yes"));
        assert_non_null(strstr(err, "librdmacm-dev"));
        assert_null(transport_for_addr_type(ENTITY_ADDR_RDMA));
        return;
    }
    assert_int_equal(parse("rsockets,simple"), 2);
    assert_ptr_equal(list[0].transport, transport_rsockets());
    assert_int_equal(list[0].addr_type, ENTITY_ADDR_RDMA);
    assert_ptr_equal(list[1].transport, &transport_tcp);
    assert_int_equal(parse("simple,rsockets,simple"), 2);
    assert_ptr_equal(list[0].transport, &transport_tcp);
    assert_ptr_equal(transport_for_addr_type(ENTITY_ADDR_RDMA), transport_rsockets());
}

static void test_type_of_bare_addresses(void **state UNUSED)
{
    assert_int_equal(messenger_default_addr_type("simple"), ENTITY_ADDR_V1);
    assert_int_equal(messenger_default_addr_type("rsockets,simple"), ENTITY_ADDR_RDMA);
    assert_int_equal(messenger_default_addr_type("simple,rsockets"), ENTITY_ADDR_V1);
    assert_null(transport_for_addr_type(ENTITY_ADDR_V2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp_by_its_names),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_both_in_order),
        cmocka_unit_test(test_type_of_bare_addresses),
    };
    return unit_run("transport_choice", tests);
}
