/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/wire_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void paxos_prefix_encode(const struct paxos_prefix *p, struct encode *e)
{
    encode_u64(e, p->version);
    encode_u16(e, (uint16_t)p->session_mon);
    encode_u64(e, p->session_mon_tid);
}

void paxos_prefix_decode(struct paxos_prefix *p, struct decode *d)
{
    p->version = decode_u64(d);
    p->session_mon = (int16_t)decode_u16(d);
    p->session_mon_tid = decode_u64(d);
}

int string_list_push(struct string_list *l, const char *text)
{
    char **grown = realloc(l->items, (l->count + 1) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    l->items = grown;
    grown[l->count] = strdup(text);
    if (!grown[l->count])
        return -ENOMEM;
    l->count++;
    return 0;
}

void string_list_encode(const struct string_list *l, struct encode *e)
{
    encode_u32(e, l->count);
    for (uint32_t i = 0; i < l->count; i++)
        encode_string(e, l->items[i]);
}

void string_list_decode(struct string_list *l, struct decode *d)
{
    uint32_t n = decode_count(d, sizeof(uint32_t));

    *l = (struct string_list){.items = n ? calloc(n, sizeof(*l->items)) : NULL};
    if (n && !l->items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (l->count = 0; l->count < n && !decode_error(d); l->count++)
        l->items[l->count] = decode_string(d);
}

void string_list_destroy(struct string_list *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        free(l->items[i]);
    free(l->items);
    *l = (struct string_list){0};
}

/* The place of key, or where it belongs. */
static uint32_t string_map_place(const struct string_map *m, const char *key)
{
    uint32_t at = 0;

    while (at < m->count && strcmp(m->items[at].key, key) < 0)
        at++;
    return at;
}

int string_map_set(struct string_map *m, const char *key, const char *value)
{
    uint32_t at = string_map_place(m, key);
    bool known = at < m->count && strcmp(m->items[at].key, key) == 0;
    char *key_copy = known ? NULL : strdup(key), *value_copy = strdup(value);
    struct string_pair *grown;

    if (!value_copy || (!known && !key_copy))
        goto no_memory;
    if (known) {
        free(m->items[at].value);
        m->items[at].value = value_copy;
        return 0;
    }
    grown = realloc(m->items, (m->count + 1) * sizeof(*grown));
    if (!grown)
        goto no_memory;
    m->items = grown;
    memmove(grown + at + 1, grown + at, (m->count - at) * sizeof(*grown));
    grown[at] = (struct string_pair){.key = key_copy, .value = value_copy};
    m->count++;
    return 0;

no_memory:
    free(key_copy);
    free(value_copy);
    return -ENOMEM;
}

const char *string_map_find(const struct string_map *m, const char *key)
{
    for (uint32_t i = 0; i < m->count; i++) {
        if (strcmp(m->items[i].key, key) == 0)
            return m->items[i].value;
    }
    return NULL;
}

void string_map_encode(const struct string_map *m, struct encode *e)
{
    encode_u32(e, m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        encode_string(e, m->items[i].key);
        encode_string(e, m->items[i].value);
    }
}

void string_map_decode(struct string_map *m, struct decode *d)
{
    uint32_t n = decode_count(d, 2 * sizeof(uint32_t));

    *m = (struct string_map){.items = n ? calloc(n, sizeof(*m->items)) : NULL};
    if (n && !m->items) {
        decode_fail(d, -ENOMEM);
        return;
    }
    for (m->count = 0; m->count < n && !decode_error(d); m->count++) {
        m->items[m->count].key = decode_string(d);
        m->items[m->count].value = decode_string(d);
    }
}

void string_map_destroy(struct string_map *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        free(m->items[i].key);
        free(m->items[i].value);
    }
    free(m->items);
    *m = (struct string_map){0};
}

void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent)
{
    const uint8_t *p = decode_take(d, n);

    *s = (struct slice){0};
    if (!p || n == 0)
        return;
    if (parent->buf) {
        *s = (struct slice){.buf = buffer_get(parent->buf), .data = p, .len = n};
        return;
    }
    *s = slice_of(buffer_create_copy(p, n));
    if (!s->buf)
        decode_fail(d, -ENOMEM);
}

void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent)
{
    uint32_t len = decode_u32(d);

    slice_decode_bytes(s, len, d, parent);
}

void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent)
{
    struct decode ahead = *d;
    uint8_t version;

    /* Only its length is of interest, so no compat version is too new. */
    decode_struct(&ahead, UINT8_MAX, &version);
    if (decode_error(&ahead))
        decode_fail(d, decode_error(&ahead));
    slice_decode_bytes(s, (size_t)(ahead.p - d->p), d, parent);
}
