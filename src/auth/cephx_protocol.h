/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cephx_protocol: what cephx puts on the wire: tickets, challenges, proofs, authorizers and their replies,
 * each with how it is made and how it is checked. Pure: randomness and time are arguments.
 *
 * The monitor and a client share the client's secret. A ticket for a service is an info (who, until when, a
 * new session key), sealed with a key of that service, which its holder cannot read; the session key comes
 * beside it under a key that the holder has. An authorizer is a ticket with a proof that its holder knows the
 * session key.
 *
 * Owner: _destroy what was decoded or sealed; session keys are zeroed. Errors: -EBADMSG (malformed), -EACCES
 * (a key does not open it, or a value is not the expected one), -ENOMEM. Format: doc/cephx.md.
 */
#ifndef CEPH_AUTH_CEPHX_PROTOCOL_H
#define CEPH_AUTH_CEPHX_PROTOCOL_H

#include "auth/crypto_key.h"
#include "types/entity_name.h"
#include "types/utime.h"

enum cephx_request_type {
    CEPHX_GET_AUTH_SESSION_KEY = 0x0100,
    CEPHX_GET_PRINCIPAL_SESSION_KEY = 0x0200,
    CEPHX_GET_ROTATING_KEY = 0x0400,
};

enum {
    CEPHX_TICKETS_MAX = 16,       /* in one reply; there are five services */
    CEPHX_TICKET_BLOB_MAX = 8192, /* what goes into a handshake has bounds */
};

/* The secret id of tickets that monitors make for each other, sealed with the mon. key itself. */
#define CEPHX_MON_SECRET_ID UINT64_MAX

/* ---- tickets ---- */

/* A sealed ticket. */
struct cephx_ticket_blob {
    uint64_t secret_id; /* which of the service's keys opens it */
    uint8_t *bytes;     /* malloc'ed */
    uint32_t len;       /* 0: no ticket */
};
void cephx_ticket_blob_destroy(struct cephx_ticket_blob *b);
int cephx_ticket_blob_copy(struct cephx_ticket_blob *to, const struct cephx_ticket_blob *from) MUST_CHECK;
void cephx_ticket_blob_encode(const struct cephx_ticket_blob *b, struct encode *e);
void cephx_ticket_blob_decode(struct cephx_ticket_blob *b, struct decode *d); /* destroy it also on failure */

/* What is inside. */
struct cephx_ticket_info {
    struct entity_id name;
    uint64_t global_id;
    struct utime created, expires;
    char *caps; /* text, malloc'ed; NULL: none */
    bool caps_allow_all;
    struct crypto_key session_key;
};
void cephx_ticket_info_destroy(struct cephx_ticket_info *info);

int cephx_ticket_seal(const struct cephx_ticket_info *info, const struct crypto_key *service_key,
                      uint64_t secret_id, struct cephx_ticket_blob *out) MUST_CHECK;
/* info is destroyed by the caller, also on failure. Does not look at the clock. */
int cephx_ticket_open(const struct cephx_ticket_blob *b, const struct crypto_key *service_key,
                      struct cephx_ticket_info *info) MUST_CHECK;

/* A ticket as its holder gets it. */
struct cephx_ticket {
    uint32_t service; /* enum entity_type */
    struct crypto_key session_key;
    struct utime validity; /* a duration */
    struct cephx_ticket_blob blob;
};
void cephx_ticket_destroy(struct cephx_ticket *t);
void cephx_tickets_destroy(struct cephx_ticket *t, unsigned count);

/* The list in a reply. holder: a key that the holder has. old: its last auth session key, with which the
 * blobs are then encrypted as well; NULL: none. */
void cephx_ticket_list_encode(const struct cephx_ticket *t, unsigned count, const struct crypto_key *holder,
                              const struct crypto_key *old, struct encode *e);
/* Puts up to CEPHX_TICKETS_MAX tickets into t; more are malformed. On failure nothing is left in t. */
int cephx_ticket_list_decode(struct decode *d, const struct crypto_key *holder, const struct crypto_key *old,
                             struct cephx_ticket t[static CEPHX_TICKETS_MAX], unsigned *count) MUST_CHECK;

/* ---- requests to the monitor ---- */

void cephx_server_challenge_encode(uint64_t challenge, struct encode *e);
int cephx_server_challenge_decode(struct decode *d, uint64_t *challenge) MUST_CHECK;

/* What shows that the client has the secret: a fold of both challenges, encrypted. */
int cephx_client_proof(const struct crypto_key *secret, uint64_t server_challenge, uint64_t client_challenge,
                       uint64_t *proof) MUST_CHECK;

struct cephx_authenticate {
    uint8_t version; /* 1: no other_services; 3: the old ticket is there when a global_id is to be kept */
    uint64_t client_challenge, proof;
    struct cephx_ticket_blob old_ticket; /* len 0: none */
    uint32_t other_services;             /* mask of services to get tickets for along with it */
};
void cephx_authenticate_encode(const struct cephx_authenticate *a,
                               struct encode *e); /* the request type included */
/* After the request type. Destroy a->old_ticket, also on failure. */
int cephx_authenticate_decode(struct decode *d, struct cephx_authenticate *a) MUST_CHECK;

void cephx_reply_header_encode(uint16_t request_type, int32_t status, struct encode *e);

/* ---- authorizers ---- */

struct cephx_authorizer {
    uint64_t global_id;
    uint32_t service;
    struct cephx_ticket_blob ticket;
    const uint8_t *proof; /* boxed, borrowed from what was decoded */
    size_t proof_len;
};

/* What the proof says. */
struct cephx_authorize {
    uint64_t nonce;
    bool have_challenge;
    uint64_t server_challenge_plus_one;
};

void cephx_authorizer_encode(uint64_t global_id, uint32_t service, const struct cephx_ticket_blob *ticket,
                             const struct crypto_key *session_key, const struct cephx_authorize *authorize,
                             struct encode *e);
/* Takes it from d and leaves what follows. Destroy a->ticket, also on failure. */
int cephx_authorizer_decode(struct decode *d, struct cephx_authorizer *a) MUST_CHECK;
int cephx_authorizer_open_proof(const struct cephx_authorizer *a, const struct crypto_key *session_key,
                                struct cephx_authorize *out) MUST_CHECK;

/* The acceptor's challenge. */
void cephx_challenge_encode(const struct crypto_key *session_key, uint64_t challenge, struct encode *e);
int cephx_challenge_decode(const struct crypto_key *session_key, const void *p, size_t len,
                           uint64_t *challenge) MUST_CHECK;

/* The acceptor's answer to an authorizer that was good. */
void cephx_authorizer_reply_encode(const struct crypto_key *session_key, uint64_t nonce, struct encode *e);
int cephx_authorizer_reply_check(const struct crypto_key *session_key, uint64_t nonce, const void *p,
                                 size_t len) MUST_CHECK;

#endif
