/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_decompile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_rules.h"
#include "crush/crush_text.h"
#include "crush/crush_tunables.h"

#define KEEP_ID "\t\t# do not change unnecessarily\n"

struct decompiler {
    const struct crush_map *map;
    struct strbuf *out;
    char **err;
};

static void add_item_name(const struct decompiler *c, int32_t id)
{
    const char *name = crush_names_find(&c->map->items, id);

    if (name)
        strbuf_add(c->out, name);
    else if (id >= 0)
        strbuf_printf(c->out, "device%d", id);
    else
        strbuf_printf(c->out, "bucket%d", -1 - id);
}

static void add_type_name(const struct decompiler *c, int32_t type)
{
    const char *name = crush_names_find(&c->map->types, type);

    if (name)
        strbuf_add(c->out, name);
    else if (type == 0)
        strbuf_add(c->out, "device");
    else
        strbuf_printf(c->out, "type%d", type);
}

/* Single precision, as in genuine Ceph: the last digit depends on it. */
static void add_weight(const struct decompiler *c, uint32_t weight)
{
    strbuf_printf(c->out, "%.3f", (double)((float)(int32_t)weight / 65536.0f));
}

/* ---- tunables, devices, types ---- */

static void add_tunable(const struct decompiler *c, const char *name, uint32_t value, uint32_t when_unsaid)
{
    if (value != when_unsaid)
        strbuf_printf(c->out, "tunable %s %u\n", name, value);
}

/* A text without a tunable means the oldest value of it. */
static void add_tunables(const struct decompiler *c)
{
    const struct crush_tunables *t = &c->map->tunables, *old = &crush_tunables_argonaut;

    add_tunable(c, "choose_local_tries", t->choose_local_tries, old->choose_local_tries);
    add_tunable(c, "choose_local_fallback_tries", t->choose_local_fallback_tries,
                old->choose_local_fallback_tries);
    add_tunable(c, "choose_total_tries", t->choose_total_tries, old->choose_total_tries);
    add_tunable(c, "chooseleaf_descend_once", t->chooseleaf_descend_once, old->chooseleaf_descend_once);
    add_tunable(c, "chooseleaf_vary_r", t->chooseleaf_vary_r, old->chooseleaf_vary_r);
    add_tunable(c, "chooseleaf_stable", t->chooseleaf_stable, old->chooseleaf_stable);
    add_tunable(c, "straw_calc_version", t->straw_calc_version, old->straw_calc_version);
    add_tunable(c, "allowed_bucket_algs", t->allowed_bucket_algs, old->allowed_bucket_algs);
}

static void add_devices(const struct decompiler *c)
{
    const struct crush_names *names = &c->map->items;

    strbuf_add(c->out, "\n# devices\n");
    for (unsigned i = 0; i < names->count; i++) {
        int32_t id = names->names[i].id;
        const char *class;

        if (id < 0 || id >= c->map->max_devices)
            continue;
        class = crush_class_of(c->map, id);
        strbuf_printf(c->out, "device %d %s%s%s\n", id, names->names[i].name, class ? " class " : "",
                      class ? class : "");
    }
}

static void add_types(const struct decompiler *c)
{
    const struct crush_names *types = &c->map->types;

    strbuf_add(c->out, "\n# types\n");
    if (types->count && !crush_names_find(types, 0))
        strbuf_add(c->out, "type 0 osd\n");
    for (unsigned i = 0; i < types->count; i++)
        if (types->names[i].id >= 0)
            strbuf_printf(c->out, "type %d %s\n", types->names[i].id, types->names[i].name);
}

/* ---- buckets ---- */

static int add_class_ids(const struct decompiler *c, int32_t bucket)
{
    const struct crush_map *m = c->map;

    for (unsigned i = 0; i < m->class_bucket_count; i++) {
        const struct crush_class_bucket *b = &m->class_buckets[i];

        for (unsigned j = 0; b->bucket == bucket && j < b->count; j++) {
            const char *class = crush_names_find(&m->class_names, b->shadows[j].key);
            if (!class)
                return err_set(c->err, -EINVAL, "bucket %d has a shadow of class %d, which has no name",
                               bucket, b->shadows[j].key);
            strbuf_printf(c->out, "\tid %d class %s" KEEP_ID, b->shadows[j].value, class);
        }
    }
    return 0;
}

