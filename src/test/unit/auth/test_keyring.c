/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/vector.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/keyring.h"
#include "common/conf.h"

#define KEY  "AQAouAJroL4IAxAAQRlgiZc3720BLtr20YWnzg=="
#define KEY2 "AQB+ugJrmfE/FRAAK1SIp+dEyU6q8WdB3gohkQ=="

static char dir[] = "/tmp/test_keyring.XXXXXX";

static const char *in_dir(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(in_dir(name), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(in_dir(name), mode), 0);
}

static void a_genuine_keyring_is_read_and_written_alike(void **state UNUSED)
{
    size_t len;
    char *text = (char *)vector_load("auth/keyring", &len);
    const char *admin = strstr(text, "[client.admin]"), *osd0 = strstr(text, "[osd.0]");
    struct strbuf out = STRBUF_SECRET_INIT;
    struct keyring k;

    keyring_init(&k);
    assert_int_equal(keyring_parse(&k, "keyring", text, len, NULL), 0);
    assert_int_equal(k.count, 4);
    keyring_print(&k, &out);
    /* The file was put together from several; ours is in Ceph's order. */
    assert_memory_equal(strbuf_text(&out), text, (size_t)(admin - text));
    assert_memory_equal(strbuf_text(&out) + (admin - text), osd0, strlen(osd0));
    assert_non_null(strstr(strbuf_text(&out), "\tcaps mds = \"allow *\"\n\tcaps mgr = \"allow *\"\n"));
    strbuf_destroy(&out);
    keyring_destroy(&k);
    free(text);
}

static void the_binary_form_comes_back(void **state UNUSED)
{
    static const char text[] = "[client.x]\n\tkey = " KEY
                               "\n\tcaps mon = \"allow command \\\"a b\\\"\"\n[mgr.x]\n\tkey = " KEY2 "\n";
    struct strbuf out = STRBUF_SECRET_INIT;
    struct keyring k, same;
    struct encode e;

    keyring_init(&k);
    keyring_init(&same);
    assert_int_equal(keyring_parse(&k, "k", text, strlen(text), NULL), 0);
    encode_init(&e);
    keyring_encode(&k, &e);
    assert_int_equal(keyring_parse(&same, "b", e.data, e.len, NULL), 0);
    keyring_print(&same, &out);
    assert_string_equal(strbuf_text(&out), text);
    for (size_t cut = 1; cut < e.len; cut++) {
        struct keyring broken;
        char *err = NULL;

        keyring_init(&broken);
        assert_int_equal(keyring_parse(&broken, "b", e.data, cut, &err), -EINVAL);
        assert_string_equal(err, "b: not a keyring");
        free(err);
        keyring_destroy(&broken);
    }
    encode_destroy(&e);
    strbuf_destroy(&out);
    keyring_destroy(&same);
    keyring_destroy(&k);
}

static void bad_text_is_named_by_line_and_without_the_key(void **state UNUSED)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[client.x]\nkey = AQAouAJroL4IAxAA\n", "k:2: this is not a key"},
        {"[client.x]\n\nsecret = " KEY "\n", "k:3: neither a key nor 'caps SERVICE'"},
        {"[x]\nkey = " KEY "\n", "k: [x] is not the name of an entity, such as client.admin"},
        {"[rgw.x]\nkey = " KEY "\n", "k: [rgw.x] is not the name of an entity, such as client.admin"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct keyring k;
        char *err = NULL;

        keyring_init(&k);
        assert_int_equal(keyring_parse(&k, "k", cases[i].text, strlen(cases[i].text), &err), -EINVAL);
        assert_string_equal(err, cases[i].message);
        free(err);
        keyring_destroy(&k);
    }
}

static void entries_come_and_go(void **state UNUSED)
{
    struct keyring k, copy;
    struct entity_id id;
    char name[32];

    keyring_init(&k);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "%s.%u", i % 2 ? "osd" : "client", i * 37 % 100);
        assert_int_equal(entity_id_parse(&id, name), 0);
        assert_non_null(keyring_add(&k, &id));
        assert_ptr_equal(keyring_add(&k, &id), keyring_find(&k, &id));
        entity_id_destroy(&id);
    }
    assert_int_equal(k.count, 100);
    assert_int_equal(keyring_copy(&copy, &k), 0);
    for (unsigned i = 1; i < k.count; i++)
        assert_true(entity_id_compare(&copy.entries[i - 1].name, &copy.entries[i].name) < 0);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "%s.%u", i % 2 ? "osd" : "client", i * 37 % 100);
        assert_int_equal(entity_id_parse(&id, name), 0);
        assert_true(keyring_remove(&k, &id));
        assert_false(keyring_remove(&k, &id));
        assert_null(keyring_find(&k, &id));
        assert_non_null(keyring_find(&copy, &id));
        entity_id_destroy(&id);
    }
    assert_int_equal(k.count, 0);
    keyring_destroy(&copy);
    keyring_destroy(&k);
}

