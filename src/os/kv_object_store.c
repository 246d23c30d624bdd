/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_object_store: an object store on disk, in one key-value store: a transaction is one batch of it.
 *
 * Tables: C collections; R their records, by collection; O objects, by place (in hobject order) with an onode
 * as the value; D data, A attributes, M omap, each by the object's number, which no other object ever has, so
 * that what is left of a removed one can never be seen. Data is kept in blocks, each with its crc32c in
 * front, which is checked when it is read.
 *
 * A batch is visible at once and is not synced by its caller: one thread syncs the log for all that came
 * meanwhile, and tells them. Locks: one for the queue of those. Clones and splits are not done yet.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/list.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/slice_codec.h"
#include "common/thread.h"
#include "kv/kv_store.h"
#include "os/extents.h"
#include "os/object_store.h"

enum {
    BLOCK = 16384,
    CRC_LEN = 4,
    NUMBERS_RESERVED = 4096, /* objects made between two writes of the counter */
    COLL_KEY_LEN = 12,
    KEY_MAX = 8 + 4 + HOBJECT_NAMESPACE_MAX + 2 * HOBJECT_NAME_MAX + 3 + 8,
    ERR_MAX = 256,
};

struct os_collection {
    struct coll_id id;
    unsigned bits;
    uint8_t key[COLL_KEY_LEN];
};

struct onode {
    uint64_t number, size;
};

struct committing {
    struct list link;
    os_committed told;
    void *arg;
};

struct kv_object_store {
    struct object_store base;
    struct kv_store *kv;
    char *path;
    atomic_ullong next_number;

    struct mutex lock;
    struct cond work, idle;
    struct list queue;         /* lock: struct committing */
    bool stopping, busy;       /* lock */
    int failed;                /* lock: nothing is taken any more */
    uint64_t numbers_reserved; /* lock: on disk */
    struct thread committer;
    bool started;
};

static struct kv_object_store *kv_of(struct object_store *s)
{
    return CONTAINER_OF(s, struct kv_object_store, base);
}

/* ---- keys ---- */

struct key {
    size_t len;
    uint8_t bytes[KEY_MAX];
};

static void coll_key(struct coll_id id, uint8_t out[static COLL_KEY_LEN])
{
    uint64_t pool = (uint64_t)id.pool ^ (UINT64_C(1) << 63);

    put_be32(out, (uint32_t)(pool >> 32));
    put_be32(out + 4, (uint32_t)pool);
    put_be32(out + 8, id.seed);
}

static void add_bytes(struct key *k, const void *p, size_t n)
{
    memcpy(k->bytes + k->len, p, n);
    k->len += n;
}

static void add_be64(struct key *k, uint64_t v)
{
    uint8_t b[8];

    put_be32(b, (uint32_t)(v >> 32));
    put_be32(b + 4, (uint32_t)v);
    add_bytes(k, b, sizeof(b));
}

/* Sorts as hobject_compare() does; names have no NUL. -ENAMETOOLONG. */
static int object_key(const struct hobject *o, struct key *k)
{
    const char *first = o->key && o->key[0] ? o->key : o->name;
    uint8_t hash[4];

    if (strlen(o->nspace) > HOBJECT_NAMESPACE_MAX || strlen(first) > HOBJECT_NAME_MAX ||
        strlen(o->name) > HOBJECT_NAME_MAX)
        return -ENAMETOOLONG;
    k->len = 0;
    add_be64(k, (uint64_t)o->pool ^ (UINT64_C(1) << 63));
    put_be32(hash, hobject_reverse_bits(o->hash));
    add_bytes(k, hash, sizeof(hash));
    add_bytes(k, o->nspace, strlen(o->nspace) + 1);
    add_bytes(k, first, strlen(first) + 1);
    add_bytes(k, o->name, strlen(o->name) + 1);
    add_be64(k, o->snap);
    return 0;
}

static void number_key(struct key *k, uint64_t number)
{
    k->len = 0;
    add_be64(k, number);
}

