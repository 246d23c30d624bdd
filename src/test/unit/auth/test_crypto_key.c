/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/auth/hex.h"

#include <errno.h>
#include <string.h>

#include "auth/crypto_key.h"

static json_t *vectors;

static void key_of(struct crypto_key *k, const char *hex)
{
    size_t len;
    uint8_t *secret = hex_bytes(hex, &len);

    assert_int_equal(len, CRYPTO_SECRET_LEN);
    crypto_key_set(k, secret, (struct utime){0});
    free(secret);
}

static void assert_hex(const struct encode *e, const char *hex)
{
    size_t len;
    uint8_t *want = hex_bytes(hex, &len);

    assert_int_equal(encode_error(e), 0);
    assert_int_equal(e->len, len);
    assert_memory_equal(e->data, want, len);
    free(want);
}

static void a_key_reads_and_prints_as_in_the_vector(void **state UNUSED)
{
    const json_t *v = json_object_get(vectors, "cryptokey");
    char text[CRYPTO_KEY_TEXT_MAX];
    struct crypto_key k, same;
    struct encode e;

    assert_int_equal(crypto_key_parse(&k, json_text(v, "base64")), 0);
    assert_int_equal(k.created.sec, json_integer_value(json_object_get(v, "created_sec")));
    assert_int_equal(k.created.nsec, json_integer_value(json_object_get(v, "created_nsec")));
    assert_string_equal(crypto_key_print(&k, text), json_text(v, "base64"));
    encode_init(&e);
    crypto_key_encode(&k, &e);
    assert_hex(&e, json_text(v, "raw"));
    encode_destroy(&e);
    key_of(&same, json_text(v, "secret"));
    assert_true(crypto_key_equal(&k, &same));
    same.secret[15] ^= 1;
    assert_false(crypto_key_equal(&k, &same));
    crypto_key_wipe(&k);
    assert_false(crypto_key_is_usable(&k));
}

static void bad_keys_are_refused(void **state UNUSED)
{
    static const char *const bad[] = {
        "",
        "AQ==",
        "AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg=",
        "AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg===",
        "AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzgAA",
        "AQAouAJroL4IAxAAQRlgiZc3720BLtr2!YWnzg==",
        " AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg==   ",
        "AAAouAJroL4IAwAA",
        "AQAouAJroL4IAwQAAAAAAA==",
        "====",
        "AQAouAJroL4IA///QRlgiZc3720BLtr20YWnzg==",
    };
    struct crypto_key k;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(crypto_key_parse(&k, bad[i]), -EINVAL);
}

static void wrapping_gives_the_known_bytes(void **state UNUSED)
{
    const json_t *v = json_object_get(vectors, "encrypt");
    struct encode content, out;
    struct crypto_key k;
    uint8_t *payload;
    size_t len;

    key_of(&k, json_text(v, "key"));
    payload = hex_bytes(json_text(v, "plaintext_payload"), &len);
    encode_init(&content);
    encode_bytes(&content, payload, len);
    encode_init(&out);
    crypto_wrap(&k, &content, &out);
    assert_hex(&out, json_text(v, "ciphertext"));
    encode_destroy(&out);
    encode_destroy(&content);
    free(payload);
}

static void what_was_boxed_can_be_opened(void **state UNUSED)
{
    struct crypto_key k, wrong;
    struct encode content, out;
    struct plaintext p;
    struct decode d;

    assert_int_equal(crypto_key_generate(&k, (struct utime){0}), 0);
    wrong = k;
    wrong.secret[0] ^= 1;
    for (unsigned n = 0; n < 70; n++) {
        encode_init(&content);
        encode_zeroes(&content, n);
        encode_init(&out);
        crypto_box(&k, &content, &out);
        assert_int_equal(out.len, 4 + 16 * ((n + 9) / 16 + 1));

        decode_init(&d, out.data, out.len);
        assert_int_equal(crypto_unbox(&k, &d, &p), 0);
        assert_int_equal(decode_left(&p.d), n);
        assert_int_equal(decode_finish(&d), 0);
        plaintext_destroy(&p);

        decode_init(&d, out.data, out.len);
        assert_int_equal(crypto_unbox(&wrong, &d, &p), -EACCES);
        plaintext_destroy(&p);
        for (size_t cut = 0; cut < out.len; cut++) {
            decode_init(&d, out.data, cut);
            assert_true(crypto_unbox(&k, &d, &p) < 0);
            plaintext_destroy(&p);
        }
        encode_destroy(&content);
        encode_destroy(&out);
    }
}

static void a_cipher_that_is_kept_encrypts_alike(void **state UNUSED)
{
    uint8_t in[32] = {1, 2, 3}, out[48];
    struct evp_cipher_ctx_st *c;
    struct crypto_key k;
    struct encode e;

    assert_int_equal(crypto_key_generate(&k, (struct utime){0}), 0);
    c = crypto_cipher_create(&k);
    assert_non_null(c);
    for (unsigned i = 0; i < 3; i++) {
        in[4] = (uint8_t)i;
        encode_init(&e);
        crypto_raw(&k, in, sizeof(in), &e);
        assert_true(crypto_cipher_raw(c, in, sizeof(in), out));
        assert_int_equal(e.len, sizeof(out));
        assert_memory_equal(e.data, out, sizeof(out));
        encode_destroy(&e);
    }
    crypto_cipher_free(c);
    crypto_key_wipe(&k);
    assert_null(crypto_cipher_create(&k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_reads_and_prints_as_in_the_vector),
        cmocka_unit_test(bad_keys_are_refused),
        cmocka_unit_test(wrapping_gives_the_known_bytes),
        cmocka_unit_test(what_was_boxed_can_be_opened),
        cmocka_unit_test(a_cipher_that_is_kept_encrypts_alike),
    };
    int failed;

    vectors = json_vector("auth/crypto.json");
    failed = unit_run("crypto_key", tests);
    json_decref(vectors);
    return failed;
}
