/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_rx: the receive half of an open session: bytes in, checked messages and control events out.
 *
 * The driver reads where want() says, into its own read-ahead buffer (then feed()) or straight into a large
 * section (then got()), and asks next() what came of it:
 *
 *     for (;;) {
 *         switch (msgr_v1_rx_next(&rx, &ev)) {
 *         case MSGR_V1_RX_HEADER:   throttle; msgr_v1_rx_proceed(&rx); break;    (or come back later)
 *         case MSGR_V1_RX_MESSAGE:  use and destroy ev.message; break;
 *         case MSGR_V1_RX_ACK: ...
 *         case MSGR_V1_RX_NEED_BYTES: feed what is left of the read-ahead; else read more; break;
 *         case MSGR_V1_RX_FAILED:   fault, ev.error, ev.reason
 *         }
 *     }
 *
 * Nothing of a message is shown before its crcs and its signature have passed; its lengths are bounded before
 * memory is taken; crcs are computed as pieces land. No I/O, locks or clock.
 *
 * Owner: the driver's storage (init/destroy). Threads: one at a time. Errors: FAILED with -EBADMSG (crc, tag,
 * aborted message), -E2BIG (over a limit), -EACCES (signature), -ENOMEM, and one line: a fault of the
 * connection, final. See: src/test/unit/msg/test_msgr_v1_rx.c, src/test/fuzz/fuzz_msgr_rx.c.
 */
#ifndef CEPH_MSG_MSGR_V1_RX_H
#define CEPH_MSG_MSGR_V1_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "msg/msgr_v1_wire.h"
#include "types/utime.h"

/* Is the signature right? 0 or a negative errno. Called after the crcs have passed, with MSG_AUTH or without.
 */
typedef int (*msgr_v1_check_fn)(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f);

struct msgr_v1_rx_options {
    uint64_t features;         /* of the session */
    bool crc_header, crc_data; /* check them (ms_crc_header: also front and middle) */
    uint32_t data_max;         /* bytes of data that we take; 0: MSGR_V1_DATA_MAX_DEFAULT */
    msgr_v1_check_fn check;    /* may be NULL */
    void *check_arg;
};

struct msgr_v1_rx_message {
    struct msgr_v1_header header;
    struct msgr_v1_footer footer;
    struct slice front, middle; /* whoever took the event owns them */
    struct bufferlist data;     /* one slice or none; large ones start at data_off mod 4096 of a page */
};
void msgr_v1_rx_message_destroy(struct msgr_v1_rx_message *m);

enum msgr_v1_rx_kind {
    MSGR_V1_RX_NEED_BYTES,
    MSGR_V1_RX_HEADER,         /* header: crc and lengths are fine; waits for proceed() */
    MSGR_V1_RX_MESSAGE,        /* message: complete and checked; the driver's from now on */
    MSGR_V1_RX_ACK,            /* seq */
    MSGR_V1_RX_KEEPALIVE,      /* no answer wanted */
    MSGR_V1_RX_KEEPALIVE2,     /* stamp: send it back */
    MSGR_V1_RX_KEEPALIVE2_ACK, /* stamp: ours, come back */
    MSGR_V1_RX_CLOSE,          /* the peer ends the session; final */
    MSGR_V1_RX_FAILED,         /* final */
};

struct msgr_v1_rx_event {
    union {
        struct msgr_v1_header header;
        struct msgr_v1_rx_message message;
        uint64_t seq;
        struct utime stamp;
        struct {
            int error;
            const char *reason; /* the machine's, until destroyed */
        };
    };
};

struct msgr_v1_rx {
    struct msgr_v1_rx_options options; /* fixed after init */

    /* ---- the machine's own ---- */
    unsigned state;
    enum msgr_v1_rx_kind pending; /* what next() will give */
    uint8_t scratch[MSGR_V1_HEADER_LEN];
    size_t have, need; /* of scratch, or of the section that is being received */
    uint8_t tag;
    struct msgr_v1_rx_message message; /* under construction */
    struct buffer *section;            /* the one that bytes land in */
    uint32_t crcs[3];                  /* of front, middle and data, as far as they came */
    int error;
    char reason[160];
};

void msgr_v1_rx_init(struct msgr_v1_rx *rx, const struct msgr_v1_rx_options *options);
void msgr_v1_rx_destroy(struct msgr_v1_rx *rx);

/*
 * Where the next bytes should land. True: *ptr and *len, a large part of a section; read up to that many
 * straight there and call got(). Only when the read-ahead is empty: bytes that are there already go through
 * feed(). False: read into the read-ahead; *len is how many bytes would at least complete the current item.
 */
bool msgr_v1_rx_want(struct msgr_v1_rx *rx, void **ptr, size_t *len);
void msgr_v1_rx_got(struct msgr_v1_rx *rx, size_t n);

/* Takes bytes up to the next event and says how many; none while an event waits to be fetched. */
size_t msgr_v1_rx_feed(struct msgr_v1_rx *rx, const void *bytes, size_t len);

/* The next event; HEADER is given again until proceed(), CLOSE and FAILED for ever, the others once. */
enum msgr_v1_rx_kind msgr_v1_rx_next(struct msgr_v1_rx *rx, struct msgr_v1_rx_event *event);

/* The driver has room for the message whose HEADER it saw. */
void msgr_v1_rx_proceed(struct msgr_v1_rx *rx);

const char *msgr_v1_rx_kind_name(enum msgr_v1_rx_kind k);

#endif
