/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/cephx_protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/* Versioned structs here have one version byte and no length. */
static void decode_version(struct decode *d)
{
    if (decode_u8(d) < 1)
        decode_fail(d, -EBADMSG);
}

static void init_secret(struct encode *e)
{
    encode_init(e);
    e->secret = true;
}

/* ---- tickets ---- */

void cephx_ticket_blob_destroy(struct cephx_ticket_blob *b)
{
    free(b->bytes);
    memset(b, 0, sizeof(*b));
}

int cephx_ticket_blob_copy(struct cephx_ticket_blob *to, const struct cephx_ticket_blob *from)
{
    *to = (struct cephx_ticket_blob){.secret_id = from->secret_id, .len = from->len};
    if (from->len == 0)
        return 0;
    to->bytes = malloc(from->len);
    if (!to->bytes) {
        to->len = 0;
        return -ENOMEM;
    }
    memcpy(to->bytes, from->bytes, from->len);
    return 0;
}

void cephx_ticket_blob_encode(const struct cephx_ticket_blob *b, struct encode *e)
{
    encode_u8(e, 1);
    encode_u64(e, b->secret_id);
    encode_blob(e, b->bytes, b->len);
}

void cephx_ticket_blob_decode(struct cephx_ticket_blob *b, struct decode *d)
{
    struct cephx_ticket_blob borrowed = {0};

    decode_version(d);
    borrowed.secret_id = decode_u64(d);
    borrowed.bytes = (uint8_t *)decode_blob(d, &borrowed.len);
    if (borrowed.len > CEPHX_TICKET_BLOB_MAX) {
        decode_fail(d, -EBADMSG);
        borrowed.len = 0;
    }
    if (cephx_ticket_blob_copy(b, &borrowed))
        decode_fail(d, -ENOMEM);
}

void cephx_ticket_info_destroy(struct cephx_ticket_info *info)
{
    entity_id_destroy(&info->name);
    free(info->caps);
    crypto_key_wipe(&info->session_key);
    memset(info, 0, sizeof(*info));
}

/* Capabilities are a string inside of a blob; no capabilities are an empty blob. */
static void caps_encode(const struct cephx_ticket_info *info, struct encode *e)
{
    size_t blob;

    encode_u8(e, 1);
    encode_bool(e, info->caps_allow_all);
    blob = encode_begin_blob(e);
    if (info->caps)
        encode_string(e, info->caps);
    encode_end_blob(e, blob);
}

static void caps_decode(struct cephx_ticket_info *info, struct decode *d)
{
    struct decode blob;

    decode_version(d);
    info->caps_allow_all = decode_bool(d);
    blob = decode_sub(d);
    if (decode_left(&blob) > 0) {
        info->caps = decode_string(&blob);
        if (decode_finish(&blob))
            decode_fail(d, blob.error);
    }
}

int cephx_ticket_seal(const struct cephx_ticket_info *info, const struct crypto_key *service_key,
                      uint64_t secret_id, struct cephx_ticket_blob *out)
{
    struct encode e, sealed;
    size_t len;
    int r;

    init_secret(&e);
    encode_u8(&e, 1);
    encode_u8(&e, 2); /* the ticket proper */
    entity_id_encode(&info->name, &e);
    encode_u64(&e, info->global_id);
    encode_u64(&e, UINT64_MAX); /* a user id of long ago */
    utime_encode(info->created, &e);
    utime_encode(info->expires, &e);
    caps_encode(info, &e);
    encode_u32(&e, 0); /* flags */
    crypto_key_encode(&info->session_key, &e);
    encode_init(&sealed);
    crypto_wrap(service_key, &e, &sealed);
    encode_destroy(&e);
    r = encode_error(&sealed);
    *out = (struct cephx_ticket_blob){.secret_id = secret_id, .bytes = encode_steal(&sealed, &len)};
    out->len = (uint32_t)len;
    return r;
}

static void info_decode(struct cephx_ticket_info *info, struct decode *d)
{
    uint8_t v;
    int r;

    decode_version(d);
    v = decode_u8(d);
    r = entity_id_decode(&info->name, d);
    if (r)
        decode_fail(d, r);
    info->global_id = decode_u64(d);
    if (v >= 2)
        decode_u64(d);
    info->created = utime_decode(d);
    info->expires = utime_decode(d);
    caps_decode(info, d);
    decode_u32(d);
    crypto_key_decode(&info->session_key, d);
    if (!crypto_key_is_usable(&info->session_key))
        decode_fail(d, -EBADMSG);
}

int cephx_ticket_open(const struct cephx_ticket_blob *b, const struct crypto_key *service_key,
                      struct cephx_ticket_info *info)
{
    struct plaintext p;
    int r = crypto_unwrap(service_key, b->bytes, b->len, &p);

