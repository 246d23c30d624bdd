/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_client: the client's side of proving to a monitor who it is: the payloads of MAuth and MAuthReply
 * after the first round, which is the same for every protocol and chooses one.
 *
 * One auth_client lives as long as its mon client: it keeps what it got (tickets) across sessions. The mon
 * client creates it when the monitor has chosen a protocol, starts it anew for each session, and calls it
 * with its own lock held, so nothing here blocks. Threads: build_request, handle_reply and start one at a
 * time; the authorizer upcalls on the messenger's workers at any time, as long as the client lives. Errors:
 * negative errno; -EACCES for a refusal.
 */
#ifndef CEPH_AUTH_AUTH_CLIENT_H
#define CEPH_AUTH_AUTH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/authorizer.h"
#include "common/encode.h"
#include "types/entity_name.h"

struct auth_client;
struct auth_service;
struct conf;

#define AUTH_CLIENT_MORE 1 /* handle_reply(): another request is due */

struct auth_client_ops {
    uint32_t protocol; /* enum auth_protocol */
    void (*free)(struct auth_client *c);

    /* A new session with a monitor begins; what is kept of the last one is the protocol's own matter. */
    void (*start)(struct auth_client *c);
    /* Appends the payload of the next MAuth. */
    int (*build_request)(struct auth_client *c, struct encode *payload);
    /* The reply to the first round (which chose us) or to a request: 0: authenticated and nothing is missing;
     * AUTH_CLIENT_MORE; else the error that ends this try. result is the monitor's verdict. */
    int (*handle_reply)(struct auth_client *c, int32_t result, uint64_t global_id, const uint8_t *payload,
                        size_t len);
    /* True when something that was got runs out soon, so that a request is due although all was well. */
    bool (*wants_renewal)(struct auth_client *c, uint64_t now_ns);
    /* True when a new session may be asked for under the global_id of the last: it can be proved. */
    bool (*keeps_global_id)(struct auth_client *c);

    /* Authorizers for other daemons; only the connector's half is set, and without its argument, which is c.
     */
    struct auth_upcalls connector;
};

struct auth_client {
    const struct auth_client_ops *ops;
};

/*
 * The protocols that may be offered under this configuration, in its order: auth_client_required for clients,
 * auth_cluster_required for daemons, auth_supported over both. cephx is left out, with a line in the log,
 * when there is no key for name but another protocol is allowed. Returns their number; 0 with a line in err
 * when nothing that is configured can be had.
 */
unsigned auth_client_protocols(const struct conf *conf, const struct entity_id *name, uint32_t *protocols,
                               unsigned max, char *err, size_t err_size);

/* conf outlives it, name is copied. service: a daemon's, which gets its rotating keys; NULL: it is none.
 * NULL: unknown protocol, no key (with a line in the log) or no memory. */
struct auth_client *auth_client_create(uint32_t protocol, const struct conf *conf,
                                       const struct entity_id *name, struct auth_service *service);
static inline void auth_client_free(struct auth_client *c)
{
    if (c)
        c->ops->free(c);
}

/* The release_dial() of all protocols; may be called after the client is gone. */
void auth_client_release_dial(struct authorizer *a);

/* Protocol none. */
struct auth_client *auth_none_client_create(const struct entity_id *name);

#endif
