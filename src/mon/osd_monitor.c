/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "messages/m_osd_map.h"
#include "messages/m_osd_pg_create.h"
#include "mon/monitor.h"
#include "mon/osd_fullness.h"
#include "mon/osd_health.h"

struct osd_monitor {
    struct paxos_service base;
    struct osdmap map;
    struct crush_map crush; /* of map */
    struct pg_creates creates;
    struct osd_pending pending;
    struct pg_creates pending_creates;
    bool creates_changed;
    struct kv_batch pending_tx;
    struct slice full, inc; /* the newest epoch, as subscribers get it */
    struct osd_liveness liveness;
    struct pg_map pg_map;
};

static struct osd_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct osd_monitor, base);
}

const struct osdmap *osd_monitor_map(const struct paxos_service *s)
{
    return &of(s)->map;
}

const struct crush_map *osd_monitor_crush(const struct paxos_service *s)
{
    return &of(s)->crush;
}

struct osd_pending *osd_monitor_pending(struct paxos_service *s)
{
    return &of(s)->pending;
}

struct kv_batch *osd_monitor_pending_tx(struct paxos_service *s)
{
    return &of(s)->pending_tx;
}

struct pg_creates *osd_monitor_pending_creates(struct paxos_service *s)
{
    of(s)->creates_changed = true;
    return &of(s)->pending_creates;
}

const struct pg_creates *osd_monitor_creates(const struct paxos_service *s)
{
    return &of(s)->creates;
}

struct osd_liveness *osd_monitor_liveness(struct paxos_service *s)
{
    return &of(s)->liveness;
}

const struct pg_map *osd_monitor_pg_map(const struct paxos_service *s)
{
    return &of(s)->pg_map;
}

int osd_monitor_take_stats(struct paxos_service *s, int32_t osd, struct m_pg_stats *stats)
{
    return pg_map_report(&of(s)->pg_map, &of(s)->map, osd, stats);
}

/* ---- in the store ---- */

#define CREATES_KEY "creating_pgs"

static const char *full_key(char buf[static 32], uint64_t epoch)
{
    snprintf(buf, 32, "full_%" PRIu64, epoch);
    return buf;
}

static int create_initial(struct paxos_service *s)
{
    struct osdmap first;
    int r = osdmap_create_initial(&first, &s->mon->store.fsid, utime_now());

    if (r)
        return r;
    r = osd_pending_init_first(&of(s)->pending, &first);
    osdmap_destroy(&first);
    return r;
}

static int read_full(const struct paxos_service *s, uint64_t epoch, struct slice *bytes, struct osdmap *map)
{
    char key[32];
    struct decode d;
    int r = mon_store_get(&s->mon->store, s->ops->name, full_key(key, epoch), bytes);

    if (r)
        return r;
    decode_init(&d, bytes->data, bytes->len);
    r = osdmap_decode(map, &d);
    if (r)
        slice_put(bytes);
    return r;
}

static void forget(struct osd_monitor *o)
{
    osd_pending_destroy(&o->pending);
    kv_batch_clear(&o->pending_tx);
    pg_creates_destroy(&o->pending_creates);
    o->creates_changed = false;
    crush_map_destroy(&o->crush);
    osdmap_destroy(&o->map);
    slice_put(&o->full);
    slice_put(&o->inc);
}

/* Who must make what may be new with every map; what an OSD was told already stays known. */
static int read_creates(struct osd_monitor *o)
{
    struct osdmap_mapping mapping;
    struct pg_creates creates;
    struct slice bytes;
    struct decode d;
    int r = mon_store_get(&o->base.mon->store, o->base.ops->name, CREATES_KEY, &bytes);

    if (r)
        return r == -ENOENT ? 0 : r;
    decode_init(&d, bytes.data, bytes.len);
    r = pg_creates_decode(&creates, &d);
    slice_put(&bytes);
    if (r)
        return r;
    pg_creates_keep_places(&creates, &o->creates);
    pg_creates_destroy(&o->creates);
    o->creates = creates;
    if (!creates.count)
        return 0;
    r = osdmap_mapping_init(&mapping, &o->map);
    if (r)
        return r;
    pg_creates_place(&o->creates, &mapping);
    osdmap_mapping_destroy(&mapping);
    return pg_creates_copy(&o->pending_creates, &o->creates);
}

