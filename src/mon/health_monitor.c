/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/health_monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/command_sig.h"
#include "common/conf.h"
#include "common/timespan.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "mon/transport_health.h"
#include "msg/messenger_status.h"
#include "types/utime.h"

struct mute {
    char *code, *summary;
    struct utime until; /* zero: for good */
    bool sticky;        /* also when the check has gone meanwhile */
    int64_t count;      /* of the check when it was muted; more of it ends the mute */
};

struct health_monitor {
    struct paxos_service base;
    struct mute *mutes, *pending;
    unsigned mute_count, pending_count;
    struct health_checks last; /* what the cluster log was told */
};

static struct health_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct health_monitor, base);
}

/* ---- versions ---- */

static void mute_destroy(struct mute *m)
{
    free(m->code);
    free(m->summary);
}

static void mutes_free(struct mute *mutes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        mute_destroy(&mutes[i]);
    free(mutes);
}

static int create_initial(struct paxos_service *s UNUSED)
{
    return 0;
}

static void encode_mutes(const struct mute *mutes, unsigned n, struct encode *e)
{
    encode_u32(e, n);
    for (unsigned i = 0; i < n; i++) {
        size_t at = encode_begin_struct(e, 1, 1);
        encode_string(e, mutes[i].code);
        utime_encode(mutes[i].until, e);
        encode_bool(e, mutes[i].sticky);
        encode_string(e, mutes[i].summary);
        encode_s64(e, mutes[i].count);
        encode_end_struct(e, at);
    }
}

static int decode_mutes(struct mute **out, unsigned *count, const struct slice *value)
{
    struct decode d;
    struct mute *mutes;
    unsigned n;

    decode_init(&d, value->data, value->len);
    n = decode_count(&d, 6);
    mutes = calloc(n + 1, sizeof(*mutes));
    if (!mutes)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        uint8_t v;
        struct decode body = decode_struct(&d, 1, &v);
        mutes[i].code = decode_string(&body);
        mutes[i].until = utime_decode(&body);
        mutes[i].sticky = decode_bool(&body);
        mutes[i].summary = decode_string(&body);
        mutes[i].count = decode_s64(&body);
        decode_end(&d, &body);
    }
    if (decode_finish(&d)) {
        mutes_free(mutes, n);
        return -EBADMSG;
    }
    *out = mutes;
    *count = n;
    return 0;
}

static int update_from_store(struct paxos_service *s)
{
    struct health_monitor *h = of(s);
    struct mute *mutes = NULL, *pending = NULL;
    unsigned n = 0, pending_n = 0;
    struct slice value;
    int r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &value);

    if (r)
        return r;
    r = decode_mutes(&mutes, &n, &value);
    if (r == 0 && (r = decode_mutes(&pending, &pending_n, &value)) < 0)
        mutes_free(mutes, n);
    slice_put(&value);
    if (r)
        return r;
    mutes_free(h->mutes, h->mute_count);
    mutes_free(h->pending, h->pending_count);
    h->mutes = mutes;
    h->mute_count = n;
    h->pending = pending;
    h->pending_count = pending_n;
    return 0;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct encode e;

    encode_init(&e);
    encode_mutes(of(s)->pending, of(s)->pending_count, &e);
    if (encode_error(&e))
        tx->ops.error = encode_error(&e);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, e.data, e.len);
    encode_destroy(&e);
}

static uint64_t trim_to(struct paxos_service *s)
{
    return s->last_committed;
}

/* ---- what is wrong ---- */

static const struct mute *find_mute(const struct health_monitor *h, const char *code)
{
    for (unsigned i = 0; i < h->mute_count; i++)
        if (strcmp(h->mutes[i].code, code) == 0)
            return &h->mutes[i];
    return NULL;
}

static void check_disk(struct monitor *mon, struct health_checks *checks)
{
    struct mon_store_space space;
    const char *name = mon->store.name;
    bool crit;

    if (mon_store_space(&mon->store, &space))
        return;
    crit = space.avail_percent <= conf_u64(mon->conf, OPT_mon_data_avail_crit);
    if (!crit && space.avail_percent > conf_u64(mon->conf, OPT_mon_data_avail_warn))
        return;
    health_check_detail(health_checks_add(checks, crit ? "MON_DISK_CRIT" : "MON_DISK_LOW",
                                          crit ? HEALTH_ERR : HEALTH_WARN, 1, "mon %s is %s available space",
                                          name, crit ? "very low on" : "low on"),
                        "mon.%s has %u%% avail", name, space.avail_percent);
}

