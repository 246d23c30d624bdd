/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_config.h"

#include <inttypes.h>
#include <stdio.h>

static void config_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                          const struct message *msg UNUSED)
{
    struct m_config *m = payload;

    string_map_decode(&m->options, d);
}

static void config_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                          struct message_version *v UNUSED)
{
    const struct m_config *m = payload;

    string_map_encode(&m->options, e);
}

static void config_destroy(void *payload)
{
    struct m_config *m = payload;

    string_map_destroy(&m->options);
}

static void config_describe(const void *payload, char *buf, size_t size)
{
    const struct m_config *m = payload;

    snprintf(buf, size, "%" PRIu32 " keys", m->options.count);
}

const struct message_codec m_config_codec = {
    .type = MSG_CONFIG,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_config),
    .decode = config_decode,
    .encode = config_encode,
    .destroy = config_destroy,
    .describe = config_describe,
};
