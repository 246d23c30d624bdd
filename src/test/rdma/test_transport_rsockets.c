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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TRANSPORT_SUITE_TESTS};
    struct conf *conf;

    if (!getenv("RDMA_VM_ADDR0")) {
        puts("1..0 # SKIP needs an RDMA device: run it in qa/rdma-vm");
        return 0;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    conf = conf_create("ceph", "client", "admin", false);
    (void)!conf_set(conf, CONF_CMDLINE, "ms_rsockets_max_connections", "300", NULL);
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
