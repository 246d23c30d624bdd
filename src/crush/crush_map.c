/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_tunables.h"
#include "types/ceph_release.h"

void crush_map_init(struct crush_map *m)
{
    memset(m, 0, sizeof(*m));
    m->tunables = crush_tunables_argonaut;
}

void crush_names_destroy(struct crush_names *n)
{
    for (unsigned i = 0; i < n->count; i++)
        free(n->names[i].name);
    free(n->names);
    n->names = NULL;
    n->count = 0;
}

void crush_choose_arg_destroy(struct crush_choose_arg *a)
{
    for (uint32_t i = 0; i < a->position_count; i++)
        free(a->positions[i].weights);
    free(a->positions);
    free(a->ids);
}

static void destroy_choose_args(struct crush_choose_args *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        crush_choose_arg_destroy(&c->args[i]);
    free(c->args);
}

void crush_map_destroy(struct crush_map *m)
{
    for (uint32_t i = 0; i < m->max_buckets; i++) {
        free(m->buckets[i].items);
        free(m->buckets[i].weights);
        free(m->buckets[i].extra);
    }
    free(m->buckets);
    for (uint32_t i = 0; i < m->max_rules; i++)
        free(m->rules[i].steps);
    free(m->rules);
    crush_names_destroy(&m->types);
    crush_names_destroy(&m->items);
    crush_names_destroy(&m->rule_names);
    crush_names_destroy(&m->class_names);
    free(m->class_map);
    for (unsigned i = 0; i < m->class_bucket_count; i++)
        free(m->class_buckets[i].shadows);
    free(m->class_buckets);
    for (unsigned i = 0; i < m->choose_args_count; i++)
        destroy_choose_args(&m->choose_args[i]);
    free(m->choose_args);
    crush_map_init(m);
}

const struct crush_bucket *crush_map_bucket(const struct crush_map *m, int32_t id)
{
    uint32_t index = (uint32_t)(-1 - id);

    if (id >= 0 || index >= m->max_buckets || m->buckets[index].alg == CRUSH_ALG_HOLE)
        return NULL;
    return &m->buckets[index];
}

/* The first name whose id is not below id. */
static unsigned lower_bound(const struct crush_names *n, int32_t id)
{
    return array_lower_bound(n->names, n->count, sizeof(*n->names), &id, array_compare_i32);
}

const char *crush_names_find(const struct crush_names *n, int32_t id)
{
    const struct crush_name *name = array_find(n->names, n->count, sizeof(*name), &id, array_compare_i32);

    return name ? name->name : NULL;
}

bool crush_names_find_id(const struct crush_names *n, const char *name, int32_t *id)
{
    for (unsigned i = 0; i < n->count; i++)
        if (strcmp(n->names[i].name, name) == 0) {
            *id = n->names[i].id;
            return true;
        }
    return false;
}

int crush_names_set(struct crush_names *n, int32_t id, const char *name)
{
    unsigned at = lower_bound(n, id);
    struct crush_name *names;
    char *copy = strdup(name);

    if (!copy)
        return -ENOMEM;
    if (at < n->count && n->names[at].id == id) {
        free(n->names[at].name);
        n->names[at].name = copy;
        return 0;
    }
    names = array_insert(n->names, n->count, sizeof(*names), at);
    if (!names) {
        free(copy);
        return -ENOMEM;
    }
    names[at] = (struct crush_name){id, copy};
    n->names = names;
    n->count++;
    return 0;
}

void crush_names_remove(struct crush_names *n, int32_t id)
{
    unsigned at = lower_bound(n, id);

    if (at == n->count || n->names[at].id != id)
        return;
    free(n->names[at].name);
    array_remove(n->names, n->count--, sizeof(*n->names), at);
}

/* Genuine Ceph makes room for buckets in powers of two from here on. */
#define FIRST_MAX_BUCKETS 8

static int add_default_root(struct crush_map *m, uint16_t type)
{
    m->buckets = calloc(FIRST_MAX_BUCKETS, sizeof(*m->buckets));
    if (!m->buckets)
        return -ENOMEM;
    m->max_buckets = FIRST_MAX_BUCKETS;
    m->buckets[0] = (struct crush_bucket){.id = -1, .type = type, .alg = CRUSH_ALG_STRAW2};
    return crush_names_set(&m->items, -1, "default");
}

static int add_default_rule(struct crush_map *m)
{
    static const struct crush_step steps[] = {
        {CRUSH_OP_TAKE, -1, 0},
        {CRUSH_OP_CHOOSELEAF_FIRSTN, 0, 1 /* host */},
        {CRUSH_OP_EMIT, 0, 0},
    };

    m->rules = calloc(1, sizeof(*m->rules));
    if (!m->rules)
        return -ENOMEM;
    m->max_rules = 1;
    m->rules[0] = (struct crush_rule){.exists = true, .type = 1, .min_size = 1, .max_size = 10};
    m->rules[0].steps = malloc(sizeof(steps));
    if (!m->rules[0].steps)
        return -ENOMEM;
    memcpy(m->rules[0].steps, steps, sizeof(steps));
    m->rules[0].len = ARRAY_SIZE(steps);
    return crush_names_set(&m->rule_names, 0, "replicated_rule");
}

int crush_map_create_default(struct crush_map *m)
{
    static const char *const types[] = {"osd", "host", "chassis",    "rack", "row",    "pdu",
                                        "pod", "room", "datacenter", "zone", "region", "root"};
    int r = 0;

    crush_map_init(m);
    m->tunables = crush_tunables_jewel;
    for (unsigned i = 0; r == 0 && i < ARRAY_SIZE(types); i++)
        r = crush_names_set(&m->types, (int32_t)i, types[i]);
    if (r == 0)
        r = add_default_root(m, ARRAY_SIZE(types) - 1);
    if (r == 0)
        r = add_default_rule(m);
    if (r < 0)
        crush_map_destroy(m);
    return r;
}

/* A weight set for all pools, with one weight for each item: old clients get it in the place of the weights.
 */
static bool is_for_old_clients(const struct crush_choose_args *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->args[i].position_count > 1 || c->args[i].id_count)
            return false;
    return c->key == -1;
}

uint8_t crush_map_min_release(const struct crush_map *m)
{
    const struct crush_tunables *t = &m->tunables;

    if (m->choose_args_count > 1 || (m->choose_args_count && !is_for_old_clients(m->choose_args)))
        return CEPH_RELEASE_LUMINOUS;
    if (t->chooseleaf_stable)
        return CEPH_RELEASE_JEWEL;
    for (uint32_t i = 0; i < m->max_buckets; i++)
        if (m->buckets[i].alg == CRUSH_ALG_STRAW2)
            return CEPH_RELEASE_HAMMER;
    return t->chooseleaf_vary_r ? CEPH_RELEASE_FIREFLY : CEPH_RELEASE_ARGONAUT;
}