static void check_transports(struct monitor *mon, struct health_checks *checks)
{
    struct transport_status rdma;
    char who[64];

    if (!mon->messenger || !messenger_transport_status(mon->messenger, "rsockets", &rdma))
        return;
    snprintf(who, sizeof(who), "mon.%s", mon->store.name);
    transport_health_check(&rdma, who, checks);
}

void health_monitor_gather(struct monitor *mon, struct health_checks *checks)
{
    const struct health_monitor *h = of(mon->services[MON_SERVICE_HEALTH]);

    health_checks_init(checks);
    check_disk(mon, checks);
    check_transports(mon, checks);
    for (int i = 0; i < MON_SERVICES; i++)
        if (mon->services[i]->ops->health)
            mon->services[i]->ops->health(mon->services[i], checks);
    for (unsigned i = 0; i < checks->count; i++)
        checks->checks[i].muted = find_mute(h, checks->checks[i].code) != NULL;
}

static json_t *dump_mutes(const struct health_monitor *h)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < h->mute_count; i++) {
        const struct mute *m = &h->mutes[i];
        char until[UTIME_TEXT_MAX];
        json_t *o = json_object();
        json_object_set_new(o, "code", json_text(m->code));
        if (m->until.sec)
            json_object_set_new(o, "ttl", json_string(utime_print(m->until, until)));
        json_object_set_new(o, "sticky", json_boolean(m->sticky));
        json_object_set_new(o, "summary", json_text(m->summary));
        json_object_set_new(o, "count", json_integer(m->count));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *health_monitor_report(struct monitor *mon, bool detail)
{
    struct health_checks checks;
    json_t *o;

    health_monitor_gather(mon, &checks);
    o = json_pack("{s:s, s:o, s:o}", "status", health_severity_name(health_checks_overall(&checks)), "checks",
                  health_checks_dump(&checks, detail), "mutes",
                  dump_mutes(of(mon->services[MON_SERVICE_HEALTH])));
    health_checks_destroy(&checks);
    return o;
}

/* ---- housekeeping ---- */

/* Tells the cluster log what has changed since it was told last. */
static void log_changes(struct paxos_service *s, struct health_checks *now)
{
    struct health_checks *last = &of(s)->last;

    for (unsigned i = 0; i < now->count; i++) {
        const struct health_check *c = &now->checks[i], *old = health_checks_find(last, c->code);
        enum log_entry_priority priority = c->severity == HEALTH_ERR ? LOG_ENTRY_ERROR : LOG_ENTRY_WARN;
        if (!old)
            monitor_clog(s->mon, priority, "cluster", "Health check failed: %s (%s)", c->summary, c->code);
        else if (strcmp(old->summary, c->summary) != 0)
            monitor_clog(s->mon, priority, "cluster", "Health check update: %s (%s)", c->summary, c->code);
    }
    for (unsigned i = 0; i < last->count; i++)
        if (!health_checks_find(now, last->checks[i].code))
            monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster", "Health check cleared: %s (was: %s)",
                         last->checks[i].code, last->checks[i].summary);
    if (last->count && !now->count)
        monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster", "Cluster is now healthy");
}

/* Is the mute over: its time, its check gone, or more wrong than when it was given? */
static bool mute_over(const struct mute *m, const struct health_checks *now, struct utime time)
{
    const struct health_check *c = health_checks_find(now, m->code);

    if (m->until.sec && utime_to_ns(m->until) <= utime_to_ns(time))
        return true;
    return !m->sticky && (!c || c->count > m->count);
}

static void end_mutes(struct paxos_service *s, const struct health_checks *now)
{
    struct health_monitor *h = of(s);
    struct utime time = utime_now();
    unsigned kept = 0;

    if (!paxos_service_writable(s) || s->pending_changed)
        return;
    for (unsigned i = 0; i < h->pending_count; i++) {
        struct mute *m = &h->pending[i];
        if (mute_over(m, now, time)) {
            monitor_clog(s->mon, LOG_ENTRY_INFO, "cluster", "Health alert %s is no longer muted", m->code);
            mute_destroy(m);
        } else {
            h->pending[kept++] = *m;
        }
    }
    if (kept != h->pending_count)
        paxos_service_commit(s, NULL);
    h->pending_count = kept;
}

static void stop_on_full_disk(struct monitor *mon)
{
    struct mon_store_space space;
    char line[256];

    if (mon_store_space(&mon->store, &space) ||
        space.avail_percent > conf_u64(mon->conf, OPT_mon_data_avail_crit))
        return;
    snprintf(line, sizeof(line),
             "%s: %u%% of the disk is free (%llu bytes), which is not above mon_data_avail_crit",
             mon->store.path, space.avail_percent, (unsigned long long)space.avail_bytes);
    monitor_fatal(mon, -ENOSPC, line);
}

