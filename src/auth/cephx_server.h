/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cephx_server: the monitor's side of cephx: checks the proof of a client and issues tickets and rotating
 * keys. Pure: keys, time and randomness are arguments; nothing is stored here.
 *
 * A client that asks to keep a global_id has to show its last ticket, which is bound to it. Errors: negative
 * errno as the client is told, -EACCES for every kind of "no", so that nobody learns which entities exist;
 * why says more, for the log.
 */
#ifndef CEPH_AUTH_CEPHX_SERVER_H
#define CEPH_AUTH_CEPHX_SERVER_H

#include "auth/cephx_protocol.h"
#include "auth/keyring.h"
#include "auth/rotating_keys.h"

enum { CEPHX_SERVICES = 5 };
extern const uint32_t cephx_services[CEPHX_SERVICES]; /* enum entity_type, in the order of rings */

/* What the monitor knows. */
struct cephx_server {
    const struct keyring *keyring;
    const struct rotating_keys *rings; /* CEPHX_SERVICES of them */
    struct utime now;
    uint64_t auth_ttl_ns, service_ttl_ns;
    bool allow_insecure_reclaim;
    int (*random)(void *p, size_t n);
};

/* One client's session with the monitor. */
struct cephx_server_session {
    const struct entity_id *name;
    uint64_t global_id;
    bool wants_old_global_id; /* the client named it; false: it was given out now */
    uint64_t server_challenge;
    bool authenticated; /* set by cephx_server_handle() */
};

/* Begins: makes the challenge and appends it to reply. Unknown entities get one, too. */
int cephx_server_start(const struct cephx_server *server, struct cephx_server_session *s,
                       struct encode *reply) MUST_CHECK;
/* Handles a request and appends the reply. */
int cephx_server_handle(const struct cephx_server *server, struct cephx_server_session *s,
                        const void *payload, size_t len, struct encode *reply, char *why,
                        size_t why_size) MUST_CHECK;

#endif
