/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of crush maps end where those of genuine crushtool, and of a genuine cluster, do: byte for byte. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_format.h"
#include "crush/crush_rules.h"
#include "crush/crush_tunables.h"
#include "crush/crush_weight_sets.h"
#include "types/ceph_release.h"

static void load(struct crush_map *m, const char *file)
{
    size_t len;
    uint8_t *bytes = vector_load(file, &len);
    struct decode d;

    decode_init(&d, bytes, len);
    assert_int_equal(crush_map_decode(m, &d), 0);
    free(bytes);
}

static void assert_same(const struct crush_map *m, const char *file)
{
    size_t len;
    uint8_t *bytes = vector_load(file, &len);
    struct encode e;

    encode_init(&e);
    crush_map_encode(m, &e);
    if (e.len != len || memcmp(e.data, bytes, len) != 0) {
        struct formatter f;
        formatter_init(&f, FORMATTER_JSON);
        formatter_open_object(&f, NULL);
        crush_map_format(m, &f);
        formatter_close(&f);
        print_message("# %s\n", formatter_text(&f));
        fail_msg("the map differs from %s", file);
    }
    encode_destroy(&e);
    free(bytes);
}

static struct string_map at(const char *text)
{
    struct string_list parts;
    struct string_map loc;

    string_map_init(&loc);
    string_list_init(&parts);
    assert_int_equal(string_list_split(&parts, text, " "), 0);
    for (unsigned i = 0; i < parts.count; i++)
        assert_int_equal(crush_location_add(&loc, parts.items[i]), 0);
    string_list_destroy(&parts);
    return loc;
}

static uint32_t weight(double w)
{
    uint32_t fixed;

    assert_int_equal(crush_weight_from_double(w, &fixed), 0);
    return fixed;
}

static int32_t id_of(const struct crush_map *m, const char *name)
{
    int32_t id;

    assert_true(crush_names_find_id(&m->items, name, &id));
    return id;
}

static int insert(struct crush_map *m, int32_t item, double w, const char *name, const char *where)
{
    struct string_map loc = at(where);
    int r = crush_edit_insert_item(m, item, weight(w), name, &loc);

    string_map_destroy(&loc);
    return r;
}

static int set(struct crush_map *m, int32_t item, double w, const char *name, const char *where)
{
    struct string_map loc = at(where);
    int r = crush_edit_set_item(m, item, weight(w), name, &loc);

    string_map_destroy(&loc);
    return r;
}

static int create_or_move(struct crush_map *m, int32_t item, double w, const char *name, const char *where)
{
    struct string_map loc = at(where);
    int r = crush_edit_create_or_move(m, item, weight(w), name, &loc);

    string_map_destroy(&loc);
    return r;
}

static int move(struct crush_map *m, const char *name, const char *where)
{
    struct string_map loc = at(where);
    int r = crush_edit_move_bucket(m, id_of(m, name), &loc);

    string_map_destroy(&loc);
    return r;
}

static void add_bucket(struct crush_map *m, const char *name, const char *type, const char *where)
{
    struct crush_bucket_spec spec = {0};
    int32_t id, type_id;

    assert_true(crush_names_find_id(&m->types, type, &type_id));
    spec.type = (uint16_t)type_id;
    assert_int_equal(crush_edit_add_bucket(m, &spec, &id), 0);
    assert_int_equal(crush_names_set(&m->items, id, name), 0);
    assert_int_equal(move(m, name, where), 0);
}

