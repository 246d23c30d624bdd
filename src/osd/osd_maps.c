/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps that come: stored, taken up by the groups one epoch after the other, and handed on. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "messages/m_osd_map.h"
#include "messages/m_osd_pg_create.h"
#include "messages/m_purged_snaps.h"
#include "osd/osd.h"
#include "osd/osd_session.h"
#include "osdc/objecter.h"

enum { SHARE_MAX = 40, MAPS_KEPT = 200 };

/* A group that a monitor wants made. */
struct pg_creating {
    struct list link; /* osd.creates */
    struct pg_id id;
    uint32_t created;
    struct utime stamp;
};

/* ---- groups ---- */

/* With osd.lock; the group is locked, ours to unlock. */
static int make_pg(struct osd *osd, const struct pg_creating *c, struct cluster_map *map)
{
    struct pg *pg = pg_create(osd, c->id);
    int r = pg ? pg_make(pg, map, c->created, c->stamp) : -ENOMEM;

    if (r == 0) {
        pg_advance(pg, map);
        osd_add_pg(osd, pg);
    } else {
        derr(osd, "cannot make pg %" PRId64 ".%x: %s", c->id.pool, c->id.seed, strerror(-r));
    }
    if (pg)
        pg_unlock(pg);
    if (r == 0)
        osd_pg_created(osd, pg);
    pg_put(pg);
    return r;
}

void osd_pg_created(struct osd *osd, struct pg *pg)
{
    struct m_osd_pg_created m = {.paxos = PAXOS_PREFIX_INIT(0), .pg = pg->id};
    struct message *msg = m_osd_pg_created_message(&m);

    if (msg)
        mon_client_send(osd->monc, msg);
}

static bool is_ours(const struct osd *osd, const struct cluster_map *map, struct pg_id id)
{
    struct pg_osds where;

    return osdmap_map_pg(&map->mapping, id, &where) == 0 && where.acting.primary == osd->whoami;
}

/* An administrator wants it made anew where it was only missed: true. */
static bool drop_absent(struct osd *osd, struct pg *pg)
{
    bool absent;

    pg_lock(pg);
    absent = !pg->coll;
    if (absent) {
        mutex_lock(&osd->pgs_lock);
        list_splice_tail(&osd->waiting_for_pg, &pg->waiting);
        mutex_unlock(&osd->pgs_lock);
        pg_remove(pg);
    }
    pg_unlock(pg);
    if (absent)
        osd_remove_pg(osd, pg);
    return absent;
}

/* With osd.lock: makes what the present map has for us, forgets what it does not know any more. */
static void make_groups(struct osd *osd)
{
    struct cluster_map *map = osd_current_map(osd);

    list_for_each_safe(c, &osd->creates, struct pg_creating, link) {
        const struct osdmap_pool *pool = map ? osdmap_find_pool(&map->map, c->id.pool) : NULL;
        struct pg *pg;
        if (!map || c->created > map->map.epoch)
            continue; /* its map is still to come */
        pg = osd_find_pg(osd, c->id);
        if (pg && drop_absent(osd, pg)) {
            pg_put(pg);
            pg = NULL;
        }
        if (pg)
            osd_pg_created(osd, pg); /* asked again: the first answer was lost */
        else if (pool && is_ours(osd, map, c->id))
            make_pg(osd, c, map);
        pg_put(pg);
        list_remove(&c->link);
        free(c);
    }
    cluster_map_put(map);
}

void osd_creates_drop(struct osd *osd)
{
    list_for_each_safe(c, &osd->creates, struct pg_creating, link) {
        list_remove(&c->link);
        free(c);
    }
}

void osd_handle_pg_create(struct osd *osd, struct message *msg)
{
    struct m_osd_pg_create2 m;

    if (m_osd_pg_create2_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "pg_create2");
        return;
    }
    mutex_lock(&osd->lock);
    for (uint32_t i = 0; i < m.count; i++) {
        struct pg_creating *c = calloc(1, sizeof(*c));
        if (!c)
            break;
        c->id = m.pgs[i].pg;
        c->created = m.pgs[i].created;
        c->stamp = m.pgs[i].stamp;
        list_add_tail(&osd->creates, &c->link);
    }
    make_groups(osd);
    mutex_unlock(&osd->lock);
    mon_client_sub_got(osd->monc, "osd_pg_creates", m.epoch);
    m_osd_pg_create2_destroy(&m);
    osd_drop_waiting(osd);
}

