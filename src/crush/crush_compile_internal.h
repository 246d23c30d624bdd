/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_compile_internal: what the parts of the compiler share. */
#ifndef CEPH_CRUSH_CRUSH_COMPILE_INTERNAL_H
#define CEPH_CRUSH_CRUSH_COMPILE_INTERNAL_H

#include "crush/crush_map.h"
#include "crush/crush_tokens.h"

/* Names in their order, and what they stand for. */
struct crush_words {
    struct crush_word {
        const char *name; /* a token's */
        int32_t id;
    } * words;
    unsigned count;
};

struct crush_compiler {
    struct crush_tokens t;
    struct crush_map *map;
    struct crush_words types, items;
    struct crush_text_bucket *buckets; /* read, not yet in the map */
    unsigned bucket_count;
    int32_t *first_ids; /* the numbers that texts of buckets begin with, ascending */
    unsigned first_id_count;
};

bool crush_words_find(const struct crush_words *w, const char *name, int32_t *id);
/* A name that is there gets another id. */
int crush_words_set(struct crush_words *w, const char *name, int32_t id) MUST_CHECK;

/* "TYPE NAME { ... }" is read; the name of the type is next. */
int crush_compile_bucket(struct crush_compiler *c) MUST_CHECK;
/* All that were read go into the map. */
int crush_compile_buckets_end(struct crush_compiler *c) MUST_CHECK;
void crush_compile_buckets_destroy(struct crush_compiler *c);

/* "[NAME] { ... }" behind "rule". */
int crush_compile_rule(struct crush_compiler *c) MUST_CHECK;
/* "NUMBER { ... }" behind "choose_args". */
int crush_compile_choose_args(struct crush_compiler *c) MUST_CHECK;

#endif
