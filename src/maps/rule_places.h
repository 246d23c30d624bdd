/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rule_places: the devices that a crush rule may choose, what part of the data each should have, and which of
 * them may stand for each other. Pure. Owner: init and destroy on the caller's storage.
 */
#ifndef CEPH_MAPS_RULE_PLACES_H
#define CEPH_MAPS_RULE_PLACES_H

#include "maps/osdmap_mapping.h"

struct rule_place {
    bool there;
    int32_t domain; /* the bucket (or device) of which one set has one item only */
    int32_t group;  /* what was chosen before that; 0: nothing */
    double weight;  /* in the crush map, times what the OSD is in by */
};

struct rule_places {
    struct rule_place *osds; /* of all that the map may have */
    unsigned count;
    double weight; /* of all */
    bool several_roots;
};

/* -ENOENT: there is no such rule, or it chooses nothing. */
int rule_places_init(struct rule_places *p, const struct osdmap_mapping *mp, uint32_t rule) MUST_CHECK;
void rule_places_destroy(struct rule_places *p);

/* The rule takes devices from there, and some of its data. */
bool rule_places_has(const struct rule_places *p, int32_t osd);
/* Whether the rule could have chosen to for the device at a place of a set. */
bool rule_places_may_move(const struct rule_places *p, const struct osd_set *set, unsigned place, int32_t to);
/* Whether it could have chosen the whole set. */
bool rule_places_allow(const struct rule_places *p, const struct osd_set *set);

#endif
