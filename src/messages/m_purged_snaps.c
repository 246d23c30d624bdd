/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_purged_snaps.h"

#include <stdio.h>

static void nothing_to_free(void *payload UNUSED)
{
}

/* ---- purged snaps ---- */

static void get_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                       const struct message *msg UNUSED)
{
    struct m_mon_get_purged_snaps *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->start = decode_u32(d);
    m->last = decode_u32(d);
}

static void get_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                       struct message_version *v UNUSED)
{
    const struct m_mon_get_purged_snaps *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->start);
    encode_u32(e, m->last);
}

static void get_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_get_purged_snaps *m = payload;

    snprintf(buf, size, "[%u,%u)", m->start, m->last);
}

const struct message_codec m_mon_get_purged_snaps_codec = {
    .type = MSG_MON_GET_PURGED_SNAPS,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_get_purged_snaps),
    .decode = get_decode,
    .encode = get_encode,
    .destroy = nothing_to_free,
    .describe = get_describe,
};

static void reply_decode(void *payload, struct decode *d, uint16_t version UNUSED, const struct message *msg)
{
    struct m_mon_get_purged_snaps_reply *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->start = decode_u32(d);
    m->last = decode_u32(d);
    slice_decode_bytes(&m->snaps, decode_left(d), d, &msg->front);
}

static void reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_mon_get_purged_snaps_reply *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->start);
    encode_u32(e, m->last);
    if (m->snaps.len)
        encode_bytes(e, m->snaps.data, m->snaps.len);
    else
        encode_u32(e, 0);
}

static void reply_destroy(void *payload)
{
    struct m_mon_get_purged_snaps_reply *m = payload;

    slice_put(&m->snaps);
}

static void reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_get_purged_snaps_reply *m = payload;

    snprintf(buf, size, "[%u,%u) %zu bytes", m->start, m->last, m->snaps.len);
}

const struct message_codec m_mon_get_purged_snaps_reply_codec = {
    .type = MSG_MON_GET_PURGED_SNAPS_REPLY,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_get_purged_snaps_reply),
    .decode = reply_decode,
    .encode = reply_encode,
    .destroy = reply_destroy,
    .describe = reply_describe,
};

/* ---- maps by epoch ---- */

static void get_osdmap_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                              const struct message *msg UNUSED)
{
    struct m_mon_get_osdmap *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->full_first = decode_u32(d);
    m->full_last = decode_u32(d);
    m->inc_first = decode_u32(d);
    m->inc_last = decode_u32(d);
}

static void get_osdmap_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                              struct message_version *v UNUSED)
{
    const struct m_mon_get_osdmap *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->full_first);
    encode_u32(e, m->full_last);
    encode_u32(e, m->inc_first);
    encode_u32(e, m->inc_last);
}

static void get_osdmap_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_get_osdmap *m = payload;

    snprintf(buf, size, "full %u-%u inc %u-%u", m->full_first, m->full_last, m->inc_first, m->inc_last);
}

const struct message_codec m_mon_get_osdmap_codec = {
    .type = MSG_MON_GET_OSDMAP,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_get_osdmap),
    .decode = get_osdmap_decode,
    .encode = get_osdmap_encode,
    .destroy = nothing_to_free,
    .describe = get_osdmap_describe,
};
