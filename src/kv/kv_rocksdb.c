/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kv_rocksdb: a kv_store on RocksDB's C interface.
 *
 * A key is stored as prefix, NUL, key, as genuine Ceph stores it. RocksDB reports errors as texts only;
 * explain() turns the ones that an operator can do something about into an errno and a line.
 *
 * RocksDB starts a new log with each memtable and does not sync the old one first. A power failure could keep
 * the new log's records and lose the old one's last, so what was not synced would not be lost from the end.
 * Therefore memtables are changed by roll(), at a moment when nothing is unsynced.
 */
#include "kv/kv_store.h"

#include <errno.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file_io.h"
#include "common/log.h"

enum {
    MEMTABLE_BYTES = 32 << 20, /* also about the size of the log that is read at start */
    MEMTABLE_MARGIN = 4,       /* times as large RocksDB would change it by itself: never */
    OP_OVERHEAD = 160,         /* of a key in the memtable, at most */
    INFO_LOGS_KEPT = 2,
    KEY_ON_STACK = 256,
    RANGE_BY_KEYS = 1024, /* so many keys of a range are deleted one by one */
};

/* rocksdb/c.h takes both as numbers. */
enum { WAL_TOLERATE_TORN_TAIL = 0, INFO_LEVEL_FATAL = 4 };

struct kv_rocksdb {
    struct kv_store base;
    /* fixed after open */
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_writeoptions_t *write_sync, *write_nosync;
    rocksdb_readoptions_t *read;
    rocksdb_flushoptions_t *flush;
    char *path;
    size_t memtable_bytes;
    pthread_rwlock_t gate;    /* held for reading by who writes, for writing by who rolls */
    atomic_size_t since_roll; /* bytes in the memtable, about */
};

struct kv_rocksdb_iter {
    struct kv_iter base;
    rocksdb_iterator_t *it;
    rocksdb_readoptions_t *read;
    char *prefix, *end; /* prefix and NUL, prefix and 1: the bounds; end must outlive it */
    const char *path;   /* the store's */
    size_t prefix_len;  /* with the NUL */
    bool placed;
};

/* Takes RocksDB's error text. */
static int explain(const char *path, char *text, char *err, size_t err_size)
{
    int r = -EIO;

    if (strstr(text, "LOCK")) {
        r = strstr(text, "ermission denied") ? -EACCES : -EBUSY;
        if (r == -EBUSY)
            snprintf(err, err_size, "%s: in use: another daemon has this store open", path);
        else
            snprintf(err, err_size, "%s: no permission to open this store", path);
    } else if (strstr(text, "No space left on device") || strstr(text, "Disk quota exceeded")) {
        r = -ENOSPC;
        snprintf(err, err_size, "%s: no space left on the device: %s", path, text);
    } else if (strncmp(text, "Corruption", 10) == 0) {
        r = -EUCLEAN;
        snprintf(err, err_size, "%s: the store is damaged: %s", path, text);
    } else if (strstr(text, "ermission denied")) {
        r = -EACCES;
        snprintf(err, err_size, "%s: no permission: %s", path, text);
    } else if (strstr(text, "Read-only file system")) {
        r = -EROFS;
        snprintf(err, err_size, "%s: the file system is read-only", path);
    } else {
        snprintf(err, err_size, "%s: %s", path, text);
    }
    rocksdb_free(text);
    return r;
}

/* Takes the error text of a read, for which there is nobody else to tell. */
static int explain_read(const char *path, char *text)
{
    char line[512];
    int r = explain(path, text, line, sizeof(line));

    derr(rocksdb, "%s", line);
    return r == -EUCLEAN ? -EIO : r;
}

static void free_parts(struct kv_rocksdb *s)
{
    if (s->db)
        rocksdb_close(s->db);
    if (s->options)
        rocksdb_options_destroy(s->options);
    if (s->write_sync)
        rocksdb_writeoptions_destroy(s->write_sync);
    if (s->write_nosync)
        rocksdb_writeoptions_destroy(s->write_nosync);
    if (s->read)
        rocksdb_readoptions_destroy(s->read);
    if (s->flush)
        rocksdb_flushoptions_destroy(s->flush);
    pthread_rwlock_destroy(&s->gate);
    free(s->path);
    free(s);
}

