/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rsockets_options: the ms_rsockets_* options as they were at the first start. Fixed after that. */
#ifndef CEPH_TRANSPORT_RSOCKETS_OPTIONS_H
#define CEPH_TRANSPORT_RSOCKETS_OPTIONS_H

#include <stdint.h>

#include "common/compiler.h"

struct conf;

/* Listening rsockets of a process: each costs three descriptors and a slot in a table of the library's. */
#define RSOCKETS_MAX_LISTENERS 63

struct rsockets_options {
    unsigned max_connections;
    unsigned closers;
    int sndbuf, rcvbuf; /* bytes; 0: the library's choice, here and below */
    unsigned sqsize, rqsize;
    int inline_size; /* -1: the library's choice */
    uint64_t accept_tick_ns, connect_timeout_ns, close_timeout_ns;
};

extern struct rsockets_options rsockets_options;

/* conf NULL: the defaults. -ENOMEM. */
int rsockets_options_read(const struct conf *conf) MUST_CHECK;

#endif
