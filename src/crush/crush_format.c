/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_format.h"

#include <stdio.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_tunables.h"

static const char *const op_names[] = {
    [CRUSH_OP_NOOP] = "noop",
    [CRUSH_OP_TAKE] = "take",
    [CRUSH_OP_CHOOSE_FIRSTN] = "choose_firstn",
    [CRUSH_OP_CHOOSE_INDEP] = "choose_indep",
    [CRUSH_OP_EMIT] = "emit",
    [CRUSH_OP_CHOOSELEAF_FIRSTN] = "chooseleaf_firstn",
    [CRUSH_OP_CHOOSELEAF_INDEP] = "chooseleaf_indep",
    [CRUSH_OP_SET_CHOOSE_TRIES] = "set_choose_tries",
    [CRUSH_OP_SET_CHOOSELEAF_TRIES] = "set_chooseleaf_tries",
    [CRUSH_OP_SET_CHOOSE_LOCAL_TRIES] = "set_choose_local_tries",
    [CRUSH_OP_SET_CHOOSE_LOCAL_FALLBACK_TRIES] = "set_choose_local_fallback_tries",
    [CRUSH_OP_SET_CHOOSELEAF_VARY_R] = "set_chooseleaf_vary_r",
    [CRUSH_OP_SET_CHOOSELEAF_STABLE] = "set_chooseleaf_stable",
};

const char *crush_op_name(uint32_t op)
{
    return op < ARRAY_SIZE(op_names) ? op_names[op] : NULL;
}

static const char *or_empty(const char *name)
{
    return name ? name : "";
}

