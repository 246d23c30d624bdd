/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/strbuf.h"
#include "crush/crush_class.h"
#include "crush/crush_location.h"

enum { MAX_RULES = 256 }; /* a pool has its rule in a byte */

int crush_rules_find(const struct crush_map *m, const char *name)
{
    int32_t id;

    return crush_names_find_id(&m->rule_names, name, &id) ? id : -ENOENT;
}

const struct crush_rule *crush_rules_get(const struct crush_map *m, int64_t id)
{
    return id >= 0 && id < m->max_rules && m->rules[id].exists ? &m->rules[id] : NULL;
}

bool crush_rules_take_class(const struct crush_map *m, int64_t id, const char *class)
{
    const struct crush_rule *rule = crush_rules_get(m, id);

    for (uint32_t i = 0; rule && i < rule->len; i++) {
        const struct crush_step *s = &rule->steps[i];
        const char *taken = s->op == CRUSH_OP_TAKE && s->arg1 < 0 ? crush_class_of(m, s->arg1) : NULL;
        if (taken && strcmp(taken, class) == 0)
            return true;
    }
    return false;
}

int crush_rules_free_id(const struct crush_map *m)
{
    int id = 0;

    while (crush_rules_get(m, id))
        id++;
    return id;
}

static int make_room(struct crush_map *m, uint32_t id)
{
    struct crush_rule *rules;

    if (id < m->max_rules)
        return 0;
    if (id >= MAX_RULES)
        return -EINVAL;
    rules = reallocarray(m->rules, id + 1, sizeof(*rules));
    if (!rules)
        return -ENOMEM;
    memset(rules + m->max_rules, 0, (id + 1 - m->max_rules) * sizeof(*rules));
    m->rules = rules;
    m->max_rules = id + 1;
    return 0;
}

int crush_rules_put(struct crush_map *m, uint32_t id, const struct crush_rule *rule, const char *name)
{
    struct crush_step *steps = calloc(rule->len + 1, sizeof(*steps));
    int r = steps ? make_room(m, id) : -ENOMEM;

    if (r == 0 && name)
        r = crush_names_set(&m->rule_names, (int32_t)id, name);
    if (r) {
        free(steps);
        return r;
    }
    if (rule->len)
        memcpy(steps, rule->steps, rule->len * sizeof(*steps));
    m->rules[id] = *rule;
    m->rules[id].exists = true;
    m->rules[id].steps = steps;
    return 0;
}

void crush_rules_remove(struct crush_map *m, uint32_t id)
{
    free(m->rules[id].steps);
    memset(&m->rules[id], 0, sizeof(m->rules[id]));
    crush_names_remove(&m->rule_names, (int32_t)id);
}

/* What the rule takes: the root, or its shadow for a class. */
static int find_root(const struct crush_map *m, const struct crush_rule_spec *spec, int32_t *root, char **err)
{
    int class_id;

    if (!crush_names_find_id(&m->items, spec->root, root))
        return err_set(err, -ENOENT, "there is no root '%s'", spec->root);
    if (!spec->class || !spec->class[0])
        return 0;
    class_id = crush_class_id(m, spec->class);
    if (class_id < 0)
        return err_set(err, -EINVAL, "there is no device class '%s'", spec->class);
    *root = crush_class_shadow(m, *root, class_id);
    if (*root == 0)
        return err_set(err, -EINVAL, "root '%s' has no devices of class '%s'", spec->root, spec->class);
    return 0;
}

/* How many tries rules get that keep the places of what they find. */
enum { INDEP_LEAF_TRIES = 5, INDEP_TRIES = 100 };

static void add_step(struct crush_rule *rule, uint32_t op, int32_t arg1, int32_t arg2)
{
    rule->steps[rule->len++] = (struct crush_step){op, arg1, arg2};
}

static void add_steps(struct crush_rule *rule, int32_t root, int32_t type, bool indep)
{
    if (indep) {
        add_step(rule, CRUSH_OP_SET_CHOOSELEAF_TRIES, INDEP_LEAF_TRIES, 0);
        add_step(rule, CRUSH_OP_SET_CHOOSE_TRIES, INDEP_TRIES, 0);
    }
    add_step(rule, CRUSH_OP_TAKE, root, 0);
    if (type)
        add_step(rule, indep ? CRUSH_OP_CHOOSELEAF_INDEP : CRUSH_OP_CHOOSELEAF_FIRSTN, 0, type);
    else
        add_step(rule, indep ? CRUSH_OP_CHOOSE_INDEP : CRUSH_OP_CHOOSE_FIRSTN, 0, 0);
    add_step(rule, CRUSH_OP_EMIT, 0, 0);
}

int crush_rules_add(struct crush_map *m, const struct crush_rule_spec *spec, char **err)
{
    bool indep = strcmp(spec->mode, "indep") == 0;
    struct crush_step steps[5];
    struct crush_rule rule = {.type = (uint8_t)spec->type, .steps = steps};
    int id = crush_rules_free_id(m), r;
    int32_t root, type = 0;

    if (crush_rules_find(m, spec->name) >= 0)
        return err_set(err, -EEXIST, "there is a rule '%s' already", spec->name);
    r = find_root(m, spec, &root, err);
    if (r)
        return r;
    if (spec->domain && spec->domain[0] && !crush_names_find_id(&m->types, spec->domain, &type))
        return err_set(err, -EINVAL, "there is no type '%s'", spec->domain);
    if (!indep && strcmp(spec->mode, "firstn") != 0)
        return err_set(err, -EINVAL, "'%s' is neither firstn nor indep", spec->mode);
    rule.ruleset = (uint8_t)id;
    rule.min_size = indep ? 3 : 1;
    rule.max_size = indep ? 20 : 10;
    add_steps(&rule, root, type, indep);
    r = crush_rules_put(m, (uint32_t)id, &rule, spec->name);
    return r ? r : id;
}

int crush_rules_rename(struct crush_map *m, const char *from, const char *to, char **err)
{
    int id = crush_rules_find(m, from), other = crush_rules_find(m, to);

    if (id < 0 && other >= 0)
        return err_set(err, -EALREADY, "there is no rule '%s', but there is a rule '%s' already", from, to);
    if (id < 0)
        return err_set(err, -ENOENT, "there is no rule '%s'", from);
    if (other >= 0)
        return err_set(err, -EEXIST, "there is a rule '%s' already", to);
    if (!crush_name_is_valid(to))
        return err_set(err, -EINVAL, "'%s' is not a name: those have letters, digits and -_. only", to);
    return crush_names_set(&m->rule_names, id, to);
}
