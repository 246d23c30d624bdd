/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * payload: what many payloads begin with, the prefix of messages to monitor services; and by its includes
 * what they are made of.
 *
 * Failures stick in the cursor. Threads: none of its own.
 */
#ifndef CEPH_MESSAGES_PAYLOAD_H
#define CEPH_MESSAGES_PAYLOAD_H

#include <stdint.h>

#include "common/slice_codec.h"
#include "types/string_list.h"

/* version: the map epoch that the sender has, in acks the committed one, else 0. The rest is a constant of
 * old. */
struct paxos_prefix {
    uint64_t version;
    int16_t session_mon;
    uint64_t session_mon_tid;
};
#define PAXOS_PREFIX_INIT(v) ((struct paxos_prefix){.version = (v), .session_mon = -1})

void paxos_prefix_encode(const struct paxos_prefix *p, struct encode *e);
void paxos_prefix_decode(struct paxos_prefix *p, struct decode *d);

#endif
