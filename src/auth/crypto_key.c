/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/crypto_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WRAP_MAGIC UINT64_C(0xff009cad8826aa55)

static const uint8_t iv[CRYPTO_BLOCK] = {'c', 'e', 'p', 'h', 's', 'a', 'g', 'e',
                                         'y', 'u', 'd', 'a', 'g', 'r', 'e', 'g'};

/* ---- keys ---- */

void crypto_key_set(struct crypto_key *k, const uint8_t secret[static CRYPTO_SECRET_LEN],
                    struct utime created)
{
    *k = (struct crypto_key){.type = CRYPTO_AES, .created = created, .len = CRYPTO_SECRET_LEN};
    memcpy(k->secret, secret, CRYPTO_SECRET_LEN);
}

int crypto_key_generate(struct crypto_key *k, struct utime created)
{
    *k = (struct crypto_key){.type = CRYPTO_AES, .created = created, .len = CRYPTO_SECRET_LEN};
    return crypto_random(k->secret, CRYPTO_SECRET_LEN);
}

void crypto_key_wipe(struct crypto_key *k)
{
    OPENSSL_cleanse(k, sizeof(*k));
}

bool crypto_key_equal(const struct crypto_key *a, const struct crypto_key *b)
{
    return a->type == b->type && a->len == b->len && crypto_equal(a->secret, b->secret, sizeof(a->secret));
}

void crypto_key_encode(const struct crypto_key *k, struct encode *e)
{
    encode_u16(e, k->type);
    utime_encode(k->created, e);
    encode_u16(e, k->len);
    encode_bytes(e, k->secret, k->len);
}

void crypto_key_decode(struct crypto_key *k, struct decode *d)
{
    *k = (struct crypto_key){.type = decode_u16(d), .created = utime_decode(d)};
    k->len = decode_u16(d);
    if (k->len > CRYPTO_SECRET_MAX || (!crypto_key_is_usable(k) && (k->type != CRYPTO_NONE || k->len)))
        decode_fail(d, -EBADMSG);
    if (decode_error(d))
        *k = (struct crypto_key){0};
    else
        decode_bytes(d, k->secret, k->len);
}

int crypto_key_parse(struct crypto_key *k, const char *text)
{
    uint8_t bytes[CRYPTO_KEY_TEXT_MAX];
    size_t len = strlen(text), pad = 0;
    struct decode d;
    int n, r = -EINVAL;

    while (pad < 2 && pad < len && text[len - pad - 1] == '=')
        pad++;
    *k = (struct crypto_key){0};
    if (len == 0 || len % 4 || len >= CRYPTO_KEY_TEXT_MAX || strpbrk(text, " \t\r\n"))
        return -EINVAL;
    n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
    if (n > (int)pad) {
        decode_init(&d, bytes, (size_t)n - pad);
        crypto_key_decode(k, &d);
        if (decode_finish(&d) == 0 && crypto_key_is_usable(k))
            r = 0;
    }
    if (r)
        crypto_key_wipe(k);
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return r;
}

const char *crypto_key_print(const struct crypto_key *k, char buf[static CRYPTO_KEY_TEXT_MAX])
{
    struct encode e;

    encode_init(&e);
    e.secret = true;
    crypto_key_encode(k, &e);
    buf[0] = '\0';
    if (!encode_error(&e))
        EVP_EncodeBlock((unsigned char *)buf, e.data, (int)e.len);
    encode_destroy(&e);
    return buf;
}