static void block_key(struct key *k, uint64_t number, uint64_t block)
{
    number_key(k, number);
    add_be64(k, block);
}

/* ---- onodes ---- */

static int onode_get(struct kv_object_store *s, const struct key *k, struct onode *n)
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

static int find(struct kv_object_store *s, const struct hobject *o, struct onode *n)
{
    struct key k;
    int r = object_key(o, &k);

    return r ? r : onode_get(s, &k, n);
}

/* A block's data: -ENOENT: a hole. */
static int block_get(struct kv_object_store *s, uint64_t number, uint64_t block, struct slice *out)
{
    struct key k;
    int r;

    block_key(&k, number, block);
    r = kv_store_get(s->kv, "D", k.bytes, k.len, out);
    if (r)
        return r;
    if (out->len < CRC_LEN ||
        crc32c(UINT32_MAX, out->data + CRC_LEN, out->len - CRC_LEN) != get_le32(out->data)) {
        derr(filestore, "block %llu of object number %llu does not match its checksum",
             (unsigned long long)block, (unsigned long long)number);
        slice_put(out);
        return -EIO;
    }
    out->data += CRC_LEN;
    out->len -= CRC_LEN;
    return 0;
}

/* ---- transactions ---- */

/* A block that this transaction has written. */
struct dirty_block {
    uint64_t block;
    uint32_t len;
    uint8_t data[CRC_LEN + BLOCK];
};

/* An object in a transaction: as the steps so far leave it. */
struct change {
    struct key key;
    struct onode onode;
    bool exists, touched;
    uint64_t cut; /* from this block on nothing of what is stored counts */
    struct dirty_block **blocks;
    unsigned block_count;
};

struct applying {
    struct kv_object_store *s;
    const struct os_transaction *t;
    struct kv_batch batch;
    struct change *changes; /* one for each object of the transaction */
    uint8_t coll[COLL_KEY_LEN];
    int error;
};

static void create(struct applying *a, struct change *c)
{
    c->touched = true;
    if (c->exists)
        return;
    c->exists = true;
    c->onode = (struct onode){.number = atomic_fetch_add(&a->s->next_number, 1)};
    c->cut = 0;
}

static struct dirty_block *find_dirty(const struct change *c, uint64_t block)
{
    for (unsigned i = c->block_count; i-- > 0;) {
        if (c->blocks[i]->block == block)
            return c->blocks[i];
    }
    return NULL;
}

/* The block, to be changed; with what it holds so far unless all of it is replaced. */
static struct dirty_block *dirty(struct applying *a, struct change *c, uint64_t block, bool whole)
{
    struct dirty_block *b = find_dirty(c, block), **more;
    struct slice old;
    int r;

    if (b)
        return b;
    b = calloc(1, sizeof(*b));
    more = realloc(c->blocks, (c->block_count + 1) * sizeof(struct dirty_block *));
    if (more)
        c->blocks = more;
    if (!b || !more) {
        free(b);
        a->error = -ENOMEM;
        return NULL;
    }
    b->block = block;
    more[c->block_count++] = b;
    if (whole || block >= c->cut)
        return b;
    r = block_get(a->s, c->onode.number, block, &old);
    if (r == 0) {
        b->len = (uint32_t)(old.len < BLOCK ? old.len : BLOCK);
        memcpy(b->data + CRC_LEN, old.data, b->len);
        slice_put(&old);
    } else if (r != -ENOENT) {
        a->error = r;
    }
    return b;
}

/* data NULL: zeroes. */
static void put_bytes(struct applying *a, struct change *c, uint64_t offset, const uint8_t *data,
                      uint64_t len)
{
    while (len && !a->error) {
        uint32_t at = (uint32_t)(offset % BLOCK), n = BLOCK - at;
        struct dirty_block *b;
        if (n > len)
            n = (uint32_t)len;
        b = dirty(a, c, offset / BLOCK, n == BLOCK);
        if (!b)
            return;
        if (data)
            memcpy(b->data + CRC_LEN + at, data, n);
        else
            memset(b->data + CRC_LEN + at, 0, n);
        if (b->len < at + n)
            b->len = at + n;
        offset += n;
        len -= n;
        if (data)
            data += n;
    }
}