static void add_alg(const struct decompiler *c, const struct crush_bucket *b)
{
    strbuf_printf(c->out, "\talg %s", crush_alg_name(b->alg));
    if (b->alg == CRUSH_ALG_UNIFORM)
        strbuf_printf(c->out, "\t# do not change bucket size (%u) unnecessarily", b->size);
    else if (b->alg == CRUSH_ALG_LIST)
        strbuf_add(c->out, "\t# add new items at the end; do not change order unnecessarily");
    else if (b->alg == CRUSH_ALG_TREE)
        strbuf_add(c->out, "\t# do not change pos for existing items unnecessarily");
    strbuf_printf(c->out, "\n\thash %u\t# %s\n", b->hash, b->hash == 0 ? "rjenkins1" : "unknown");
}

static void add_items(const struct decompiler *c, const struct crush_bucket *b)
{
    for (uint32_t i = 0; i < b->size; i++) {
        strbuf_add(c->out, "\titem ");
        add_item_name(c, b->items[i]);
        strbuf_add(c->out, " weight ");
        add_weight(c, crush_bucket_item_weight(b, i));
        if (b->alg == CRUSH_ALG_UNIFORM || b->alg == CRUSH_ALG_TREE)
            strbuf_printf(c->out, " pos %u", i);
        strbuf_addc(c->out, '\n');
    }
}

static int add_bucket(const struct decompiler *c, const struct crush_bucket *b)
{
    int r;

    if (crush_class_is_shadow(c->map, b->id))
        return 0; /* said by the ids of the bucket that it is the shadow of */
    add_type_name(c, b->type);
    strbuf_addc(c->out, ' ');
    add_item_name(c, b->id);
    strbuf_printf(c->out, " {\n\tid %d" KEEP_ID, b->id);
    r = add_class_ids(c, b->id);
    if (r < 0)
        return r;
    strbuf_add(c->out, "\t# weight ");
    add_weight(c, b->weight);
    strbuf_addc(c->out, '\n');
    add_alg(c, b);
    add_items(c, b);
    strbuf_add(c->out, "}\n");
    return 0;
}

/* What a bucket contains comes before it. Maps are no deeper than CRUSH_MAX_DEPTH. */
static int add_with_items(const struct decompiler *c, const struct crush_bucket *b, bool *done)
{
    int r = 0;

    if (!b || done[-1 - b->id])
        return 0;
    done[-1 - b->id] = true;
    for (uint32_t i = 0; r == 0 && i < b->size; i++)
        r = add_with_items(c, crush_map_bucket(c->map, b->items[i]), done);
    return r ? r : add_bucket(c, b);
}

static int add_buckets(const struct decompiler *c)
{
    uint32_t n = c->map->max_buckets;
    bool *done = calloc(n + 1, sizeof(*done));
    int r = done ? 0 : -ENOMEM;

    strbuf_add(c->out, "\n# buckets\n");
    for (uint32_t i = 0; r == 0 && i < n; i++)
        r = add_with_items(c, crush_map_bucket(c->map, -1 - (int32_t)i), done);
    free(done);
    return r;
}

/* ---- rules ---- */

/* "NAME~CLASS" is taken as "NAME class CLASS". */
static int add_take(const struct decompiler *c, int32_t id)
{
    const char *name = crush_names_find(&c->map->items, id);
    const char *mark = name ? strchr(name, '~') : NULL;

    if (!name)
        return err_set(c->err, -EINVAL, "a rule takes item %d, which has no name", id);
    strbuf_add(c->out, "\tstep take ");
    if (mark) {
        strbuf_addn(c->out, name, (size_t)(mark - name));
        strbuf_printf(c->out, " class %s\n", mark + 1);
    } else {
        strbuf_printf(c->out, "%s\n", name);
    }
    return 0;
}

static void add_choose(const struct decompiler *c, const char *how, const struct crush_step *s)
{
    strbuf_printf(c->out, "\tstep %s %d type ", how, s->arg1);
    add_type_name(c, s->arg2);
    strbuf_addc(c->out, '\n');
}

