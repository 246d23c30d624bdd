/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/string_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

#define STRING_MIN_LEN 4 /* on the wire: its length */

/* items has room for the next power of two above count, so growing costs little without another field. */
static void *grow(void *items, unsigned count, size_t size)
{
    if (count & (count - 1))
        return items; /* not a power of two: there is room */
    return reallocarray(items, count ? 2 * (size_t)count : 1, size);
}

void string_list_init(struct string_list *l)
{
    l->items = NULL;
    l->count = 0;
}

void string_list_destroy(struct string_list *l)
{
    for (unsigned i = 0; i < l->count; i++)
        free(l->items[i]);
    free(l->items);
    string_list_init(l);
}

/* Takes s, also when it fails. */
static int insert_at(struct string_list *l, unsigned at, char *s)
{
    char **items = s ? grow(l->items, l->count, sizeof(*items)) : NULL;

    if (!items) {
        free(s);
        return -ENOMEM;
    }
    memmove(items + at + 1, items + at, (l->count - at) * sizeof(*items));
    items[at] = s;
    l->items = items;
    l->count++;
    return 0;
}

int string_list_push(struct string_list *l, const char *s)
{
    return insert_at(l, l->count, strdup(s));
}

int string_list_insert(struct string_list *l, const char *s)
{
    unsigned at = array_lower_bound(l->items, l->count, sizeof(*l->items), s, array_compare_string);

    if (at < l->count && strcmp(l->items[at], s) == 0)
        return 0;
    return insert_at(l, at, strdup(s));
}

int string_list_copy(struct string_list *to, const struct string_list *from)
{
    int r = 0;

    string_list_init(to);
    for (unsigned i = 0; r == 0 && i < from->count; i++)
        r = string_list_push(to, from->items[i]);
    if (r < 0)
        string_list_destroy(to);
    return r;
}

void string_list_remove(struct string_list *l, const char *s)
{
    for (unsigned i = 0; i < l->count; i++) {
        if (strcmp(l->items[i], s))
            continue;
        free(l->items[i]);
        l->count--;
        memmove(l->items + i, l->items + i + 1, (l->count - i) * sizeof(*l->items));
        return;
    }
}

bool string_list_contains(const struct string_list *l, const char *s)
{
    for (unsigned i = 0; i < l->count; i++)
        if (strcmp(l->items[i], s) == 0)
            return true;
    return false;
}

bool string_list_equal(const struct string_list *a, const struct string_list *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

int string_list_split(struct string_list *l, const char *text, const char *separators)
{
    for (;;) {
        size_t n;
        int r;

        text += strspn(text, separators);
        n = strcspn(text, separators);
        if (n == 0)
            return 0;
        r = insert_at(l, l->count, strndup(text, n));
        if (r < 0)
            return r;
        text += n;
    }
}

char *string_list_join(const struct string_list *l, const char *separator)
{
    size_t len = 1;
    char *text, *p;

    for (unsigned i = 0; i < l->count; i++)
        len += strlen(l->items[i]) + strlen(separator);
    text = p = malloc(len);
    if (!text)
        return NULL;
    *p = '\0';
    for (unsigned i = 0; i < l->count; i++) {
        if (i > 0)
            p = stpcpy(p, separator);
        p = stpcpy(p, l->items[i]);
    }
    return text;
}

void string_list_encode(const struct string_list *l, struct encode *e)
{
    encode_u32(e, l->count);
    for (unsigned i = 0; i < l->count; i++)
        encode_string(e, l->items[i]);
}

void string_list_decode(struct string_list *l, struct decode *d)
{
    unsigned n = decode_count(d, STRING_MIN_LEN);

    string_list_init(l);
    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        char *s = decode_string(d);
        if (s && insert_at(l, l->count, s) < 0)
            decode_fail(d, -ENOMEM);
    }
}

void string_map_init(struct string_map *m)
{
    m->pairs = NULL;
    m->count = 0;
}

void string_map_destroy(struct string_map *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        free(m->pairs[i].key);
        free(m->pairs[i].value);
    }
    free(m->pairs);
    string_map_init(m);
}

/* Takes key and value, also when it fails. */
static int insert_pair(struct string_map *m, unsigned at, char *key, char *value)
{
    struct string_pair *pairs = key && value ? grow(m->pairs, m->count, sizeof(*pairs)) : NULL;

    if (!pairs) {
        free(key);
        free(value);
        return -ENOMEM;
    }
    memmove(pairs + at + 1, pairs + at, (m->count - at) * sizeof(*pairs));
    pairs[at] = (struct string_pair){key, value};
    m->pairs = pairs;
    m->count++;
    return 0;
}

/* The first pair whose key is not below key. */
static unsigned lower_bound(const struct string_map *m, const char *key)
{
    return array_lower_bound(m->pairs, m->count, sizeof(*m->pairs), key, array_compare_string);
}

int string_map_set(struct string_map *m, const char *key, const char *value)
{
    unsigned at = lower_bound(m, key);
    char *copy;

    if (at == m->count || strcmp(m->pairs[at].key, key) != 0)
        return insert_pair(m, at, strdup(key), strdup(value));
    copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(m->pairs[at].value);
    m->pairs[at].value = copy;
    return 0;
}

const char *string_map_get(const struct string_map *m, const char *key)
{
    const struct string_pair *p = array_find(m->pairs, m->count, sizeof(*p), key, array_compare_string);

    return p ? p->value : NULL;
}

int string_map_copy(struct string_map *to, const struct string_map *from)
{
    int r = 0;

    string_map_init(to);
    for (unsigned i = 0; r == 0 && i < from->count; i++)
        r = insert_pair(to, i, strdup(from->pairs[i].key), strdup(from->pairs[i].value));
    if (r < 0)
        string_map_destroy(to);
    return r;
}

bool string_map_equal(const struct string_map *a, const struct string_map *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (strcmp(a->pairs[i].key, b->pairs[i].key) != 0 ||
            strcmp(a->pairs[i].value, b->pairs[i].value) != 0)
            return false;
    return true;
}

void string_map_encode(const struct string_map *m, struct encode *e)
{
    encode_u32(e, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        encode_string(e, m->pairs[i].key);
        encode_string(e, m->pairs[i].value);
    }
}

void string_map_decode(struct string_map *m, struct decode *d)
{
    unsigned n = decode_count(d, 2 * STRING_MIN_LEN);

    string_map_init(m);
    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        char *key = decode_string(d), *value = decode_string(d);

        if (decode_error(d)) {
            free(key);
            free(value);
        } else if (i > 0 && strcmp(m->pairs[i - 1].key, key) >= 0) {
            decode_fail(d, -EBADMSG);
            free(key);
            free(value);
        } else if (insert_pair(m, i, key, value) < 0) {
            decode_fail(d, -ENOMEM);
        }
    }
}
