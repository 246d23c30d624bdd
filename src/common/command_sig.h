/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command_sig: signatures of commands, as Ceph writes them: words, then arguments.
 *
 *   "config set name=var,type=CephString name=val,type=CephString,n=N"
 *
 * An argument has a name, a type (CephString, CephInt, CephFloat, CephBool, CephChoices with strings=a|b, and
 * others whose form only the command itself checks), n=N for one or more values, req=false where it may be
 * left out, and range=low|high for numbers. They are described to clients in this form and checked against
 * what clients send. Owner: signatures are constant text. Threads: none of its own. Errors: -EINVAL and a
 * message.
 */
#ifndef CEPH_COMMON_COMMAND_SIG_H
#define CEPH_COMMON_COMMAND_SIG_H

#include <jansson.h>
#include <stdbool.h>

#include "common/compiler.h"

struct formatter;

/* The words before the first argument, "config set": malloc'ed, NULL when out of memory. */
char *command_sig_prefix(const char *sig);

/* True when sig is the signature of the command "prefix". */
bool command_sig_matches(const char *sig, const char *prefix);

/* An array of words and argument descriptions, as get_command_descriptions has them, named "sig". */
void command_sig_describe(struct formatter *f, const char *sig);

/* A command, which is JSON, without what may be a secret: for logs. malloc'ed, NULL when out of memory. */
char *command_loggable(const char *text);

/* Checks that the object cmd has every argument it needs and that each is of its type. */
int command_sig_check(const char *sig, const json_t *cmd, char **err) MUST_CHECK;

/* Arguments of a checked command. Strings are borrowed; the default where the argument is missing. Numbers
 * may have come as text. */
const char *command_str(const json_t *cmd, const char *name, const char *missing);
int64_t command_int(const json_t *cmd, const char *name, int64_t missing);
double command_double(const json_t *cmd, const char *name, double missing);
bool command_bool(const json_t *cmd, const char *name, bool missing);

/* All values of an argument with n=N, joined by blanks; malloc'ed, NULL where it is missing or memory is out.
 */
char *command_joined(const json_t *cmd, const char *name);
/* The same as numbers. The array is malloc'ed; NULL, and a *count of 0, where the argument is missing; NULL,
 * but a count, when memory is out. */
double *command_doubles(const json_t *cmd, const char *name, unsigned *count);

#endif
