/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/rule_places.h"

#include <errno.h>
#include <stdlib.h>

#include "crush/crush_bucket_items.h"
#include "crush/crush_edit.h"

/* What the steps of a rule choose last, and before that. */
struct choice {
    int32_t domain_type, group_type; /* -1: nothing */
};

static struct choice choice_of(const struct crush_rule *rule)
{
    struct choice c = {-1, -1};

    for (uint32_t i = 0; i < rule->len; i++) {
        const struct crush_step *s = &rule->steps[i];
        switch (s->op) {
        case CRUSH_OP_CHOOSE_FIRSTN:
        case CRUSH_OP_CHOOSE_INDEP:
        case CRUSH_OP_CHOOSELEAF_FIRSTN:
        case CRUSH_OP_CHOOSELEAF_INDEP:
            c.group_type = c.domain_type;
            c.domain_type = s->arg2;
            break;
        case CRUSH_OP_TAKE:
            c = (struct choice){-1, -1};
            break;
        default:
            break;
        }
    }
    return c;
}

struct walk {
    struct rule_places *places;
    const struct osdmap_mapping *mp;
    struct choice choice;
    bool *seen; /* buckets by index: each counts where it is found first, however often it is linked */
};

static void add_device(const struct walk *w, int32_t osd, uint32_t weight, int32_t domain, int32_t group)
{
    struct rule_place *p = &w->places->osds[osd];
    bool reachable = (w->choice.domain_type == 0 || domain) && (w->choice.group_type <= 0 || group);
    double part = (double)weight / CRUSH_WEIGHT_ONE * w->mp->weights[osd] / OSD_WEIGHT_ONE;

    if (!reachable)
        return;
    p->there = true;
    p->domain = w->choice.domain_type ? domain : osd;
    p->group = group;
    p->weight += part;
    w->places->weight += part;
}

static void add_below(const struct walk *w, int32_t id, int32_t domain, int32_t group)
{
    const struct crush_bucket *b = crush_map_bucket(&w->mp->crush, id);

    if (!b || w->seen[-1 - id])
        return;
    w->seen[-1 - id] = true;
    if (b->type == w->choice.domain_type)
        domain = id;
    if (b->type == w->choice.group_type)
        group = id;
    for (uint32_t i = 0; i < b->size; i++) {
        int32_t item = b->items[i];
        if (item < 0)
            add_below(w, item, domain, group);
        else if ((unsigned)item < w->places->count)
            add_device(w, item, crush_bucket_item_weight(b, i), domain, group);
    }
}

int rule_places_init(struct rule_places *p, const struct osdmap_mapping *mp, uint32_t rule)
{
    const struct crush_map *m = &mp->crush;
    const struct crush_rule *r = rule < m->max_rules && m->rules[rule].exists ? &m->rules[rule] : NULL;
    struct walk w = {p, mp, r ? choice_of(r) : (struct choice){-1, -1}, NULL};
    unsigned roots = 0;

    *p = (struct rule_places){.count = mp->map->max_osd};
    if (w.choice.domain_type < 0)
        return -ENOENT;
    p->osds = calloc(p->count + 1, sizeof(*p->osds));
    w.seen = calloc(m->max_buckets + 1, sizeof(*w.seen));
    if (!p->osds || !w.seen) {
        free(w.seen);
        rule_places_destroy(p);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < r->len; i++)
        if (r->steps[i].op == CRUSH_OP_TAKE) {
            add_below(&w, r->steps[i].arg1, 0, 0);
            roots++;
        }
    free(w.seen);
    p->several_roots = roots > 1;
    return 0;
}

void rule_places_destroy(struct rule_places *p)
{
    free(p->osds);
    *p = (struct rule_places){0};
}

bool rule_places_has(const struct rule_places *p, int32_t osd)
{
    return osd >= 0 && (unsigned)osd < p->count && p->osds[osd].there && p->osds[osd].weight > 0;
}

bool rule_places_may_move(const struct rule_places *p, const struct osd_set *set, unsigned place, int32_t to)
{
    int32_t from = set->osds[place];

    if (!rule_places_has(p, from) || !rule_places_has(p, to) || p->osds[to].group != p->osds[from].group)
        return false;
    for (unsigned i = 0; i < set->count; i++)
        if (set->osds[i] == to || (i != place && rule_places_has(p, set->osds[i]) &&
                                   p->osds[set->osds[i]].domain == p->osds[to].domain))
            return false;
    return true;
}

bool rule_places_allow(const struct rule_places *p, const struct osd_set *set)
{
    for (unsigned i = 0; i < set->count; i++) {
        if (set->osds[i] == CRUSH_ITEM_NONE)
            continue;
        if (!rule_places_has(p, set->osds[i]))
            return false;
        for (unsigned k = 0; k < i; k++)
            if (set->osds[k] != CRUSH_ITEM_NONE &&
                p->osds[set->osds[k]].domain == p->osds[set->osds[i]].domain && !p->several_roots)
                return false;
    }
    return true;
}
