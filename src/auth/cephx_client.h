/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cephx_client: the client's side of cephx: logs in with a monitor, gets tickets for the services, renews
 * them in time, proves its global_id again after a reconnect by its last ticket, and makes authorizers of the
 * tickets for those it dials. A daemon gets its service's rotating keys, too, and hands them to its
 * auth_service.
 *
 *     WAIT_CHALLENGE -> LOGIN -> [TICKETS ->] [ROTATING ->] DONE        and from DONE to any of them again
 *
 * Time and randomness come from struct cephx_client_env, so that tests can fix them. See auth/auth_client.h.
 */
#ifndef CEPH_AUTH_CEPHX_CLIENT_H
#define CEPH_AUTH_CEPHX_CLIENT_H

#include "auth/auth_client.h"
#include "auth/crypto_key.h"

struct auth_service;

struct cephx_client_env {
    uint64_t (*now_ns)(void);  /* of any clock that only runs forward: tickets come with durations */
    uint64_t (*wall_ns)(void); /* since 1970: rotating keys come with dates */
    int (*random)(void *p, size_t n);
};

struct cephx_client_config {
    const struct conf *conf; /* read for cephx_sign_messages; outlives the client */
    const struct entity_id *name;
    const struct crypto_key *secret;
    uint32_t services;                  /* mask of those that tickets are wanted for */
    struct auth_service *service;       /* where rotating keys go; NULL: they are not asked for */
    const struct cephx_client_env *env; /* NULL: the system's */
};

/* name and secret are copied. NULL: no memory. */
struct auth_client *cephx_client_create(const struct cephx_client_config *config);

#endif
