/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an open session: one that chooses options, one that cuts the stream, then the stream. What is
 * received with all checks on must be what our send half would have written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "msg/msgr_v1_rx.h"
#include "msg/msgr_v1_tx.h"
#include "test/fuzz/fuzz.h"

enum { OPT_OLD_FOOTER = 1, OPT_NO_CHECKS = 2, OPT_SIGNED = 4, OPT_SMALL_DATA = 8 };

static void require(bool truth)
{
    if (!truth)
        abort();
}

static int check(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f)
{
    (void)arg;
    return f->sig == h->seq ? -EACCES : 0;
}

static int sign(void *arg, const struct msgr_v1_header *h, const struct msgr_v1_footer *f, uint64_t *sig)
{
    const struct msgr_v1_footer *received = arg;

    (void)h;
    (void)f;
    *sig = received->sig;
    return received->flags & MSGR_V1_FOOTER_SIGNED ? 0 : 1;
}

/* Is bytes, which a message was received from, what we would send? */
static void compare(struct msgr_v1_rx_message *m, uint64_t features, const uint8_t *bytes, size_t len)
{
    unsigned known = MSGR_V1_FOOTER_COMPLETE | MSGR_V1_FOOTER_SIGNED;
    struct msgr_v1_tx_options o = {
        .features = features, .crc_header = true, .crc_data = true, .sign = sign, .sign_arg = &m->footer};
    struct msgr_v1_tx_message out = {.header = m->header,
                                     .front_crc = m->footer.front_crc,
                                     .middle_crc = m->footer.middle_crc,
                                     .data_crc = m->footer.data_crc,
                                     .front = &m->front,
                                     .middle = &m->middle,
                                     .data = &m->data};
    struct msgr_v1_tx tx;
    struct iovec iov[8];
    size_t sum;
    int n;

    if (m->footer.flags & ~known)
        return;
    msgr_v1_tx_init(&tx, &o);
    require(msgr_v1_tx_message(&tx, &out) == 0);
    n = msgr_v1_tx_pull(&tx, iov, 8, &sum);
    require(sum == len);
    for (int i = 0; i < n; i++) {
        size_t part = iov[i].iov_len;
        if (i + 1 == n && part == MSGR_V1_FOOTER_OLD_LEN)
            part--; /* its SIGNED flag means nothing and is not kept */
        require(memcmp(iov[i].iov_base, bytes, part) == 0);
        bytes += part;
    }
    msgr_v1_tx_destroy(&tx);
}

/* Gives the machine what follows, as a driver would. */
static size_t give(struct msgr_v1_rx *rx, const uint8_t *bytes, size_t left, size_t piece)
{
    void *ptr;
    size_t n = piece < left ? piece : left, want;

    if (!msgr_v1_rx_want(rx, &ptr, &want)) {
        require(want > 0);
        return msgr_v1_rx_feed(rx, bytes, n);
    }
    n = want < left ? want : left;
    memcpy(ptr, bytes, n);
    msgr_v1_rx_got(rx, n);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msgr_v1_rx_options o = {.features = CEPH_FEATURES_ALL};
    struct msgr_v1_rx rx;
    size_t at = 2, start = 2;

    if (size < 2)
        return 0;
    if (data[0] & OPT_OLD_FOOTER)
        o.features &= ~CEPH_FEATURE_MSG_AUTH;
    o.crc_header = o.crc_data = !(data[0] & OPT_NO_CHECKS);
    o.check = data[0] & OPT_SIGNED ? check : NULL;
    o.data_max = data[0] & OPT_SMALL_DATA ? 1000 : 1 << 20;
    msgr_v1_rx_init(&rx, &o);
    for (;;) {
        struct msgr_v1_rx_event ev;
        enum msgr_v1_rx_kind kind = msgr_v1_rx_next(&rx, &ev);
        if (kind == MSGR_V1_RX_HEADER) {
            require(ev.header.front_len <= MSGR_V1_FRONT_MAX && ev.header.data_len <= o.data_max);
            msgr_v1_rx_proceed(&rx);
            continue;
        }
        if (kind == MSGR_V1_RX_MESSAGE) {
            if (o.crc_header)
                compare(&ev.message, o.features, data + start, at - start);
            msgr_v1_rx_message_destroy(&ev.message);
        }
        if (kind == MSGR_V1_RX_FAILED)
            require(ev.error < 0 && ev.reason[0]);
        if (kind == MSGR_V1_RX_FAILED || kind == MSGR_V1_RX_CLOSE)
            break;
        if (kind != MSGR_V1_RX_NEED_BYTES)
            start = at;
        else if (at == size)
            break;
        else
            at += give(&rx, data + at, size - at, 1u + data[1]);
    }
    msgr_v1_rx_destroy(&rx);
    return 0;
}
