/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/coll_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/slice_codec.h"

static const char MAGIC[16] = "ceph pg export\n";

enum section { SECTION_HEAD = 1, SECTION_TRANSACTION = 2, SECTION_END = 3 };

enum {
    SECTION_HEADER = 12,
    SECTION_MAX = 64 << 20,
    CHUNK = 1 << 20, /* data in a transaction, about */
    NAMES_AT_ONCE = 256,
    OBJECT_SIZE_MAX = 1 << 30,
};

/* ---- out ---- */

struct exporter {
    struct object_store *s;
    struct os_collection *coll;
    struct coll_id id;
    const struct coll_export_pipe *out;
    const struct hobject *object; /* the present one */
    struct os_transaction t;
    size_t bytes; /* in t, about */
    uint64_t transactions;
    struct encode keys; /* of the omap: pairs that are not in t yet */
    uint32_t key_count;
    int error;
};

static int put_section(const struct coll_export_pipe *out, enum section kind, const struct encode *e)
{
    uint8_t head[SECTION_HEADER];
    int r = encode_error(e);

    put_le32(head, kind);
    put_le32(head + 4, (uint32_t)e->len);
    put_le32(head + 8, crc32c(0, e->data, e->len));
    if (r == 0)
        r = out->write(out->arg, head, sizeof(head));
    return r ? r : out->write(out->arg, e->data, e->len);
}

static void flush_keys(struct exporter *x)
{
    struct encode e;
    struct slice list;

    if (!x->key_count)
        return;
    encode_init(&e);
    encode_u32(&e, x->key_count);
    encode_bytes(&e, x->keys.data, x->keys.len);
    list = (struct slice){.data = e.data, .len = e.len};
    os_omap_setkeys(&x->t, x->object, &list);
    if (encode_error(&e))
        x->t.error = encode_error(&e);
    encode_destroy(&e);
    encode_destroy(&x->keys);
    encode_init(&x->keys);
    x->key_count = 0;
}

static void flush(struct exporter *x)
{
    struct encode e;

    flush_keys(x);
    if (x->t.op_count && !x->error) {
        encode_init(&e);
        os_transaction_encode(&x->t, &e);
        x->error = x->t.error ? x->t.error : put_section(x->out, SECTION_TRANSACTION, &e);
        x->transactions++;
        encode_destroy(&e);
    }
    os_transaction_destroy(&x->t);
    os_transaction_init(&x->t, x->id);
    x->bytes = 0;
}

static void grown(struct exporter *x, size_t bytes)
{
    x->bytes += bytes;
    if (x->bytes >= CHUNK)
        flush(x);
}

static bool export_attr(void *arg, const struct slice *key, const struct slice *value)
{
    struct exporter *x = arg;
    char *name = strndup((const char *)key->data, key->len);

    if (name)
        os_setattr(&x->t, x->object, name, value);
    else
        x->error = -ENOMEM;
    free(name);
    grown(x, key->len + value->len);
    return !x->error;
}

static bool export_key(void *arg, const struct slice *key, const struct slice *value)
{
    struct exporter *x = arg;

    encode_blob(&x->keys, key->data, key->len);
    encode_blob(&x->keys, value->data, value->len);
    x->key_count++;
    if (encode_error(&x->keys))
        x->error = encode_error(&x->keys);
    grown(x, key->len + value->len);
    return !x->error;
}

/* The whole list is in one transaction. */
static bool export_record(void *arg, const struct slice *key, const struct slice *value)
{
    struct exporter *x = arg;
    char *name = strndup((const char *)key->data, key->len);

    if (name)
        os_coll_setkey(&x->t, name, value);
    else
        x->error = -ENOMEM;
    free(name);
    return !x->error;
}

struct ranges {
    struct {
        uint64_t offset, length;
    } * items;
    unsigned count;
    int error;
};

