/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Monmaps of genuine Ceph come back byte for byte, and each kind of peer gets a form that it takes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "include/ceph_features.h"
#include "maps/mon_features.h"
#include "maps/monmap.h"
#include "types/ceph_release.h"

#define FEATURES_V1       0
#define FEATURES_V5       (CEPH_FEATURE_MONENC | CEPH_FEATURE_MONNAMES)
#define FEATURES_V5_ADDR2 (FEATURES_V5 | CEPH_FEATURE_MSG_ADDR2)

static struct entity_addrvec addrs(const char *text)
{
    struct entity_addrvec v;
    char err[128];

    if (entity_addrvec_parse(&v, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)) < 0)
        fail_msg("%s: %s", text, err);
    return v;
}

static void add(struct monmap *m, const char *name, const char *text)
{
    struct entity_addrvec v = addrs(text);

    assert_int_equal(monmap_add(m, name, &v), 0);
    entity_addrvec_destroy(&v);
}

static void load(struct monmap *m, const char *name)
{
    struct decode d;
    size_t len;
    uint8_t *bytes = vector_load(name, &len);

    decode_init(&d, bytes, len);
    assert_int_equal(monmap_decode(m, &d), 0);
    assert_int_equal(decode_finish(&d), 0);
    free(bytes);
}

/* m as a peer with these features would know it. */
static void through(const struct monmap *m, uint64_t features, struct monmap *out)
{
    struct encode e;
    struct decode d;

    encode_init(&e);
    monmap_encode(m, features, &e);
    assert_int_equal(encode_error(&e), 0);
    decode_init(&d, e.data, e.len);
    assert_int_equal(monmap_decode(out, &d), 0);
    assert_int_equal(decode_finish(&d), 0);
    encode_destroy(&e);
}

static char *printed(const struct monmap *m)
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    assert_non_null(f);
    monmap_print(m, f);
    fclose(f);
    return text;
}

/* The lines of the monitors. */
static void check_mons(const struct monmap *m, const char *want)
{
    char *text = NULL, *mons;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    assert_non_null(f);
    monmap_print(m, f);
    fclose(f);
    mons = strstr(text, "\n0: ");
    assert_string_equal(mons ? mons + 1 : "", want);
    free(text);
}

static const struct {
    const char *file;
    uint64_t features;
} vectors[] = {
    {"maps/monmap-v9.bin", CEPH_FEATURES_ALL},
    {"maps/monmap-v9-dual-ipv6.bin", CEPH_FEATURES_ALL},
    {"maps/monmap-v9-three.bin", CEPH_FEATURES_ALL},
    {"maps/monmap-v1-legacy.bin", FEATURES_V1},
};

static void test_vectors(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        size_t len;
        uint8_t *bytes = vector_load(vectors[i].file, &len);
        struct monmap m;
        struct encode e;
        struct decode d;

        load(&m, vectors[i].file);
        encode_init(&e);
        monmap_encode(&m, vectors[i].features, &e);
        assert_int_equal(e.len, len);
        assert_memory_equal(e.data, bytes, len);
        encode_destroy(&e);
        monmap_destroy(&m);

        for (size_t cut = 0; cut < len; cut++) {
            decode_init(&d, bytes, cut);
            assert_int_equal(monmap_decode(&m, &d), -EBADMSG);
        }
        free(bytes);
    }
}

static void test_content(void **state UNUSED)
{
    struct monmap m;
    char *text;

    setenv("TZ", "UTC", 1);
    tzset();
    load(&m, "maps/monmap-v9-dual-ipv6.bin");
    assert_int_equal(m.count, 2);
    text = printed(&m);
    assert_non_null(strstr(text, "\nmin_mon_release 0 (unknown)\nelection_strategy: 1\n"
                                 "0: [v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0] mon.dual\n"
                                 "1: v1:[fd00::1]:6789/0 mon.v6\n"));
    free(text);
    monmap_destroy(&m);

    load(&m, "maps/monmap-v1-legacy.bin");
    assert_int_equal(m.count, 1);
    assert_string_equal(m.mons[0].name, "0");
    assert_int_equal(m.epoch, 1);
    assert_int_equal(m.min_mon_release, CEPH_RELEASE_UNKNOWN);
    monmap_destroy(&m);

    load(&m, "maps/monmap-v7-minimal.bin");
    assert_int_equal(m.count, 1);
    monmap_destroy(&m);
}

