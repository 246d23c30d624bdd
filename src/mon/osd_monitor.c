/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/log.h"
#include "messages/m_osd_map.h"
#include "mon/health_checks.h"
#include "mon/monitor.h"

struct osd_monitor {
    struct paxos_service base;
    struct osdmap map;
    struct crush_map crush; /* of map */
    struct osd_pending pending;
    struct slice full, inc; /* the newest epoch, as subscribers get it */
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

/* ---- in the store ---- */

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
    crush_map_destroy(&o->crush);
    osdmap_destroy(&o->map);
    slice_put(&o->full);
    slice_put(&o->inc);
}

static int update_from_store(struct paxos_service *s)
{
    struct osd_monitor *o = of(s);
    struct decode d;
    int r;

    forget(o);
    r = read_full(s, s->last_committed, &o->full, &o->map);
    if (r == 0)
        r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &o->inc);
    decode_init(&d, o->map.crush, o->map.crush_len);
    if (r == 0)
        r = crush_map_decode(&o->crush, &d);
    return r ? r : osd_pending_init(&o->pending, &o->map);
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct osd_pending *p = &of(s)->pending;
    uint64_t epoch = s->last_committed + 1;
    struct encode inc, full;
    char key[32];
    int r;

    encode_init(&inc);
    encode_init(&full);
    r = osd_pending_encode(p, utime_now(), &inc, &full);
    if (r)
        tx->ops.error = r;
    mon_tx_put(tx, s->ops->name, full_key(key, epoch), full.data, full.len);
    mon_tx_put_version(tx, s->ops->name, epoch, inc.data, inc.len);
    encode_destroy(&inc);
    encode_destroy(&full);
}

static uint64_t trim_to(struct paxos_service *s)
{
    uint64_t keep = conf_u64(s->mon->conf, OPT_mon_min_osdmap_epochs);

    return s->last_committed > keep ? s->last_committed - keep : 0;
}

static void trim(struct paxos_service *s, struct kv_batch *tx, uint64_t from, uint64_t to)
{
    char key[32];

    for (uint64_t epoch = from; epoch < to; epoch++)
        mon_tx_delete(tx, s->ops->name, full_key(key, epoch));
}

static void updated(struct paxos_service *s)
{
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_OSDMAP], struct mon_sub, in_kind)
        osd_monitor_check_sub(s, sub);
}

/* ---- what is wrong ---- */

/* What of the flags is worth a warning; they are told as "osd set" knows them. */
static void health(struct paxos_service *s, struct health_checks *checks)
{
    const uint32_t worth = OSDMAP_PAUSERD | OSDMAP_PAUSEWR | OSDMAP_PAUSEREC | OSDMAP_NOUP | OSDMAP_NODOWN |
                           OSDMAP_NOOUT | OSDMAP_NOIN | OSDMAP_NOBACKFILL | OSDMAP_NORECOVER |
                           OSDMAP_NOSCRUB | OSDMAP_NODEEP_SCRUB | OSDMAP_NOTIERAGENT | OSDMAP_NOSNAPTRIM |
                           OSDMAP_NOREBALANCE;
    char text[OSDMAP_FLAGS_TEXT_MAX];
    uint32_t set = of(s)->map.flags & worth;

    if (set)
        health_checks_add(checks, "OSDMAP_FLAGS", HEALTH_WARN, __builtin_popcount(set), "%s flag(s) set",
                          osdmap_flags_print(set, text));
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    forget(of(s));
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "osdmap",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .updated = updated,
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

/* A message with the maps from epoch first on, as many as may be in one; whole ones where whole is set or
 * what came before first is not kept any more. Returns the last epoch in it, 0: it could not be sent. */
static uint64_t send_maps(struct paxos_service *s, struct mon_session *to, uint64_t first, bool whole)
{
    struct m_osd_map m = {.fsid = s->mon->store.fsid,
                          .oldest = (uint32_t)s->first_committed,
                          .newest = (uint32_t)s->last_committed};
    uint64_t last = first + conf_u64(s->mon->conf, OPT_osd_map_message_max) - 1;
    int r = 0;

    if (last > s->last_committed)
        last = s->last_committed;
    if (whole)
        r = add_full(s, &m, first);
    for (uint64_t epoch = first + whole; r == 0 && epoch <= last; epoch++)
        r = add_incremental(s, &m, epoch);
    if (r) {
        derr(mon, "osdmaps from %" PRIu64 " to %" PRIu64 " cannot be sent: %s", first, last, strerror(-r));
        m_osd_map_destroy(&m);
        return 0;
    }
    mon_session_send(to, m_osd_map_message(&m));
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

void osd_monitor_count(const struct osdmap *map, struct osd_counts *out)
{
    *out = (struct osd_counts){.up_since = map->last_up_change.sec, .in_since = map->last_in_change.sec};
    for (unsigned i = 0; i < map->max_osd; i++) {
        out->osds += osdmap_exists(map, (int32_t)i);
        out->up += osdmap_is_up(map, (int32_t)i);
        out->in += osdmap_is_in(map, (int32_t)i);
    }
}
