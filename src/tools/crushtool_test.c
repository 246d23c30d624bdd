/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rules of a map make of many numbers: shown, counted, and held against another map. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crush/crush_hash.h"
#include "crush/crush_mapper.h"
#include "crush/crush_rules.h"
#include "tools/crushtool.h"
#include "tools/tool_words.h"

#define ALL_IN 0x10000u

/* What is tried, with all that was not said filled in. */
struct trial {
    const struct crush_map *map;
    const struct crushtool_test *params;
    const struct crush_choose_args *args;
    int min_x, max_x, min_rule, max_rule;
    uint32_t *weights; /* of each device */
    unsigned devices;
    uint32_t *tries; /* NULL: not wanted */
};

/* Devices that are in some bucket are in, unless they were given a weight. */
static void set_weights(struct trial *t)
{
    const struct crush_map *m = t->map;

    for (uint32_t i = 0; i < m->max_buckets; i++)
        for (uint32_t k = 0; k < m->buckets[i].size; k++)
            if (m->buckets[i].items[k] >= 0 && (uint32_t)m->buckets[i].items[k] < t->devices)
                t->weights[m->buckets[i].items[k]] = ALL_IN;
    for (unsigned i = 0; i < t->params->weight_count; i++) {
        const struct crushtool_weight *w = &t->params->weights[i];
        if (w->device >= 0 && (unsigned)w->device < t->devices)
            t->weights[w->device] = w->weight;
    }
}

static void init_trial(struct trial *t, const struct crush_map *m, const struct crushtool_test *p)
{
    bool all_x = p->min_x < 0 || p->max_x < 0, all_rules = p->min_rule < 0 || p->max_rule < 0;

    *t = (struct trial){
        .map = m,
        .params = p,
        .args = crush_map_choose_args(m, 0),
        .min_x = all_x ? 0 : p->min_x,
        .max_x = all_x ? 1023 : p->max_x,
        .min_rule = all_rules ? 0 : p->min_rule,
        .max_rule = all_rules ? (int)m->max_rules - 1 : p->max_rule,
        .devices = m->max_devices > 0 ? (unsigned)m->max_devices : 0,
    };
    t->weights = calloc(t->devices + 1, sizeof(*t->weights));
    if (!t->weights)
        tool_out_of_memory();
    set_weights(t);
}

/* -1, 0 or 1 and *n: the replicas to try with a rule, from *n to *max. */
static bool wants_rule(const struct trial *t, int id, int *min, int *max)
{
    const struct crush_rule *rule = crush_rules_get(t->map, id);

    if (!rule && t->params->statistics)
        printf("rule %d dne\n", id);
    if (!rule || (t->params->ruleset >= 0 && rule->ruleset != t->params->ruleset))
        return false;
    *min = t->params->replicas >= 0 ? t->params->replicas : rule->min_size;
    *max = t->params->replicas >= 0 ? t->params->replicas : rule->max_size;
    return true;
}

static unsigned map_one(const struct trial *t, int rule, uint32_t x, int replicas, int32_t *out)
{
    int n = crush_map_do_rule_counted(t->map, (uint32_t)rule, x, out, (unsigned)replicas, t->weights,
                                      t->devices, t->args, t->tries);

    return n < 0 ? 0 : (unsigned)n;
}

/* ---- how many devices a rule could use at most: an estimate that the expected numbers are based on ---- */

static bool chooses(const struct crush_step *s)
{
    return s->op >= CRUSH_OP_CHOOSE_FIRSTN && s->op != CRUSH_OP_EMIT;
}

static unsigned buckets_of_type(const struct crush_map *m, int32_t type)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->items.count; i++) {
        const struct crush_bucket *b = crush_map_bucket(m, m->items.names[i].id);
        n += b && b->type == type;
    }
    return n;
}

static int most_for_type(const struct crush_map *m, const struct crush_rule *rule, int32_t type)
{
    unsigned have = 0;
    int wanted = 0;

    for (uint32_t i = 0; i < rule->len; i++)
        if (chooses(&rule->steps[i]) && rule->steps[i].arg2 == type) {
            have += buckets_of_type(m, type);
            wanted = rule->steps[i].arg1;
        }
    return wanted > 0 && (unsigned)wanted < have ? wanted : (int)have;
}