    memset(info, 0, sizeof(*info));
    if (r == 0) {
        info_decode(info, &p.d);
        r = decode_error(&p.d); /* newer releases may have more behind it */
    }
    plaintext_destroy(&p);
    return r;
}

void cephx_ticket_destroy(struct cephx_ticket *t)
{
    cephx_ticket_blob_destroy(&t->blob);
    crypto_key_wipe(&t->session_key);
    memset(t, 0, sizeof(*t));
}

void cephx_tickets_destroy(struct cephx_ticket *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cephx_ticket_destroy(&t[i]);
}

static void ticket_encode(const struct cephx_ticket *t, const struct crypto_key *holder,
                          const struct crypto_key *old, struct encode *e)
{
    struct encode content;

    encode_u32(e, t->service);
    encode_u8(e, 1);
    init_secret(&content);
    encode_u8(&content, 1);
    crypto_key_encode(&t->session_key, &content);
    utime_encode(t->validity, &content);
    crypto_box(holder, &content, e);
    encode_destroy(&content);

    encode_bool(e, old != NULL);
    encode_init(&content);
    cephx_ticket_blob_encode(&t->blob, &content);
    if (old) {
        struct encode blob;

        encode_init(&blob);
        encode_blob(&blob, content.data, content.len);
        crypto_box(old, &blob, e);
        encode_destroy(&blob);
    } else {
        encode_blob(e, content.data, content.len);
    }
    encode_destroy(&content);
}

void cephx_ticket_list_encode(const struct cephx_ticket *t, unsigned count, const struct crypto_key *holder,
                              const struct crypto_key *old, struct encode *e)
{
    encode_u8(e, 1);
    encode_u32(e, count);
    for (unsigned i = 0; i < count; i++)
        ticket_encode(&t[i], holder, old, e);
}

/* The blob inside of its own length. */
static void blob_in_length(struct cephx_ticket_blob *b, struct decode *d)
{
    struct decode inner = decode_sub(d);

    cephx_ticket_blob_decode(b, &inner);
    if (decode_finish(&inner))
        decode_fail(d, inner.error);
}

/* Passes an error of something that was encrypted to the cursor of the whole. */
static void pass(struct decode *d, int r)
{
    if (r)
        decode_fail(d, r);
}

static void ticket_decode(struct cephx_ticket *t, struct decode *d, const struct crypto_key *holder,
                          const struct crypto_key *old)
{
    struct plaintext p;
    int r;

    t->service = decode_u32(d);
    decode_version(d);
    r = crypto_unbox(holder, d, &p);
    pass(d, r);
    if (r == 0) {
        decode_version(&p.d);
        crypto_key_decode(&t->session_key, &p.d);
        t->validity = utime_decode(&p.d);
        pass(d, crypto_key_is_usable(&t->session_key) ? decode_error(&p.d) : -EBADMSG);
    }
    plaintext_destroy(&p);
    if (!decode_bool(d)) {
        blob_in_length(&t->blob, d);
        return;
    }
    r = old ? crypto_unbox(old, d, &p) : -EACCES;
    pass(d, r);
    if (!old)
        return;
    if (r == 0) {
        blob_in_length(&t->blob, &p.d);
        pass(d, decode_finish(&p.d));
    }
    plaintext_destroy(&p);
}

int cephx_ticket_list_decode(struct decode *d, const struct crypto_key *holder, const struct crypto_key *old,
                             struct cephx_ticket t[static CEPHX_TICKETS_MAX], unsigned *count)
{
    uint32_t n;

    memset(t, 0, CEPHX_TICKETS_MAX * sizeof(*t));
    *count = 0;
    decode_version(d);
    n = decode_count(d, 14);
    if (n > CEPHX_TICKETS_MAX)
        decode_fail(d, -EBADMSG);
    while (*count < n && !decode_error(d))
        ticket_decode(&t[(*count)++], d, holder, old);
    if (decode_error(d)) {
        cephx_tickets_destroy(t, *count);
        *count = 0;
    }
    return decode_error(d);
}

/* ---- requests to the monitor ---- */

void cephx_server_challenge_encode(uint64_t challenge, struct encode *e)
{
    encode_u8(e, 1);
    encode_u64(e, challenge);
}

int cephx_server_challenge_decode(struct decode *d, uint64_t *challenge)
{
    decode_version(d);
    *challenge = decode_u64(d);
    return decode_error(d);
}

int cephx_client_proof(const struct crypto_key *secret, uint64_t server_challenge, uint64_t client_challenge,
                       uint64_t *proof)
{
    struct encode e, boxed;
    int r;

    encode_init(&e);
    encode_u64(&e, server_challenge);
    encode_u64(&e, client_challenge);
    encode_init(&boxed);
    crypto_box(secret, &e, &boxed);
    r = encode_error(&boxed);
    *proof = 0;
    /* The length counts, and what does not fill a word at the end does not. */
    for (size_t i = 0; r == 0 && i + 8 <= boxed.len; i += 8)
        *proof ^= get_le64(boxed.data + i);
    encode_destroy(&boxed);
    encode_destroy(&e);
    return r;
}

