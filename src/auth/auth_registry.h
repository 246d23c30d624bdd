/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_registry: the authentication protocols that there are, by name and number, and which of them the
 * configuration allows to whom. Pure but for reading the conf.
 */
#ifndef CEPH_AUTH_AUTH_REGISTRY_H
#define CEPH_AUTH_AUTH_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/authorizer.h"
#include "common/conf.h"

#define AUTH_PROTOCOLS_MAX 4

struct auth_protocols {
    uint32_t p[AUTH_PROTOCOLS_MAX]; /* enum auth_protocol, best first */
    unsigned count;
};

const char *auth_protocol_name(uint32_t protocol); /* "unknown" for others */

/* The protocols of an option such as auth_client_required; auth_supported, where it is set, in its place.
 * Names that nobody knows are passed over. */
struct auth_protocols auth_registry_list(const struct conf *conf, enum option_id option);
bool auth_protocols_have(const struct auth_protocols *list, uint32_t protocol);

/* What counts for a peer of that type (enum entity_type): auth_cluster_required for daemons,
 * auth_service_required for clients. */
struct auth_protocols auth_registry_for_peer(const struct conf *conf, uint32_t peer_type);

/* The features that such a peer must have to be allowed cephx: signatures and the version of the challenge.
 */
uint64_t auth_registry_cephx_features(const struct conf *conf, uint32_t peer_type);

#endif
