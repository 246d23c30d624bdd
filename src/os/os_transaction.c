/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/os_transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/slice_codec.h"

#define OBJECTS_MAX      (1u << 16)
#define OP_WIRE_MIN      (1 + 4 + 4 + 8 + 8 + 8 + 4 + 4)
#define HOBJECT_WIRE_MIN 6

void os_transaction_init(struct os_transaction *t, struct coll_id coll)
{
    t->coll = coll;
    t->objects = t->few_objects;
    t->object_count = 0;
    t->object_room = ARRAY_SIZE(t->few_objects);
    t->ops = t->few_ops;
    t->op_count = 0;
    t->op_room = ARRAY_SIZE(t->few_ops);
    t->error = 0;
    t->owns_objects = false;
}

void os_transaction_destroy(struct os_transaction *t)
{
    for (unsigned i = 0; i < t->op_count; i++) {
        slice_put(&t->ops[i].name);
        slice_put(&t->ops[i].data);
    }
    for (unsigned i = 0; t->owns_objects && i < t->object_count; i++) {
        hobject_destroy((struct hobject *)t->objects[i]);
        free((void *)t->objects[i]);
    }
    if (t->ops != t->few_ops)
        free(t->ops);
    if (t->objects != t->few_objects)
        free(t->objects);
    os_transaction_init(t, t->coll);
}

/* Doubles an array that starts inside of the transaction. */
static void *grow(void *old, const void *few, unsigned count, unsigned *room, size_t size)
{
    void *bigger = malloc(*room * 2 * size);

    if (!bigger)
        return NULL;
    memcpy(bigger, old, count * size);
    if (old != few)
        free(old);
    *room *= 2;
    return bigger;
}

static uint32_t object_index(struct os_transaction *t, const struct hobject *o)
{
    for (unsigned i = t->object_count; i-- > 0;) {
        if (t->objects[i] == o)
            return i;
    }
    if (t->object_count == t->object_room) {
        void *bigger =
            grow(t->objects, t->few_objects, t->object_count, &t->object_room, sizeof(*t->objects));
        if (!bigger) {
            t->error = -ENOMEM;
            return 0;
        }
        t->objects = bigger;
    }
    t->objects[t->object_count] = o;
    return t->object_count++;
}

/* A new op at the end, with its object's index; NULL: no memory. */
static struct os_op *add(struct os_transaction *t, enum os_op_code code, const struct hobject *o)
{
    struct os_op *op;

    if (t->op_count == t->op_room) {
        void *bigger = grow(t->ops, t->few_ops, t->op_count, &t->op_room, sizeof(*t->ops));
        if (!bigger) {
            t->error = -ENOMEM;
            return NULL;
        }
        t->ops = bigger;
    }
    op = &t->ops[t->op_count];
    *op = (struct os_op){.code = (uint8_t)code, .object = OS_NO_OBJECT, .target = OS_NO_OBJECT};
    if (o)
        op->object = object_index(t, o);
    if (t->error)
        return NULL;
    t->op_count++;
    return op;
}

/* Borrowed bytes are copied: a transaction outlives its maker's stack. */
static void keep(struct os_transaction *t, struct slice *to, const struct slice *from)
{
    if (!from)
        return;
    if (from->buf || !from->len) {
        *to = slice_get(from);
        return;
    }
    *to = slice_of(buffer_create_copy(from->data, from->len));
    if (!to->buf)
        t->error = -ENOMEM;
}

static void keep_text(struct os_transaction *t, struct slice *to, const char *text)
{
    struct slice s = {.data = (const uint8_t *)text, .len = strlen(text)};

    keep(t, to, &s);
}

void os_touch(struct os_transaction *t, const struct hobject *o)
{
    add(t, OS_OP_TOUCH, o);
}

void os_write(struct os_transaction *t, const struct hobject *o, uint64_t offset, const struct slice *data)
{
    struct os_op *op = add(t, OS_OP_WRITE, o);

    if (!op)
        return;
    op->offset = offset;
    keep(t, &op->data, data);
}

