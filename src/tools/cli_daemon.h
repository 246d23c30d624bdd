/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cli_daemon: `ceph daemon`: a command for a daemon on this machine, by its admin socket. */
#ifndef CEPH_TOOLS_CLI_DAEMON_H
#define CEPH_TOOLS_CLI_DAEMON_H

#include "common/args.h"

/* The socket of a daemon by its name ("mon.a"), as the configuration that args read has it; malloc'ed. NULL
 * with a line in *err. */
char *cli_daemon_socket_path(const struct args *args, const char *name, char **err);

/* Sends the command and prints the answer. format: NULL for the daemon's default. Returns the exit status;
 * errors have been printed. */
int cli_daemon_command(const char *path, int argc, char *const *argv, const char *format);

#endif
