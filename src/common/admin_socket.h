/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * admin_socket: the local UNIX socket that `ceph daemon` asks.
 *
 * A client connects, sends one command as a JSON object with a "prefix", ended by NUL or newline, and gets a
 * big-endian 32-bit length and that many bytes of answer. A failed command answers "ERROR: (22) Invalid
 * argument" and a line that says why. Owner: admin_socket_start() and admin_socket_stop(). Threads: one of
 * its own, on which the commands run, one after the other; registering is allowed from any other thread.
 * Errors: negative errno and a message.
 */
#ifndef CEPH_COMMON_ADMIN_SOCKET_H
#define CEPH_COMMON_ADMIN_SOCKET_H

#include <jansson.h>

#include "common/formatter.h"

struct admin_socket;

/* Listens at path. One that is left over from a dead process is replaced; one that is answered is
 * -EADDRINUSE. mode: permissions, or -1 to leave them to the umask. path NULL: there is only the table of
 * commands, for admin_socket_call(). */
int admin_socket_start(struct admin_socket **out, const char *path, int mode, char **err) MUST_CHECK;

/* Ends the thread, closes, and removes the socket's file. NULL is fine. */
void admin_socket_stop(struct admin_socket *as);

/*
 * A command. Either writes one JSON value to f, whose style is what the client asked for, or text to out, or
 * nothing (the answer is then "{}"). cmd has been checked against the signature. Returns 0 or negative errno,
 * then with a message in *err.
 */
typedef int admin_socket_fn(void *arg, const json_t *cmd, struct formatter *f, struct strbuf *out,
                            char **err);

/* sig and help (NULL: not listed) are constant text; see common/command_sig.h. -EEXIST: registered already.
 */
int admin_socket_register(struct admin_socket *as, const char *sig, const char *help, admin_socket_fn *fn,
                          void *arg) MUST_CHECK;

struct admin_socket_command {
    const char *sig, *help;
    admin_socket_fn *fn;
};

/* Registers a table of commands, up to the first that cannot be. */
int admin_socket_register_all(struct admin_socket *as, const struct admin_socket_command *commands,
                              size_t count, void *arg) MUST_CHECK;

/* Removes all commands of arg; a call under way has ended when this returns (unless it is made from the
 * call). */
void admin_socket_unregister(struct admin_socket *as, const void *arg);

/* Runs a command on the calling thread, one at a time with those of the socket; not from within a command.
 * Appends the answer to out, as text or in the style that cmd asks for. */
int admin_socket_call(struct admin_socket *as, const json_t *cmd, struct strbuf *out, char **err) MUST_CHECK;

/* The other side: sends request (JSON) to the socket at path and gives the answer, malloc'ed, NUL-terminated.
 * Waits at most timeout_ms (-1: for ever). */
int admin_socket_ask(const char *path, const char *request, int timeout_ms, char **answer, size_t *len,
                     char **err) MUST_CHECK;

#endif
