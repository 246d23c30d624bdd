/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/auth_commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/caps.h"
#include "common/command_sig.h"
#include "mon/auth_monitor.h"
#include "mon/monitor.h"

static struct paxos_service *service_of(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_AUTH];
}

static const struct keyring *keyring_of(const struct mon_op *op)
{
    return &auth_monitor_db(service_of(op))->keyring;
}

/* The command's entity; destroy it also on failure. */
static int read_entity(struct mon_op *op, struct entity_id *id)
{
    const char *text = command_str(op->cmd, "entity", "");
    int r = entity_id_parse(id, text);

    return r == -EINVAL ? mon_op_fail(op, r, "bad entity name %s", text) : r;
}

/* ---- showing ---- */

static json_t *entry_json(const struct keyring_entry *e)
{
    char key[CRYPTO_KEY_TEXT_MAX];
    json_t *caps = json_object(), *o;

    for (unsigned i = 0; i < e->caps.count; i++)
        json_object_set_new(caps, e->caps.pairs[i].key, json_string(e->caps.pairs[i].value));
    o = json_pack("{s:o, s:s, s:o}", "entity",
                  json_sprintf("%s.%s", entity_type_name(e->name.type), e->name.id), "key",
                  crypto_key_print(&e->key, key), "caps", caps);
    explicit_bzero(key, sizeof(key));
    return o;
}

static int show_entry(struct mon_op *op, const struct keyring_entry *e, bool with_caps)
{
    struct keyring_entry bare = {.name = e->name, .key = e->key};
    struct strbuf text = STRBUF_SECRET_INIT;

    if (op->json)
        return mon_op_json(op, json_pack("[o]", entry_json(e)), false);
    keyring_entry_print(with_caps ? e : &bare, &text);
    crypto_key_wipe(&bare.key);
    return mon_op_steal_text(op, &text);
}

static int show_key(struct mon_op *op, const struct keyring_entry *e)
{
    char key[CRYPTO_KEY_TEXT_MAX];
    int r;

    crypto_key_print(&e->key, key);
    r = op->json ? mon_op_json(op, json_pack("{s:s}", "key", key), false) : mon_op_text(op, key);
    explicit_bzero(key, sizeof(key));
    return r;
}

/* The monitors' own key is shown to who asks for it by name only. */
static bool is_listed(const struct keyring_entry *e)
{
    return e->name.type != ENTITY_TYPE_MON;
}

static int list_json(struct mon_op *op, const struct keyring *k)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < k->count; i++)
        if (is_listed(&k->entries[i]))
            json_array_append_new(list, entry_json(&k->entries[i]));
    return mon_op_json(op, json_pack("{s:o}", "auth_dump", list), false);
}

int auth_command_ls(struct mon_op *op)
{
    const struct keyring *k = keyring_of(op);
    struct strbuf text = STRBUF_SECRET_INIT;
    char key[CRYPTO_KEY_TEXT_MAX];

    if (op->json)
        return list_json(op, k);
    for (unsigned i = 0; i < k->count; i++) {
        const struct keyring_entry *e = &k->entries[i];

        if (!is_listed(e))
            continue;
        strbuf_printf(&text, "%s.%s\n\tkey: %s\n", entity_type_name(e->name.type), e->name.id,
                      crypto_key_print(&e->key, key));
        for (unsigned c = 0; c < e->caps.count; c++)
            strbuf_printf(&text, "\tcaps: [%s] %s\n", e->caps.pairs[c].key, e->caps.pairs[c].value);
    }
    explicit_bzero(key, sizeof(key));
    mon_op_status(op, "installed auth entries:\n");
    return mon_op_steal_text(op, &text);
}

/* The entry of the command's entity; NULL with *r. */
static const struct keyring_entry *find(struct mon_op *op, const char *missing, int *r)
{
    const char *text = command_str(op->cmd, "entity", "");
    const struct keyring_entry *e = NULL;
    struct entity_id id;

    *r = read_entity(op, &id);
    if (*r == 0) {
        e = keyring_find(keyring_of(op), &id);
        if (!e)
            *r = mon_op_fail(op, -ENOENT, missing, text);
    }
    entity_id_destroy(&id);
    return e;
}

int auth_command_get(struct mon_op *op)
{
    int r;
    const struct keyring_entry *e = find(op, "failed to find %s in keyring", &r);

    if (!e)
        return r;
    mon_op_status(op, "exported keyring for %s", command_str(op->cmd, "entity", ""));
    return show_entry(op, e, true);
}

int auth_command_get_key(struct mon_op *op)
{
    int r;
    const struct keyring_entry *e = find(op, "don't have %s", &r);

    return e ? show_key(op, e) : r;
}

