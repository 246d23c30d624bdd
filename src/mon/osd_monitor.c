/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/conf.h"
#include "messages/m_osd_map.h"
#include "mon/health_checks.h"
#include "mon/monitor.h"

struct osd_monitor {
    struct paxos_service base;
    struct osdmap map, pending;
    struct slice encoded; /* the newest map, as subscribers get it */
};

static struct osd_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct osd_monitor, base);
}

const struct osdmap *osd_monitor_map(const struct paxos_service *s)
{
    return &of(s)->map;
}

struct osdmap *osd_monitor_pending(struct paxos_service *s)
{
    return &of(s)->pending;
}

static const char *full_key(char buf[static 32], uint64_t epoch)
{
    snprintf(buf, 32, "full_%" PRIu64, epoch);
    return buf;
}

static int create_initial(struct paxos_service *s)
{
    osdmap_destroy(&of(s)->pending);
    return osdmap_create_initial(&of(s)->pending, &s->mon->store.fsid, utime_from_ns(clock_realtime_ns()));
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

static int update_from_store(struct paxos_service *s)
{
    struct osd_monitor *o = of(s);
    struct osdmap map, pending;
    struct slice bytes;
    int r = read_full(s, s->last_committed, &bytes, &map);

    if (r)
        return r;
    r = osdmap_copy(&pending, &map);
    if (r) {
        osdmap_destroy(&map);
        slice_put(&bytes);
        return r;
    }
    osdmap_destroy(&o->map);
    osdmap_destroy(&o->pending);
    slice_put(&o->encoded);
    o->map = map;
    o->pending = pending;
    o->pending.epoch++;
    o->encoded = bytes;
    return 0;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct osdmap *m = &of(s)->pending;
    struct encode e;
    char key[32];

    if (s->last_committed)
        m->modified = utime_from_ns(clock_realtime_ns());
    encode_init(&e);
    osdmap_encode(m, &e, NULL);
    if (encode_error(&e))
        tx->ops.error = encode_error(&e);
    mon_tx_put(tx, s->ops->name, full_key(key, m->epoch), e.data, e.len);
    mon_tx_put_u64(tx, s->ops->name, "last_committed", m->epoch);
    encode_destroy(&e);
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
    osdmap_destroy(&of(s)->map);
    osdmap_destroy(&of(s)->pending);
    slice_put(&of(s)->encoded);
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
    osdmap_init(&o->pending);
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

/* A full map whatever the subscriber has: it takes the place of any number of increments. */
void osd_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    struct osd_monitor *o = of(s);
    struct m_osd_map m = {.fsid = s->mon->store.fsid};

    if (sub->next > o->map.epoch)
        return;
    m.oldest = (uint32_t)s->first_committed;
    m.newest = o->map.epoch;
    if (m_osd_map_add_full(&m, o->map.epoch, slice_get(&o->encoded))) {
        m_osd_map_destroy(&m);
        mon_session_send(sub->session, NULL);
        return;
    }
    mon_session_send(sub->session, m_osd_map_message(&m));
    sub->session->osd_epoch = o->map.epoch;
    mon_sub_sent(sub, o->map.epoch);
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
