/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/cephx_server.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const uint32_t cephx_services[CEPHX_SERVICES] = {ENTITY_TYPE_AUTH, ENTITY_TYPE_MON, ENTITY_TYPE_MDS,
                                                 ENTITY_TYPE_OSD, ENTITY_TYPE_MGR};

/* One request under way. */
struct request {
    const struct cephx_server *server;
    struct cephx_server_session *session;
    const struct keyring_entry *entity; /* NULL: there is none of that name */
    char *why;
    size_t why_size;
};

#define REFUSE(q, error, ...) (snprintf((q)->why, (q)->why_size, __VA_ARGS__), (error))

static const struct rotating_keys *ring_of(const struct cephx_server *server, uint32_t service)
{
    for (unsigned i = 0; i < CEPHX_SERVICES; i++)
        if (cephx_services[i] == service)
            return &server->rings[i];
    return NULL;
}

int cephx_server_start(const struct cephx_server *server, struct cephx_server_session *s,
                       struct encode *reply)
{
    s->authenticated = false;
    s->server_challenge = 0;
    while (s->server_challenge == 0) {
        int r = server->random(&s->server_challenge, sizeof(s->server_challenge));

        if (r)
            return r;
    }
    cephx_server_challenge_encode(s->server_challenge, reply);
    return encode_error(reply);
}

/* ---- issuing ---- */

static int issue(struct request *q, uint32_t service, struct cephx_ticket *out)
{
    const struct cephx_server *server = q->server;
    const struct rotating_key *sealer = rotating_keys_current(ring_of(server, service), server->now);
    uint64_t ttl = service == ENTITY_TYPE_AUTH ? server->auth_ttl_ns : server->service_ttl_ns;
    struct cephx_ticket_info info = {
        .name = {.type = q->session->name->type, .id = q->session->name->id}, /* borrowed */
        .global_id = q->session->global_id,
        .created = server->now,
        .expires = utime_from_ns(utime_to_ns(server->now) + ttl),
        .caps = (char *)string_map_get(&q->entity->caps, entity_type_name(service)), /* borrowed */
    };
    uint8_t secret[CRYPTO_SECRET_LEN];
    int r = sealer ? server->random(secret, sizeof(secret)) : -ENOENT;

    if (r)
        return r;
    crypto_key_set(&info.session_key, secret, server->now);
    *out = (struct cephx_ticket){
        .service = service, .session_key = info.session_key, .validity = utime_from_ns(ttl)};
    r = cephx_ticket_seal(&info, &sealer->key, sealer->id, &out->blob);
    crypto_key_wipe(&info.session_key);
    explicit_bzero(secret, sizeof(secret));
    return r;
}

/* Tickets for the services of mask, but for the auth service. */
static int issue_services(struct request *q, uint32_t mask, const struct crypto_key *holder, struct encode *e)
{
    struct cephx_ticket tickets[CEPHX_SERVICES];
    unsigned count = 0;
    int r = 0;

    for (unsigned i = 1; i < CEPHX_SERVICES && r == 0; i++) {
        if (!(mask & cephx_services[i]))
            continue;
        r = issue(q, cephx_services[i], &tickets[count]);
        if (r == 0)
            count++;
        else if (r == -ENOENT)
            r = 0; /* nobody can use one yet */
    }
    if (r == 0)
        cephx_ticket_list_encode(tickets, count, holder, NULL, e);
    cephx_tickets_destroy(tickets, count);
    return r;
}

/* ---- login ---- */

/* The old ticket, opened; -EACCES: it is not good for this client. */
static int check_old_ticket(struct request *q, const struct cephx_ticket_blob *blob,
                            struct crypto_key *old_key)
{
    const struct rotating_keys *ring = ring_of(q->server, ENTITY_TYPE_AUTH);
    const struct crypto_key *key = rotating_keys_find(ring, blob->secret_id);
    struct cephx_ticket_info info = {0};
    int r = 0;