static void set_options(struct kv_rocksdb *s, unsigned flags)
{
    s->options = rocksdb_options_create();
    s->write_sync = rocksdb_writeoptions_create();
    s->write_nosync = rocksdb_writeoptions_create();
    s->read = rocksdb_readoptions_create();
    s->flush = rocksdb_flushoptions_create();
    rocksdb_writeoptions_set_sync(s->write_sync, 1);
    rocksdb_flushoptions_set_wait(s->flush, 0);

    rocksdb_options_set_create_if_missing(s->options, (flags & KV_CREATE) != 0);
    rocksdb_options_set_error_if_exists(s->options, (flags & KV_CREATE) != 0);
    rocksdb_options_set_paranoid_checks(s->options, 1);
    rocksdb_options_set_disable_auto_compactions(s->options, (flags & KV_AT_REST) != 0);
    rocksdb_options_set_write_buffer_size(s->options, MEMTABLE_MARGIN * (size_t)MEMTABLE_BYTES);
    s->memtable_bytes = rocksdb_options_get_write_buffer_size(s->options) / MEMTABLE_MARGIN;
    rocksdb_options_set_compression(s->options, rocksdb_no_compression);
    /* Its own log lies on the same disk, and RocksDB 7.8 aborts when it cannot write to it because that is
     * full. What matters comes back from the calls. */
    rocksdb_options_set_info_log_level(s->options, INFO_LEVEL_FATAL);
    rocksdb_options_set_keep_log_file_num(s->options, INFO_LOGS_KEPT);
    /* Only a record cut off at the very end (a commit that was never reported) may be dropped silently. */
    rocksdb_options_set_wal_recovery_mode(s->options, WAL_TOLERATE_TORN_TAIL);
}

/* Who rolls comes before who writes next: it would wait for ever otherwise. */
static void init_gate(struct kv_rocksdb *s)
{
    pthread_rwlockattr_t a;

    pthread_rwlockattr_init(&a);
    pthread_rwlockattr_setkind_np(&a, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->gate, &a);
    pthread_rwlockattr_destroy(&a);
}

/* -EEXIST or -ENOENT where RocksDB would say "Invalid argument". */
static int check_presence(const char *path, unsigned flags, char *err, size_t err_size)
{
    char current[4096];
    bool present;

    if ((size_t)snprintf(current, sizeof(current), "%s/CURRENT", path) >= sizeof(current)) {
        snprintf(err, err_size, "%s: path too long", path);
        return -ENAMETOOLONG;
    }
    present = access(current, F_OK) == 0;
    if (!present && errno != ENOENT) {
        int r = -errno;
        snprintf(err, err_size, "%s: %s", path, strerror(-r));
        return r;
    }
    if (flags & KV_CREATE) {
        if (present) {
            snprintf(err, err_size, "%s: there is a store already", path);
            return -EEXIST;
        }
        if (mkdir(path, 0755) < 0 && errno != EEXIST) {
            int r = -errno;
            snprintf(err, err_size, "%s: cannot make the directory: %s", path, strerror(-r));
            return r;
        }
    } else if (!present) {
        snprintf(err, err_size, "%s: there is no store", path);
        return -ENOENT;
    }
    return 0;
}

static int rocksdb_kind_open(const char *path, unsigned flags, struct kv_store **out, char *err,
                             size_t err_size)
{
    struct kv_rocksdb *s;
    char *text = NULL;
    int r = check_presence(path, flags, err, err_size);

    if (r)
        return r;
    s = calloc(1, sizeof(*s));
    if (!s || !(s->path = strdup(path))) {
        free(s);
        snprintf(err, err_size, "%s: no memory", path);
        return -ENOMEM;
    }
    init_gate(s);
    set_options(s, flags);
    s->db = flags & KV_READ_ONLY ? rocksdb_open_for_read_only(s->options, path, 0, &text)
                                 : rocksdb_open(s->options, path, &text);
    if (text) {
        r = explain(path, text, err, err_size);
    } else if (flags & KV_CREATE) {
        r = file_sync_name(path); /* RocksDB syncs what is in it */
        snprintf(err, err_size, "%s: cannot sync the name of the directory: %s", path, strerror(-r));
    }
    if (r) {
        free_parts(s);
        return r;
    }
    *out = &s->base;
    return 0;
}

