/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * global_init: how a daemon comes up and goes down.
 *
 *   global_init()      command line, ceph.conf, log; then privileges are given up. No thread runs yet.
 *   (the program)      its own arguments; --mkfs and the like; whatever can fail early, with a line on stderr
 *   global_start()     background: fork, where the parent waits; pid file; log thread; crash handler; admin
 * socket. Nothing that lives in threads or in RDMA may exist before this: it does not survive the fork. (the
 * program)      threads, messengers, listeners; may still fail visibly global_ready()     the parent leaves
 * with status 0, systemd hears READY=1, standard output and error are closed global_wait()      SIGHUP opens
 * the log anew; returns on SIGTERM, SIGINT or global_stop() (the program)      stops its threads
 *   global_shutdown()  the reverse of global_start() and global_init()
 *
 * A daemon that fails before global_ready() just calls global_shutdown() and leaves with its status: the
 * waiting parent leaves with the same. Owner: struct global is the caller's storage. Threads: the main one,
 * but for global_stop(). Errors: negative errno, after one line to the log, which means to standard error as
 * well.
 */
#ifndef CEPH_DAEMON_GLOBAL_INIT_H
#define CEPH_DAEMON_GLOBAL_INIT_H

#include "common/admin_socket.h"
#include "common/args.h"
#include "daemon/daemonize.h"
#include "daemon/pid_file.h"
#include "daemon/signal_loop.h"

struct global {
    struct conf *conf;         /* from global_init() on */
    struct admin_socket *asok; /* from global_start() on; NULL where none is wanted or possible */
    struct args args;          /* args.argc and args.argv: what is left for the program */
    /* private */
    struct daemonize daemonize;
    struct pid_file pid_file;
    struct signal_loop signals;
    bool started, is_ready;
};

/* 0: go on. 1: all was said (--help, --version...): leave with status 0. Negative: leave with status 1.
 * Whatever it returns, global_shutdown() is fine. */
int global_init(struct global *g, const struct args_program *p, int argc, char **argv) MUST_CHECK;

int global_start(struct global *g) MUST_CHECK;
void global_ready(struct global *g);

/* Returns the signal, or 0 after global_stop(). */
int global_wait(struct global *g);

/* Makes global_wait() return, now or when it is called. From any thread, not from signal handlers. */
void global_stop(struct global *g);

void global_shutdown(struct global *g);

#endif
