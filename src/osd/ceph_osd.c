/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-osd: the object storage daemon. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/global_init.h"
#include "daemon/signal_loop.h"
#include "osd/osd.h"
#include "osd/osd_data.h"
#include "osd/osd_key.h"

enum { ERR_MAX = 1024 };

static void set_defaults(struct conf *c)
{
    conf_set_default(c, OPT_keyring, "$osd_data/keyring");
}

static const struct args_program program = {
    .name = "ceph-osd",
    .usage = "ceph-osd -i ID [--mkfs [--osd-uuid UUID]] [option...]\n"
             "  --mkfs                 make the data of a new OSD and leave\n"
             "  --osd-uuid UUID        its identity; without it a random one\n"
             "  --mkkey                with --mkfs: make a secret key too, in its keyring\n"
             "  --get-osd-fsid         print the OSD's identity and leave\n"
             "  --get-cluster-fsid     print that of its cluster and leave\n",
    .type = "osd",
    .flags = ARGS_DAEMON,
    .defaults = set_defaults,
};

struct osd_args {
    bool mkfs, mkkey, get_osd_fsid, get_cluster_fsid;
};

static int parse(struct osd_args *a, int argc, char **argv)
{
    const struct {
        const char *name;
        bool *flag;
    } known[] = {
        {"--mkfs", &a->mkfs},
        {"--mkkey", &a->mkkey},
        {"--get-osd-fsid", &a->get_osd_fsid},
        {"--get-cluster-fsid", &a->get_cluster_fsid},
    };

    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < ARRAY_SIZE(known) && strcmp(known[k].name, argv[i]) != 0)
            k++;
        if (k == ARRAY_SIZE(known)) {
            fprintf(stderr, "ceph-osd: unexpected argument '%s'; see --help\n", argv[i]);
            return -EINVAL;
        }
        *known[k].flag = true;
    }
    return 0;
}

static int check_id(const struct conf *conf)
{
    char *end;
    long id = strtol(conf_id(conf), &end, 10);

    if (*end || end == conf_id(conf) || id < 0 || id >= (long)OSDMAP_MAX_OSDS) {
        fprintf(stderr, "ceph-osd: '%s' is no number of an OSD; use -i ID\n", conf_id(conf));
        return -EINVAL;
    }
    return 0;
}

static int print_fsid(const struct conf *conf, bool cluster)
{
    char err[ERR_MAX], text[FSID_TEXT_LEN + 1];
    struct osd_data data;
    int r = osd_data_read(conf, &data, err, sizeof(err));

    if (r)
        fprintf(stderr, "ceph-osd: %s\n", err);
    else
        printf("%s\n", fsid_print(cluster ? &data.cluster_fsid : &data.fsid, text));
    osd_data_destroy(&data);
    return r;
}

static int make_key(const struct conf *conf)
{
    char *err = NULL;
    int r = osd_key_make(conf, &err);

    if (r)
        fprintf(stderr, "ceph-osd: %s\n", err ? err : strerror(-r));
    free(err);
    return r;
}

static int offline(struct conf *conf, const struct osd_args *a)
{
    const struct fsid none = {{0}};
    char err[ERR_MAX];
    int r;

    if (!a->mkfs)
        return print_fsid(conf, a->get_cluster_fsid);
    r = osd_mkfs(conf, &none, err, sizeof(err));
    if (r)
        fprintf(stderr, "ceph-osd: %s\n", err);
    return r || !a->mkkey ? r : make_key(conf);
}

static bool told_to_end(void *arg UNUSED)
{
    return signal_loop_is_told();
}

/* As patient as clients are: a monitor's accepting over rsockets may be held up for two minutes. */
static int fetch_config(struct conf *conf)
{
    char err[ERR_MAX];
    int r;

    r = mon_client_fetch_config(conf, conf_seconds_ns(conf, OPT_client_mount_timeout), NULL, err,
                                sizeof(err));
    if (r)
        derr(none, "%s", err);
    return r;
}

static void ended(void *arg)
{
    global_stop(arg);
}

static int serve(struct global *g)
{
    struct osd *osd = malloc(sizeof(*osd));
    char err[ERR_MAX] = "no memory";
    int r = osd ? osd_open(osd, g->conf, err, sizeof(err)) : -ENOMEM;

    if (osd && r == 0) {
        osd->asok = g->asok;
        osd->ended = ended;
        osd->ended_arg = g;
        r = osd_start(osd, err, sizeof(err));
        if (r == 0) {
            global_ready(g);
            global_wait(g);
        }
        osd_stop(osd);
    }
    if (r)
        derr(none, "%s", err);
    else if (atomic_load(&osd->failed)) /* it has been told why */
        r = -EIO;
    if (osd)
        osd_close(osd);
    free(osd);
    return r;
}

static int run(struct global *g)
{
    int r = 0;

    mon_client_end_waits_when(told_to_end, NULL);
    if (!g->args.no_mon_config)
        r = fetch_config(g->conf);
    return r ? r : serve(g);
}

int main(int argc, char **argv)
{
    struct global g;
    struct osd_args a = {0};
    int r = global_init(&g, &program, argc, argv), status = r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;

    if (r == 0) {
        r = parse(&a, g.args.argc, g.args.argv);
        if (r == 0)
            r = check_id(g.conf);
        if (r == 0 && (a.mkfs || a.get_osd_fsid || a.get_cluster_fsid))
            status = offline(g.conf, &a) ? 1 : 0;
        else if (r || global_start(&g))
            status = 1;
        else
            status = run(&g) ? 1 : 0;
    }
    global_shutdown(&g);
    return r < 0 ? 1 : status;
}
