/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_command: from the text of a command to its handler, with rights checked and arguments checked against
 * the signature; and the descriptions that `ceph` reads before it sends anything. The commands themselves are
 * in mon_commands.c. Locks: the monitor's.
 */
#ifndef CEPH_MON_MON_COMMAND_H
#define CEPH_MON_MON_COMMAND_H

#include "mon/mon_op.h"

enum mon_command_flags {
    MON_COMMAND_NOFORWARD = 1,
    MON_COMMAND_DEPRECATED = 4,
    MON_COMMAND_HIDDEN = 32,
};

struct mon_command {
    const char *sig;           /* see common/command_sig.h */
    const char *help;          /* one line */
    const char *module, *perm; /* what the client must be allowed: "osd", "rw" */
    unsigned flags;            /* of mon_command_flags */
    /* Returns the result, 0 or negative errno, or MON_OP_WAITS. May be called again from the start when it
     * waited for a service to become writable. */
    int (*handler)(struct mon_op *op);
};

extern const struct mon_command mon_commands[];
extern const unsigned mon_command_count;

/* The object that get_command_descriptions answers; malloc'ed text, NULL: no memory. */
char *mon_command_descriptions(void);

/* Runs the command text (JSON) for op, which has its reply, session and input set; ends it sooner or later.
 */
void mon_command_run(struct mon_op *op, const char *text);

/* Handles an MMonCommand and ends the op. */
void mon_command_handle(struct mon_op *op);

#endif
