/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypto_key: Ceph's secret keys (AES-128) and what is encrypted with them.
 *
 * Encryption is AES-128-CBC with one fixed initialization vector and PKCS#7 padding: there is no MAC, and
 * equal plaintexts give equal ciphertexts. Three layers, in the terms used throughout the tree: raw (the
 * ciphertext), wrap (raw of {u8 1, u64 magic, content}; a wrong key shows by the magic) and boxed (u32
 * length, then wrap).
 *
 * Owner: keys are plain values; crypto_key_wipe() before one goes out of scope. Decrypted bytes live in a
 * struct plaintext, which zeroes them. Threads: none of its own. Errors: -EINVAL (no key in it), -EACCES (the
 * key does not open it), -ENOMEM. Format: doc/cephx.md, "Keys" and "Encryption".
 */
#ifndef CEPH_AUTH_CRYPTO_KEY_H
#define CEPH_AUTH_CRYPTO_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"
#include "types/utime.h"

enum {
    CRYPTO_NONE = 0,
    CRYPTO_AES = 1,
};

enum {
    CRYPTO_SECRET_LEN = 16, /* that are used; a longer secret is kept but its rest does nothing */
    CRYPTO_SECRET_MAX = 64,
    CRYPTO_BLOCK = 16,
    CRYPTO_KEY_TEXT_MAX = 104, /* base64 of the longest, with its end */
};

struct crypto_key {
    uint16_t type;
    struct utime created; /* in no computation */
    uint16_t len;         /* of secret; 0: no key */
    uint8_t secret[CRYPTO_SECRET_MAX];
};

/* A key of the given secret, or of a random one: -EIO when the system has no randomness. */
void crypto_key_set(struct crypto_key *k, const uint8_t secret[static CRYPTO_SECRET_LEN],
                    struct utime created);
int crypto_key_generate(struct crypto_key *k, struct utime created) MUST_CHECK;
void crypto_key_wipe(struct crypto_key *k);
/* It can encrypt. */
static inline bool crypto_key_is_usable(const struct crypto_key *k)
{
    return k->type == CRYPTO_AES && k->len >= CRYPTO_SECRET_LEN;
}
/* The same secret; in constant time. */
bool crypto_key_equal(const struct crypto_key *a, const struct crypto_key *b);

void crypto_key_encode(const struct crypto_key *k, struct encode *e);
/* A key of type none may be without a secret; any other that cannot encrypt is malformed. */
void crypto_key_decode(struct crypto_key *k, struct decode *d);

/* Base64, as in keyrings. Wipe the text. */
int crypto_key_parse(struct crypto_key *k, const char *text) MUST_CHECK;
const char *crypto_key_print(const struct crypto_key *k, char buf[static CRYPTO_KEY_TEXT_MAX]);

/* n random bytes for nonces, challenges and keys. */
int crypto_random(void *p, size_t n) MUST_CHECK;
/* True when equal, in a time that depends on n alone. */
bool crypto_equal(const void *a, const void *b, size_t n);

/* ---- encryption ---- */

/* Bytes that were decrypted; d reads the content. */
struct plaintext {
    uint8_t *bytes;
    size_t len;
    struct decode d;
};
void plaintext_destroy(struct plaintext *p);

/* Appends to out; what fails sticks in out->error. */
void crypto_raw(const struct crypto_key *k, const void *in, size_t len, struct encode *out);
/* The same of {1, magic, content}; content is a writer of the caller's, whose error is passed on. */
void crypto_wrap(const struct crypto_key *k, const struct encode *content, struct encode *out);
void crypto_box(const struct crypto_key *k, const struct encode *content, struct encode *out);

/* p is destroyed by the caller, also on failure. */
int crypto_unraw(const struct crypto_key *k, const void *in, size_t len, struct plaintext *p) MUST_CHECK;
int crypto_unwrap(const struct crypto_key *k, const void *in, size_t len, struct plaintext *p) MUST_CHECK;
/* Takes length and wrap from d. */
int crypto_unbox(const struct crypto_key *k, struct decode *d, struct plaintext *p) MUST_CHECK;

/*
 * A cipher with its key set up, for many short encryptions of one thread at a time. NULL: no memory.
 * out has room for len rounded up to the next multiple of CRYPTO_BLOCK strictly above. Returns false on
 * failure.
 */
struct evp_cipher_ctx_st *crypto_cipher_create(const struct crypto_key *k);
void crypto_cipher_free(struct evp_cipher_ctx_st *c);
bool crypto_cipher_raw(struct evp_cipher_ctx_st *c, const void *in, size_t len, uint8_t *out);

#endif
