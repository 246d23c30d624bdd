/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_tx: the send half of an open session: messages and control items in, gathered byte vectors out.
 *
 * Payload is never copied: a queued message refers to the caller's slices until its last byte was sent, and
 * is then released. Up to MSGR_V1_TX_SLOTS items wait here, in the order they were given; what the session
 * keeps for a resend is the session's business, not ours. No I/O, locks or clock.
 *
 * Owner: the driver's storage (init/destroy). Threads: one at a time (the tx lock's holder); release
 * functions are called under it and must not take locks of a lower rank. Errors: negative errno. See:
 * src/test/unit/msg/test_msgr_v1_tx.c.
 */
#ifndef CEPH_MSG_MSGR_V1_TX_H
#define CEPH_MSG_MSGR_V1_TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "common/buffer.h"
#include "common/compiler.h"
#include "msg/msgr_v1_wire.h"
#include "types/utime.h"

#define MSGR_V1_TX_SLOTS 16

/* Makes the signature of a message whose header and footer are complete but for it. 0 and sets *sig; 1: this
 * session does not sign; or a negative errno. */
typedef int (*msgr_v1_sign_fn)(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f,
                               uint64_t *sig);

struct msgr_v1_tx_options {
    uint64_t features;         /* of the session */
    bool crc_header, crc_data; /* send them (ms_crc_header: also front and middle) */
    msgr_v1_sign_fn sign;      /* may be NULL; only asked with MSG_AUTH */
    void *sign_arg;
};

/* One message to send. */
struct msgr_v1_tx_message {
    /* Everything but the lengths and the crc, which are filled in here. seq is the session's. */
    struct msgr_v1_header header;
    uint32_t front_crc, middle_crc, data_crc; /* computed before the tx lock was taken */
    /* Borrowed: the bytes and the slice array of data must stay until release. */
    const struct slice *front, *middle; /* NULL: empty */
    const struct bufferlist *data;      /* NULL: empty */
    void (*release)(void *arg);         /* called once: sent, or dropped by reset or destroy; may be NULL */
    void *release_arg;
};

struct msgr_v1_tx_slot {
    uint8_t head[1 + MSGR_V1_HEADER_LEN]; /* tag and header, or a whole control item */
    uint8_t foot[MSGR_V1_FOOTER_LEN];
    uint8_t head_len, foot_len;
    uint64_t len; /* of all */
    const struct slice *front, *middle;
    const struct bufferlist *data;
    void (*release)(void *arg);
    void *release_arg;
};

struct msgr_v1_tx {
    struct msgr_v1_tx_options options; /* fixed after init */
    struct msgr_v1_tx_slot slots[MSGR_V1_TX_SLOTS];
    unsigned first, count;
    uint64_t first_sent;   /* how much of the first slot went */
    uint64_t bytes_queued; /* not sent yet, all slots */
};

void msgr_v1_tx_init(struct msgr_v1_tx *tx, const struct msgr_v1_tx_options *options);
/* Releases what was not sent. */
void msgr_v1_tx_destroy(struct msgr_v1_tx *tx);

static inline unsigned msgr_v1_tx_room(const struct msgr_v1_tx *tx)
{
    return MSGR_V1_TX_SLOTS - tx->count;
}
static inline bool msgr_v1_tx_empty(const struct msgr_v1_tx *tx)
{
    return tx->count == 0;
}

/*
 * Queue an item. -EAGAIN: no slot is free. Message: also what sign gave, and -E2BIG for a section that does
 * not fit the header's fields; on error nothing is queued and release is not called.
 */
int msgr_v1_tx_message(struct msgr_v1_tx *tx, const struct msgr_v1_tx_message *m) MUST_CHECK;
int msgr_v1_tx_ack(struct msgr_v1_tx *tx, uint64_t seq) MUST_CHECK;
int msgr_v1_tx_keepalive(struct msgr_v1_tx *tx) MUST_CHECK; /* peers without MSGR_KEEPALIVE2 */
int msgr_v1_tx_keepalive2(struct msgr_v1_tx *tx, struct utime stamp) MUST_CHECK;
int msgr_v1_tx_keepalive2_ack(struct msgr_v1_tx *tx, struct utime stamp) MUST_CHECK;
int msgr_v1_tx_close(struct msgr_v1_tx *tx) MUST_CHECK;

/*
 * Fills at most max vectors with what goes out next, over as many items as fit, and returns how many; 0:
 * there is nothing. *bytes (may be NULL) gets their sum. Changes nothing. A batch ends behind a KEEPALIVE:
 * Ceph 16.2 leaves what comes in one piece behind it unread.
 */
int msgr_v1_tx_pull(const struct msgr_v1_tx *tx, struct iovec *iov, int max, size_t *bytes);
/* n bytes of that went: items that are complete are released. */
void msgr_v1_tx_sent(struct msgr_v1_tx *tx, size_t n);

#endif
