/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli_types: whether a word of the command line is a value of an argument's type, and the value in JSON.
 * Types are those that daemons name in their command descriptions; of one that is not known here anything is
 * taken, and the daemon is left to judge. Pure.
 */
#ifndef CEPH_TOOLS_CLI_TYPES_H
#define CEPH_TOOLS_CLI_TYPES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

/* Borrowed texts; any may be NULL. */
struct cli_type {
    const char *name;      /* "CephInt", ... */
    const char *range;     /* "0|10" or "0" */
    const char *strings;   /* "a|b": the choices */
    const char *goodchars; /* "[A-Za-z0-9-_.]" */
};

/* A new reference, or NULL with a line in why ("'x' is not a whole number"). */
json_t *cli_type_value(const struct cli_type *type, const char *word, char *why, size_t why_size);

/* True for a switch that needs no value on the command line. */
bool cli_type_is_switch(const struct cli_type *type);

#endif
