/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_ping.h"

#include <stdlib.h>

static void ping_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                        const struct message *msg UNUSED)
{
    struct m_ping *m = payload;

    if (decode_left(d) > 0)
        m->report = decode_string(d);
}

static void ping_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                        struct message_version *v)
{
    const struct m_ping *m = payload;

    if (!m->report)
        return;
    encode_string(e, m->report);
    v->compat = 0; /* as genuine monitors send the reply */
}

static void ping_destroy(void *payload)
{
    struct m_ping *m = payload;

    free(m->report);
}

const struct message_codec m_ping_codec = {
    .type = MSG_PING,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_ping),
    .decode = ping_decode,
    .encode = ping_encode,
    .destroy = ping_destroy,
};