static void note_range(void *arg, uint64_t offset, uint64_t length)
{
    struct ranges *g = arg;
    void *more = realloc(g->items, (g->count + 1) * sizeof(*g->items));

    if (!more) {
        g->error = -ENOMEM;
        return;
    }
    g->items = more;
    g->items[g->count].offset = offset;
    g->items[g->count++].length = length;
}

static void export_range(struct exporter *x, uint64_t offset, uint64_t end)
{
    while (offset < end && !x->error) {
        uint64_t n = end - offset < CHUNK ? end - offset : CHUNK;
        struct bufferlist bl;
        struct slice data;

        bufferlist_init(&bl);
        x->error = object_store_read(x->s, x->coll, x->object, offset, n, &bl);
        if (x->error == 0)
            x->error = bufferlist_flatten(&bl, &data);
        if (x->error == 0) {
            os_write(&x->t, x->object, offset, &data);
            slice_put(&data);
            grown(x, n);
        }
        bufferlist_destroy(&bl);
        offset += n;
    }
}

static void export_data(struct exporter *x)
{
    struct ranges g = {.count = 0};
    uint64_t size;

    x->error = object_store_stat(x->s, x->coll, x->object, &size);
    if (x->error)
        return;
    x->error = object_store_extents(x->s, x->coll, x->object, 0, size, note_range, &g);
    if (g.error)
        x->error = g.error;
    for (unsigned i = 0; i < g.count; i++)
        export_range(x, g.items[i].offset, g.items[i].offset + g.items[i].length);
    os_truncate(&x->t, x->object, size); /* a hole at the end */
    free(g.items);
}

static void export_object(struct exporter *x, const struct hobject *o)
{
    struct slice header = {0}, none = {0};

    x->object = o;
    os_touch(&x->t, o);
    x->error = object_store_omap_header(x->s, x->coll, o, &header);
    if (header.len)
        os_omap_setheader(&x->t, o, &header);
    slice_put(&header);
    if (!x->error)
        x->error = object_store_getattrs(x->s, x->coll, o, export_attr, x);
    if (!x->error)
        x->error = object_store_omap_scan(x->s, x->coll, o, &none, false, export_key, x);
    if (!x->error)
        export_data(x);
    flush(x);
}

struct names {
    struct hobject o[NAMES_AT_ONCE + 1]; /* the last is where to go on */
    unsigned count;
    int error;
};

static bool note_name(void *arg, const struct hobject *o)
{
    struct names *n = arg;

    n->error = hobject_copy(&n->o[n->count], o);
    return !n->error && n->count++ < NAMES_AT_ONCE;
}

static int export_objects(struct exporter *x)
{
    struct names *n = calloc(1, sizeof(*n));
    struct hobject from;
    bool more = true;

    if (!n || hobject_init_min(&from)) {
        free(n);
        return -ENOMEM;
    }
    while (more && !x->error) {
        n->count = 0;
        x->error = object_store_list(x->s, x->coll, &from, note_name, n);
        if (n->error)
            x->error = n->error;
        more = n->count > NAMES_AT_ONCE;
        for (unsigned i = 0; i < n->count && i < NAMES_AT_ONCE && !x->error; i++)
            export_object(x, &n->o[i]);
        if (more) {
            hobject_destroy(&from);
            from = n->o[--n->count];
        }
        while (n->count)
            hobject_destroy(&n->o[--n->count]);
    }
    hobject_destroy(&from);
    free(n);
    return x->error;
}

static int export_head(const struct coll_export_head *head, const struct coll_export_pipe *out)
{
    struct encode e;
    int r = out->write(out->arg, MAGIC, sizeof(MAGIC));
    size_t at;

    encode_init(&e);
    at = encode_begin_struct(&e, 1, 1);
    fsid_encode(&head->cluster, &e);
    encode_s64(&e, head->coll.pool);
    encode_u32(&e, head->coll.seed);
    encode_u32(&e, head->bits);
    encode_end_struct(&e, at);
    if (r == 0)
        r = put_section(out, SECTION_HEAD, &e);
    encode_destroy(&e);
    return r;
}

