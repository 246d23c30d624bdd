/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* m_config: MConfig: the options that the monitors hold for the receiver. */
#ifndef CEPH_MESSAGES_M_CONFIG_H
#define CEPH_MESSAGES_M_CONFIG_H

#include "messages/message_codec.h"
#include "messages/payload.h"

struct m_config {
    struct string_map options;
};
MESSAGE_CODEC(m_config)

#endif