static void add_range(struct os_transaction *t, enum os_op_code code, const struct hobject *o,
                      uint64_t offset, uint64_t length)
{
    struct os_op *op = add(t, code, o);

    if (!op)
        return;
    op->offset = offset;
    op->length = length;
}

void os_zero(struct os_transaction *t, const struct hobject *o, uint64_t offset, uint64_t length)
{
    add_range(t, OS_OP_ZERO, o, offset, length);
}

void os_truncate(struct os_transaction *t, const struct hobject *o, uint64_t size)
{
    add_range(t, OS_OP_TRUNCATE, o, 0, size);
}

void os_remove(struct os_transaction *t, const struct hobject *o)
{
    add(t, OS_OP_REMOVE, o);
}

void os_setattr(struct os_transaction *t, const struct hobject *o, const char *name,
                const struct slice *value)
{
    struct os_op *op = add(t, OS_OP_SETATTR, o);

    if (!op)
        return;
    keep_text(t, &op->name, name);
    keep(t, &op->data, value);
}

void os_rmattr(struct os_transaction *t, const struct hobject *o, const char *name)
{
    struct os_op *op = add(t, OS_OP_RMATTR, o);

    if (op)
        keep_text(t, &op->name, name);
}

void os_rmattrs(struct os_transaction *t, const struct hobject *o)
{
    add(t, OS_OP_RMATTRS, o);
}

void os_clone(struct os_transaction *t, const struct hobject *from, const struct hobject *to)
{
    struct os_op *op = add(t, OS_OP_CLONE, from);

    if (op)
        op->target = object_index(t, to);
}

void os_clone_range(struct os_transaction *t, const struct hobject *from, const struct hobject *to,
                    uint64_t offset, uint64_t length, uint64_t to_offset)
{
    struct os_op *op = add(t, OS_OP_CLONE_RANGE, from);

    if (!op)
        return;
    op->target = object_index(t, to);
    op->offset = offset;
    op->length = length;
    op->target_offset = to_offset;
}

void os_omap_clear(struct os_transaction *t, const struct hobject *o)
{
    add(t, OS_OP_OMAP_CLEAR, o);
}

static void add_data(struct os_transaction *t, enum os_op_code code, const struct hobject *o,
                     const struct slice *name, const struct slice *data)
{
    struct os_op *op = add(t, code, o);

    if (!op)
        return;
    keep(t, &op->name, name);
    keep(t, &op->data, data);
}

void os_omap_setkeys(struct os_transaction *t, const struct hobject *o, const struct slice *pairs)
{
    add_data(t, OS_OP_OMAP_SETKEYS, o, NULL, pairs);
}

void os_omap_rmkeys(struct os_transaction *t, const struct hobject *o, const struct slice *keys)
{
    add_data(t, OS_OP_OMAP_RMKEYS, o, NULL, keys);
}

void os_omap_rmkeyrange(struct os_transaction *t, const struct hobject *o, const struct slice *first,
                        const struct slice *end)
{
    add_data(t, OS_OP_OMAP_RMKEYRANGE, o, first, end);
}

void os_omap_setheader(struct os_transaction *t, const struct hobject *o, const struct slice *header)
{
    add_data(t, OS_OP_OMAP_SETHEADER, o, NULL, header);
}

void os_mkcoll(struct os_transaction *t, unsigned bits)
{
    add_range(t, OS_OP_MKCOLL, NULL, 0, bits);
}

void os_rmcoll(struct os_transaction *t)
{
    add(t, OS_OP_RMCOLL, NULL);
}

void os_coll_setkey(struct os_transaction *t, const char *key, const struct slice *value)
{
    struct os_op *op = add(t, OS_OP_COLL_SETKEY, NULL);

    if (!op)
        return;
    keep_text(t, &op->name, key);
    keep(t, &op->data, value);
}

