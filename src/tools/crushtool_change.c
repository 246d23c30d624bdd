/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New maps of layers, and changes of maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_rules.h"
#include "crush/crush_tunables.h"
#include "tools/crushtool.h"
#include "tools/tool_words.h"

/* The low byte of a negative errno, which genuine crushtool ends with, too. */
static int failed(int err, const char *what, const char *name)
{
    return crushtool_error(err & 0xff, "%s '%s': (%d) %s", what, name, -err, strerror(-err));
}

/* ---- a new map ---- */

/* What the layer above puts into its buckets. */
struct level {
    int32_t *items;
    uint32_t *weights;
    unsigned count;
};

static void level_init(struct level *l, unsigned room)
{
    *l = (struct level){calloc(room + 1, sizeof(*l->items)), calloc(room + 1, sizeof(*l->weights)), 0};
    if (!l->items || !l->weights)
        tool_out_of_memory();
}

static void level_destroy(struct level *l)
{
    free(l->items);
    free(l->weights);
}

static int add_devices(struct crush_map *m, int n, struct level *l)
{
    int r = crush_names_set(&m->types, 0, "osd");

    for (int i = 0; r == 0 && i < n; i++) {
        char name[24];
        snprintf(name, sizeof(name), "osd.%d", i);
        r = crush_names_set(&m->items, i, name);
        l->items[i] = i;
        l->weights[i] = CRUSH_WEIGHT_ONE;
    }
    l->count = (unsigned)n;
    return r;
}

static int add_bucket(struct crush_map *m, const struct crush_bucket_spec *spec, const char *name,
                      struct level *up)
{
    int32_t id;
    int r = crush_edit_add_bucket(m, spec, &id);

    if (r)
        return r;
    up->items[up->count++] = id;
    return crush_names_set(&m->items, id, name);
}

/* Buckets of up to size of the items below, each. */
static int add_layer(struct crush_map *m, char *const layer[3], uint16_t type, unsigned size,
                     const struct level *below, struct level *up)
{
    enum crush_alg alg = crush_alg_parse(layer[1]);
    int r = crush_names_set(&m->types, type, layer[0]);

    for (unsigned at = 0, n = 0; r == 0 && at < below->count; at += n) {
        struct crush_bucket_spec spec = {.type = type, .alg = (uint8_t)alg, .items = below->items + at};
        uint32_t *weights = below->weights + at, weight = 0;
        char *name;

        n = size && size < below->count - at ? size : below->count - at;
        for (unsigned i = 0; i < n; i++) {
            weight += weights[i];
            if (alg == CRUSH_ALG_UNIFORM)
                weights[i] = weights[0]; /* also where the last one weighs less */
        }
        spec.weights = weights;
        spec.size = n;
        if (asprintf(&name, size ? "%s%u" : "%s", layer[0], up->count) < 0)
            tool_out_of_memory();
        up->weights[up->count] = weight;
        r = add_bucket(m, &spec, name, up);
        free(name);
    }
    return r;
}

static int check_layer(char *const layer[3], unsigned *size)
{
    char *end;

    errno = 0;
    *size = (unsigned)strtoul(layer[2], &end, 10);
    if (*layer[2] < '0' || *layer[2] > '9' || *end || errno || *size > INT32_MAX)
        return crushtool_error(1, "layer '%s' has a size '%s', which is no number", layer[0], layer[2]);
    if (crush_alg_parse(layer[1]) == CRUSH_ALG_HOLE)
        return crushtool_error(1, "layer '%s' is of an unknown kind '%s'", layer[0], layer[1]);
    if (!crush_name_is_valid(layer[0]))
        return crushtool_error(1, "'%s' is no name for a layer", layer[0]);
    return 0;
}

static int create_rule(struct crush_map *m, const struct crush_rule_spec *spec)
{
    char *err = NULL;
    int r = crush_rules_add(m, spec, &err);

    if (r < 0)
        crushtool_error(1, "%s", err ? err : strerror(-r));
    free(err);
    return r < 0 ? 1 : 0;
}

