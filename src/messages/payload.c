/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/payload.h"

#include <errno.h>

void paxos_prefix_encode(const struct paxos_prefix *p, struct encode *e)
{
    encode_u64(e, p->version);
    encode_u16(e, (uint16_t)p->session_mon);
    encode_u64(e, p->session_mon_tid);
}

void paxos_prefix_decode(struct paxos_prefix *p, struct decode *d)
{
    p->version = decode_u64(d);
    p->session_mon = (int16_t)decode_u16(d);
    p->session_mon_tid = decode_u64(d);
}

void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent)
{
    const uint8_t *p = decode_take(d, n);

    *s = (struct slice){0};
    if (!p || n == 0)
        return;
    if (parent->buf) {
        *s = (struct slice){.buf = buffer_get(parent->buf), .data = p, .len = n};
        return;
    }
    *s = slice_of(buffer_create_copy(p, n));
    if (!s->buf)
        decode_fail(d, -ENOMEM);
}

void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent)
{
    uint32_t len = decode_u32(d);

    slice_decode_bytes(s, len, d, parent);
}

void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent)
{
    struct decode ahead = *d;
    uint8_t version;

    /* Only its length is of interest, so no compat version is too new. */
    decode_struct(&ahead, UINT8_MAX, &version);
    if (decode_error(&ahead))
        decode_fail(d, decode_error(&ahead));
    slice_decode_bytes(s, (size_t)(ahead.p - d->p), d, parent);
}
