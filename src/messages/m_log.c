/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"

void log_entry_encode(const struct log_entry *l, struct encode *e, uint64_t features)
{
    size_t place = encode_begin_struct(e, 5, 5);

    entity_id_encode(&l->name, e);
    entity_name_encode(&l->rank, e);
    entity_addrvec_encode(&l->addrs, features, e);
    utime_encode(l->stamp, e);
    encode_u64(e, l->seq);
    encode_u16(e, l->priority);
    encode_string(e, l->message);
    encode_string(e, l->channel);
    encode_end_struct(e, place);
}

void log_entry_decode(struct log_entry *l, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 5, &v);
    int r;

    *l = (struct log_entry){0};
    if (v < 5) /* of releases before Nautilus */
        decode_fail(&body, -EOPNOTSUPP);
    r = entity_id_decode(&l->name, &body);
    if (r)
        decode_fail(&body, r);
    entity_name_decode(&l->rank, &body);
    entity_addrvec_decode(&l->addrs, &body);
    l->stamp = utime_decode(&body);
    l->seq = decode_u64(&body);
    l->priority = decode_u16(&body);
    l->message = decode_string(&body);
    l->channel = decode_string(&body);
    decode_end(d, &body);
}

int log_entry_copy(struct log_entry *to, const struct log_entry *from)
{
    struct log_entry copy = {
        .name.type = from->name.type,
        .name.id = strdup(from->name.id ? from->name.id : ""),
        .rank = from->rank,
        .stamp = from->stamp,
        .seq = from->seq,
        .priority = from->priority,
        .message = strdup(from->message ? from->message : ""),
        .channel = strdup(from->channel ? from->channel : ""),
    };
    int r = entity_addrvec_copy(&copy.addrs, &from->addrs);

    if (r || !copy.name.id || !copy.message || !copy.channel) {
        log_entry_destroy(&copy);
        r = -ENOMEM;
    }
    *to = copy;
    return r;
}

void log_entry_destroy(struct log_entry *l)
{
    entity_id_destroy(&l->name);
    entity_addrvec_destroy(&l->addrs);
    free(l->message);
    free(l->channel);
    *l = (struct log_entry){0};
}

const char *log_entry_priority_name(uint16_t priority)
{
    static const char *const names[] = {"DBG", "INF", "SEC", "WRN", "ERR"};

    return priority < ARRAY_SIZE(names) ? names[priority] : "???";
}

/* The smallest entry: head, two names, a blank address, stamp, seq, priority and two empty texts. */
#define LOG_ENTRY_MIN (6 + 8 + ENTITY_NAME_WIRE_LEN + 5 + 8 + 8 + 2 + 4 + 4)

static void log_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                       const struct message *msg UNUSED)
{
    struct m_log *m = payload;
    uint32_t n;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    n = decode_count(d, LOG_ENTRY_MIN);
    m->entries = n ? calloc(n, sizeof(*m->entries)) : NULL;
    if (n && !m->entries) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (m->count = 0; m->count < n && !decode_error(d); m->count++)
        log_entry_decode(&m->entries[m->count], d);
}

static void log_encode(const void *payload, struct encode *e, uint64_t features,
                       struct message_version *v UNUSED)
{
    const struct m_log *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++)
        log_entry_encode(&m->entries[i], e, features);
}

static void log_destroy(void *payload)
{
    struct m_log *m = payload;

    for (uint32_t i = 0; i < m->count; i++)
        log_entry_destroy(&m->entries[i]);
    free(m->entries);
}

static void log_describe(const void *payload, char *buf, size_t size)
{
    const struct m_log *m = payload;

    if (m->count)
        snprintf(buf, size, "%" PRIu32 " entries from seq %" PRIu64, m->count, m->entries[0].seq);
    else
        snprintf(buf, size, "no entries");
}

const struct message_codec m_log_codec = {
    .type = MSG_LOG,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_log),
    .features_mask = CEPH_FEATURE_MSG_ADDR2,
    .decode = log_decode,
    .encode = log_encode,
    .destroy = log_destroy,
    .describe = log_describe,
};

static void log_ack_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg UNUSED)
{
    struct m_log_ack *m = payload;

    fsid_decode(&m->fsid, d);
    m->last_seq = decode_u64(d);
    m->channel = decode_string(d);
}

static void log_ack_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_log_ack *m = payload;

    fsid_encode(&m->fsid, e);
    encode_u64(e, m->last_seq);
    encode_string(e, m->channel);
}

static void log_ack_destroy(void *payload)
{
    struct m_log_ack *m = payload;

    free(m->channel);
}

static void log_ack_describe(const void *payload, char *buf, size_t size)
{
    const struct m_log_ack *m = payload;

    snprintf(buf, size, "last %" PRIu64, m->last_seq);
}

const struct message_codec m_log_ack_codec = {
    .type = MSG_LOGACK,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_log_ack),
    .decode = log_ack_decode,
    .encode = log_ack_encode,
    .destroy = log_ack_destroy,
    .describe = log_ack_describe,
};