static void format_devices(const struct crush_map *m, struct formatter *f)
{
    formatter_open_array(f, "devices");
    for (int32_t i = 0; i < m->max_devices; i++) {
        const char *name = crush_names_find(&m->items, i), *class = crush_class_of(m, i);
        formatter_open_object(f, NULL);
        formatter_int(f, "id", i);
        if (name)
            formatter_string(f, "name", name);
        else
            formatter_printf(f, "name", "device%d", i);
        if (class)
            formatter_string(f, "class", class);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_types(const struct crush_map *m, struct formatter *f)
{
    formatter_open_array(f, "types");
    if (!crush_names_find(&m->types, 0)) {
        formatter_open_object(f, NULL);
        formatter_int(f, "type_id", 0);
        formatter_string(f, "name", "device");
        formatter_close(f);
    }
    for (unsigned i = 0; i < m->types.count; i++) {
        formatter_open_object(f, NULL);
        formatter_int(f, "type_id", m->types.names[i].id);
        formatter_string(f, "name", m->types.names[i].name);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_items(const struct crush_bucket *b, struct formatter *f)
{
    formatter_open_array(f, "items");
    for (uint32_t i = 0; i < b->size; i++) {
        formatter_open_object(f, NULL);
        formatter_int(f, "id", b->items[i]);
        formatter_uint(f, "weight", crush_bucket_item_weight(b, i));
        formatter_uint(f, "pos", i);
        formatter_close(f);
    }
    formatter_close(f);
}

static void format_buckets(const struct crush_map *m, struct formatter *f)
{
    formatter_open_array(f, "buckets");
    for (uint32_t i = 0; i < m->max_buckets; i++) {
        const struct crush_bucket *b = &m->buckets[i];
        const char *name = crush_names_find(&m->items, b->id);
        if (b->alg == CRUSH_ALG_HOLE)
            continue;
        formatter_open_object(f, NULL);
        formatter_int(f, "id", b->id);
        if (name)
            formatter_string(f, "name", name);
        formatter_uint(f, "type_id", b->type);
        formatter_string(f, "type_name", or_empty(crush_names_find(&m->types, b->type)));
        formatter_uint(f, "weight", b->weight);
        formatter_string(f, "alg", crush_alg_name(b->alg));
        formatter_string(f, "hash", b->hash == 0 ? "rjenkins1" : "unknown");
        format_items(b, f);
        formatter_close(f);
    }
    formatter_close(f);
}

/* ---- rules ---- */

static void format_step(const struct crush_map *m, const struct crush_step *s, struct formatter *f)
{
    const char *name = crush_op_name(s->op);

    formatter_open_object(f, NULL);
    if (!name) {
        formatter_uint(f, "opcode", s->op);
        formatter_int(f, "arg1", s->arg1);
        formatter_int(f, "arg2", s->arg2);
        formatter_close(f);
        return;
    }
    formatter_string(f, "op", name);
    if (s->op == CRUSH_OP_TAKE) {
        formatter_int(f, "item", s->arg1);
        formatter_string(f, "item_name", or_empty(crush_names_find(&m->items, s->arg1)));
    } else if (s->op != CRUSH_OP_NOOP && s->op != CRUSH_OP_EMIT) {
        formatter_int(f, "num", s->arg1);
        if (s->op <= CRUSH_OP_CHOOSELEAF_INDEP)
            formatter_string(f, "type", or_empty(crush_names_find(&m->types, s->arg2)));
    }
    formatter_close(f);
}

void crush_rule_format(const struct crush_map *m, uint32_t rule, struct formatter *f)
{
    const struct crush_rule *r = &m->rules[rule];

    formatter_uint(f, "rule_id", rule);
    formatter_string(f, "rule_name", or_empty(crush_names_find(&m->rule_names, (int32_t)rule)));
    formatter_uint(f, "ruleset", r->ruleset);
    formatter_uint(f, "type", r->type);
    formatter_uint(f, "min_size", r->min_size);
    formatter_uint(f, "max_size", r->max_size);
    formatter_open_array(f, "steps");
    for (uint32_t i = 0; i < r->len; i++)
        format_step(m, &r->steps[i], f);
    formatter_close(f);
}

void crush_rules_format(const struct crush_map *m, struct formatter *f)
{
    for (uint32_t i = 0; i < m->max_rules; i++) {
        if (!m->rules[i].exists)
            continue;
        formatter_open_object(f, NULL);
        crush_rule_format(m, i, f);
        formatter_close(f);
    }
}

/* ---- tunables ---- */

/* Steps by the generation of clients that brought them. */
static unsigned generation_of_step(uint32_t op)
{
    switch (op) {
    case CRUSH_OP_CHOOSE_INDEP:
    case CRUSH_OP_CHOOSELEAF_INDEP:
    case CRUSH_OP_SET_CHOOSE_TRIES:
    case CRUSH_OP_SET_CHOOSELEAF_TRIES:
        return 2;
    case CRUSH_OP_SET_CHOOSELEAF_VARY_R:
        return 3;
    case CRUSH_OP_SET_CHOOSELEAF_STABLE:
        return 5;
    default:
        return 0;
    }
}

static bool has_rules_of(const struct crush_map *m, unsigned generation)
{
    for (uint32_t i = 0; i < m->max_rules; i++)
        for (uint32_t k = 0; k < m->rules[i].len; k++)
            if (generation_of_step(m->rules[i].steps[k].op) == generation)
                return true;
    return false;
}

static bool has_straw2(const struct crush_map *m)
{
    for (uint32_t i = 0; i < m->max_buckets; i++)
        if (m->buckets[i].alg == CRUSH_ALG_STRAW2)
            return true;
    return false;
}

const char *crush_minimum_version(const struct crush_map *m)
{
    const struct crush_tunables *t = &m->tunables;

    if (has_rules_of(m, 5) || crush_tunables_need_5(t))
        return "jewel";
    if (has_straw2(m))
        return "hammer";
    if (has_rules_of(m, 3) || crush_tunables_need_3(t))
        return "firefly";
    if (has_rules_of(m, 2) || crush_tunables_need_2(t) || crush_tunables_need_1(t))
        return "bobtail";
    return "argonaut";
}

void crush_tunables_format(const struct crush_map *m, struct formatter *f)
{
    const struct crush_tunables *t = &m->tunables;

    formatter_uint(f, "choose_local_tries", t->choose_local_tries);
    formatter_uint(f, "choose_local_fallback_tries", t->choose_local_fallback_tries);
    formatter_uint(f, "choose_total_tries", t->choose_total_tries);
    formatter_uint(f, "chooseleaf_descend_once", t->chooseleaf_descend_once);
    formatter_uint(f, "chooseleaf_vary_r", t->chooseleaf_vary_r);
    formatter_uint(f, "chooseleaf_stable", t->chooseleaf_stable);
    formatter_uint(f, "straw_calc_version", t->straw_calc_version);
    formatter_uint(f, "allowed_bucket_algs", t->allowed_bucket_algs);
    formatter_string(f, "profile", crush_tunables_profile(t));
    formatter_int(f, "optimal_tunables", crush_tunables_same(t, &crush_tunables_jewel));
    formatter_int(f, "legacy_tunables", crush_tunables_same(t, &crush_tunables_argonaut));
    formatter_string(f, "minimum_required_version", crush_minimum_version(m));
    formatter_int(f, "require_feature_tunables", crush_tunables_need_1(t));
    formatter_int(f, "require_feature_tunables2", crush_tunables_need_2(t));
    formatter_int(f, "has_v2_rules", has_rules_of(m, 2));
    formatter_int(f, "require_feature_tunables3", crush_tunables_need_3(t));
    formatter_int(f, "has_v3_rules", has_rules_of(m, 3));
    formatter_int(f, "has_v4_buckets", has_straw2(m));
    formatter_int(f, "require_feature_tunables5", crush_tunables_need_5(t));
    formatter_int(f, "has_v5_rules", has_rules_of(m, 5));
}

/* ---- weight sets ---- */

static void format_choose_arg(const struct crush_choose_arg *a, struct formatter *f)
{
    formatter_open_object(f, NULL);
    formatter_int(f, "bucket_id", -1 - (int64_t)a->bucket);
    if (a->position_count) {
        formatter_open_array(f, "weight_set");
        for (uint32_t k = 0; k < a->position_count; k++) {
            formatter_open_array(f, NULL);
            for (uint32_t i = 0; i < a->positions[k].count; i++)
                formatter_double(f, NULL, (double)a->positions[k].weights[i] / CRUSH_WEIGHT_ONE);
            formatter_close(f);
        }
        formatter_close(f);
    }
    if (a->id_count) {
        formatter_open_array(f, "ids");
        for (uint32_t i = 0; i < a->id_count; i++)
            formatter_int(f, NULL, a->ids[i]);
        formatter_close(f);
    }
    formatter_close(f);
}

void crush_weight_sets_format(const struct crush_map *m, const char *name, struct formatter *f)
{
    char key[24];

    formatter_open_object(f, name);
    for (unsigned i = 0; i < m->choose_args_count; i++) {
        const struct crush_choose_args *c = &m->choose_args[i];
        snprintf(key, sizeof(key), "%lld", (long long)c->key);
        formatter_open_array(f, key);
        for (uint32_t k = 0; k < c->count; k++)
            if (c->args[k].position_count || c->args[k].id_count)
                format_choose_arg(&c->args[k], f);
        formatter_close(f);
    }
    formatter_close(f);
}

void crush_map_format(const struct crush_map *m, struct formatter *f)
{
    format_devices(m, f);
    format_types(m, f);
    format_buckets(m, f);
    formatter_open_array(f, "rules");
    crush_rules_format(m, f);
    formatter_close(f);
    formatter_open_object(f, "tunables");
    crush_tunables_format(m, f);
    formatter_close(f);
    crush_weight_sets_format(m, "choose_args", f);
}
