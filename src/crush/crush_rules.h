/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_rules: the rules of a crush map: made from what people want, found by name, removed. Pure. */
#ifndef CEPH_CRUSH_CRUSH_RULES_H
#define CEPH_CRUSH_CRUSH_RULES_H

#include "crush/crush_map.h"

enum crush_rule_type {
    CRUSH_RULE_REPLICATED = 1,
    CRUSH_RULE_ERASURE = 3,
};

struct crush_rule_spec {
    const char *name, *root;
    const char *domain; /* the type whose buckets hold one copy each; NULL, "" or type 0: devices */
    const char *class;  /* only devices of this class; NULL or "": all */
    const char *mode;   /* "firstn" or "indep" */
    enum crush_rule_type type;
};

/* The number of the rule, -ENOENT: there is none of that name. */
int crush_rules_find(const struct crush_map *m, const char *name);
/* NULL: there is none of that number. */
const struct crush_rule *crush_rules_get(const struct crush_map *m, int64_t id);
/* The rule takes a shadow tree of the class. */
bool crush_rules_take_class(const struct crush_map *m, int64_t id, const char *class);
/* The lowest number that is free. */
int crush_rules_free_id(const struct crush_map *m);

/* Puts rule, whose steps are copied, at number id, which is free. name may be NULL. 0 or -ENOMEM, -EINVAL
 * (above 255). */
int crush_rules_put(struct crush_map *m, uint32_t id, const struct crush_rule *rule,
                    const char *name) MUST_CHECK;
/* Makes a rule; its number, or -EEXIST, -ENOENT (no such root), -EINVAL, with *err. */
int crush_rules_add(struct crush_map *m, const struct crush_rule_spec *spec, char **err) MUST_CHECK;
/* The number is free again. */
void crush_rules_remove(struct crush_map *m, uint32_t id);
/* -ENOENT: no from; -EALREADY: no from, but a to; -EEXIST; *err tells. */
int crush_rules_rename(struct crush_map *m, const char *from, const char *to, char **err) MUST_CHECK;

#endif
