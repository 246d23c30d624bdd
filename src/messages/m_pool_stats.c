/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_pool_stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void get_pool_stats_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                                  const struct message *msg UNUSED)
{
    struct m_get_pool_stats *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    string_list_decode(&m->pools, d);
}

static void get_pool_stats_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                                  struct message_version *v UNUSED)
{
    const struct m_get_pool_stats *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    string_list_encode(&m->pools, e);
}

static void get_pool_stats_destroy(void *payload)
{
    struct m_get_pool_stats *m = payload;

    string_list_destroy(&m->pools);
}

static void get_pool_stats_describe(const void *payload, char *buf, size_t size)
{
    const struct m_get_pool_stats *m = payload;

    snprintf(buf, size, "%" PRIu32 " pools v%" PRIu64, m->pools.count, m->paxos.version);
}

const struct message_codec m_get_pool_stats_codec = {
    .type = MSG_GETPOOLSTATS,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_get_pool_stats),
    .decode = get_pool_stats_decode,
    .encode = get_pool_stats_encode,
    .destroy = get_pool_stats_destroy,
    .describe = get_pool_stats_describe,
};

static void reply_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_get_pool_stats_reply *m = payload;
    uint32_t n;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    n = decode_count(d, 4 + 6);
    m->items = n ? calloc(n, sizeof(*m->items)) : NULL;
    if (n && !m->items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (m->count = 0; m->count < n && !decode_error(d); m->count++) {
        m->items[m->count].pool = decode_string(d);
        slice_decode_struct(&m->items[m->count].stat, d, &msg->front);
    }
    if (version >= 2)
        m->per_pool = decode_bool(d);
}

static void reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_get_pool_stats_reply *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        encode_string(e, m->items[i].pool);
        encode_bytes(e, m->items[i].stat.data, m->items[i].stat.len);
    }
    encode_bool(e, m->per_pool);
}

static void reply_destroy(void *payload)
{
    struct m_get_pool_stats_reply *m = payload;

    for (uint32_t i = 0; i < m->count; i++) {
        free(m->items[i].pool);
        slice_put(&m->items[i].stat);
    }
    free(m->items);
}

static void reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_get_pool_stats_reply *m = payload;

    snprintf(buf, size, "%" PRIu32 " pools v%" PRIu64, m->count, m->paxos.version);
}

const struct message_codec m_get_pool_stats_reply_codec = {
    .type = MSG_GETPOOLSTATSREPLY,
    .version = 2,
    .compat = 1,
    .size = sizeof(struct m_get_pool_stats_reply),
    .decode = reply_decode,
    .encode = reply_encode,
    .destroy = reply_destroy,
    .describe = reply_describe,
};
