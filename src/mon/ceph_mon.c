/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-mon: the monitor daemon. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/log.h"
#include "common/throttle.h"
#include "daemon/global_init.h"
#include "mon/auth_monitor.h"
#include "mon/mon_mkfs.h"
#include "mon/mon_tell.h"
#include "mon/monitor.h"

enum { MON_PROTOCOL = 13, ERR_MAX = 1024 };

static const struct args_program program = {
    .name = "ceph-mon",
    .usage =
        "ceph-mon -i ID [--mkfs [--monmap FILE] [--keyring FILE] [--fsid UUID]] [option...]\n"
        "  --mkfs                 make the data of a new monitor and leave\n"
        "  --monmap FILE          monitors of the new cluster; without it those of mon_host, or this one at\n"
        "                         public_addr\n"
        "  --extract-monmap FILE  write the monmap of the monitor's data to FILE and leave\n"
        "  --inject-monmap FILE   make FILE the monmap of the monitor's data and leave\n"
        "  --compact              make the store on disk small before starting\n",
    .type = "mon",
    .flags = ARGS_DAEMON,
};

struct mon_args {
    bool mkfs, compact;
    const char *monmap, *extract_monmap, *inject_monmap;
};

/* What global_init() has left of the command line. */
static int parse(struct mon_args *a, int argc, char **argv)
{
    const struct {
        const char *name;
        bool *flag;
        const char **value;
    } known[] = {
        {"--mkfs", &a->mkfs, NULL},
        {"--compact", &a->compact, NULL},
        {"--monmap", NULL, &a->monmap},
        {"--extract-monmap", NULL, &a->extract_monmap},
        {"--inject-monmap", NULL, &a->inject_monmap},
    };

    for (int i = 1; i < argc; i++) {
        size_t k = 0, len = strcspn(argv[i], "=");
        while (k < ARRAY_SIZE(known) &&
               (strlen(known[k].name) != len || strncmp(known[k].name, argv[i], len) != 0))
            k++;
        if (k == ARRAY_SIZE(known) || (known[k].flag && argv[i][len])) {
            fprintf(stderr, "ceph-mon: unexpected argument '%s'; see --help\n", argv[i]);
            return -EINVAL;
        }
        if (known[k].flag) {
            *known[k].flag = true;
        } else if (argv[i][len]) {
            *known[k].value = argv[i] + len + 1;
        } else if (i + 1 < argc) {
            *known[k].value = argv[++i];
        } else {
            fprintf(stderr, "ceph-mon: %s takes a file\n", argv[i]);
            return -EINVAL;
        }
    }
    return 0;
}

/* The parts of a running monitor, in the order in which they come up. */
struct ceph_mon {
    struct global global;
    struct mon_store store;
    struct monitor *mon;
    struct messenger *messenger;
    struct throttle client_bytes, daemon_bytes;
    char err[ERR_MAX];
};

static int open_store(struct ceph_mon *c, bool compact)
{
    const struct conf *conf = c->global.conf;
    char *path = conf_str(conf, OPT_mon_data), *text = conf_str(conf, OPT_fsid);
    struct fsid fsid = {0};
    int r = fsid_parse(&fsid, text);

    if (r)
        snprintf(c->err, sizeof(c->err), "fsid '%s' is no uuid", text);
    else
        r = mon_store_open(&c->store, "rocksdb", path, &fsid, conf_id(conf), c->err, sizeof(c->err));
    if (r == 0 && compact)
        kv_store_compact(c->store.kv);
    free(path);
    free(text);
    return r;
}

/* Clients and daemons may not fill our memory with what we have not read yet. */
static void set_throttles(struct ceph_mon *c)
{
    static const uint32_t daemons[] = {ENTITY_TYPE_OSD, ENTITY_TYPE_MDS, ENTITY_TYPE_MGR};
    struct policy p = messenger_get_policy(c->messenger, ENTITY_TYPE_CLIENT);

    throttle_init(&c->client_bytes, "mon_client_bytes", conf_u64(c->global.conf, OPT_mon_client_bytes));
    throttle_init(&c->daemon_bytes, "mon_daemon_bytes", conf_u64(c->global.conf, OPT_mon_daemon_bytes));
    p.throttle_bytes = &c->client_bytes;
    messenger_set_policy(c->messenger, ENTITY_TYPE_CLIENT, &p);
    for (size_t i = 0; i < ARRAY_SIZE(daemons); i++) {
        p = messenger_get_policy(c->messenger, daemons[i]);
        p.throttle_bytes = &c->daemon_bytes;
        messenger_set_policy(c->messenger, daemons[i], &p);
    }
}