static int finish_build(struct crush_map *m, const struct level *top)
{
    struct crush_rule_spec rule = {
        .name = "replicated_rule", .mode = "firstn", .type = CRUSH_RULE_REPLICATED};
    const char *root = top->count ? crush_names_find(&m->items, top->items[0]) : NULL;

    if (!root)
        return crushtool_error(1, "--build needs devices: --num_osds");
    if (top->count > 1)
        fprintf(stderr,
                "crushtool: the rule will use the root %s and none of the other %u; one more layer such as\n"
                "  root straw2 0\n"
                "would put them under one root\n",
                root, top->count - 1);
    rule.root = root;
    rule.domain = crush_names_find(&m->types, 1);
    return create_rule(m, &rule);
}

#define OSDS_MAX (1 << 20)

int crushtool_build(const struct crushtool_request *q, struct crush_map *m)
{
    struct level below, up;
    unsigned size;
    int r = 0, status = 0;

    if (q->osds < 0 || q->osds > OSDS_MAX)
        return crushtool_error(1, "--num_osds must be from 1 to %d", OSDS_MAX);
    crush_map_init(m);
    m->tunables = crush_tunables_jewel;
    level_init(&below, (unsigned)q->osds);
    r = add_devices(m, q->osds, &below);
    for (unsigned i = 0; r == 0 && status == 0 && i < q->layer_words; i += 3) {
        level_init(&up, below.count);
        status = check_layer(q->layers + i, &size);
        if (status == 0)
            r = add_layer(m, q->layers + i, (uint16_t)(i / 3 + 1), size, &below, &up);
        level_destroy(&below);
        below = up;
    }
    if (r)
        status = failed(r, "cannot build", "the map");
    if (status == 0)
        status = finish_build(m, &below);
    level_destroy(&below);
    if (status)
        crush_map_destroy(m);
    return status;
}

/* ---- changes ---- */

static void set_u32(int value, uint32_t *tunable, bool *changed)
{
    if (value < 0)
        return;
    *tunable = (uint32_t)value;
    *changed = true;
}

static void set_u8(int value, uint8_t *tunable, bool *changed)
{
    if (value < 0)
        return;
    *tunable = (uint8_t)value;
    *changed = true;
}

static void set_tunables(const struct crushtool_request *q, struct crush_tunables *t, bool *changed)
{
    set_u32(q->choose_local_tries, &t->choose_local_tries, changed);
    set_u32(q->choose_local_fallback_tries, &t->choose_local_fallback_tries, changed);
    set_u32(q->choose_total_tries, &t->choose_total_tries, changed);
    set_u32(q->chooseleaf_descend_once, &t->chooseleaf_descend_once, changed);
    set_u8(q->chooseleaf_vary_r, &t->chooseleaf_vary_r, changed);
    set_u8(q->chooseleaf_stable, &t->chooseleaf_stable, changed);
    set_u8(q->straw_calc_version, &t->straw_calc_version, changed);
    set_u32(q->allowed_bucket_algs, &t->allowed_bucket_algs, changed);
}

static int parse_weight(const char *text, uint32_t *weight)
{
    int r = crush_weight_from_double(atof(text), weight);

    return r < 0 ? failed(r, "cannot take a weight of", text) : 0;
}

/* The item of that name. */
static int find_item(const struct crush_map *m, const char *name, int32_t *id)
{
    return crush_names_find_id(&m->items, name, id) ? 0 : failed(-ENOENT, "there is no item", name);
}

static int reweight_item(const struct crushtool_request *q, struct crush_map *m)
{
    const char *name = q->reweight_item[0];
    uint32_t weight;
    int32_t id;
    int r;

    printf("crushtool reweighting item %s to %g\n", name, (double)(float)atof(q->reweight_item[1]));
    r = parse_weight(q->reweight_item[1], &weight);
    if (r == 0)
        r = find_item(m, name, &id);
    if (r)
        return r;
    r = crush_edit_reweight_item(m, id, weight);
    return r < 0 ? failed(r, "cannot reweight", name) : 0;
}

