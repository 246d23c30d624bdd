/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int add_item(struct osd_map_item **items, uint32_t *count, uint32_t epoch, struct slice map)
{
    struct osd_map_item *grown = realloc(*items, (*count + 1) * sizeof(*grown));

    if (!grown) {
        slice_put(&map);
        return -ENOMEM;
    }
    *items = grown;
    grown[(*count)++] = (struct osd_map_item){.epoch = epoch, .map = map};
    return 0;
}

int m_osd_map_add_full(struct m_osd_map *m, uint32_t epoch, struct slice map)
{
    return add_item(&m->fulls, &m->full_count, epoch, map);
}

int m_osd_map_add_incremental(struct m_osd_map *m, uint32_t epoch, struct slice map)
{
    return add_item(&m->incrementals, &m->incremental_count, epoch, map);
}

static void decode_items(struct osd_map_item **items, uint32_t *count, struct decode *d,
                         const struct slice *front)
{
    uint32_t n = decode_count(d, 4 + 4);

    *items = n ? calloc(n, sizeof(**items)) : NULL;
    if (n && !*items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (; *count < n && !decode_error(d); (*count)++) {
        (*items)[*count].epoch = decode_u32(d);
        slice_decode_blob(&(*items)[*count].map, d, front);
    }
}

static void encode_items(const struct osd_map_item *items, uint32_t count, struct encode *e)
{
    encode_u32(e, count);
    for (uint32_t i = 0; i < count; i++) {
        encode_u32(e, items[i].epoch);
        slice_encode_blob(&items[i].map, e);
    }
}

/* Walks over map<s64 pool, intervals> to find where it ends, and keeps it if it is not empty. */
static void decode_gap_removed_snaps(struct slice *s, struct decode *d, const struct slice *front)
{
    struct decode ahead = *d;
    uint32_t pools = decode_count(&ahead, 8 + 4);

    for (uint32_t i = 0; i < pools && !decode_error(&ahead); i++) {
        decode_u64(&ahead);
        decode_take(&ahead, (size_t)decode_count(&ahead, 16) * 16);
    }
    if (decode_error(&ahead))
        decode_fail(d, decode_error(&ahead));
    if (pools)
        slice_decode_bytes(s, (size_t)(ahead.p - d->p), d, front);
    else
        decode_u32(d);
}

static void osd_map_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_osd_map *m = payload;

    fsid_decode(&m->fsid, d);
    decode_items(&m->incrementals, &m->incremental_count, d, &msg->front);
    decode_items(&m->fulls, &m->full_count, d, &msg->front);
    if (version >= 2) {
        m->oldest = decode_u32(d);
        m->newest = decode_u32(d);
    }
    if (version >= 4)
        decode_gap_removed_snaps(&m->gap_removed_snaps, d, &msg->front);
}

static void osd_map_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_osd_map *m = payload;

    fsid_encode(&m->fsid, e);
    encode_items(m->incrementals, m->incremental_count, e);
    encode_items(m->fulls, m->full_count, e);
    encode_u32(e, m->oldest);
    encode_u32(e, m->newest);
    if (m->gap_removed_snaps.len)
        encode_bytes(e, m->gap_removed_snaps.data, m->gap_removed_snaps.len);
    else
        encode_u32(e, 0);
}

static void osd_map_destroy(void *payload)
{
    struct m_osd_map *m = payload;

    for (uint32_t i = 0; i < m->incremental_count; i++)
        slice_put(&m->incrementals[i].map);
    free(m->incrementals);
    for (uint32_t i = 0; i < m->full_count; i++)
        slice_put(&m->fulls[i].map);
    free(m->fulls);
    slice_put(&m->gap_removed_snaps);
}

static void osd_map_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_map *m = payload;
    uint32_t first = UINT32_MAX, last = 0;

    for (uint32_t i = 0; i < m->full_count; i++) {
        first = m->fulls[i].epoch < first ? m->fulls[i].epoch : first;
        last = m->fulls[i].epoch > last ? m->fulls[i].epoch : last;
    }
    for (uint32_t i = 0; i < m->incremental_count; i++) {
        first = m->incrementals[i].epoch < first ? m->incrementals[i].epoch : first;
        last = m->incrementals[i].epoch > last ? m->incrementals[i].epoch : last;
    }
    if (m->full_count + m->incremental_count == 0)
        first = 0;
    snprintf(buf, size, "%" PRIu32 "..%" PRIu32 " src has %" PRIu32 "..%" PRIu32, first, last, m->oldest,
             m->newest);
}

const struct message_codec m_osd_map_codec = {
    .type = MSG_OSD_MAP,
    .version = 4,
    .compat = 3,
    .size = sizeof(struct m_osd_map),
    .decode = osd_map_decode,
    .encode = osd_map_encode,
    .destroy = osd_map_destroy,
    .describe = osd_map_describe,
};
