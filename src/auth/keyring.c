/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of keyrings and their encodings; files are in keyring_file.c. */
#include "auth/keyring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/conf_file.h"

#define ENTITY_AUTH_VERSION 2
#define NO_AUID             UINT64_MAX

void keyring_init(struct keyring *k)
{
    memset(k, 0, sizeof(*k));
}

void keyring_entry_destroy(struct keyring_entry *e)
{
    crypto_key_wipe(&e->key);
    string_map_destroy(&e->caps);
    entity_id_destroy(&e->name);
}

void keyring_destroy(struct keyring *k)
{
    for (unsigned i = 0; i < k->count; i++)
        keyring_entry_destroy(&k->entries[i]);
    free(k->entries);
    keyring_init(k);
}

static int compare_name(const void *entry, const void *name)
{
    return entity_id_compare(&((const struct keyring_entry *)entry)->name, name);
}

/* Where name is, or where it belongs. */
static unsigned place_of(const struct keyring *k, const struct entity_id *name, bool *found)
{
    unsigned at = array_lower_bound(k->entries, k->count, sizeof(*k->entries), name, compare_name);

    *found = at < k->count && entity_id_compare(&k->entries[at].name, name) == 0;
    return at;
}

struct keyring_entry *keyring_find(const struct keyring *k, const struct entity_id *name)
{
    return array_find(k->entries, k->count, sizeof(*k->entries), name, compare_name);
}

/* realloc() would leave keys behind. */
static int grow(struct keyring *k)
{
    unsigned room = k->room ? k->room * 2 : 4;
    struct keyring_entry *p;

    if (k->count < k->room)
        return 0;
    p = calloc(room, sizeof(*p));
    if (!p)
        return -ENOMEM;
    if (k->count) {
        memcpy(p, k->entries, k->count * sizeof(*p));
        explicit_bzero(k->entries, k->count * sizeof(*p));
    }
    free(k->entries);
    k->entries = p;
    k->room = room;
    return 0;
}

struct keyring_entry *keyring_add(struct keyring *k, const struct entity_id *name)
{
    struct keyring_entry fresh = {0};
    bool found;
    unsigned at = place_of(k, name, &found);

    if (found)
        return &k->entries[at];
    if (grow(k) || entity_id_copy(&fresh.name, name))
        return NULL;
    string_map_init(&fresh.caps);
    memmove(&k->entries[at + 1], &k->entries[at], (k->count - at) * sizeof(fresh));
    k->entries[at] = fresh;
    k->count++;
    return &k->entries[at];
}

bool keyring_remove(struct keyring *k, const struct entity_id *name)
{
    bool found;
    unsigned at = place_of(k, name, &found);

    if (!found)
        return false;
    keyring_entry_destroy(&k->entries[at]);
    k->count--;
    memmove(&k->entries[at], &k->entries[at + 1], (k->count - at) * sizeof(*k->entries));
    explicit_bzero(&k->entries[k->count], sizeof(*k->entries));
    return true;
}

int keyring_put(struct keyring *k, const struct keyring_entry *from)
{
    struct keyring_entry *e = keyring_add(k, &from->name);
    struct string_map caps;
    int r = e ? string_map_copy(&caps, &from->caps) : -ENOMEM;

    if (r)
        return r;
    string_map_destroy(&e->caps);
    e->caps = caps;
    e->key = from->key;
    return 0;
}

int keyring_import(struct keyring *k, const struct keyring *from)
{
    int r = 0;

    for (unsigned i = 0; i < from->count && r == 0; i++)
        r = keyring_put(k, &from->entries[i]);
    return r;
}

int keyring_copy(struct keyring *to, const struct keyring *from)
{
    int r;

    keyring_init(to);
    r = keyring_import(to, from);
    if (r)
        keyring_destroy(to);
    return r;
}

/* ---- text ---- */

static int bad_entry(const struct conf_file *f, const struct conf_file_entry *e, const char *what, char **err)
{
    return err_set(err, -EINVAL, "%s:%u: %s", f->path, e->line, what);
}

static int parse_line(struct keyring_entry *to, const struct conf_file *f, const struct conf_file_entry *e,
                      char **err)
{
    if (strcmp(e->key, "key") == 0)
        return crypto_key_parse(&to->key, e->value) ? bad_entry(f, e, "this is not a key", err) : 0;
    if (strncmp(e->key, "caps_", 5) == 0 && e->key[5])
        return string_map_set(&to->caps, e->key + 5, e->value);
    if (strcmp(e->key, "auid") == 0) /* of very old files; means nothing any more */
        return 0;
    return bad_entry(f, e, "neither a key nor 'caps SERVICE'", err);
}

static int parse_section(struct keyring *k, const struct conf_file *f, const struct conf_file_section *s,
                         char **err)
{
    struct keyring_entry *to;
    struct entity_id name;
    int r;

    if (strcmp(s->name, "global") == 0)
        return 0;
    r = entity_id_parse(&name, s->name);
    if (r == -EINVAL)
        return err_set(err, r, "%s: [%s] is not the name of an entity, such as client.admin", f->path,
                       s->name);
    to = r == 0 ? keyring_add(k, &name) : NULL;
    entity_id_destroy(&name);
    if (!to)
        return -ENOMEM;
    for (size_t i = 0; i < s->count && r == 0; i++)
        r = parse_line(to, f, &s->entries[i], err);
    return r;
}