static int export_end(struct exporter *x)
{
    struct encode e;
    int r;

    encode_init(&e);
    encode_u64(&e, x->transactions);
    r = put_section(x->out, SECTION_END, &e);
    encode_destroy(&e);
    return r;
}

int coll_export(struct object_store *s, const struct coll_export_head *head,
                const struct coll_export_pipe *out, char *err, size_t err_size)
{
    struct exporter x = {.s = s, .id = head->coll, .out = out};
    int r;

    x.coll = object_store_collection(s, head->coll);
    if (!x.coll) {
        snprintf(err, err_size, "it is not there");
        return -ENOENT;
    }
    os_transaction_init(&x.t, x.id);
    encode_init(&x.keys);
    r = export_head(head, out);
    os_mkcoll(&x.t, head->bits);
    flush(&x);
    if (r == 0)
        r = export_objects(&x);
    if (r == 0)
        r = object_store_coll_scan(s, x.coll, "", export_record, &x);
    flush(&x);
    if (r == 0)
        r = x.error;
    if (r == 0)
        r = export_end(&x);
    if (r)
        snprintf(err, err_size, "%s", strerror(-r));
    os_transaction_destroy(&x.t);
    encode_destroy(&x.keys);
    os_collection_put(s, x.coll);
    return r;
}

/* ---- in ---- */

static int bad(char *err, size_t err_size, const char *what)
{
    snprintf(err, err_size, "%s", what);
    return -EBADMSG;
}

static int take(const struct coll_export_pipe *in, void *data, size_t len, char *err, size_t err_size)
{
    int r = in->read(in->arg, data, len);

    if (r == -ENODATA)
        return bad(err, err_size, "the export is cut off");
    if (r)
        snprintf(err, err_size, "%s", strerror(-r));
    return r;
}

/* The caller puts *bytes. */
static int take_section(const struct coll_export_pipe *in, uint32_t *kind, struct slice *bytes, char *err,
                        size_t err_size)
{
    uint8_t head[SECTION_HEADER];
    struct buffer *b;
    uint32_t len;
    int r = take(in, head, sizeof(head), err, err_size);

    if (r)
        return r;
    *kind = get_le32(head);
    len = get_le32(head + 4);
    if (*kind < SECTION_HEAD || *kind > SECTION_END || len > SECTION_MAX)
        return bad(err, err_size, "the export is damaged: a section that cannot be");
    b = buffer_create(len);
    if (!b)
        return -ENOMEM;
    r = take(in, b->data, len, err, err_size);
    if (r == 0 && crc32c(0, b->data, len) != get_le32(head + 8))
        r = bad(err, err_size, "the export is damaged: a section does not match its checksum");
    if (r)
        buffer_put(b);
    else
        *bytes = slice_of(b);
    return r;
}

int coll_import_head(const struct coll_export_pipe *in, struct coll_export_head *head, char *err,
                     size_t err_size)
{
    char magic[sizeof(MAGIC)];
    struct decode d, body;
    struct slice bytes;
    uint32_t kind;
    uint8_t v;
    int r = in->read(in->arg, magic, sizeof(magic));

    if (r && r != -ENODATA) {
        snprintf(err, err_size, "%s", strerror(-r));
        return r;
    }
    if (r || memcmp(magic, MAGIC, sizeof(magic)) != 0)
        return bad(err, err_size, "this is no export of a placement group");
    r = take_section(in, &kind, &bytes, err, err_size);
    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    body = decode_struct(&d, 1, &v);
    fsid_decode(&head->cluster, &body);
    head->coll.pool = decode_s64(&body);
    head->coll.seed = decode_u32(&body);
    head->bits = decode_u32(&body);
    decode_end(&d, &body);
    if (kind != SECTION_HEAD || decode_finish(&d) || head->coll.pool < 0 || head->bits > 32)
        r = bad(err, err_size, "the export is damaged: its head makes no sense");
    slice_put(&bytes);
    return r;
}