static void test_dump(void **state UNUSED)
{
    static const char want[] =
        "{\"epoch\":1,\"fsid\":\"00000000-1111-2222-3333-444444444444\","
        "\"modified\":\"2026-11-22T09:38:47.944605Z\",\"created\":\"2026-11-22T09:38:47.944605Z\","
        "\"min_mon_release\":16,\"min_mon_release_name\":\"pacific\",\"election_strategy\":1,"
        "\"disallowed_leaders: \":\"\",\"stretch_mode\":false,\"tiebreaker_mon\":\"\",\"removed_ranks: "
        "\":\"\","
        "\"features\":{\"persistent\":[\"kraken\",\"luminous\",\"mimic\",\"osdmap-prune\",\"nautilus\","
        "\"octopus\","
        "\"pacific\",\"elector-pinging\"],\"optional\":[]},\"mons\":[{\"rank\":0,\"name\":\"a\","
        "\"public_addrs\":{\"addrvec\":[{\"type\":\"v1\",\"addr\":\"127.0.0.1:17789\",\"nonce\":0}]},"
        "\"addr\":\"127.0.0.1:17789/0\",\"public_addr\":\"127.0.0.1:17789/0\",\"priority\":0,\"weight\":0,"
        "\"crush_location\":\"{}\"}]}";
    struct monmap m;
    struct formatter f;
    json_t *tree;
    char *text;

    load(&m, "maps/monmap-v9.bin");
    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    monmap_format(&m, &f);
    formatter_close(&f);
    assert_string_equal(formatter_text(&f), want);
    formatter_destroy(&f);
    tree = monmap_dump(&m);
    text = json_dumps(tree, JSON_COMPACT);
    assert_string_equal(text, want);
    free(text);
    json_decref(tree);
    monmap_destroy(&m);
}

static void test_forms(void **state UNUSED)
{
    struct monmap m, back;
    struct entity_addrvec v;

    monmap_init(&m);
    m.epoch = 7;
    m.persistent_features = MON_FEATURES_ALL;
    m.min_mon_release = CEPH_RELEASE_PACIFIC;
    add(&m, "z", "[rdma:192.0.2.1:6789,v1:192.0.2.1:6789]");
    add(&m, "a", "rdma:192.0.2.2:6789");
    m.mons[0].priority = 3;
    assert_int_equal(string_map_set(&m.mons[1].crush_loc, "rack", "r1"), 0);

    through(&m, CEPH_FEATURES_ALL, &back);
    assert_int_equal(back.count, 2);
    assert_string_equal(back.mons[0].name, "z"); /* ranks, not names, give the order */
    assert_true(entity_addrvec_equal(&back.mons[0].addrs, &m.mons[0].addrs));
    assert_true(entity_addrvec_equal(&back.mons[1].addrs, &m.mons[1].addrs));
    assert_string_equal(string_map_get(&back.mons[1].crush_loc, "rack"), "r1");
    monmap_destroy(&back);

    through(&m, FEATURES_V5_ADDR2, &back); /* one address each, rdma still as rdma */
    assert_int_equal(back.count, 2);
    assert_int_equal(back.min_mon_release, CEPH_RELEASE_PACIFIC);
    v = addrs("v1:192.0.2.1:6789");
    assert_true(entity_addrvec_equal(&back.mons[monmap_find(&back, "z")].addrs, &v));
    entity_addrvec_destroy(&v);
    assert_int_equal(back.mons[monmap_find(&back, "z")].priority, 3);
    assert_int_equal(back.mons[monmap_find(&back, "a")].addrs.addrs[0].type, ENTITY_ADDR_RDMA);
    monmap_destroy(&back);

    through(&m, FEATURES_V5, &back); /* no ADDR2: rdma is blank, never v1 */
    assert_int_equal(back.mons[monmap_find(&back, "z")].addrs.addrs[0].type, ENTITY_ADDR_V1);
    assert_true(entity_addr_is_blank(&back.mons[monmap_find(&back, "a")].addrs.addrs[0]));
    monmap_destroy(&back);

    through(&m, FEATURES_V1, &back);
    assert_int_equal(back.epoch, 7);
    assert_int_equal(back.mons[0].addrs.addrs[0].type, ENTITY_ADDR_V1);
    assert_true(entity_addr_is_blank(&back.mons[1].addrs.addrs[0]));
    monmap_destroy(&back);
    monmap_destroy(&m);
}