static void tick(struct paxos_service *s)
{
    struct health_checks now;

    health_monitor_gather(s->mon, &now);
    log_changes(s, &now);
    end_mutes(s, &now);
    health_checks_destroy(&of(s)->last);
    of(s)->last = now;
    stop_on_full_disk(s->mon);
}

static void destroy(struct paxos_service *s)
{
    struct health_monitor *h = of(s);

    paxos_service_destroy(s);
    mutes_free(h->mutes, h->mute_count);
    mutes_free(h->pending, h->pending_count);
    health_checks_destroy(&h->last);
    free(h);
}

static const struct paxos_service_ops ops = {
    .name = "health",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .tick = tick,
    .trim_to = trim_to,
    .destroy = destroy,
};

struct paxos_service *health_monitor_create(struct monitor *mon)
{
    struct health_monitor *h = calloc(1, sizeof(*h));

    if (!h)
        return NULL;
    paxos_service_init(&h->base, &ops, mon);
    health_checks_init(&h->last);
    return &h->base;
}

/* ---- commands ---- */

int health_monitor_health(struct mon_op *op)
{
    bool detail = command_str(op->cmd, "detail", NULL) != NULL;
    struct strbuf text = STRBUF_INIT;
    struct health_checks checks;

    if (op->json)
        return mon_op_json(op, health_monitor_report(op->mon, detail), false);
    health_monitor_gather(op->mon, &checks);
    health_checks_line(&checks, &text);
    if (detail)
        health_checks_details(&checks, &text);
    strbuf_addc(&text, '\n');
    health_checks_destroy(&checks);
    return mon_op_steal_text(op, &text);
}

/* The pending mute of a code, new if need be; NULL: no memory. */
static struct mute *pending_mute(struct health_monitor *h, const char *code)
{
    struct mute *more;

    for (unsigned i = 0; i < h->pending_count; i++)
        if (strcmp(h->pending[i].code, code) == 0)
            return &h->pending[i];
    more = reallocarray(h->pending, h->pending_count + 1, sizeof(*more));
    if (!more)
        return NULL;
    h->pending = more;
    more += h->pending_count;
    *more = (struct mute){.code = strdup(code), .summary = strdup("")};
    if (!more->code || !more->summary) {
        mute_destroy(more);
        return NULL;
    }
    h->pending_count++;
    return more;
}

int health_monitor_mute(struct mon_op *op)
{
    struct paxos_service *s = op->mon->services[MON_SERVICE_HEALTH];
    const char *code = command_str(op->cmd, "code", ""), *ttl = command_str(op->cmd, "ttl", NULL);
    bool sticky = command_bool(op->cmd, "sticky", false);
    const struct health_check *check;
    struct health_checks checks;
    uint64_t ttl_ns = 0;
    struct mute *m;
    char *summary;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    if (ttl && timespan_parse(ttl, &ttl_ns))
        return mon_op_fail(op, -EINVAL, "not a valid duration: %s", ttl);
    health_monitor_gather(op->mon, &checks);
    check = health_checks_find(&checks, code);
    if (!check && !sticky) {
        health_checks_destroy(&checks);
        return mon_op_fail(op, -ENOENT, "health alert %s is not currently raised", code);
    }
    summary = strdup(check ? check->summary : "");
    m = summary ? pending_mute(of(s), code) : NULL;
    if (m) {
        free(m->summary);
        m->summary = summary;
        m->count = check ? check->count : 0;
        m->sticky = sticky;
        m->until = ttl ? utime_from_ns(clock_realtime_ns() + ttl_ns) : (struct utime){0, 0};
    }
    health_checks_destroy(&checks);
    if (!m)
        free(summary);
    return m ? paxos_service_commit(s, op) : -ENOMEM;
}

int health_monitor_unmute(struct mon_op *op)
{
    struct paxos_service *s = op->mon->services[MON_SERVICE_HEALTH];
    struct health_monitor *h = of(s);
    const char *code = command_str(op->cmd, "code", NULL);
    unsigned kept = 0;
    bool changed;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    for (unsigned i = 0; i < h->pending_count; i++)
        if (!code || strcmp(h->pending[i].code, code) == 0)
            mute_destroy(&h->pending[i]);
        else
            h->pending[kept++] = h->pending[i];
    changed = kept != h->pending_count;
    h->pending_count = kept;
    return changed ? paxos_service_commit(s, op) : 0;
}
