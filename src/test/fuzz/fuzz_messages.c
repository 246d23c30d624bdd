/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Payload decoders: two bytes of type, two of version, then the front section. What one reads must be written
 * in a form that is read again and written to the same bytes; and whatever it is, it can be shown.
 */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "include/ceph_features.h"
#include "messages/message_factory.h"
#include "test/fuzz/fuzz.h"

static struct message *wrap(uint16_t type, uint16_t version, struct slice front)
{
    struct message *m = message_create(type, version, 1);

    if (!m)
        abort();
    m->front = front;
    return m;
}

/* Reads m and gives it back as we would send it; NULL when m is malformed. */
static struct message *rewritten(const struct message_codec *codec, const struct message *m)
{
    void *payload = malloc(codec->size);
    const struct message_encoding *enc;
    struct message *out, *again;

    if (!payload)
        abort();
    if (message_codec_decode(codec, payload, m)) {
        free(payload);
        return NULL;
    }
    out = message_codec_message(codec, payload);
    free(payload);
    if (!out)
        abort();
    enc = message_encoding_for(out, CEPH_FEATURES_ALL);
    if (!enc)
        abort();
    again = wrap(codec->type, enc->version, slice_get(&enc->front));
    message_put(out);
    return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct message_codec *codec;
    struct message *in, *first, *second;
    char text[MESSAGE_DESCRIBE_MAX];

    if (size < 4)
        return 0;
    codec = message_factory_find(get_le16(data));
    if (!codec)
        return 0;
    in = wrap(codec->type, get_le16(data + 2), slice_of(buffer_create_copy(data + 4, size - 4)));
    message_describe(in, text, sizeof(text));
    first = rewritten(codec, in);
    if (first) {
        second = rewritten(codec, first);
        if (!second || second->front.len != first->front.len ||
            (first->front.len && memcmp(second->front.data, first->front.data, first->front.len) != 0))
            abort();
        message_put(second);
        message_put(first);
    }
    message_put(in);
    return 0;
}
