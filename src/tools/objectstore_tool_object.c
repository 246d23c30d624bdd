/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects: all of them in a list, all of them checked, and a look at one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file_io.h"
#include "tools/objectstore_tool.h"

enum { READ_AT_ONCE = 4 << 20, NAMES_AT_ONCE = 256 };

/* ---- all objects ---- */

/* An object of the walk; false ends it. */
typedef bool (*object_seen)(void *arg, struct os_collection *c, struct coll_id id, const struct hobject *o);

struct batch {
    struct hobject o[NAMES_AT_ONCE + 1]; /* the last is where to go on */
    unsigned count;
};

static bool note_object(void *arg, const struct hobject *o)
{
    struct batch *b = arg;

    return hobject_copy(&b->o[b->count], o) == 0 && b->count++ < NAMES_AT_ONCE;
}

/* Shows each object of the collection, without a lock of the store's. */
static int walk_collection(struct object_store *s, struct coll_id id, object_seen seen, void *arg)
{
    struct os_collection *c = object_store_collection(s, id);
    struct batch *b = calloc(1, sizeof(*b));
    struct hobject from;
    bool more = true;
    int r = hobject_init_min(&from);

    if (!b)
        r = -ENOMEM;
    while (c && r == 0 && more) {
        b->count = 0;
        r = object_store_list(s, c, &from, note_object, b);
        more = b->count > NAMES_AT_ONCE;
        for (unsigned i = 0; i < b->count && i < NAMES_AT_ONCE; i++)
            more = seen(arg, c, id, &b->o[i]) && more;
        if (more) {
            hobject_destroy(&from);
            from = b->o[--b->count];
        }
        while (b->count)
            hobject_destroy(&b->o[--b->count]);
    }
    hobject_destroy(&from);
    free(b);
    os_collection_put(s, c);
    return r;
}

/* Of --pgid, or of all. */
static int walk(const struct objectstore_tool *t, object_seen seen, void *arg)
{
    struct coll_id *ids;
    struct os_collection *c;
    struct pg_id id;
    unsigned count;
    int r;

    if (t->pgid) {
        c = objectstore_tool_pg(t, &id);
        os_collection_put(t->store, c);
        return c ? walk_collection(t->store, (struct coll_id){id.pool, id.seed}, seen, arg) : -ENOENT;
    }
    r = objectstore_tool_collections(t->store, &ids, &count);
    for (unsigned i = 0; r == 0 && i < count; i++)
        r = walk_collection(t->store, ids[i], seen, arg);
    free(ids);
    return r;
}

static bool is_wanted(const struct objectstore_tool *t, const struct hobject *o, const char *name)
{
    return (!name || strcmp(o->name, name) == 0) && (!t->nspace || strcmp(o->nspace, t->nspace) == 0);
}

struct listing {
    const struct objectstore_tool *t;
    const char *name; /* NULL: all */
};

static bool list_object(void *arg, struct os_collection *c UNUSED, struct coll_id id, const struct hobject *o)
{
    const struct listing *l = arg;
    char text[PG_ID_TEXT_MAX];
    struct formatter f;

    if (!is_wanted(l->t, o, l->name))
        return true;
    formatter_init(&f, FORMATTER_JSON);
    formatter_open_array(&f, NULL);
    formatter_string(&f, NULL, pg_id_print((struct pg_id){id.pool, id.seed}, text));
    formatter_open_object(&f, NULL);
    formatter_string(&f, "oid", o->name);
    formatter_string(&f, "key", o->key);
    formatter_int(&f, "snapid", (int64_t)o->snap);
    formatter_uint(&f, "hash", o->hash);
    formatter_int(&f, "max", 0);
    formatter_int(&f, "pool", o->pool);
    formatter_string(&f, "namespace", o->nspace);
    formatter_int(&f, "max", 0); /* genuine Ceph writes it twice */
    formatter_close(&f);
    formatter_close(&f);
    puts(formatter_text(&f));
    formatter_destroy(&f);
    return true;
}