/* Everything from this byte on is gone. */
static void cut_off(struct applying *a, struct change *c, uint64_t size)
{
    uint64_t first_gone = (size + BLOCK - 1) / BLOCK;
    struct key from, to;
    unsigned kept = 0;

    if (size % BLOCK) {
        struct dirty_block *b = dirty(a, c, size / BLOCK, false);
        if (b && b->len > size % BLOCK) {
            memset(b->data + CRC_LEN + size % BLOCK, 0, b->len - size % BLOCK);
            b->len = (uint32_t)(size % BLOCK);
        }
    }
    for (unsigned i = 0; i < c->block_count; i++) {
        if (c->blocks[i]->block < first_gone)
            c->blocks[kept++] = c->blocks[i];
        else
            free(c->blocks[i]);
    }
    c->block_count = kept;
    if (first_gone < c->cut)
        c->cut = first_gone;
    block_key(&from, c->onode.number, first_gone);
    number_key(&to, c->onode.number + 1);
    kv_batch_delete_range(&a->batch, "D", from.bytes, from.len, to.bytes, to.len);
}

static void remove_all(struct applying *a, struct change *c)
{
    static const char *const tables[] = {"D", "A", "M"};
    struct key from, to;

    if (!c->exists)
        return;
    number_key(&from, c->onode.number);
    number_key(&to, c->onode.number + 1);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        kv_batch_delete_range(&a->batch, tables[i], from.bytes, from.len, to.bytes, to.len);
    for (unsigned i = 0; i < c->block_count; i++)
        free(c->blocks[i]);
    c->block_count = 0;
    c->exists = false;
    c->touched = true;
}

/* A table's rows of one object: number, kind, key. In M the header is kind 0, keys are kind 1. */
enum { OMAP_HEADER = 0, OMAP_KEY = 1 };

struct row_key {
    size_t len;
    uint8_t *bytes;
};

static struct row_key row_key(const uint8_t *prefix, size_t prefix_len, int kind, const void *name,
                              size_t len)
{
    struct row_key k = {.bytes = malloc(prefix_len + 1 + len)};

    if (!k.bytes)
        return k;
    memcpy(k.bytes, prefix, prefix_len);
    k.len = prefix_len;
    if (kind >= 0)
        k.bytes[k.len++] = (uint8_t)kind;
    if (len)
        memcpy(k.bytes + k.len, name, len);
    k.len += len;
    return k;
}

static struct row_key object_row(uint64_t number, int kind, const void *name, size_t len)
{
    struct key k;

    number_key(&k, number);
    return row_key(k.bytes, k.len, kind, name, len);
}

