/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/auth_registry.h"

#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "types/entity_name.h"
#include "types/string_list.h"

static const struct {
    uint32_t protocol;
    const char *name;
} protocols[] = {
    {AUTH_PROTOCOL_NONE, "none"},
    {AUTH_PROTOCOL_CEPHX, "cephx"},
};

const char *auth_protocol_name(uint32_t protocol)
{
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
        if (protocols[i].protocol == protocol)
            return protocols[i].name;
    return "unknown";
}

static uint32_t by_name(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
        if (strcmp(protocols[i].name, name) == 0)
            return protocols[i].protocol;
    return AUTH_PROTOCOL_UNKNOWN;
}

bool auth_protocols_have(const struct auth_protocols *list, uint32_t protocol)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->p[i] == protocol)
            return true;
    return false;
}

struct auth_protocols auth_registry_list(const struct conf *conf, enum option_id option)
{
    bool old_name = !conf_str_empty(conf, OPT_auth_supported);
    char *text = conf_str(conf, old_name ? OPT_auth_supported : option);
    struct auth_protocols list = {0};
    struct string_list names = {0};

    if (string_list_split(&names, text, ",; \t") == 0) {
        for (unsigned i = 0; i < names.count && list.count < AUTH_PROTOCOLS_MAX; i++) {
            uint32_t protocol = by_name(names.items[i]);

            if (protocol != AUTH_PROTOCOL_UNKNOWN && !auth_protocols_have(&list, protocol))
                list.p[list.count++] = protocol;
        }
    }
    string_list_destroy(&names);
    free(text);
    return list;
}

static bool is_daemon(uint32_t type)
{
    return type == ENTITY_TYPE_MON || type == ENTITY_TYPE_OSD || type == ENTITY_TYPE_MDS ||
           type == ENTITY_TYPE_MGR;
}

struct auth_protocols auth_registry_for_peer(const struct conf *conf, uint32_t peer_type)
{
    return auth_registry_list(conf,
                              is_daemon(peer_type) ? OPT_auth_cluster_required : OPT_auth_service_required);
}

uint64_t auth_registry_cephx_features(const struct conf *conf, uint32_t peer_type)
{
    bool daemon = is_daemon(peer_type);
    uint64_t features = 0;

    if (conf_bool(conf, OPT_cephx_require_signatures) ||
        conf_bool(conf, daemon ? OPT_cephx_cluster_require_signatures : OPT_cephx_service_require_signatures))
        features |= CEPH_FEATURE_MSG_AUTH;
    if (conf_i64(conf, OPT_cephx_require_version) >= 2 ||
        conf_i64(conf, daemon ? OPT_cephx_cluster_require_version : OPT_cephx_service_require_version) >= 2)
        features |= CEPH_FEATURE_CEPHX_V2;
    return features;
}
