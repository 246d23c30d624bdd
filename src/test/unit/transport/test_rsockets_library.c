/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "transport/rsockets_library.h"
#include "transport/transport.h"

static bool breaks(const char *file, char faults[512])
{
    bool b;

    rsockets_library_judge(file, faults, 512, &b);
    return b;
}

static void test_faults_by_file_name(void **state UNUSED)
{
    char faults[512];

    assert_true(breaks("/usr/lib/x86_64-linux-gnu/librdmacm.so.1.3.44.0", faults));
    assert_non_null(strstr(faults, "tables"));
    assert_non_null(strstr(faults, "rpoll"));
    assert_false(breaks("/usr/lib/librdmacm.so.1.3.44.12", faults));
    assert_null(strstr(faults, "rpoll"));
    assert_true(breaks("/usr/lib/librdmacm.so.1.3.52.0", faults));
    assert_false(breaks("/usr/lib/librdmacm.so.1.4.56.1", faults));
    assert_non_null(strstr(faults, "rpoll"));
    assert_false(breaks("/usr/lib/librdmacm.so.1.4.64.0", faults));
    assert_null(strstr(faults, "rpoll"));
    /* Nobody has mended that one. */
    assert_non_null(strstr(faults, "handshake"));
    /* A name that says nothing is taken for the worst. */
    assert_true(breaks("/opt/rdma/librdmacm.so.1", faults));
    assert_true(breaks("", faults));
    assert_non_null(strstr(faults, "rpoll"));
}

static void test_no_device_is_said_so(void **state UNUSED)
{
    char err[256] = "";

    if (!access("/sys/class/infiniband", F_OK))
        skip();
    assert_int_equal(transport_rsockets()->start(NULL, err, sizeof(err)), -ENODEV);
    assert_non_null(strstr(err, "no RDMA device"));
    assert_null(strchr(err, '\n'));
}

static void test_status_before_start(void **state UNUSED)
{
    struct transport_status st;

    transport_rsockets()->status(&st);
    assert_int_equal(st.sockets, 0);
    assert_string_equal(st.library, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_by_file_name),
        cmocka_unit_test(test_status_before_start),
        cmocka_unit_test(test_no_device_is_said_so),
    };
    return unit_run("rsockets_library", tests);
}
