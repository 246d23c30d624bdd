/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rdma_peer: the other side of the rsockets tests, as a process of its own that can be killed.
 *
 * rdma_peer ROLE ADDRESS PORT [COUNT]. Says "ready" on stdout when it is; ends when it is killed, or as its
 * role says. Roles: see the table in main.
 */
#include <arpa/inet.h>
#include <rdma/rdma_cma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "test/support/transport_rig.h"
#include "test/unit/unit.h"
#include "transport/sockaddr.h"

static struct sockaddr_in server;
static unsigned count = 1;

static void say(const char *what)
{
    puts(what);
    fflush(stdout);
}

static int check(int r, const char *call)
{
    if (r) {
        perror(call);
        exit(1);
    }
    return r;
}

/* Asks for a connection and then never again looks at what happens: the answer is not confirmed. */
static _Noreturn int silent(void)
{
    const struct rdma_conn_param param = {.retry_count = 7, .rnr_retry_count = 7};
    struct ibv_qp_init_attr attr = {
        .qp_type = IBV_QPT_RC,
        .cap = {.max_send_wr = 16, .max_recv_wr = 16, .max_send_sge = 1, .max_recv_sge = 1},
    };
    /* What rsockets look for in a request: version 1, credits, and where to write (nowhere). */
    uint8_t hello[56] = {1, 1};
    struct rdma_conn_param with_hello = param;
    struct rdma_event_channel *channel;
    struct rdma_cm_id *id;

    with_hello.private_data = hello;
    with_hello.private_data_len = sizeof(hello);
    check(rdma_create_id(NULL, &id, NULL, RDMA_PS_TCP), "rdma_create_id");
    check(rdma_resolve_addr(id, NULL, (struct sockaddr *)&server, 2000), "rdma_resolve_addr");
    check(rdma_resolve_route(id, 2000), "rdma_resolve_route");
    check(rdma_create_qp(id, NULL, &attr), "rdma_create_qp");
    channel = rdma_create_event_channel();
    check(!channel, "rdma_create_event_channel");
    check(rdma_migrate_id(id, channel), "rdma_migrate_id"); /* from here on nothing waits for events */
    check(rdma_connect(id, &with_hello), "rdma_connect");
    say("ready");
    for (;;)
        pause();
}

static void connect_all(struct rig *rig, enum rig_mode mode, uint64_t bytes)
{
    rig_init(rig, transport_rsockets());
    for (unsigned i = 0; i < count; i++)
        rig_dial_to(rig, (struct sockaddr *)&server, mode, bytes, 170 * NSEC_PER_SEC);
    assert_true(rig_run(rig, rig_all_arrived, NULL, 180000));
    list_for_each(e, &rig->ends, struct rig_end, link)
        if (e->error) {
            fprintf(stderr, "rdma_peer: dial: %s\n", strerror(-e->error));
            exit(1);
        }
    say("ready");
}

static _Noreturn int churn(void)
{
    struct rig rig;

    connect_all(&rig, RIG_CHURN, 0);
    for (;;)
        rig_run(&rig, NULL, NULL, 1000);
}

static bool all_ended(struct rig *rig, void *unused UNUSED)
{
    list_for_each(e, &rig->ends, struct rig_end, link)
        if (!e->ended && !e->error)
            return false;
    return true;
}

/* Connects, waits to be hung up on, ends. */
static int sink(void)
{
    struct rig rig;

    connect_all(&rig, RIG_SINK, 0);
    if (!rig_run(&rig, all_ended, NULL, 170000))
        return 1;
    say("ended");
    rig_destroy(&rig);
    return 0;
}

static int echo(void)
{
    struct rig rig;

    connect_all(&rig, RIG_SOURCE, 100000);
    if (!rig_run(&rig, rig_sources_done, NULL, 100000))
        return 1;
    list_for_each(e, &rig.ends, struct rig_end, link)
        if (e->error || e->corrupt || e->received != e->to_receive)
            return 1;
    say("echoed");
    rig_destroy(&rig);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } roles[] = {{"silent", silent}, {"churn", churn}, {"sink", sink}, {"echo", echo}};
    struct conf *conf = conf_create("ceph", "client", "admin", false);

    (void)!conf_set(conf, CONF_CMDLINE, "ms_rsockets_max_connections", "20", NULL);
    (void)!conf_set(conf, CONF_CMDLINE, "ms_rsockets_connect_timeout", "170", NULL);
    rig_conf = conf;
    if (argc < 4)
        return 2;
    server.sin_family = AF_INET;
    inet_pton(AF_INET, argv[2], &server.sin_addr);
    server.sin_port = htons((uint16_t)atoi(argv[3]));
    if (argc > 4)
        count = (unsigned)atoi(argv[4]);
    for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
        if (!strcmp(roles[i].name, argv[1]))
            return roles[i].run();
    return 2;
}
