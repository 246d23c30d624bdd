/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/auth_service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_registry.h"
#include "common/log.h"

struct auth_service {
    const struct conf *conf; /* fixed */
    uint32_t own_type;       /* fixed */
    struct cephx_service *cephx;
    uint32_t other_type;         /* fixed; 0: none */
    struct cephx_service *other; /* fixed; NULL likewise */
};

struct auth_service *auth_service_create(const struct conf *conf, uint32_t own_type)
{
    struct auth_service *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->conf = conf;
    s->own_type = own_type;
    s->cephx = cephx_service_create(conf, own_type);
    if (!s->cephx) {
        free(s);
        return NULL;
    }
    return s;
}

void auth_service_free(struct auth_service *s)
{
    if (!s)
        return;
    cephx_service_free(s->cephx);
    cephx_service_free(s->other);
    free(s);
}

int auth_service_answer_for(struct auth_service *s, uint32_t other_type)
{
    s->other_type = other_type;
    s->other = cephx_service_create(s->conf, other_type);
    return s->other ? 0 : -ENOMEM;
}

void auth_service_set_keys(struct auth_service *s, const struct rotating_keys *keys)
{
    cephx_service_set_keys(s->cephx, keys);
}

void auth_service_set_other_keys(struct auth_service *s, const struct rotating_keys *keys)
{
    cephx_service_set_keys(s->other, keys);
}

void auth_service_set_mon_key(struct auth_service *s, const struct crypto_key *key)
{
    cephx_service_set_mon_key(s->cephx, key);
}

/* u8 1, who it is, its global_id. */
static enum auth_verdict check_none(const uint8_t *bytes, size_t len, uint32_t peer_type,
                                    struct auth_identity *identity)
{
    struct entity_id name = {0};
    struct decode d;
    uint64_t global_id;
    int r;

    decode_init(&d, bytes, len);
    decode_u8(&d);
    r = entity_id_decode(&name, &d);
    global_id = decode_u64(&d);
    if (r || decode_finish(&d)) {
        dout(auth, 0, "a %s is refused: its authorizer is malformed", entity_type_name(peer_type));
        entity_id_destroy(&name);
        return AUTH_BAD;
    }
    *identity = (struct auth_identity){.protocol = AUTH_PROTOCOL_NONE,
                                       .entity_type = name.type,
                                       .entity_id = name.id,
                                       .global_id = global_id,
                                       .caps_allow_all = true};
    return AUTH_OK;
}

/* Everybody but another monitor proves who it is to a monitor by messages, later. */
static bool comes_without(const struct auth_service *s, uint32_t peer_type, uint32_t protocol, size_t len)
{
    return s->own_type == ENTITY_TYPE_MON && peer_type != ENTITY_TYPE_MON &&
           (protocol == AUTH_PROTOCOL_UNKNOWN || len == 0);
}

/* Whose keys open the ticket that is shown. */
static struct cephx_service *service_of(const struct auth_service *s, const uint8_t *bytes, size_t len)
{
    struct cephx_authorizer a;
    struct decode d;
    bool other;

    if (!s->other)
        return s->cephx;
    decode_init(&d, bytes, len);
    other = cephx_authorizer_decode(&d, &a) == 0 && a.service == s->other_type;
    cephx_ticket_blob_destroy(&a.ticket);
    return other ? s->other : s->cephx;
}

static enum auth_verdict check(void *arg, struct auth_accept *accept, uint32_t peer_type, uint32_t protocol,
                               const uint8_t *bytes, size_t len, uint64_t features, uint8_t **reply,
                               size_t *reply_len, struct auth_identity *identity,
                               struct session_security **security)
{
    struct auth_service *s = arg;
    struct auth_protocols allowed = auth_registry_for_peer(s->conf, peer_type);

    if (comes_without(s, peer_type, protocol, len))
        return AUTH_OK;
    if (!auth_protocols_have(&allowed, protocol)) {
        dout(auth, 0, "a %s is refused: it comes with authentication %s, which is not allowed",
             entity_type_name(peer_type), auth_protocol_name(protocol));
        return AUTH_BAD;
    }
    if (protocol == AUTH_PROTOCOL_NONE)
        return check_none(bytes, len, peer_type, identity);
    return cephx_service_check(service_of(s, bytes, len), accept, peer_type, bytes, len, features, reply,
                               reply_len, identity, security);
}

static void release(void *arg UNUSED, struct auth_accept *accept)
{
    cephx_service_release(accept);
}

static uint64_t required_features(void *arg, uint32_t peer_type, uint32_t protocol)
{
    struct auth_service *s = arg;

    return protocol == AUTH_PROTOCOL_CEPHX ? auth_registry_cephx_features(s->conf, peer_type) : 0;
}

void auth_service_fill(struct auth_service *s, struct auth_upcalls *u)
{
    u->acceptor_arg = s;
    u->check_authorizer = check;
    u->release_accept = release;
    u->required_features = required_features;
}
