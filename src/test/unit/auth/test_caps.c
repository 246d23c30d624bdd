/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/caps.h"
#include "types/entity_name.h"

static struct caps *parse(uint32_t service, const char *text)
{
    struct caps *c;
    char *err = NULL;

    if (caps_parse(&c, service, text, &err))
        fail_msg("%s", err);
    return c;
}

/* arguments: names and their values. */
static bool may_with(const char *text, const char *module, const char *need, const char *prefix,
                     const char *const *arguments)
{
    struct caps *c = parse(ENTITY_TYPE_MON, text);
    struct string_map map;
    struct caps_command command = {
        .module = module, .prefix = prefix, .bits = caps_bits_parse(need), .arguments = &map};
    bool r;

    string_map_init(&map);
    for (; *arguments; arguments += 2)
        assert_int_equal(string_map_set(&map, arguments[0], arguments[1]), 0);
    r = caps_allow_command(c, &command);
    string_map_destroy(&map);
    caps_free(c);
    return r;
}

static bool may(const char *text, const char *module, const char *need, const char *prefix, const char *key,
                const char *value)
{
    return may_with(text, module, need, prefix, (const char *[]){key, value, NULL});
}

static void grants_for_monitors(void **state UNUSED)
{
    assert_true(may("allow r", "mon", "r", "status", NULL, NULL));
    assert_false(may("allow r", "mon", "rw", "x", NULL, NULL));
    assert_true(may("allow r, allow w", "mon", "rw", "x", NULL, NULL));
    assert_true(may("allow *", "auth", "rwx", "auth rm", NULL, NULL));
    assert_false(may("allow rw", "auth", "rx", "auth ls", NULL, NULL));
    assert_true(may("allow service osd rw", "osd", "rw", "x", NULL, NULL));
    assert_false(may("allow service osd rw", "mon", "r", "x", NULL, NULL));
    /* secrets need a grant of their own */
    assert_false(may("allow rwx", "config-key", "r", "config-key get", NULL, NULL));
    assert_true(may("allow service config-key r", "config-key", "r", "config-key get", NULL, NULL));
    assert_true(may("allow *", "config-key", "rw", "config-key set", NULL, NULL));
    assert_false(may("", "mon", "r", "status", NULL, NULL));
}

static void commands_by_name(void **state UNUSED)
{
    static const char one[] = "allow command \"config-key get\" with key prefix \"a/\" format=json";
    static const char *const two = "allow command 'osd pool create' with pool=x";

    assert_false(may(one, "config-key", "r", "config-key get", "key", "a/b"));
    assert_true(may("allow command \"config-key get\" with key prefix a/", "config-key", "r",
                    "config-key get", "key", "a/b"));
    assert_false(may("allow command \"config-key get\" with key prefix a/", "config-key", "r",
                     "config-key get", "key", "b/a/"));
    assert_true(may(two, "osd", "rw", "osd pool create", "pool", "x"));
    assert_false(may(two, "osd", "rw", "osd pool create", "pool", "xy"));
    assert_false(may(two, "osd", "rw", "osd pool create", NULL, NULL));
    assert_false(may(two, "osd", "rw", "osd pool rm", "pool", "x"));
    assert_false(may("allow * command x", "osd", "rw", "osd pool rm", NULL, NULL));
}

static bool may_blocklist(const char *text, const char *op, const char *addr)
{
    return may_with(text, "osd", "rw", "osd blocklist",
                    (const char *[]){"blocklistop", op, "addr", addr, NULL});
}

static void profiles_mean_what_they_mean(void **state UNUSED)
{
    assert_true(may("allow profile bootstrap-osd", "osd", "rw", "osd new", NULL, NULL));
    assert_true(may("profile bootstrap-osd", "mon", "r", "mon getmap", NULL, NULL));
    assert_false(may("profile bootstrap-osd", "osd", "rw", "osd out", NULL, NULL));
    assert_true(may("profile osd", "osd", "rwx", "x", NULL, NULL));
    assert_false(may("profile osd", "auth", "rx", "auth ls", NULL, NULL));
    assert_true(may("profile rbd", "osd", "r", "osd dump", NULL, NULL));
    assert_true(may_blocklist("profile rbd", "add", "192.0.2.1:0/123"));
    assert_false(may_blocklist("profile rbd", "rm", "192.0.2.1:0/123"));
    assert_false(may_blocklist("profile rbd", "add", "192.0.2.0/24:0/1"));
    assert_false(may_blocklist("profile rbd-read-only", "add", "192.0.2.1:0/123"));
    assert_true(may("profile simple-rados-client", "osd", "r", "osd dump", NULL, NULL));
    assert_true(may("profile crash", "mon", "r", "status", NULL, NULL));
    assert_false(may("profile crash", "osd", "r", "osd dump", NULL, NULL));
}

static bool may_object(const char *text, const char *pool, const char *nspace, const char *object,
                       unsigned bits)
{
    struct caps *c = parse(ENTITY_TYPE_OSD, text);
    struct caps_object o = {.pool = pool, .nspace = nspace, .object = object, .bits = bits};
    bool r = caps_allow_object(c, &o);

    caps_free(c);
    return r;
}

