/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pg_map: what OSDs last told of their placement groups and their space, where no manager gathers it; and how
 * fast clients read and write, from the last few samples. Nothing of it is stored.
 *
 * Owner: init and destroy on the caller's storage. Threads: none of its own. Errors: negative errno. See:
 * src/test/unit/mon/test_pg_map.c.
 */
#ifndef CEPH_MON_PG_MAP_H
#define CEPH_MON_PG_MAP_H

#include "maps/osdmap.h"
#include "messages/m_pg_stats.h"
#include "mon/pg_creates.h"

struct pg_map_pg {
    struct pg_id id;
    bool reported;       /* else stat is empty */
    uint64_t state;      /* as it counts by now: creating, stale; 0: unknown */
    struct pg_stat stat; /* as its primary told */
};

#define PG_MAP_SAMPLES 6

struct pg_map_sample {
    uint64_t at_ns; /* monotonic */
    int64_t reads, read_kb, writes, write_kb;
};

struct pg_map_pool {
    int64_t id;
    struct pg_map_sample samples[PG_MAP_SAMPLES]; /* the oldest first */
    unsigned sample_count;
};

struct pg_map {
    struct pg_map_pg *pgs; /* every group of every pool, by pool and seed */
    unsigned count;
    struct pg_map_pool *pools; /* by id */
    unsigned pool_count;
    struct osd_stat *osds; /* by number; num_osds 0: it has not told */
    unsigned osd_count;
    uint64_t version; /* counts reports */
    struct utime stamp;
};

void pg_map_init(struct pg_map *m);
void pg_map_destroy(struct pg_map *m);

/* A new epoch: groups and OSDs come and go. */
int pg_map_take_map(struct pg_map *m, const struct osdmap *map, const struct pg_creates *creates) MUST_CHECK;
/* What an OSD tells. Takes the statistics out of the message. */
int pg_map_report(struct pg_map *m, const struct osdmap *map, int32_t osd,
                  struct m_pg_stats *report) MUST_CHECK;
/* Remembers how much was read and written up to now. */
void pg_map_take_sample(struct pg_map *m, uint64_t now_ns);

const struct pg_map_pg *pg_map_find(const struct pg_map *m, struct pg_id pg); /* NULL: no such group */

#define PG_MAP_ALL_POOLS (-1)
#define PG_MAP_NO_POOL   (-2)

struct pg_map_sum {
    struct object_stat_sum stats;
    int64_t log_size, ondisk_log_size;
    unsigned pgs, up, acting; /* the latter: places in the sets */
};
struct pg_map_sum pg_map_sum(const struct pg_map *m, int64_t pool);

/* Of clients, each second. */
struct pg_map_rates {
    uint64_t read_bytes, write_bytes, reads, writes;
};
struct pg_map_rates pg_map_rates(const struct pg_map *m, int64_t pool);

/* Bytes. */
struct pg_map_space {
    uint64_t total, avail, used, used_raw;
    unsigned osds;
};
void pg_map_add_space(struct pg_map_space *s, const struct osd_stat *osd);
struct pg_map_space pg_map_space(const struct pg_map *m);

/* How many groups are in each state, the most common first. malloc'ed; NULL with *count 0: none, or no
 * memory. */
struct pg_map_state_count {
    uint64_t state;
    unsigned count;
};
struct pg_map_state_count *pg_map_count_states(const struct pg_map *m, unsigned *count);

#endif
