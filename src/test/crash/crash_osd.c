/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A whole ceph-osd, with a client: its files from --mkfs on, through several deaths in the middle of what it
 * writes. Each lane is an object that the client changes (osd_change.h), several changes under way at a time;
 * what the OSD has not answered is sent again to the next. What is told durable is what was acknowledged.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "common/compiler.h"
#include "test/crash/crash_subject.h"
#include "test/crash/journal.h"
#include "test/crash/osd_change.h"

enum { LIVES = 6, PATH_ROOM = 512 };
enum { FEWEST_RECORDS = 150, MORE_RECORDS = 500 }; /* of a life */

/* ---- the cluster ---- */

struct rig {
    char conf[PATH_ROOM], preload[PATH_ROOM + 16];
    const char *dir;
    int journal;
};

/* A program and its arguments. It ends with this one. */
static pid_t start(const char *const *argv)
{
    extern char **environ;
    const char *all[24] = {"setpriv", "--pdeathsig", "KILL"};
    unsigned n = 3;
    pid_t pid;

    while (*argv && n + 1 < ARRAY_SIZE(all))
        all[n++] = *argv++;
    return posix_spawnp(&pid, all[0], NULL, NULL, (char *const *)all, environ) ? -1 : pid;
}

static bool ends_well(pid_t pid)
{
    int status;

    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* osd-cluster.sh says what the steps do. */
static bool take_step(const struct rig *g, const char *step)
{
    const char *srcdir = getenv("srcdir");
    char script[PATH_ROOM];
    const char *const argv[] = {"bash", script, step, g->dir, g->preload, NULL};

    snprintf(script, sizeof(script), "%s/src/test/crash/osd-cluster.sh", srcdir ? srcdir : ".");
    return ends_well(start(argv));
}

static pid_t start_mon(const struct rig *g)
{
    const char *const argv[] = {"src/mon/ceph-mon", "-c", g->conf, "-i", "a", "-f", NULL};

    return start(argv);
}

/* records: after so many it dies; 0: never. */
static pid_t start_osd(const struct rig *g, unsigned records)
{
    char limit[64];
    const char *const argv[] = {"env", g->preload, limit, "src/osd/ceph-osd", "-c", g->conf, "-i",
                                "0",   "-f",       NULL};

    snprintf(limit, sizeof(limit), JOURNAL_RECORDS_ENV "=%u", records);
    return start(argv);
}

static bool stop(pid_t pid)
{
    return pid > 0 && kill(pid, SIGTERM) == 0 && ends_well(pid);
}

/* ---- the client ---- */

struct lane {
    unsigned id;
    int journal;
    uint64_t next;
    rados_completion_t under_way[CHANGES_AT_ONCE];
    atomic_bool *failed;
};

struct client {
    rados_t cluster;
    rados_ioctx_t io;
    struct lane lanes[CRASH_LANES];
    atomic_bool over, failed;
};

struct told {
    struct lane *lane;
    uint64_t number;
};

static void acknowledged(rados_completion_t completion, void *arg)
{
    struct told *t = arg;
    char mark[40];
    int r = rados_aio_get_return_value(completion);

    snprintf(mark, sizeof(mark), "%u %" PRIu64, t->lane->id, t->number);
    if (r)
        printf("# change %s gave %d\n", mark, r);
    if (r || journal_mark(t->lane->journal, mark))
        *t->lane->failed = true;
    free(t);
}

static void await(struct lane *l, unsigned slot)
{
    if (!l->under_way[slot])
        return;
    rados_aio_wait_for_complete_and_cb(l->under_way[slot]);
    rados_aio_release(l->under_way[slot]);
    l->under_way[slot] = NULL;
}

static void change_next(struct client *c, struct lane *l)
{
    struct told *t = malloc(sizeof(*t));
    unsigned slot = l->next % CHANGES_AT_ONCE;
    struct change change;
    char name[LANE_NAME_MAX];
    rados_write_op_t w;

    await(l, slot);
    if (!t || rados_aio_create_completion2(t, acknowledged, &l->under_way[slot]))
        abort();
    *t = (struct told){l, l->next};
    change_make(&change, l->id, l->next++);
    w = change_op(&change);
    lane_name(l->id, name);
    if (rados_aio_write_op_operate(w, c->io, l->under_way[slot], name, NULL, 0))
        abort();
    rados_release_write_op(w);
}

static void *change_all(void *arg)
{
    struct client *c = arg;

    while (!c->over && !c->failed)
        for (unsigned i = 0; i < CRASH_LANES; i++)
            change_next(c, &c->lanes[i]);
    for (unsigned i = 0; i < CRASH_LANES; i++)
        for (unsigned slot = 0; slot < CHANGES_AT_ONCE; slot++)
            await(&c->lanes[i], slot);
    return NULL;
}

static bool connect_client(struct client *c, const struct rig *g)
{
    for (unsigned i = 0; i < CRASH_LANES; i++)
        c->lanes[i] = (struct lane){.id = i, .journal = g->journal, .failed = &c->failed};
    return rados_create2(&c->cluster, "ceph", "client.admin", 0) == 0 &&
           rados_conf_read_file(c->cluster, g->conf) == 0 && rados_connect(c->cluster) == 0 &&
           rados_ioctx_create(c->cluster, "p", &c->io) == 0;
}

/* Each ends in the middle of a write, but for the last. */
static bool live(const struct rig *g, struct client *c)
{
    unsigned seed = 1;
    pthread_t thread;
    pid_t osd;

    if (!connect_client(c, g) || pthread_create(&thread, NULL, change_all, c))
        return false;
    for (unsigned i = 1; i < LIVES && !c->failed; i++) {
        osd = start_osd(g, FEWEST_RECORDS + (unsigned)rand_r(&seed) % MORE_RECORDS);
        if (ends_well(osd))
            c->failed = true; /* it was to be killed */
    }
    osd = start_osd(g, 0);
    c->over = true;
    pthread_join(thread, NULL);
    rados_ioctx_destroy(c->io);
    rados_shutdown(c->cluster);
    return stop(osd) && !c->failed;
}

static bool run(const char *dir, int journal, unsigned session UNUSED)
{
    struct client c = {.over = false};
    struct rig g = {.dir = dir, .journal = journal};
    const char *preload = getenv("LD_PRELOAD");
    pid_t mon = -1;
    bool good;

    snprintf(g.preload, sizeof(g.preload), "LD_PRELOAD=%s", preload ? preload : "");
    snprintf(g.conf, sizeof(g.conf), "%s.cluster/ceph.conf", dir);
    unsetenv("LD_PRELOAD"); /* the OSD alone is watched */
    good = take_step(&g, "make") && journal_mark(journal, "made") == 0;
    if (good)
        mon = start_mon(&g);
    good = good && take_step(&g, "join") && live(&g, &c);
    good = (mon < 0 || stop(mon)) && good;
    return take_step(&g, "remove") && good;
}

const struct crash_subject crash_osd = {"osd", 1, run, crash_osd_check};
