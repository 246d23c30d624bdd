/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_tunables: the settings of placement that releases of Ceph brought, as profiles. Pure. */
#ifndef CEPH_CRUSH_CRUSH_TUNABLES_H
#define CEPH_CRUSH_CRUSH_TUNABLES_H

#include "crush/crush_map.h"

/* What clients before tunables did, and what a map that says nothing means; and the newest. */
extern const struct crush_tunables crush_tunables_argonaut, crush_tunables_jewel;

/* Sets the values of a profile: argonaut, bobtail, firefly, hammer, jewel, or legacy, optimal, default. The
 * way straws are calculated is changed only by the last three. -EINVAL: no such profile, nothing is changed.
 */
int crush_tunables_set_profile(struct crush_tunables *t, const char *profile) MUST_CHECK;
/* The profile with these values, "unknown": none. */
const char *crush_tunables_profile(const struct crush_tunables *t);

/* Equal but for the way straws are calculated. */
bool crush_tunables_same(const struct crush_tunables *a, const struct crush_tunables *b);

/* Values of each generation other than those of the oldest clients: who reads the map must know of them. */
bool crush_tunables_need_1(const struct crush_tunables *t); /* tries */
bool crush_tunables_need_2(const struct crush_tunables *t); /* chooseleaf_descend_once */
bool crush_tunables_need_3(const struct crush_tunables *t); /* chooseleaf_vary_r */
bool crush_tunables_need_5(const struct crush_tunables *t); /* chooseleaf_stable */

#endif
