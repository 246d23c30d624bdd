/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mon_map.h"

#include <stdio.h>

static void mon_map_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg)
{
    struct m_mon_map *m = payload;

    slice_decode_blob(&m->monmap, d, &msg->front);
}

static void mon_map_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_mon_map *m = payload;

    slice_encode_blob(&m->monmap, e);
}

static void mon_map_destroy(void *payload)
{
    struct m_mon_map *m = payload;

    slice_put(&m->monmap);
}

static void mon_map_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_map *m = payload;

    snprintf(buf, size, "%zu bytes", m->monmap.len);
}

const struct message_codec m_mon_map_codec = {
    .type = MSG_MON_MAP,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_map),
    .decode = mon_map_decode,
    .encode = mon_map_encode,
    .destroy = mon_map_destroy,
    .describe = mon_map_describe,
};

static void mon_get_map_decode(void *payload UNUSED, struct decode *d UNUSED, uint16_t version UNUSED,
                               const struct message *msg UNUSED)
{
}

static void mon_get_map_encode(const void *payload UNUSED, struct encode *e UNUSED, uint64_t features UNUSED,
                               struct message_version *v UNUSED)
{
}

static void mon_get_map_destroy(void *payload UNUSED)
{
}

const struct message_codec m_mon_get_map_codec = {
    .type = MSG_MON_GET_MAP,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_get_map),
    .decode = mon_get_map_decode,
    .encode = mon_get_map_encode,
    .destroy = mon_get_map_destroy,
};