struct advance {
    struct osd *osd;
    struct cluster_map *map;
};

static void advance_pg(void *arg, struct pg *pg)
{
    struct advance *a = arg;
    bool gone = !osdmap_find_pool(&a->map->map, pg->id.pool), stored;
    int r;

    pg_lock(pg);
    stored = pg->coll;
    if (!gone)
        pg_advance(pg, a->map);
    if (!stored && !pg->primary)
        gone = true; /* whoever has it serves it */
    if (gone)
        pg_remove(pg);
    pg_unlock(pg);
    if (gone && !stored)
        osd_remove_pg(a->osd, pg);
    else if (gone) {
        dout(osd, 1, "pg %" PRId64 ".%x is removed with its pool", pg->id.pool, pg->id.seed);
        osd_remove_pg(a->osd, pg);
        r = object_store_remove_collection(a->osd->store, (struct coll_id){pg->id.pool, pg->id.seed});
        if (r)
            derr(osd, "pg %" PRId64 ".%x cannot be removed from the store: %s", pg->id.pool, pg->id.seed,
                 strerror(-r));
    }
}

/* ---- loading ---- */

struct found {
    struct osd *osd;
    struct coll_id *ids;
    unsigned count;
};

static void note_collection(void *arg, struct coll_id id, unsigned bits UNUSED)
{
    struct found *f = arg;
    struct coll_id *more;

    if (id.pool < 0)
        return;
    more = realloc(f->ids, (f->count + 1) * sizeof(*more));
    if (!more)
        return;
    f->ids = more;
    more[f->count++] = id;
}

int osd_load_pgs(struct osd *osd, char *err, size_t err_size)
{
    struct found f = {.osd = osd};
    struct cluster_map *map = NULL;
    int r = 0;

    if (osd->superblock.newest_map) {
        r = osd_map_load(osd->store, osd->meta, osd->superblock.newest_map, &map);
        if (r) {
            snprintf(err, err_size, "map %u cannot be read: %s", osd->superblock.newest_map, strerror(-r));
            return r;
        }
        osd->map = map;
        atomic_store(&osd->epoch, map->map.epoch);
    }
    r = object_store_collections(osd->store, note_collection, &f);
    for (unsigned i = 0; r == 0 && i < f.count; i++) {
        struct pg_id id = {f.ids[i].pool, f.ids[i].seed};
        struct pg *pg = pg_create(osd, id);
        r = pg ? pg_load(pg) : -ENOMEM;
        if (r)
            snprintf(err, err_size, "pg %" PRId64 ".%x cannot be read: %s", id.pool, id.seed, strerror(-r));
        else
            osd_add_pg(osd, pg);
        if (pg)
            pg_unlock(pg);
        pg_put(pg);
    }
    free(f.ids);
    return r;
}

/* ---- maps ---- */

void osd_want_map(struct osd *osd, uint32_t epoch)
{
    mon_client_sub_want(osd->monc, "osdmap", epoch, 0);
}

static const struct osd_map_item *find_item(const struct osd_map_item *items, uint32_t count, uint32_t epoch)
{
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].epoch == epoch)
            return &items[i];
    }
    return NULL;
}

static int from_full(const struct slice *bytes, struct osdmap *out)
{
    struct decode d;

    decode_init(&d, bytes->data, bytes->len);
    return osdmap_decode(out, &d);
}

/* What the map before, changed by this, is; and how that is encoded, which must be as its maker has it. */
static int from_incremental(const struct cluster_map *before, const struct slice *bytes, struct osdmap *out,
                            struct slice *full)
{
    struct osdmap_incremental inc;
    struct decode d;
    struct encode e;
    uint32_t crc;
    uint8_t *data;
    size_t len;
    int r;

