/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli_commands: the commands that a daemon describes, and finding the one that a command line means.
 *
 * A signature is a row of words and arguments. Words stand for themselves; arguments are given by place, or
 * as --name=value, --name value, or for switches --name. The command whose words fit and whose arguments are
 * all valid is taken; the one with more words wins.
 * Owner: init and destroy on the caller's storage. Pure. See: src/test/unit/tools/test_cli_commands.c.
 */
#ifndef CEPH_TOOLS_CLI_COMMANDS_H
#define CEPH_TOOLS_CLI_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>

#include "common/compiler.h"
#include "common/strbuf.h"
#include "tools/cli_types.h"

enum cli_command_flags {
    CLI_COMMAND_OBSOLETE = 2,
    CLI_COMMAND_DEPRECATED = 4,
    CLI_COMMAND_MGR = 8,
    CLI_COMMAND_HIDDEN = 32,
};

/* Texts are borrowed from the descriptions. */
struct cli_arg {
    const char *word; /* a literal; NULL: an argument */
    const char *name;
    struct cli_type type;
    bool required;
    unsigned most; /* how many values it takes; UINT_MAX: as many as there are */
};

struct cli_command {
    struct cli_arg *args;
    unsigned count;
    const char *help;
    unsigned flags;
};

struct cli_commands {
    json_t *descriptions;
    struct cli_command *list; /* in the order of the descriptions */
    unsigned count;
};

/* Reads what get_command_descriptions answered. On failure err says what is wrong and nothing is left. */
int cli_commands_parse(struct cli_commands *c, const char *text, size_t len, char *err,
                       size_t err_size) MUST_CHECK;
void cli_commands_destroy(struct cli_commands *c);

/*
 * The request for a command line: {"prefix": ..., argument: value, ...}, a new reference. NULL: no command
 * fits, and out has got some lines for the user: what is wrong with it, or which commands come near.
 */
json_t *cli_commands_match(const struct cli_commands *c, int argc, char *const *argv, struct strbuf *out);

/* "osd pool create <pool> [<pg_num>] ..." */
void cli_command_usage(const struct cli_command *cmd, struct strbuf *out);

/* All commands that are meant for people and begin with partial (NULL: all), with their help, for a terminal
 * of this width. Returns how many there were. */
unsigned cli_commands_help(const struct cli_commands *c, const char *partial, unsigned width,
                           struct strbuf *out);

#endif
