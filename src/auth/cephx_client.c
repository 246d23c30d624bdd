/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/cephx_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_service.h"
#include "auth/cephx_dial.h"
#include "auth/cephx_protocol.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/mutex.h"

enum state {
    WAIT_CHALLENGE,
    LOGIN,
    TICKETS,
    ROTATING,
    DONE,
};

/* A ticket with its times, of the env's clock. */
struct held {
    struct cephx_ticket ticket; /* blob.len 0: none */
    uint64_t renew_ns, expires_ns;
};

#define SERVICES 5
static const uint32_t services[SERVICES] = {ENTITY_TYPE_MON, ENTITY_TYPE_MDS, ENTITY_TYPE_OSD,
                                            ENTITY_TYPE_MGR, ENTITY_TYPE_AUTH};

struct cephx_client {
    struct auth_client base;
    /* fixed */
    const struct conf *conf;
    struct entity_id name;
    struct crypto_key secret;
    uint32_t wanted;
    struct auth_service *service;
    struct cephx_client_env env;

    /* the dialogue; its callers come one at a time */
    enum state state;
    uint64_t server_challenge; /* of this session */
    struct crypto_key old_key; /* LOGIN: session key of the ticket that was shown; no key: none was */
    struct rotating_keys rotating;
    uint64_t rotating_asked_ns; /* no more often than once a second */

    struct mutex lock; /* everything below: workers make authorizers of it */
    uint64_t global_id;
    struct held held[SERVICES];
};

static struct cephx_client *of(struct auth_client *c)
{
    return CONTAINER_OF(c, struct cephx_client, base);
}

static struct held *held_of(struct cephx_client *c, uint32_t service)
{
    for (unsigned i = 0; i < SERVICES; i++)
        if (services[i] == service)
            return &c->held[i];
    return NULL;
}

static bool is_valid(const struct held *h, uint64_t now)
{
    return h->ticket.blob.len > 0 && now < h->expires_ns;
}

static void drop(struct held *h)
{
    cephx_ticket_destroy(&h->ticket);
    h->renew_ns = h->expires_ns = 0;
}

/* Takes the ticket over. A duration of nonsense is cut to what a clock can count. */
static void keep(struct cephx_client *c, struct cephx_ticket *t)
{
    uint64_t validity = utime_to_ns(t->validity), now = c->env.now_ns();
    struct held *h = held_of(c, t->service);

    if (!h) {
        cephx_ticket_destroy(t);
        return;
    }
    drop(h);
    h->ticket = *t;
    h->expires_ns = now + validity;
    h->renew_ns = now + (validity - validity / 4);
    memset(t, 0, sizeof(*t));
    dout(auth, 10, "cephx: a ticket for %s, valid for %" PRIu64 " s", entity_type_name(h->ticket.service),
         validity / NSEC_PER_SEC);
}

/* Services that a ticket is due for. */
static uint32_t missing_locked(struct cephx_client *c)
{
    uint64_t now = c->env.now_ns();
    uint32_t mask = 0;

    for (unsigned i = 0; i < SERVICES; i++)
        if ((c->wanted & services[i]) && services[i] != ENTITY_TYPE_AUTH &&
            (!is_valid(&c->held[i], now) || now >= c->held[i].renew_ns))
            mask |= services[i];
    return mask;
}

static uint32_t missing(struct cephx_client *c)
{
    uint32_t mask;

    mutex_lock(&c->lock);
    mask = missing_locked(c);
    mutex_unlock(&c->lock);
    return mask;
}

/* ---- requests ---- */

static void client_start(struct auth_client *base)
{
    of(base)->state = WAIT_CHALLENGE;
}

static int build_login(struct cephx_client *c, struct encode *e)
{
    struct cephx_authenticate request = {.version = 3, .other_services = c->wanted};
    const struct held *auth = held_of(c, ENTITY_TYPE_AUTH);
    int r = c->env.random(&request.client_challenge, sizeof(request.client_challenge));

    if (r == 0)
        r = cephx_client_proof(&c->secret, c->server_challenge, request.client_challenge, &request.proof);
    if (r)
        return r;
    crypto_key_wipe(&c->old_key);
    mutex_lock(&c->lock);
    if (is_valid(auth, c->env.now_ns())) {
        request.old_ticket = auth->ticket.blob; /* borrowed */
        c->old_key = auth->ticket.session_key;
    }
    cephx_authenticate_encode(&request, e);
    mutex_unlock(&c->lock);
    return 0;
}

