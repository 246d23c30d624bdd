/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_pg_stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { ITEM_MIN = PG_ID_WIRE_LEN + 6, POOL_MIN = 8 + 6 }; /* bytes */

static void items_decode(struct m_pg_stats *m, struct decode *d)
{
    uint32_t n = decode_count(d, ITEM_MIN);

    m->items = n ? calloc(n, sizeof(*m->items)) : NULL;
    if (n && !m->items)
        decode_fail(d, -ENOMEM);
    for (m->count = 0; m->count < n && !decode_error(d); m->count++) {
        m->items[m->count].pg = pg_id_decode(d);
        pg_stat_decode(&m->items[m->count].stat, d);
    }
}

static void pools_decode(struct m_pg_stats *m, struct decode *d)
{
    uint32_t n = decode_count(d, POOL_MIN);

    m->pools = n ? calloc(n, sizeof(*m->pools)) : NULL;
    if (n && !m->pools)
        decode_fail(d, -ENOMEM);
    for (m->pool_count = 0; m->pool_count < n && !decode_error(d); m->pool_count++) {
        m->pools[m->pool_count].pool = decode_s64(d);
        store_statfs_decode(&m->pools[m->pool_count].statfs, d);
    }
}

static void pg_stats_decode(void *payload, struct decode *d, uint16_t version,
                            const struct message *msg UNUSED)
{
    struct m_pg_stats *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    osd_stat_decode(&m->osd, d);
    items_decode(m, d);
    m->epoch = decode_u32(d);
    m->had_map_for = utime_decode(d);
    if (version >= 2)
        pools_decode(m, d);
}

static void pg_stats_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                            struct message_version *v UNUSED)
{
    const struct m_pg_stats *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    osd_stat_encode(&m->osd, e);
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        pg_id_encode(m->items[i].pg, e);
        pg_stat_encode(&m->items[i].stat, e);
    }
    encode_u32(e, m->epoch);
    utime_encode(m->had_map_for, e);
    encode_u32(e, m->pool_count);
    for (uint32_t i = 0; i < m->pool_count; i++) {
        encode_s64(e, m->pools[i].pool);
        store_statfs_encode(&m->pools[i].statfs, e);
    }
}

static void pg_stats_destroy(void *payload)
{
    struct m_pg_stats *m = payload;

    osd_stat_destroy(&m->osd);
    for (uint32_t i = 0; i < m->count; i++)
        pg_stat_destroy(&m->items[i].stat);
    free(m->items);
    free(m->pools);
}

static void pg_stats_describe(const void *payload, char *buf, size_t size)
{
    const struct m_pg_stats *m = payload;

    snprintf(buf, size, "%u pgs seq %llu v %llu", m->count, (unsigned long long)m->osd.seq,
             (unsigned long long)m->paxos.version);
}

const struct message_codec m_pg_stats_codec = {
    .type = MSG_PGSTATS,
    .version = 2,
    .compat = 1,
    .size = sizeof(struct m_pg_stats),
    .decode = pg_stats_decode,
    .encode = pg_stats_encode,
    .destroy = pg_stats_destroy,
    .describe = pg_stats_describe,
};
