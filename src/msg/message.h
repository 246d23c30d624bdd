/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message: the counted envelope that travels: type, priority, transaction id, and the sections front, middle
 * and data.
 *
 * Owner: whoever holds a reference; sending gives one away. A message is immutable once it was sent: it may
 * be queued on several connections at once, and may go out again after a reconnect. What differs by
 * transmission (seq, header, footer, signature) is not in here. Threads: building and reading need one thread
 * at a time; get, put and message_encoding_for() may be called by any.
 */
#ifndef CEPH_MSG_MESSAGE_H
#define CEPH_MSG_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/encode.h"
#include "common/list.h"
#include "types/entity_name.h"

struct connection;
struct throttle;

enum message_priority {
    MESSAGE_PRIO_LOW = 64,
    MESSAGE_PRIO_DEFAULT = 127,
    MESSAGE_PRIO_HIGH = 196,
    MESSAGE_PRIO_HIGHEST = 255,
};

/* Front and middle as one set of peer features needs them. */
struct message_encoding {
    uint64_t features; /* masked by the encoder's mask */
    uint16_t version, compat_version;
    struct slice front, middle;
    uint32_t front_crc, middle_crc;
    struct message_encoding *next; /* the message's: other feature sets */
};

/* Makes front and middle (and version, compat_version) for a peer with these features. Called at most once
 * for each different (features & mask); must depend on nothing else. */
typedef int (*message_encode_fn)(void *payload, uint64_t features, struct message_encoding *out);

struct message {
    atomic_uint refs;

    /* The envelope: fixed once sent. */
    uint16_t type, version, compat_version, priority;
    uint16_t data_off;
    uint64_t tid;
    struct slice front, middle;
    struct bufferlist data;

    /* Received messages only. */
    struct connection *con; /* a reference; NULL on messages that we made */
    struct entity_name src; /* what the header said: believe the connection instead */
    uint64_t seq;
    struct list queue_link; /* the dispatch queue's */
    uint32_t throttled_bytes;
    void (*unthrottle)(struct message *m); /* gives back what the reader took; called by the last put */

    /* Sent messages: payload by features. */
    message_encode_fn encode;
    uint64_t encode_mask;
    void *payload;
    void (*payload_free)(void *payload);
    _Atomic(struct message_encoding *) encodings; /* entries are fixed and stay until the message goes */
    struct message_encoding first_encoding;       /* most messages have no other */
    atomic_bool data_crc_known;
    uint32_t data_crc; /* fixed once known */
};

struct message *message_create(uint16_t type, uint16_t version, uint16_t compat_version);
struct message *message_get(struct message *m);
void message_put(struct message *m); /* NULL is fine */

/* Takes the bytes of e (also on error) as the front. */
int message_set_front(struct message *m, struct encode *e) MUST_CHECK;
/* The payload is encoded when it is known what the peer understands; it becomes the message's, also on error.
 */
void message_set_payload(struct message *m, message_encode_fn encode, uint64_t features_mask, void *payload,
                         void (*payload_free)(void *payload));

/* Front and middle for these features, encoded now if need be. Borrowed; lives as long as the message. NULL:
 * no memory or the encoder failed. */
const struct message_encoding *message_encoding_for(struct message *m, uint64_t features);
/* crc of the data section, computed once. */
uint32_t message_data_crc(struct message *m);

static inline size_t message_size(const struct message *m)
{
    return m->front.len + m->middle.len + m->data.len;
}

#endif