static int build_tickets(struct cephx_client *c, struct encode *e)
{
    const struct held *auth = held_of(c, ENTITY_TYPE_AUTH);
    struct cephx_authorize authorize = {0};
    int r = c->env.random(&authorize.nonce, sizeof(authorize.nonce));

    if (r)
        return r;
    encode_u16(e, CEPHX_GET_PRINCIPAL_SESSION_KEY);
    mutex_lock(&c->lock);
    if (is_valid(auth, c->env.now_ns()))
        cephx_authorizer_encode(c->global_id, ENTITY_TYPE_AUTH, &auth->ticket.blob, &auth->ticket.session_key,
                                &authorize, e);
    else
        r = -EACCES;
    encode_u8(e, 1);
    encode_u32(e, missing_locked(c));
    mutex_unlock(&c->lock);
    return r;
}

static int client_build_request(struct auth_client *base, struct encode *payload)
{
    struct cephx_client *c = of(base);

    switch (c->state) {
    case LOGIN:
        return build_login(c, payload);
    case TICKETS:
        return build_tickets(c, payload);
    case ROTATING:
        c->rotating_asked_ns = c->env.now_ns();
        encode_u16(payload, CEPHX_GET_ROTATING_KEY);
        return 0;
    case WAIT_CHALLENGE:
    case DONE:
        break;
    }
    return -EINVAL;
}

/* ---- replies ---- */

static int read_header(struct decode *d, uint16_t want)
{
    uint16_t type = decode_u16(d);
    int32_t status = decode_s32(d);

    if (decode_error(d) || type != want || status > 0)
        return -EBADMSG;
    return status;
}

/* Takes a list of tickets; only those that only names are kept. */
static int take_list(struct cephx_client *c, struct decode *d, const struct crypto_key *holder,
                     const struct crypto_key *old, uint32_t only)
{
    struct cephx_ticket tickets[CEPHX_TICKETS_MAX];
    unsigned count;
    int r = cephx_ticket_list_decode(d, holder, old, tickets, &count);

    if (r)
        return r;
    mutex_lock(&c->lock);
    for (unsigned i = 0; i < count; i++)
        if (tickets[i].service & only)
            keep(c, &tickets[i]);
    mutex_unlock(&c->lock);
    cephx_tickets_destroy(tickets, count);
    return 0;
}

static void copy_auth_key(struct cephx_client *c, struct crypto_key *key)
{
    mutex_lock(&c->lock);
    *key = held_of(c, ENTITY_TYPE_AUTH)->ticket.session_key;
    mutex_unlock(&c->lock);
}

/* Tickets for services that came along; servers of long ago send none. */
static int take_extra(struct cephx_client *c, struct decode *d)
{
    struct crypto_key key;
    struct decode extra;
    uint32_t ignored;
    int r = 0;

    if (decode_left(d) == 0)
        return 0;
    decode_blob(d, &ignored); /* a secret for connections of protocol v2 */
    extra = decode_sub(d);
    if (decode_error(d))
        return -EBADMSG;
    if (decode_left(&extra) > 0) {
        copy_auth_key(c, &key);
        r = take_list(c, &extra, &key, NULL, ~(uint32_t)ENTITY_TYPE_AUTH);
        crypto_key_wipe(&key);
    }
    return r;
}

static int take_login(struct cephx_client *c, struct decode *d)
{
    bool showed = crypto_key_is_usable(&c->old_key);
    int r = read_header(d, CEPHX_GET_AUTH_SESSION_KEY);

    if (r == 0)
        r = take_list(c, d, &c->secret, showed ? &c->old_key : NULL, ENTITY_TYPE_AUTH);
    crypto_key_wipe(&c->old_key);
    if (r == 0 && !is_valid(held_of(c, ENTITY_TYPE_AUTH), c->env.now_ns()))
        r = -EBADMSG;
    return r ? r : take_extra(c, d);
}

