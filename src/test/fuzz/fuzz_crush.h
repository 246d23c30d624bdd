/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz_crush: a crush map comes back from its bytes and from its text as it was; else targets abort. */
#ifndef CEPH_TEST_FUZZ_FUZZ_CRUSH_H
#define CEPH_TEST_FUZZ_FUZZ_CRUSH_H

#include <stdlib.h>

#include "crush/crush_compile.h"
#include "crush/crush_decompile.h"
#include "test/fuzz/fuzz_codec.h"

#define FUZZ_CRUSH_FEW_TRIES 100

/* Rules that ask for very many tries or items take their time. */
static inline bool fuzz_crush_is_quick(const struct crush_map *m)
{
    const struct crush_tunables *t = &m->tunables;
    bool quick = t->choose_total_tries <= FUZZ_CRUSH_FEW_TRIES &&
                 t->choose_local_tries <= FUZZ_CRUSH_FEW_TRIES &&
                 t->choose_local_fallback_tries <= FUZZ_CRUSH_FEW_TRIES;

    for (uint32_t rule = 0; rule < m->max_rules; rule++)
        for (uint32_t i = 0; i < m->rules[rule].len; i++) {
            const struct crush_step *s = &m->rules[rule].steps[i];
            quick &= s->op < CRUSH_OP_SET_CHOOSE_TRIES &&
                     (s->op == CRUSH_OP_TAKE || s->arg1 <= FUZZ_CRUSH_FEW_TRIES);
        }
    return quick;
}

static inline void fuzz_crush_expect_same(const struct crush_map *a, const struct crush_map *b)
{
    struct encode bytes, others;

    encode_init(&bytes);
    encode_init(&others);
    crush_map_encode(a, &bytes);
    crush_map_encode(b, &others);
    fuzz_expect_same(&bytes, &others);
}

/* What comes of the map's bytes. */
static inline void fuzz_crush_reread(const struct crush_map *m, struct crush_map *got)
{
    struct encode e;
    struct decode d;

    encode_init(&e);
    crush_map_encode(m, &e);
    decode_init(&d, e.data, e.len);
    if (encode_error(&e) || crush_map_decode(got, &d) || decode_finish(&d))
        abort();
    encode_destroy(&e);
}

/* m: a map that was bytes before. */
static inline void fuzz_crush_bytes(const struct crush_map *m)
{
    struct crush_map got;

    fuzz_crush_reread(m, &got);
    fuzz_crush_expect_same(m, &got);
    crush_map_destroy(&got);
}

/* false: it is not the text of a map, and the compiler said why. */
static inline bool fuzz_crush_compile(struct crush_map *m, const char *text, size_t len)
{
    struct crush_map read;
    char *err = NULL;

    if (crush_compile(m, text, len, "text", &err)) {
        if (!err)
            abort();
        free(err);
        return false;
    }
    /* Weight sets of old kinds of buckets, which a text may have, are left behind here. */
    fuzz_crush_reread(m, &read);
    fuzz_crush_bytes(&read);
    crush_map_destroy(&read);
    return true;
}

/* false: the text of m, a map that was compiled, does not compile. */
static inline bool fuzz_crush_recompile(const struct crush_map *m, struct crush_map *got)
{
    struct strbuf text = STRBUF_INIT;
    char *err = NULL;
    bool compiles;

    if (crush_decompile(m, &text, &err))
        abort();
    compiles = fuzz_crush_compile(got, strbuf_text(&text), text.len);
    strbuf_destroy(&text);
    return compiles;
}

/* A text has three digits of a weight. The first one may lose some, or have weights that are too large; what
 * it compiles to comes back whole. */
static inline void fuzz_crush_text(const struct crush_map *m)
{
    struct crush_map rounded, got;

    if (!fuzz_crush_recompile(m, &rounded))
        return;
    if (!fuzz_crush_recompile(&rounded, &got))
        abort();
    fuzz_crush_expect_same(&rounded, &got);
    crush_map_destroy(&rounded);
    crush_map_destroy(&got);
}

#endif