static void put_row(struct applying *a, const char *table, struct row_key k, const void *value, size_t len)
{
    if (!k.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_put(&a->batch, table, k.bytes, k.len, value, len);
    free(k.bytes);
}

static void delete_row(struct applying *a, const char *table, struct row_key k)
{
    if (!k.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_delete(&a->batch, table, k.bytes, k.len);
    free(k.bytes);
}

static void delete_rows(struct applying *a, const char *table, struct row_key from, struct row_key to)
{
    if (!from.bytes || !to.bytes)
        a->error = -ENOMEM;
    else
        kv_batch_delete_range(&a->batch, table, from.bytes, from.len, to.bytes, to.len);
    free(from.bytes);
    free(to.bytes);
}

static void change_keys(struct applying *a, uint64_t number, const struct slice *list, bool set)
{
    struct slice key, value;
    struct slice_list l;

    slice_list_begin(&l, list, set);
    while (!a->error && slice_list_next(&l, &key, &value)) {
        struct row_key k = object_row(number, OMAP_KEY, key.data, key.len);
        if (set)
            put_row(a, "M", k, value.data, value.len);
        else
            delete_row(a, "M", k);
    }
    if (!a->error)
        a->error = slice_list_finish(&l);
}

static bool apply_data(struct applying *a, struct change *c, const struct os_op *op)
{
    switch (op->code) {
    case OS_OP_TOUCH:
        create(a, c);
        return true;
    case OS_OP_WRITE:
        create(a, c);
        put_bytes(a, c, op->offset, op->data.data, op->data.len);
        if (c->onode.size < op->offset + op->data.len)
            c->onode.size = op->offset + op->data.len;
        return true;
    case OS_OP_ZERO:
        create(a, c);
        put_bytes(a, c, op->offset, NULL, op->length);
        if (c->onode.size < op->offset + op->length)
            c->onode.size = op->offset + op->length;
        return true;
    case OS_OP_TRUNCATE:
        create(a, c);
        if (op->length < c->onode.size)
            cut_off(a, c, op->length);
        c->onode.size = op->length;
        return true;
    case OS_OP_REMOVE:
        remove_all(a, c);
        return true;
    default:
        return false;
    }
}

static void apply_rows(struct applying *a, struct change *c, const struct os_op *op)
{
    uint64_t number;

    create(a, c);
    number = c->onode.number;
    switch (op->code) {
    case OS_OP_SETATTR:
        put_row(a, "A", object_row(number, -1, op->name.data, op->name.len), op->data.data, op->data.len);
        break;
    case OS_OP_RMATTR:
        delete_row(a, "A", object_row(number, -1, op->name.data, op->name.len));
        break;
    case OS_OP_RMATTRS:
        delete_rows(a, "A", object_row(number, -1, NULL, 0), object_row(number + 1, -1, NULL, 0));
        break;
    case OS_OP_OMAP_CLEAR:
        delete_rows(a, "M", object_row(number, -1, NULL, 0), object_row(number + 1, -1, NULL, 0));
        break;
    case OS_OP_OMAP_SETKEYS:
    case OS_OP_OMAP_RMKEYS:
        change_keys(a, number, &op->data, op->code == OS_OP_OMAP_SETKEYS);
        break;
    case OS_OP_OMAP_RMKEYRANGE:
        delete_rows(a, "M", object_row(number, OMAP_KEY, op->name.data, op->name.len),
                    object_row(number, OMAP_KEY, op->data.data, op->data.len));
        break;
    case OS_OP_OMAP_SETHEADER:
        put_row(a, "M", object_row(number, OMAP_HEADER, NULL, 0), op->data.data, op->data.len);
        break;
    default:
        a->error = -EOPNOTSUPP;
    }
}

static void apply_collection(struct applying *a, const struct os_op *op)
{
    uint8_t bits[4];

    switch (op->code) {
    case OS_OP_MKCOLL:
        put_le32(bits, (uint32_t)op->length);
        kv_batch_put(&a->batch, "C", a->coll, sizeof(a->coll), bits, sizeof(bits));
        break;
    case OS_OP_RMCOLL:
        kv_batch_delete(&a->batch, "C", a->coll, sizeof(a->coll));
        delete_rows(a, "R", row_key(a->coll, sizeof(a->coll), 0, NULL, 0),
                    row_key(a->coll, sizeof(a->coll), 1, NULL, 0));
        break;
    case OS_OP_COLL_SETKEY:
        put_row(a, "R", row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len), op->data.data,
                op->data.len);
        break;
    case OS_OP_COLL_RMKEY:
        delete_row(a, "R", row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len));
        break;
    case OS_OP_COLL_RMKEYRANGE:
        delete_rows(a, "R", row_key(a->coll, sizeof(a->coll), 0, op->name.data, op->name.len),
                    row_key(a->coll, sizeof(a->coll), 0, op->data.data, op->data.len));
        break;
    default:
        a->error = -EOPNOTSUPP;
    }
}