    decode_init(&d, bytes->data, bytes->len);
    r = osdmap_incremental_decode(&inc, &d);
    if (r)
        return r;
    osdmap_init(out);
    if (before)
        r = osdmap_copy(out, &before->map);
    if (r == 0)
        r = osdmap_apply(out, &inc);
    encode_init(&e);
    if (r == 0) {
        osdmap_encode(out, &e, &crc);
        r = encode_error(&e);
        if (r == 0 && crc != inc.full_crc)
            r = -EUCLEAN;
    }
    data = encode_steal(&e, &len);
    encode_destroy(&e);
    osdmap_incremental_destroy(&inc);
    if (r) {
        free(data);
        osdmap_destroy(out);
        return r;
    }
    *full = slice_of(buffer_wrap_malloc(data, len));
    return full->buf ? 0 : -ENOMEM;
}

static void ask_full(struct osd *osd, uint32_t epoch)
{
    struct m_mon_get_osdmap m = {.paxos = PAXOS_PREFIX_INIT(0), .full_first = epoch, .full_last = epoch};
    struct message *msg = m_mon_get_osdmap_message(&m);

    dout(osd, 1, "map %u does not come out as the monitor has it; asking for all of it", epoch);
    if (msg)
        mon_client_send(osd->monc, msg);
}

/* The next map from the message, its bytes put into t. NULL: there is none, or it is no good. */
static struct cluster_map *next_map(struct osd *osd, const struct m_osd_map *m,
                                    const struct cluster_map *before, uint32_t epoch,
                                    struct os_transaction *t)
{
    const struct osd_map_item *full = find_item(m->fulls, m->full_count, epoch);
    const struct osd_map_item *inc = find_item(m->incrementals, m->incremental_count, epoch);
    struct slice bytes = {0};
    struct osdmap map;
    int r = -ENOENT;

    if (full) {
        r = from_full(&full->map, &map);
        bytes = slice_get(&full->map);
    } else if (inc && (before || epoch == 1)) {
        r = from_incremental(before, &inc->map, &map, &bytes);
        if (r == -EUCLEAN)
            ask_full(osd, epoch);
    }
    if (r == 0) {
        osd_map_store_full(t, epoch, &bytes);
        if (inc)
            osd_map_store_incremental(t, epoch, &inc->map);
    } else if (r != -ENOENT) {
        derr(osd, "map %u cannot be used: %s", epoch, strerror(-r));
    }
    slice_put(&bytes);
    return r ? NULL : cluster_map_create(&map);
}

static void set_current(struct osd *osd, struct cluster_map *map)
{
    struct cluster_map *old;

    mutex_lock(&osd->map_lock);
    old = osd->map;
    osd->map = cluster_map_get(map);
    atomic_store(&osd->epoch, map->map.epoch);
    mutex_unlock(&osd->map_lock);
    cluster_map_put(old);
}

/* Where to go on: behind ours, or, when the monitors have dropped what follows, at the first full one. */
static uint32_t first_wanted(struct osd *osd, const struct m_osd_map *m)
{
    uint32_t next = atomic_load(&osd->epoch) + 1, first = UINT32_MAX;

    if (find_item(m->incrementals, m->incremental_count, next) || find_item(m->fulls, m->full_count, next))
        return next;
    for (uint32_t i = 0; i < m->full_count; i++) {
        if (m->fulls[i].epoch > next && m->fulls[i].epoch < first)
            first = m->fulls[i].epoch;
    }
    return first;
}

static int store_maps(struct osd *osd, struct os_transaction *t, uint32_t newest)
{
    uint32_t oldest = osd->superblock.oldest_map;

    if (!oldest)
        oldest = newest;
    if (newest > MAPS_KEPT && oldest < newest - MAPS_KEPT) {
        osd_map_forget(t, oldest, newest - MAPS_KEPT);
        oldest = newest - MAPS_KEPT;
    }
    osd->superblock.oldest_map = oldest;
    osd->superblock.newest_map = osd->superblock.current_epoch = newest;
    return osd_save_superblock(osd, t);
}

