/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/auth_db.h"

#include <errno.h>
#include <string.h>

void auth_db_init(struct auth_db *db)
{
    memset(db, 0, sizeof(*db));
    keyring_init(&db->keyring);
}

void auth_db_destroy(struct auth_db *db)
{
    keyring_destroy(&db->keyring);
    explicit_bzero(db, sizeof(*db));
}

int auth_db_copy(struct auth_db *to, const struct auth_db *from)
{
    *to = *from;
    return keyring_copy(&to->keyring, &from->keyring);
}

void auth_db_encode(const struct auth_db *db, struct encode *e)
{
    size_t whole = encode_begin_struct(e, 1, 1), keyring;

    encode_u64(e, db->max_global_id);
    keyring = encode_begin_blob(e);
    keyring_encode(&db->keyring, e);
    encode_end_blob(e, keyring);
    encode_u32(e, CEPHX_SERVICES);
    for (unsigned i = 0; i < CEPHX_SERVICES; i++) {
        encode_u32(e, cephx_services[i]);
        rotating_keys_encode(&db->rings[i], e);
    }
    encode_end_struct(e, whole);
}

static void decode_ring(struct auth_db *db, struct decode *d)
{
    uint32_t service = decode_u32(d);
    struct rotating_keys ring;

    if (rotating_keys_decode(&ring, d) == 0)
        for (unsigned i = 0; i < CEPHX_SERVICES; i++)
            if (cephx_services[i] == service)
                db->rings[i] = ring;
    rotating_keys_wipe(&ring);
}

int auth_db_decode(struct auth_db *db, const void *bytes, size_t len)
{
    struct decode d, body;
    const uint8_t *keyring;
    uint32_t n;
    uint8_t v;
    int r;

    auth_db_init(db);
    decode_init(&d, bytes, len);
    body = decode_struct(&d, 1, &v);
    db->max_global_id = decode_u64(&body);
    keyring = decode_blob(&body, &n);
    if (keyring && keyring_parse(&db->keyring, "store", keyring, n, NULL))
        decode_fail(&body, -EBADMSG);
    n = decode_count(&body, 17);
    for (uint32_t i = 0; i < n && !decode_error(&body); i++)
        decode_ring(db, &body);
    decode_end(&d, &body);
    r = decode_finish(&d);
    if (r)
        auth_db_destroy(db);
    return r;
}

const struct rotating_keys *auth_db_ring(const struct auth_db *db, uint32_t service)
{
    for (unsigned i = 0; i < CEPHX_SERVICES; i++)
        if (cephx_services[i] == service)
            return &db->rings[i];
    return NULL;
}
