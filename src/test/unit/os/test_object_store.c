/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both kinds of object stores against the same expectations; and what a killed process leaves on disk. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kv/kv_store.h"
#include "os/object_store.h"
#include "test/unit/unit.h"

static const struct coll_id COLL = {.pool = 1, .seed = 0};

struct fixture {
    const char *kind;
    char dir[64], path[80], err[256];
    struct object_store *store;
    struct os_collection *coll;
    struct hobject object;
};

static void open_store(struct fixture *f)
{
    char *repaired;

    assert_int_equal(
        object_store_open(f->kind, f->path, 0, 1 << 30, &f->store, &repaired, f->err, sizeof(f->err)), 0);
    free(repaired);
}

static void apply(struct fixture *f, struct os_transaction *t)
{
    assert_int_equal(object_store_apply(f->store, t), 0);
    os_transaction_destroy(t);
    os_transaction_init(t, COLL);
}

static void make_dir(struct fixture *f, const char *kind)
{
    *f = (struct fixture){.kind = kind};
    strcpy(f->dir, "/tmp/test_object_store.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/store", f->dir);
    assert_int_equal(hobject_init(&f->object, 1, 0x12345678, "ns", "", "object", SNAP_HEAD), 0);
}

static void make_store(struct fixture *f)
{
    struct os_transaction t;

    assert_int_equal(object_store_mkfs(f->kind, f->path, f->err, sizeof(f->err)), 0);
    open_store(f);
    os_transaction_init(&t, COLL);
    os_mkcoll(&t, 0);
    apply(f, &t);
    os_transaction_destroy(&t);
    f->coll = object_store_collection(f->store, COLL);
    assert_non_null(f->coll);
}

static void setup(struct fixture *f, const char *kind)
{
    make_dir(f, kind);
    make_store(f);
}

static void teardown(struct fixture *f)
{
    char command[128];

    hobject_destroy(&f->object);
    os_collection_put(f->store, f->coll);
    object_store_close(f->store);
    snprintf(command, sizeof(command), "rm -r %s", f->dir);
    assert_int_equal(system(command), 0);
}

static struct slice text(const char *s)
{
    return (struct slice){.data = (const uint8_t *)s, .len = strlen(s)};
}

/* What a read of the range gives, against the expected bytes. */
static void expect(struct fixture *f, uint64_t offset, uint64_t length, const void *bytes, size_t len)
{
    struct bufferlist bl;
    uint8_t *got = malloc(len + 1);

    bufferlist_init(&bl);
    assert_int_equal(object_store_read(f->store, f->coll, &f->object, offset, length, &bl), 0);
    assert_int_equal(bl.len, len);
    bufferlist_copy_out(&bl, 0, got, len);
    assert_memory_equal(got, bytes, len);
    bufferlist_destroy(&bl);
    free(got);
}

static void check_data(const char *kind)
{
    struct os_transaction t;
    struct slice s = text("hello, world");
    struct fixture f;
    uint64_t size;

    setup(&f, kind);
    os_transaction_init(&t, COLL);
    assert_int_equal(object_store_stat(f.store, f.coll, &f.object, &size), -ENOENT);
    os_write(&t, &f.object, 3, &s);
    apply(&f, &t);
    expect(&f, 0, 100, "\0\0\0hello, world", 15);
    s = text("J");
    os_write(&t, &f.object, 3, &s);
    os_zero(&t, &f.object, 8, 1);
    apply(&f, &t);
    expect(&f, 2, 8, "\0Jello\0 ", 8);
    os_truncate(&t, &f.object, 5);
    os_truncate(&t, &f.object, 7);
    apply(&f, &t);
    expect(&f, 0, 100, "\0\0\0Je\0\0", 7);
    os_remove(&t, &f.object);
    s = text("new");
    os_write(&t, &f.object, 1, &s);
    apply(&f, &t);
    expect(&f, 0, 100, "\0new", 4);
    os_transaction_destroy(&t);
    teardown(&f);
}