    if (!key)
        return REFUSE(q, -EACCES, "its old ticket is of secret %" PRIu64 ", which is not in use",
                      blob->secret_id);
    if (cephx_ticket_open(blob, key, &info))
        r = REFUSE(q, -EACCES, "its old ticket cannot be opened");
    else if (info.global_id != q->session->global_id)
        r = REFUSE(q, -EACCES, "its old ticket is for global_id %" PRIu64, info.global_id);
    else if (entity_id_compare(&info.name, q->session->name))
        r = REFUSE(q, -EACCES, "its old ticket is for %s.%s", entity_type_name(info.name.type), info.name.id);
    else if (utime_to_ns(info.expires) <= utime_to_ns(q->server->now))
        r = REFUSE(q, -EACCES, "its old ticket has expired");
    else
        *old_key = info.session_key;
    cephx_ticket_info_destroy(&info);
    return r;
}

/* May the client have the global_id? old_key is set when it showed a ticket for it. */
static int check_global_id(struct request *q, const struct cephx_authenticate *a, struct crypto_key *old_key)
{
    bool renews = q->session->authenticated;

    if (!q->session->wants_old_global_id && !renews)
        return a->old_ticket.len ? REFUSE(q, -EINVAL, "it shows an old ticket for a new global_id") : 0;
    if (a->old_ticket.len)
        return check_old_ticket(q, &a->old_ticket, old_key);
    if (renews || (a->version < 3 && q->server->allow_insecure_reclaim))
        return 0;
    return REFUSE(q, -EACCES, "it wants global_id %" PRIu64 " again without a ticket for it",
                  q->session->global_id);
}

static int check_proof(struct request *q, const struct cephx_authenticate *a)
{
    uint64_t want;
    int r;

    if (!q->entity)
        return REFUSE(q, -EACCES, "there is no such entity");
    if (!string_map_get(&q->entity->caps, "mon"))
        return REFUSE(q, -EACCES, "it has no capabilities for monitors");
    r = cephx_client_proof(&q->entity->key, q->session->server_challenge, a->client_challenge, &want);
    if (r == 0 && !crypto_equal(&want, &a->proof, sizeof(want)))
        r = REFUSE(q, -EACCES, "it does not have the right key");
    return r;
}

static int write_login(struct request *q, const struct cephx_authenticate *a,
                       const struct crypto_key *old_key, struct encode *reply)
{
    struct cephx_ticket ticket;
    int r = issue(q, ENTITY_TYPE_AUTH, &ticket);

    if (r)
        return REFUSE(q, r, "there is no key to make tickets with");
    cephx_reply_header_encode(CEPHX_GET_AUTH_SESSION_KEY, 0, reply);
    cephx_ticket_list_encode(&ticket, 1, &q->entity->key, old_key, reply);
    if (a->other_services) {
        size_t extra;

        encode_blob(reply, NULL, 0); /* a secret for connections of protocol v2 */
        extra = encode_begin_blob(reply);
        r = issue_services(q, a->other_services, &ticket.session_key, reply);
        encode_end_blob(reply, extra);
    }
    cephx_ticket_destroy(&ticket);
    return r ? r : encode_error(reply);
}

static int login(struct request *q, struct decode *d, struct encode *reply)
{
    struct crypto_key old_key = {0};
    struct cephx_authenticate a;
    int r = cephx_authenticate_decode(d, &a);

    if (r)
        r = REFUSE(q, -EINVAL, "its login is malformed");
    if (r == 0)
        r = check_proof(q, &a);
    if (r == 0)
        r = check_global_id(q, &a, &old_key);
    if (r == 0)
        r = write_login(q, &a, crypto_key_is_usable(&old_key) ? &old_key : NULL, reply);
    if (r == 0)
        q->session->authenticated = true;
    crypto_key_wipe(&old_key);
    cephx_ticket_blob_destroy(&a.old_ticket);
    return r;
}

/* ---- tickets and rotating keys ---- */