static int take_tickets(struct cephx_client *c, struct decode *d)
{
    struct crypto_key key;
    int r = read_header(d, CEPHX_GET_PRINCIPAL_SESSION_KEY);

    if (r)
        return r;
    copy_auth_key(c, &key);
    r = take_list(c, d, &key, NULL, c->wanted & ~(uint32_t)ENTITY_TYPE_AUTH);
    crypto_key_wipe(&key);
    return r;
}

static int take_rotating(struct cephx_client *c, struct decode *d)
{
    struct rotating_keys keys = {0};
    struct plaintext p;
    int r = read_header(d, CEPHX_GET_ROTATING_KEY);

    if (r)
        return r;
    r = crypto_unbox(&c->secret, d, &p);
    if (r == 0)
        r = rotating_keys_decode(&keys, &p.d);
    plaintext_destroy(&p);
    if (r)
        return r;
    dout(auth, 5, "cephx: rotating keys up to %" PRIu64, keys.max_id);
    c->rotating = keys;
    auth_service_set_keys(c->service, &keys);
    rotating_keys_wipe(&keys);
    return 0;
}

static bool needs_rotating(struct cephx_client *c)
{
    uint64_t now = c->env.now_ns();

    if (!c->service || (c->rotating_asked_ns && now - c->rotating_asked_ns < NSEC_PER_SEC))
        return false;
    return rotating_keys_need_refresh(&c->rotating, utime_from_ns(c->env.wall_ns()),
                                      conf_seconds_ns(c->conf, OPT_auth_service_ticket_ttl));
}

/* What there is to ask for now; services that the monitor has just left out are not asked for again at once.
 */
static enum state next_state(struct cephx_client *c, enum state last)
{
    uint64_t now = c->env.now_ns();
    const struct held *auth = held_of(c, ENTITY_TYPE_AUTH);
    bool login;

    mutex_lock(&c->lock);
    login = !is_valid(auth, now) || now >= auth->renew_ns;
    mutex_unlock(&c->lock);
    if (login && last != LOGIN)
        return LOGIN;
    if (missing(c) && last != TICKETS && last != ROTATING)
        return TICKETS;
    return needs_rotating(c) ? ROTATING : DONE;
}

static int go_on(struct cephx_client *c)
{
    c->state = next_state(c, c->state);
    return c->state == DONE ? 0 : AUTH_CLIENT_MORE;
}

static int take(struct cephx_client *c, struct decode *d)
{
    switch (c->state) {
    case WAIT_CHALLENGE:
        c->state = LOGIN;
        return cephx_server_challenge_decode(d, &c->server_challenge) ? -EBADMSG : AUTH_CLIENT_MORE;
    case LOGIN:
        return take_login(c, d);
    case TICKETS:
        return take_tickets(c, d);
    case ROTATING:
        return take_rotating(c, d);
    case DONE:
        break;
    }
    return 0; /* an answer that nobody waits for any more */
}

/* The ticket that was to prove our global_id did not: the next try is as a new client. */
static void forget(struct cephx_client *c)
{
    mutex_lock(&c->lock);
    for (unsigned i = 0; i < SERVICES; i++)
        drop(&c->held[i]);
    mutex_unlock(&c->lock);
    crypto_key_wipe(&c->old_key);
}

static int client_handle_reply(struct auth_client *base, int32_t result, uint64_t global_id,
                               const uint8_t *payload, size_t len)
{
    struct cephx_client *c = of(base);
    struct decode d;
    int r = result < 0 ? result : 0;

    decode_init(&d, payload, len);
    mutex_lock(&c->lock);
    if (r == 0)
        c->global_id = global_id;
    mutex_unlock(&c->lock);
    if (r == 0)
        r = take(c, &d);
    if (r < 0) {
        if (c->state == LOGIN)
            forget(c);
        return r;
    }
    return r == AUTH_CLIENT_MORE || c->state == DONE ? r : go_on(c);
}

static bool client_wants_renewal(struct auth_client *base, uint64_t now_ns UNUSED)
{
    struct cephx_client *c = of(base);

    if (c->state == DONE)
        c->state = next_state(c, DONE);
    else
        return false; /* something is under way */
    return c->state != DONE;
}

