/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_hunt: which monitors to try, in which order and for how long.
 *
 * A round holds every monitor once for each transport that it and we have, best transport first; within a
 * transport monitors go by priority (low first), and among equals by chance, weighted. When a round is used
 * up the next one is made anew. Each try lasts an interval that grows while hunting goes on and shrinks again
 * with the time that a session lasts.
 *
 * Owner: the storage is the caller's. Threads: none of its own. Pure: chance comes as a seed. See:
 * src/test/unit/mon_client/test_mon_hunt.c.
 */
#ifndef CEPH_MON_CLIENT_MON_HUNT_H
#define CEPH_MON_CLIENT_MON_HUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "maps/monmap.h"

#define MON_HUNT_MAX_TYPES 4

struct mon_hunt_params {
    uint32_t types[MON_HUNT_MAX_TYPES]; /* enum entity_addr_type, best first */
    unsigned type_count;
    uint64_t interval_ns;
    double backoff, min_multiple, max_multiple;
};

struct mon_hunt_try {
    unsigned rank;
    uint32_t type; /* enum entity_addr_type */
};

struct mon_hunt {
    struct mon_hunt_params params;
    struct mon_hunt_try *tries; /* malloc'ed: this round */
    unsigned count, next;
    double multiple;
    uint64_t seed;
};

void mon_hunt_init(struct mon_hunt *h, const struct mon_hunt_params *params, uint64_t seed);
void mon_hunt_destroy(struct mon_hunt *h);

/* Begins a new round over map; avoid (-1: none) is the rank whose session just broke, which goes to the end
 * of its peers. Returns the number of tries; -ENOMEM. */
int mon_hunt_start(struct mon_hunt *h, const struct monmap *map, int avoid) MUST_CHECK;
/* The next try of the round; false when it is used up, or when only this type is wanted (0: any) and the next
 * one is of another: tries of two transports at once would make it a race which of them is taken. */
bool mon_hunt_next(struct mon_hunt *h, uint32_t only_type, struct mon_hunt_try *out);

/* Does a monitor of this map have an address of a transport that is better than type? */
bool mon_hunt_has_better(const struct mon_hunt *h, const struct monmap *map, uint32_t type);

static inline bool mon_hunt_is_used_up(const struct mon_hunt *h)
{
    return h->next >= h->count;
}

/* The addresses to dial for a try: the one of its transport, and the canonical one, by which the monitor is
 * known. Inits v. -ENOMEM. */
int mon_hunt_addrs(const struct monmap *map, struct mon_hunt_try t, struct entity_addrvec *v) MUST_CHECK;

/* How long a try may last. */
uint64_t mon_hunt_interval_ns(const struct mon_hunt *h);
/* A try failed or took too long. */
void mon_hunt_back_off(struct mon_hunt *h);
/* A session has lasted for another while. */
void mon_hunt_relax(struct mon_hunt *h);

#endif