static void rocksdb_kind_close(struct kv_store *base)
{
    free_parts(CONTAINER_OF(base, struct kv_rocksdb, base));
}

/* Joins prefix, NUL and key, on the stack where they fit. */
struct joined_key {
    uint8_t on_stack[KEY_ON_STACK], *data;
    size_t len;
};

static int join(struct joined_key *k, const void *prefix, size_t prefix_len, const void *key, size_t key_len)
{
    k->len = prefix_len + 1 + key_len;
    k->data = k->len <= sizeof(k->on_stack) ? k->on_stack : malloc(k->len);
    if (!k->data)
        return -ENOMEM;
    memcpy(k->data, prefix, prefix_len);
    k->data[prefix_len] = 0;
    if (key_len)
        memcpy(k->data + prefix_len + 1, key, key_len);
    return 0;
}

static void unjoin(struct joined_key *k)
{
    if (k->data != k->on_stack)
        free(k->data);
}

static void free_value(void *arg UNUSED, void *data)
{
    rocksdb_free(data);
}

static int rocksdb_kind_get(struct kv_store *base, const char *prefix, const void *key, size_t key_len,
                            struct slice *value)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);
    struct joined_key k;
    struct buffer *b;
    char *text = NULL, *data;
    size_t len = 0;
    int r = join(&k, prefix, strlen(prefix), key, key_len);

    if (r)
        return r;
    data = rocksdb_get(s->db, s->read, (char *)k.data, k.len, &len, &text);
    unjoin(&k);
    if (text)
        return explain_read(s->path, text);
    if (!data)
        return -ENOENT;
    b = buffer_wrap(data, len, free_value, NULL);
    if (!b) {
        rocksdb_free(data);
        return -ENOMEM;
    }
    *value = slice_of(b);
    return 0;
}

/* Whether the batch, before this op, puts keys in the op's range. */
static bool puts_before(const struct kv_batch *b, const struct kv_op *range)
{
    struct decode d;
    struct kv_op op;

    decode_init(&d, b->ops.data, b->ops.len);
    while (kv_op_next(&d, &op) && op.key != range->key) {
        if (op.kind == KV_PUT &&
            bytes_compare(op.prefix, op.prefix_len, range->prefix, range->prefix_len) == 0 &&
            bytes_compare(op.key, op.key_len, range->key, range->key_len) >= 0 &&
            (!range->value_len || bytes_compare(op.key, op.key_len, range->value, range->value_len) < 0))
            return true;
    }
    return false;
}

/* Deletes what the range has now, key by key. False: that is too much, or cannot be read. */
static bool delete_keys(struct kv_rocksdb *s, rocksdb_writebatch_t *wb, const struct joined_key *from,
                        const struct joined_key *end)
{
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    rocksdb_iterator_t *it;
    unsigned count = 0;
    char *text = NULL;
    bool all;

    rocksdb_readoptions_set_iterate_upper_bound(read, (char *)end->data, end->len);
    it = rocksdb_create_iterator(s->db, read);
    rocksdb_iter_seek(it, (char *)from->data, from->len);
    for (; rocksdb_iter_valid(it) && count < RANGE_BY_KEYS; rocksdb_iter_next(it), count++) {
        size_t len;
        const char *key = rocksdb_iter_key(it, &len);
        rocksdb_writebatch_delete(wb, key, len);
    }
    rocksdb_iter_get_error(it, &text);
    all = !text && count < RANGE_BY_KEYS;
    rocksdb_free(text);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(read);
    return all;
}

/* Every range that is deleted as such slows down all reads until the memtable and the tables below are
 * merged: thousands of small ones, such as those of objects that are removed, would stop the store. */
