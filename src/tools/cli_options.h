/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cli_options: the command line of ceph: its own options, taken out of what args_parse() leaves. */
#ifndef CEPH_TOOLS_CLI_OPTIONS_H
#define CEPH_TOOLS_CLI_OPTIONS_H

#include "common/args.h"

extern const struct args_program cli_program;

/* What the command line asks for; texts are the arguments'. */
struct cli_options {
    const char *format, *in_file, *out_file, *admin_socket, *user, *group;
    const char *watch_channel, *watch_level; /* level NULL: not watching */
    unsigned long connect_timeout;           /* seconds; 0: not said */
    bool status, verbose;
    int argc; /* the command */
    char **argv;
};

/* -EINVAL: wrong, and said so. */
int cli_options_parse(struct cli_options *o, struct args *args) MUST_CHECK;

/* Prints "ceph: ARG what" (arg may be NULL) and gives -EINVAL. */
int cli_usage_error(const char *what, const char *arg);

#endif
