/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_watchdog: notices calls of the library that do not return, and says so once, and once more when
 * they do.
 *
 * librdmacm accepts one connection at a time and waits for that client's last word; meanwhile whatever
 * changes its tables (listen, connect, accept, close) can block for minutes, and none of it fails. So these
 * calls are made on helper threads only, each between begin and end of a watch.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_WATCHDOG_H
#define CEPH_TRANSPORT_RSOCKETS_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/list.h"

/* What takes longer than this is told, and a thread that is held up as long is replaced where it can be. */
#define RSOCKETS_PATIENCE_NS UINT64_C(1000000000)

struct rsockets_watch {
    const char *what;            /* fixed; "accepting connections" */
    atomic_uint_least64_t since; /* when it began; 0: not going on */
    /* the watchdog's lock */
    uint64_t told; /* the since that was told of */
    struct list link;
};

int rsockets_watchdog_start(void);
void rsockets_watchdog_stop(void);

/* w lives as long as the program. */
void rsockets_watch_init(struct rsockets_watch *w, const char *what);
void rsockets_watch_begin(struct rsockets_watch *w);
void rsockets_watch_end(struct rsockets_watch *w);

/* How long the longest one under way has taken; 0: none is. */
uint64_t rsockets_watchdog_longest_ns(void);

#endif
