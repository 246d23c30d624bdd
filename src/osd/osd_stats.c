/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_stats.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "osd/osd_heartbeat.h"

enum { KB = 1024 };

static int fill_osd(struct osd *osd, struct osd_stat *s, uint64_t seq)
{
    struct object_store_statfs st;

    object_store_statfs(osd->store, &st);
    *s = (struct osd_stat){
        .kb = st.total / KB,
        .kb_used = (st.total - st.available) / KB,
        .kb_avail = st.available / KB,
        .up_from = osd->up_epoch,
        .seq = (uint64_t)osd->up_epoch << 32 | seq,
        .kb_used_data = st.allocated / KB,
        .statfs = {.total = (int64_t)st.total,
                   .available = (int64_t)st.available,
                   .allocated = (int64_t)st.allocated,
                   .data_stored = (int64_t)st.stored},
        .alerts_of = osd->whoami,
        .num_osds = 1,
    };
    mutex_lock(&osd->pgs_lock);
    s->num_pgs = osd->pg_count;
    mutex_unlock(&osd->pgs_lock);
    return osd_heartbeat_peers(osd, &s->hb_peers);
}

static void fill_sums(const struct pg_stats *have, struct object_stat_sum *s)
{
    s->num_bytes = have->bytes;
    s->num_objects = s->num_object_copies = s->num_objects_dirty = have->objects;
    s->num_rd = (int64_t)have->reads;
    s->num_rd_kb = (int64_t)(have->read_bytes / KB);
    s->num_wr = (int64_t)have->writes;
    s->num_wr_kb = (int64_t)(have->written_bytes / KB);
}

static void fill_stamps(const struct pg *pg, struct pg_stat *s)
{
    struct utime now = utime_from_ns(clock_realtime_ns()), active = pg->active ? now : pg->last_active;

    s->last_fresh = s->last_unstale = now;
    s->last_change = pg->last_change;
    s->last_active = s->last_clean = s->last_peered = s->last_undegraded = s->last_fullsized = active;
    s->last_became_active = s->last_became_peered = pg->last_became_active;
    s->last_scrub_stamp = s->last_deep_scrub_stamp = s->last_clean_scrub_stamp = pg->created_stamp;
}

/* With the group's lock. */
static int fill_pg(struct pg *pg, struct pg_stat *s)
{
    int r;

    *s = (struct pg_stat){
        .version = pg->last_update,
        .reported_seq = ++pg->reported_seq,
        .reported_epoch = pg->map->map.epoch,
        .state = pg_state(pg),
        .log_start = pg->log.tail,
        .ondisk_log_start = pg->disk_tail,
        .created = pg->history.epoch_created,
        .last_epoch_clean = pg->active ? pg->map->map.epoch : pg->history.last_epoch_clean,
        .log_size = pg->log.count,
        .ondisk_log_size = pg->log.count,
        .up_primary = pg->where.up.primary,
        .acting_primary = pg->where.acting.primary,
        .mapping_epoch = pg->history.same_interval_since,
    };
    fill_sums(&pg->stats, &s->stats);
    fill_stamps(pg, s);
    r = osd_ids_copy(&s->up, pg->where.up.osds, pg->where.up.count);
    return r ? r : osd_ids_copy(&s->acting, pg->where.acting.osds, pg->where.acting.count);
}

struct collecting {
    struct m_pg_stats *m;
    uint32_t room;
    int error;
};

static void collect_pg(void *arg, struct pg *pg)
{
    struct collecting *c = arg;
    struct m_pg_stats *m = c->m;

    pg_lock(pg);
    if (pg->map && pg->primary && !pg->removed && m->count < c->room) {
        m->items[m->count].pg = pg->id;
        if (fill_pg(pg, &m->items[m->count++].stat))
            c->error = -ENOMEM;
    }
    pg_unlock(pg);
}

static int compare_items(const void *a, const void *b)
{
    const struct pg_stats_item *x = a, *y = b;

    return pg_id_compare(x->pg, y->pg);
}

struct message *osd_stats_message(struct osd *osd, uint64_t seq)
{
    struct m_pg_stats m = {
        .paxos = PAXOS_PREFIX_INIT(0),
        .fsid = osd->superblock.cluster_fsid,
        .epoch = atomic_load(&osd->epoch),
    };
    struct collecting c = {.m = &m};

    c.error = fill_osd(osd, &m.osd, seq);
    c.room = m.osd.num_pgs;
    m.items = calloc(c.room ? c.room : 1, sizeof(*m.items));
    if (m.items && !c.error)
        osd_each_pg(osd, collect_pg, &c);
    if (!m.items || c.error) {
        m_pg_stats_destroy(&m);
        return NULL;
    }
    qsort(m.items, m.count, sizeof(*m.items), compare_items);
    return m_pg_stats_message(&m);
}
