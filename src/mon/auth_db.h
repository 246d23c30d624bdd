/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_db: what the monitors store about authentication, as one value: how far global ids are reserved, the
 * entities with their keys and capabilities, and the rotating keys of each service. Owner: init and destroy;
 * secrets are zeroed. Errors: negative errno.
 */
#ifndef CEPH_MON_AUTH_DB_H
#define CEPH_MON_AUTH_DB_H

#include "auth/cephx_server.h"
#include "auth/keyring.h"

struct auth_db {
    uint64_t max_global_id; /* may be handed out up to here */
    struct keyring keyring;
    struct rotating_keys rings[CEPHX_SERVICES]; /* as cephx_services */
};

void auth_db_init(struct auth_db *db);
void auth_db_destroy(struct auth_db *db);
int auth_db_copy(struct auth_db *to, const struct auth_db *from) MUST_CHECK; /* inits to */

void auth_db_encode(const struct auth_db *db, struct encode *e);
int auth_db_decode(struct auth_db *db, const void *bytes, size_t len) MUST_CHECK; /* inits db */

const struct rotating_keys *auth_db_ring(const struct auth_db *db, uint32_t service);

#endif
