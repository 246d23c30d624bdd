/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mon_global_id.h"

#include <inttypes.h>
#include <stdio.h>

static void global_id_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                             const struct message *msg UNUSED)
{
    struct m_mon_global_id *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->old_max_id = decode_u64(d);
}

static void global_id_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                             struct message_version *v UNUSED)
{
    const struct m_mon_global_id *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u64(e, m->old_max_id);
}

static void global_id_destroy(void *payload UNUSED)
{
}

static void global_id_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_global_id *m = payload;

    snprintf(buf, size, "%" PRIu64, m->old_max_id);
}

const struct message_codec m_mon_global_id_codec = {
    .type = MSG_MON_GLOBAL_ID,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_global_id),
    .decode = global_id_decode,
    .encode = global_id_encode,
    .destroy = global_id_destroy,
    .describe = global_id_describe,
};