static int update_from_store(struct paxos_service *s)
{
    struct osd_monitor *o = of(s);
    int r;

    forget(o);
    r = read_full(s, s->last_committed, &o->full, &o->map);
    if (r == 0)
        r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &o->inc);
    if (r == 0)
        r = osdmap_get_crush(&o->map, &o->crush);
    if (r == 0)
        r = read_creates(o);
    if (r == 0)
        r = pg_map_take_map(&o->pg_map, &o->map, &o->creates);
    if (r)
        return r;
    osd_liveness_take_map(&o->liveness, &o->map);
    return osd_pending_init(&o->pending, &o->map);
}

/* The groups of new pools must be made, those of removed pools need not; a pool all of whose groups are there
 * is not being created any more. */
static int update_creates(struct osd_monitor *o, struct utime now)
{
    struct osd_pending *p = &o->pending;
    struct pg_creates *c = &o->pending_creates;
    int r = 0;

    for (unsigned i = 0; r == 0 && i < p->inc.new_pool_count; i++) {
        const struct osdmap_pool *pool = &p->inc.new_pools[i];
        if (osdmap_find_pool(p->map, pool->id))
            continue;
        r = pg_creates_add_pool(c, pool->id, pool->pool.pg_num, p->inc.epoch, now);
        o->creates_changed = true;
    }
    for (unsigned i = 0; i < p->inc.old_pool_count; i++) {
        o->creates_changed |= pg_creates_has_pool(c, p->inc.old_pools[i]);
        pg_creates_remove_pool(c, p->inc.old_pools[i]);
    }
    for (unsigned i = 0; r == 0 && i < p->map->pool_count; i++) {
        const struct osdmap_pool *pool = &p->map->pools[i];
        struct pg_pool *edited;
        if (!(pool->pool.flags & PG_POOL_CREATING) || pg_creates_has_pool(c, pool->id) ||
            !osd_pending_find_pool(p, pool->id))
            continue;
        edited = osd_pending_edit_pool(p, pool->id);
        if (edited)
            edited->flags &= ~PG_POOL_CREATING;
        else
            r = -ENOMEM;
    }
    return r;
}

static void put_creates(struct osd_monitor *o, struct kv_batch *tx)
{
    struct encode e;

    if (!o->creates_changed)
        return;
    encode_init(&e);
    pg_creates_encode(&o->pending_creates, &e);
    mon_tx_put(tx, o->base.ops->name, CREATES_KEY, e.data, e.len);
    if (encode_error(&e))
        tx->ops.error = encode_error(&e);
    encode_destroy(&e);
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct osd_pending *p = &of(s)->pending;
    struct utime now = utime_now();
    uint64_t epoch = s->last_committed + 1;
    struct encode inc, full;
    char key[32];
    int r;

    encode_init(&inc);
    encode_init(&full);
    r = update_creates(of(s), now);
    if (r == 0)
        r = osd_fullness_mark_pools(p);
    if (r == 0)
        r = osd_pending_encode(p, now, &inc, &full);
    if (r)
        tx->ops.error = r;
    mon_tx_put(tx, s->ops->name, full_key(key, epoch), full.data, full.len);
    mon_tx_put_version(tx, s->ops->name, epoch, inc.data, inc.len);
    put_creates(of(s), tx);
    kv_batch_append(tx, &of(s)->pending_tx);
    encode_destroy(&inc);
    encode_destroy(&full);
}

static uint64_t trim_to(struct paxos_service *s)
{
    uint64_t keep = conf_u64(s->mon->conf, OPT_mon_min_osdmap_epochs);

    /* Who makes a placement group begins with the map in which its pool was new. */
    if (of(s)->creates.count)
        return 0;
    return s->last_committed > keep ? s->last_committed - keep : 0;
}

static void trim(struct paxos_service *s, struct kv_batch *tx, uint64_t from, uint64_t to)
{
    char key[32];

    for (uint64_t epoch = from; epoch < to; epoch++)
        mon_tx_delete(tx, s->ops->name, full_key(key, epoch));
}

/* Genuine OSDs subscribe to maps that they know of only. */
static bool waits_for_word(const struct osdmap *map, const struct mon_session *session)
{
    list_for_each(sub, &session->subs, struct mon_sub, in_session)
        if (sub->kind == MON_SUB_OSDMAP)
            return false;
    return !list_empty(&session->subs) && osdmap_is_up(map, mon_session_osd(session));
}

