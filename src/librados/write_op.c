/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builders of operations that write. Data is copied as steps are added. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "librados/librados_internal.h"
#include "types/osd_op.h"

static const struct slice nothing;

rados_write_op_t rados_create_write_op(void)
{
    struct object_operation *o = malloc(sizeof(*o));

    if (o)
        object_operation_init(o);
    return o;
}

void rados_release_write_op(rados_write_op_t op)
{
    object_operation_destroy(op);
    free(op);
}

void rados_write_op_set_flags(rados_write_op_t op, int flags)
{
    object_operation_flag_last(op, (uint32_t)flags);
}

static struct slice copy_of(struct object_operation *o, const void *buf, size_t len)
{
    struct slice s = nothing;

    if (len > 0) {
        s = slice_of(buffer_create_copy(buf, len));
        if (!s.buf)
            o->error = -ENOMEM;
    }
    return s;
}

/* ---- conditions ---- */

void rados_write_op_assert_exists(rados_write_op_t op)
{
    object_operation_add(op, OSD_OP_STAT);
}

void rados_write_op_assert_version(rados_write_op_t op, uint64_t ver)
{
    object_operation_assert_version(op, ver);
}

void rados_write_op_cmpext(rados_write_op_t op, const char *cmp_buf, size_t cmp_len, uint64_t off, int *prval)
{
    object_operation_extent(op, OSD_OP_CMPEXT, off, cmp_len, copy_of(op, cmp_buf, cmp_len));
    object_operation_last_step(op)->result = prval;
}

void rados_write_op_cmpxattr(rados_write_op_t op, const char *name, uint8_t cmp_op, const char *value,
                             size_t value_len)
{
    object_operation_xattr(op, OSD_OP_CMPXATTR, name, value, value_len, cmp_op, OSD_CMP_STRING);
}

void rados_write_op_omap_cmp2(rados_write_op_t op, const char *key, uint8_t cmp_op, const char *val,
                              size_t key_len, size_t val_len, int *prval)
{
    struct encode e;

    encode_init(&e);
    encode_u32(&e, 1);
    encode_blob(&e, key, key_len);
    encode_blob(&e, val, val_len);
    encode_u32(&e, cmp_op);
    object_operation_encoded(op, OSD_OP_OMAP_CMP, &e);
    object_operation_last_step(op)->result = prval;
}

void rados_write_op_omap_cmp(rados_write_op_t op, const char *key, uint8_t cmp_op, const char *val,
                             size_t val_len, int *prval)
{
    rados_write_op_omap_cmp2(op, key, cmp_op, val, strlen(key), val_len, prval);
}

/* ---- data ---- */

void rados_write_op_create(rados_write_op_t op, int exclusive, const char *category UNUSED)
{
    object_operation_add(op, OSD_OP_CREATE);
    object_operation_flag_last(op, exclusive ? OSD_OP_FLAG_EXCL : 0);
}

void rados_write_op_write(rados_write_op_t op, const char *buffer, size_t len, uint64_t offset)
{
    object_operation_extent(op, OSD_OP_WRITE, offset, len, copy_of(op, buffer, len));
}

void rados_write_op_write_full(rados_write_op_t op, const char *buffer, size_t len)
{
    object_operation_extent(op, OSD_OP_WRITEFULL, 0, len, copy_of(op, buffer, len));
}

void rados_write_op_append(rados_write_op_t op, const char *buffer, size_t len)
{
    object_operation_extent(op, OSD_OP_APPEND, 0, len, copy_of(op, buffer, len));
}

void rados_write_op_writesame(rados_write_op_t op, const char *buffer, size_t data_len, size_t write_len,
                              uint64_t offset)
{
    object_operation_writesame(op, offset, write_len, copy_of(op, buffer, data_len));
}

void rados_write_op_remove(rados_write_op_t op)
{
    object_operation_add(op, OSD_OP_DELETE);
}

void rados_write_op_truncate(rados_write_op_t op, uint64_t offset)
{
    object_operation_extent(op, OSD_OP_TRUNCATE, offset, 0, nothing);
}

void rados_write_op_zero(rados_write_op_t op, uint64_t offset, uint64_t len)
{
    object_operation_extent(op, OSD_OP_ZERO, offset, len, nothing);
}

void rados_write_op_set_alloc_hint2(rados_write_op_t op, uint64_t expected_object_size,
                                    uint64_t expected_write_size, uint32_t flags)
{
    object_operation_alloc_hint(op, (struct osd_op_alloc_hint){.object_size = expected_object_size,
                                                               .write_size = expected_write_size,
                                                               .flags = flags});
}

void rados_write_op_set_alloc_hint(rados_write_op_t op, uint64_t expected_object_size,
                                   uint64_t expected_write_size)
{
    rados_write_op_set_alloc_hint2(op, expected_object_size, expected_write_size, 0);
}

void rados_write_op_exec(rados_write_op_t op, const char *cls, const char *method, const char *in_buf,
                         size_t in_len, int *prval)
{
    object_operation_call(op, cls, method, in_buf, in_len);
    object_operation_last_step(op)->result = prval;
    /* Sent as a write, whatever the method does. */
    ((struct object_operation *)op)->writes = true;
}

/* ---- xattrs ---- */

void rados_write_op_setxattr(rados_write_op_t op, const char *name, const char *value, size_t value_len)
{
    object_operation_xattr(op, OSD_OP_SETXATTR, name, value, value_len, 0, 0);
}

