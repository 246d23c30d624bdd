/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/message_factory.h"

#include <stdio.h>
#include <stdlib.h>

#include "messages/m_auth.h"
#include "messages/m_command.h"
#include "messages/m_config.h"
#include "messages/m_log.h"
#include "messages/m_mgr_map.h"
#include "messages/m_mgr_session.h"
#include "messages/m_mon_command.h"
#include "messages/m_mon_get_version.h"
#include "messages/m_mon_global_id.h"
#include "messages/m_mon_map.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_osd_map.h"
#include "messages/m_osd_op.h"
#include "messages/m_osd_backoff.h"
#include "messages/m_osd_boot.h"
#include "messages/m_osd_pg_create.h"
#include "messages/m_osd_ping.h"
#include "messages/m_osd_state.h"
#include "messages/m_pg_stats.h"
#include "messages/m_purged_snaps.h"
#include "messages/m_watch_notify.h"
#include "messages/m_ping.h"
#include "messages/m_pool_op.h"
#include "messages/m_pool_stats.h"
#include "messages/m_statfs.h"

static const struct message_codec *const codecs[] = {
    &m_ping_codec,
    &m_mon_map_codec,
    &m_mon_get_map_codec,
    &m_statfs_codec,
    &m_statfs_reply_codec,
    &m_mon_subscribe_codec,
    &m_mon_subscribe_ack_codec,
    &m_auth_codec,
    &m_auth_reply_codec,
    &m_mon_get_version_codec,
    &m_mon_get_version_reply_codec,
    &m_osd_map_codec,
    &m_osd_op_codec,
    &m_osd_op_reply_codec,
    &m_pool_op_reply_codec,
    &m_pool_op_codec,
    &m_mon_command_codec,
    &m_mon_command_ack_codec,
    &m_log_codec,
    &m_log_ack_codec,
    &m_get_pool_stats_codec,
    &m_get_pool_stats_reply_codec,
    &m_mon_global_id_codec,
    &m_config_codec,
    &m_command_codec,
    &m_command_reply_codec,
    &m_mgr_map_codec,
    &m_watch_notify_codec,
    &m_osd_backoff_codec,
    &m_osd_ping_codec,
    &m_osd_boot_codec,
    &m_osd_failure_codec,
    &m_osd_alive_codec,
    &m_osd_full_codec,
    &m_osd_mark_me_down_codec,
    &m_mon_get_purged_snaps_codec,
    &m_mon_get_purged_snaps_reply_codec,
    &m_mon_get_osdmap_codec,
    &m_osd_beacon_codec,
    &m_osd_pg_created_codec,
    &m_osd_pg_create2_codec,
    &m_pg_stats_codec,
    &m_mgr_open_codec,
    &m_mgr_configure_codec,
    &m_mgr_report_codec,
    NULL,
};

const struct message_codec *const *message_factory_all(void)
{
    return codecs;
}

const struct message_codec *message_factory_find(uint16_t type)
{
    for (size_t i = 0; codecs[i]; i++) {
        if (codecs[i]->type == type)
            return codecs[i];
    }
    return NULL;
}

/* The payload's part of the text. */
static void describe_payload(const struct message_codec *codec, const struct message *m, char *buf,
                             size_t size)
{
    const void *kept = message_codec_peek_payload(m);
    void *payload;

    if (kept) {
        codec->describe(kept, buf, size);
        return;
    }
    payload = malloc(codec->size);
    snprintf(buf, size, "unreadable, %zu bytes", m->front.len);
    if (!payload)
        return;
    if (message_codec_decode(codec, payload, m) == 0) {
        codec->describe(payload, buf, size);
        message_codec_destroy(codec, payload);
    }
    free(payload);
}

const char *message_describe(const struct message *m, char *buf, size_t size)
{
    const struct message_codec *codec = message_factory_find(m->type);
    char text[MESSAGE_DESCRIBE_MAX] = "";

    if (codec && codec->describe)
        describe_payload(codec, m, text, sizeof(text));
    if (!codec)
        snprintf(buf, size, "%s type=%u v%u", message_type_name(m->type), m->type, m->version);
    else if (text[0])
        snprintf(buf, size, "%s(%s) v%u", message_type_name(m->type), text, m->version);
    else
        snprintf(buf, size, "%s v%u", message_type_name(m->type), m->version);
    return buf;
}
