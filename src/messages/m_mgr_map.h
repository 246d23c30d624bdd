/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_mgr_map: MMgrMap: which manager is active. A zeroed struct with an epoch is the map of a cluster without
 * one. What we only pass on (standby managers, descriptions of modules) stays encoded.
 */
#ifndef CEPH_MESSAGES_M_MGR_MAP_H
#define CEPH_MESSAGES_M_MGR_MAP_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/entity_addr.h"
#include "types/utime.h"

struct mgr_standby {
    uint64_t gid;
    struct slice info; /* StandbyInfo, a versioned struct with its head */
};

struct mgr_always_on {
    uint32_t release;
    struct string_list modules;
};

struct m_mgr_map {
    uint32_t epoch;
    struct entity_addrvec active_addrs;
    uint64_t active_gid;
    bool available;
    char *active_name;
    struct mgr_standby *standbys; /* malloc'ed */
    uint32_t standby_count;
    struct string_list modules;
    struct string_map services;
    struct slice *available_modules; /* malloc'ed; ModuleInfo, versioned structs with their heads */
    uint32_t available_module_count;
    struct utime active_change;
    struct mgr_always_on *always_on; /* malloc'ed */
    uint32_t always_on_count;
    uint64_t active_mgr_features;
    uint32_t last_failure_osd_epoch;
    struct entity_addrvec *clients; /* malloc'ed: what the active manager's own clients listen on */
    uint32_t client_count;
    struct string_list client_names;
};
MESSAGE_CODEC(m_mgr_map)

#endif
