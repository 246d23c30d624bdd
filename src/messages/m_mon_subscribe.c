/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mon_subscribe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"

int m_mon_subscribe_add(struct m_mon_subscribe *m, const char *what, uint64_t start, uint8_t flags)
{
    struct mon_subscribe_item *grown = realloc(m->items, (m->count + 1) * sizeof(*grown));
    char *copy = strdup(what);
    uint32_t at = 0;

    if (grown)
        m->items = grown;
    if (!grown || !copy) {
        free(copy);
        return -ENOMEM;
    }
    while (at < m->count && strcmp(grown[at].what, what) < 0)
        at++;
    memmove(grown + at + 1, grown + at, (m->count - at) * sizeof(*grown));
    grown[at] = (struct mon_subscribe_item){.what = copy, .start = start, .flags = flags};
    m->count++;
    return 0;
}

/* The old form tells what is had, 0 for nothing, and the new one what is wanted. */
static void decode_old_item(struct mon_subscribe_item *item, struct decode *d)
{
    uint64_t have;

    decode_u64(d);
    have = decode_u64(d);
    item->start = have ? have + 1 : 0;
    item->flags = decode_bool(d) ? MON_SUBSCRIBE_ONETIME : 0;
}

static void encode_old_item(const struct mon_subscribe_item *item, struct encode *e)
{
    encode_u64(e, 0);
    encode_u64(e, item->start ? item->start - 1 : 0);
    encode_bool(e, item->flags & MON_SUBSCRIBE_ONETIME);
}

static void mon_subscribe_decode(void *payload, struct decode *d, uint16_t version,
                                 const struct message *msg UNUSED)
{
    struct m_mon_subscribe *m = payload;
    uint32_t n = decode_count(d, 4 + 8 + 1);

    m->items = n ? calloc(n, sizeof(*m->items)) : NULL;
    if (n && !m->items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (m->count = 0; m->count < n && !decode_error(d); m->count++) {
        struct mon_subscribe_item *item = &m->items[m->count];

        item->what = decode_string(d);
        if (version == 0) {
            decode_old_item(item, d);
            continue;
        }
        item->start = decode_u64(d);
        item->flags = decode_u8(d);
    }
    if (version >= 3)
        m->hostname = decode_string(d);
}

static void mon_subscribe_encode(const void *payload, struct encode *e, uint64_t features,
                                 struct message_version *v)
{
    const struct m_mon_subscribe *m = payload;
    bool old = !ceph_has_feature(features, CEPH_FEATURE_MON_STATEFUL_SUB);

    if (old)
        v->version = 0;
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        encode_string(e, m->items[i].what);
        if (old) {
            encode_old_item(&m->items[i], e);
            continue;
        }
        encode_u64(e, m->items[i].start);
        encode_u8(e, m->items[i].flags);
    }
    if (!old)
        encode_string(e, m->hostname);
}

static void mon_subscribe_destroy(void *payload)
{
    struct m_mon_subscribe *m = payload;

    for (uint32_t i = 0; i < m->count; i++)
        free(m->items[i].what);
    free(m->items);
    free(m->hostname);
}

static void mon_subscribe_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_subscribe *m = payload;
    size_t at = (size_t)snprintf(buf, size, "{");

    for (uint32_t i = 0; i < m->count && at < size; i++)
        at += (size_t)snprintf(buf + at, size - at, "%s%s=%" PRIu64 "%s", i ? "," : "", m->items[i].what,
                               m->items[i].start, m->items[i].flags & MON_SUBSCRIBE_ONETIME ? "" : "+");
    if (at < size)
        snprintf(buf + at, size - at, "}");
}

const struct message_codec m_mon_subscribe_codec = {
    .type = MSG_MON_SUBSCRIBE,
    .version = 3,
    .compat = 1,
    .size = sizeof(struct m_mon_subscribe),
    .features_mask = CEPH_FEATURE_MON_STATEFUL_SUB,
    .decode = mon_subscribe_decode,
    .encode = mon_subscribe_encode,
    .destroy = mon_subscribe_destroy,
    .describe = mon_subscribe_describe,
};

static void mon_subscribe_ack_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                                     const struct message *msg UNUSED)
{
    struct m_mon_subscribe_ack *m = payload;

    m->interval = decode_u32(d);
    fsid_decode(&m->fsid, d);
}

static void mon_subscribe_ack_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                                     struct message_version *v UNUSED)
{
    const struct m_mon_subscribe_ack *m = payload;

    encode_u32(e, m->interval);
    fsid_encode(&m->fsid, e);
}

static void mon_subscribe_ack_destroy(void *payload UNUSED)
{
}

static void mon_subscribe_ack_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_subscribe_ack *m = payload;

    snprintf(buf, size, "%" PRIu32 "s", m->interval);
}

const struct message_codec m_mon_subscribe_ack_codec = {
    .type = MSG_MON_SUBSCRIBE_ACK,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_subscribe_ack),
    .decode = mon_subscribe_ack_decode,
    .encode = mon_subscribe_ack_encode,
    .destroy = mon_subscribe_ack_destroy,
    .describe = mon_subscribe_ack_describe,
};