/* What the README beside the vectors says that crushtool did. */
static void test_as_crushtool(void **state UNUSED)
{
    static const char *const kinds[] = {"list", "tree", "straw", "straw2", "sets"};
    struct crush_rule_spec simple = {"simple", "root", "host", NULL, "indep", CRUSH_RULE_REPLICATED};
    struct crush_rule_spec replicated = {"repl", "root", "rack", "", "firstn", CRUSH_RULE_REPLICATED};
    struct crush_map m;
    char file[64];

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        snprintf(file, sizeof(file), "crush/edit-%s-before.bin", kinds[i]);
        load(&m, file);
        assert_int_equal(insert(&m, 9, 2.5, "osd.9", "host=host1 rack=rack0 root=root"), 0);
        assert_int_equal(insert(&m, 10, 0.5, "osd.10", "host=newhost rack=newrack root=root"), 0);
        assert_int_equal(crush_edit_reweight_item(&m, 3, weight(3.25)), 1);
        add_bucket(&m, "h5", "host", "rack=rack1 root=root");
        assert_int_equal(move(&m, "newhost", "rack=rack1 root=root"), 0);
        assert_int_equal(set(&m, 9, 1.25, "osd.9", "host=h5 rack=rack1 root=root"), 1);
        assert_int_equal(crush_edit_remove_item(&m, 1, false), 0);
        assert_int_equal(crush_edit_remove_item(&m, id_of(&m, "newrack"), false), 0);
        assert_int_equal(crush_rules_add(&m, &simple, NULL), 1);
        assert_int_equal(crush_rules_add(&m, &replicated, NULL), 2);
        assert_int_equal(crush_edit_reweight_all(&m), 0);
        snprintf(file, sizeof(file), "crush/edit-%s-after.bin", kinds[i]);
        assert_same(&m, file);
        crush_map_destroy(&m);
    }
}

/* Three OSDs that boot in a new cluster. */
static void test_classes_of_a_cluster(void **state UNUSED)
{
    struct crush_map m;

    assert_int_equal(crush_map_create_default(&m), 0);
    m.rules[0].steps[1] = (struct crush_step){CRUSH_OP_CHOOSE_FIRSTN, 0, 0}; /* osd_crush_chooseleaf_type 0 */
    for (int32_t osd = 0; osd < 3; osd++) {
        char name[16];
        snprintf(name, sizeof(name), "osd.%d", osd);
        assert_int_equal(crush_names_set(&m.items, osd, name), 0);
        assert_int_equal(crush_class_assign(&m, osd, "hdd"), 1);
        assert_int_equal(crush_class_assign(&m, osd, "hdd"), 0);
        assert_int_equal(crush_class_assign(&m, osd, "ssd"), -EBUSY);
        assert_int_equal(create_or_move(&m, osd, 0.001, name, "host=vm root=default"), 1);
        assert_int_equal(create_or_move(&m, osd, 7, name, "host=vm root=default"), 0);
    }
    assert_same(&m, "crush/device-classes.bin");
    assert_string_equal(crush_class_of(&m, 2), "hdd");
    assert_true(crush_class_is_shadow(&m, id_of(&m, "vm~hdd")));
    assert_int_equal(crush_class_original(&m, id_of(&m, "vm~hdd")), id_of(&m, "vm"));
    crush_map_destroy(&m);
}

/* Shadows keep their ids when their trees change, and go with the last device of their class. */
static void test_shadows_follow(void **state UNUSED)
{
    struct crush_rule_spec rule = {"fast", "default", "host", "ssd", "firstn", CRUSH_RULE_REPLICATED};
    struct crush_map m;
    int32_t shadow;
    char *err = NULL;

    load(&m, "crush/device-classes.bin");
    assert_int_equal(crush_rules_add(&m, &rule, &err), -EINVAL);
    assert_non_null(err);
    assert_int_equal(crush_class_unassign(&m, 1), 0);
    assert_int_equal(crush_class_assign(&m, 1, "ssd"), 1);
    shadow = id_of(&m, "default~ssd");
    assert_int_equal(crush_map_bucket(&m, shadow)->weight, 65);
    assert_int_equal(crush_map_bucket(&m, id_of(&m, "vm~hdd"))->size, 2);
    assert_int_equal(crush_rules_add(&m, &rule, &err), 1);
    assert_int_equal(m.rules[1].steps[0].arg1, shadow);
    assert_int_equal(set(&m, 1, 2, "osd.1", "host=other root=default"), 1);
    assert_int_equal(id_of(&m, "default~ssd"), shadow);
    assert_int_equal(crush_map_bucket(&m, shadow)->weight, 2 * CRUSH_WEIGHT_ONE);
    assert_int_equal(crush_edit_rename_bucket(&m, "other", "fast-one", &err), 0);
    assert_int_not_equal(id_of(&m, "fast-one~ssd"), 0);
    assert_true(crush_edit_in_use(&m, -1));
    /* The rule needs the class although nobody has it any more. */
    assert_int_equal(crush_class_unassign(&m, 1), 0);
    assert_int_equal(id_of(&m, "default~ssd"), shadow);
    crush_rules_remove(&m, 1);
    assert_int_equal(crush_class_rebuild(&m), 0);
    assert_int_equal(crush_class_id(&m, "ssd"), -ENOENT);
    assert_null(crush_map_bucket(&m, shadow));
    free(err);
    crush_map_destroy(&m);
}

