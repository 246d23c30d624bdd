/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log_entry: one entry of the log and queues of them. Inside of the log only. */
#ifndef CEPH_COMMON_LOG_ENTRY_H
#define CEPH_COMMON_LOG_ENTRY_H

#include <stdint.h>
#include <time.h>

#include "common/log.h"

struct log_entry {
    struct log_entry *next;
    uint64_t stamp_ns; /* real time */
    uint64_t thread;
    int16_t level;
    uint16_t subsys;
    bool to_sinks; /* else for the ring only */
    uint32_t len;  /* without the NUL */
    char text[];
};

struct log_queue {
    struct log_entry *first, **last;
    unsigned count;
};

#define LOG_QUEUE_INIT(q)   \
    {                       \
        NULL, &(q).first, 0 \
    }

static inline void log_queue_init(struct log_queue *q)
{
    q->first = NULL;
    q->last = &q->first;
    q->count = 0;
}

static inline void log_queue_push(struct log_queue *q, struct log_entry *e)
{
    e->next = NULL;
    *q->last = e;
    q->last = &e->next;
    q->count++;
}

static inline struct log_entry *log_queue_pop(struct log_queue *q)
{
    struct log_entry *e = q->first;

    if (e) {
        q->first = e->next;
        if (!q->first)
            q->last = &q->first;
        q->count--;
    }
    return e;
}

#define LOG_HEAD_MAX 80

/*
 * Writes the head of an entry's line, "2026-01-31T12:00:00.123456+0000 7f0123456789 -1 ", and returns its
 * length. utc_offset is in seconds. Calls nothing that a signal handler must not call.
 */
unsigned log_entry_head(const struct log_entry *e, int utc_offset, char out[static LOG_HEAD_MAX]);

/* What local time is ahead of UTC at that moment, in seconds. Not for signal handlers. */
int log_utc_offset(time_t at);

#endif