int objectstore_tool_list(const struct objectstore_tool *t)
{
    struct listing l = {t, t->word_count ? t->words[0] : NULL};
    int r = walk(t, list_object, &l);

    if (r && !t->pgid)
        objectstore_tool_failed("cannot list the objects", r);
    return r ? 1 : 0;
}

/* ---- one object's parts ---- */

static int read_data(struct object_store *s, struct os_collection *c, const struct hobject *o, int fd)
{
    uint64_t size;
    int r = object_store_stat(s, c, o, &size);

    for (uint64_t at = 0; r == 0 && at < size; at += READ_AT_ONCE) {
        struct bufferlist bl;
        bufferlist_init(&bl);
        r = object_store_read(s, c, o, at, READ_AT_ONCE, &bl);
        for (unsigned i = 0; r == 0 && fd >= 0 && i < bl.count; i++)
            r = fd_write(fd, bufferlist_slice(&bl, i)->data, bufferlist_slice(&bl, i)->len);
        bufferlist_destroy(&bl);
    }
    return r;
}

static bool pass_pair(void *arg UNUSED, const struct slice *key UNUSED, const struct slice *value UNUSED)
{
    return true;
}

static bool print_key(void *arg UNUSED, const struct slice *key, const struct slice *value UNUSED)
{
    printf("%.*s\n", (int)key->len, (const char *)key->data);
    return true;
}

static int print_value(int r, struct slice *value)
{
    if (r == 0)
        fwrite(value->data, 1, value->len, stdout);
    if (r == 0)
        slice_put(value);
    return r;
}

/* ---- fsck ---- */

struct check {
    struct object_store *s;
    uint64_t objects, errors;
};

static bool check_object(void *arg, struct os_collection *c, struct coll_id id, const struct hobject *o)
{
    struct slice header = {0}, none = {0};
    struct check *k = arg;
    char text[PG_ID_TEXT_MAX];
    int r = read_data(k->s, c, o, -1);

    if (r == 0)
        r = object_store_getattrs(k->s, c, o, pass_pair, NULL);
    if (r == 0)
        r = object_store_omap_header(k->s, c, o, &header);
    if (r == 0)
        r = object_store_omap_scan(k->s, c, o, &none, false, pass_pair, NULL);
    slice_put(&header);
    k->objects++;
    if (r) {
        k->errors++;
        fprintf(stderr, "fsck error: pg %s object '%s' cannot be read: (%d) %s\n",
                pg_id_print((struct pg_id){id.pool, id.seed}, text), o->name, -r, strerror(-r));
    }
    return true;
}

int objectstore_tool_fsck(const struct objectstore_tool *t)
{
    struct check k = {.s = t->store};
    int r = walk(t, check_object, &k);

    if (r) {
        objectstore_tool_failed("fsck: the objects cannot be listed", r);
        k.errors++;
    }
    if (k.errors == 0)
        puts("fsck success");
    else
        printf("fsck status: %" PRIu64 " remaining error(s) and warning(s)\n", k.errors);
    return k.errors ? 1 : 0;
}

/* ---- commands ---- */

struct found {
    const struct objectstore_tool *t;
    const char *name;
    struct coll_id id;
    struct hobject o;
    unsigned count;
};

static bool note_found(void *arg, struct os_collection *c UNUSED, struct coll_id id, const struct hobject *o)
{
    struct found *f = arg;

    if (!is_wanted(f->t, o, f->name))
        return true;
    if (f->count++ == 0) {
        f->id = id;
        if (hobject_copy(&f->o, o))
            abort();
    }
    return true;
}

static const char *text_of(const json_t *j, const char *name)
{
    const char *text = json_string_value(json_object_get(j, name));

    return text ? text : "";
}

/* ["1.0",{...}], or {...} with --pgid. */
static int parse_object(const struct objectstore_tool *t, const char *text, struct coll_id *id,
                        struct hobject *o)
{
    json_t *j = json_loads(text, 0, NULL);
    const json_t *members = json_is_array(j) ? json_array_get(j, 1) : j;
    const char *pgid = json_is_array(j) ? json_string_value(json_array_get(j, 0)) : t->pgid;
    struct pg_id pg;
    int r = -EINVAL;