/* Random writes, zeroes and truncations of up to 200 KiB against a plain array. */
static void check_model(const char *kind)
{
    enum { MAX = 200000, STEPS = 300 };
    uint8_t *model = calloc(1, MAX), *bytes = malloc(MAX);
    uint64_t size = 0, stored;
    struct os_transaction t;
    struct fixture f;

    srandom(20261122);
    setup(&f, kind);
    os_transaction_init(&t, COLL);
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t offset = (uint64_t)random() % MAX, len = (uint64_t)random() % (MAX - offset);
        struct slice s = {.data = bytes, .len = len};
        if (random() % 4)
            len = s.len = len % 5000;
        memset(bytes, (int)i + 1, len);
        if (i % 5 == 4) {
            os_truncate(&t, &f.object, offset);
            if (offset < size)
                memset(model + offset, 0, MAX - offset);
            size = offset;
        } else if (i % 5 == 3 && offset + len <= size) {
            os_zero(&t, &f.object, offset, len);
            memset(model + offset, 0, len);
        } else if (len) {
            os_write(&t, &f.object, offset, &s);
            memcpy(model + offset, bytes, len);
            size = offset + len > size ? offset + len : size;
        }
        if (random() % 2) /* several in one transaction, too */
            apply(&f, &t);
    }
    os_touch(&t, &f.object);
    apply(&f, &t);
    assert_int_equal(object_store_stat(f.store, f.coll, &f.object, &stored), 0);
    assert_int_equal(stored, size);
    expect(&f, 0, MAX, model, size);
    expect(&f, size / 3, size / 3, model + size / 3, size / 3);
    os_transaction_destroy(&t);
    teardown(&f);
    free(model);
    free(bytes);
}

static bool count(void *arg, const struct slice *key, const struct slice *value)
{
    char *seen = arg;

    strncat(seen, (const char *)key->data, key->len);
    strcat(seen, "=");
    strncat(seen, (const char *)value->data, value->len);
    strcat(seen, ";");
    return true;
}

static void check_pairs(const char *kind)
{
    struct os_transaction t;
    struct slice s, end, got;
    struct fixture f;
    struct encode e;
    char seen[200] = "";

    setup(&f, kind);
    os_transaction_init(&t, COLL);
    s = text("1");
    os_setattr(&t, &f.object, "_a", &s);
    os_setattr(&t, &f.object, "_b", &s);
    os_rmattr(&t, &f.object, "_b");
    encode_init(&e);
    encode_u32(&e, 3);
    for (const char *k = "xyz"; *k; k++) {
        encode_blob(&e, k, 1);
        encode_blob(&e, "v", 1);
    }
    s = (struct slice){.data = e.data, .len = e.len};
    os_omap_setkeys(&t, &f.object, &s);
    s = text("header");
    os_omap_setheader(&t, &f.object, &s);
    apply(&f, &t);
    encode_destroy(&e);

    assert_int_equal(object_store_getattr(f.store, f.coll, &f.object, "_a", &got), 0);
    assert_int_equal(got.len, 1);
    slice_put(&got);
    assert_int_equal(object_store_getattr(f.store, f.coll, &f.object, "_b", &got), -ENODATA);
    s = text("x");
    assert_int_equal(object_store_omap_scan(f.store, f.coll, &f.object, &s, true, count, seen), 0);
    assert_string_equal(seen, "y=v;z=v;");
    assert_int_equal(object_store_omap_header(f.store, f.coll, &f.object, &got), 0);
    assert_memory_equal(got.data, "header", 6);
    slice_put(&got);

    s = text("x");
    end = text("z");
    os_omap_rmkeyrange(&t, &f.object, &s, &end);
    apply(&f, &t);
    seen[0] = 0;
    s = text("");
    assert_int_equal(object_store_omap_scan(f.store, f.coll, &f.object, &s, false, count, seen), 0);
    assert_string_equal(seen, "z=v;");
    os_transaction_destroy(&t);
    teardown(&f);
}

static bool note_hash(void *arg, const struct hobject *o)
{
    uint32_t **at = arg;

    *(*at)++ = o->hash;
    return true;
}