static void test_refusals(void **state UNUSED)
{
    struct crush_map m;
    char *err = NULL;

    load(&m, "crush/edit-straw2-before.bin");
    assert_int_equal(insert(&m, 20, 1, "osd.0", "host=host0"), -EEXIST);
    assert_int_equal(insert(&m, 20, 1, "osd 20", "host=host0"), -EINVAL);
    assert_int_equal(insert(&m, 20, 1, "osd.20", "rack=host0"), -EINVAL);
    assert_int_equal(insert(&m, 20, 1, "osd.20", "shelf=x"), -EINVAL);
    assert_int_equal(move(&m, "rack0", "host=host0"), -EINVAL); /* into itself */
    assert_int_equal(crush_edit_remove_item(&m, id_of(&m, "host0"), false), -ENOTEMPTY);
    assert_int_equal(crush_edit_remove_item(&m, 999, false), -ENOENT);
    assert_int_equal(crush_edit_reweight_item(&m, 999, 1), -ENOENT);
    assert_int_equal(crush_edit_rename_bucket(&m, "nobody", "x", &err), -ENOENT);
    assert_int_equal(crush_edit_rename_bucket(&m, "nobody", "host0", &err), -EALREADY);
    assert_int_equal(crush_edit_rename_bucket(&m, "host1", "host0", &err), -EEXIST);
    assert_int_equal(crush_edit_rename_bucket(&m, "host1", "a~b", &err), -EINVAL);
    assert_int_equal(crush_edit_rename_bucket(&m, "osd.1", "x", &err), -ENOTDIR);
    assert_int_equal(crush_edit_swap_buckets(&m, id_of(&m, "host0"), id_of(&m, "rack0")), -EINVAL);
    free(err);
    crush_map_destroy(&m);
}

static void test_weights(void **state UNUSED)
{
    uint32_t w;
    struct crush_map m;

    assert_int_equal(crush_weight_from_double(-1, &w), -EINVAL);
    assert_int_equal(crush_weight_from_double(65536, &w), -EOVERFLOW);
    load(&m, "crush/edit-straw2-before.bin");
    assert_int_equal(crush_edit_reweight_item(&m, 0, UINT32_MAX), -ERANGE);
    crush_map_destroy(&m);
    load(&m, "crush/edit-straw2-before.bin");
    assert_int_equal(crush_edit_reweight_subtree(&m, id_of(&m, "rack0"), weight(0.5)), 6);
    assert_int_equal(crush_edit_weight_of(&m, id_of(&m, "rack0")), weight(3));
    assert_int_equal(crush_map_bucket(&m, id_of(&m, "root"))->weight, weight(4));
    assert_int_equal(crush_edit_swap_buckets(&m, id_of(&m, "host0"), id_of(&m, "host2")), 0);
    assert_int_equal(crush_edit_weight_of(&m, id_of(&m, "rack0")), weight(2.5));
    assert_int_equal(crush_edit_parent(&m, 6)->id, -1);
    assert_string_equal(crush_names_find(&m.items, -1), "host2");
    crush_map_destroy(&m);
}

static double set_weight(const struct crush_map *m, int64_t key, const char *bucket, uint32_t position,
                         uint32_t item)
{
    const struct crush_choose_args *set = crush_weight_sets_find(m, key);
    uint32_t index = (uint32_t)(-1 - id_of(m, bucket)), i = 0;

    while (i < set->count && set->args[i].bucket != index)
        i++;
    assert_true(i < set->count && position < set->args[i].position_count);
    assert_true(item < set->args[i].positions[position].count);
    return set->args[i].positions[position].weights[item] / 65536.0;
}

