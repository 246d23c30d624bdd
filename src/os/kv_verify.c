/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kv_object_store looks at when it is opened after it was not closed: that objects can be told apart,
 * and that every row belongs to something. What does not is put in order.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/log.h"
#include "os/kv_blocks.h"

struct verifying {
    struct kv_object_store *s;
    uint64_t *numbers; /* of the objects that are there, ascending */
    size_t count, room;
    struct kv_batch repairs;
    struct strbuf *report;
    unsigned unreadable, leftovers;
};

static int note_number(struct verifying *v, uint64_t number)
{
    if (v->count == v->room) {
        size_t room = v->room ? 2 * v->room : 1024;
        uint64_t *more = reallocarray(v->numbers, room, sizeof(*more));
        if (!more)
            return -ENOMEM;
        v->numbers = more;
        v->room = room;
    }
    v->numbers[v->count++] = number;
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int look_at_objects(struct verifying *v)
{
    struct kv_iter *it = kv_store_iterate(v->s->kv, "O");
    int r = it ? 0 : -ENOMEM;

    for (bool more = it && kv_iter_seek(it, NULL, 0); more && r == 0; more = kv_iter_next(it)) {
        size_t len;
        const uint8_t *value = kv_iter_value(it, &len);
        if (len < 16)
            v->unreadable++;
        else
            r = note_number(v, get_le64(value));
    }
    if (r == 0)
        r = kv_iter_error(it);
    kv_iter_close(it);
    if (v->count)
        qsort(v->numbers, v->count, sizeof(*v->numbers), compare_numbers);
    return r;
}

/* The next object must not get the number of one that is there. */
static void check_counter(struct verifying *v)
{
    uint64_t last = v->count ? v->numbers[v->count - 1] : 0;

    if (!v->count || last < v->s->numbers_reserved)
        return;
    atomic_store(&v->s->next_number, last + 1);
    strbuf_printf(v->report, "object numbers go on from %" PRIu64 ", not from %" PRIu64 "\n", last + 1,
                  v->s->numbers_reserved);
    v->s->numbers_reserved = last + 1;
}

static void drop_rows(struct verifying *v, const char *table, const uint8_t *from, size_t from_len,
                      const uint8_t *to, size_t to_len)
{
    kv_batch_delete_range(&v->repairs, table, from, from_len, to, to_len);
    v->leftovers++;
}

/* Rows of objects that are not there: one look for each object, not for each row. */
static int look_at_rows(struct verifying *v, const char *table)
{
    struct kv_iter *it = kv_store_iterate(v->s->kv, table);
    bool more = it && kv_iter_seek(it, NULL, 0);
    int r;

    if (!it)
        return -ENOMEM;
    while (more) {
        size_t len;
        const uint8_t *key = kv_iter_key(it, &len);
        uint64_t number = len >= 8 ? (uint64_t)get_be32(key) << 32 | get_be32(key + 4) : 0;
        struct kv_key from, behind;
        kv_number_key(&from, number);
        kv_number_key(&behind, number + 1);
        if (len >= 8 && !bsearch(&number, v->numbers, v->count, sizeof(*v->numbers), compare_numbers))
            drop_rows(v, table, from.bytes, from.len, behind.bytes, behind.len);
        more = kv_iter_seek(it, behind.bytes, behind.len);
    }
    r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

/* Records of collections that are not there. */
static int look_at_records(struct verifying *v)
{
    struct kv_iter *it = kv_store_iterate(v->s->kv, "R");
    bool more = it && kv_iter_seek(it, NULL, 0);
    uint8_t coll[KV_COLL_KEY_LEN + 1];
    int r = it ? 0 : -ENOMEM;

    while (more && r == 0) {
        struct slice bits;
        size_t len;
        const uint8_t *key = kv_iter_key(it, &len);
        if (len < KV_COLL_KEY_LEN) {
            more = kv_iter_next(it);
            continue;
        }
        memcpy(coll, key, KV_COLL_KEY_LEN);
        coll[KV_COLL_KEY_LEN] = 1; /* records begin with 0 */
        r = kv_store_get(v->s->kv, "C", coll, KV_COLL_KEY_LEN, &bits);
        if (r == 0)
            slice_put(&bits);
        else if (r == -ENOENT)
            drop_rows(v, "R", coll, KV_COLL_KEY_LEN, coll, sizeof(coll));
        if (r == -ENOENT)
            r = 0;
        more = kv_iter_seek(it, coll, sizeof(coll));
    }
    if (r == 0)
        r = kv_iter_error(it);
    kv_iter_close(it);
    return r;
}

static int repair(struct verifying *v, char *err, size_t err_size)
{
    if (v->unreadable)
        strbuf_printf(v->report, "%u objects cannot be read; they are left as they are\n", v->unreadable);
    if (!v->leftovers)
        return 0;
    strbuf_printf(v->report, "removed what was left of %u objects or collections that are not there\n",
                  v->leftovers);
    return kv_store_apply(v->s->kv, &v->repairs, true, err, err_size);
}

int kv_verify(struct kv_object_store *s, struct strbuf *report, char *err, size_t err_size)
{
    static const char *const tables[] = {"D", "A", "M"};
    struct verifying v = {.s = s, .report = report};
    int r;

    kv_batch_init(&v.repairs);
    r = look_at_objects(&v);
    if (r == 0)
        check_counter(&v);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tables); i++)
        r = look_at_rows(&v, tables[i]);
    if (r == 0)
        r = look_at_records(&v);
    if (r)
        snprintf(err, err_size, "%s: the objects cannot be looked at: %s", s->path, strerror(-r));
    else
        r = repair(&v, err, err_size);
    kv_batch_destroy(&v.repairs);
    free(v.numbers);
    return r;
}
