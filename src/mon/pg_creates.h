/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg_creates: the placement groups of new pools that no OSD has said to have made yet.
 *
 * Kept in the store beside the OSDMap, as one value. Owner: init, copy or decode; destroy. Threads: none of
 * its own. Pure. Errors: negative errno.
 */
#ifndef CEPH_MON_PG_CREATES_H
#define CEPH_MON_PG_CREATES_H

#include "maps/osdmap_mapping.h"

struct pg_creates_item {
    struct pg_id pg;
    uint32_t created; /* epoch */
    struct utime stamp;
    /* who shall make it, and since which epoch: not stored */
    int32_t primary;
    uint32_t mapped;
};

struct pg_creates {
    struct pg_creates_item *items; /* malloc'ed, by pool and seed */
    unsigned count;
};

void pg_creates_init(struct pg_creates *c);
void pg_creates_destroy(struct pg_creates *c);
int pg_creates_copy(struct pg_creates *to, const struct pg_creates *from) MUST_CHECK; /* inits to */

void pg_creates_encode(const struct pg_creates *c, struct encode *e);
int pg_creates_decode(struct pg_creates *c, struct decode *d) MUST_CHECK; /* inits c */

/* All pg_num groups of a pool that is not there yet. */
int pg_creates_add_pool(struct pg_creates *c, int64_t pool, uint32_t pg_num, uint32_t epoch,
                        struct utime stamp) MUST_CHECK;
void pg_creates_remove_pool(struct pg_creates *c, int64_t pool);
bool pg_creates_has_pool(const struct pg_creates *c, int64_t pool);
bool pg_creates_has(const struct pg_creates *c, struct pg_id pg);
/* The group was made. False: nobody waited for it. */
bool pg_creates_done(struct pg_creates *c, struct pg_id pg);
/* What before knew of primaries, for groups that are in both. */
void pg_creates_keep_places(struct pg_creates *c, const struct pg_creates *before);
/* Finds who is primary of each group now. */
void pg_creates_place(struct pg_creates *c, const struct osdmap_mapping *mapping);

#endif