static void test_weight_sets(void **state UNUSED)
{
    const uint32_t two[] = {weight(0.25), weight(7)};
    struct crush_map m;
    int32_t lone = 77;

    load(&m, "crush/edit-straw2-before.bin");
    assert_null(crush_weight_sets_find(&m, 5));
    crush_weight_sets_remove(&m, 5);
    assert_int_equal(crush_weight_sets_create(&m, 5, 2), 0);
    assert_int_equal(crush_weight_sets_create(&m, 5, 1), -EEXIST);
    assert_int_equal(crush_map_min_release(&m), CEPH_RELEASE_LUMINOUS);
    assert_int_equal(crush_weight_sets_reweight(&m, 5, 0, two, 1), -EINVAL);
    assert_int_equal(crush_weight_sets_reweight(&m, 5, lone, two, 2), -ENOENT);
    assert_int_equal(crush_weight_sets_reweight(&m, 5, 0, two, 2), 0);
    assert_true(set_weight(&m, 5, "host0", 0, 0) == 0.25);
    assert_true(set_weight(&m, 5, "host0", 1, 0) == 7);
    /* The other weights of host0 are as they were, and its own follows. */
    assert_true(set_weight(&m, 5, "rack0", 1, 0) - set_weight(&m, 5, "rack0", 0, 0) == 6.75);

    assert_int_equal(crush_weight_sets_create(&m, CRUSH_WEIGHT_SET_COMPAT, 1), 0);
    assert_int_equal(m.choose_args[0].key, CRUSH_WEIGHT_SET_COMPAT);
    crush_weight_sets_remove(&m, 5);
    assert_null(crush_weight_sets_find(&m, 5));
    assert_int_equal(crush_map_min_release(&m), CEPH_RELEASE_JEWEL); /* as without any */
    crush_map_destroy(&m);
}

/* A uniform bucket takes one more of what it has; the others do not lose their weight when one goes. */
static void test_uniform(void **state UNUSED)
{
    static const int32_t items[] = {0, 1};
    static const uint32_t weights[] = {CRUSH_WEIGHT_ONE, CRUSH_WEIGHT_ONE}, odd[] = {1, 2};
    struct crush_bucket_spec spec = {
        .type = 1, .alg = CRUSH_ALG_UNIFORM, .items = items, .weights = weights, .size = 2};
    struct crush_map m;

    assert_int_equal(crush_map_create_default(&m), 0);
    assert_int_equal(crush_edit_add_bucket(&m, &spec, NULL), 0);
    assert_int_equal(crush_names_set(&m.items, -2, "u"), 0);
    assert_int_equal(insert(&m, 2, 1, "osd.2", "host=u"), 0);
    assert_int_equal(crush_map_bucket(&m, -2)->weight, 3 * CRUSH_WEIGHT_ONE);
    assert_int_equal(crush_edit_remove_item(&m, 0, false), 0);
    assert_int_equal(crush_map_bucket(&m, -2)->weight, 2 * CRUSH_WEIGHT_ONE);
    spec.weights = odd;
    assert_int_equal(crush_edit_add_bucket(&m, &spec, NULL), -EINVAL);
    crush_map_destroy(&m);
}

static void test_tunables(void **state UNUSED)
{
    static const char *const profiles[] = {"argonaut", "bobtail", "firefly", "hammer", "jewel"};
    struct crush_tunables t = crush_tunables_jewel;

    for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
        assert_int_equal(crush_tunables_set_profile(&t, profiles[i]), 0);
        assert_string_equal(crush_tunables_profile(&t), profiles[i]);
        assert_int_equal(t.straw_calc_version, 1);
    }
    assert_int_equal(crush_tunables_set_profile(&t, "legacy"), 0);
    assert_int_equal(t.straw_calc_version, 0);
    assert_int_equal(crush_tunables_set_profile(&t, "newest"), -EINVAL);
}

/* A map whose buckets are inside each other without end is not taken in. */
static void test_cycle(void **state UNUSED)
{
    static const int32_t first = -2, second = -1;
    static const uint32_t one = CRUSH_WEIGHT_ONE;
    struct crush_bucket_spec spec = {.type = 1, .items = &first, .weights = &one, .size = 1};
    struct crush_map m, copy;

    crush_map_init(&m);
    assert_int_equal(crush_edit_add_bucket(&m, &spec, NULL), 0);
    spec.items = &second;
    assert_int_equal(crush_edit_add_bucket(&m, &spec, NULL), 0);
    assert_int_equal(crush_map_copy(&copy, &m), -EBADMSG);
    crush_map_destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_crushtool),   cmocka_unit_test(test_classes_of_a_cluster),
        cmocka_unit_test(test_shadows_follow), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_weights),        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_tunables),       cmocka_unit_test(test_cycle),
        cmocka_unit_test(test_weight_sets),
    };

    return unit_run("crush_edit", tests);
}
