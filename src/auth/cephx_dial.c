/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/cephx_dial.h"

#include <errno.h>
#include <stdlib.h>

#include "auth/session_security.h"

struct cephx_dial {
    uint64_t global_id;
    uint32_t service;
    struct cephx_ticket_blob ticket;
    struct crypto_key session_key;
    uint64_t nonce;
};

/* Puts an authorizer in the place of the one there. */
static int write_authorizer(struct authorizer *a, const struct cephx_authorize *authorize)
{
    const struct cephx_dial *dial = a->state;
    struct encode e;
    int r;

    encode_init(&e);
    cephx_authorizer_encode(dial->global_id, dial->service, &dial->ticket, &dial->session_key, authorize, &e);
    r = encode_error(&e);
    if (r == 0) {
        free(a->bytes);
        a->bytes = encode_steal(&e, &a->len);
    }
    encode_destroy(&e);
    return r;
}

int cephx_dial_start(struct authorizer *a, uint64_t global_id, uint32_t service,
                     const struct cephx_ticket_blob *ticket, const struct crypto_key *session_key,
                     uint64_t nonce)
{
    struct cephx_authorize authorize = {.nonce = nonce};
    struct cephx_dial *dial = calloc(1, sizeof(*dial));
    int r = dial ? cephx_ticket_blob_copy(&dial->ticket, ticket) : -ENOMEM;

    if (r) {
        free(dial);
        return r;
    }
    cephx_dial_release(a);
    dial->global_id = global_id;
    dial->service = service;
    dial->session_key = *session_key;
    dial->nonce = nonce;
    a->protocol = AUTH_PROTOCOL_CEPHX;
    a->state = dial;
    return write_authorizer(a, &authorize);
}

int cephx_dial_answer(struct authorizer *a, const uint8_t *challenge, size_t len)
{
    const struct cephx_dial *dial = a->state;
    struct cephx_authorize authorize = {.have_challenge = true};
    uint64_t server_challenge;
    int r = dial ? cephx_challenge_decode(&dial->session_key, challenge, len, &server_challenge) : -EBADMSG;

    if (r)
        return r;
    authorize.nonce = dial->nonce;
    authorize.server_challenge_plus_one = server_challenge + 1;
    return write_authorizer(a, &authorize);
}

int cephx_dial_check_reply(struct authorizer *a, const uint8_t *reply, size_t len, uint64_t features,
                           bool sign_messages, struct session_security **security)
{
    const struct cephx_dial *dial = a->state;
    int r = dial ? cephx_authorizer_reply_check(&dial->session_key, dial->nonce, reply, len) : -EBADMSG;

    *security = NULL;
    return r ? r : session_security_create(&dial->session_key, features, sign_messages, security);
}

void cephx_dial_release(struct authorizer *a)
{
    struct cephx_dial *dial = a->state;

    if (!dial)
        return;
    cephx_ticket_blob_destroy(&dial->ticket);
    crypto_key_wipe(&dial->session_key);
    free(dial);
    a->state = NULL;
}

uint64_t cephx_dial_secret_id(const struct authorizer *a)
{
    const struct cephx_dial *dial = a->state;

    return dial ? dial->ticket.secret_id : 0;
}
