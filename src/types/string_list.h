/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * string_list: strings in order (Ceph's list, vector and set of string). string_map: pairs in the order of
 * their keys (map of string to string). Both own their strings.
 *
 * Storage is the caller's: init (or zero) before, destroy after. Errors: -ENOMEM.
 */
#ifndef CEPH_TYPES_STRING_LIST_H
#define CEPH_TYPES_STRING_LIST_H

#include <stdbool.h>

#include "common/decode.h"
#include "common/encode.h"

struct string_list {
    char **items; /* malloc'ed, and each of them */
    unsigned count;
};

void string_list_init(struct string_list *l);
void string_list_destroy(struct string_list *l);
int string_list_copy(struct string_list *to, const struct string_list *from) MUST_CHECK; /* inits to */
int string_list_push(struct string_list *l, const char *s) MUST_CHECK;
/* Keeps the order of bytes and drops what is there already: a set. */
int string_list_insert(struct string_list *l, const char *s) MUST_CHECK;
void string_list_remove(struct string_list *l, const char *s); /* the first of them, if there is one */
bool string_list_contains(const struct string_list *l, const char *s);
bool string_list_equal(const struct string_list *a, const struct string_list *b);
/* Pushes the parts of text between any of the separators; empty parts are dropped. */
int string_list_split(struct string_list *l, const char *text, const char *separators) MUST_CHECK;
/* The strings with a separator between them; malloc'ed, NULL: no memory. */
char *string_list_join(const struct string_list *l, const char *separator);

void string_list_encode(const struct string_list *l, struct encode *e);
void string_list_decode(struct string_list *l, struct decode *d); /* inits l; destroy it also on failure */

struct string_pair {
    char *key, *value;
};

struct string_map {
    struct string_pair *pairs;
    unsigned count;
};

void string_map_init(struct string_map *m);
void string_map_destroy(struct string_map *m);
int string_map_copy(struct string_map *to, const struct string_map *from) MUST_CHECK; /* inits to */
int string_map_set(struct string_map *m, const char *key, const char *value) MUST_CHECK;
const char *string_map_get(const struct string_map *m, const char *key); /* NULL: not there */
bool string_map_equal(const struct string_map *a, const struct string_map *b);

void string_map_encode(const struct string_map *m, struct encode *e);
/* Inits m; destroy it also on failure. Keys out of order or double are malformed. */
void string_map_decode(struct string_map *m, struct decode *d);

#endif
