/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_pools: making and removing pools, for commands and for clients' MPoolOp. Pools have one copy of
 * everything as long as OSDs do not replicate. Locks: the monitor's. Errors: negative errno, and a line that
 * says why.
 */
#ifndef CEPH_MON_OSD_POOLS_H
#define CEPH_MON_OSD_POOLS_H

#include "mon/monitor.h"
#include "mon/osd_pending.h"

struct osd_pool_spec {
    const char *name;
    int64_t pg_num, pgp_num; /* 0: the default; the same */
    int64_t size;            /* 0: the default */
    const char *rule;        /* NULL or "": by rule_id */
    int rule_id;             /* negative: the default */
    uint64_t expected_objects;
};

/* A new pool in the next epoch. -EEXIST: there is one of that name. */
int osd_pools_create(struct monitor *mon, struct osd_pending *p, const struct osd_pool_spec *spec,
                     struct pg_pool **pool, struct strbuf *why) MUST_CHECK;
/* The pool is not in the next epoch. -EPERM: it is protected, or mon_allow_pool_delete is off. */
int osd_pools_remove(struct monitor *mon, struct osd_pending *p, int64_t id, struct strbuf *why) MUST_CHECK;

/* Whether a pool may have that many placement groups (of size OSDs each): -ERANGE. id: the pool, -1: a new
 * one. */
int osd_pools_check_pg_num(struct monitor *mon, const struct osd_pending *p, int64_t id, int64_t pg_num,
                           int64_t size, struct strbuf *why) MUST_CHECK;
/* Whether a replicated pool of that size can have the rule: -EINVAL. */
int osd_pools_check_rule(const struct crush_map *crush, int rule, int64_t size,
                         struct strbuf *why) MUST_CHECK;

/* Clears the line, writes a new one and returns r. */
int osd_pools_fail(struct strbuf *why, int r, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Handles an MPoolOp, and ends the op. */
void osd_pools_handle_op(struct mon_op *op);

#endif
