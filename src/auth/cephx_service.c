/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/cephx_service.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/session_security.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/mutex.h"
#include "include/ceph_features.h"

struct cephx_service {
    const struct conf *conf; /* fixed */
    uint32_t service;        /* fixed */
    int (*random)(void *p, size_t n);
    struct mutex lock; /* the keys */
    struct rotating_keys keys;
    struct crypto_key mon_key;
};

/* What was asked of one connection; kept between its connects. */
struct outstanding {
    uint64_t server_challenge;
};

/* One authorizer under examination. */
struct examined {
    struct cephx_authorizer authorizer;
    struct cephx_ticket_info info;
    struct cephx_authorize authorize;
    char why[160]; /* it is refused */
};

struct cephx_service *cephx_service_create(const struct conf *conf, uint32_t service)
{
    struct cephx_service *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->conf = conf;
    s->service = service;
    s->random = crypto_random;
    mutex_init(&s->lock, "cephx_service", LOCK_RANK_AUTH);
    return s;
}

void cephx_service_free(struct cephx_service *s)
{
    if (!s)
        return;
    rotating_keys_wipe(&s->keys);
    crypto_key_wipe(&s->mon_key);
    mutex_destroy(&s->lock);
    free(s);
}

void cephx_service_set_keys(struct cephx_service *s, const struct rotating_keys *keys)
{
    mutex_lock(&s->lock);
    s->keys = *keys;
    mutex_unlock(&s->lock);
}

void cephx_service_set_mon_key(struct cephx_service *s, const struct crypto_key *key)
{
    mutex_lock(&s->lock);
    s->mon_key = *key;
    mutex_unlock(&s->lock);
}

void cephx_service_set_random(struct cephx_service *s, int (*random)(void *p, size_t n))
{
    s->random = random;
}

#define REFUSE(x, ...) (snprintf((x)->why, sizeof((x)->why), __VA_ARGS__), false)

/* The key that opens a ticket; false: we have none such. */
static bool find_key(struct cephx_service *s, struct examined *x, struct crypto_key *key)
{
    uint64_t id = x->authorizer.ticket.secret_id;
    const struct crypto_key *found;
    bool of_mons = id == CEPHX_MON_SECRET_ID && s->service == ENTITY_TYPE_MON;

    mutex_lock(&s->lock);
    found = of_mons ? &s->mon_key : rotating_keys_find(&s->keys, id);
    if (found)
        *key = *found;
    mutex_unlock(&s->lock);
    if (!found)
        return REFUSE(
            x, "its ticket is of secret %" PRIu64 ", which is not in use: it expired or is another cluster's",
            id);
    return crypto_key_is_usable(key) || REFUSE(x, "there is no mon. key to open its ticket with");
}

/* Nobody may pass for a daemon of another kind; a daemon may well have a client's messenger, too. */
static bool fits(const struct examined *x, uint32_t peer_type)
{
    return peer_type == ENTITY_TYPE_CLIENT || peer_type == x->info.name.type;
}

static bool open_ticket(struct cephx_service *s, struct examined *x, uint32_t peer_type)
{
    struct crypto_key key;
    int r;

    if (!find_key(s, x, &key))
        return false;
    r = cephx_ticket_open(&x->authorizer.ticket, &key, &x->info);
    crypto_key_wipe(&key);
    if (r)
        return REFUSE(
            x, "its ticket cannot be opened with secret %" PRIu64 ": it was changed or is another cluster's",
            x->authorizer.ticket.secret_id);
    if (x->info.global_id != x->authorizer.global_id)
        return REFUSE(x, "it says global_id %" PRIu64 " with a ticket of %" PRIu64, x->authorizer.global_id,
                      x->info.global_id);
    if (!fits(x, peer_type))
        return REFUSE(x, "it says it is %s %s with a ticket of %s.%s",
                      peer_type == ENTITY_TYPE_OSD ? "an" : "a", entity_type_name(peer_type),
                      entity_type_name(x->info.name.type), x->info.name.id);
    return true;
}

