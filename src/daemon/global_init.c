/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/global_init.h"

#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/admin_commands.h"
#include "common/log.h"
#include "common/log_conf.h"
#include "common/log_crash.h"
#include "common/version.h"
#include "daemon/privileges.h"
#include "daemon/service_notify.h"

/* The folder of sockets and pid files is often on a tmpfs, empty after each boot. Where it cannot be made,
 * whoever needs it says so. */
static void make_run_dir(struct conf *c)
{
    char *dir = conf_str(c, OPT_run_dir);
    struct privileges p;

    if (*dir && !mkdir(dir, 0755) && !privileges_find(c, &p, NULL) && p.change)
        (void)!chown(dir, p.uid, p.gid);
    free(dir);
}

/* Warnings from the file go to the log, and to standard error when the log does not. */
static void say_warnings(struct global *g)
{
    char *save = NULL, *text = strdup(strbuf_text(&g->args.warnings));
    bool log_shows = conf_bool(g->conf, OPT_log_to_stderr);

    for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
        dout(none, 0, "%s", line);
        if (!log_shows)
            fprintf(stderr, "%s\n", line);
    }
    free(text);
}

static void start_log(struct global *g)
{
    char *err = NULL;

    if (log_apply_conf(g->conf, &err))
        fprintf(stderr, "%s\n", err ? err : "the log could not be set up");
    free(err);
}

static void free_json(void *p)
{
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

int global_init(struct global *g, const struct args_program *p, int argc, char **argv)
{
    struct args_program program = *p;
    char *err = NULL;
    int r;

    memset(g, 0, sizeof(*g));
    daemonize_init(&g->daemonize);
    pid_file_init(&g->pid_file);
    signal_loop_init(&g->signals);
    signal(SIGPIPE, SIG_IGN);
    if (p->flags & ARGS_DAEMON) {
        program.flags |= ARGS_QUIET;
        json_set_alloc_funcs(malloc, free_json); /* commands and their answers have keys in them */
    }
    r = args_parse(&g->args, &program, argc, argv, &err);
    g->conf = g->args.conf;
    if (r) {
        if (r < 0)
            fprintf(stderr, "%s: %s\n", p->name, err ? err : strerror(-r));
        free(err);
        return r;
    }
    start_log(g);
    if (!(p->flags & ARGS_DAEMON))
        return 0;
    say_warnings(g);
    make_run_dir(g->conf);
    r = privileges_drop(g->conf, &err);
    if (r)
        derr(none, "%s", err ? err : strerror(-r));
    free(err);
    return r;
}

static int write_pid(struct global *g, char **err)
{
    char *path = conf_str(g->conf, OPT_pid_file);
    int r = *path ? pid_file_create(&g->pid_file, path, err) : 0;

    free(path);
    return r;
}

/* A daemon without its admin socket does its work all the same, and answers `ceph tell`. */
static void start_admin_socket(struct global *g)
{
    char *path = conf_str(g->conf, OPT_admin_socket), *mode = conf_str(g->conf, OPT_admin_socket_mode);
    char *err = NULL, *end;
    long bits = strtol(mode, &end, 8);

    if (*mode && (*end || bits < 0 || bits > 0777))
        derr(none, "admin_socket_mode: '%s' is not an octal mode such as 0770", mode);
    else if (*path && admin_socket_start(&g->asok, path, *mode ? (int)bits : -1, &err))
        derr(none, "%s", err ? err : "admin socket: out of memory");
    if (!g->asok && admin_socket_start(&g->asok, NULL, -1, NULL))
        derr(none, "admin socket: out of memory");
    if (g->asok && admin_commands_register(g->asok, g->conf))
        derr(none, "admin socket: out of memory");
    free(err);
    free(mode);
    free(path);
}

static int go_background(struct global *g, char **err)
{
    char *dir = conf_str(g->conf, OPT_chdir);
    int r = conf_bool(g->conf, OPT_daemonize) ? daemonize_fork(&g->daemonize, err) : 0;

    if (!r && *dir && chdir(dir))
        r = err_set(err, -errno, "cannot change to folder %s: %s", dir, strerror(errno));
    free(dir);
    return r;
}

int global_start(struct global *g)
{
    char *err = NULL;
    int r = go_background(g, &err);

    if (!r)
        r = signal_loop_start(&g->signals, &err);
    if (!r)
        r = write_pid(g, &err);
    if (r) {
        derr(none, "%s", err ? err : strerror(-r));
        free(err);
        return r;
    }
    if (conf_bool(g->conf, OPT_fatal_signal_handlers))
        log_crash_install();
    r = log_start();
    if (r) {
        derr(none, "the log thread cannot start: %s", strerror(-r));
        return r;
    }
    log_follow_conf(g->conf);
    conf_started(g->conf);
    g->started = true;
    dout(none, 0, "%s, process %s, pid %d", CEPH_VERSION_TEXT, program_invocation_short_name, (int)getpid());
    start_admin_socket(g);
    return 0;
}

void global_ready(struct global *g)
{
    g->is_ready = true;
    service_notify_ready();
    daemonize_ready(&g->daemonize);
}

int global_wait(struct global *g)
{
    int number = signal_loop_wait(&g->signals, log_reopen);

    if (number)
        dout(none, 0, "got signal %s", number == SIGTERM ? "Terminated" : "Interrupt");
    service_notify_stopping();
    return number;
}

void global_stop(struct global *g)
{
    signal_loop_stop(&g->signals);
}

void global_shutdown(struct global *g)
{
    admin_socket_stop(g->asok);
    g->asok = NULL;
    if (g->started)
        log_unfollow_conf(g->conf);
    g->started = false;
    log_shutdown();
    pid_file_remove(&g->pid_file);
    signal_loop_destroy(&g->signals);
    daemonize_destroy(&g->daemonize);
    args_destroy(&g->args);
    g->conf = NULL;
}
