/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/rotating_keys.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "common/clock.h"

void rotating_keys_wipe(struct rotating_keys *r)
{
    OPENSSL_cleanse(r, sizeof(*r));
}

static bool is_past(struct utime t, struct utime now)
{
    return utime_to_ns(t) <= utime_to_ns(now);
}

static int add(struct rotating_keys *r, struct utime now, uint64_t ttl_ns,
               int (*make)(struct crypto_key *key, struct utime now))
{
    struct rotating_key fresh = {.id = r->max_id + 1};
    uint64_t after = utime_to_ns(now);
    int error = make(&fresh.key, now);

    if (error)
        return error;
    /* One ttl after the one before it, unless the monitor was away for so long that this is past. */
    if (r->count > 0 && !is_past(r->keys[r->count - 1].expires, now))
        after = utime_to_ns(r->keys[r->count - 1].expires);
    fresh.expires = utime_from_ns(after + ttl_ns);
    if (r->count == ROTATING_KEYS) {
        memmove(&r->keys[0], &r->keys[1], sizeof(r->keys) - sizeof(r->keys[0]));
        r->count--;
    }
    r->keys[r->count++] = fresh;
    r->max_id++;
    crypto_key_wipe(&fresh.key);
    return 0;
}

bool rotating_keys_update(struct rotating_keys *r, struct utime now, uint64_t ttl_ns,
                          int (*make)(struct crypto_key *key, struct utime now), int *error)
{
    bool changed = false;

    *error = 0;
    while (*error == 0 && (r->count < ROTATING_KEYS || is_past(r->keys[1].expires, now))) {
        *error = add(r, now, ttl_ns, make);
        changed = changed || *error == 0;
    }
    return changed;
}

const struct rotating_key *rotating_keys_current(const struct rotating_keys *r, struct utime now)
{
    unsigned at = r->count > 1 ? 1 : 0;

    if (r->count == 0)
        return NULL;
    if (at + 1 < r->count && is_past(r->keys[at].expires, now))
        at++;
    return &r->keys[at];
}

const struct crypto_key *rotating_keys_find(const struct rotating_keys *r, uint64_t id)
{
    for (unsigned i = 0; i < r->count; i++)
        if (r->keys[i].id == id)
            return &r->keys[i].key;
    return NULL;
}

bool rotating_keys_need_refresh(const struct rotating_keys *r, struct utime now, uint64_t ttl_ns)
{
    uint64_t slack = 30 * NSEC_PER_SEC < ttl_ns / 4 ? 30 * NSEC_PER_SEC : ttl_ns / 4;
    uint64_t now_ns = utime_to_ns(now);

    return r->count < ROTATING_KEYS || utime_to_ns(r->keys[1].expires) + slack < now_ns;
}

void rotating_keys_encode(const struct rotating_keys *r, struct encode *e)
{
    encode_u8(e, 1);
    encode_u32(e, r->count);
    for (unsigned i = 0; i < r->count; i++) {
        encode_u64(e, r->keys[i].id);
        encode_u8(e, 1);
        crypto_key_encode(&r->keys[i].key, e);
        utime_encode(r->keys[i].expires, e);
    }
    encode_u64(e, r->max_id);
}

int rotating_keys_decode(struct rotating_keys *r, struct decode *d)
{
    uint32_t n;

    memset(r, 0, sizeof(*r));
    if (decode_u8(d) < 1)
        decode_fail(d, -EBADMSG);
    n = decode_count(d, 29);
    if (n > ROTATING_KEYS)
        decode_fail(d, -EBADMSG);
    for (uint32_t i = 0; i < n && !decode_error(d); i++) {
        struct rotating_key *k = &r->keys[i];

        k->id = decode_u64(d);
        if (decode_u8(d) < 1 || (i > 0 && k->id <= r->keys[i - 1].id))
            decode_fail(d, -EBADMSG);
        crypto_key_decode(&k->key, d);
        if (!crypto_key_is_usable(&k->key))
            decode_fail(d, -EBADMSG);
        k->expires = utime_decode(d);
        r->count++;
    }
    r->max_id = decode_u64(d);
    if (decode_error(d))
        rotating_keys_wipe(r);
    return decode_error(d);
}