/* What the steps have made of the object, into the batch. */
static void finish_change(struct applying *a, struct change *c)
{
    struct encode e;
    struct key k;

    for (unsigned i = 0; i < c->block_count; i++) {
        struct dirty_block *b = c->blocks[i];
        put_le32(b->data, crc32c(UINT32_MAX, b->data + CRC_LEN, b->len));
        block_key(&k, c->onode.number, b->block);
        kv_batch_put(&a->batch, "D", k.bytes, k.len, b->data, CRC_LEN + b->len);
        free(b);
    }
    free(c->blocks);
    if (!c->touched)
        return;
    if (!c->exists) {
        kv_batch_delete(&a->batch, "O", c->key.bytes, c->key.len);
        return;
    }
    encode_init(&e);
    encode_u64(&e, c->onode.number);
    encode_u64(&e, c->onode.size);
    hobject_encode(a->t->objects[c - a->changes], &e);
    if (encode_error(&e))
        a->error = encode_error(&e);
    kv_batch_put(&a->batch, "O", c->key.bytes, c->key.len, e.data, e.len);
    encode_destroy(&e);
}

static int load_changes(struct applying *a)
{
    a->changes = calloc(a->t->object_count ? a->t->object_count : 1, sizeof(*a->changes));
    if (!a->changes)
        return -ENOMEM;
    for (unsigned i = 0; i < a->t->object_count; i++) {
        struct change *c = &a->changes[i];
        int r = object_key(a->t->objects[i], &c->key);
        if (r == 0)
            r = onode_get(a->s, &c->key, &c->onode);
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

static int check_collection(struct kv_object_store *s, const struct applying *a)
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

static int apply(struct kv_object_store *s, const struct os_transaction *t)
{
    struct applying a = {.s = s, .t = t};
    char err[ERR_MAX];
    int r;

    coll_key(t->coll, a.coll);
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
        finish_change(&a, &a.changes[i]);
    reserve_numbers(s, &a.batch);
    r = a.error ? a.error : kv_batch_error(&a.batch);
    if (r == 0) {
        r = kv_store_apply(s->kv, &a.batch, false, err, sizeof(err));
        if (r)
            derr(filestore, "%s", err);
    }
    free(a.changes);
    kv_batch_destroy(&a.batch);
    return r;
}

static int kv_queue(struct object_store *base, struct os_transaction *t, os_committed committed, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct committing *c = malloc(sizeof(*c));
    int r = c ? apply(s, t) : -ENOMEM;

    if (r) {
        free(c);
        return r;
    }
    *c = (struct committing){.told = committed, .arg = arg};
    mutex_lock(&s->lock);
    list_add_tail(&s->queue, &c->link);
    cond_signal(&s->work);
    mutex_unlock(&s->lock);
    return 0;
}

static void *commit_run(void *arg)
{
    struct kv_object_store *s = arg;
    char err[ERR_MAX];
    struct list group;

    list_init(&group);
    mutex_lock(&s->lock);
    for (;;) {
        while (list_empty(&s->queue) && !s->stopping)
            cond_wait(&s->work, &s->lock);
        if (list_empty(&s->queue))
            break;
        list_splice_tail(&group, &s->queue);
        s->busy = true;
        mutex_unlock(&s->lock);
        int r = kv_store_sync(s->kv, err, sizeof(err)); /* one for all that came since the last */
        if (r)
            derr(filestore, "%s", err);
        while (!list_empty(&group)) {
            struct committing *c = list_first(&group, struct committing, link);
            list_remove(&c->link);
            c->told(c->arg, r);
            free(c);
        }
        mutex_lock(&s->lock);
        s->busy = false;
        cond_broadcast(&s->idle);
    }
    mutex_unlock(&s->lock);
    return NULL;
}

static void kv_drain(struct object_store *base)
{
    struct kv_object_store *s = kv_of(base);

    mutex_lock(&s->lock);
    while (s->busy || !list_empty(&s->queue))
        cond_wait(&s->idle, &s->lock);
    mutex_unlock(&s->lock);
}

/* ---- reads ---- */

static struct os_collection *kv_collection(struct object_store *base, struct coll_id id)
{
    struct os_collection *c = calloc(1, sizeof(*c));
    struct slice bits;

    if (!c)
        return NULL;
    c->id = id;
    coll_key(id, c->key);
    if (kv_store_get(kv_of(base)->kv, "C", c->key, sizeof(c->key), &bits)) {
        free(c);
        return NULL;
    }
    c->bits = bits.len >= 4 ? get_le32(bits.data) : 0;
    slice_put(&bits);
    return c;
}

static void kv_put(struct object_store *s UNUSED, struct os_collection *c)
{
    free(c);
}

static int kv_collections(struct object_store *base, os_visit_collection visit, void *arg)
{
    struct kv_iter *it = kv_store_iterate(kv_of(base)->kv, "C");
    size_t key_len, len;
    int r;

    if (!it)
        return -ENOMEM;
    for (bool more = kv_iter_seek(it, NULL, 0); more; more = kv_iter_next(it)) {
        const uint8_t *key = kv_iter_key(it, &key_len), *value = kv_iter_value(it, &len);
        uint64_t pool;
        if (key_len != COLL_KEY_LEN || len < 4)
            continue;
        pool = ((uint64_t)get_be32(key) << 32 | get_be32(key + 4)) ^ (UINT64_C(1) << 63);
        visit(arg, (struct coll_id){(int64_t)pool, get_be32(key + 8)}, get_le32(value));
    }
    r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

static int kv_stat(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                   uint64_t *size)
{
    struct onode n;
    int r = find(kv_of(base), o, &n);

    if (r == 0)
        *size = n.size;
    return r;
}

static int kv_read(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                   uint64_t offset, uint64_t length, struct bufferlist *out)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    if (r)
        return r;
    if (offset >= n.size)
        return 0;
    if (length > n.size - offset)
        length = n.size - offset;
    while (length && r == 0) {
        uint64_t at = offset % BLOCK, want = BLOCK - at < length ? BLOCK - at : length, have = 0;
        struct slice b;
        r = block_get(s, n.number, offset / BLOCK, &b);
        if (r == 0) {
            have = b.len > at ? b.len - at : 0;
            have = have < want ? have : want;
            r = bufferlist_append(out, slice_part(&b, at, have));
            slice_put(&b);
        } else if (r == -ENOENT) {
            r = 0;
        }
        if (r == 0 && have < want)
            r = bufferlist_append_zeroes(out, want - have);
        offset += want;
        length -= want;
    }
    return r;
}

static int kv_extents(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                      uint64_t offset, uint64_t length, os_visit_extent visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    uint64_t end, start = 0, stop = 0;
    struct onode n;
    struct slice b;
    int r = find(s, o, &n);

    if (r || offset >= n.size)
        return r;
    end = length > n.size - offset ? n.size : offset + length;
    for (uint64_t k = offset / BLOCK; k * BLOCK < end; k++) {
        uint64_t from = k * BLOCK > offset ? k * BLOCK : offset;
        r = block_get(s, n.number, k, &b);
        if (r && r != -ENOENT)
            return r;
        if (r)
            continue;
        if (stop != from) {
            if (stop > start)
                visit(arg, start, stop - start);
            start = from;
        }
        stop = k * BLOCK + b.len < end ? k * BLOCK + b.len : end;
        if (stop < start)
            stop = start;
        slice_put(&b);
    }
    if (stop > start)
        visit(arg, start, stop - start);
    return 0;
}

static int get_row(struct kv_object_store *s, const char *table, struct row_key k, struct slice *value)
{
    int r = k.bytes ? kv_store_get(s->kv, table, k.bytes, k.len, value) : -ENOMEM;

    free(k.bytes);
    return r;
}

/* Rows with this beginning, from `from` on; keys are shown without the beginning. */
static int scan_rows(struct kv_object_store *s, const char *table, struct row_key prefix, struct row_key from,
                     bool after, os_visit_pair visit, void *arg)
{
    struct kv_iter *it = prefix.bytes && from.bytes ? kv_store_iterate(s->kv, table) : NULL;
    int r = it ? 0 : -ENOMEM;

    for (bool more = it && kv_iter_seek(it, from.bytes, from.len); more; more = kv_iter_next(it)) {
        struct slice key = {0}, value = {0};
        key.data = kv_iter_key(it, &key.len);
        value.data = kv_iter_value(it, &value.len);
        if (key.len < prefix.len || memcmp(key.data, prefix.bytes, prefix.len) != 0)
            break;
        if (after && key.len == from.len && memcmp(key.data, from.bytes, from.len) == 0)
            continue;
        key.data += prefix.len;
        key.len -= prefix.len;
        if (!visit(arg, &key, &value))
            break;
    }
    if (it)
        r = kv_iter_error(it);
    kv_iter_close(it);
    free(prefix.bytes);
    free(from.bytes);
    return r;
}

static int kv_getattr(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                      const char *name, struct slice *value)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    if (r)
        return r;
    r = get_row(s, "A", object_row(n.number, -1, name, strlen(name)), value);
    return r == -ENOENT ? -ENODATA : r;
}

static int kv_getattrs(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                       os_visit_pair visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    return r ? r
             : scan_rows(s, "A", object_row(n.number, -1, NULL, 0), object_row(n.number, -1, NULL, 0), false,
                         visit, arg);
}

static int kv_omap_header(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                          struct slice *header)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    if (r)
        return r;
    *header = (struct slice){0};
    r = get_row(s, "M", object_row(n.number, OMAP_HEADER, NULL, 0), header);
    return r == -ENOENT ? 0 : r;
}

