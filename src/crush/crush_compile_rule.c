/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of a crush map's text. */
#include <errno.h>
#include <stdlib.h>

#include "common/array.h"
#include "crush/crush_class.h"
#include "crush/crush_compile_internal.h"
#include "crush/crush_rules.h"
#include "crush/crush_text.h"

static int read_take(struct crush_compiler *c, struct crush_step *s)
{
    unsigned line = c->t.at->line;
    const char *name, *class;
    int id, r;

    s->op = CRUSH_OP_TAKE;
    r = crush_tokens_name(&c->t, "the name of a bucket or device", &name);
    if (r)
        return r;
    if (!crush_words_find(&c->items, name, &s->arg1))
        return crush_tokens_fail(&c->t, line, "'%s' is not defined", name);
    if (!crush_tokens_accept(&c->t, "class"))
        return 0;
    r = crush_tokens_name(&c->t, "a device class", &class);
    if (r)
        return r;
    id = crush_class_id(c->map, class);
    if (id < 0)
        return crush_tokens_fail(&c->t, line, "no device is of class '%s'", class);
    s->arg1 = crush_class_shadow(c->map, s->arg1, id);
    if (!s->arg1)
        return crush_tokens_fail(&c->t, line, "'%s' has no part for class '%s'", name, class);
    return 0;
}

static int read_choose(struct crush_compiler *c, struct crush_step *s, uint32_t firstn, uint32_t indep)
{
    const char *type;
    int64_t count;
    unsigned line;
    int r;

    if (crush_tokens_accept(&c->t, "firstn"))
        s->op = firstn;
    else if (crush_tokens_accept(&c->t, "indep"))
        s->op = indep;
    else
        return crush_tokens_unexpected(&c->t, "firstn or indep");
    r = crush_tokens_int(&c->t, "how many to choose", INT32_MIN, INT32_MAX, &count);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "type");
    line = c->t.at->line;
    if (r == 0)
        r = crush_tokens_name(&c->t, "the name of a type", &type);
    if (r)
        return r;
    s->arg1 = (int32_t)count;
    if (!crush_words_find(&c->types, type, &s->arg2))
        return crush_tokens_fail(&c->t, line, "type '%s' is not defined", type);
    return 0;
}

static int read_step(struct crush_compiler *c, struct crush_step *s)
{
    int64_t value;
    int r;

    if (crush_tokens_accept(&c->t, "take"))
        return read_take(c, s);
    if (crush_tokens_accept(&c->t, "choose"))
        return read_choose(c, s, CRUSH_OP_CHOOSE_FIRSTN, CRUSH_OP_CHOOSE_INDEP);
    if (crush_tokens_accept(&c->t, "chooseleaf"))
        return read_choose(c, s, CRUSH_OP_CHOOSELEAF_FIRSTN, CRUSH_OP_CHOOSELEAF_INDEP);
    if (crush_tokens_accept(&c->t, "emit")) {
        s->op = CRUSH_OP_EMIT;
        return 0;
    }
    if (!crush_set_step_parse(c->t.at->text, &s->op))
        return crush_tokens_unexpected(&c->t, "take, choose, chooseleaf, emit or set_...");
    c->t.at++;
    r = crush_tokens_int(&c->t, "a value", 0, INT32_MAX, &value);
    if (r == 0)
        s->arg1 = (int32_t)value;
    return r;
}

static int read_steps(struct crush_compiler *c, struct crush_rule *rule)
{
    int r = 0;

    if (!crush_tokens_at(&c->t, "step"))
        return crush_tokens_unexpected(&c->t, "a step");
    while (r == 0 && crush_tokens_accept(&c->t, "step")) {
        struct crush_step *steps = array_insert(rule->steps, rule->len, sizeof(*steps), rule->len);
        if (!steps)
            return -ENOMEM;
        rule->steps = steps;
        r = read_step(c, &steps[rule->len++]);
    }
    return r ? r : crush_tokens_expect(&c->t, "}");
}

static int read_head(struct crush_compiler *c, struct crush_rule *rule)
{
    int64_t id = 0, min = 0, max = 0;
    int r = 0;

    if (!crush_tokens_accept(&c->t, "id") && !crush_tokens_accept(&c->t, "ruleset"))
        r = crush_tokens_unexpected(&c->t, "'id'");
    if (r == 0)
        r = crush_tokens_int(&c->t, "the number of a rule", 0, UINT8_MAX, &id);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "type");
    if (r)
        return r;
    if (crush_tokens_accept(&c->t, "replicated"))
        rule->type = CRUSH_RULE_REPLICATED;
    else if (crush_tokens_accept(&c->t, "erasure"))
        rule->type = CRUSH_RULE_ERASURE;
    else
        return crush_tokens_unexpected(&c->t, "replicated or erasure");
    r = crush_tokens_setting(&c->t, "min_size", 0, UINT8_MAX, &min);
    if (r == 0)
        r = crush_tokens_setting(&c->t, "max_size", 0, UINT8_MAX, &max);
    rule->ruleset = (uint8_t)id;
    rule->min_size = (uint8_t)min;
    rule->max_size = (uint8_t)max;
    return r;
}

static int add_rule(struct crush_compiler *c, const struct crush_rule *rule, const char *name, unsigned line)
{
    if (name && crush_rules_find(c->map, name) >= 0)
        return crush_tokens_fail(&c->t, line, "rule '%s' is defined already", name);
    if (crush_rules_get(c->map, rule->ruleset))
        return crush_tokens_fail(&c->t, line, "rule %u is defined already", rule->ruleset);
    return crush_rules_put(c->map, rule->ruleset, rule, name);
}

int crush_compile_rule(struct crush_compiler *c)
{
    unsigned line = c->t.at->line;
    struct crush_rule rule = {0};
    const char *name = NULL;
    int r = 0;

    if (!crush_tokens_at(&c->t, "{"))
        r = crush_tokens_name(&c->t, "the name of a rule", &name);
    if (r == 0)
        r = crush_tokens_expect(&c->t, "{");
    if (r == 0)
        r = read_head(c, &rule);
    if (r == 0)
        r = read_steps(c, &rule);
    if (r == 0)
        r = add_rule(c, &rule, name, line);
    free(rule.steps);
    return r;
}