void rados_write_op_rmxattr(rados_write_op_t op, const char *name)
{
    object_operation_xattr(op, OSD_OP_RMXATTR, name, NULL, 0, 0, 0);
}

/* ---- omap ---- */

/* Maps and sets travel in the order of their keys, each once. */
struct omap_entry {
    const char *key, *value;
    size_t key_len, value_len, place;
};

static int compare_entries(const void *a, const void *b)
{
    const struct omap_entry *x = a, *y = b;
    int r = bytes_compare(x->key, x->key_len, y->key, y->key_len);

    return r ? r : x->place < y->place ? -1 : 1;
}

static void encode_entries(struct encode *e, struct omap_entry *entries, size_t num, bool have_values)
{
    size_t place = e->len;
    uint32_t count = 0;

    qsort(entries, num, sizeof(*entries), compare_entries);
    encode_u32(e, 0);
    for (size_t i = 0; i < num; i++) {
        const struct omap_entry *next = &entries[i + 1];

        if (i + 1 < num && bytes_compare(next->key, next->key_len, entries[i].key, entries[i].key_len) == 0)
            continue; /* the last one counts */
        encode_blob(e, entries[i].key, entries[i].key_len);
        if (have_values)
            encode_blob(e, entries[i].value, entries[i].value_len);
        count++;
    }
    if (!encode_error(e))
        memcpy(e->data + place, &(uint32_t){htole32(count)}, sizeof(count));
}

static void omap_step(struct object_operation *o, enum osd_op_code code, const char *const *keys,
                      const char *const *vals, const size_t *key_lens, const size_t *val_lens, size_t num)
{
    struct omap_entry *entries = calloc(num + 1, sizeof(*entries));
    struct encode e;

    if (!entries) {
        o->error = -ENOMEM;
        return;
    }
    for (size_t i = 0; i < num; i++)
        entries[i] = (struct omap_entry){.key = keys[i],
                                         .key_len = key_lens ? key_lens[i] : strlen(keys[i]),
                                         .value = vals ? vals[i] : NULL,
                                         .value_len = vals ? val_lens[i] : 0,
                                         .place = i};
    encode_init(&e);
    encode_entries(&e, entries, num, vals != NULL);
    object_operation_encoded(o, code, &e);
    free(entries);
}

void rados_write_op_omap_set2(rados_write_op_t op, const char *const *keys, const char *const *vals,
                              const size_t *key_lens, const size_t *val_lens, size_t num)
{
    omap_step(op, OSD_OP_OMAPSETVALS, keys, vals, key_lens, val_lens, num);
}

void rados_write_op_omap_set(rados_write_op_t op, const char *const *keys, const char *const *vals,
                             const size_t *lens, size_t num)
{
    omap_step(op, OSD_OP_OMAPSETVALS, keys, vals, NULL, lens, num);
}

void rados_write_op_omap_rm_keys2(rados_write_op_t op, const char *const *keys, const size_t *key_lens,
                                  size_t keys_len)
{
    omap_step(op, OSD_OP_OMAPRMKEYS, keys, NULL, key_lens, NULL, keys_len);
}

void rados_write_op_omap_rm_keys(rados_write_op_t op, const char *const *keys, size_t keys_len)
{
    omap_step(op, OSD_OP_OMAPRMKEYS, keys, NULL, NULL, NULL, keys_len);
}

void rados_write_op_omap_rm_range2(rados_write_op_t op, const char *key_begin, size_t key_begin_len,
                                   const char *key_end, size_t key_end_len)
{
    struct encode e;

    encode_init(&e);
    encode_blob(&e, key_begin, key_begin_len);
    encode_blob(&e, key_end, key_end_len);
    object_operation_encoded(op, OSD_OP_OMAPRMKEYRANGE, &e);
}

void rados_write_op_omap_clear(rados_write_op_t op)
{
    object_operation_add(op, OSD_OP_OMAPCLEAR);
}

/* ---- carrying out ---- */

int rados_write_op_operate2(rados_write_op_t op, rados_ioctx_t io, const char *oid, struct timespec *mtime,
                            int flags)
{
    struct sync_call s;

    sync_call_init(&s, io);
    if (object_operation_copy(&s.steps, op))
        s.steps.error = -ENOMEM;
    s.steps.writes = true;
    s.flags = operation_flags(flags);
    if (mtime)
        s.mtime = (struct utime){(uint32_t)mtime->tv_sec, (uint32_t)mtime->tv_nsec};
    return sync_call_run(&s, oid);
}

int rados_write_op_operate(rados_write_op_t op, rados_ioctx_t io, const char *oid, time_t *mtime, int flags)
{
    struct timespec ts = {.tv_sec = mtime ? *mtime : 0};

    return rados_write_op_operate2(op, io, oid, mtime ? &ts : NULL, flags);
}

int rados_aio_write_op_operate(rados_write_op_t op, rados_ioctx_t io, rados_completion_t c, const char *oid,
                               time_t *mtime, int flags)
{
    struct object_operation o;

    if (object_operation_copy(&o, op))
        o.error = -ENOMEM;
    o.writes = true;
    return completion_run(c, io, oid, &o, operation_flags(flags),
                          (struct utime){.sec = mtime ? (uint32_t)*mtime : 0});
}
