/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli_watch: the cluster log as it grows (`ceph -w`): lines on standard output, until a signal comes.
 * Threads: the dispatcher runs on the messenger's.
 */
#ifndef CEPH_TOOLS_CLI_WATCH_H
#define CEPH_TOOLS_CLI_WATCH_H

#include <stdatomic.h>

#include "mon_client/mon_client.h"

struct cli_watch {
    const char *level;   /* "debug", "info", "sec", "warn", "error"; NULL: not watching */
    const char *channel; /* "cluster", "audit", ...; "*" for all */
    struct mon_client *mon_client;
    uint64_t last_version; /* dispatch thread only */
};

extern const struct dispatcher_ops cli_watch_ops; /* its argument is a struct cli_watch */

/* Subscribes and waits for SIGINT, SIGTERM or SIGHUP, which the caller has blocked. */
int cli_watch_run(struct cli_watch *w, struct mon_client *mc);

#endif
