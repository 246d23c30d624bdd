/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test/support/transport_rig.h"
#include "test/support/transport_suite.h"
#include "test/unit/unit.h"
#include "transport/sockaddr.h"

static void test_out_of_descriptors(void **state UNUSED)
{
    struct rig rig;
    struct rlimit limit, low;
    struct transport_status before, st;
    int spare[64], spares = 0;

    rig_init(&rig, &transport_tcp);
    rig_listen(&rig, (struct sockaddr *)&suite.v4, RIG_ECHO);
    transport_tcp.status(&before);
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &low);
    while (spares < 64 && (spare[spares] = dup(0)) >= 0)
        spares++;
    assert_in_range(spares, 1, 63);
    close(spare[--spares]);
    rig_dial(&rig, RIG_SOURCE, 1000); /* takes the last descriptor */
    assert_false(rig_run(&rig, rig_sources_done, NULL, 300));
    transport_tcp.status(&st);
    assert_in_range(st.accept_errors - before.accept_errors, 1, 10); /* it rests in between */
    assert_null(rig_last_accepted(&rig));
    while (spares)
        close(spare[--spares]);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_true(rig_run(&rig, rig_sources_done, NULL, 10000));
    rig_destroy(&rig);
}

/* The same port on both sides: with nobody listening, TCP connects a socket to itself. */
static void test_never_connected_to_itself(void **state UNUSED)
{
    struct rig rig;
    struct rig_end *e;
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    rig_init(&rig, &transport_tcp);
    rig_listen(&rig, (struct sockaddr *)&suite.v4, RIG_MUTE);
    self.sin_port = ((struct sockaddr_in *)&rig.bound)->sin_port;
    transport_tcp.unlisten(rig.listener);
    rig.listener = NULL;
    e = rig_dial_from(&rig, (struct sockaddr *)&self, (struct sockaddr *)&self);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, 10000));
    assert_int_equal(e->error, -ECONNREFUSED);
    rig_destroy(&rig);
}

static void test_ipv4_peer_of_ipv6_wildcard(void **state UNUSED)
{
    struct rig rig;
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_storage local, peer;
    struct rig_end *server;
    unsigned one = 1;

    if (suite.v6.ss_family != AF_INET6)
        skip();
    rig_init(&rig, &transport_tcp);
    rig_listen(&rig, (struct sockaddr *)&any, RIG_MUTE);
    to.sin_port = htons(sockaddr_port((struct sockaddr *)&rig.bound));
    rig_dial_to(&rig, (struct sockaddr *)&to, RIG_MUTE, 0, NSEC_PER_SEC);
    assert_true(rig_run(&rig, rig_accepted, &one, 10000));
    server = rig_last_accepted(&rig);
    assert_int_equal(server->peer.ss_family, AF_INET);
    assert_int_equal(transport_tcp.names(server->socket, &local, &peer), 0);
    assert_int_equal(peer.ss_family, AF_INET);
    assert_true(sockaddr_equal((struct sockaddr *)&local, (struct sockaddr *)&to));
    rig_destroy(&rig);
}

static void test_start_is_counted(void **state UNUSED)
{
    struct rig first, second;

    rig_init(&first, &transport_tcp);
    rig_init(&second, &transport_tcp);
    rig_destroy(&first);
    rig_listen(&second, (struct sockaddr *)&suite.v4, RIG_ECHO);
    rig_dial(&second, RIG_SOURCE, 10);
    assert_true(rig_run(&second, rig_sources_done, NULL, 10000));
    rig_destroy(&second);
}

/* A listening socket whose queue is full: further connects get no answer. */
static void fill_up(struct sockaddr_storage *silent)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(*silent);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)silent, &len), 0);
    for (int i = 0; i < 4; i++) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fd, (struct sockaddr *)silent, len);
    }
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool ok = fd >= 0 && !bind(fd, (struct sockaddr *)&sin6, sizeof(sin6));

    if (fd >= 0)
        close(fd);
    return ok;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRANSPORT_SUITE_TESTS cmocka_unit_test(test_never_connected_to_itself),
        cmocka_unit_test(test_ipv4_peer_of_ipv6_wildcard),
        cmocka_unit_test(test_start_is_counted),
        cmocka_unit_test(test_out_of_descriptors),
    };
    const struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

    suite.t = &transport_tcp;
    memcpy(&suite.v4, &v4, sizeof(v4));
    if (has_ipv6())
        memcpy(&suite.v6, &v6, sizeof(v6));
    suite.connections = 300;
    suite.bulk = 16u << 20;
    fill_up(&suite.silent);
    return unit_run("transport_tcp", tests);
}
