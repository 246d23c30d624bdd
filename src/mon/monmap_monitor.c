/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/monmap_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "include/ceph_features.h"
#include "maps/mon_features.h"
#include "messages/m_mon_map.h"
#include "mon/monitor.h"
#include "types/ceph_release.h"

struct monmap_monitor {
    struct paxos_service base;
    struct monmap map, pending;
};

static struct monmap_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct monmap_monitor, base);
}

const struct monmap *monmap_monitor_map(const struct paxos_service *s)
{
    return &of(s)->map;
}

/* The map that mkfs left, with what a formed quorum of this release makes of it. */
static int create_initial(struct paxos_service *s)
{
    struct monmap_monitor *m = of(s);
    struct slice value;
    struct decode d;
    int r = mon_store_get(&s->mon->store, "mkfs", "monmap", &value);

    if (r)
        return r;
    monmap_destroy(&m->pending);
    decode_init(&d, value.data, value.len);
    r = monmap_decode(&m->pending, &d);
    slice_put(&value);
    if (r) {
        monmap_init(&m->pending);
        return r;
    }
    m->pending.epoch = 1;
    if (!m->pending.created.sec)
        m->pending.created = utime_now();
    if (!m->pending.last_changed.sec)
        m->pending.last_changed = m->pending.created;
    m->pending.persistent_features |= MON_FEATURES_ALL;
    m->pending.min_mon_release = CEPH_RELEASE_PACIFIC;
    return 0;
}

static int update_from_store(struct paxos_service *s)
{
    struct monmap_monitor *m = of(s);
    struct monmap map, pending;
    struct slice value;
    struct decode d;
    int r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &value);

    if (r)
        return r;
    decode_init(&d, value.data, value.len);
    r = monmap_decode(&map, &d);
    slice_put(&value);
    if (r)
        return r;
    r = monmap_copy(&pending, &map);
    if (r) {
        monmap_destroy(&map);
        return r;
    }
    monmap_destroy(&m->map);
    monmap_destroy(&m->pending);
    m->map = map;
    m->pending = pending;
    m->pending.epoch++;
    return 0;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct encode e;

    encode_init(&e);
    monmap_encode(&of(s)->pending, CEPH_FEATURES_ALL, &e);
    if (encode_error(&e))
        tx->ops.error = encode_error(&e);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, e.data, e.len);
    encode_destroy(&e);
}

static void updated(struct paxos_service *s)
{
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_MONMAP], struct mon_sub, in_kind)
        monmap_monitor_check_sub(s, sub);
}

static void destroy(struct paxos_service *s)
{
    monmap_destroy(&of(s)->map);
    monmap_destroy(&of(s)->pending);
    paxos_service_destroy(s);
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "monmap",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .updated = updated,
    .destroy = destroy,
};

struct paxos_service *monmap_monitor_create(struct monitor *mon)
{
    struct monmap_monitor *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    paxos_service_init(&m->base, &ops, mon);
    monmap_init(&m->map);
    monmap_init(&m->pending);
    return &m->base;
}

/* ---- subscribers ---- */

/* MMonMap carries the map as bytes, so the peer's features are needed here. */
static struct message *message_for(const struct paxos_service *s, uint64_t features)
{
    struct m_mon_map payload = {0};
    struct encode e;
    uint8_t *bytes;
    size_t len;

    encode_init(&e);
    monmap_encode(&of(s)->map, features, &e);
    bytes = encode_steal(&e, &len);
    encode_destroy(&e);
    if (!bytes)
        return NULL;
    payload.monmap = slice_of(buffer_wrap_malloc(bytes, len));
    return payload.monmap.buf ? m_mon_map_message(&payload) : NULL;
}

struct message *monmap_monitor_message(const struct paxos_service *s, const struct mon_session *session)
{
    return message_for(s, session->con ? connection_features(session->con) : CEPH_FEATURES_ALL);
}

void monmap_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    if (sub->next > of(s)->map.epoch)
        return;
    mon_session_send(sub->session, monmap_monitor_message(s, sub->session));
    mon_sub_sent(sub, of(s)->map.epoch);
}

/* ---- commands ---- */

/* The map of the epoch that the command names, or the newest. Inits map. */
static int map_of_epoch(struct mon_op *op, struct monmap *map)
{
    struct paxos_service *s = op->mon->services[MON_SERVICE_MONMAP];
    int64_t epoch = command_int(op->cmd, "epoch", 0);
    struct slice value;
    struct decode d;
    int r;

    if (epoch == 0 || (uint64_t)epoch == s->last_committed)
        return monmap_copy(map, &of(s)->map);
    r = mon_store_get_version(&op->mon->store, s->ops->name, (uint64_t)epoch, &value);
    if (r == -ENOENT)
        return mon_op_fail(op, r, "there is no map for epoch %" PRId64, epoch);
    if (r)
        return r;
    decode_init(&d, value.data, value.len);
    r = monmap_decode(map, &d);
    slice_put(&value);
    return r;
}

