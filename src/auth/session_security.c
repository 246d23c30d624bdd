/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/session_security.h"

#include <errno.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "include/ceph_features.h"

#define WRAP_MAGIC UINT64_C(0xff009cad8826aa55)

enum {
    BLOCK_V1 = 29,
    BLOCK_V2 = 32,
    CIPHERTEXT_MAX = 48,
};

struct cephx_security {
    struct session_security base;
    bool v2;
    struct evp_cipher_ctx_st *signer, *checker; /* one for each direction, so that neither needs a lock */
};

static struct cephx_security *of(struct session_security *s)
{
    return CONTAINER_OF(s, struct cephx_security, base);
}

static size_t block_v1(const struct signature_input *in, uint8_t *p)
{
    p[0] = 1;
    put_le64(p + 1, WRAP_MAGIC);
    put_le32(p + 9, 16);
    put_le32(p + 13, in->header_crc);
    put_le32(p + 17, in->front_crc);
    put_le32(p + 21, in->middle_crc);
    put_le32(p + 25, in->data_crc);
    return BLOCK_V1;
}

static size_t block_v2(const struct signature_input *in, uint8_t *p)
{
    put_le32(p, in->header_crc);
    put_le32(p + 4, in->front_crc);
    put_le32(p + 8, in->front_len);
    put_le32(p + 12, in->middle_crc);
    put_le32(p + 16, in->middle_len);
    put_le32(p + 20, in->data_crc);
    put_le32(p + 24, in->data_len);
    put_le32(p + 28, (uint32_t)in->seq);
    return BLOCK_V2;
}

static bool signature(const struct cephx_security *s, struct evp_cipher_ctx_st *cipher,
                      const struct signature_input *in, uint64_t *out)
{
    uint8_t block[BLOCK_V2], c[CIPHERTEXT_MAX];
    size_t len = s->v2 ? block_v2(in, block) : block_v1(in, block);

    if (!crypto_cipher_raw(cipher, block, len, c))
        return false;
    *out = s->v2 ? get_le64(c) ^ get_le64(c + 8) ^ get_le64(c + 16) ^ get_le64(c + 24) : get_le64(c);
    return true;
}

/* Should the cipher ever fail, the peer ends the session for a bad signature. */
static uint64_t sign(struct session_security *s, const struct signature_input *in)
{
    uint64_t value = 0;

    (void)signature(of(s), of(s)->signer, in, &value);
    return value;
}

static bool check(struct session_security *s, const struct signature_input *in, uint64_t got, bool is_signed)
{
    uint64_t want;

    return is_signed && signature(of(s), of(s)->checker, in, &want) &&
           crypto_equal(&want, &got, sizeof(want));
}

static void put(struct session_security *s)
{
    struct cephx_security *c = of(s);

    crypto_cipher_free(c->signer);
    crypto_cipher_free(c->checker);
    free(c);
}

int session_security_create(const struct crypto_key *session_key, uint64_t features, bool sign_messages,
                            struct session_security **out)
{
    struct cephx_security *c;

    *out = NULL;
    if (!sign_messages || !ceph_has_feature(features, CEPH_FEATURE_MSG_AUTH))
        return 0;
    c = calloc(1, sizeof(*c));
    if (!c)
        return -ENOMEM;
    c->base = (struct session_security){.sign = sign, .check = check, .put = put};
    c->v2 = ceph_has_feature(features, CEPH_FEATURE_CEPHX_V2);
    c->signer = crypto_cipher_create(session_key);
    c->checker = crypto_cipher_create(session_key);
    if (!c->signer || !c->checker) {
        put(&c->base);
        return -ENOMEM;
    }
    *out = &c->base;
    return 0;
}
