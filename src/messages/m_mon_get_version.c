/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mon_get_version.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void get_version_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                               const struct message *msg UNUSED)
{
    struct m_mon_get_version *m = payload;

    m->handle = decode_u64(d);
    m->what = decode_string(d);
}

static void get_version_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                               struct message_version *v UNUSED)
{
    const struct m_mon_get_version *m = payload;

    encode_u64(e, m->handle);
    encode_string(e, m->what);
}

static void get_version_destroy(void *payload)
{
    struct m_mon_get_version *m = payload;

    free(m->what);
}

static void get_version_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_get_version *m = payload;

    snprintf(buf, size, "what=%s handle=%" PRIu64, m->what, m->handle);
}

const struct message_codec m_mon_get_version_codec = {
    .type = MSG_MON_GET_VERSION,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_get_version),
    .decode = get_version_decode,
    .encode = get_version_encode,
    .destroy = get_version_destroy,
    .describe = get_version_describe,
};

static void get_version_reply_decode(void *payload, struct decode *d, uint16_t version,
                                     const struct message *msg UNUSED)
{
    struct m_mon_get_version_reply *m = payload;

    m->handle = decode_u64(d);
    m->newest = decode_u64(d);
    if (version >= 2)
        m->oldest = decode_u64(d);
}

static void get_version_reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                                     struct message_version *v UNUSED)
{
    const struct m_mon_get_version_reply *m = payload;

    encode_u64(e, m->handle);
    encode_u64(e, m->newest);
    encode_u64(e, m->oldest);
}

static void get_version_reply_destroy(void *payload UNUSED)
{
}

static void get_version_reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_get_version_reply *m = payload;

    snprintf(buf, size, "handle=%" PRIu64 " version=%" PRIu64, m->handle, m->newest);
}

const struct message_codec m_mon_get_version_reply_codec = {
    .type = MSG_MON_GET_VERSION_REPLY,
    .version = 2,
    .compat = 2,
    .size = sizeof(struct m_mon_get_version_reply),
    .decode = get_version_reply_decode,
    .encode = get_version_reply_encode,
    .destroy = get_version_reply_destroy,
    .describe = get_version_reply_describe,
};
