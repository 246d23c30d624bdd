/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions of a kv_object_store. */
#include <errno.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "common/slice_codec.h"
#include "os/kv_change.h"

enum { NUMBERS_RESERVED = 4096 /* objects made between two writes of the counter */ };

static void put_row(struct kv_applying *a, const char *table, struct kv_row_key k, const void *value,
                    size_t len)
{
    if (!k.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_put(&a->batch, table, k.bytes, k.len, value, len);
    free(k.bytes);
}

static void delete_row(struct kv_applying *a, const char *table, struct kv_row_key k)
{
    if (!k.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_delete(&a->batch, table, k.bytes, k.len);
    free(k.bytes);
}

static void delete_rows(struct kv_applying *a, const char *table, struct kv_row_key from,
                        struct kv_row_key to)
{
    if (!from.bytes || !to.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_delete_range(&a->batch, table, from.bytes, from.len, to.bytes, to.len);
    free(from.bytes);
    free(to.bytes);
}

static void change_keys(struct kv_applying *a, uint64_t number, const struct slice *list, bool set)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, list, set);
    while (!a->error && slice_list_next(&l, &key, &value)) {
        struct kv_row_key k = kv_object_row(number, OMAP_KEY, key.data, key.len);
        if (set)
            put_row(a, "M", k, value.data, value.len);
        else
            delete_row(a, "M", k);
    }
    if (!a->error)
        a->error = slice_list_finish(&l);
}

static bool apply_data(struct kv_applying *a, struct kv_change *c, const struct os_op *op)
{
    switch (op->code) {
    case OS_OP_TOUCH:
        kv_change_create(a, c);
        return true;
    case OS_OP_WRITE:
        kv_change_create(a, c);
        kv_change_write(a, c, op->offset, op->data.data, op->data.len);
        if (c->onode.size < op->offset + op->data.len)
            c->onode.size = op->offset + op->data.len;
        return true;
    case OS_OP_ZERO:
        kv_change_create(a, c);
        kv_change_write(a, c, op->offset, NULL, op->length);
        if (c->onode.size < op->offset + op->length)
            c->onode.size = op->offset + op->length;
        return true;
    case OS_OP_TRUNCATE:
        kv_change_create(a, c);
        if (op->length < c->onode.size)
            kv_change_cut(a, c, op->length);
        c->onode.size = op->length;
        return true;
    case OS_OP_REMOVE:
        kv_change_remove(a, c);
        return true;
    default:
        return false;
    }
}

static void apply_rows(struct kv_applying *a, struct kv_change *c, const struct os_op *op)
{
    uint64_t number;

    kv_change_create(a, c);
    number = c->onode.number;
    switch (op->code) {
    case OS_OP_SETATTR:
        put_row(a, "A", kv_object_row(number, -1, op->name.data, op->name.len), op->data.data, op->data.len);
        break;
    case OS_OP_RMATTR:
        delete_row(a, "A", kv_object_row(number, -1, op->name.data, op->name.len));
        break;
    case OS_OP_RMATTRS:
        delete_rows(a, "A", kv_object_row(number, -1, NULL, 0), kv_object_row(number + 1, -1, NULL, 0));
        break;
    case OS_OP_OMAP_CLEAR:
        delete_rows(a, "M", kv_object_row(number, -1, NULL, 0), kv_object_row(number + 1, -1, NULL, 0));
        break;
    case OS_OP_OMAP_SETKEYS:
    case OS_OP_OMAP_RMKEYS:
        change_keys(a, number, &op->data, op->code == OS_OP_OMAP_SETKEYS);
        break;
    case OS_OP_OMAP_RMKEYRANGE:
        delete_rows(a, "M", kv_object_row(number, OMAP_KEY, op->name.data, op->name.len),
                    kv_object_row(number, OMAP_KEY, op->data.data, op->data.len));
        break;
    case OS_OP_OMAP_SETHEADER:
        put_row(a, "M", kv_object_row(number, OMAP_HEADER, NULL, 0), op->data.data, op->data.len);
        break;
    default:
        a->error = -EOPNOTSUPP;
    }
}

static void apply_collection(struct kv_applying *a, const struct os_op *op)
{
    uint8_t bits[4];

    switch (op->code) {
    case OS_OP_MKCOLL:
        put_le32(bits, (uint32_t)op->length);
        kv_batch_put(&a->batch, "C", a->coll, sizeof(a->coll), bits, sizeof(bits));
        break;
    case OS_OP_RMCOLL:
        kv_batch_delete(&a->batch, "C", a->coll, sizeof(a->coll));
        delete_rows(a, "R", kv_row_key(a->coll, sizeof(a->coll), 0, NULL, 0),
                    kv_row_key(a->coll, sizeof(a->coll), 1, NULL, 0));
        break;
    case OS_OP_COLL_SETKEY:
        put_row(a, "R", kv_row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len), op->data.data,
                op->data.len);
        break;
    case OS_OP_COLL_RMKEY:
        delete_row(a, "R", kv_row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len));
        break;
    case OS_OP_COLL_RMKEYRANGE:
        delete_rows(a, "R", kv_row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len),
                    kv_row_key(a->coll, sizeof(a->coll), 0, op->data.data, op->data.len));
        break;
    default:
        a->error = -EOPNOTSUPP;
    }
}

