/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pg_log: entries by version and by request, through growth and trimming; their records on disk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "osd/pg_log.h"
#include "test/unit/unit.h"

static struct pg_log_entry *entry(uint64_t version, uint64_t tid)
{
    struct pg_log_entry *e = calloc(1, sizeof(*e));

    assert_non_null(e);
    assert_int_equal(hobject_init_min(&e->object), 0);
    e->kind = PG_LOG_MODIFY;
    e->version = (struct eversion){.version = version, .epoch = 7};
    e->prior_version = (struct eversion){.version = version - 1, .epoch = 6};
    e->user_version = version + 100;
    e->result = (int32_t)version;
    if (tid)
        e->reqid = (struct osd_reqid){.name = {ENTITY_TYPE_CLIENT, 4100 + (int64_t)tid % 3}, .tid = tid};
    return e;
}

static struct osd_reqid reqid(uint64_t tid)
{
    return (struct osd_reqid){.name = {ENTITY_TYPE_CLIENT, 4100 + (int64_t)tid % 3}, .tid = tid};
}

static void fill(struct pg_log *l, uint64_t count)
{
    pg_log_init(l);
    for (uint64_t i = 1; i <= count; i++)
        assert_int_equal(pg_log_append(l, entry(i, i)), 0);
}

static void test_find(void **state UNUSED)
{
    struct osd_reqid r = reqid(1);
    struct pg_log l;

    pg_log_init(&l);
    assert_null(pg_log_find(&l, &r));
    pg_log_destroy(&l);

    fill(&l, 1000);
    assert_int_equal(l.count, 1000);
    assert_int_equal(l.head.version, 1000);
    for (uint64_t i = 1; i <= 1000; i++) {
        r = reqid(i);
        assert_non_null(pg_log_find(&l, &r));
        assert_int_equal(pg_log_find(&l, &r)->version.version, i);
        assert_int_equal(pg_log_at(&l, (unsigned)i - 1)->version.version, i);
    }
    r.incarnation = 1;
    assert_null(pg_log_find(&l, &r));
    pg_log_destroy(&l);
}

/* What is trimmed is not found; what comes after fills its room. */
static void test_trim(void **state UNUSED)
{
    struct osd_reqid old = reqid(40), kept = reqid(60), later = reqid(3000);
    struct pg_log l;

    fill(&l, 100);
    pg_log_trim(&l, 50);
    assert_int_equal(l.count, 50);
    assert_int_equal(l.tail.version, 50);
    assert_int_equal(pg_log_at(&l, 0)->version.version, 51);
    assert_null(pg_log_find(&l, &old));
    assert_non_null(pg_log_find(&l, &kept));
    for (uint64_t i = 101; i <= 3000; i++) {
        assert_int_equal(pg_log_append(&l, entry(i, i)), 0);
        pg_log_trim(&l, 50);
    }
    assert_int_equal(l.room, 128);
    assert_int_equal(l.tail.version, 2950);
    assert_non_null(pg_log_find(&l, &later));
    assert_null(pg_log_find(&l, &kept));
    pg_log_trim(&l, 0);
    assert_int_equal(l.count, 0);
    assert_null(pg_log_find(&l, &later));
    pg_log_destroy(&l);
}

static void test_nobodys(void **state UNUSED)
{
    struct osd_reqid none = {.tid = 0};
    struct pg_log l;

    fill(&l, 3);
    assert_int_equal(pg_log_append(&l, entry(4, 0)), 0);
    assert_null(pg_log_find(&l, &none));
    pg_log_trim(&l, 0);
    pg_log_destroy(&l);
}

static void test_records(void **state UNUSED)
{
    struct pg_log_entry *e = entry(9, 5), *back;
    char low[PG_LOG_KEY_MAX], high[PG_LOG_KEY_MAX];
    struct encode enc;
    struct decode d;

    encode_init(&enc);
    pg_log_entry_encode(e, &enc);
    assert_int_equal(encode_error(&enc), 0);
    decode_init(&d, enc.data, enc.len);
    back = pg_log_entry_decode(&d);
    assert_non_null(back);
    assert_int_equal(decode_finish(&d), 0);
    assert_true(osd_reqid_equal(&back->reqid, &e->reqid));
    assert_int_equal(eversion_compare(back->version, e->version), 0);
    assert_int_equal(eversion_compare(back->prior_version, e->prior_version), 0);
    assert_int_equal(back->user_version, 109);
    assert_int_equal(back->result, 9);
    pg_log_entry_free(back);
    for (size_t cut = 0; cut < enc.len; cut++) {
        decode_init(&d, enc.data, cut);
        assert_null(pg_log_entry_decode(&d));
    }
    encode_destroy(&enc);
    pg_log_entry_free(e);

    pg_log_key((struct eversion){.version = 9, .epoch = 10}, low);
    pg_log_key((struct eversion){.version = 10, .epoch = 10}, high);
    assert_true(strcmp(low, high) < 0);
    pg_log_key((struct eversion){.version = 1, .epoch = 11}, low);
    assert_true(strcmp(high, low) < 0 && strcmp(low, PG_LOG_KEY_END) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_nobodys),
        cmocka_unit_test(test_records),
    };

    return unit_run("pg_log", tests);
}
