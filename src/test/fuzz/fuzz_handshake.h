/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz_handshake: what drives either side of a handshake with any bytes, cut anywhere. */
#ifndef CEPH_TEST_FUZZ_FUZZ_HANDSHAKE_H
#define CEPH_TEST_FUZZ_FUZZ_HANDSHAKE_H

#include <stdlib.h>

#include "msg/msgr_v1_handshake.h"
#include "test/fuzz/fuzz.h"

static inline void require(bool truth)
{
    if (!truth)
        abort();
}

static inline unsigned decide(uint32_t *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 16) % n;
}

/* Feeds data to a handshake that was begun; answer() says whether it gave what the handshake wants to know.
 */
static inline void drive(struct msgr_v1_handshake *hs,
                         bool (*answer)(struct msgr_v1_handshake *hs, uint32_t *choices), uint32_t choices,
                         const uint8_t *data, size_t size)
{
    size_t len, at = 0;

    for (;;) {
        while (answer(hs, &choices))
            ;
        if (msgr_v1_handshake_pull(hs, &len))
            msgr_v1_handshake_sent(hs, 1 + decide(&choices, (unsigned)(len < 400 ? len : 400)));
        if (at == size || hs->step != MSGR_V1_NEED_IO)
            break;
        len = 1 + decide(&choices, 300);
        len = len < size - at ? len : size - at;
        at += msgr_v1_handshake_feed(hs, data + at, len);
    }
    require(hs->step != MSGR_V1_FAILED || (hs->error < 0 && hs->reason[0]));
    require(hs->step == MSGR_V1_NEED_IO || msgr_v1_handshake_feed(hs, "x", 1) == 0);
}

#endif
