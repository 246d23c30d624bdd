/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/log_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/command_sig.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "mon/cluster_log_file.h"
#include "mon/log_tail.h"
#include "mon/monitor.h"

enum {
    GATHER_NS = 200 * NSEC_PER_MSEC, /* entries that come within it share a commit */
    LAST_DEFAULT = 20,
    MAX_ENTRIES_PER_VERSION = 100000,
};

struct log_monitor {
    struct paxos_service base;
    struct log_tail tail;
    struct log_tail pending; /* not proposed yet */
    uint64_t own_seq;
    struct cluster_log_file file;
};

static struct log_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct log_monitor, base);
}

/* ---- versions ---- */

/* Reads the entries of one version, and calls take for each. */
static int read_version(struct paxos_service *s, uint64_t version,
                        int (*take)(void *arg, struct log_entry *e), void *arg)
{
    struct slice value;
    struct decode d;
    uint32_t n;
    int r = mon_store_get_version(&s->mon->store, s->ops->name, version, &value);

    if (r)
        return r;
    decode_init(&d, value.data, value.len);
    n = decode_count(&d, 8);
    for (uint32_t i = 0; i < n && r == 0; i++) {
        struct log_entry e = {0};
        log_entry_decode(&e, &d);
        r = decode_error(&d);
        if (r == 0)
            r = take(arg, &e);
        log_entry_destroy(&e);
    }
    if (r == 0)
        r = decode_finish(&d);
    slice_put(&value);
    return r;
}

static int keep(void *arg, struct log_entry *e)
{
    struct paxos_service *s = arg;

    return log_tail_add(&of(s)->tail, e, (unsigned)conf_u64(s->mon->conf, OPT_mon_log_max_summary));
}

static int create_initial(struct paxos_service *s UNUSED)
{
    return 0;
}

/* At the start the tails come from the versions that are there, later from the newest. */
static int update_from_store(struct paxos_service *s)
{
    bool first_time = list_empty(&of(s)->tail.entries);
    uint64_t from = first_time ? s->first_committed : s->last_committed;
    int r = 0;

    for (uint64_t v = from ? from : 1; v <= s->last_committed && r == 0; v++)
        r = read_version(s, v, keep, s);
    return r;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct log_monitor *l = of(s);
    struct encode e;

    encode_init(&e);
    encode_u32(&e, l->pending.count);
    list_for_each(t, &l->pending.entries, struct log_tail_entry, entry)
        log_entry_encode(&t->e, &e, CEPH_FEATURES_ALL);
    if (encode_error(&e))
        tx->ops.error = encode_error(&e);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, e.data, e.len);
    encode_destroy(&e);
    log_tail_destroy(&l->pending);
}

static uint64_t trim_to(struct paxos_service *s)
{
    uint64_t max = conf_u64(s->mon->conf, OPT_mon_max_log_epochs);

    return s->last_committed > max ? s->last_committed - max : 0;
}

static int write_to_file(void *arg, struct log_entry *e)
{
    struct paxos_service *s = arg;

    cluster_log_file_write(&of(s)->file, s->mon->conf, e);
    return 0;
}

static void updated(struct paxos_service *s)
{
    if (read_version(s, s->last_committed, write_to_file, s))
        derr(mon, "the newest version of the cluster log cannot be read");
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_LOG], struct mon_sub, in_kind)
        log_monitor_check_sub(s, sub);
}

static void destroy(struct paxos_service *s)
{
    struct log_monitor *l = of(s);

    paxos_service_destroy(s);
    log_tail_destroy(&l->tail);
    log_tail_destroy(&l->pending);
    cluster_log_file_destroy(&l->file);
    free(l);
}

static const struct paxos_service_ops ops = {
    .name = "logm",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .updated = updated,
    .trim_to = trim_to,
    .destroy = destroy,
};

struct paxos_service *log_monitor_create(struct monitor *mon)
{
    struct log_monitor *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    paxos_service_init(&l->base, &ops, mon);
    log_tail_init(&l->tail);
    log_tail_init(&l->pending);
    return &l->base;
}

/* ---- adding ---- */

/* Entries may be added while a proposal is on its way: they go into the next one. */
static int add(struct log_monitor *l, const struct log_entry *e)
{
    if (e->seq && (log_tail_has(&l->tail, e) || log_tail_has(&l->pending, e)))
        return 0;
    return log_tail_add(&l->pending, e, MAX_ENTRIES_PER_VERSION);
}

void log_monitor_add_own(struct monitor *mon, enum log_entry_priority priority, const char *channel,
                         const char *text)
{
    struct log_monitor *l = of(mon->services[MON_SERVICE_LOG]);
    struct log_entry e = {
        .name = {ENTITY_TYPE_MON, mon->store.name},
        .rank = {ENTITY_TYPE_MON, mon->rank},
        .addrs = *monitor_addrs(mon),
        .stamp = utime_now(),
        .seq = ++l->own_seq,
        .priority = (uint16_t)priority,
        .message = (char *)text,
        .channel = (char *)channel,
    };

    dout(mon, priority >= LOG_ENTRY_WARN ? 0 : 5, "log %s [%s] %s", channel,
         log_entry_priority_name(e.priority), text);
    if (add(l, &e))
        derr(mon, "no memory for an entry of the cluster log");
    else
        paxos_service_commit_within(&l->base, NULL, GATHER_NS);
}

