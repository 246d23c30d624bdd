/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client's side of protocol none: the first round is all there is, and daemons are told a name. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_client.h"
#include "common/encode.h"

struct auth_none_client {
    struct auth_client base;
    struct entity_id name;      /* fixed */
    _Atomic uint64_t global_id; /* read by workers */
};

static struct auth_none_client *none_of(struct auth_client *c)
{
    return CONTAINER_OF(c, struct auth_none_client, base);
}

static void none_free(struct auth_client *c)
{
    struct auth_none_client *none = none_of(c);

    entity_id_destroy(&none->name);
    free(none);
}

static void none_start(struct auth_client *c UNUSED)
{
}

static int none_build_request(struct auth_client *c UNUSED, struct encode *payload UNUSED)
{
    return 0;
}

static int none_handle_reply(struct auth_client *c, int32_t result, uint64_t global_id,
                             const uint8_t *payload UNUSED, size_t len UNUSED)
{
    if (result)
        return result < 0 ? result : -EPROTO;
    atomic_store(&none_of(c)->global_id, global_id);
    return 0;
}

static bool none_wants_renewal(struct auth_client *c UNUSED, uint64_t now_ns UNUSED)
{
    return false;
}

/* Nobody asks for a proof. */
static bool none_keeps_global_id(struct auth_client *c)
{
    return atomic_load(&none_of(c)->global_id) != 0;
}

/* Monitors authenticate us by messages; everybody else reads who we are from the authorizer. */
static int none_get_authorizer(void *arg, uint32_t peer_type, const uint8_t *challenge UNUSED,
                               size_t challenge_len UNUSED, struct authorizer *a)
{
    struct auth_none_client *none = none_of(arg);
    struct encode e;

    *a = (struct authorizer){.protocol = AUTH_PROTOCOL_UNKNOWN};
    if (peer_type == ENTITY_TYPE_MON)
        return 0;
    encode_init(&e);
    encode_u8(&e, 1);
    entity_id_encode(&none->name, &e);
    encode_u64(&e, atomic_load(&none->global_id));
    a->protocol = AUTH_PROTOCOL_NONE;
    a->bytes = encode_steal(&e, &a->len);
    encode_destroy(&e);
    return a->bytes ? 0 : -ENOMEM;
}

static int none_check_reply(void *arg UNUSED, struct authorizer *a UNUSED, const uint8_t *reply UNUSED,
                            size_t len UNUSED, uint64_t features UNUSED, struct session_security **security)
{
    *security = NULL;
    return 0;
}

static void none_refused(void *arg UNUSED, uint32_t peer_type UNUSED, struct authorizer *a UNUSED)
{
}

static void none_release_dial(void *arg UNUSED, struct authorizer *a UNUSED)
{
}

static const struct auth_client_ops none_ops = {
    .protocol = AUTH_PROTOCOL_NONE,
    .free = none_free,
    .start = none_start,
    .build_request = none_build_request,
    .handle_reply = none_handle_reply,
    .wants_renewal = none_wants_renewal,
    .keeps_global_id = none_keeps_global_id,
    .connector =
        {
            .get_authorizer = none_get_authorizer,
            .check_reply = none_check_reply,
            .refused = none_refused,
            .release_dial = none_release_dial,
        },
};

struct auth_client *auth_none_client_create(const struct entity_id *name)
{
    struct auth_none_client *none = calloc(1, sizeof(*none));

    if (!none)
        return NULL;
    none->base.ops = &none_ops;
    none->name.type = name->type;
    none->name.id = strdup(name->id);
    if (!none->name.id) {
        free(none);
        return NULL;
    }
    return &none->base;
}