static int kv_omap_get(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                       const struct slice *key, struct slice *value)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    if (r)
        return r;
    r = get_row(s, "M", object_row(n.number, OMAP_KEY, key->data, key->len), value);
    return r == -ENOENT ? -ENODATA : r;
}

static int kv_omap_scan(struct object_store *base, struct os_collection *c UNUSED, const struct hobject *o,
                        const struct slice *from, bool after, os_visit_pair visit, void *arg)
{
    struct kv_object_store *s = kv_of(base);
    struct onode n;
    int r = find(s, o, &n);

    return r ? r
             : scan_rows(s, "M", object_row(n.number, OMAP_KEY, NULL, 0),
                         object_row(n.number, OMAP_KEY, from->data, from->len), after, visit, arg);
}

static bool in_collection(const struct os_collection *c, const struct hobject *o)
{
    uint32_t mask = c->bits >= 32 ? UINT32_MAX : (1u << c->bits) - 1;

    return o->pool == c->id.pool && (o->hash & mask) == c->id.seed;
}

/* A collection's objects lie together: they share the first bits of the reversed hash. */
static int list_start(const struct os_collection *c, const struct hobject *from, struct key *k)
{
    struct hobject first = {.key = "", .name = "", .nspace = "", .pool = c->id.pool, .hash = c->id.seed};

    if (from->max)
        return -ENOENT;
    if (hobject_compare(from, &first) < 0)
        from = &first;
    return object_key(from, k);
}

