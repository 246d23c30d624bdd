/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_bench_wire: the messages that the two ends of ceph-msgr-bench exchange.
 *
 * The server keeps no state for a client: what it has to do stands in the type of each message, so that the
 * hot path carries nothing but the payload, in the data section. tid counts a connection's messages of one
 * direction from 1. Types are far above those that Ceph's daemons use.
 *
 *     client            server
 *     HELLO       ->    HELLO          somebody is there
 *     STATS       ->    STATS          front: struct msgr_bench_stats
 *     ECHO        ->    ECHO           the same data comes back
 *     STREAM      ->    ACK            only where the type has ACK_WANTED: everything up to tid has come
 *     PULL        ->    STREAM ...     front: u32 size, u32 count; tids from the PULL's on
 */
#ifndef CEPH_TOOLS_MSGR_BENCH_WIRE_H
#define CEPH_TOOLS_MSGR_BENCH_WIRE_H

#include "msg/message.h"

enum {
    MSGR_BENCH_HELLO = 0x7f00,
    MSGR_BENCH_STATS,
    MSGR_BENCH_ECHO,
    MSGR_BENCH_STREAM,
    MSGR_BENCH_ACK,
    MSGR_BENCH_PULL,
    MSGR_BENCH_OP_MASK = 0xff0f,
    MSGR_BENCH_ACK_WANTED = 0x10, /* or'ed to STREAM */
    MSGR_BENCH_CHECKED = 0x20,    /* or'ed to ECHO, STREAM, PULL: the data follows the pattern of its tid */
};

#define MSGR_BENCH_SIZE_MAX (64u << 20)
#define MSGR_BENCH_PULL_MAX 65536u /* messages asked for at once */

/* What one process has used so far, and holds now. */
struct msgr_bench_stats {
    uint64_t cpu_ns; /* user and system */
    uint64_t rss;    /* bytes */
    uint64_t threads;
    uint64_t messages, bad; /* received; of these, data that was wrong */
};

/* Takes the bytes from which payloads are cut. Before anything else here. */
int msgr_bench_wire_init(void) MUST_CHECK;
void msgr_bench_wire_fini(void);

struct message *msgr_bench_plain(unsigned type, uint64_t tid);
/* A message with size bytes of data; with CHECKED in type, those of the tid. Copies nothing. */
struct message *msgr_bench_with_data(unsigned type, uint64_t tid, uint32_t size);
/* True when the data is of that size and is what msgr_bench_with_data() gave it. */
bool msgr_bench_data_is_good(const struct message *m, uint32_t size);

struct message *msgr_bench_pull(unsigned type, uint64_t tid, uint32_t size, uint32_t count);
/* -EBADMSG when the front is something else. */
int msgr_bench_read_pull(const struct message *m, uint32_t *size, uint32_t *count) MUST_CHECK;

struct message *msgr_bench_stats_reply(uint64_t tid, const struct msgr_bench_stats *s);
int msgr_bench_read_stats(const struct message *m, struct msgr_bench_stats *s) MUST_CHECK;

/* cpu, rss and threads of this process. */
void msgr_bench_own_stats(struct msgr_bench_stats *s);

#endif