static bool client_keeps_global_id(struct auth_client *base)
{
    struct cephx_client *c = of(base);
    bool keeps;

    mutex_lock(&c->lock);
    keeps = is_valid(held_of(c, ENTITY_TYPE_AUTH), c->env.now_ns());
    mutex_unlock(&c->lock);
    return keeps;
}

/* ---- dialling ---- */

static int start_dial(struct cephx_client *c, uint32_t service, struct authorizer *a)
{
    const struct held *h;
    uint64_t nonce;
    int r = c->env.random(&nonce, sizeof(nonce));

    if (r)
        return r;
    mutex_lock(&c->lock);
    h = held_of(c, service);
    r = h && is_valid(h, c->env.now_ns())
            ? cephx_dial_start(a, c->global_id, service, &h->ticket.blob, &h->ticket.session_key, nonce)
            : -ENOKEY;
    mutex_unlock(&c->lock);
    if (r == -ENOKEY)
        dout(auth, 1, "cephx: no ticket for %s yet", entity_type_name(service));
    return r;
}

static int client_get_authorizer(void *arg, uint32_t peer_type, const uint8_t *challenge,
                                 size_t challenge_len, struct authorizer *a)
{
    if (peer_type == ENTITY_TYPE_MON) { /* authenticates us by messages */
        *a = (struct authorizer){.protocol = AUTH_PROTOCOL_UNKNOWN};
        return 0;
    }
    return challenge ? cephx_dial_answer(a, challenge, challenge_len) : start_dial(of(arg), peer_type, a);
}

static int client_check_reply(void *arg, struct authorizer *a, const uint8_t *reply, size_t len,
                              uint64_t features, struct session_security **security)
{
    return cephx_dial_check_reply(a, reply, len, features, conf_bool(of(arg)->conf, OPT_cephx_sign_messages),
                                  security);
}

/* Unless there is a newer ticket by now, it is of no use: get another. */
static void client_refused(void *arg, uint32_t peer_type, struct authorizer *a)
{
    struct cephx_client *c = of(arg);
    struct held *h;

    mutex_lock(&c->lock);
    h = held_of(c, peer_type);
    if (h && h->ticket.blob.len && h->ticket.blob.secret_id == cephx_dial_secret_id(a))
        drop(h);
    mutex_unlock(&c->lock);
    dout(auth, 0, "cephx: our ticket for %s was refused", entity_type_name(peer_type));
}

static void client_release_dial(void *arg UNUSED, struct authorizer *a)
{
    cephx_dial_release(a);
}

/* ---- life ---- */

static void client_free(struct auth_client *base)
{
    struct cephx_client *c = of(base);

    forget(c);
    rotating_keys_wipe(&c->rotating);
    crypto_key_wipe(&c->secret);
    entity_id_destroy(&c->name);
    mutex_destroy(&c->lock);
    free(c);
}

static const struct auth_client_ops cephx_ops = {
    .protocol = AUTH_PROTOCOL_CEPHX,
    .free = client_free,
    .start = client_start,
    .build_request = client_build_request,
    .handle_reply = client_handle_reply,
    .wants_renewal = client_wants_renewal,
    .keeps_global_id = client_keeps_global_id,
    .connector =
        {
            .get_authorizer = client_get_authorizer,
            .check_reply = client_check_reply,
            .refused = client_refused,
            .release_dial = client_release_dial,
        },
};

struct auth_client *cephx_client_create(const struct cephx_client_config *config)
{
    static const struct cephx_client_env system_env = {clock_monotonic_ns, clock_realtime_ns, crypto_random};
    struct cephx_client *c = calloc(1, sizeof(*c));

    if (!c || entity_id_copy(&c->name, config->name)) {
        free(c);
        return NULL;
    }
    c->base.ops = &cephx_ops;
    c->conf = config->conf;
    c->secret = *config->secret;
    c->wanted = config->services;
    c->service = config->service;
    c->env = config->env ? *config->env : system_env;
    mutex_init(&c->lock, "cephx_client", LOCK_RANK_AUTH);
    return &c->base;
}