int auth_command_export(struct mon_op *op)
{
    struct strbuf text = STRBUF_SECRET_INIT;
    const struct keyring *k = keyring_of(op);
    const struct keyring_entry *e;
    int r = 0;

    if (command_str(op->cmd, "entity", NULL)) {
        e = find(op, "no key for %s", &r);
        if (!e)
            return r;
        mon_op_status(op, "exported %s", command_str(op->cmd, "entity", ""));
        return show_entry(op, e, true);
    }
    for (unsigned i = 0; i < k->count; i++)
        if (is_listed(&k->entries[i]))
            keyring_entry_print(&k->entries[i], &text);
    mon_op_status(op, "exported master keyring");
    return mon_op_steal_text(op, &text);
}

/* ---- changing ---- */

/* Capabilities that could not be understood later are refused now. */
static int check_caps(struct mon_op *op, const char *service, const char *text)
{
    enum entity_type type = entity_type_parse(service, strlen(service));
    struct caps *parsed;
    char *err = NULL;
    int r;

    if (type != ENTITY_TYPE_MON && type != ENTITY_TYPE_OSD && type != ENTITY_TYPE_MDS &&
        type != ENTITY_TYPE_MGR)
        return mon_op_fail(op, -EINVAL, "unknown cap type '%s'", service);
    r = caps_parse(&parsed, type, text, &err);
    if (r)
        mon_op_status(op, "%s %s", service, err ? err : strerror(-r));
    caps_free(parsed);
    free(err);
    return r;
}

/* The "caps" of the command: service, text, service, text... Inits caps; destroy it also on failure. */
static int read_caps(struct mon_op *op, struct string_map *caps)
{
    const json_t *list = json_object_get(op->cmd, "caps");
    size_t n = json_array_size(list);
    int r = 0;

    string_map_init(caps);
    if (n % 2)
        return mon_op_fail(op, -EINVAL, "bad capabilities request; odd number of arguments");
    for (size_t i = 0; i + 1 < n && r == 0; i += 2) {
        const char *service = json_string_value(json_array_get(list, i));
        const char *text = json_string_value(json_array_get(list, i + 1));

        r = service && text ? check_caps(op, service, text) : -EINVAL;
        if (r == 0)
            r = string_map_set(caps, service, text);
    }
    return r;
}

/* The change is pending: what it left in op goes out once it is committed. */
static int commit(struct mon_op *op)
{
    op->result = 0;
    return paxos_service_commit(service_of(op), op);
}

static struct keyring *pending_of(const struct mon_op *op)
{
    return &auth_monitor_pending(service_of(op))->keyring;
}

static struct keyring_entry *create_entry(struct mon_op *op, const struct entity_id *id,
                                          struct string_map *caps, int *r)
{
    struct crypto_key key;
    struct keyring_entry *e;

    *r = crypto_key_generate(&key, utime_now());
    e = *r ? NULL : keyring_add(pending_of(op), id);
    if (e) {
        e->key = key;
        string_map_destroy(&e->caps);
        e->caps = *caps;
        string_map_init(caps);
    } else if (*r == 0) {
        *r = -ENOMEM;
    }
    crypto_key_wipe(&key);
    return e;
}

/* auth add, with the key of an entity of that name in the input, if there is input. */
static int add_from_input(struct mon_op *op, const struct entity_id *id, struct string_map *caps)
{
    const struct keyring_entry *given;
    struct keyring_entry *e;
    struct keyring k;
    struct slice input;
    int r = bufferlist_flatten(&op->input, &input);

    if (r)
        return r;
    keyring_init(&k);
    if (keyring_parse(&k, "input", input.data, input.len, NULL))
        r = mon_op_fail(op, -EINVAL, "error decoding keyring");
    given = r ? NULL : keyring_find(&k, id);
    if (r == 0 && !given)
        r = mon_op_fail(op, -EINVAL, "key for %s not found in provided keyring",
                        command_str(op->cmd, "entity", ""));
    for (unsigned i = 0; given && i < given->caps.count && r == 0; i++)
        if (!string_map_get(caps, given->caps.pairs[i].key)) {
            r = check_caps(op, given->caps.pairs[i].key, given->caps.pairs[i].value);
            if (r == 0)
                r = string_map_set(caps, given->caps.pairs[i].key, given->caps.pairs[i].value);
        }
    e = r == 0 ? create_entry(op, id, caps, &r) : NULL;
    if (e)
        e->key = given->key;
    keyring_destroy(&k);
    slice_put(&input);
    return r;
}

static int add(struct mon_op *op, const struct entity_id *id, struct string_map *caps)
{
    const struct keyring_entry *there = keyring_find(keyring_of(op), id);
    const char *name = command_str(op->cmd, "entity", "");
    int r = 0;

    if (there && !string_map_equal(&there->caps, caps))
        return mon_op_fail(op, -EINVAL, "entity %s exists but caps do not match", name);
    mon_op_status(op, "added key for %s", name);
    if (there)
        return 0;
    if (op->input.len)
        r = add_from_input(op, id, caps);
    else
        create_entry(op, id, caps, &r);
    return r ? r : commit(op);
}

