/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message_codec: how the payload of one type of message is read, written and shown.
 *
 * For each payload struct X, MESSAGE_CODEC(X) gives:
 *     int X_decode(struct X *out, const struct message *m)
 *         Reads a received message. -EBADMSG: malformed; -EOPNOTSUPP: too new; -EPROTOTYPE: another type. On
 *         success the caller destroys out later; on failure nothing is left in it. What is a slice in X
 *         refers to the message's buffer and may outlive the message.
 *     struct message *X_message(struct X *payload)
 *         A message to send. The contents of payload become the message's, also on failure (NULL: no memory),
 *         and payload is left empty. Version and encoding are what the peer understands. Data, tid and
 *         priority are set by the caller afterwards.
 *     void X_destroy(struct X *payload)
 *         Frees the contents. Fine for a zeroed struct, and twice.
 * Threads: none of its own; encoders run on the thread that sends.
 */
#ifndef CEPH_MESSAGES_MESSAGE_CODEC_H
#define CEPH_MESSAGES_MESSAGE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"
#include "messages/message_types.h"
#include "msg/message.h"

/* What an encoder chose. */
struct message_version {
    uint16_t version, compat;
};

struct message_codec {
    uint16_t type;
    uint16_t version;       /* newest that we know; messages that demand more of us are refused */
    uint16_t compat;        /* of that version */
    uint16_t size;          /* of the payload struct */
    uint64_t features_mask; /* peer features that change the encoding; 0: it is always the same */

    /* version: of the sender. Failures stick in d. */
    void (*decode)(void *payload, struct decode *d, uint16_t version, const struct message *m);
    /* v holds the codec's version and may be changed to an older one. */
    void (*encode)(const void *payload, struct encode *e, uint64_t features, struct message_version *v);
    void (*destroy)(void *payload);
    /* Text in brackets after the name, for logs; NULL: nothing to show. */
    void (*describe)(const void *payload, char *buf, size_t size);
};

int message_codec_decode(const struct message_codec *codec, void *payload,
                         const struct message *m) MUST_CHECK;
struct message *message_codec_message(const struct message_codec *codec, void *payload);
void message_codec_destroy(const struct message_codec *codec, void *payload);
/* The payload of a message that X_message() made and that is encoded by features; NULL for all others. */
const void *message_codec_peek_payload(const struct message *m);

#define MESSAGE_CODEC(X)                                                            \
    extern const struct message_codec X##_codec;                                    \
    static inline MUST_CHECK int X##_decode(struct X *out, const struct message *m) \
    {                                                                               \
        return message_codec_decode(&X##_codec, out, m);                            \
    }                                                                               \
    static inline struct message *X##_message(struct X *payload)                    \
    {                                                                               \
        return message_codec_message(&X##_codec, payload);                          \
    }                                                                               \
    static inline void X##_destroy(struct X *payload)                               \
    {                                                                               \
        message_codec_destroy(&X##_codec, payload);                                 \
    }

#endif
