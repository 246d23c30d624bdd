/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers in one process: what their users see. */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/formatter.h"
#include "common/throttle.h"
#include "include/ceph_features.h"
#include "test/unit/msg/messenger_end.h"

/* ---- tests ---- */

static void exchange(bool fast, size_t len, uint64_t count)
{
    struct end server, client;
    struct connection *c;

    end_init_server_and_client(&server, &client);
    server.echo = true;
    server.fast = client.fast = fast;
    c = end_connect(&client, &server);
    for (uint64_t tid = 1; tid <= count; tid++)
        end_send(&client, c, tid, len);
    WAIT_FOR(&client, received, count);
    assert_int_equal(client.out_of_order + server.out_of_order, 0);
    assert_int_equal(client.bad + server.bad, 0);
    WAIT_FOR(&client, connects, 1); /* events are told by another thread than fast messages */
    WAIT_FOR(&server, accepts, 1);
    assert_int_equal(client.connects, 1);
    assert_int_equal(server.accepts, 1);
    assert_memory_equal(connection_transport_name(c), client.ms_type, 6); /* what it prefers */
    assert_true(connection_is_open(c));
    connection_put(c);
    end_stop(&client);
    WAIT_FOR(&server, resets, 1);
    end_stop(&server);
}

static void test_small_messages(void **state UNUSED)
{
    exchange(false, 10, 2000);
}
static void test_fast_dispatch(void **state UNUSED)
{
    exchange(true, 100, 2000);
}
static void test_large_messages(void **state UNUSED)
{
    exchange(true, 3 << 20, 20);
}

static void test_nobody_listens(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;

    end_init_server_and_client(&server, &client);
    end_bind(&server, 0);
    end_start(&client);
    struct entity_addrvec v;
    assert_int_equal(messenger_addrs(server.m, &v), 0);
    end_stop(&server);
    for (unsigned i = 0; i < v.count; i++) /* the port that it had may be somebody else's by now */
        entity_addr_set_port(&v.addrs[i], 1);
    c = messenger_get_connection(client.m, ENTITY_TYPE_OSD, &v);
    entity_addrvec_destroy(&v);
    WAIT_FOR(&client, refused, 2);
    assert_false(connection_is_open(c));
    assert_int_equal(client.resets, 0);
    connection_mark_down(c);
    assert_int_equal(connection_send(c, end_message(1, 1)), -ENOTCONN);
    connection_put(c);
    end_stop(&client);
}