static int get_or_create(struct mon_op *op, const struct entity_id *id, struct string_map *caps,
                         int (*show)(struct mon_op *op, const struct keyring_entry *e))
{
    const struct keyring_entry *there = keyring_find(keyring_of(op), id);
    int r;

    for (unsigned i = 0; there && i < caps->count; i++) {
        const char *has = string_map_get(&there->caps, caps->pairs[i].key);

        if (!has || strcmp(has, caps->pairs[i].value))
            return mon_op_fail(op, -EINVAL, "key for %s exists but cap %s does not match",
                               command_str(op->cmd, "entity", ""), caps->pairs[i].key);
    }
    if (there)
        return show(op, there);
    there = create_entry(op, id, caps, &r);
    if (there)
        r = show(op, there);
    return r ? r : commit(op);
}

static int set_caps(struct mon_op *op, const struct entity_id *id, struct string_map *caps)
{
    const char *name = command_str(op->cmd, "entity", "");
    struct keyring_entry *e = keyring_find(pending_of(op), id);

    if (!e)
        return mon_op_fail(op, -ENOENT, "couldn't find entry %s", name);
    string_map_destroy(&e->caps);
    e->caps = *caps;
    string_map_init(caps);
    mon_op_status(op, "updated caps for %s", name);
    return commit(op);
}

static int show_without_caps(struct mon_op *op, const struct keyring_entry *e)
{
    return show_entry(op, e, false);
}

static int get_or_create_entry(struct mon_op *op, const struct entity_id *id, struct string_map *caps)
{
    return get_or_create(op, id, caps, show_without_caps);
}

static int show_key_line(struct mon_op *op, const struct keyring_entry *e)
{
    int r = show_key(op, e);

    return r || op->json ? r : mon_op_text(op, "\n");
}

static int get_or_create_key(struct mon_op *op, const struct entity_id *id, struct string_map *caps)
{
    return get_or_create(op, id, caps, show_key_line);
}

/* What commands with an entity and capabilities have in common. */
static int change(struct mon_op *op,
                  int (*fn)(struct mon_op *op, const struct entity_id *id, struct string_map *caps))
{
    struct string_map caps;
    struct entity_id id;
    int r;

    if (!paxos_service_writable(service_of(op)))
        return paxos_service_wait_writable(service_of(op), op);
    r = read_caps(op, &caps);
    if (r == 0) {
        r = read_entity(op, &id);
        if (r == 0)
            r = fn(op, &id, &caps);
        entity_id_destroy(&id);
    }
    string_map_destroy(&caps);
    return r;
}

int auth_command_add(struct mon_op *op)
{
    return change(op, add);
}

int auth_command_get_or_create(struct mon_op *op)
{
    return change(op, get_or_create_entry);
}

int auth_command_get_or_create_key(struct mon_op *op)
{
    return change(op, get_or_create_key);
}

int auth_command_caps(struct mon_op *op)
{
    return change(op, set_caps);
}

static int rm(struct mon_op *op, const struct entity_id *id, struct string_map *caps UNUSED)
{
    if (!keyring_remove(pending_of(op), id)) {
        mon_op_status(op, "entity %s does not exist", command_str(op->cmd, "entity", ""));
        return 0;
    }
    mon_op_status(op, "updated");
    return commit(op);
}

int auth_command_rm(struct mon_op *op)
{
    return change(op, rm);
}

/* What is there already may come again, also capabilities of daemons that are not known here, such as those
 * of the keys to bootstrap them. */
static int check_imported(struct mon_op *op, const struct keyring_entry *e)
{
    const struct keyring_entry *there = keyring_find(keyring_of(op), &e->name);
    int r = 0;

    if (there && string_map_equal(&there->caps, &e->caps))
        return 0;
    for (unsigned i = 0; i < e->caps.count && r == 0; i++)
        r = check_caps(op, e->caps.pairs[i].key, e->caps.pairs[i].value);
    return r;
}

int auth_command_import(struct mon_op *op)
{
    struct keyring k;
    struct slice input;
    char *err = NULL;
    int r;

    if (!paxos_service_writable(service_of(op)))
        return paxos_service_wait_writable(service_of(op), op);
    if (op->input.len == 0)
        return mon_op_fail(op, -EINVAL, "auth import: no data supplied");
    r = bufferlist_flatten(&op->input, &input);
    if (r)
        return r;
    keyring_init(&k);
    r = keyring_parse(&k, "the keyring", input.data, input.len, &err);
    if (r)
        mon_op_fail(op, r, "error decoding keyring: %s", err ? err : strerror(-r));
    for (unsigned i = 0; i < k.count && r == 0; i++)
        r = check_imported(op, &k.entries[i]);
    if (r == 0)
        r = keyring_import(pending_of(op), &k);
    free(err);
    keyring_destroy(&k);
    slice_put(&input);
    if (r)
        return r;
    mon_op_status(op, "imported keyring");
    return commit(op);
}
