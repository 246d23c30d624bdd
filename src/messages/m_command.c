/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/command_sig.h"

static void command_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg UNUSED)
{
    struct m_command *m = payload;

    fsid_decode(&m->fsid, d);
    string_list_decode(&m->cmd, d);
}

static void command_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                           struct message_version *v UNUSED)
{
    const struct m_command *m = payload;

    fsid_encode(&m->fsid, e);
    string_list_encode(&m->cmd, e);
}

static void command_destroy(void *payload)
{
    struct m_command *m = payload;

    string_list_destroy(&m->cmd);
}

static void command_describe(const void *payload, char *buf, size_t size)
{
    const struct m_command *m = payload;
    char *cmd = command_loggable(m->cmd.count ? m->cmd.items[0] : "");

    snprintf(buf, size, "%s", cmd ? cmd : "?");
    free(cmd);
}

const struct message_codec m_command_codec = {
    .type = MSG_COMMAND,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_command),
    .decode = command_decode,
    .encode = command_encode,
    .destroy = command_destroy,
    .describe = command_describe,
};

static void reply_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                         const struct message *msg UNUSED)
{
    struct m_command_reply *m = payload;

    m->result = decode_s32(d);
    m->status = decode_string(d);
}

static void reply_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_command_reply *m = payload;

    encode_s32(e, m->result);
    encode_string(e, m->status);
}

static void reply_destroy(void *payload)
{
    struct m_command_reply *m = payload;

    free(m->status);
}

static void reply_describe(const void *payload, char *buf, size_t size)
{
    const struct m_command_reply *m = payload;

    snprintf(buf, size, "%" PRId32 " %s", m->result, m->status);
}

const struct message_codec m_command_reply_codec = {
    .type = MSG_COMMAND_REPLY,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_command_reply),
    .decode = reply_decode,
    .encode = reply_encode,
    .destroy = reply_destroy,
    .describe = reply_describe,
};
