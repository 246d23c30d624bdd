/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/payload.h"

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