static int find(const char *option, const char *value, const char *entity, struct crypto_key *key, char **err)
{
    struct conf *c = conf_create("ceph", "client", "x", false);
    struct entity_id name;
    int r;

    assert_non_null(c);
    assert_int_equal(conf_set(c, CONF_FILE, "keyring", "/nowhere/keyring", NULL), 0);
    assert_int_equal(conf_set(c, CONF_FILE, option, value, NULL), 0);
    assert_int_equal(entity_id_parse(&name, entity), 0);
    *err = NULL;
    r = keyring_find_key(c, &name, key, err);
    entity_id_destroy(&name);
    conf_free(c);
    return r;
}

static void the_key_is_found_where_the_configuration_says(void **state UNUSED)
{
    char list[300], text[CRYPTO_KEY_TEXT_MAX], *err;
    struct crypto_key key;

    put_file("ring", "[client.x]\nkey = " KEY "\n[client.nokey]\ncaps mon = allow r\n", 0600);
    put_file("file", KEY2 "\n", 0600);
    put_file("nonsense", "nonsense\n", 0600);

    assert_int_equal(find("key", KEY2, "client.x", &key, &err), 0);
    assert_string_equal(crypto_key_print(&key, text), KEY2);
    assert_int_equal(find("keyfile", in_dir("file"), "client.x", &key, &err), 0);
    assert_string_equal(crypto_key_print(&key, text), KEY2);
    snprintf(list, sizeof(list), "/nowhere/a, %s,%s/never", in_dir("ring"), dir);
    assert_int_equal(find("keyring", list, "client.x", &key, &err), 0);
    assert_string_equal(crypto_key_print(&key, text), KEY);

    assert_int_equal(find("keyring", list, "client.y", &key, &err), -ENOENT);
    assert_string_equal(err, "the keyring has no key of client.y");
    free(err);
    assert_int_equal(find("keyring", list, "client.nokey", &key, &err), -ENOENT);
    free(err);
    assert_int_equal(find("keyring", "/nowhere/a,/nowhere/b", "client.x", &key, &err), -ENOENT);
    assert_string_equal(err, "unable to find a keyring on /nowhere/a,/nowhere/b");
    free(err);
    assert_int_equal(find("key", "nonsense", "client.x", &key, &err), -EINVAL);
    assert_string_equal(err, "the option key does not hold a key in base64");
    free(err);
    assert_int_equal(find("keyfile", in_dir("nonsense"), "client.x", &key, &err), -EINVAL);
    free(err);
    assert_int_equal(find("keyfile", in_dir("missing"), "client.x", &key, &err), -ENOENT);
    free(err);
}

static void a_file_is_private_and_replaced_whole(void **state UNUSED)
{
    struct keyring k, again;
    char path[128], *err = NULL;
    struct stat st;

    snprintf(path, sizeof(path), "%s", in_dir("written"));
    keyring_init(&k);
    keyring_init(&again);
    assert_int_equal(
        keyring_parse(&k, "k", "[osd.5]\nkey = " KEY "\n", strlen("[osd.5]\nkey = " KEY "\n"), NULL), 0);
    assert_int_equal(keyring_write(&k, path, 0, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(keyring_write(&k, path, 0640, NULL), 0);
    assert_int_equal(keyring_write(&k, path, 0, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(keyring_read(&again, path, NULL), 0);
    assert_int_equal(again.count, 1);
    assert_int_equal(keyring_write(&k, "/nowhere/k", 0, &err), -ENOENT);
    assert_string_equal(err, "can't write /nowhere/k: No such file or directory");
    free(err);
    keyring_destroy(&again);
    keyring_destroy(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_genuine_keyring_is_read_and_written_alike),
        cmocka_unit_test(the_binary_form_comes_back),
        cmocka_unit_test(bad_text_is_named_by_line_and_without_the_key),
        cmocka_unit_test(entries_come_and_go),
        cmocka_unit_test(the_key_is_found_where_the_configuration_says),
        cmocka_unit_test(a_file_is_private_and_replaced_whole),
    };
    char command[64];
    int failed;

    if (!mkdtemp(dir))
        return 1;
    failed = unit_run("keyring", tests);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command) || failed;
}