static int kv_list(struct object_store *base, struct os_collection *c, const struct hobject *from,
                   os_visit_object visit, void *arg)
{
    struct kv_iter *it;
    struct key k;
    int r = list_start(c, from, &k);

    if (r)
        return r == -ENOENT ? 0 : r;
    it = kv_store_iterate(kv_of(base)->kv, "O");
    if (!it)
        return -ENOMEM;
    for (bool more = kv_iter_seek(it, k.bytes, k.len); more && r == 0; more = kv_iter_next(it)) {
        struct hobject o;
        struct decode d;
        size_t len;
        bool go_on = true;
        const uint8_t *value = kv_iter_value(it, &len);
        decode_init(&d, value, len);
        (void)decode_take(&d, 16);
        hobject_decode(&o, &d);
        if (decode_error(&d))
            r = -EIO;
        else
            go_on = in_collection(c, &o) && visit(arg, &o);
        hobject_destroy(&o);
        if (!go_on)
            break;
    }
    if (r == 0)
        r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

static int kv_coll_getkey(struct object_store *base, struct os_collection *c, const char *key,
                          struct slice *value)
{
    return get_row(kv_of(base), "R", row_key(c->key, sizeof(c->key), 0, key, strlen(key)), value);
}

static int kv_coll_scan(struct object_store *base, struct os_collection *c, const char *from,
                        os_visit_pair visit, void *arg)
{
    return scan_rows(kv_of(base), "R", row_key(c->key, sizeof(c->key), 0, NULL, 0),
                     row_key(c->key, sizeof(c->key), 0, from, strlen(from)), false, visit, arg);
}

static void kv_statfs(struct object_store *base, struct object_store_statfs *out)
{
    struct kv_object_store *s = kv_of(base);
    struct kv_stats stats;
    struct statvfs v;

    *out = (struct object_store_statfs){0};
    kv_store_stats(s->kv, &stats);
    out->stored = out->allocated = stats.bytes_on_disk;
    if (statvfs(s->path, &v))
        return;
    out->total = (uint64_t)v.f_blocks * v.f_frsize;
    out->available = (uint64_t)v.f_bavail * v.f_frsize;
}

/* ---- life ---- */

static int kv_mkfs(const char *path, char *err, size_t err_size)
{
    struct kv_store *kv;
    int r = kv_store_open("rocksdb", path, KV_CREATE, &kv, err, err_size);

    if (r == 0)
        kv_store_close(kv);
    return r;
}

static void kv_close(struct object_store *base)
{
    struct kv_object_store *s = kv_of(base);

    if (s->started) {
        mutex_lock(&s->lock);
        s->stopping = true;
        cond_signal(&s->work);
        mutex_unlock(&s->lock);
        thread_join(&s->committer);
    }
    kv_store_close(s->kv);
    cond_destroy(&s->work);
    cond_destroy(&s->idle);
    mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static int load_numbers(struct kv_object_store *s)
{
    struct slice v;
    int r = kv_store_get(s->kv, "S", "numbers", 7, &v);

    if (r == -ENOENT)
        return 0;
    if (r)
        return r;
    if (v.len == 8)
        s->numbers_reserved = get_le64(v.data);
    slice_put(&v);
    atomic_store(&s->next_number, s->numbers_reserved);
    return 0;
}

static int kv_open(const char *path, uint64_t size_limit UNUSED, struct object_store **out,
                   char **repaired UNUSED, char *err, size_t err_size)
{
    struct kv_object_store *s = calloc(1, sizeof(*s));
    int r;

    snprintf(err, err_size, "no memory for a store");
    if (!s)
        return -ENOMEM;
    s->base.ops = &kv_object_store_ops;
    mutex_init(&s->lock, "kv_object_store", LOCK_RANK_OS);
    cond_init(&s->work);
    cond_init(&s->idle);
    list_init(&s->queue);
    s->path = strdup(path);
    r = s->path ? kv_store_open("rocksdb", path, 0, &s->kv, err, err_size) : -ENOMEM;
    if (r == 0)
        r = load_numbers(s);
    if (r == 0)
        r = thread_start(&s->committer, "os_commit", commit_run, s);
    s->started = r == 0;
    if (r) {
        kv_close(&s->base);
        return r;
    }
    *out = &s->base;
    return 0;
}

const struct object_store_ops kv_object_store_ops = {
    .kind = "kvstore",
    .mkfs = kv_mkfs,
    .open = kv_open,
    .close = kv_close,
    .queue = kv_queue,
    .drain = kv_drain,
    .collection = kv_collection,
    .put = kv_put,
    .collections = kv_collections,
    .stat = kv_stat,
    .read = kv_read,
    .extents = kv_extents,
    .getattr = kv_getattr,
    .getattrs = kv_getattrs,
    .omap_header = kv_omap_header,
    .omap_get = kv_omap_get,
    .omap_scan = kv_omap_scan,
    .list = kv_list,
    .coll_getkey = kv_coll_getkey,
    .coll_scan = kv_coll_scan,
    .statfs = kv_statfs,
};