static void check_list(const char *kind)
{
    static const uint32_t hashes[] = {1, 2, 3, 0x80000000, 0x40000000},
                          order[] = {0x80000000, 0x40000000, 2, 1, 3};
    uint32_t got[8] = {0}, *at = got;
    struct os_transaction t;
    struct hobject o[5], min;
    struct fixture f;

    setup(&f, kind);
    os_transaction_init(&t, COLL);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(hobject_init(&o[i], 1, hashes[i], "", "", "same", SNAP_HEAD), 0);
        os_touch(&t, &o[i]);
    }
    apply(&f, &t);
    assert_int_equal(hobject_init_min(&min), 0);
    assert_int_equal(object_store_list(f.store, f.coll, &min, note_hash, &at), 0);
    assert_int_equal(at - got, 5);
    assert_memory_equal(got, order, sizeof(order));
    at = got;
    assert_int_equal(object_store_list(f.store, f.coll, &o[1], note_hash, &at), 0);
    assert_int_equal(at - got, 3);
    for (unsigned i = 0; i < 5; i++)
        hobject_destroy(&o[i]);
    hobject_destroy(&min);
    os_transaction_destroy(&t);
    teardown(&f);
}

static void check_malformed(const char *kind)
{
    struct slice bad = text("\xff\xff\xff\xff");
    struct os_transaction t;
    struct fixture f;
    uint64_t size;

    setup(&f, kind);
    os_transaction_init(&t, COLL);
    os_touch(&t, &f.object);
    os_omap_setkeys(&t, &f.object, &bad);
    assert_int_equal(object_store_apply(f.store, &t), -EBADMSG);
    assert_int_equal(object_store_stat(f.store, f.coll, &f.object, &size), -ENOENT); /* nothing of it */
    os_transaction_destroy(&t);
    teardown(&f);
}

static void both(void (*check)(const char *kind))
{
    check("memstore");
    check("kvstore");
}

static void test_data(void **state UNUSED)
{
    both(check_data);
}

static void test_model(void **state UNUSED)
{
    both(check_model);
}

static void test_pairs(void **state UNUSED)
{
    both(check_pairs);
}

static void test_list(void **state UNUSED)
{
    both(check_list);
}

static void test_malformed(void **state UNUSED)
{
    both(check_malformed);
}

/* ---- a store on disk that is not as it was left ---- */

/* The store's tables, while it is closed. */
static struct kv_store *open_tables(struct fixture *f)
{
    struct kv_store *kv;

    os_collection_put(f->store, f->coll);
    object_store_close(f->store);
    assert_int_equal(kv_store_open("rocksdb", f->path, 0, &kv, f->err, sizeof(f->err)), 0);
    return kv;
}

/* Puts the changes into the tables and opens the store again; gives what it says that it repaired. */
static char *reopen_changed(struct fixture *f, struct kv_store *kv, struct kv_batch *changes)
{
    char *repaired;

    assert_int_equal(kv_store_apply(kv, changes, true, f->err, sizeof(f->err)), 0);
    kv_batch_destroy(changes);
    kv_store_close(kv);
    assert_int_equal(object_store_open(f->kind, f->path, 0, 0, &f->store, &repaired, f->err, sizeof(f->err)),
                     0);
    f->coll = object_store_collection(f->store, COLL);
    assert_non_null(f->coll);
    return repaired;
}

static void write_text(struct fixture *f, const struct hobject *o, const char *bytes)
{
    struct slice s = text(bytes);
    struct os_transaction t;

    os_transaction_init(&t, COLL);
    os_write(&t, o, 0, &s);
    os_setattr(&t, o, "_a", &s);
    apply(f, &t);
    os_transaction_destroy(&t);
}

static void test_checksum(void **state UNUSED)
{
    struct kv_batch changes;
    struct bufferlist bl;
    struct kv_store *kv;
    struct kv_iter *it;
    struct fixture f;
    size_t key_len, len;

    setup(&f, "kvstore");
    write_text(&f, &f.object, "some data");
    kv = open_tables(&f);
    kv_batch_init(&changes);
    it = kv_store_iterate(kv, "D");
    assert_true(kv_iter_seek(it, NULL, 0));
    const uint8_t *key = kv_iter_key(it, &key_len), *value = kv_iter_value(it, &len);
    uint8_t *bad = malloc(len);
    memcpy(bad, value, len);
    bad[len - 1] ^= 1;
    kv_batch_put(&changes, "D", key, key_len, bad, len);
    kv_iter_close(it);
    free(bad);
    assert_null(reopen_changed(&f, kv, &changes)); /* nobody has looked */
    bufferlist_init(&bl);
    assert_int_equal(object_store_read(f.store, f.coll, &f.object, 0, 100, &bl), -EIO);
    bufferlist_destroy(&bl);
    teardown(&f);
}