void cephx_authenticate_encode(const struct cephx_authenticate *a, struct encode *e)
{
    encode_u16(e, CEPHX_GET_AUTH_SESSION_KEY);
    encode_u8(e, a->version);
    encode_u64(e, a->client_challenge);
    encode_u64(e, a->proof);
    cephx_ticket_blob_encode(&a->old_ticket, e);
    if (a->version >= 2)
        encode_u32(e, a->other_services);
}

int cephx_authenticate_decode(struct decode *d, struct cephx_authenticate *a)
{
    *a = (struct cephx_authenticate){.version = decode_u8(d)};
    if (a->version < 1)
        decode_fail(d, -EBADMSG);
    a->client_challenge = decode_u64(d);
    a->proof = decode_u64(d);
    cephx_ticket_blob_decode(&a->old_ticket, d);
    if (a->version >= 2)
        a->other_services = decode_u32(d);
    return decode_error(d);
}

void cephx_reply_header_encode(uint16_t request_type, int32_t status, struct encode *e)
{
    encode_u16(e, request_type);
    encode_s32(e, status);
}

/* ---- authorizers ---- */

void cephx_authorizer_encode(uint64_t global_id, uint32_t service, const struct cephx_ticket_blob *ticket,
                             const struct crypto_key *session_key, const struct cephx_authorize *authorize,
                             struct encode *e)
{
    struct encode proof;

    encode_u8(e, 1);
    encode_u64(e, global_id);
    encode_u32(e, service);
    cephx_ticket_blob_encode(ticket, e);
    encode_init(&proof);
    encode_u8(&proof, 2);
    encode_u64(&proof, authorize->nonce);
    encode_bool(&proof, authorize->have_challenge);
    encode_u64(&proof, authorize->have_challenge ? authorize->server_challenge_plus_one : 0);
    crypto_box(session_key, &proof, e);
    encode_destroy(&proof);
}

int cephx_authorizer_decode(struct decode *d, struct cephx_authorizer *a)
{
    uint32_t len;

    memset(a, 0, sizeof(*a));
    decode_version(d);
    a->global_id = decode_u64(d);
    a->service = decode_u32(d);
    cephx_ticket_blob_decode(&a->ticket, d);
    a->proof = decode_blob(d, &len);
    a->proof_len = len;
    return decode_error(d);
}

int cephx_authorizer_open_proof(const struct cephx_authorizer *a, const struct crypto_key *session_key,
                                struct cephx_authorize *out)
{
    struct plaintext p;
    int r = crypto_unwrap(session_key, a->proof, a->proof_len, &p);
    uint8_t v;

    memset(out, 0, sizeof(*out));
    if (r == 0) {
        v = decode_u8(&p.d);
        out->nonce = decode_u64(&p.d);
        if (v >= 2) {
            out->have_challenge = decode_bool(&p.d);
            out->server_challenge_plus_one = decode_u64(&p.d);
        }
        r = v < 1 ? -EBADMSG : decode_error(&p.d);
    }
    plaintext_destroy(&p);
    return r;
}

void cephx_challenge_encode(const struct crypto_key *session_key, uint64_t challenge, struct encode *e)
{
    struct encode content;

    encode_init(&content);
    cephx_server_challenge_encode(challenge, &content);
    crypto_wrap(session_key, &content, e);
    encode_destroy(&content);
}

int cephx_challenge_decode(const struct crypto_key *session_key, const void *bytes, size_t len,
                           uint64_t *challenge)
{
    struct plaintext p;
    int r = crypto_unwrap(session_key, bytes, len, &p);

    if (r == 0)
        r = cephx_server_challenge_decode(&p.d, challenge);
    plaintext_destroy(&p);
    return r;
}

void cephx_authorizer_reply_encode(const struct crypto_key *session_key, uint64_t nonce, struct encode *e)
{
    struct encode content;

    encode_init(&content);
    encode_u8(&content, 1);
    encode_u64(&content, nonce + 1);
    crypto_box(session_key, &content, e);
    encode_destroy(&content);
}

int cephx_authorizer_reply_check(const struct crypto_key *session_key, uint64_t nonce, const void *bytes,
                                 size_t len)
{
    struct plaintext p;
    struct decode d;
    int r;

    decode_init(&d, bytes, len);
    r = crypto_unbox(session_key, &d, &p);
    if (r == 0) {
        uint64_t plus_one;

        decode_version(&p.d);
        plus_one = decode_u64(&p.d);
        r = decode_error(&p.d);
        if (r == 0 && plus_one != nonce + 1)
            r = -EACCES;
    }
    plaintext_destroy(&p);
    return r;
}