static int remove_item(const struct crushtool_request *q, struct crush_map *m)
{
    const char *name = q->remove_item[0];
    int32_t id;
    int r;

    printf("crushtool removing item %s\n", name);
    r = find_item(m, name, &id);
    if (r)
        return r;
    r = crush_edit_remove_item(m, id, false);
    return r < 0 ? failed(r, "cannot remove", name) : 0;
}

static int put_item(const struct crushtool_request *q, struct crush_map *m, const char *const words[3],
                    bool update)
{
    char *end;
    long id = strtol(words[0], &end, 10);
    uint32_t weight;
    int r;

    if (*words[0] < '0' || *words[0] > '9' || *end || id >= INT32_MAX)
        return crushtool_error(1, "'%s' is not the id of a device", words[0]);
    r = parse_weight(words[1], &weight);
    if (r)
        return r;
    r = update ? crush_edit_set_item(m, (int32_t)id, weight, words[2], &q->loc)
               : crush_edit_insert_item(m, (int32_t)id, weight, words[2], &q->loc);
    return r < 0 ? failed(r, "cannot add", words[2]) : 0;
}

static int put_bucket(const struct crushtool_request *q, struct crush_map *m)
{
    const char *name = q->add_bucket[0], *type_name = q->add_bucket[1];
    struct crush_bucket_spec spec = {0};
    int32_t type, id;
    int r;

    if (crush_names_find_id(&m->items, name, &id))
        return failed(-EEXIST, "cannot add bucket", name);
    if (!crush_names_find_id(&m->types, type_name, &type) || type <= 0)
        return failed(-EINVAL, "there are no buckets of type", type_name);
    if (!crush_name_is_valid(name))
        return failed(-EINVAL, "this is no name:", name);
    spec.type = (uint16_t)type;
    r = crush_edit_add_bucket(m, &spec, &id);
    if (r == 0)
        r = crush_names_set(&m->items, id, name);
    if (r == 0 && q->loc.count && !crush_edit_is_at(m, id, &q->loc, NULL))
        r = crush_edit_move_bucket(m, id, &q->loc);
    return r < 0 ? failed(r, "cannot add bucket", name) : 0;
}

/* What is there already ends the program with status 1. */
static int move_item(const struct crushtool_request *q, struct crush_map *m)
{
    const char *name = q->move[0];
    int32_t id;
    int r = find_item(m, name, &id);

    if (r)
        return r;
    if (!q->loc.count)
        return crushtool_error(-EINVAL & 0xff, "--move needs a --loc");
    if (crush_edit_is_at(m, id, &q->loc, NULL))
        return crushtool_error(1, "'%s' is there already", name);
    r = id < 0 ? crush_edit_move_bucket(m, id, &q->loc) : crush_edit_create_or_move(m, id, 0, name, &q->loc);
    return r < 0 ? failed(r, "cannot move", name) : 0;
}

static int create_simple(const struct crushtool_request *q, struct crush_map *m)
{
    const char *const *w = q->simple_rule;
    struct crush_rule_spec spec = {w[0], w[1], w[2], q->device_class[0], w[3], CRUSH_RULE_REPLICATED};

    printf("--create-simple-rule: name=%s root=%s type=%s mode=%s\n", w[0], w[1], w[2], w[3]);
    return create_rule(m, &spec);
}

static int create_replicated(const struct crushtool_request *q, struct crush_map *m)
{
    const char *const *w = q->replicated_rule;
    struct crush_rule_spec spec = {w[0], w[1], w[2], q->device_class[0], "firstn", CRUSH_RULE_REPLICATED};

    printf("--create-replicated-rule: name=%s root=%s type=%s\n", w[0], w[1], w[2]);
    return create_rule(m, &spec);
}