static void test_repair(void **state UNUSED)
{
    static const uint8_t stray[16] = {0, 0, 0, 1}, next[8] = {0};
    struct kv_batch changes;
    struct kv_store *kv;
    struct hobject other;
    struct fixture f;
    char *repaired;

    setup(&f, "kvstore");
    assert_int_equal(hobject_init(&other, 1, 7, "", "", "other", SNAP_HEAD), 0);
    write_text(&f, &f.object, "first");
    kv = open_tables(&f);
    kv_batch_init(&changes);
    kv_batch_delete(&changes, "S", "closed", 6);
    assert_null(reopen_changed(&f, kv, &changes)); /* it was not closed, but nothing is wrong */

    kv = open_tables(&f);
    kv_batch_init(&changes);
    kv_batch_delete(&changes, "S", "closed", 6);
    kv_batch_put(&changes, "D", stray, sizeof(stray), "x", 1);
    kv_batch_put(&changes, "A", stray, sizeof(stray), "x", 1);
    kv_batch_put(&changes, "R", stray, sizeof(stray), "x", 1);
    kv_batch_put(&changes, "S", "numbers", 7, next, sizeof(next));
    repaired = reopen_changed(&f, kv, &changes);
    assert_string_equal(repaired, "object numbers go on from 1, not from 0\n"
                                  "removed what was left of 3 objects or collections that are not there\n");
    free(repaired);
    write_text(&f, &other, "second"); /* with a number of its own */
    expect(&f, 0, 100, "first", 5);

    kv = open_tables(&f);
    kv_batch_init(&changes);
    kv_batch_delete(&changes, "S", "closed", 6);
    assert_null(reopen_changed(&f, kv, &changes)); /* once is enough */
    hobject_destroy(&other);
    teardown(&f);
}

/* A child writes number after number and says each that was told durable; it is killed in the middle. */
static void write_until_killed(struct fixture *f, int said)
{
    struct os_transaction t;

    make_store(f);
    for (uint64_t i = 1;; i++) {
        struct slice s = {.data = (const uint8_t *)&i, .len = sizeof(i)};
        os_transaction_init(&t, COLL);
        os_write(&t, &f->object, 0, &s);
        os_write(&t, &f->object, 100000, &s);
        if (object_store_apply(f->store, &t) || write(said, &i, sizeof(i)) != sizeof(i))
            _exit(1);
        os_transaction_destroy(&t);
    }
}

static void test_kill(void **state UNUSED)
{
    enum { ENOUGH = 200 };
    uint64_t last = 0, number, there, other;
    struct bufferlist bl;
    struct fixture f;
    int fds[2], status;
    pid_t child;

    make_dir(&f, "kvstore");
    assert_int_equal(pipe(fds), 0);
    child = fork();
    if (child == 0)
        write_until_killed(&f, fds[1]);
    close(fds[1]);
    while (read(fds[0], &number, sizeof(number)) == sizeof(number)) {
        last = number;
        if (last == ENOUGH)
            kill(child, SIGKILL);
    }
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(last >= ENOUGH);
    open_store(&f);
    f.coll = object_store_collection(f.store, COLL);
    assert_non_null(f.coll);
    bufferlist_init(&bl);
    assert_int_equal(object_store_read(f.store, f.coll, &f.object, 0, 8, &bl), 0);
    assert_int_equal(object_store_read(f.store, f.coll, &f.object, 100000, 8, &bl), 0);
    assert_int_equal(bl.len, 16);
    bufferlist_copy_out(&bl, 0, &there, 8);
    bufferlist_copy_out(&bl, 8, &other, 8);
    assert_true(there >= last);
    assert_true(there == other);
    bufferlist_destroy(&bl);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill), /* first: threads do not survive a fork */
        cmocka_unit_test(test_data),   cmocka_unit_test(test_model),     cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_list),   cmocka_unit_test(test_malformed), cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_repair),
    };

    return unit_run("object_store", tests);
}
