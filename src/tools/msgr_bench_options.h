/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msgr_bench_options: what the command line of ceph-msgr-bench asks for, besides the configuration. */
#ifndef CEPH_TOOLS_MSGR_BENCH_OPTIONS_H
#define CEPH_TOOLS_MSGR_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "tools/msgr_bench_client.h"

#define MSGR_BENCH_SIZES_MAX       64
#define MSGR_BENCH_DEPTH_MAX       65536u
#define MSGR_BENCH_CONNECTIONS_MAX 1000000u

enum msgr_bench_role {
    MSGR_BENCH_SERVER,
    MSGR_BENCH_CLIENT,
    MSGR_BENCH_SELF, /* a client, and a server in a process of its own */
};

enum msgr_bench_format { MSGR_BENCH_PLAIN, MSGR_BENCH_JSON, MSGR_BENCH_JSON_PRETTY };

struct msgr_bench_options {
    enum msgr_bench_role role;
    const char *address; /* as given; NULL: none */
    bool raw;
    unsigned connections;
    uint32_t sizes[MSGR_BENCH_SIZES_MAX];
    unsigned size_count;
    enum msgr_bench_auth auths[MSGR_BENCH_AUTHS];
    unsigned auth_count;
    struct msgr_bench_case what; /* all but size */
    enum msgr_bench_format format;
};

extern const char msgr_bench_usage[];

const char *msgr_bench_pattern_name(enum msgr_bench_pattern p);
/* argv: what args_parse() left over. False with a line in err. */
bool msgr_bench_options_parse(struct msgr_bench_options *o, int argc, char **argv, char *err,
                              size_t err_size) MUST_CHECK;

#endif
