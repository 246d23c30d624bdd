/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * payload: what many payloads are made of: the prefix of messages to monitor services, and bytes that are
 * passed on as they came.
 *
 * Owner: a decoded slice holds a reference, which the caller puts, also after a failure. Failures stick in
 * the cursor. Threads: none of its own.
 */
#ifndef CEPH_MESSAGES_PAYLOAD_H
#define CEPH_MESSAGES_PAYLOAD_H

#include <stdint.h>

#include "common/buffer.h"
#include "common/decode.h"
#include "common/encode.h"
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

/* A blob {u32 length, bytes} as a slice of its own: a reference to parent's buffer where there is one, else a
 * copy. parent is what d reads. */
void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent);
/* n bytes, the same way. */
void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent);
/* A whole versioned struct, head included, not looked into. */
void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent);
static inline void slice_encode_blob(const struct slice *s, struct encode *e)
{
    encode_blob(e, s->data, s->len);
}

#endif
