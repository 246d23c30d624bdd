/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conf_expand: replaces $name and ${name} in the text of an option. (pure but for $host and $pid)
 * A name that is unknown, refers to itself or goes beyond the limits below stays as it is.
 */
#ifndef CEPH_COMMON_CONF_EXPAND_H
#define CEPH_COMMON_CONF_EXPAND_H

#include <stddef.h>

#define CONF_EXPAND_MAX   65536 /* bytes of an expanded text */
#define CONF_EXPAND_DEPTH 16    /* variables inside of variables */
#define CONF_EXPAND_COUNT \
    1024 /* variables in all: two that name a third twice each, and so on, soon are many */

/* Gives the text of a variable, borrowed, or NULL when it has none. $host and $pid are known without it. */
typedef const char *conf_lookup_fn(void *arg, const char *name, size_t len);

/* A malloc'ed copy; NULL when out of memory. self is the name whose value text is, or NULL. */
char *conf_expand_text(const char *self, const char *text, conf_lookup_fn *lookup, void *arg);

/* $pid as another number, for tools that speak of another process; 0: our own. */
void conf_expand_pid(long pid);

#endif