static int add_step(const struct decompiler *c, const struct crush_step *s)
{
    switch (s->op) {
    case CRUSH_OP_NOOP:
        strbuf_add(c->out, "\tstep noop\n");
        break;
    case CRUSH_OP_TAKE:
        return add_take(c, s->arg1);
    case CRUSH_OP_EMIT:
        strbuf_add(c->out, "\tstep emit\n");
        break;
    case CRUSH_OP_CHOOSE_FIRSTN:
        add_choose(c, "choose firstn", s);
        break;
    case CRUSH_OP_CHOOSE_INDEP:
        add_choose(c, "choose indep", s);
        break;
    case CRUSH_OP_CHOOSELEAF_FIRSTN:
        add_choose(c, "chooseleaf firstn", s);
        break;
    case CRUSH_OP_CHOOSELEAF_INDEP:
        add_choose(c, "chooseleaf indep", s);
        break;
    default:
        if (crush_set_step_name(s->op))
            strbuf_printf(c->out, "\tstep %s %d\n", crush_set_step_name(s->op), s->arg1);
    }
    return 0;
}

static int add_rule(const struct decompiler *c, uint32_t id)
{
    const struct crush_rule *rule = &c->map->rules[id];
    const char *name = crush_names_find(&c->map->rule_names, (int32_t)id);
    int r = 0;

    strbuf_printf(c->out, "rule %s {\n\tid %u\n", name ? name : "", id);
    if (rule->ruleset != id)
        strbuf_printf(c->out, "\t# WARNING: ruleset %u != id %u; this will not recompile to the same map\n",
                      rule->ruleset, id);
    if (rule->type == CRUSH_RULE_REPLICATED || rule->type == CRUSH_RULE_ERASURE)
        strbuf_printf(c->out, "\ttype %s\n", rule->type == CRUSH_RULE_ERASURE ? "erasure" : "replicated");
    else
        strbuf_printf(c->out, "\ttype %u\n", rule->type);
    strbuf_printf(c->out, "\tmin_size %u\n\tmax_size %u\n", rule->min_size, rule->max_size);
    for (uint32_t i = 0; r == 0 && i < rule->len; i++)
        r = add_step(c, &rule->steps[i]);
    strbuf_add(c->out, "}\n");
    return r;
}

static int add_rules(const struct decompiler *c)
{
    int r = 0;

    strbuf_add(c->out, "\n# rules\n");
    for (uint32_t i = 0; r == 0 && i < c->map->max_rules; i++)
        if (c->map->rules[i].exists)
            r = add_rule(c, i);
    return r;
}

/* ---- choose_args ---- */

static void add_choose_arg(const struct decompiler *c, const struct crush_choose_arg *a)
{
    strbuf_printf(c->out, "  {\n    bucket_id %d\n", -1 - (int32_t)a->bucket);
    if (a->position_count)
        strbuf_add(c->out, "    weight_set [\n");
    for (uint32_t i = 0; i < a->position_count; i++) {
        strbuf_add(c->out, "      [ ");
        for (uint32_t j = 0; j < a->positions[i].count; j++) {
            add_weight(c, a->positions[i].weights[j]);
            strbuf_addc(c->out, ' ');
        }
        strbuf_add(c->out, "]\n");
    }
    if (a->position_count)
        strbuf_add(c->out, "    ]\n");
    if (a->id_count)
        strbuf_add(c->out, "    ids [ ");
    for (uint32_t i = 0; i < a->id_count; i++)
        strbuf_printf(c->out, "%d ", a->ids[i]);
    if (a->id_count)
        strbuf_add(c->out, "]\n");
    strbuf_add(c->out, "  }\n");
}

static void add_all_choose_args(const struct decompiler *c)
{
    const struct crush_map *m = c->map;

    if (m->choose_args_count)
        strbuf_add(c->out, "\n# choose_args\n");
    for (unsigned i = 0; i < m->choose_args_count; i++) {
        const struct crush_choose_args *args = &m->choose_args[i];

        /* -1, the compat weight set, looks like this in genuine Ceph's text */
        strbuf_printf(c->out, "choose_args %" PRIu64 " {\n", (uint64_t)args->key);
        for (uint32_t j = 0; j < args->count; j++)
            if (args->args[j].position_count || args->args[j].id_count)
                add_choose_arg(c, &args->args[j]);
        strbuf_add(c->out, "}\n");
    }
}

int crush_decompile(const struct crush_map *m, struct strbuf *out, char **err)
{
    struct decompiler c = {m, out, err};
    int r;

    strbuf_add(out, "# begin crush map\n");
    add_tunables(&c);
    add_devices(&c);
    add_types(&c);
    r = add_buckets(&c);
    if (r == 0)
        r = add_rules(&c);
    if (r < 0)
        return r;
    add_all_choose_args(&c);
    strbuf_add(out, "\n# end crush map\n");
    return out->failed ? -ENOMEM : 0;
}