static int load_changes(struct kv_applying *a)
{
    a->changes = calloc(a->t->object_count ? a->t->object_count : 1, sizeof(*a->changes));
    if (!a->changes)
        return -ENOMEM;
    for (unsigned i = 0; i < a->t->object_count; i++) {
        struct kv_change *c = &a->changes[i];
        int r = kv_object_key(a->t->objects[i], &c->key);
        if (r == 0)
            r = kv_onode_get(a->s, &c->key, &c->onode);
        c->exists = r == 0;
        c->cut = c->exists ? UINT64_MAX : 0;
        if (r && r != -ENOENT)
            return r;
    }
    return 0;
}

/* Object numbers in use stay below what the disk says is reserved. */
static void reserve_numbers(struct kv_object_store *s, struct kv_batch *b)
{
    uint64_t next = atomic_load(&s->next_number) + NUMBERS_RESERVED / 2;
    uint8_t v[8];

    mutex_lock(&s->lock);
    if (next > s->numbers_reserved) {
        s->numbers_reserved = next + NUMBERS_RESERVED;
        put_le64(v, s->numbers_reserved);
        kv_batch_put(b, "S", "numbers", 7, v, sizeof(v));
    }
    mutex_unlock(&s->lock);
}

static int check_collection(struct kv_object_store *s, const struct kv_applying *a)
{
    struct slice bits;
    int r;

    for (unsigned i = 0; i < a->t->op_count; i++) {
        if (a->t->ops[i].code == OS_OP_MKCOLL)
            return 0;
    }
    r = kv_store_get(s->kv, "C", a->coll, sizeof(a->coll), &bits);
    if (r == 0)
        slice_put(&bits);
    return r;
}

int kv_apply(struct kv_object_store *s, const struct os_transaction *t)
{
    struct kv_applying a = {.s = s, .t = t};
    char err[KV_ERR_MAX];
    int r;

    kv_coll_key(t->coll, a.coll);
    r = check_collection(s, &a);
    if (r)
        return r;
    kv_batch_init(&a.batch);
    a.error = load_changes(&a);
    for (unsigned i = 0; i < t->op_count && !a.error; i++) {
        const struct os_op *op = &t->ops[i];
        if (op->object == OS_NO_OBJECT)
            apply_collection(&a, op);
        else if (!apply_data(&a, &a.changes[op->object], op))
            apply_rows(&a, &a.changes[op->object], op);
    }
    for (unsigned i = 0; a.changes && i < t->object_count; i++)
        kv_change_finish(&a, &a.changes[i]);
    reserve_numbers(s, &a.batch);
    r = a.error ? a.error : kv_batch_error(&a.batch);
    if (r == 0) {
        r = kv_store_apply(s->kv, &a.batch, false, err, sizeof(err));
        if (r)
            kv_failed(s, r, err);
    }
    free(a.changes);
    kv_batch_destroy(&a.batch);
    return r;
}
