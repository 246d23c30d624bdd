/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli_target: whom a command of the command line is for: the cluster, one monitor, one OSD, or the OSD that a
 * placement group's primary is.
 *
 * Owner: plain values; names are borrowed from the command line. Errors: negative errno.
 */
#ifndef CEPH_TOOLS_CLI_TARGET_H
#define CEPH_TOOLS_CLI_TARGET_H

#include "tools/cli_session.h"
#include "types/pg_id.h"

enum cli_target_kind { CLI_TARGET_CLUSTER, CLI_TARGET_MON, CLI_TARGET_OSD, CLI_TARGET_PG };

struct cli_target {
    enum cli_target_kind kind;
    const char *name; /* as the user has it, "mon.a", "osd.3", "1.2f"; NULL: the cluster */
    int32_t osd;
    struct pg_id pg;
    bool all; /* mon.*, osd.* */
};

/* From the word behind `tell`. -EINVAL: nobody has such a name. */
int cli_target_parse(struct cli_target *t, const char *word) MUST_CHECK;
/* One of several. */
struct cli_target cli_target_mon(const char *name);
struct cli_target cli_target_osd(int32_t osd, const char *name);

/* Sends a command and waits for the answer; connected sessions only. 0: reply is filled in, and the caller's
 * to destroy, whatever its result. */
int cli_target_ask(const struct cli_target *t, struct cli_session *s, const char *json,
                   const struct bufferlist *input, struct mon_command_reply *reply) MUST_CHECK;

#endif