/* A rule that is not there ends the program with status 0. */
static int remove_rule(const struct crushtool_request *q, struct crush_map *m)
{
    int id = crush_rules_find(m, q->remove_rule[0]);

    if (id < 0)
        return crushtool_error(CRUSHTOOL_DONE, "there is no rule '%s'", q->remove_rule[0]);
    crush_rules_remove(m, (uint32_t)id);
    return 0;
}

static int set_class_below(struct crush_map *m, int32_t id, const char *class)
{
    const struct crush_bucket *b = crush_map_bucket(m, id);
    int r = id >= 0 ? crush_class_set(m, id, class) : 0;

    for (uint32_t i = 0; r == 0 && b && i < b->size; i++)
        r = set_class_below(m, b->items[i], class);
    return r;
}

static int set_subtree_classes(const struct string_map *classes, struct crush_map *m)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < classes->count; i++) {
        const struct string_pair *p = &classes->pairs[i];
        int32_t id;
        if (!crush_names_find_id(&m->items, p->key, &id))
            r = crushtool_error(1, "there is no '%s'", p->key);
        else if (set_class_below(m, id, p->value))
            r = failed(-ENOMEM, "cannot set the class of", p->key);
    }
    return r;
}

static int reclassify(const struct crush_reclassify *how, struct crush_map *m)
{
    struct strbuf told = STRBUF_INIT;
    char *err = NULL;
    int r = crush_reclassify(m, how, &told, &err);

    fputs(strbuf_text(&told), stdout);
    strbuf_destroy(&told);
    if (r)
        crushtool_error(1, "the map cannot be reclassified: %s", err ? err : strerror(-r));
    free(err);
    return r ? 1 : 0;
}

static int change_items(const struct crushtool_request *q, struct crush_map *m)
{
    int r = 0;

    if (q->reweight_item[0])
        r = reweight_item(q, m);
    if (r == 0 && q->remove_item[0])
        r = remove_item(q, m);
    if (r == 0 && q->update_item[0])
        r = put_item(q, m, q->update_item, true);
    if (r == 0 && q->add_item[0])
        r = put_item(q, m, q->add_item, false);
    if (r == 0 && q->add_bucket[0])
        r = put_bucket(q, m);
    if (r == 0 && q->move[0])
        r = move_item(q, m);
    return r;
}

static int change_rules(const struct crushtool_request *q, struct crush_map *m)
{
    int r = 0;

    if (q->simple_rule[0])
        r = create_simple(q, m);
    if (r == 0 && q->replicated_rule[0])
        r = create_replicated(q, m);
    if (r == 0 && q->remove_rule[0])
        r = remove_rule(q, m);
    return r;
}

static int change_all(const struct crushtool_request *q, struct crush_map *m)
{
    int r = q->reweight ? crush_edit_reweight_all(m) : 0;

    if (r == 0 && q->rebuild_class_roots)
        r = crush_class_rebuild(m);
    return r < 0 ? failed(r, "cannot change", "the map") : 0;
}

int crushtool_change(const struct crushtool_request *q, struct crush_map *m, bool *changed)
{
    int r;

    set_tunables(q, &m->tunables, changed);
    r = change_items(q, m);
    if (r == 0)
        r = change_rules(q, m);
    if (r == 0)
        r = change_all(q, m);
    if (r == 0)
        r = set_subtree_classes(&q->subtree_classes, m);
    if (r == 0 && q->reclassify)
        r = reclassify(&q->reclassify_how, m);
    *changed |= q->reweight_item[0] || q->remove_item[0] || q->update_item[0] || q->add_item[0] ||
                q->add_bucket[0] || q->move[0] || q->simple_rule[0] || q->replicated_rule[0] ||
                q->remove_rule[0] || q->subtree_classes.count || q->reweight || q->rebuild_class_roots ||
                q->reclassify;
    return r;
}
