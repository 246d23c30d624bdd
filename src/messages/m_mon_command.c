/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mon_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/command_sig.h"

static const char *first_word(const struct string_list *cmd)
{
    return cmd->count ? cmd->items[0] : "";
}

static void command_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg UNUSED)
{
    struct m_mon_command *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    fsid_decode(&m->fsid, d);
    string_list_decode(&m->cmd, d);
}

static void command_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_mon_command *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    fsid_encode(&m->fsid, e);
    string_list_encode(&m->cmd, e);
}

static void command_destroy(void *payload)
{
    struct m_mon_command *m = payload;

    string_list_destroy(&m->cmd);
}

static void command_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_command *m = payload;
    char *cmd = command_loggable(first_word(&m->cmd));

    snprintf(buf, size, "%s v %" PRIu64, cmd ? cmd : "?", m->paxos.version);
    free(cmd);
}

const struct message_codec m_mon_command_codec = {
    .type = MSG_MON_COMMAND,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_command),
    .decode = command_decode,
    .encode = command_encode,
    .destroy = command_destroy,
    .describe = command_describe,
};

static void ack_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                       const struct message *msg UNUSED)
{
    struct m_mon_command_ack *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->result = decode_s32(d);
    m->status = decode_string(d);
    string_list_decode(&m->cmd, d);
}

static void ack_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                       struct message_version *v UNUSED)
{
    const struct m_mon_command_ack *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_s32(e, m->result);
    encode_string(e, m->status);
    string_list_encode(&m->cmd, e);
}

static void ack_destroy(void *payload)
{
    struct m_mon_command_ack *m = payload;

    free(m->status);
    string_list_destroy(&m->cmd);
}

static void ack_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mon_command_ack *m = payload;
    char *cmd = command_loggable(first_word(&m->cmd));

    snprintf(buf, size, "[%s]=%" PRId32 " %s v%" PRIu64, cmd ? cmd : "?", m->result, m->status,
             m->paxos.version);
    free(cmd);
}

const struct message_codec m_mon_command_ack_codec = {
    .type = MSG_MON_COMMAND_ACK,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mon_command_ack),
    .decode = ack_decode,
    .encode = ack_encode,
    .destroy = ack_destroy,
    .describe = ack_describe,
};
