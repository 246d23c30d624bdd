/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_pending: what the next epoch of the OSDMap will change, while it is collected: an incremental, and a
 * crush map where that changes. Each change here is one that the next epoch has, and each question is about
 * the next epoch as it would be now: several commands may share it.
 *
 * Owner: storage is the caller's; it borrows the map that it starts from. Threads: none of its own. Errors:
 * negative errno. See: mon/osd_monitor.h for how commands use it, src/test/unit/mon/test_osd_pending.c.
 */
#ifndef CEPH_MON_OSD_PENDING_H
#define CEPH_MON_OSD_PENDING_H

#include "crush/crush_map.h"
#include "maps/osdmap_incremental.h"

struct osd_pending {
    const struct osdmap *map;      /* the newest epoch; empty for the first one */
    struct osdmap_incremental inc; /* may be changed directly, too: but its crush is written at the end */
    struct crush_map crush;        /* of the next epoch */
    bool crush_changed;
};

/* Nothing changes yet. */
int osd_pending_init(struct osd_pending *p, const struct osdmap *map) MUST_CHECK;
/* The first epoch, which is first as a whole. */
int osd_pending_init_first(struct osd_pending *p, const struct osdmap *first) MUST_CHECK;
void osd_pending_destroy(struct osd_pending *p); /* fine for a zeroed one */

/* The next epoch: the incremental with its crc, and the full map. modified: now. Errors are those of the
 * encoders, or -EINVAL, -EBADMSG: the changes do not fit the map. */
int osd_pending_encode(struct osd_pending *p, struct utime modified, struct encode *inc,
                       struct encode *full) MUST_CHECK;

/* ---- flags and OSDs ---- */

uint32_t osd_pending_flags(const struct osd_pending *p);
void osd_pending_set_flags(struct osd_pending *p, uint32_t flags);
unsigned osd_pending_max_osd(const struct osd_pending *p);

uint32_t osd_pending_state(const struct osd_pending *p, int32_t osd);  /* 0: no such OSD */
uint32_t osd_pending_weight(const struct osd_pending *p, int32_t osd); /* 16.16 */
static inline bool osd_pending_exists(const struct osd_pending *p, int32_t osd)
{
    return osd_pending_state(p, osd) & OSD_EXISTS;
}
static inline bool osd_pending_is_up(const struct osd_pending *p, int32_t osd)
{
    return osd_pending_state(p, osd) & OSD_UP;
}
/* Turns the bits of mask on or off, whatever was asked for before. OSD_UP is turned on by addresses only. */
int osd_pending_change_state(struct osd_pending *p, int32_t osd, uint32_t mask, bool on) MUST_CHECK;
int osd_pending_set_weight(struct osd_pending *p, int32_t osd, uint32_t weight) MUST_CHECK;
/* The lowest number that no OSD has; there may not be room for it yet. */
int32_t osd_pending_free_osd(const struct osd_pending *p);

int osd_pending_set_uuid(struct osd_pending *p, int32_t osd, const struct fsid *uuid) MUST_CHECK;
/* What the OSD will have, to be changed: valid until the next call. NULL: no memory. */
struct osd_xinfo *osd_pending_xinfo(struct osd_pending *p, int32_t osd);
int osd_pending_set_last_clean(struct osd_pending *p, int32_t osd, uint32_t begin, uint32_t end) MUST_CHECK;

int osd_pending_block(struct osd_pending *p, const struct entity_addr *addr, struct utime until) MUST_CHECK;
int osd_pending_unblock(struct osd_pending *p, const struct entity_addr *addr) MUST_CHECK;

/* ---- pools ---- */

/* The pool as the next epoch has it; NULL: none. Borrowed until the next change of pools. */
const struct pg_pool *osd_pending_find_pool(const struct osd_pending *p, int64_t id);
const char *osd_pending_pool_name(const struct osd_pending *p, int64_t id);      /* NULL: none */
int64_t osd_pending_pool_by_name(const struct osd_pending *p, const char *name); /* -1: none */
/* The same to be changed; it is in the next epoch from now on. NULL: none, or no memory. */
struct pg_pool *osd_pending_edit_pool(struct osd_pending *p, int64_t id);
/* A new pool (as of pg_pool_init(), to be filled in) and its number. NULL: no memory. */
struct pg_pool *osd_pending_add_pool(struct osd_pending *p, const char *name, int64_t *id);
int osd_pending_rename_pool(struct osd_pending *p, int64_t id, const char *name) MUST_CHECK;
/* With the placement exceptions of its groups. */
int osd_pending_remove_pool(struct osd_pending *p, int64_t id) MUST_CHECK;

/* ---- the crush map ---- */

/* A copy of that of the next epoch, to be edited; inits copy. */
int osd_pending_copy_crush(const struct osd_pending *p, struct crush_map *copy) MUST_CHECK;
/* That is now the one of the next epoch. Takes what map holds. */
void osd_pending_set_crush(struct osd_pending *p, struct crush_map *map);

#endif
