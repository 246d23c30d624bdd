/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client's authentication, as far as others than monitors are concerned: who dials an OSD shows the
 * ticket that the session with a monitor brought. */
#include <errno.h>
#include <stdatomic.h>

#include "mon_client/mon_client_internal.h"

struct auth_client *mon_client_get_auth_locked(struct mon_client *mc, uint32_t protocol)
{
    if (protocol >= AUTH_CLIENTS_MAX)
        return NULL;
    if (!mc->auths[protocol])
        mc->auths[protocol] = auth_client_create(protocol, mc->conf, &mc->name, mc->auth_service);
    if (mc->auths[protocol])
        atomic_store(&mc->auth, mc->auths[protocol]);
    return mc->auths[protocol];
}

static int get_authorizer(void *arg, uint32_t peer_type, const uint8_t *challenge, size_t challenge_len,
                          struct authorizer *a)
{
    struct mon_client *mc = arg;
    struct auth_client *c = atomic_load(&mc->auth);

    if (c)
        return c->ops->connector.get_authorizer(c, peer_type, challenge, challenge_len, a);
    *a = (struct authorizer){.protocol = AUTH_PROTOCOL_UNKNOWN};
    return peer_type == ENTITY_TYPE_MON ? 0 : -EAGAIN; /* monitors learn by messages who we are */
}

/* The client that made the authorizer; another protocol may be in use by now. */
static struct auth_client *maker_of(struct mon_client *mc, const struct authorizer *a)
{
    struct auth_client *c = atomic_load(&mc->auth);

    return c && c->ops->protocol == a->protocol ? c : NULL;
}

static int check_reply(void *arg, struct authorizer *a, const uint8_t *reply, size_t len, uint64_t features,
                       struct session_security **security)
{
    struct auth_client *c = maker_of(arg, a);

    *security = NULL;
    return c ? c->ops->connector.check_reply(c, a, reply, len, features, security) : -EACCES;
}

static void refused(void *arg, uint32_t peer_type, struct authorizer *a)
{
    struct auth_client *c = maker_of(arg, a);

    if (c)
        c->ops->connector.refused(c, peer_type, a);
}

static void release_dial(void *arg UNUSED, struct authorizer *a)
{
    auth_client_release_dial(a);
}

struct auth_upcalls mon_client_auth_upcalls(struct mon_client *mc)
{
    return (struct auth_upcalls){
        .connector_arg = mc,
        .get_authorizer = get_authorizer,
        .check_reply = check_reply,
        .refused = refused,
        .release_dial = release_dial,
    };
}

void mon_client_set_auth_service(struct mon_client *mc, struct auth_service *service)
{
    mc->auth_service = service;
}
