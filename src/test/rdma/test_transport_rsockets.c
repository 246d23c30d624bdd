/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "test/support/transport_rig.h"
#include "test/support/transport_suite.h"
#include "test/unit/unit.h"

static void set_v4(struct sockaddr_storage *ss, const char *text)
{
    struct sockaddr_in *in = (struct sockaddr_in *)ss;

    in->sin_family = AF_INET;
    inet_pton(AF_INET, text, &in->sin_addr);
}

static void set_v6(struct sockaddr_storage *ss, const char *text)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

    if (text && inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        in6->sin6_family = AF_INET6;
}

static uint64_t packets_sent(const char *device)
{
    char path[256];
    unsigned long long n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/sys/class/infiniband/%s/ports/1/hw_counters/sent_pkts", device);
    f = fopen(path, "re");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%llu", &n), 1);
    fclose(f);
    return n;
}

/* Packets that the RDMA devices send while 1 MiB goes each way over a transport. */
static uint64_t packets_for_a_mebibyte(const struct transport *t)
{
    const char *device[] = {getenv("RDMA_VM_DEV0"), getenv("RDMA_VM_DEV1")};
    uint64_t before = packets_sent(device[0]) + packets_sent(device[1]);
    struct rig rig;
    struct rig_end *e;

    rig_init(&rig, t);
    rig_listen(&rig, (struct sockaddr *)&suite.v4, RIG_ECHO);
    e = rig_dial(&rig, RIG_SOURCE, 1 << 20);
    assert_true(rig_run(&rig, rig_sources_done, NULL, 120000));
    assert_int_equal(e->received, e->to_receive);
    rig_destroy(&rig);
    return packets_sent(device[0]) + packets_sent(device[1]) - before;
}

/* No packet of theirs holds more than 4096 bytes. */
static void test_bytes_go_through_the_rdma_devices(void **state UNUSED)
{
    const uint64_t needed = 2 * (1 << 20) / 4096;

    assert_true(packets_for_a_mebibyte(transport_rsockets()) >= needed);
    assert_true(packets_for_a_mebibyte(&transport_tcp) < needed / 10);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TRANSPORT_SUITE_TESTS cmocka_unit_test(test_bytes_go_through_the_rdma_devices),
    };
    struct conf *conf;

    if (!getenv("RDMA_VM_ADDR0")) {
        puts("1..0 # SKIP needs an RDMA device: run it in qa/rdma-vm");
        return 0;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    conf = conf_create("ceph", "client", "admin", false);
    (void)!conf_set(conf, CONF_CMDLINE, "ms_rsockets_max_connections", "300", NULL);
    (void)!conf_set(conf, CONF_CMDLINE, "ms_rsockets_connect_timeout", "120",
                    NULL); /* all at once, emulated */
    rig_conf = conf;
    suite.t = transport_rsockets();
    set_v4(&suite.v4, getenv("RDMA_VM_ADDR0"));
    set_v6(&suite.v6, getenv("RDMA_VM_ADDR6_0"));
    set_v4(&suite.silent, "10.77.0.99");
    ((struct sockaddr_in *)&suite.silent)->sin_port = htons(6789);
    suite.connections = 120;
    suite.bulk = 2u << 20;
    return unit_run("transport_rsockets", tests);
}
