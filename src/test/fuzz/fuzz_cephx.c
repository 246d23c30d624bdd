/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer can send in cephx. The first byte chooses: a list of tickets, the inside of a ticket, an
 * authorizer as it came, the inside of a proof, an authorizer reply as it came and its inside, a login,
 * rotating keys. The insides are encrypted here, because no fuzzer guesses ciphertexts.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/cephx_protocol.h"
#include "auth/rotating_keys.h"
#include "test/fuzz/fuzz.h"

static struct crypto_key key;

static void boxed(const uint8_t *data, size_t size, struct encode *out)
{
    struct encode content;

    encode_init(&content);
    encode_bytes(&content, data, size);
    encode_init(out);
    crypto_box(&key, &content, out);
    encode_destroy(&content);
}

static void ticket_list(const uint8_t *data, size_t size)
{
    struct cephx_ticket tickets[CEPHX_TICKETS_MAX];
    struct decode d;
    unsigned count;

    decode_init(&d, data, size);
    if (cephx_ticket_list_decode(&d, &key, &key, tickets, &count) == 0)
        cephx_tickets_destroy(tickets, count);
    else if (count)
        abort();
}

static void ticket(const uint8_t *data, size_t size)
{
    struct cephx_ticket_blob blob = {0};
    struct cephx_ticket_info info;
    struct encode e;

    boxed(data, size, &e);
    blob.bytes = e.data + 4;
    blob.len = (uint32_t)e.len - 4;
    (void)!cephx_ticket_open(&blob, &key, &info);
    cephx_ticket_info_destroy(&info);
    encode_destroy(&e);
}

static void authorizer(const uint8_t *data, size_t size)
{
    struct cephx_authorizer a;
    struct cephx_authorize proof;
    struct decode d;

    decode_init(&d, data, size);
    if (cephx_authorizer_decode(&d, &a) == 0)
        (void)!cephx_authorizer_open_proof(&a, &key, &proof);
    cephx_ticket_blob_destroy(&a.ticket);
}

static void proof_inside(const uint8_t *data, size_t size)
{
    struct cephx_authorizer a = {0};
    struct cephx_authorize proof;
    struct encode e;

    boxed(data, size, &e);
    a.proof = e.data + 4;
    a.proof_len = e.len - 4;
    (void)!cephx_authorizer_open_proof(&a, &key, &proof);
    encode_destroy(&e);
}

static void reply(const uint8_t *data, size_t size)
{
    uint64_t challenge;

    (void)!cephx_authorizer_reply_check(&key, 1, data, size);
    (void)!cephx_challenge_decode(&key, data, size, &challenge);
}

static void reply_inside(const uint8_t *data, size_t size)
{
    struct encode e;

    boxed(data, size, &e);
    reply(e.data, e.len);
    encode_destroy(&e);
}

static void login(const uint8_t *data, size_t size)
{
    struct cephx_authenticate a;
    struct decode d;

    decode_init(&d, data, size);
    (void)!cephx_authenticate_decode(&d, &a);
    cephx_ticket_blob_destroy(&a.old_ticket);
}

static void rotating(const uint8_t *data, size_t size)
{
    struct rotating_keys keys;
    struct decode d;

    decode_init(&d, data, size);
    if (rotating_keys_decode(&keys, &d) == 0 && keys.count > ROTATING_KEYS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parts[])(const uint8_t *data, size_t size) = {
        ticket_list, ticket, authorizer, proof_inside, reply, reply_inside, login, rotating,
    };

    crypto_key_set(&key, (const uint8_t *)"0123456789abcdef", (struct utime){0});
    if (size > 0)
        parts[data[0] % ARRAY_SIZE(parts)](data + 1, size - 1);
    return 0;
}