static void test_every_field_survives(void **state UNUSED)
{
    struct monmap m, copy, back;
    char *a, *b;

    monmap_init(&m);
    assert_int_equal(fsid_generate(&m.fsid), 0);
    m.epoch = 99;
    m.last_changed = (struct utime){1800000000, 5};
    m.created = (struct utime){1700000000, 6};
    m.optional_features = MON_FEATURE_MIMIC;
    m.strategy = MON_ELECTION_CONNECTIVITY;
    m.stretch_mode = true;
    m.tiebreaker = strdup("c");
    add(&m, "a", "v1:192.0.2.1:6789");
    add(&m, "b", "v1:192.0.2.2:6789");
    add(&m, "c", "v1:192.0.2.3:6789");
    add(&m, "d", "v1:192.0.2.4:6789");
    m.mons[1].weight = 8;
    assert_int_equal(monmap_remove(&m, "b"), 0);
    assert_int_equal(monmap_remove(&m, "b"), -ENOENT);
    assert_int_equal(string_list_insert(&m.disallowed_leaders, "c"), 0);
    assert_int_equal(string_list_insert(&m.disallowed_leaders, "a"), 0);
    assert_int_equal(string_list_insert(&m.stretch_marked_down, "d"), 0);

    assert_int_equal(monmap_copy(&copy, &m), 0);
    through(&copy, CEPH_FEATURES_ALL, &back);
    assert_true(fsid_equal(&back.fsid, &m.fsid));
    assert_int_equal(back.removed_rank_count, 1);
    assert_int_equal(back.removed_ranks[0], 1);
    assert_true(string_list_equal(&back.stretch_marked_down, &m.stretch_marked_down));
    assert_int_equal(back.optional_features, MON_FEATURE_MIMIC);
    a = printed(&m);
    b = printed(&back);
    assert_string_equal(a, b);
    assert_non_null(strstr(a, "stretch_mode_enabled 1\ntiebreaker_mon c\ndisallowed_leaders a,c\n0: "));
    free(a);
    free(b);
    monmap_destroy(&back);
    monmap_destroy(&copy);
    monmap_destroy(&m);
}

static void test_look_up(void **state UNUSED)
{
    struct monmap m;
    struct entity_addrvec v = addrs("[v1:192.0.2.1:6789,rdma:192.0.2.1:6789]"), other;

    monmap_init(&m);
    add(&m, "b", "v1:192.0.2.2:6789");
    assert_int_equal(monmap_add(&m, "a", &v), 0);
    assert_int_equal(monmap_add(&m, "a", &v), -EEXIST);
    assert_int_equal(monmap_find(&m, "a"), 0); /* by address before nautilus */
    assert_int_equal(monmap_find(&m, "x"), -ENOENT);
    assert_int_equal(monmap_find_addr(&m, &v.addrs[0]), 0);
    assert_int_equal(monmap_find_addr(&m, &v.addrs[1]), 0);
    entity_addr_set_port(&v.addrs[1], 1);
    assert_int_equal(monmap_find_addr(&m, &v.addrs[1]), -ENOENT);
    assert_int_equal(monmap_rename(&m, 0, "b"), -EEXIST);
    assert_int_equal(monmap_rename(&m, 0, "c"), 0);
    assert_int_equal(monmap_find(&m, "c"), 0);
    other = addrs("v1:192.0.2.9:6789");
    assert_int_equal(monmap_set_addrs(&m, 0, &other), 0);
    assert_int_equal(monmap_find(&m, "c"), 1);

    m.persistent_features = MON_FEATURE_NAUTILUS;
    add(&m, "first", "v1:1.1.1.1:6789");
    assert_int_equal(monmap_find(&m, "first"), 2); /* since nautilus a new one comes last */
    entity_addrvec_destroy(&v);
    entity_addrvec_destroy(&other);
    monmap_destroy(&m);
}

static void refuse(const struct encode *e, int want)
{
    struct monmap m;
    struct decode d;

    decode_init(&d, e->data, e->len);
    assert_int_equal(monmap_decode(&m, &d), want);
}

static void test_malformed(void **state UNUSED)
{
    struct monmap m;
    struct encode e;
    size_t ranks;

    monmap_init(&m);
    add(&m, "a", "v1:192.0.2.1:6789");
    add(&m, "b", "v1:192.0.2.2:6789");
    encode_init(&e);
    monmap_encode(&m, CEPH_FEATURES_ALL, &e);
    /* Behind the ranks: release, removed ranks, strategy, leaders, stretch mode, tiebreaker, marked down. */
    ranks = e.len - (1 + 4 + 1 + 4 + 1 + 4 + 4) - 14;
    assert_int_equal(e.data[ranks], 2);
    e.data[ranks + 8] = 'b'; /* b twice */
    refuse(&e, -EBADMSG);
    e.data[ranks + 8] = 'x'; /* nobody */
    refuse(&e, -EBADMSG);
    e.data[ranks + 8] = 'a';
    e.data[ranks] = 1; /* one without a rank */
    refuse(&e, -EBADMSG);
    e.data[ranks] = 2;
    e.data[1] = 10; /* for newer readers only */
    refuse(&e, -EOPNOTSUPP);
    e.data[0] = 0;
    refuse(&e, -EBADMSG);
    encode_destroy(&e);
    monmap_destroy(&m);
}

