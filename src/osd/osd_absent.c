/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Groups that the map gives this OSD while their objects are on another one. Nobody tells us of them:
 * monitors tell of groups to be made, and these were made long ago. They get a place here without a
 * collection, which serves nothing and says where the objects are, until the map gives the group to somebody
 * else.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/log.h"
#include "osd/osd.h"

enum {
    SETTLE_SECONDS = 5, /* after a map; by then the monitor has told what is to be made */
    EPOCHS_BACK = 20,   /* looked through for who had a group before */
};

/* Who served it last before us; -1: not known. */
static int32_t last_primary(struct osd *osd, struct pg_id id, uint32_t epoch)
{
    int32_t found = -1;

    for (uint32_t e = epoch - 1; found < 0 && e > 0 && e + EPOCHS_BACK >= epoch; e--) {
        struct cluster_map *m;
        struct pg_osds where;
        if (osd_map_load(osd->store, osd->meta, e, &m))
            break;
        if (osdmap_map_pg(&m->mapping, id, &where) == 0 && where.acting.primary != osd->whoami)
            found = where.acting.primary;
        cluster_map_put(m);
    }
    return found;
}

static void add_absent(struct osd *osd, struct pg_id id, struct cluster_map *map)
{
    int32_t had_it = last_primary(osd, id, map->map.epoch);
    struct pg *pg = pg_create(osd, id);

    if (!pg)
        return;
    if (had_it >= 0)
        snprintf(pg->absent_why, sizeof(pg->absent_why),
                 "its objects are on osd.%d and are not moved: it serves them when it is up and in (ceph osd "
                 "in %d)",
                 had_it, had_it);
    else
        snprintf(pg->absent_why, sizeof(pg->absent_why),
                 "its objects are on another OSD and are not moved: it serves them when it is up and in");
    pg_advance(pg, map);
    osd_add_pg(osd, pg);
    pg_unlock(pg);
    pg_put(pg);
}

/* With osd.lock. */
static void find_absent(struct osd *osd, struct cluster_map *map)
{
    for (unsigned i = 0; i < map->map.pool_count; i++) {
        struct pg_id id = {.pool = map->map.pools[i].id};
        for (; id.seed < map->map.pools[i].pool.pg_num; id.seed++) {
            const struct pg_place *place = cluster_map_place(map, id);
            struct pg *pg;
            if (!place || place->primary != osd->whoami)
                continue;
            pg = osd_find_pg(osd, id);
            if (!pg)
                add_absent(osd, id, map);
            pg_put(pg);
        }
    }
}

void osd_look_for_absent(struct osd *osd, uint64_t now)
{
    struct cluster_map *map;

    if (osd->settling_epoch != atomic_load(&osd->epoch)) {
        osd->settling_epoch = atomic_load(&osd->epoch);
        osd->settled_ns = now + SETTLE_SECONDS * NSEC_PER_SEC;
    }
    if (!osd->settled_ns || now < osd->settled_ns)
        return;
    osd->settled_ns = 0;
    mutex_lock(&osd->lock);
    map = osd->state == OSD_STATE_ACTIVE ? osd_current_map(osd) : NULL;
    if (map)
        find_absent(osd, map);
    mutex_unlock(&osd->lock);
    cluster_map_put(map);
}
