/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/monmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "maps/mon_features.h"
#include "maps/monmap_internal.h"

void mon_info_destroy(struct mon_info *info)
{
    free(info->name);
    entity_addrvec_destroy(&info->addrs);
    string_map_destroy(&info->crush_loc);
    memset(info, 0, sizeof(*info));
}

static int mon_info_copy(struct mon_info *to, const struct mon_info *from)
{
    int r;

    *to = (struct mon_info){.priority = from->priority, .weight = from->weight};
    to->name = strdup(from->name);
    r = to->name ? entity_addrvec_copy(&to->addrs, &from->addrs) : -ENOMEM;
    if (r == 0)
        r = string_map_copy(&to->crush_loc, &from->crush_loc);
    if (r < 0)
        mon_info_destroy(to);
    return r;
}

void monmap_init(struct monmap *m)
{
    memset(m, 0, sizeof(*m));
    m->strategy = MON_ELECTION_CLASSIC;
}

void monmap_destroy(struct monmap *m)
{
    for (unsigned i = 0; i < m->count; i++)
        mon_info_destroy(&m->mons[i]);
    free(m->mons);
    free(m->removed_ranks);
    free(m->tiebreaker);
    string_list_destroy(&m->disallowed_leaders);
    string_list_destroy(&m->stretch_marked_down);
    monmap_init(m);
}

int monmap_insert(struct monmap *m, unsigned at, struct mon_info *info)
{
    struct mon_info *mons = reallocarray(m->mons, m->count + 1, sizeof(*mons));

    if (!mons) {
        mon_info_destroy(info);
        return -ENOMEM;
    }
    memmove(mons + at + 1, mons + at, (m->count - at) * sizeof(*mons));
    mons[at] = *info;
    m->mons = mons;
    m->count++;
    return 0;
}

int monmap_note_removed_rank(struct monmap *m, uint32_t rank)
{
    unsigned at = 0;
    uint32_t *ranks;

    while (at < m->removed_rank_count && m->removed_ranks[at] < rank)
        at++;
    if (at < m->removed_rank_count && m->removed_ranks[at] == rank)
        return 0;
    ranks = reallocarray(m->removed_ranks, m->removed_rank_count + 1, sizeof(*ranks));
    if (!ranks)
        return -ENOMEM;
    memmove(ranks + at + 1, ranks + at, (m->removed_rank_count - at) * sizeof(*ranks));
    ranks[at] = rank;
    m->removed_ranks = ranks;
    m->removed_rank_count++;
    return 0;
}

int monmap_copy(struct monmap *to, const struct monmap *from)
{
    int r = 0;

    *to = *from;
    to->mons = NULL;
    to->removed_ranks = NULL;
    to->tiebreaker = NULL;
    to->count = to->removed_rank_count = 0;
    string_list_init(&to->disallowed_leaders);
    string_list_init(&to->stretch_marked_down);
    for (unsigned i = 0; r == 0 && i < from->count; i++) {
        struct mon_info info;
        r = mon_info_copy(&info, &from->mons[i]);
        if (r == 0)
            r = monmap_insert(to, i, &info);
    }
    for (unsigned i = 0; r == 0 && i < from->removed_rank_count; i++)
        r = monmap_note_removed_rank(to, from->removed_ranks[i]);
    if (r == 0 && from->tiebreaker && !(to->tiebreaker = strdup(from->tiebreaker)))
        r = -ENOMEM;
    if (r == 0)
        r = string_list_copy(&to->disallowed_leaders, &from->disallowed_leaders);
    if (r == 0)
        r = string_list_copy(&to->stretch_marked_down, &from->stretch_marked_down);
    if (r < 0)
        monmap_destroy(to);
    return r;
}

int monmap_find(const struct monmap *m, const char *name)
{
    for (unsigned i = 0; i < m->count; i++)
        if (strcmp(m->mons[i].name, name) == 0)
            return (int)i;
    return -ENOENT;
}

int monmap_find_addr(const struct monmap *m, const struct entity_addr *addr)
{
    for (unsigned i = 0; i < m->count; i++) {
        const struct entity_addrvec *v = &m->mons[i].addrs;
        for (unsigned j = 0; j < v->count; j++)
            if (entity_addr_equal(&v->addrs[j], addr))
                return (int)i;
    }
    return -ENOENT;
}

const struct entity_addr *mon_info_one_addr(const struct mon_info *info)
{
    static const struct entity_addr blank;
    const struct entity_addr *v1 = entity_addrvec_find(&info->addrs, ENTITY_ADDR_V1);

    if (v1)
        return v1;
    return info->addrs.count ? &info->addrs.addrs[0] : &blank;
}

static int compare_by_addr(const void *a, const void *b)
{
    const struct mon_info *x = a, *y = b;
    int c = entity_addr_compare(mon_info_one_addr(x), mon_info_one_addr(y));

    return c ? c : strcmp(x->name, y->name);
}

/* Before nautilus the rank of a monitor was its place in the order of their addresses. */
void monmap_sort_by_addr(struct monmap *m)
{
    if (m->count > 1)
        qsort(m->mons, m->count, sizeof(*m->mons), compare_by_addr);
}

static void restore_rank_order(struct monmap *m)
{
    if (!(monmap_required_features(m) & MON_FEATURE_NAUTILUS))
        monmap_sort_by_addr(m);
}

int monmap_add(struct monmap *m, const char *name, const struct entity_addrvec *addrs)
{
    struct mon_info info, given = {.name = (char *)name, .addrs = *addrs};
    int r;

    if (monmap_find(m, name) >= 0)
        return -EEXIST;
    r = mon_info_copy(&info, &given);
    if (r == 0)
        r = monmap_insert(m, m->count, &info);
    if (r == 0)
        restore_rank_order(m);
    return r;
}

int monmap_remove(struct monmap *m, const char *name)
{
    int rank = monmap_find(m, name);
    int r = rank < 0 ? rank : monmap_note_removed_rank(m, (uint32_t)rank);

    if (r < 0)
        return r;
    mon_info_destroy(&m->mons[rank]);
    m->count--;
    memmove(m->mons + rank, m->mons + rank + 1, (m->count - (unsigned)rank) * sizeof(*m->mons));
    return 0;
}

int monmap_rename(struct monmap *m, unsigned r, const char *name)
{
    char *copy;

    if (monmap_find(m, name) >= 0)
        return -EEXIST;
    copy = strdup(name);
    if (!copy)
        return -ENOMEM;
    free(m->mons[r].name);
    m->mons[r].name = copy;
    return 0;
}

int monmap_set_addrs(struct monmap *m, unsigned r, const struct entity_addrvec *addrs)
{
    struct entity_addrvec copy;
    int ret = entity_addrvec_copy(&copy, addrs);

    if (ret < 0)
        return ret;
    entity_addrvec_destroy(&m->mons[r].addrs);
    m->mons[r].addrs = copy;
    restore_rank_order(m);
    return 0;
}