/* With osd.lock: takes up what there is; true: we have a newer map. */
static bool take_maps(struct osd *osd, const struct m_osd_map *m)
{
    struct cluster_map *maps[SHARE_MAX * 4], *before = osd_current_map(osd);
    uint32_t epoch = first_wanted(osd, m);
    unsigned count = 0;
    struct os_transaction t;
    int r = 0;

    if (!osd->superblock.oldest_map && epoch != UINT32_MAX)
        osd->superblock.oldest_map = epoch;
    os_transaction_init(&t, COLL_META);
    for (; epoch != UINT32_MAX && count < ARRAY_SIZE(maps); epoch++, count++) {
        maps[count] = next_map(osd, m, count ? maps[count - 1] : before, epoch, &t);
        if (!maps[count])
            break;
    }
    if (count) {
        r = store_maps(osd, &t, maps[count - 1]->map.epoch);
        if (r == 0)
            r = object_store_apply(osd->store, &t);
        if (r)
            osd_store_failed(osd, r);
    }
    os_transaction_destroy(&t);
    for (unsigned i = 0; i < count; i++) {
        struct advance a = {osd, maps[i]};
        set_current(osd, maps[i]);
        osd_boot_follow(osd, &maps[i]->map);
        objecter_take_map(osd->objecter, cluster_map_get(maps[i]));
        osd_each_pg(osd, advance_pg, &a);
        cluster_map_put(maps[i]);
    }
    perf_add(osd->counters, OSD_COUNTER_MAP_EPOCHS, count);
    cluster_map_put(before);
    return count > 0;
}

void osd_handle_map(struct osd *osd, struct message *msg)
{
    struct m_osd_map m;
    bool newer;

    if (m_osd_map_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "osd_map");
        return;
    }
    perf_inc(osd->counters, OSD_COUNTER_MAP_MESSAGES);
    if (!fsid_equal(&m.fsid, &osd->superblock.cluster_fsid)) {
        derr(osd, "maps of another cluster came; ignored");
        m_osd_map_destroy(&m);
        return;
    }
    mutex_lock(&osd->lock);
    newer = take_maps(osd, &m);
    if (newer) {
        make_groups(osd);
        osd_boot_step(osd);
    }
    mutex_unlock(&osd->lock);
    mon_client_sub_got(osd->monc, "osdmap", atomic_load(&osd->epoch));
    if (atomic_load(&osd->epoch) < m.newest)
        osd_want_map(osd, atomic_load(&osd->epoch) + 1);
    m_osd_map_destroy(&m);
    if (newer)
        osd_drop_waiting(osd);
}

/* ---- sharing ---- */

static int add_newest(struct osd *osd, struct m_osd_map *m)
{
    struct slice bytes;
    int r = osd_map_load_bytes(osd->store, osd->meta, m->newest, false, &bytes);

    return r ? r : m_osd_map_add_full(m, m->newest, bytes);
}

static int add_changes(struct osd *osd, struct m_osd_map *m, uint32_t first)
{
    struct slice bytes;
    int r = 0;

    for (uint32_t e = first; e <= m->newest && r == 0; e++) {
        r = osd_map_load_bytes(osd->store, osd->meta, e, true, &bytes);
        if (r == 0)
            r = m_osd_map_add_incremental(m, e, bytes);
    }
    return r;
}

/* What a connection was sent last, so that it is not sent again with every operation. */
void osd_share_map(struct osd *osd, struct connection *con, uint32_t peer_epoch)
{
    struct osd_session *session = osd_session_of(con);
    uint32_t newest = atomic_load(&osd->epoch), sent = session ? atomic_load(&session->sent_epoch) : newest;
    struct m_osd_map m = {.fsid = osd->superblock.cluster_fsid, .newest = newest};
    struct message *msg;

    if (sent >= newest || peer_epoch >= newest)
        return;
    atomic_store(&session->sent_epoch, newest);
    if (sent > peer_epoch)
        peer_epoch = sent;
    m.oldest = osd->superblock.oldest_map;
    if (newest - peer_epoch > SHARE_MAX || add_changes(osd, &m, peer_epoch + 1)) {
        if (add_newest(osd, &m)) {
            m_osd_map_destroy(&m);
            return;
        }
    }
    msg = m_osd_map_message(&m);
    if (msg)
        connection_send(con, msg);
}
