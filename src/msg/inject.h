/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inject: the genuine ms_inject_* and ms_blackhole_* options: faults, delays and losses on purpose, for tests
 * of what stands on a messenger. All off by default; off, each costs one relaxed load. Read anew each time,
 * so that they can be switched while a daemon runs.
 */
#ifndef CEPH_MSG_INJECT_H
#define CEPH_MSG_INJECT_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct message;

/* 0 to 2^32-1, for faults and random starts; not for secrets. */
uint32_t inject_random(void);

/* ms_inject_socket_failures: true once in that many calls. */
bool inject_socket_failure(const struct conf *conf);
/* ms_inject_internal_delays: sleeps at awkward places. */
void inject_internal_delay(const struct conf *conf);
/* ms_inject_delay_*: how long this message of a peer of that type shall be held, in nanoseconds; mostly 0. */
uint64_t inject_message_delay(const struct conf *conf, uint32_t peer_type, uint16_t message_type);
/* ms_blackhole_*: what peers of that type send is dropped. */
bool inject_blackhole(const struct conf *conf, uint32_t peer_type);

#endif