static void wipe_values(struct conf_file *f)
{
    for (size_t i = 0; i < f->count; i++)
        for (size_t j = 0; j < f->sections[i].count; j++)
            if (f->sections[i].entries[j].value)
                explicit_bzero(f->sections[i].entries[j].value, strlen(f->sections[i].entries[j].value));
}

static int parse_text(struct keyring *k, const char *path, const void *data, size_t len, char **err)
{
    struct conf_file f;
    int r;

    conf_file_init(&f);
    r = conf_file_parse(&f, path, data, len, err);
    for (size_t i = 0; i < f.count && r == 0; i++)
        r = parse_section(k, &f, &f.sections[i], err);
    wipe_values(&f);
    conf_file_destroy(&f);
    return r;
}

static void print_quoted(const char *text, struct strbuf *out)
{
    strbuf_addc(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_addc(out, '\\');
        strbuf_addc(out, *p);
    }
    strbuf_addc(out, '"');
}

void keyring_entry_print(const struct keyring_entry *e, struct strbuf *out)
{
    char key[CRYPTO_KEY_TEXT_MAX];

    strbuf_printf(out, "[%s.%s]\n\tkey = %s\n", entity_type_name(e->name.type), e->name.id,
                  crypto_key_print(&e->key, key));
    explicit_bzero(key, sizeof(key));
    for (unsigned i = 0; i < e->caps.count; i++) {
        strbuf_printf(out, "\tcaps %s = ", e->caps.pairs[i].key);
        print_quoted(e->caps.pairs[i].value, out);
        strbuf_addc(out, '\n');
    }
}

void keyring_print(const struct keyring *k, struct strbuf *out)
{
    for (unsigned i = 0; i < k->count; i++)
        keyring_entry_print(&k->entries[i], out);
}

/* ---- binary ---- */

/* A capability is a string inside of a blob, because a service may keep its own in another form. */
void keyring_entry_encode(const struct keyring_entry *e, struct encode *out)
{
    encode_u8(out, ENTITY_AUTH_VERSION);
    encode_u64(out, NO_AUID);
    crypto_key_encode(&e->key, out);
    encode_u32(out, e->caps.count);
    for (unsigned i = 0; i < e->caps.count; i++) {
        size_t blob;

        encode_string(out, e->caps.pairs[i].key);
        blob = encode_begin_blob(out);
        encode_string(out, e->caps.pairs[i].value);
        encode_end_blob(out, blob);
    }
}

static void decode_cap(struct string_map *caps, struct decode *d)
{
    char *service = decode_string(d), *text = NULL;
    struct decode blob = decode_sub(d);

    if (!decode_error(&blob) && decode_left(&blob) > 0) {
        text = decode_string(&blob);
        if (decode_finish(&blob))
            decode_fail(d, blob.error);
    }
    if (!decode_error(d) && service[0] && string_map_set(caps, service, text ? text : ""))
        decode_fail(d, -ENOMEM);
    free(service);
    free(text);
}

void keyring_entry_decode(struct keyring_entry *e, struct decode *d)
{
    uint8_t v = decode_u8(d);
    uint32_t n;

    if (v < 1)
        decode_fail(d, -EBADMSG);
    if (v >= 2)
        decode_u64(d);
    crypto_key_decode(&e->key, d);
    string_map_destroy(&e->caps);
    n = decode_count(d, 8);
    for (uint32_t i = 0; i < n && !decode_error(d); i++)
        decode_cap(&e->caps, d);
}

void keyring_encode(const struct keyring *k, struct encode *out)
{
    encode_u8(out, 1);
    encode_u32(out, k->count);
    for (unsigned i = 0; i < k->count; i++) {
        entity_id_encode(&k->entries[i].name, out);
        keyring_entry_encode(&k->entries[i], out);
    }
}

static int parse_binary(struct keyring *k, const char *path, const void *data, size_t len, char **err)
{
    struct decode d;
    uint32_t n;

    decode_init(&d, data, len);
    decode_u8(&d);
    n = decode_count(&d, 33);
    for (uint32_t i = 0; i < n && !decode_error(&d); i++) {
        struct entity_id name;
        struct keyring_entry *e = NULL;

        if (entity_id_decode(&name, &d) == 0) {
            e = keyring_add(k, &name);
            if (!e)
                decode_fail(&d, -ENOMEM);
        }
        entity_id_destroy(&name);
        if (e)
            keyring_entry_decode(e, &d);
    }
    return decode_finish(&d) ? err_set(err, -EINVAL, "%s: not a keyring", path) : 0;
}

int keyring_parse(struct keyring *k, const char *path, const void *data, size_t len, char **err)
{
    const uint8_t *p = data;

    /* No text begins with this byte. */
    return len > 0 && p[0] == 1 ? parse_binary(k, path, data, len, err) : parse_text(k, path, data, len, err);
}
