/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_class.h"
#include "crush/crush_compile_internal.h"
#include "crush/crush_edit.h"

/* ---- names ---- */

static unsigned lower_bound(const struct crush_words *w, const char *name)
{
    return array_lower_bound(w->words, w->count, sizeof(*w->words), name, array_compare_string);
}

bool crush_words_find(const struct crush_words *w, const char *name, int32_t *id)
{
    const struct crush_word *word = array_find(w->words, w->count, sizeof(*word), name, array_compare_string);

    if (word)
        *id = word->id;
    return word;
}

int crush_words_set(struct crush_words *w, const char *name, int32_t id)
{
    unsigned at = lower_bound(w, name);

    if (at == w->count || strcmp(w->words[at].name, name) != 0) {
        struct crush_word *words = array_insert(w->words, w->count, sizeof(*words), at);
        if (!words)
            return -ENOMEM;
        w->words = words;
        w->count++;
    }
    w->words[at] = (struct crush_word){name, id};
    return 0;
}

/* ---- the first part: tunables, devices, types, in any order ---- */

static int set_tunable(struct crush_compiler *c, unsigned line, const char *name, int64_t value)
{
    struct crush_tunables *t = &c->map->tunables;

    if (strcmp(name, "choose_local_tries") == 0)
        t->choose_local_tries = (uint32_t)value;
    else if (strcmp(name, "choose_local_fallback_tries") == 0)
        t->choose_local_fallback_tries = (uint32_t)value;
    else if (strcmp(name, "choose_total_tries") == 0)
        t->choose_total_tries = (uint32_t)value;
    else if (strcmp(name, "chooseleaf_descend_once") == 0)
        t->chooseleaf_descend_once = (uint32_t)value;
    else if (strcmp(name, "chooseleaf_vary_r") == 0)
        t->chooseleaf_vary_r = (uint8_t)value;
    else if (strcmp(name, "chooseleaf_stable") == 0)
        t->chooseleaf_stable = (uint8_t)value;
    else if (strcmp(name, "straw_calc_version") == 0)
        t->straw_calc_version = (uint8_t)value;
    else if (strcmp(name, "allowed_bucket_algs") == 0)
        t->allowed_bucket_algs = (uint32_t)value;
    else
        return crush_tokens_fail(&c->t, line, "there is no tunable '%s'", name);
    return 0;
}

static int take_tunable(struct crush_compiler *c)
{
    unsigned line = c->t.at->line;
    const char *name;
    int64_t value;
    int r = crush_tokens_name(&c->t, "the name of a tunable", &name);

    if (r == 0)
        r = crush_tokens_int(&c->t, "its value", 0, INT32_MAX, &value);
    return r ? r : set_tunable(c, line, name, value);
}

static int take_device(struct crush_compiler *c)
{
    const char *name, *class = NULL;
    unsigned line = c->t.at->line;
    int32_t other;
    int64_t id;
    int r = crush_tokens_int(&c->t, "the number of a device", 0, INT32_MAX - 1, &id);

    if (r == 0)
        r = crush_tokens_name(&c->t, "the device's name", &name);
    if (r == 0 && crush_tokens_accept(&c->t, "class"))
        r = crush_tokens_name(&c->t, "a device class", &class);
    if (r)
        return r;
    if (crush_words_find(&c->items, name, &other))
        return crush_tokens_fail(&c->t, line, "device '%s' is defined twice", name);
    r = crush_words_set(&c->items, name, (int32_t)id);
    if (r == 0)
        r = crush_names_set(&c->map->items, (int32_t)id, name);
    if (r == 0 && class)
        r = crush_class_set(c->map, (int32_t)id, class);
    return r;
}

static int take_type(struct crush_compiler *c)
{
    const char *name;
    int64_t id;
    int r = crush_tokens_int(&c->t, "the number of a type", 0, UINT16_MAX, &id);

    if (r == 0)
        r = crush_tokens_name(&c->t, "the type's name", &name);
    if (r == 0)
        r = crush_words_set(&c->types, name, (int32_t)id);
    return r ? r : crush_names_set(&c->map->types, (int32_t)id, name);
}

static int take_head(struct crush_compiler *c)
{
    int r = 0;

    while (r == 0) {
        if (crush_tokens_accept(&c->t, "tunable"))
            r = take_tunable(c);
        else if (crush_tokens_accept(&c->t, "device"))
            r = take_device(c);
        else if (crush_tokens_accept(&c->t, "type"))
            r = take_type(c);
        else
            break;
    }
    return r;
}

/* ---- all of it ---- */

static int take_buckets(struct crush_compiler *c)
{
    int r = 0;

    while (r == 0 && !crush_tokens_at_end(&c->t) && !crush_tokens_at(&c->t, "rule") &&
           !crush_tokens_at(&c->t, "choose_args"))
        r = crush_compile_bucket(c);
    return r ? r : crush_compile_buckets_end(c);
}

/* Shadow trees are there for the rules, and in a map without rules there are none. */
static int take_rules(struct crush_compiler *c)
{
    unsigned line = c->t.at->line;
    int r = 0;

    if (crush_tokens_at(&c->t, "rule"))
        r = crush_class_populate(c->map);
    if (r == -EEXIST)
        return crush_tokens_fail(&c->t, line, "a bucket above has the id of another one's class");
    if (r == -EINVAL)
        return crush_tokens_fail(&c->t, line,
                                 "items of a uniform bucket above have other weights for each device class");
    while (r == 0 && crush_tokens_accept(&c->t, "rule"))
        r = crush_compile_rule(c);
    if (r == 0 && !crush_tokens_at_end(&c->t) && !crush_tokens_at(&c->t, "choose_args"))
        r = crush_tokens_unexpected(&c->t, "a rule, choose_args or the end");
    return r;
}

static int take_choose_args(struct crush_compiler *c)
{
    int r = 0;

    while (r == 0 && crush_tokens_accept(&c->t, "choose_args"))
        r = crush_compile_choose_args(c);
    if (r == 0 && !crush_tokens_at_end(&c->t))
        r = crush_tokens_unexpected(&c->t, "choose_args or the end");
    return r;
}

int crush_compile(struct crush_map *m, const char *text, size_t len, const char *file, char **err)
{
    struct crush_compiler c = {.map = m};
    int r = crush_tokens_init(&c.t, text, len, file, err);

    crush_map_init(m);
    if (r == 0)
        r = take_head(&c);
    if (r == 0)
        r = take_buckets(&c);
    if (r == 0)
        r = take_rules(&c);
    if (r == 0)
        r = take_choose_args(&c);
    if (r == 0)
        crush_edit_finalize(m);
    else
        crush_map_destroy(m);
    crush_compile_buckets_destroy(&c);
    free(c.types.words);
    free(c.items.words);
    crush_tokens_destroy(&c.t);
    return r;
}