int monmap_monitor_dump(struct mon_op *op)
{
    struct monmap map;
    int r = map_of_epoch(op, &map);

    if (r)
        return r;
    if (op->json) {
        json_t *o = monmap_dump(&map);
        json_object_set_new(o, "quorum", json_pack("[i]", (int)op->mon->rank));
        r = mon_op_json(op, o, false);
    } else {
        char *text = NULL;
        size_t len = 0;
        FILE *f = open_memstream(&text, &len);
        if (f) {
            monmap_print(&map, f);
            fclose(f);
        }
        r = text ? mon_op_bytes(op, text, len) : -ENOMEM;
        free(text);
    }
    mon_op_status(op, "dumped monmap epoch %u", map.epoch);
    monmap_destroy(&map);
    return r;
}

/* "{a=v1:ip:port/0,b=...}" */
static int print_mons(const struct monmap *map, struct strbuf *out)
{
    strbuf_addc(out, '{');
    for (unsigned i = 0; i < map->count; i++) {
        char *addrs = entity_addrvec_print(&map->mons[i].addrs);
        if (!addrs)
            return -ENOMEM;
        strbuf_printf(out, "%s%s=%s", i ? "," : "", map->mons[i].name, addrs);
        free(addrs);
    }
    strbuf_addc(out, '}');
    return 0;
}

int monmap_monitor_stat(struct mon_op *op)
{
    const struct monitor *mon = op->mon;
    const struct monmap *map = monitor_monmap(mon);
    const char *name = mon->store.name;
    struct strbuf text = STRBUF_INIT;

    if (op->json)
        return mon_op_json(op,
                           json_pack("{s:i, s:s, s:i, s:s, s:[{s:i, s:s}]}", "epoch", (int)map->epoch,
                                     "min_mon_release_name", ceph_release_name(map->min_mon_release),
                                     "num_mons", (int)map->count, "leader", name, "quorum", "rank",
                                     (int)mon->rank, "name", name),
                           false);
    strbuf_printf(&text, "e%u: %u mons at ", map->epoch, map->count);
    if (print_mons(map, &text))
        return -ENOMEM;
    strbuf_add(&text, " removed_ranks: {");
    for (unsigned i = 0; i < map->removed_rank_count; i++)
        strbuf_printf(&text, "%s%u", i ? "," : "", map->removed_ranks[i]);
    strbuf_printf(&text, "}, election epoch %u, leader %u %s, quorum %u %s", mon->election_epoch, mon->rank,
                  name, mon->rank, name);
    return mon_op_steal_text(op, &text);
}

int monmap_monitor_getmap(struct mon_op *op)
{
    struct monmap map;
    struct encode e;
    int r = map_of_epoch(op, &map);

    if (r)
        return r;
    encode_init(&e);
    monmap_encode(&map,
                  op->session && op->session->con ? connection_features(op->session->con) : CEPH_FEATURES_ALL,
                  &e);
    r = encode_error(&e) ? encode_error(&e) : mon_op_bytes(op, e.data, e.len);
    mon_op_status(op, "got monmap epoch %u", map.epoch);
    encode_destroy(&e);
    monmap_destroy(&map);
    return r;
}

json_t *monmap_monitor_feature_names(uint64_t features)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    mon_features_format(features, NULL, &f);
    return formatter_to_json(&f);
}

/* A plain "[kraken,luminous]"; with_value: "[kraken(1),...]". */
static void print_features(struct strbuf *out, const char *title, uint64_t features, bool with_value)
{
    json_t *names = monmap_monitor_feature_names(features), *name;
    size_t i;

    strbuf_printf(out, "\t%s: [", title);
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);
        strbuf_printf(out, "%s%s", i ? "," : "", text);
        if (with_value)
            strbuf_printf(out, "(%" PRIu64 ")", mon_feature_parse(text));
    }
    strbuf_add(out, i ? "]\n" : "none]\n");
    json_decref(names);
}

int monmap_monitor_features(struct mon_op *op)
{
    const struct monmap *map = monitor_monmap(op->mon);
    uint64_t all = MON_FEATURES_ALL, persistent = map->persistent_features,
             required = monmap_required_features(map);
    bool with_value = command_str(op->cmd, "with_value", NULL) != NULL;
    struct strbuf text = STRBUF_INIT;

    if (op->json)
        return mon_op_json(op,
                           json_pack("{s:{s:o, s:o}, s:{s:o, s:o, s:o}}", "all", "supported",
                                     monmap_monitor_feature_names(all), "persistent",
                                     monmap_monitor_feature_names(all), "monmap", "persistent",
                                     monmap_monitor_feature_names(persistent), "optional",
                                     monmap_monitor_feature_names(map->optional_features), "required",
                                     monmap_monitor_feature_names(required)),
                           false);
    strbuf_add(&text, "all features\n");
    print_features(&text, "supported", all, with_value);
    print_features(&text, "persistent", all, with_value);
    strbuf_printf(&text, "on current monmap (epoch %u)\n", map->epoch);
    print_features(&text, "persistent", persistent, with_value);
    print_features(&text, "required", required, with_value);
    return mon_op_steal_text(op, &text);
}