/* Who lacks more than the newest epoch asks for it. */
static void tell_osds(struct paxos_service *s)
{
    list_for_each_safe(session, &s->mon->sessions.all, struct mon_session, entry)
        if (waits_for_word(&of(s)->map, session))
            osd_monitor_send_since(s, session,
                                   session->osd_epoch ? session->osd_epoch : (uint32_t)s->last_committed - 1);
}

static void updated(struct paxos_service *s)
{
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_OSDMAP], struct mon_sub, in_kind)
        osd_monitor_check_sub(s, sub);
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_PG_CREATES], struct mon_sub, in_kind)
        osd_monitor_check_pg_creates(s, sub);
    tell_osds(s);
}

static void tick(struct paxos_service *s)
{
    pg_map_take_sample(&of(s)->pg_map, clock_monotonic_ns());
    if (!paxos_service_writable(s))
        return;
    osd_liveness_tick(s);
    osd_fullness_check_quotas(s);
}

static void health(struct paxos_service *s, struct health_checks *checks)
{
    osd_health_check(&of(s)->map, &of(s)->crush, &of(s)->pg_map, s->mon->conf, checks);
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    forget(of(s));
    pg_creates_destroy(&of(s)->creates);
    kv_batch_destroy(&of(s)->pending_tx);
    osd_liveness_destroy(&of(s)->liveness);
    pg_map_destroy(&of(s)->pg_map);
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "osdmap",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .updated = updated,
    .tick = tick,
    .trim_to = trim_to,
    .trim = trim,
    .health = health,
    .destroy = destroy,
};

struct paxos_service *osd_monitor_create(struct monitor *mon)
{
    struct osd_monitor *o = calloc(1, sizeof(*o));

    if (!o)
        return NULL;
    paxos_service_init(&o->base, &ops, mon);
    osdmap_init(&o->map);
    crush_map_init(&o->crush);
    kv_batch_init(&o->pending_tx);
    osd_liveness_init(&o->liveness);
    pg_map_init(&o->pg_map);
    return &o->base;
}

int osd_monitor_load(const struct paxos_service *s, uint64_t epoch, struct osdmap *map)
{
    struct slice bytes;
    int r;

    if (epoch == 0 || epoch == s->last_committed)
        return osdmap_copy(map, &of(s)->map);
    r = read_full(s, epoch, &bytes, map);
    if (r == 0)
        slice_put(&bytes);
    return r;
}

/* ---- subscribers ---- */

static int add_full(struct paxos_service *s, struct m_osd_map *m, uint64_t epoch)
{
    struct slice map;
    char key[32];
    int r;

    if (epoch == s->last_committed)
        return m_osd_map_add_full(m, (uint32_t)epoch, slice_get(&of(s)->full));
    r = mon_store_get(&s->mon->store, s->ops->name, full_key(key, epoch), &map);
    return r ? r : m_osd_map_add_full(m, (uint32_t)epoch, map);
}

static int add_incremental(struct paxos_service *s, struct m_osd_map *m, uint64_t epoch)
{
    struct slice map;
    int r;

    if (epoch == s->last_committed)
        return m_osd_map_add_incremental(m, (uint32_t)epoch, slice_get(&of(s)->inc));
    r = mon_store_get_version(&s->mon->store, s->ops->name, epoch, &map);
    return r ? r : m_osd_map_add_incremental(m, (uint32_t)epoch, map);
}

/* Sends these; what cannot be sent is logged. Epochs of 0: none. False: nothing was sent. */
static bool send_epochs(struct paxos_service *s, struct mon_session *to, uint64_t full_first,
                        uint64_t full_last, uint64_t inc_first, uint64_t inc_last)
{
    struct m_osd_map m = {.fsid = s->mon->store.fsid,
                          .oldest = (uint32_t)s->first_committed,
                          .newest = (uint32_t)s->last_committed};
    int r = 0;

    for (uint64_t epoch = full_first; epoch && r == 0 && epoch <= full_last; epoch++)
        r = add_full(s, &m, epoch);
    for (uint64_t epoch = inc_first; epoch && r == 0 && epoch <= inc_last; epoch++)
        r = add_incremental(s, &m, epoch);
    if (r) {
        derr(mon, "an osdmap from %" PRIu64 " on cannot be sent: %s", full_first ? full_first : inc_first,
             strerror(-r));
        m_osd_map_destroy(&m);
        return false;
    }
    mon_session_send(to, m_osd_map_message(&m));
    return true;
}