void os_coll_rmkey(struct os_transaction *t, const char *key)
{
    struct os_op *op = add(t, OS_OP_COLL_RMKEY, NULL);

    if (op)
        keep_text(t, &op->name, key);
}

void os_coll_rmkeyrange(struct os_transaction *t, const char *first, const char *end)
{
    struct os_op *op = add(t, OS_OP_COLL_RMKEYRANGE, NULL);

    if (!op)
        return;
    keep_text(t, &op->name, first);
    keep_text(t, &op->data, end);
}

void os_split(struct os_transaction *t, uint32_t target_seed, unsigned bits)
{
    struct os_op *op = add(t, OS_OP_SPLIT, NULL);

    if (!op)
        return;
    op->target_offset = target_seed;
    op->length = bits;
}

/* ---- encoding ---- */

void os_transaction_encode(const struct os_transaction *t, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_s64(e, t->coll.pool);
    encode_u32(e, t->coll.seed);
    encode_u32(e, t->object_count);
    for (unsigned i = 0; i < t->object_count; i++)
        hobject_encode(t->objects[i], e);
    encode_u32(e, t->op_count);
    for (unsigned i = 0; i < t->op_count; i++) {
        const struct os_op *op = &t->ops[i];
        encode_u8(e, op->code);
        encode_u32(e, op->object);
        encode_u32(e, op->target);
        encode_u64(e, op->offset);
        encode_u64(e, op->length);
        encode_u64(e, op->target_offset);
        encode_blob(e, op->name.data, op->name.len);
        encode_blob(e, op->data.data, op->data.len);
    }
    encode_end_struct(e, at);
}

static void decode_objects(struct os_transaction *t, struct decode *d)
{
    uint32_t count = decode_count(d, HOBJECT_WIRE_MIN);

    t->owns_objects = true;
    if (count > OBJECTS_MAX)
        decode_fail(d, -EBADMSG);
    for (uint32_t i = 0; i < count && !decode_error(d); i++) {
        struct hobject *o = calloc(1, sizeof(*o));
        if (!o) {
            decode_fail(d, -ENOMEM);
            return;
        }
        hobject_decode(o, d);
        object_index(t, o);
        if (t->error) {
            hobject_destroy(o);
            free(o);
            decode_fail(d, t->error);
        }
    }
}

static bool takes_object(uint8_t code)
{
    return code < OS_OP_MKCOLL;
}

static bool takes_target(uint8_t code)
{
    return code == OS_OP_CLONE || code == OS_OP_CLONE_RANGE;
}

static bool index_fits(const struct os_transaction *t, uint32_t index, bool taken)
{
    return taken ? index < t->object_count : index == OS_NO_OBJECT;
}

static void decode_op(struct os_transaction *t, struct decode *d, const struct slice *parent)
{
    struct os_op *op = add(t, OS_OP_TOUCH, NULL);

    if (!op) {
        decode_fail(d, -ENOMEM);
        return;
    }
    op->code = decode_u8(d);
    op->object = decode_u32(d);
    op->target = decode_u32(d);
    op->offset = decode_u64(d);
    op->length = decode_u64(d);
    op->target_offset = decode_u64(d);
    slice_decode_blob(&op->name, d, parent);
    slice_decode_blob(&op->data, d, parent);
    if (op->code < OS_OP_TOUCH || op->code >= OS_OP_CODE_END ||
        !index_fits(t, op->object, takes_object(op->code)) ||
        !index_fits(t, op->target, takes_target(op->code)))
        decode_fail(d, -EBADMSG);
}

void os_transaction_decode(struct os_transaction *t, struct decode *d, const struct slice *parent)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    uint32_t count;

    os_transaction_init(t, COLL_META);
    t->coll.pool = decode_s64(&body);
    t->coll.seed = decode_u32(&body);
    decode_objects(t, &body);
    count = decode_count(&body, OP_WIRE_MIN);
    for (uint32_t i = 0; i < count && !decode_error(&body); i++)
        decode_op(t, &body, parent);
    decode_end(d, &body);
}