/* The ticket in an authorizer for the auth service must be this client's. */
static int check_auth_ticket(struct request *q, const struct cephx_authorizer *a,
                             struct cephx_ticket_info *info)
{
    const struct crypto_key *key =
        rotating_keys_find(ring_of(q->server, ENTITY_TYPE_AUTH), a->ticket.secret_id);
    struct cephx_authorize proof;

    if (a->service != ENTITY_TYPE_AUTH || !key)
        return REFUSE(q, -EACCES, "its ticket is of secret %" PRIu64 ", which is not in use",
                      a->ticket.secret_id);
    if (cephx_ticket_open(&a->ticket, key, info))
        return REFUSE(q, -EACCES, "its ticket cannot be opened");
    if (info->global_id != q->session->global_id || info->global_id != a->global_id ||
        entity_id_compare(&info->name, q->session->name))
        return REFUSE(q, -EACCES, "its ticket is somebody else's");
    if (utime_to_ns(info->expires) <= utime_to_ns(q->server->now))
        return REFUSE(q, -EACCES, "its ticket has expired");
    if (cephx_authorizer_open_proof(a, &info->session_key, &proof))
        return REFUSE(q, -EACCES, "it does not know the session key of its ticket");
    return 0;
}

static int tickets(struct request *q, struct decode *d, struct encode *reply)
{
    struct cephx_ticket_info info = {0};
    struct cephx_authorizer a;
    uint32_t mask;
    int r = cephx_authorizer_decode(d, &a);

    decode_u8(d);
    mask = decode_u32(d);
    if (r || decode_error(d))
        r = REFUSE(q, -EINVAL, "its request for tickets is malformed");
    else if (!q->entity)
        r = REFUSE(q, -EACCES, "there is no such entity any more");
    if (r == 0)
        r = check_auth_ticket(q, &a, &info);
    if (r == 0) {
        cephx_reply_header_encode(CEPHX_GET_PRINCIPAL_SESSION_KEY, 0, reply);
        r = issue_services(q, mask, &info.session_key, reply);
    }
    cephx_ticket_info_destroy(&info);
    cephx_ticket_blob_destroy(&a.ticket);
    return r ? r : encode_error(reply);
}

static int rotating(struct request *q, struct encode *reply)
{
    uint32_t type = q->session->name->type;
    const struct rotating_keys *ring = ring_of(q->server, type);
    struct encode e;

    if (!q->session->authenticated || !q->entity ||
        (type != ENTITY_TYPE_OSD && type != ENTITY_TYPE_MDS && type != ENTITY_TYPE_MGR))
        return REFUSE(q, -EACCES, "it asks for rotating keys, which are not for it");
    encode_init(&e);
    e.secret = true;
    rotating_keys_encode(ring, &e);
    cephx_reply_header_encode(CEPHX_GET_ROTATING_KEY, 0, reply);
    crypto_box(&q->entity->key, &e, reply);
    encode_destroy(&e);
    return encode_error(reply);
}

int cephx_server_handle(const struct cephx_server *server, struct cephx_server_session *s,
                        const void *payload, size_t len, struct encode *reply, char *why, size_t why_size)
{
    struct request q = {.server = server,
                        .session = s,
                        .entity = keyring_find(server->keyring, s->name),
                        .why = why,
                        .why_size = why_size};
    struct decode d;
    uint16_t type;

    decode_init(&d, payload, len);
    type = decode_u16(&d);
    if (s->server_challenge == 0)
        return REFUSE(&q, -EINVAL, "it was not challenged yet");
    if (type == CEPHX_GET_AUTH_SESSION_KEY)
        return login(&q, &d, reply);
    if (!s->authenticated)
        return REFUSE(&q, -EACCES, "it has not logged in");
    if (type == CEPHX_GET_PRINCIPAL_SESSION_KEY)
        return tickets(&q, &d, reply);
    if (type == CEPHX_GET_ROTATING_KEY)
        return rotating(&q, reply);
    return REFUSE(&q, -EINVAL, "its request 0x%04x is unknown", type);
}