static const struct monmap_defaults tcp = {.types = {ENTITY_ADDR_V1}, .count = 1, .resolve = true};
static const struct monmap_defaults dual = {.types = {ENTITY_ADDR_RDMA, ENTITY_ADDR_V1}, .count = 2};

static void check_mon_host(const char *text, const struct monmap_defaults *defaults, const char *want)
{
    char err[160] = "";
    struct monmap m;

    monmap_init(&m);
    if (monmap_add_mon_host(&m, text, defaults, err, sizeof(err)) < 0)
        fail_msg("%s: %s", text, err);
    check_mons(&m, want);
    monmap_destroy(&m);
}

static void test_mon_host(void **state UNUSED)
{
    static const char *const bad[][2] = {
        {"", "names no monitor"},
        {" , ;", "names no monitor"},
        {"192.0.2.1,192.0.2.x", "character 9 ('x')"},
        {"192.0.2.1:67890", "character 11 ('6')"},
        {"[v1:192.0.2.1", "character 14"},
        {"no-such-host.invalid", "cannot find the address of host 'no-such-host.invalid'"},
        {"-", "holds no address"},
    };

    check_mon_host("192.0.2.2, 192.0.2.1:7000", &tcp,
                   "0: v1:192.0.2.2:6789/0 mon.noname-a\n1: v1:192.0.2.1:7000/0 mon.noname-b\n");
    check_mon_host("192.0.2.2;192.0.2.2:6789", &tcp, "0: v1:192.0.2.2:6789/0 mon.noname-a\n");
    check_mon_host("[v2:192.0.2.1,v1:192.0.2.1] [2001:db8::1]", &tcp,
                   "0: [v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0] mon.noname-a\n"
                   "1: v1:[2001:db8::1]:6789/0 mon.noname-b\n");
    check_mon_host("192.0.2.1", &dual, "0: [rdma:192.0.2.1:6789/0,v1:192.0.2.1:6789/0] mon.noname-a\n");
    check_mon_host("rdma:192.0.2.1", &tcp, "0: rdma:192.0.2.1:6789/0 mon.noname-a\n");
    check_mon_host("192.0.2.1:3300", &tcp, "0: v2:192.0.2.1:3300/0 mon.noname-a\n");
    check_mon_host("v1:localhost:7000", &tcp, "0: v1:127.0.0.1:7000/0 mon.noname-a\n");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char err[160] = "";
        struct monmap m;
        monmap_init(&m);
        assert_true(monmap_add_mon_host(&m, bad[i][0], &tcp, err, sizeof(err)) < 0);
        if (!strstr(err, bad[i][1]))
            fail_msg("'%s': wanted '%s', got '%s'", bad[i][0], bad[i][1], err);
        monmap_destroy(&m);
    }
}

static void test_initial_members(void **state UNUSED)
{
    struct string_list names, removed;
    struct monmap m;
    char err[160], *text;

    monmap_init(&m);
    assert_int_equal(monmap_add_mon_host(&m, "192.0.2.1,192.0.2.2", &tcp, err, sizeof(err)), 0);
    assert_int_equal(monmap_rename(&m, 1, "b"), 0);
    string_list_init(&names);
    assert_int_equal(string_list_split(&names, "a, b", ", "), 0);
    assert_int_equal(monmap_set_initial_members(&m, &names, &removed), 0);
    text = string_list_join(&removed, ";");
    assert_string_equal(text, "v1:192.0.2.1:6789/0");
    free(text);
    check_mons(&m, "0: v1:192.0.2.2:6789/0 mon.b\n1: v1:0.0.0.0:0/1 mon.a\n");
    string_list_destroy(&names);
    string_list_destroy(&removed);
    monmap_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_every_field_survives),
        cmocka_unit_test(test_look_up),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_mon_host),
        cmocka_unit_test(test_initial_members),
    };
    return unit_run("monmap", tests);
}
