/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/kv_blocks.h"

#include <errno.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/log.h"

int kv_onode_get(struct kv_object_store *s, const struct kv_key *k, struct kv_onode *n)
{
    struct slice bytes;
    struct decode d;
    int r = kv_store_get(s->kv, "O", k->bytes, k->len, &bytes);

    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    n->number = decode_u64(&d);
    n->size = decode_u64(&d);
    r = decode_error(&d) ? -EIO : 0;
    slice_put(&bytes);
    return r;
}

int kv_onode_find(struct kv_object_store *s, const struct hobject *o, struct kv_onode *n)
{
    struct kv_key k;
    int r = kv_object_key(o, &k);

    return r ? r : kv_onode_get(s, &k, n);
}

int kv_block_get(struct kv_object_store *s, uint64_t number, uint64_t block, struct slice *out)
{
    struct kv_key k;
    int r;

    kv_block_key(&k, number, block);
    r = kv_store_get(s->kv, "D", k.bytes, k.len, out);
    if (r)
        return r;
    if (out->len < KV_CRC_LEN ||
        crc32c(UINT32_MAX, out->data + KV_CRC_LEN, out->len - KV_CRC_LEN) != get_le32(out->data)) {
        derr(filestore, "block %llu of object number %llu does not match its checksum",
             (unsigned long long)block, (unsigned long long)number);
        slice_put(out);
        return -EIO;
    }
    out->data += KV_CRC_LEN;
    out->len -= KV_CRC_LEN;
    return 0;
}