static bool object_fits(const struct hobject *o, const struct coll_export_head *head)
{
    uint32_t mask = head->bits >= 32 ? UINT32_MAX : (1u << head->bits) - 1;

    return o->pool == head->coll.pool && (o->hash & mask) == head->coll.seed && !o->max &&
           strlen(o->name) <= HOBJECT_NAME_MAX && strlen(o->key) <= HOBJECT_NAME_MAX &&
           strlen(o->nspace) <= HOBJECT_NAMESPACE_MAX;
}

static bool name_fits(const struct slice *name)
{
    return name->len && !memchr(name->data, 0, name->len);
}

/* Only what exports are made of. */
static bool op_fits(const struct os_op *op, bool first)
{
    switch (op->code) {
    case OS_OP_MKCOLL:
        return first;
    case OS_OP_TOUCH:
    case OS_OP_OMAP_SETHEADER:
        return true;
    case OS_OP_WRITE:
        return op->offset <= OBJECT_SIZE_MAX && op->data.len <= OBJECT_SIZE_MAX - op->offset;
    case OS_OP_TRUNCATE:
        return op->length <= OBJECT_SIZE_MAX;
    case OS_OP_SETATTR:
    case OS_OP_COLL_SETKEY:
        return name_fits(&op->name);
    case OS_OP_OMAP_SETKEYS:
        return slice_list_check(&op->data, true) == 0;
    default:
        return false;
    }
}

static bool transaction_fits(const struct os_transaction *t, const struct coll_export_head *head,
                             uint64_t number)
{
    bool fits = coll_id_equal(t->coll, head->coll) && t->op_count &&
                (number > 0 || (t->op_count == 1 && t->ops[0].code == OS_OP_MKCOLL));

    for (unsigned i = 0; i < t->object_count && fits; i++)
        fits = object_fits(t->objects[i], head);
    for (unsigned i = 0; i < t->op_count && fits; i++)
        fits = op_fits(&t->ops[i], number == 0) && (number > 0 || t->ops[i].length == head->bits);
    return fits;
}

static int import_transaction(struct object_store *s, const struct coll_export_head *head, uint64_t number,
                              const struct slice *bytes, char *err, size_t err_size)
{
    struct os_transaction t;
    struct decode d;
    int r;

    decode_init(&d, bytes->data, bytes->len);
    os_transaction_decode(&t, &d, bytes);
    r = decode_finish(&d);
    if (r == 0 && !transaction_fits(&t, head, number))
        r = -EBADMSG;
    if (r) {
        r = bad(err, err_size, "the export is damaged: a transaction that makes no sense");
    } else {
        r = object_store_apply(s, &t);
        if (r)
            snprintf(err, err_size, "%s", strerror(-r));
    }
    os_transaction_destroy(&t);
    return r;
}

static int import_sections(struct object_store *s, const struct coll_export_head *head,
                           const struct coll_export_pipe *in, uint64_t *number, char *err, size_t err_size)
{
    uint32_t kind = 0;
    int r = 0;

    for (*number = 0; r == 0 && kind != SECTION_END;) {
        struct slice bytes;
        r = take_section(in, &kind, &bytes, err, err_size);
        if (r)
            return r;
        if (kind == SECTION_TRANSACTION)
            r = import_transaction(s, head, (*number)++, &bytes, err, err_size);
        else if (kind == SECTION_HEAD || bytes.len != 8 || get_le64(bytes.data) != *number || !*number)
            r = bad(err, err_size, "the export is damaged: parts of it are missing");
        slice_put(&bytes);
    }
    return r;
}

int coll_import(struct object_store *s, const struct coll_export_head *head,
                const struct coll_export_pipe *in, char *err, size_t err_size)
{
    struct os_collection *there = object_store_collection(s, head->coll);
    uint64_t number;
    int r;

    if (there) {
        os_collection_put(s, there);
        snprintf(err, err_size, "it is there already");
        return -EEXIST;
    }
    r = import_sections(s, head, in, &number, err, err_size);
    if (r && number)
        (void)!object_store_remove_collection(s, head->coll); /* what failed first is what counts */
    return r;
}