static int start_messenger(struct ceph_mon *c)
{
    struct conf *conf = c->global.conf;
    struct entity_name name = {ENTITY_TYPE_MON, c->mon->rank};
    struct auth_upcalls upcalls;
    char *type = messenger_type_for(conf, MESSENGER_PUBLIC);
    int r = -ENOMEM;

    if (!type)
        return r;
    c->messenger = messenger_create(conf, type, name, "mon", 0, c->err, sizeof(c->err));
    free(type);
    if (!c->messenger)
        return -EINVAL;
    monitor_set_policies(c->messenger);
    set_throttles(c);
    messenger_set_cluster_protocol(c->messenger, MON_PROTOCOL);
    monitor_attach(c->mon, c->messenger);
    upcalls = auth_monitor_upcalls(c->mon->services[MON_SERVICE_AUTH]);
    messenger_set_auth(c->messenger, &upcalls);
    r = messenger_bind(c->messenger, monitor_addrs(c->mon), c->err, sizeof(c->err));
    return r ? r : messenger_start(c->messenger);
}

static void ended(void *arg)
{
    global_stop(arg);
}

static int start(struct ceph_mon *c, bool compact)
{
    int r = open_store(c, compact);

    if (r == 0)
        r = monitor_create(&c->mon, c->global.conf, &c->store, c->err, sizeof(c->err));
    if (r)
        return r;
    c->mon->ended = ended;
    c->mon->ended_arg = &c->global;
    c->mon->asok = c->global.asok;
    r = start_messenger(c);
    if (r == 0)
        r = monitor_start(c->mon);
    if (r == 0 && c->global.asok)
        r = mon_tell_register(c->mon, c->global.asok);
    return r;
}

/* False: the monitor had met an error that ended it. */
static bool stop(struct ceph_mon *c)
{
    bool fine = true;

    if (c->global.asok && c->mon)
        admin_socket_unregister(c->global.asok, c->mon);
    if (c->messenger)
        messenger_shutdown(c->messenger);
    if (c->mon)
        fine = monitor_shutdown(c->mon);
    monitor_destroy(c->mon);
    mon_store_close(&c->store);
    if (c->messenger) {
        messenger_destroy(c->messenger);
        throttle_destroy(&c->client_bytes);
        throttle_destroy(&c->daemon_bytes);
    }
    return fine;
}

static int run(struct ceph_mon *c, bool compact)
{
    bool fine;
    int r;

    snprintf(c->err, sizeof(c->err), "no memory");
    r = start(c, compact);
    if (r) {
        derr(none, "%s", c->err);
    } else {
        global_ready(&c->global);
        global_wait(&c->global);
    }
    fine = stop(c);
    return r || !fine ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What is done to the data of a monitor that does not run. */
static int offline(struct ceph_mon *c, const struct mon_args *a)
{
    const struct conf *conf = c->global.conf;
    int r;

    if (a->mkfs)
        r = mon_mkfs(conf, a->monmap, c->err, sizeof(c->err));
    else if (a->extract_monmap)
        r = mon_extract_monmap(conf, a->extract_monmap, c->err, sizeof(c->err));
    else
        r = mon_inject_monmap(conf, a->inject_monmap, c->err, sizeof(c->err));
    if (r)
        fprintf(stderr, "ceph-mon: %s\n", c->err);
    return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct ceph_mon c = {0};
    struct mon_args a = {0};
    int r = global_init(&c.global, &program, argc, argv), status = r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;

    if (r == 0) {
        if (parse(&a, c.global.args.argc, c.global.args.argv))
            status = EXIT_FAILURE;
        else if (a.mkfs || a.extract_monmap || a.inject_monmap)
            status = offline(&c, &a);
        else if (global_start(&c.global))
            status = EXIT_FAILURE;
        else
            status = run(&c, a.compact);
    }
    global_shutdown(&c.global);
    return status;
}