static void daemons_have_keys_of_their_own(void **state UNUSED)
{
    static const struct {
        const char *entity, *key;
        bool may;
    } cases[] = {
        {"osd.3", "daemon-private/osd.3/x", true},    {"osd.3", "daemon-private/osd.31/x", false},
        {"osd.31", "daemon-private/osd.3/x", false},  {"osd.3", "daemon-private/", false},
        {"osd.3", "x/daemon-private/osd.3/x", false}, {NULL, "daemon-private//x", false},
    };
    struct caps *c = parse(ENTITY_TYPE_MON, "profile osd");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct string_map arguments;
        struct caps_command command = {.module = "config-key", .prefix = "config-key get", .bits = CAPS_R};

        string_map_init(&arguments);
        assert_int_equal(string_map_set(&arguments, "key", cases[i].key), 0);
        command.arguments = &arguments;
        command.entity = cases[i].entity;
        assert_int_equal(caps_allow_command(c, &command), cases[i].may);
        string_map_destroy(&arguments);
    }
    caps_free(c);
}

static void grants_for_osds(void **state UNUSED)
{
    assert_true(may_object("allow rw pool=x", "x", "", "o", CAPS_R | CAPS_W));
    assert_true(may_object("allow pool x rw", "x", "", "o", CAPS_R | CAPS_W));
    assert_false(may_object("allow rw pool=x", "y", "", "o", CAPS_R));
    assert_false(may_object("allow r pool=x", "x", "", "o", CAPS_W));
    assert_true(may_object("allow r namespace=n pool=x", "x", "n", "o", CAPS_R));
    assert_false(may_object("allow r namespace=n pool=x", "x", "", "o", CAPS_R));
    assert_true(may_object("allow r namespace=n*", "x", "nn", "o", CAPS_R));
    assert_false(may_object("allow r namespace=n*", "x", "m", "o", CAPS_R));
    assert_true(may_object("allow rx object_prefix rbd_", "x", "", "rbd_o", CAPS_R | CAPS_CLASS_WRITE));
    assert_false(may_object("allow rx object_prefix rbd_", "x", "", "o", CAPS_R));
    assert_false(may_object("allow class-read", "x", "", "o", CAPS_CLASS_WRITE));
    assert_true(may_object("allow r, allow w pool=x", "x", "", "o", CAPS_R | CAPS_W));
    assert_true(may_object("profile rbd pool=x", "x", "", "o", CAPS_R | CAPS_W | CAPS_CLASS_WRITE));
    assert_false(may_object("profile rbd pool=x", "y", "", "o", CAPS_R));
    assert_false(may_object("profile rbd-read-only pool=x", "x", "", "o", CAPS_W));
}

static void networks_bind_grants(void **state UNUSED)
{
    static const struct {
        const char *caps, *peer;
        bool allowed;
    } cases[] = {
        {"allow r network 192.0.2.0/24", "192.0.2.77", true},
        {"allow r network 192.0.2.0/24", "192.0.3.77", false},
        {"allow r network 192.0.2.128/25", "192.0.2.127", false},
        {"allow r network 192.0.2.9", "192.0.2.9", true},
        {"allow r network 2001:db8::/33", "2001:db8:1::1", true},
        {"allow r network 2001:db8::/33", "2001:db8:8000::1", false},
        {"allow r network 0.0.0.0/0", "2001:db8::1", false},
        {"allow * network 192.0.2.0/24", "192.0.3.1", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct caps *c = parse(ENTITY_TYPE_MON, cases[i].caps);
        struct caps_command command = {.module = "mon", .bits = CAPS_R};
        struct entity_addr peer;
        char err[128];

        assert_int_equal(entity_addr_parse(&peer, cases[i].peer, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
        command.peer = &peer;
        assert_int_equal(caps_allow_command(c, &command), cases[i].allowed);
        command.peer = NULL;
        assert_false(caps_allow_command(c, &command));
        assert_false(caps_allow_all(c));
        caps_free(c);
    }
}

static void nonsense_is_named(void **state UNUSED)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"bad", "begins with allow or profile, not with bad"},
        {"allow", "allows nothing"},
        {"allow r, ", NULL},
        {"allow q", "not understood: q"},
        {"allow profile bootstrap-mds", "profile is not known here: bootstrap-mds"},
        {"profile", "a value is missing"},
        {"allow command", "a value is missing"},
        {"allow command \"x", "a value is missing"},
        {"allow command x with y", "KEY=VALUE, KEY prefix VALUE or KEY regex VALUE"},
        {"allow command x with y regex \"(\"", "not a regular expression: ("},
        {"allow r network 1.2.3", "not a network: 1.2.3"},
        {"allow r network 1.2.3.4/33", "not a network: 1.2.3.4/33"},
        {"allow r pool=x", "not understood: pool"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct caps *c;
        char *err = NULL;
        int r = caps_parse(&c, ENTITY_TYPE_MON, cases[i].text, &err);

        assert_int_equal(r, cases[i].says ? -EINVAL : 0);
        if (cases[i].says && !strstr(err, cases[i].says))
            fail_msg("%s: %s", cases[i].text, err);
        free(err);
        caps_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_for_monitors),
        cmocka_unit_test(commands_by_name),
        cmocka_unit_test(profiles_mean_what_they_mean),
        cmocka_unit_test(grants_for_osds),
        cmocka_unit_test(networks_bind_grants),
        cmocka_unit_test(daemons_have_keys_of_their_own),
        cmocka_unit_test(nonsense_is_named),
    };
    return unit_run("caps", tests);
}
