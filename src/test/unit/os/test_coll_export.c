/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collections out of one store and into another; and streams that are cut or changed anywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/coll_export.h"
#include "test/support/memory_stream.h"
#include "test/unit/unit.h"

enum { BITS = 1, OBJECTS = 300 };

static const struct coll_id COLL = {.pool = 3, .seed = 1};

static struct object_store *store_open(void)
{
    struct object_store *s;
    char *repaired, err[128];

    assert_int_equal(object_store_open("memstore", "", 0, UINT64_MAX, &s, &repaired, err, sizeof(err)), 0);
    return s;
}

static void add_object(struct os_transaction *t, const struct hobject *o, uint32_t i)
{
    struct slice value = {.data = (const uint8_t *)&i, .len = sizeof(i)};
    struct encode e;

    os_write(t, o, i * 10, &value);
    if (i % 3 == 0)
        os_truncate(t, o, i * 10 + 1000); /* a hole */
    if (i % 7 == 0)
        os_setattr(t, o, "_name", &value);
    if (i % 11)
        return;
    os_omap_setheader(t, o, &value);
    encode_init(&e);
    encode_u32(&e, 1);
    encode_string(&e, "key");
    encode_string(&e, o->name);
    os_omap_setkeys(t, o, &(struct slice){.data = e.data, .len = e.len});
    encode_destroy(&e);
}

static void fill(struct object_store *s, unsigned count)
{
    struct slice value = {.data = (const uint8_t *)"value", .len = 5};
    struct os_transaction t;
    struct hobject o;
    char name[16];

    os_transaction_init(&t, COLL);
    os_mkcoll(&t, BITS);
    os_coll_setkey(&t, "info", &value);
    assert_int_equal(object_store_apply(s, &t), 0);
    os_transaction_destroy(&t);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "object%u", i);
        assert_int_equal(hobject_init(&o, COLL.pool, i << BITS | COLL.seed, "", "", name, SNAP_HEAD), 0);
        os_transaction_init(&t, COLL);
        add_object(&t, &o, i);
        assert_int_equal(object_store_apply(s, &t), 0);
        os_transaction_destroy(&t);
        hobject_destroy(&o);
    }
}

static void export_it(struct object_store *s, struct memory_stream *out)
{
    struct coll_export_head head = {.cluster = {.bytes = {7}}, .coll = COLL, .bits = BITS};
    struct coll_export_pipe pipe = {.write = memory_stream_write, .arg = out};
    char err[128];

    *out = (struct memory_stream){0};
    assert_int_equal(coll_export(s, &head, &pipe, err, sizeof(err)), 0);
}

static int import_it(struct object_store *s, struct memory_stream *in, char *err, size_t err_size)
{
    struct coll_export_head head;
    struct coll_export_pipe pipe = {.read = memory_stream_read, .arg = in};
    int r;

    in->at = 0;
    r = coll_import_head(&pipe, &head, err, err_size);
    if (r)
        return r;
    assert_true(coll_id_equal(head.coll, COLL));
    assert_int_equal(head.cluster.bytes[0], 7);
    return coll_import(s, &head, &pipe, err, err_size);
}

static void test_round_trip(void **state UNUSED)
{
    struct object_store *a = store_open(), *b = store_open();
    struct memory_stream first, second;
    char err[128];

    fill(a, OBJECTS);
    export_it(a, &first);
    assert_int_equal(import_it(b, &first, err, sizeof(err)), 0);
    export_it(b, &second);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    assert_int_equal(import_it(b, &first, err, sizeof(err)), -EEXIST);
    free(first.data);
    free(second.data);
    object_store_close(a);
    object_store_close(b);
}

static void note(void *arg, struct coll_id id UNUSED, unsigned bits UNUSED)
{
    ++*(unsigned *)arg;
}

static void expect_refusal(struct memory_stream *in)
{
    struct object_store *s = store_open();
    unsigned collections = 0;
    char err[128] = "";

    assert_int_equal(import_it(s, in, err, sizeof(err)), -EBADMSG);
    assert_true(strlen(err) > 10);
    assert_int_equal(object_store_collections(s, note, &collections), 0);
    assert_int_equal(collections, 0);
    object_store_close(s);
}

static void test_cut_anywhere(void **state UNUSED)
{
    struct object_store *s = store_open();
    struct memory_stream whole, part;

    fill(s, 12);
    export_it(s, &whole);
    for (size_t len = 0; len < whole.len; len++) {
        part = (struct memory_stream){whole.data, len, 0};
        expect_refusal(&part);
    }
    free(whole.data);
    object_store_close(s);
}

static void test_changed_anywhere(void **state UNUSED)
{
    struct object_store *s = store_open();
    struct memory_stream whole;

    fill(s, 12);
    export_it(s, &whole);
    for (size_t at = 0; at < whole.len; at++) {
        whole.data[at] ^= 0x10;
        expect_refusal(&whole);
        whole.data[at] ^= 0x10;
    }
    free(whole.data);
    object_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_changed_anywhere),
    };
    return unit_run("coll_export", tests);
}