static int delete_range(struct kv_rocksdb *s, rocksdb_writebatch_t *wb, const struct kv_batch *b,
                        const struct kv_op *op, const struct joined_key *from)
{
    struct joined_key end;
    int r = join(&end, op->prefix, op->prefix_len, op->value, op->value_len);

    if (r)
        return r;
    if (op->value_len == 0)
        end.data[op->prefix_len] = 1; /* the first key behind the prefix */
    if (bytes_compare(from->data, from->len, end.data, end.len) < 0 &&
        (puts_before(b, op) || !delete_keys(s, wb, from, &end)))
        rocksdb_writebatch_delete_range(wb, (char *)from->data, from->len, (char *)end.data, end.len);
    unjoin(&end);
    return 0;
}

static int add_op(struct kv_rocksdb *s, rocksdb_writebatch_t *wb, const struct kv_batch *b,
                  const struct kv_op *op)
{
    struct joined_key k;
    int r = join(&k, op->prefix, op->prefix_len, op->key, op->key_len);

    if (r)
        return r;
    switch (op->kind) {
    case KV_PUT:
        rocksdb_writebatch_put(wb, (char *)k.data, k.len, (const char *)op->value, op->value_len);
        break;
    case KV_DELETE:
        rocksdb_writebatch_delete(wb, (char *)k.data, k.len);
        break;
    case KV_DELETE_RANGE:
        r = delete_range(s, wb, b, op, &k);
        break;
    }
    unjoin(&k);
    return r;
}

static int rocksdb_kind_sync(struct kv_store *base, char *err, size_t err_size)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);
    char *text = NULL;

    rocksdb_flush_wal(s->db, 1, &text);
    return text ? explain(s->path, text, err, err_size) : 0;
}

/* A new memtable and a new log; the old ones are written out in the background. */
static void roll(struct kv_rocksdb *s)
{
    char *text = NULL, line[256];

    pthread_rwlock_wrlock(&s->gate);
    if (atomic_load(&s->since_roll) >= s->memtable_bytes) { /* nobody else was faster */
        if (rocksdb_kind_sync(&s->base, line, sizeof(line)) == 0)
            rocksdb_flush(s->db, s->flush, &text);
        if (text) /* RocksDB has stopped: the next write or sync says why */
            explain(s->path, text, line, sizeof(line));
        atomic_store(&s->since_roll, 0);
    }
    pthread_rwlock_unlock(&s->gate);
}

static int write_batch(struct kv_rocksdb *s, rocksdb_writebatch_t *wb, const struct kv_batch *b, bool sync,
                       char *err, size_t err_size)
{
    size_t bytes = kv_batch_bytes(b) + (size_t)b->count * OP_OVERHEAD;
    char *text = NULL;

    pthread_rwlock_rdlock(&s->gate);
    rocksdb_write(s->db, sync ? s->write_sync : s->write_nosync, wb, &text);
    bytes += atomic_fetch_add(&s->since_roll, bytes);
    pthread_rwlock_unlock(&s->gate);
    if (text)
        return explain(s->path, text, err, err_size);
    if (bytes >= s->memtable_bytes)
        roll(s);
    return 0;
}

static int rocksdb_kind_apply(struct kv_store *base, const struct kv_batch *b, bool sync, char *err,
                              size_t err_size)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);
    rocksdb_writebatch_t *wb = rocksdb_writebatch_create();
    struct decode d;
    struct kv_op op;
    int r = 0;

    decode_init(&d, b->ops.data, b->ops.len);
    while (r == 0 && kv_op_next(&d, &op))
        r = add_op(s, wb, b, &op);
    if (r == 0)
        r = decode_error(&d);
    if (r)
        snprintf(err, err_size, "%s: cannot build a batch: %s", s->path, strerror(-r));
    else
        r = write_batch(s, wb, b, sync, err, err_size);
    rocksdb_writebatch_destroy(wb);
    return r;
}