int crypto_random(void *p, size_t n)
{
    return RAND_bytes(p, (int)n) == 1 ? 0 : -EIO;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

/* ---- the cipher ---- */

static EVP_CIPHER *aes;
static pthread_once_t aes_once = PTHREAD_ONCE_INIT;

/* Fetched once: finding an algorithm costs more than encrypting a ticket with it. */
static void fetch_aes(void)
{
    aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
}

static EVP_CIPHER_CTX *cipher_create(const struct crypto_key *k, int encrypt)
{
    EVP_CIPHER_CTX *c;

    pthread_once(&aes_once, fetch_aes);
    c = aes && crypto_key_is_usable(k) ? EVP_CIPHER_CTX_new() : NULL;
    if (c && EVP_CipherInit_ex2(c, aes, k->secret, iv, encrypt, NULL) != 1) {
        EVP_CIPHER_CTX_free(c);
        c = NULL;
    }
    return c;
}

struct evp_cipher_ctx_st *crypto_cipher_create(const struct crypto_key *k)
{
    return cipher_create(k, 1);
}

void crypto_cipher_free(struct evp_cipher_ctx_st *c)
{
    EVP_CIPHER_CTX_free(c); /* zeroes the key */
}

bool crypto_cipher_raw(struct evp_cipher_ctx_st *c, const void *in, size_t len, uint8_t *out)
{
    int n, last;

    return EVP_CipherInit_ex2(c, NULL, NULL, iv, -1, NULL) == 1 &&
           EVP_CipherUpdate(c, out, &n, in, (int)len) == 1 && EVP_CipherFinal_ex(c, out + n, &last) == 1;
}

/* ---- encryption ---- */

void crypto_raw(const struct crypto_key *k, const void *in, size_t len, struct encode *out)
{
    size_t room = (len / CRYPTO_BLOCK + 1) * CRYPTO_BLOCK, at = out->len;
    EVP_CIPHER_CTX *c = cipher_create(k, 1);

    encode_zeroes(out, room);
    if (!out->error && (!c || len > INT32_MAX || !crypto_cipher_raw(c, in, len, out->data + at)))
        out->error = -ENOMEM;
    crypto_cipher_free(c);
}

void crypto_wrap(const struct crypto_key *k, const struct encode *content, struct encode *out)
{
    struct encode e;

    encode_init(&e);
    e.secret = true;
    encode_u8(&e, 1);
    encode_u64(&e, WRAP_MAGIC);
    encode_bytes(&e, content->data, content->len);
    if (!out->error)
        out->error = content->error ? content->error : encode_error(&e);
    if (!out->error)
        crypto_raw(k, e.data, e.len, out);
    encode_destroy(&e);
}

void crypto_box(const struct crypto_key *k, const struct encode *content, struct encode *out)
{
    size_t place = encode_begin_blob(out);

    crypto_wrap(k, content, out);
    encode_end_blob(out, place);
}

void plaintext_destroy(struct plaintext *p)
{
    if (p->bytes)
        OPENSSL_cleanse(p->bytes, p->len);
    free(p->bytes);
    memset(p, 0, sizeof(*p));
}

int crypto_unraw(const struct crypto_key *k, const void *in, size_t len, struct plaintext *p)
{
    EVP_CIPHER_CTX *c;
    int n = 0, last = 0, r = 0;

    memset(p, 0, sizeof(*p));
    if (len == 0 || len % CRYPTO_BLOCK || len > INT32_MAX)
        return -EACCES;
    c = cipher_create(k, 0);
    p->bytes = calloc(1, len);
    p->len = len;
    if (!c || !p->bytes)
        r = -ENOMEM;
    else if (EVP_CipherUpdate(c, p->bytes, &n, in, (int)len) != 1 ||
             EVP_CipherFinal_ex(c, p->bytes + n, &last) != 1)
        r = -EACCES;
    EVP_CIPHER_CTX_free(c);
    decode_init(&p->d, p->bytes, r ? 0 : (size_t)(n + last));
    return r;
}

int crypto_unwrap(const struct crypto_key *k, const void *in, size_t len, struct plaintext *p)
{
    int r = crypto_unraw(k, in, len, p);

    if (r)
        return r;
    decode_u8(&p->d);
    if (decode_u64(&p->d) != WRAP_MAGIC || decode_error(&p->d))
        return -EACCES;
    return 0;
}

int crypto_unbox(const struct crypto_key *k, struct decode *d, struct plaintext *p)
{
    uint32_t len;
    const uint8_t *wrapped = decode_blob(d, &len);

    memset(p, 0, sizeof(*p));
    return wrapped ? crypto_unwrap(k, wrapped, len, p) : -EBADMSG;
}