/* Two lossless peers talk while every so many socket calls fail: all arrives, once, in order. */
static void test_lossless_through_faults(void **state UNUSED)
{
    struct end a, b;
    struct connection *c;
    const uint64_t count = 3000;

    end_set("ms_inject_socket_failures", "60");
    end_set("ms_initial_backoff", "0.005");
    end_set("ms_max_backoff", "0.05");
    end_init_peers(&a, &b);
    b.echo = true;
    end_bind(&a, 0);
    c = end_connect(&a, &b);
    for (uint64_t tid = 1; tid <= count; tid++)
        end_send(&a, c, tid, tid % 97 ? 50 : 40000);
    WAIT_FOR(&a, received, count);
    assert_int_equal(a.received, count);
    assert_int_equal(b.received, count);
    assert_int_equal(a.out_of_order + b.out_of_order, 0);
    assert_int_equal(a.bad + b.bad, 0);
    assert_true(a.connects + b.connects > 3); /* there were faults */
    assert_int_equal(a.resets + b.resets + a.remote_resets + b.remote_resets, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    end_set("ms_inject_socket_failures", "0");
    end_set("ms_initial_backoff", "0.2");
    end_set("ms_max_backoff", "15");
}

/* Both dial at the same time: one session comes of it, and nothing is lost. */
static void test_both_dial(void **state UNUSED)
{
    for (int round = 0; round < 20; round++) {
        struct end a, b;
        struct connection *ca, *cb;
        end_set("ms_initial_backoff", "0.005");
        end_init_peers(&a, &b);
        end_bind(&a, 0);
        ca = end_connect(&a, &b);
        cb = end_dial(&b, &a, ENTITY_TYPE_OSD);
        for (uint64_t tid = 1; tid <= 20; tid++) {
            end_send(&a, ca, tid, 10);
            end_send(&b, cb, tid, 10);
        }
        WAIT_FOR(&a, received, 20);
        WAIT_FOR(&b, received, 20);
        assert_int_equal(a.received, 20);
        assert_int_equal(b.received, 20);
        assert_int_equal(a.out_of_order + b.out_of_order, 0);
        assert_ptr_equal(a.last_con, ca);
        connection_put(ca);
        connection_put(cb);
        end_stop(&a);
        end_stop(&b);
    }
    end_set("ms_initial_backoff", "0.2");
}

/* A peer that restarts with the same address: the survivor hears of it and the session starts anew. */
static void test_peer_restarts(void **state UNUSED)
{
    struct end a, b;
    struct entity_addrvec v;
    struct connection *c;
    uint16_t port;

    end_set("ms_initial_backoff", "0.01");
    end_init(&a, ENTITY_TYPE_OSD, 0, policy_lossless_peer_reuse(0));
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer_reuse(0));
    end_bind(&a, 0);
    c = end_connect(&a, &b);
    end_send(&a, c, 1, 10);
    WAIT_FOR(&b, received, 1);
    assert_int_equal(messenger_addrs(b.m, &v), 0);
    port = entity_addr_port(&v.addrs[0]);
    entity_addrvec_destroy(&v);
    end_stop(&b);
    end_init(&b, ENTITY_TYPE_OSD, 1, policy_lossless_peer_reuse(0));
    end_bind(&b, port);
    end_start(&b);
    end_send(&a, c, 2, 10); /* may belong to the old session and go with it */
    WAIT_FOR(&a, remote_resets, 1);
    b.last_tid = 9;
    end_send(&a, c, 10, 10);
    WAIT_FOR(&b, last_tid, 10);
    assert_int_equal(a.resets, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    end_set("ms_initial_backoff", "0.2");
}

/* A reader that keeps its messages is not sent more than the throttle allows; all comes when it lets go. */
static void test_throttle_holds_the_reader(void **state UNUSED)
{
    struct end server, client;
    struct throttle t;
    struct policy p = policy_stateless_server(0);
    struct connection *c;
    unsigned kept;

    throttle_init(&t, "test", 10);
    p.throttle_messages = &t;
    end_init(&server, ENTITY_TYPE_OSD, 0, p);
    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    server.keep = 10;
    c = end_connect(&client, &server);
    for (uint64_t tid = 1; tid <= 30; tid++)
        end_send(&client, c, tid, 10);
    WAIT_FOR(&server, received, 10);
    usleep(100000);
    mutex_lock(&server.lock);
    assert_int_equal(server.received, 10);
    kept = server.kept_count;
    server.kept_count = 0;
    server.keep = 0;
    mutex_unlock(&server.lock);
    for (unsigned i = 0; i < kept; i++)
        message_put(server.kept[i]);
    WAIT_FOR(&server, received, 30);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
    throttle_destroy(&t);
}

/* Held messages keep their order, and are not lost with their socket. */
static void test_injected_delays(void **state UNUSED)
{
    struct end a, b;
    struct connection *c;

    end_set("ms_inject_delay_type", "osd");
    end_set("ms_inject_delay_probability", "0.2");
    end_set("ms_inject_delay_max", "0.005");
    end_set("ms_inject_socket_failures", "100");
    end_set("ms_initial_backoff", "0.005");
    end_init_peers(&a, &b);
    c = end_connect(&a, &b);
    for (uint64_t tid = 1; tid <= 500; tid++)
        end_send(&a, c, tid, 100);
    WAIT_FOR(&b, received, 500);
    assert_int_equal(b.received, 500);
    assert_int_equal(b.out_of_order + b.bad, 0);
    connection_put(c);
    end_stop(&a);
    end_stop(&b);
    end_set("ms_inject_delay_probability", "0");
    end_set("ms_inject_socket_failures", "0");
    end_set("ms_initial_backoff", "0.2");
}

/* Nothing comes from a peer in a black hole; it shows again when the hole is closed. */
static void test_blackhole(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;

    end_init_server_and_client(&server, &client);
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    end_set("ms_blackhole_client", "true");
    c = end_dial(&client, &server, ENTITY_TYPE_OSD);
    end_send(&client, c, 1, 10);
    WAIT_FOR(&client, connects, 1);
    usleep(100000);
    end_set("ms_blackhole_client", "false");
    end_send(&client, c, 2, 10);
    WAIT_FOR(&server, received, 1);
    assert_int_equal(server.last_tid, 2);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
}

/* Connections that their owners mark down while both ends send: no event, no crash, and the next one is new.
 */
static void test_mark_down_under_load(void **state UNUSED)
{
    struct end server, client;

    end_init_server_and_client(&server, &client);
    server.echo = true;
    server.fast = client.fast = true;
    end_bind(&server, 0);
    end_start(&server);
    end_start(&client);
    for (int round = 0; round < 100; round++) {
        struct connection *c = end_dial(&client, &server, ENTITY_TYPE_OSD);
        uint64_t seen;
        mutex_lock(&client.lock);
        seen = client.received;
        mutex_unlock(&client.lock);
        for (uint64_t tid = 1; tid <= 10; tid++)
            end_send(&client, c, tid, 5000);
        if (round % 2)
            WAIT_FOR(&client, received, seen + 1);
        mutex_lock(&client.lock);
        connection_mark_down(c);
        mutex_unlock(&client.lock);
        assert_true(connection_is_dead(c));
        connection_put(c);
    }
    assert_int_equal(client.resets, 0);
    assert_int_equal(client.bad + server.bad, 0);
    end_stop(&client);
    end_stop(&server);
}

static json_int_t number_at(const json_t *object, const char *name)
{
    const json_t *v = json_object_get(object, name);

    assert_true(json_is_integer(v));
    return json_integer_value(v);
}

/* What an operator reads agrees with what went over the connection. */
static void test_dump(void **state UNUSED)
{
    struct end server, client;
    struct connection *c;
    struct formatter f;
    json_t *dump, *con;

    end_init_server_and_client(&server, &client);
    server.echo = true;
    c = end_connect(&client, &server);
    for (uint64_t tid = 1; tid <= 10; tid++)
        end_send(&client, c, tid, 10000);
    WAIT_FOR(&client, received, 10);
    formatter_init(&f, FORMATTER_JSON_PRETTY);
    messenger_dump(client.m, &f);
    dump = json_loads(formatter_text(&f), 0, NULL);
    formatter_destroy(&f);
    assert_non_null(dump);
    con = json_array_get(json_object_get(dump, "connections"), 0);
    assert_string_equal(json_string_value(json_object_get(con, "state")), "OPEN");
    assert_string_equal(json_string_value(json_object_get(con, "transport")), connection_transport_name(c));
    assert_int_equal(number_at(con, "messages_sent"), 10);
    assert_int_equal(number_at(con, "messages_received"), 10);
    assert_true(number_at(con, "bytes_sent") > 100000 && number_at(con, "bytes_sent") < 110000);
    assert_true(number_at(con, "bytes_received") > 100000 && number_at(con, "bytes_received") < 110000);
    assert_true(json_array_size(json_object_get(dump, "transports")) >= 1);
    json_decref(dump);
    connection_put(c);
    end_stop(&client);
    end_stop(&server);
}

static void test_loopback(void **state UNUSED)
{
    struct end e;
    struct connection *c;

    end_init(&e, ENTITY_TYPE_OSD, 0, policy_lossless_peer(0));
    end_bind(&e, 0);
    end_start(&e);
    c = end_dial(&e, &e, ENTITY_TYPE_OSD);
    for (uint64_t tid = 1; tid <= 100; tid++)
        end_send(&e, c, tid, 1000);
    WAIT_FOR(&e, received, 100);
    assert_int_equal(e.out_of_order + e.bad, 0);
    assert_string_equal(connection_transport_name(c), "loopback");
    connection_put(c);
    end_stop(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_messages),
        cmocka_unit_test(test_fast_dispatch),
        cmocka_unit_test(test_large_messages),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_lossless_through_faults),
        cmocka_unit_test(test_both_dial),
        cmocka_unit_test(test_peer_restarts),
        cmocka_unit_test(test_throttle_holds_the_reader),
        cmocka_unit_test(test_injected_delays),
        cmocka_unit_test(test_blackhole),
        cmocka_unit_test(test_mark_down_under_load),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_loopback),
    };
    alarm(300); /* a hang is a failure, not a wait */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("messenger", tests, end_setup, end_teardown);
}