static bool iter_seek(struct kv_iter *base, const void *key, size_t key_len)
{
    struct kv_rocksdb_iter *it = CONTAINER_OF(base, struct kv_rocksdb_iter, base);
    struct joined_key k;

    if (join(&k, it->prefix, it->prefix_len - 1, key, key_len) < 0)
        return false;
    rocksdb_iter_seek(it->it, (char *)k.data, k.len);
    unjoin(&k);
    it->placed = true;
    return rocksdb_iter_valid(it->it);
}

static bool iter_next(struct kv_iter *base)
{
    struct kv_rocksdb_iter *it = CONTAINER_OF(base, struct kv_rocksdb_iter, base);

    if (!it->placed)
        return iter_seek(base, NULL, 0);
    if (!rocksdb_iter_valid(it->it))
        return false;
    rocksdb_iter_next(it->it);
    return rocksdb_iter_valid(it->it);
}

static const uint8_t *iter_key(const struct kv_iter *base, size_t *len)
{
    const struct kv_rocksdb_iter *it = CONTAINER_OF(base, const struct kv_rocksdb_iter, base);
    const char *k = rocksdb_iter_key(it->it, len);

    *len -= it->prefix_len;
    return (const uint8_t *)k + it->prefix_len;
}

static const uint8_t *iter_value(const struct kv_iter *base, size_t *len)
{
    const struct kv_rocksdb_iter *it = CONTAINER_OF(base, const struct kv_rocksdb_iter, base);

    return (const uint8_t *)rocksdb_iter_value(it->it, len);
}

static int iter_error(const struct kv_iter *base)
{
    const struct kv_rocksdb_iter *it = CONTAINER_OF(base, const struct kv_rocksdb_iter, base);
    char *text = NULL;

    rocksdb_iter_get_error(it->it, &text);
    return text ? explain_read(it->path, text) : 0;
}

static void iter_close(struct kv_iter *base)
{
    struct kv_rocksdb_iter *it = CONTAINER_OF(base, struct kv_rocksdb_iter, base);

    if (it->it)
        rocksdb_iter_destroy(it->it);
    if (it->read)
        rocksdb_readoptions_destroy(it->read);
    free(it->prefix);
    free(it->end);
    free(it);
}

static const struct kv_iter_ops iter_ops = {
    .seek = iter_seek,
    .next = iter_next,
    .key = iter_key,
    .value = iter_value,
    .error = iter_error,
    .close = iter_close,
};

static struct kv_iter *rocksdb_kind_iterate(struct kv_store *base, const char *prefix)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);
    struct kv_rocksdb_iter *it = calloc(1, sizeof(*it));

    if (!it)
        return NULL;
    it->base.ops = &iter_ops;
    it->path = s->path;
    it->prefix_len = strlen(prefix) + 1;
    it->prefix = strdup(prefix);
    it->end = malloc(it->prefix_len);
    if (!it->prefix || !it->end) {
        iter_close(&it->base);
        return NULL;
    }
    memcpy(it->end, prefix, it->prefix_len);
    it->end[it->prefix_len - 1] = 1;
    it->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_iterate_upper_bound(it->read, it->end, it->prefix_len);
    it->it = rocksdb_create_iterator(s->db, it->read); /* sees the state of this moment for all its life */
    return &it->base;
}

static void rocksdb_kind_stats(struct kv_store *base, struct kv_stats *out)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);

    rocksdb_property_int(s->db, "rocksdb.estimate-num-keys", &out->keys);
    rocksdb_property_int(s->db, "rocksdb.total-sst-files-size", &out->bytes_on_disk);
}

static void rocksdb_kind_compact(struct kv_store *base)
{
    struct kv_rocksdb *s = CONTAINER_OF(base, struct kv_rocksdb, base);

    rocksdb_compact_range(s->db, NULL, 0, NULL, 0);
}

const struct kv_store_ops kv_rocksdb_ops = {
    .kind = "rocksdb",
    .open = rocksdb_kind_open,
    .close = rocksdb_kind_close,
    .get = rocksdb_kind_get,
    .apply = rocksdb_kind_apply,
    .sync = rocksdb_kind_sync,
    .iterate = rocksdb_kind_iterate,
    .stats = rocksdb_kind_stats,
    .compact = rocksdb_kind_compact,
};