static int most_for_rule(const struct crush_map *m, int id)
{
    const struct crush_rule *rule = &m->rules[id];
    int most = (int)m->max_buckets > m->max_devices ? (int)m->max_buckets : m->max_devices;

    for (uint32_t i = 0; i < rule->len; i++) {
        int n = chooses(&rule->steps[i]) ? most_for_type(m, rule, rule->steps[i].arg2) : 0;
        if (n > 0 && n < most)
            most = n;
    }
    return most;
}

/* ---- showing ---- */

static const char *rule_name(const struct crush_map *m, int rule)
{
    const char *name = crush_names_find(&m->rule_names, rule);

    return name ? name : "";
}

/* "[1,2]" */
static const char *print_devices(const int32_t *devices, unsigned n, char *buf)
{
    char *p = buf;

    *p++ = '[';
    for (unsigned i = 0; i < n; i++)
        p += sprintf(p, "%s%d", i ? "," : "", devices[i]);
    strcpy(p, "]");
    return buf;
}

struct counts {
    unsigned *per_device, *per_size; /* mappings on each device; of each number of devices */
};

static void count(const struct trial *t, struct counts *c, const int32_t *out, unsigned n)
{
    c->per_size[n]++;
    for (unsigned i = 0; i < n; i++)
        if (out[i] >= 0 && (unsigned)out[i] < t->devices)
            c->per_device[out[i]]++;
}

static bool is_bad(const int32_t *out, unsigned n, int replicas)
{
    for (unsigned i = 0; i < n; i++)
        if (out[i] == CRUSH_ITEM_NONE)
            return true;
    return n != (unsigned)replicas;
}

static void try_all_x(const struct trial *t, int rule, int replicas, struct counts *c)
{
    const struct crushtool_test *p = t->params;
    int32_t out[CRUSH_RESULT_MAX];
    char text[CRUSH_RESULT_MAX * 12 + 3];

    for (int64_t x = t->min_x; x <= t->max_x; x++) {
        uint32_t input = p->pool != -1 ? crush_hash2((uint32_t)x, (uint32_t)p->pool) : (uint32_t)x;
        unsigned n = map_one(t, rule, input, replicas, out);
        bool bad = is_bad(out, n, replicas);

        if (p->mappings || (bad && p->bad_mappings))
            print_devices(out, n, text);
        if (p->mappings)
            printf("CRUSH rule %d x %" PRId64 " %s\n", rule, x, text);
        if (bad && p->bad_mappings)
            printf("bad mapping rule %d x %" PRId64 " num_rep %d result %s\n", rule, x, replicas, text);
        count(t, c, out, n);
    }
}

/* Single precision throughout, as in genuine Ceph. */
static void show_utilization(const struct trial *t, int rule, int replicas, const struct counts *c,
                             int32_t total)
{
    int most = most_for_rule(t->map, rule);
    float expected = (float)((replicas < most ? replicas : most) * (t->max_x - t->min_x + 1));

    for (unsigned i = 0; i < t->devices; i++) {
        float share = (float)t->weights[i] / (float)total, mine = share * expected;
        bool any = mine > 0 && c->per_device[i] > 0;

        if (t->params->utilization ? any : t->params->utilization_all)
            printf("  device %u:\t\t stored : %u\t expected : %g\n", i, c->per_device[i], (double)mine);
    }
}

static void show_statistics(const struct trial *t, int rule, int replicas, const struct counts *c,
                            int32_t total)
{
    for (unsigned n = 0; n <= CRUSH_RESULT_MAX; n++)
        if (c->per_size[n])
            printf("rule %d (%s) num_rep %d result size == %u:\t%u/%d\n", rule, rule_name(t->map, rule),
                   replicas, n, c->per_size[n], t->max_x - t->min_x + 1);
    show_utilization(t, rule, replicas, c, total);
}

static void try_replicas(const struct trial *t, int rule, int replicas, bool statistics)
{
    struct counts c = {calloc(t->devices + 1, sizeof(unsigned)),
                       calloc(CRUSH_RESULT_MAX + 1, sizeof(unsigned))};
    uint32_t total = 0;

    if (!c.per_device || !c.per_size)
        tool_out_of_memory();
    for (unsigned i = 0; i < t->devices; i++)
        total += t->weights[i];
    if (total) {
        try_all_x(t, rule, replicas, &c);
        if (statistics)
            show_statistics(t, rule, replicas, &c, (int32_t)total);
    }
    free(c.per_device);
    free(c.per_size);
}

