/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_statfs.h"

#include <inttypes.h>
#include <stdio.h>

static void statfs_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg UNUSED)
{
    struct m_statfs *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    if (version < 2)
        return;
    m->has_pool = decode_bool(d);
    if (m->has_pool)
        m->pool = decode_s64(d);
}

static void statfs_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                          struct message_version *v UNUSED)
{
    const struct m_statfs *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    encode_bool(e, m->has_pool);
    if (m->has_pool)
        encode_s64(e, m->pool);
}

static void statfs_destroy(void *payload UNUSED)
{
}

static void statfs_describe(const void *payload, char *buf, size_t size)
{
    const struct m_statfs *m = payload;

    if (m->has_pool)
        snprintf(buf, size, "pool %" PRId64 " v%" PRIu64, m->pool, m->paxos.version);
    else
        snprintf(buf, size, "v%" PRIu64, m->paxos.version);
}

const struct message_codec m_statfs_codec = {
    .type = MSG_STATFS,
    .version = 2,
    .compat = 1,
    .size = sizeof(struct m_statfs),
    .decode = statfs_decode,
    .encode = statfs_encode,
    .destroy = statfs_destroy,
    .describe = statfs_describe,
};

static void statfs_reply_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                                const struct message *msg UNUSED)
{
    struct m_statfs_reply *m = payload;

    fsid_decode(&m->fsid, d);
    m->version = decode_u64(d);
    m->kb = decode_u64(d);
    m->kb_used = decode_u64(d);
    m->kb_avail = decode_u64(d);
    m->num_objects = decode_u64(d);
}

static void statfs_reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                                struct message_version *v UNUSED)
{
    const struct m_statfs_reply *m = payload;

    fsid_encode(&m->fsid, e);
    encode_u64(e, m->version);
    encode_u64(e, m->kb);
    encode_u64(e, m->kb_used);
    encode_u64(e, m->kb_avail);
    encode_u64(e, m->num_objects);
}

static void statfs_reply_destroy(void *payload UNUSED)
{
}

static void statfs_reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_statfs_reply *m = payload;

    snprintf(buf, size, "%" PRIu64 "/%" PRIu64 " KiB used, %" PRIu64 " objects", m->kb_used, m->kb,
             m->num_objects);
}

const struct message_codec m_statfs_reply_codec = {
    .type = MSG_STATFS_REPLY,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_statfs_reply),
    .decode = statfs_reply_decode,
    .encode = statfs_reply_encode,
    .destroy = statfs_reply_destroy,
    .describe = statfs_reply_describe,
};