static bool examine(struct cephx_service *s, struct examined *x, const uint8_t *bytes, size_t len,
                    uint32_t peer_type)
{
    struct decode d;

    decode_init(&d, bytes, len);
    if (len == 0)
        return REFUSE(x, "it has no authorizer");
    if (cephx_authorizer_decode(&d, &x->authorizer) || decode_finish(&d))
        return REFUSE(x, "its authorizer is malformed");
    if (x->authorizer.service != s->service)
        return REFUSE(x, "its ticket is for another service (%s)", entity_type_name(x->authorizer.service));
    if (!open_ticket(s, x, peer_type))
        return false;
    if (cephx_authorizer_open_proof(&x->authorizer, &x->info.session_key, &x->authorize))
        return REFUSE(x, "it does not know the session key of its ticket");
    return true;
}

/* Monitors have always been able to answer; others say so. */
static bool wants_challenge(const struct cephx_service *s, uint64_t features)
{
    return s->service == ENTITY_TYPE_MON || ceph_has_feature(features, CEPH_FEATURE_CEPHX_V2);
}

/* AUTH_OK: it was answered, or none is needed. */
static enum auth_verdict check_challenge(struct cephx_service *s, struct auth_accept *accept,
                                         struct examined *x, uint64_t features, struct encode *reply)
{
    struct outstanding *out = accept->state;

    if (out) {
        uint64_t want = out->server_challenge + 1;

        if (x->authorize.have_challenge &&
            crypto_equal(&want, &x->authorize.server_challenge_plus_one, sizeof(want)))
            return AUTH_OK;
        (void)REFUSE(x, "it does not answer the challenge: it may be a replay");
        return AUTH_BAD;
    }
    if (!wants_challenge(s, features))
        return AUTH_OK;
    out = calloc(1, sizeof(*out));
    if (!out || s->random(&out->server_challenge, sizeof(out->server_challenge))) {
        free(out);
        (void)REFUSE(x, "no memory or no randomness for a challenge");
        return AUTH_BAD;
    }
    accept->state = out;
    cephx_challenge_encode(&x->info.session_key, out->server_challenge, reply);
    return AUTH_CHALLENGE;
}

static int admit(struct cephx_service *s, struct examined *x, uint64_t features, struct encode *reply,
                 struct auth_identity *identity, struct session_security **security)
{
    int r = session_security_create(&x->info.session_key, features,
                                    conf_bool(s->conf, OPT_cephx_sign_messages), security);

    if (r)
        return r;
    cephx_authorizer_reply_encode(&x->info.session_key, x->authorize.nonce, reply);
    if (encode_error(reply))
        return encode_error(reply);
    *identity = (struct auth_identity){
        .protocol = AUTH_PROTOCOL_CEPHX,
        .entity_type = x->info.name.type,
        .entity_id = x->info.name.id,
        .global_id = x->info.global_id,
        .caps = x->info.caps,
        .caps_allow_all = x->info.caps_allow_all,
    };
    x->info.name.id = x->info.caps = NULL; /* moved */
    return 0;
}

enum auth_verdict cephx_service_check(struct cephx_service *s, struct auth_accept *accept, uint32_t peer_type,
                                      const uint8_t *bytes, size_t len, uint64_t features, uint8_t **reply,
                                      size_t *reply_len, struct auth_identity *identity,
                                      struct session_security **security)
{
    enum auth_verdict v = AUTH_BAD;
    struct examined x = {0};
    struct encode e;

    encode_init(&e);
    if (examine(s, &x, bytes, len, peer_type))
        v = check_challenge(s, accept, &x, features, &e);
    if (v == AUTH_OK && admit(s, &x, features, &e, identity, security)) {
        (void)REFUSE(&x, "no memory for its session");
        v = AUTH_BAD;
    }
    if (v == AUTH_BAD)
        dout(auth, 0, "cephx: a %s is refused: %s", entity_type_name(peer_type), x.why);
    else if (v == AUTH_OK)
        dout(auth, 5, "cephx: %s.%s is let in", entity_type_name(identity->entity_type), identity->entity_id);
    *reply = encode_steal(&e, reply_len);
    encode_destroy(&e);
    cephx_ticket_blob_destroy(&x.authorizer.ticket);
    cephx_ticket_info_destroy(&x.info);
    return v;
}

void cephx_service_release(struct auth_accept *accept)
{
    free(accept->state);
    accept->state = NULL;
}