    if (json_is_object(members) && pgid && pg_id_parse(pgid, &pg)) {
        *id = (struct coll_id){pg.pool, pg.seed};
        r = hobject_init(o, pg.pool, (uint32_t)json_integer_value(json_object_get(members, "hash")),
                         text_of(members, "namespace"), text_of(members, "key"), text_of(members, "oid"),
                         (uint64_t)json_integer_value(json_object_get(members, "snapid")));
    } else {
        fprintf(stderr, "'%s' is no object as --op list prints it%s\n", text,
                pgid ? "" : ", or needs --pgid");
    }
    json_decref(j);
    return r;
}

static int find_object(const struct objectstore_tool *t, struct coll_id *id, struct hobject *o)
{
    struct found f = {.t = t, .name = t->words[0]};
    int r;

    if (f.name[0] == '[' || f.name[0] == '{')
        return parse_object(t, f.name, id, o);
    r = walk(t, note_found, &f);
    if (r)
        return r;
    if (f.count == 1) {
        *id = f.id;
        *o = f.o;
        return 0;
    }
    if (f.count) {
        fprintf(
            stderr,
            "Found %u objects with oid '%s', please specify --pgid or the object as --op list prints it\n",
            f.count, f.name);
        hobject_destroy(&f.o);
    } else {
        fprintf(stderr, "No object id '%s' found or invalid JSON specified\n", f.name);
    }
    return -ENOENT;
}

static int get_bytes(struct object_store *s, struct os_collection *c, const struct hobject *o,
                     const char *file)
{
    int fd = STDOUT_FILENO, r;

    if (file && strcmp(file, "-") != 0)
        fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    r = read_data(s, c, o, fd);
    if (fd != STDOUT_FILENO && close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}

static int remove_object(const struct objectstore_tool *t, struct coll_id id, const struct hobject *o)
{
    struct os_transaction txn;
    int r;

    if (t->dry_run)
        return 0;
    os_transaction_init(&txn, id);
    os_remove(&txn, o);
    r = object_store_apply(t->store, &txn);
    os_transaction_destroy(&txn);
    return r;
}

/* -ENOTSUP: there is no such command. */
static int do_command(const struct objectstore_tool *t, struct os_collection *c, struct coll_id id,
                      const struct hobject *o)
{
    const char *command = t->words[1], *word = t->word_count > 2 ? t->words[2] : NULL;
    struct slice value = {0}, none = {0};
    struct slice key = {.data = (const uint8_t *)word, .len = word ? strlen(word) : 0};
    uint64_t size;
    int r = object_store_stat(t->store, c, o, &size);

    if (r)
        return r;
    if (strcmp(command, "get-bytes") == 0)
        return get_bytes(t->store, c, o, word);
    if (strcmp(command, "list-attrs") == 0)
        return object_store_getattrs(t->store, c, o, print_key, NULL);
    if (strcmp(command, "list-omap") == 0)
        return object_store_omap_scan(t->store, c, o, &none, false, print_key, NULL);
    if (strcmp(command, "get-attr") == 0 && word)
        return print_value(object_store_getattr(t->store, c, o, word, &value), &value);
    if (strcmp(command, "get-omap") == 0 && word)
        return print_value(object_store_omap_get(t->store, c, o, &key, &value), &value);
    if (strcmp(command, "get-omaphdr") == 0)
        return print_value(object_store_omap_header(t->store, c, o, &value), &value);
    if (strcmp(command, "remove") == 0)
        return remove_object(t, id, o);
    return -ENOTSUP;
}

int objectstore_tool_object(const struct objectstore_tool *t)
{
    struct os_collection *c;
    struct coll_id id;
    struct hobject o;
    int r = find_object(t, &id, &o);

    if (r)
        return 1;
    c = object_store_collection(t->store, id);
    r = c ? do_command(t, c, id, &o) : -ENOENT;
    if (r == -ENOTSUP)
        fprintf(stderr, "Unknown object command '%s', or it needs an argument\n", t->words[1]);
    else if (r)
        objectstore_tool_failed(t->words[1], r);
    os_collection_put(t->store, c);
    hobject_destroy(&o);
    return r ? 1 : 0;
}