static void show_weights(const struct trial *t)
{
    fputs("devices weights (hex): [", stderr);
    for (unsigned i = 0; i < t->devices; i++)
        fprintf(stderr, "%s%x", i ? "," : "", t->weights[i]);
    fputs("]\n", stderr);
}

static void show_tries(const struct trial *t)
{
    for (uint32_t i = 0; i < t->map->tunables.choose_total_tries; i++)
        printf("%2u: %9u\n", i, t->tries[i]);
}

#define TRIES_MAX (1u << 20)

static int count_tries(struct trial *t)
{
    uint32_t n = t->map->tunables.choose_total_tries;

    if (!t->params->tries)
        return 0;
    if (n > TRIES_MAX)
        return crushtool_error(1, "the map has choose_total_tries %u, which are too many to show", n);
    t->tries = calloc(n + 1, sizeof(*t->tries));
    if (!t->tries)
        tool_out_of_memory();
    return 0;
}

static int check_replicas(int rule, int max)
{
    if (max <= CRUSH_RESULT_MAX)
        return 0;
    return crushtool_error(1, "rule %d is for up to %d replicas, more than %d are not placed; see --num-rep",
                           rule, max, CRUSH_RESULT_MAX);
}

int crushtool_test(const struct crushtool_request *q, const struct crush_map *m)
{
    bool statistics = q->params.statistics || q->params.utilization || q->params.utilization_all;
    struct crushtool_test params = q->params;
    struct trial t;
    int min, max, r;

    params.statistics = statistics;
    init_trial(&t, m, &params);
    r = count_tries(&t);
    if (r == 0 && q->params.utilization_all)
        show_weights(&t);
    for (int rule = t.min_rule; r == 0 && rule < (int)m->max_rules && rule <= t.max_rule; rule++) {
        if (!wants_rule(&t, rule, &min, &max))
            continue;
        r = check_replicas(rule, max);
        if (r == 0 && statistics)
            printf("rule %d (%s), x = %d..%d, numrep = %d..%d\n", rule, rule_name(m, rule), t.min_x, t.max_x,
                   min, max);
        for (int n = min; r == 0 && n <= max; n++)
            try_replicas(&t, rule, n, statistics);
    }
    if (r == 0 && t.tries)
        show_tries(&t);
    free(t.tries);
    free(t.weights);
    return r;
}

/* ---- another map ---- */

static unsigned count_others(const struct trial *t, const struct trial *other, int rule, int replicas)
{
    int32_t out[CRUSH_RESULT_MAX], out2[CRUSH_RESULT_MAX];
    unsigned differ = 0;

    for (int64_t x = t->min_x; x <= t->max_x; x++) {
        unsigned n = map_one(t, rule, (uint32_t)x, replicas, out);
        unsigned n2 = map_one(other, rule, (uint32_t)x, replicas, out2);
        differ += n != n2 || memcmp(out, out2, n * sizeof(*out)) != 0;
    }
    return differ;
}

int crushtool_compare(const struct crushtool_request *q, const struct crush_map *m,
                      const struct crush_map *other)
{
    struct trial t, with;
    int min, max, r = 0, status = 0;

    init_trial(&t, m, &q->params);
    with = t; /* the same weights */
    with.map = other;
    with.args = crush_map_choose_args(other, 0);
    for (int rule = t.min_rule; r == 0 && rule < (int)m->max_rules && rule <= t.max_rule; rule++) {
        unsigned differ = 0;
        int all;
        if (!wants_rule(&t, rule, &min, &max))
            continue;
        r = check_replicas(rule, max);
        for (int n = min; r == 0 && n <= max; n++)
            differ += count_others(&t, &with, rule, n);
        all = (max - min + 1) * (t.max_x - t.min_x + 1);
        if (r == 0)
            printf("rule %d had %u/%d mismatched mappings (%g)\n", rule, differ, all, (double)differ / all);
        if (differ)
            status = 1;
    }
    free(t.weights);
    if (r)
        return r;
    if (status)
        fputs("warning: maps are NOT equivalent\n", stderr);
    else
        puts("maps appear equivalent");
    return status;
}
