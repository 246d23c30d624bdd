/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The peer's host vanishes: nothing comes from it any more, and librdmacm says nothing. Keepalives find out,
 * on both sides, and stopping is not held up by rsockets that never close.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/unit/msg/messenger_end.h"

static void link_is(const char *what)
{
    char command[4200];

    snprintf(command, sizeof(command), "%s %s", getenv("RDMA_VM_LINK"), what);
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    if (end_setup(state))
        return -1;
    end_set("ms_rsockets_keepalive_interval", "1");
    end_set("ms_rsockets_keepalive_timeout", "4");
    end_set("ms_rsockets_max_connections", "60");
    return 0;
}

static int heal(void **state UNUSED)
{
    link_is("heal");
    return 0;
}

/* A client hears of it, and so does the server, to whom nobody else would tell. */
static void test_lossy_sessions_end(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;

    end_init_server_and_client(&server, &client);
    server.echo = true;
    c = end_connect(&client, &server);
    end_send(&client, c, 1, 10);
    WAIT_FOR(&client, received, 1);
    link_is("cut");
    WAIT_FOR(&client, resets, 1);
    WAIT_FOR(&server, resets, 1);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
}

/* Peers keep their session: what was sent meanwhile arrives when the host is back, once. */
static void test_lossless_sessions_go_on(void **state UNUSED)
{
    struct end a, b;
    struct connection *c;

    end_init_peers(&a, &b);
    end_bind(&b, 0);
    c = end_connect(&b, &a);
    end_send(&b, c, 1, 1000);
    WAIT_FOR(&a, received, 1);
    link_is("cut");
    for (uint64_t tid = 2; tid <= 100; tid++)
        end_send(&b, c, tid, 1000);
    while (connection_is_open(c))
        usleep(10000);
    link_is("heal");
    WAIT_FOR(&a, received, 100);
    assert_int_equal(a.received, 100);
    assert_int_equal(a.out_of_order + a.bad, 0);
    assert_int_equal(a.resets + a.remote_resets + b.resets + b.remote_resets, 0);
    connection_put(c);
    end_stop(&b);
    end_stop(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_lossy_sessions_end, heal),
        cmocka_unit_test_teardown(test_lossless_sessions_go_on, heal),
    };

    if (!getenv("RDMA_VM_ADDR0")) {
        puts("1..0 # SKIP needs an RDMA device: run it in qa/rdma-vm");
        return 0;
    }
    setenv("TEST_MS_TYPES", "rsockets rsockets", true);
    setenv("TEST_IP", getenv("RDMA_VM_ADDR0"), true);
    alarm(300); /* a hang is a failure, not a wait */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("vanished_host", tests, setup, end_teardown);
}
