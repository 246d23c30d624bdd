/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an export of a placement group, its sections' checksums put right, or nothing would get past
 * them: what is imported can be exported and imported again, and of what is refused nothing is left.
 */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "os/coll_export.h"
#include "test/fuzz/fuzz.h"
#include "test/support/memory_stream.h"

enum { MAGIC_LEN = 16, SECTION_HEADER = 12 };

static void put_checksums_right(struct memory_stream *s)
{
    size_t at = MAGIC_LEN;

    while (at < s->len && s->len - at >= SECTION_HEADER) {
        size_t len = get_le32(s->data + at + 4), left = s->len - at - SECTION_HEADER;
        if (len > left)
            return;
        put_le32(s->data + at + 8, crc32c(0, s->data + at + SECTION_HEADER, len));
        at += SECTION_HEADER + len;
    }
}

static struct object_store *store_open(void)
{
    struct object_store *s;
    char *repaired, err[128];

    if (object_store_open("memstore", "", 0, UINT64_MAX, &s, &repaired, err, sizeof(err)))
        abort();
    return s;
}

static int import(struct object_store *s, struct memory_stream *in, struct coll_export_head *head)
{
    struct coll_export_pipe pipe = {.read = memory_stream_read, .arg = in};
    char err[128];
    int r = coll_import_head(&pipe, head, err, sizeof(err));

    return r ? r : coll_import(s, head, &pipe, err, sizeof(err));
}

static void no_collection(void *arg UNUSED, struct coll_id id UNUSED, unsigned bits UNUSED)
{
    abort();
}

static void again(struct object_store *s, const struct coll_export_head *head)
{
    struct object_store *other = store_open();
    struct coll_export_head got;
    struct memory_stream out = {0};
    struct coll_export_pipe pipe = {.write = memory_stream_write, .arg = &out};
    char err[128];

    if (coll_export(s, head, &pipe, err, sizeof(err)) || import(other, &out, &got) ||
        !coll_id_equal(got.coll, head->coll) || got.bits != head->bits)
        abort();
    free(out.data);
    object_store_close(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct object_store *s = store_open();
    struct coll_export_head head;
    struct memory_stream in = {0};

    if (memory_stream_write(&in, data, size))
        abort();
    put_checksums_right(&in);
    if (import(s, &in, &head) == 0)
        again(s, &head);
    else if (object_store_collections(s, no_collection, NULL))
        abort();
    free(in.data);
    object_store_close(s);
    return 0;
}
