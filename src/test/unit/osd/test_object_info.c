/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* object_info: watchers, and what is stored; what a group's state is called. */
#include <errno.h>
#include <string.h>

#include "osd/object_info.h"
#include "test/unit/unit.h"
#include "types/pg_stat.h"

static struct watcher_info watcher(int64_t client, uint64_t cookie)
{
    return (struct watcher_info){.cookie = cookie, .who = {ENTITY_TYPE_CLIENT, client}, .timeout = 30};
}

static void test_watchers(void **state UNUSED)
{
    struct watcher_info one = watcher(1, 10), two = watcher(1, 11), three = watcher(2, 10);
    struct object_info i = {0}, copy;

    assert_int_equal(object_info_add_watcher(&i, &one), 0);
    assert_int_equal(object_info_add_watcher(&i, &two), 0);
    assert_int_equal(object_info_add_watcher(&i, &three), 0);
    two.timeout = 5;
    assert_int_equal(object_info_add_watcher(&i, &two), 0); /* the same again */
    assert_int_equal(i.watcher_count, 3);
    assert_int_equal(object_info_find_watcher(&i, two.who, two.cookie)->timeout, 5);

    assert_int_equal(object_info_copy(&copy, &i), 0);
    object_info_remove_watcher(&i, one.who, one.cookie);
    object_info_remove_watcher(&i, one.who, one.cookie);
    assert_int_equal(i.watcher_count, 2);
    assert_null(object_info_find_watcher(&i, one.who, one.cookie));
    assert_non_null(object_info_find_watcher(&i, three.who, three.cookie));
    assert_non_null(object_info_find_watcher(&copy, one.who, one.cookie));
    object_info_destroy(&copy);
    object_info_destroy(&i);
}

static void test_codec(void **state UNUSED)
{
    struct object_info i = {.version = {5, 3},
                            .prior_version = {4, 3},
                            .user_version = 77,
                            .size = 4096,
                            .mtime = {1, 2},
                            .truncate_size = 9,
                            .truncate_seq = 8,
                            .alloc_hint_flags = 3},
                       back;
    struct watcher_info w = watcher(4, 12);
    struct encode e;
    struct decode d;

    assert_int_equal(object_info_add_watcher(&i, &w), 0);
    encode_init(&e);
    object_info_encode(&i, &e);
    decode_init(&d, e.data, e.len);
    object_info_decode(&back, &d);
    assert_int_equal(decode_finish(&d), 0);
    assert_int_equal(back.version.version, 5);
    assert_int_equal(back.user_version, 77);
    assert_int_equal(back.size, 4096);
    assert_int_equal(back.truncate_seq, 8);
    assert_int_equal(back.alloc_hint_flags, 3);
    assert_int_equal(back.watcher_count, 1);
    assert_non_null(object_info_find_watcher(&back, w.who, w.cookie));
    object_info_destroy(&back);
    for (size_t cut = 0; cut < e.len; cut++) {
        decode_init(&d, e.data, cut);
        object_info_decode(&back, &d);
        assert_int_not_equal(decode_error(&d), 0);
        object_info_destroy(&back);
    }
    encode_destroy(&e);
    object_info_destroy(&i);
}

static void test_states(void **state UNUSED)
{
    char text[PG_STATE_TEXT_MAX];

    assert_string_equal(pg_state_print(0, text), "unknown");
    assert_string_equal(pg_state_print(PG_STATE(CLEAN) | PG_STATE(ACTIVE), text), "active+clean");
    assert_string_equal(pg_state_print(PG_STATE(CREATING) | PG_STATE(PEERING), text), "creating+peering");
    assert_string_equal(pg_state_print(PG_STATE(STALE) | PG_STATE(WAIT) | PG_STATE(ACTIVE), text),
                        "stale+active+wait");
    pg_state_print(UINT64_MAX, text); /* there is room for all */
    assert_non_null(strstr(text, "+snaptrim_error+failed_repair+laggy+wait"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watchers),
        cmocka_unit_test(test_codec),
        cmocka_unit_test(test_states),
    };

    return unit_run("object_info", tests);
}
