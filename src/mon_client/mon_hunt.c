/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon_client/mon_hunt.h"

#include <errno.h>
#include <stdlib.h>

void mon_hunt_init(struct mon_hunt *h, const struct mon_hunt_params *params, uint64_t seed)
{
    *h = (struct mon_hunt){.params = *params, .multiple = params->min_multiple, .seed = seed};
}

void mon_hunt_destroy(struct mon_hunt *h)
{
    free(h->tries);
    h->tries = NULL;
    h->count = h->next = 0;
}

/* splitmix64: any seed will do, and the quality is more than enough to spread clients. */
static uint64_t random_u64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Chooses one of tries[0..n), by the weights of their monitors, or evenly when none has one. */
static unsigned choose(struct mon_hunt *h, const struct monmap *map, const struct mon_hunt_try *tries,
                       unsigned n)
{
    uint64_t total = 0, ticket;

    for (unsigned i = 0; i < n; i++)
        total += map->mons[tries[i].rank].weight;
    if (total == 0)
        return (unsigned)(random_u64(&h->seed) % n);
    ticket = random_u64(&h->seed) % total;
    for (unsigned i = 0; i < n; i++) {
        uint16_t weight = map->mons[tries[i].rank].weight;

        if (ticket < weight)
            return i;
        ticket -= weight;
    }
    return 0;
}

/* Puts tries of one transport and one priority into random order, the avoided rank last. */
static void shuffle(struct mon_hunt *h, const struct monmap *map, struct mon_hunt_try *tries, unsigned n,
                    int avoid)
{
    for (unsigned i = 0; i < n; i++) {
        if ((int)tries[i].rank == avoid) {
            struct mon_hunt_try last = tries[i];

            tries[i] = tries[n - 1];
            tries[--n] = last;
            break;
        }
    }
    for (unsigned i = 0; i + 1 < n; i++) {
        unsigned at = i + choose(h, map, tries + i, n - i);
        struct mon_hunt_try chosen = tries[at];

        tries[at] = tries[i];
        tries[i] = chosen;
    }
}

/* Appends the monitors that have an address of this type, by priority. */
static void add_type(struct mon_hunt *h, const struct monmap *map, uint32_t type, int avoid)
{
    unsigned done = h->count;

    for (unsigned rank = 0; rank < map->count; rank++) {
        unsigned at = h->count;

        if (!entity_addrvec_find(&map->mons[rank].addrs, type))
            continue;
        for (; at > done && map->mons[h->tries[at - 1].rank].priority > map->mons[rank].priority; at--)
            h->tries[at] = h->tries[at - 1];
        h->tries[at] = (struct mon_hunt_try){.rank = rank, .type = type};
        h->count++;
    }
    while (done < h->count) {
        unsigned end = done + 1;

        while (end < h->count &&
               map->mons[h->tries[end].rank].priority == map->mons[h->tries[done].rank].priority)
            end++;
        shuffle(h, map, h->tries + done, end - done, avoid);
        done = end;
    }
}

int mon_hunt_start(struct mon_hunt *h, const struct monmap *map, int avoid)
{
    size_t room = (size_t)map->count * h->params.type_count;
    struct mon_hunt_try *grown;

    h->count = h->next = 0;
    if (room == 0)
        return 0;
    grown = realloc(h->tries, room * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    h->tries = grown;
    for (unsigned i = 0; i < h->params.type_count; i++)
        add_type(h, map, h->params.types[i], avoid);
    return (int)h->count;
}

bool mon_hunt_next(struct mon_hunt *h, uint32_t only_type, struct mon_hunt_try *out)
{
    if (h->next >= h->count || (only_type && h->tries[h->next].type != only_type))
        return false;
    *out = h->tries[h->next++];
    return true;
}

static bool is_better(const struct mon_hunt_params *p, uint32_t type, uint32_t than)
{
    for (unsigned i = 0; i < p->type_count && p->types[i] != than; i++) {
        if (p->types[i] == type)
            return true;
    }
    return false;
}

bool mon_hunt_has_better(const struct mon_hunt *h, const struct monmap *map, uint32_t type)
{
    for (unsigned m = 0; m < map->count; m++) {
        const struct entity_addrvec *all = &map->mons[m].addrs;
        for (unsigned i = 0; i < all->count; i++)
            if (is_better(&h->params, all->addrs[i].type, type))
                return true;
    }
    return false;
}

int mon_hunt_addrs(const struct monmap *map, struct mon_hunt_try t, struct entity_addrvec *v)
{
    const struct entity_addrvec *all = &map->mons[t.rank].addrs;
    const struct entity_addr *canonical = entity_addrvec_canonical(all);

    entity_addrvec_init(v);
    for (unsigned i = 0; i < all->count; i++) {
        const struct entity_addr *a = &all->addrs[i];

        if (a->type != t.type && a != canonical)
            continue;
        if (entity_addrvec_push(v, a)) {
            entity_addrvec_destroy(v);
            return -ENOMEM;
        }
    }
    return 0;
}

uint64_t mon_hunt_interval_ns(const struct mon_hunt *h)
{
    return (uint64_t)((double)h->params.interval_ns * h->multiple);
}

void mon_hunt_back_off(struct mon_hunt *h)
{
    h->multiple *= h->params.backoff;
    if (h->multiple > h->params.max_multiple)
        h->multiple = h->params.max_multiple;
}

void mon_hunt_relax(struct mon_hunt *h)
{
    h->multiple /= h->params.backoff;
    if (h->multiple < h->params.min_multiple)
        h->multiple = h->params.min_multiple;
}
