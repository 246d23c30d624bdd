/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/message_codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void message_codec_destroy(const struct message_codec *codec, void *payload)
{
    codec->destroy(payload);
    memset(payload, 0, codec->size);
}

int message_codec_decode(const struct message_codec *codec, void *payload, const struct message *m)
{
    struct decode d;
    int r;

    memset(payload, 0, codec->size);
    if (m->type != codec->type)
        return -EPROTOTYPE;
    if (m->compat_version > codec->version)
        return -EOPNOTSUPP;
    decode_init(&d, m->front.data, m->front.len);
    codec->decode(payload, &d, m->version, m);
    /* A newer sender may have appended fields. */
    r = m->version > codec->version ? decode_error(&d) : decode_finish(&d);
    if (r)
        message_codec_destroy(codec, payload);
    return r;
}

/* A payload that waits in its message until the peer's features are known. */
struct kept_payload {
    const struct message_codec *codec;
    max_align_t contents[];
};

static void kept_payload_free(void *arg)
{
    struct kept_payload *kept = arg;

    message_codec_destroy(kept->codec, kept->contents);
    free(kept);
}

static int kept_payload_encode(void *arg, uint64_t features, struct message_encoding *out)
{
    struct kept_payload *kept = arg;
    struct message_version v = {kept->codec->version, kept->codec->compat};
    struct encode e;
    struct buffer *b;
    uint8_t *bytes;
    size_t len;
    int r;

    encode_init(&e);
    kept->codec->encode(kept->contents, &e, features, &v);
    r = encode_error(&e);
    bytes = encode_steal(&e, &len);
    encode_destroy(&e);
    if (r)
        return r;
    b = buffer_wrap_malloc(bytes, len);
    if (!b)
        return -ENOMEM;
    out->front = slice_of(b);
    out->version = v.version;
    out->compat_version = v.compat;
    return 0;
}

const void *message_codec_peek_payload(const struct message *m)
{
    const struct kept_payload *kept = m->payload;

    return m->encode == kept_payload_encode ? kept->contents : NULL;
}

static struct message *message_keeping(const struct message_codec *codec, void *payload)
{
    struct kept_payload *kept = malloc(sizeof(*kept) + codec->size);
    struct message *m;

    if (!kept) {
        message_codec_destroy(codec, payload);
        return NULL;
    }
    kept->codec = codec;
    memcpy(kept->contents, payload, codec->size);
    memset(payload, 0, codec->size);
    m = message_create(codec->type, codec->version, codec->compat);
    if (!m) {
        kept_payload_free(kept);
        return NULL;
    }
    message_set_payload(m, kept_payload_encode, codec->features_mask, kept, kept_payload_free);
    return m;
}

struct message *message_codec_message(const struct message_codec *codec, void *payload)
{
    struct message_version v = {codec->version, codec->compat};
    struct message *m;
    struct encode e;

    if (codec->features_mask)
        return message_keeping(codec, payload);
    encode_init(&e);
    codec->encode(payload, &e, 0, &v);
    message_codec_destroy(codec, payload);
    m = message_create(codec->type, v.version, v.compat);
    if (!m) {
        encode_destroy(&e);
        return NULL;
    }
    if (message_set_front(m, &e)) {
        message_put(m);
        return NULL;
    }
    return m;
}