/* The maps from epoch first on, as many as may be in one message; the first one whole if so. Returns the last
 * epoch in it, 0: it could not be sent. */
static uint64_t send_maps(struct paxos_service *s, struct mon_session *to, uint64_t first, bool whole)
{
    uint64_t last = first + conf_u64(s->mon->conf, OPT_osd_map_message_max) - 1;

    if (last > s->last_committed)
        last = s->last_committed;
    if (!send_epochs(s, to, whole ? first : 0, first, first + whole, last))
        return 0;
    if (to->osd_epoch < last)
        to->osd_epoch = (uint32_t)last;
    return last;
}

/* Who asks from 0 on has nothing, and gets the newest map. */
void osd_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    uint64_t next = sub->next, sent = 0;
    bool whole = next < s->first_committed;

    if (next > s->last_committed)
        return;
    if (whole)
        next = next ? s->first_committed : s->last_committed;
    do {
        sent = send_maps(s, sub->session, next, whole);
        next = sent + 1;
        whole = false;
    } while (sent && sent < s->last_committed && !sub->onetime);
    if (sent)
        mon_sub_sent(sub, sent);
}

void osd_monitor_send_since(struct paxos_service *s, struct mon_session *to, uint32_t have)
{
    bool whole = have + 1 < s->first_committed;

    if (have < s->last_committed)
        send_maps(s, to, whole ? s->first_committed : have + 1, whole);
}

/* The part of first..last that is kept, from its begin on, as long as one message may be; first 0: none. */
static void clip_range(const struct paxos_service *s, uint64_t *first, uint64_t *last)
{
    uint64_t most = conf_u64(s->mon->conf, OPT_osd_map_message_max);

    if (!*first || !*last)
        *first = 0;
    else if (*first < s->first_committed)
        *first = s->first_committed;
    if (*last > s->last_committed)
        *last = s->last_committed;
    if (*first && *last >= *first + most)
        *last = *first + most - 1;
}

void osd_monitor_send_range(struct paxos_service *s, struct mon_session *to, uint32_t full_first,
                            uint32_t full_last, uint32_t inc_first, uint32_t inc_last)
{
    uint64_t full[2] = {full_first, full_last}, inc[2] = {inc_first, inc_last};

    clip_range(s, &full[0], &full[1]);
    clip_range(s, &inc[0], &inc[1]);
    send_epochs(s, to, full[0], full[1], inc[0], inc[1]);
}

void osd_monitor_check_pg_creates(struct paxos_service *s, struct mon_sub *sub)
{
    const struct pg_creates *c = &of(s)->creates;
    int32_t osd = mon_session_osd(sub->session);
    struct m_osd_pg_create2 m = {.epoch = (uint32_t)s->last_committed};

    if (osd < 0 || !osdmap_is_up(&of(s)->map, osd) || !c->count)
        return;
    m.pgs = calloc(c->count, sizeof(*m.pgs));
    for (unsigned i = 0; m.pgs && i < c->count; i++) {
        const struct pg_creates_item *item = &c->items[i];
        if (item->primary != osd || item->mapped < sub->next)
            continue;
        m.pgs[m.count++] =
            (struct pg_create){.pg = item->pg, .shard = -1, .created = item->created, .stamp = item->stamp};
    }
    if (!m.count) {
        m_osd_pg_create2_destroy(&m);
        return;
    }
    mon_session_send(sub->session, m_osd_pg_create2_message(&m));
    mon_sub_sent(sub, s->last_committed);
}

void osd_monitor_count(const struct osdmap *map, struct osd_counts *out)
{
    *out = (struct osd_counts){.up_since = map->last_up_change.sec, .in_since = map->last_in_change.sec};
    for (unsigned i = 0; i < map->max_osd; i++) {
        out->osds += osdmap_exists(map, (int32_t)i);
        out->up += osdmap_is_up(map, (int32_t)i);
        out->in += osdmap_is_in(map, (int32_t)i);
    }
}
