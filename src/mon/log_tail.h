/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log_tail: the newest entries of the cluster log, so many of each channel, in the order they came.
 * Owner: init and destroy on the caller's storage. Threads: none of its own. Errors: -ENOMEM.
 */
#ifndef CEPH_MON_LOG_TAIL_H
#define CEPH_MON_LOG_TAIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/list.h"
#include "common/strbuf.h"
#include "messages/m_log.h"

struct log_tail_entry {
    struct list entry;
    struct log_entry e;
};

struct log_tail {
    struct list entries; /* oldest first */
    unsigned count;
};

void log_tail_init(struct log_tail *t);
void log_tail_destroy(struct log_tail *t);

/* Copies the entry; forgets the oldest of its channel when there are more than per_channel of it. */
int log_tail_add(struct log_tail *t, const struct log_entry *e, unsigned per_channel) MUST_CHECK;
/* Is this entry there already (sent again after a reconnect)? */
bool log_tail_has(const struct log_tail *t, const struct log_entry *e);

/* Does an entry belong to this channel ("*": any) and level? */
bool log_entry_matches(const struct log_entry *e, const char *channel, unsigned level);

/* "debug" to "error", also "sec": the level; -1 for anything else. */
int log_entry_level_parse(const char *name);

/* The line of `log last`, without a newline. */
void log_entry_print(const struct log_entry *e, struct strbuf *out);
json_t *log_entry_dump(const struct log_entry *e); /* a new reference; NULL: no memory */

#endif