static void send_ack(struct mon_op *op)
{
    struct m_log_ack ack = {.fsid = op->mon->store.fsid, .last_seq = op->result_u64};
    struct message *m;

    ack.channel = strdup("");
    m = m_log_ack_message(&ack);
    if (m)
        m->tid = op->msg->tid;
    mon_session_send(op->session, m);
}

static void log_committed(struct mon_op *op)
{
    send_ack(op);
    mon_op_free(op);
}

void log_monitor_handle(struct mon_op *op)
{
    struct log_monitor *l = of(op->mon->services[MON_SERVICE_LOG]);
    struct m_log m;
    int r = m_log_decode(&m, op->msg);

    if (r == 0 && !fsid_is_zero(&m.fsid) && !fsid_equal(&m.fsid, &op->mon->store.fsid))
        r = -EPERM;
    if (r) {
        dout(mon, 0, "log entries that are refused: %s", strerror(-r));
        mon_op_free(op);
        return;
    }
    for (uint32_t i = 0; i < m.count && r == 0; i++) {
        r = add(l, &m.entries[i]);
        op->result_u64 = m.entries[i].seq;
    }
    m_log_destroy(&m);
    if (r) {
        mon_op_free(op); /* not acknowledged: it will be sent again */
        return;
    }
    op->committed = log_committed;
    paxos_service_commit_within(&l->base, op, GATHER_NS);
}

/* ---- subscribers ---- */

struct log_message {
    struct m_log m;
    unsigned level;
};

static int gather(void *arg, struct log_entry *e)
{
    struct log_message *lm = arg;
    struct log_entry *more;

    if (!log_entry_matches(e, "*", lm->level))
        return 0;
    more = reallocarray(lm->m.entries, lm->m.count + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    lm->m.entries = more;
    if (log_entry_copy(&more[lm->m.count], e))
        return -ENOMEM;
    lm->m.count++;
    return 0;
}

/* A new subscriber gets the last entry of the cluster channel, so that it has something to start from. */
static int gather_last(struct log_monitor *l, struct log_message *lm)
{
    struct log_tail_entry *last = NULL;

    list_for_each(t, &l->tail.entries, struct log_tail_entry, entry)
        if (log_entry_matches(&t->e, "cluster", lm->level))
            last = t;
    return last ? gather(lm, &last->e) : 0;
}

void log_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    struct log_monitor *l = of(s);
    int level = log_entry_level_parse(sub->what + strlen("log-"));
    struct log_message lm = {.level = (unsigned)(level < 0 ? 0 : level)};
    uint64_t from = sub->next;
    int r = 0;

    if (level < 0) {
        mon_sub_remove(sub);
        return;
    }
    if (from > s->last_committed)
        return;
    if (from == 0)
        r = gather_last(l, &lm);
    else
        for (uint64_t v = from < s->first_committed ? s->first_committed : from;
             v <= s->last_committed && r == 0; v++)
            r = read_version(s, v, gather, &lm);
    if (r)
        derr(mon, "the cluster log cannot be sent: %s", strerror(-r));
    lm.m.paxos = PAXOS_PREFIX_INIT(s->last_committed);
    lm.m.fsid = s->mon->store.fsid;
    if (lm.m.count)
        mon_session_send(sub->session, m_log_message(&lm.m));
    else
        m_log_destroy(&lm.m);
    mon_sub_sent(sub, s->last_committed);
}

/* ---- commands ---- */

int log_monitor_log(struct mon_op *op)
{
    struct log_monitor *l = of(op->mon->services[MON_SERVICE_LOG]);
    struct mon_session *s = op->session;
    struct log_entry e = {
        .name = {ENTITY_TYPE_CLIENT, "admin"},
        .rank = {ENTITY_TYPE_CLIENT, 0},
        .stamp = utime_now(),
        .priority = LOG_ENTRY_INFO,
        .channel = "cluster",
    };
    int r;

    e.message = command_joined(op->cmd, "logtext");
    if (!e.message)
        return -ENOMEM;
    if (s && s->id.id) {
        e.name = s->id;
        e.rank = s->name;
    }
    if (s && s->con)
        e.addrs = *connection_peer_addrs(s->con);
    r = add(l, &e);
    free(e.message);
    return r ? r : paxos_service_commit(&l->base, op);
}

int log_monitor_last(struct mon_op *op)
{
    struct log_monitor *l = of(op->mon->services[MON_SERVICE_LOG]);
    int64_t num = command_int(op->cmd, "num", LAST_DEFAULT), skip = -num;
    const char *channel = command_str(op->cmd, "channel", "cluster");
    int level = log_entry_level_parse(command_str(op->cmd, "level", "info"));
    struct strbuf text = STRBUF_INIT;
    json_t *list = op->json ? json_array() : NULL;

    list_for_each(t, &l->tail.entries, struct log_tail_entry, entry)
        skip += log_entry_matches(&t->e, channel, (unsigned)level);
    list_for_each(t, &l->tail.entries, struct log_tail_entry, entry) {
        if (!log_entry_matches(&t->e, channel, (unsigned)level) || skip-- > 0)
            continue;
        if (list) {
            json_array_append_new(list, log_entry_dump(&t->e));
        } else {
            log_entry_print(&t->e, &text);
            strbuf_addc(&text, '\n');
        }
    }
    return list ? mon_op_json(op, list, false) : mon_op_steal_text(op, &text);
}
