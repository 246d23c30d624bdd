/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/command_sig.h"
#include "common/crc32c.h"
#include "common/version.h"
#include "include/ceph_features.h"
#include "maps/monmap.h"
#include "mon/health_monitor.h"
#include "mon/json_text.h"
#include "mon/mgr_monitor.h"
#include "mon/monitor.h"
#include "mon/monmap_monitor.h"
#include "mon/osd_commands.h"
#include "mon/osd_monitor.h"
#include "mon/pg_status.h"
#include "mon/text_age.h"
#include "types/ceph_release.h"
#include "types/entity_addr_dump.h"

static uint64_t quorum_age(const struct monitor *mon)
{
    return (clock_monotonic_ns() - mon->leader_since_ns) / NSEC_PER_SEC;
}

static const struct osdmap *osdmap_of(const struct monitor *mon)
{
    return osd_monitor_map(mon->services[MON_SERVICE_OSD]);
}

static const struct pg_map *pg_map_of(const struct monitor *mon)
{
    return osd_monitor_pg_map(mon->services[MON_SERVICE_OSD]);
}

/* ---- status ---- */

json_t *mon_status_cluster(struct monitor *mon)
{
    const struct monmap *monmap = monitor_monmap(mon);
    char fsid[FSID_TEXT_LEN + 1], created[UTIME_TEXT_MAX];
    json_t *o = json_object();

    json_object_set_new(o, "fsid", json_string(fsid_print(&mon->store.fsid, fsid)));
    json_object_set_new(o, "health", health_monitor_report(mon, false));
    json_object_set_new(o, "election_epoch", json_integer(mon->election_epoch));
    json_object_set_new(o, "quorum", json_pack("[i]", (int)mon->rank));
    json_object_set_new(o, "quorum_names", json_pack("[s]", mon->store.name));
    json_object_set_new(o, "quorum_age", json_integer((json_int_t)quorum_age(mon)));
    json_object_set_new(o, "monmap",
                        json_pack("{s:i, s:s, s:i}", "epoch", (int)monmap->epoch, "min_mon_release_name",
                                  ceph_release_name(monmap->min_mon_release), "num_mons",
                                  (int)monmap->count));
    json_object_set_new(o, "osdmap", osd_stat_dump(osdmap_of(mon)));
    json_object_set_new(o, "pgmap", pg_status_dump(pg_map_of(mon)));
    json_object_set_new(o, "fsmap", json_pack("{s:i, s:[], s:i}", "epoch", 1, "by_rank", "up:standby", 0));
    json_object_set_new(o, "mgrmap", mgr_monitor_summary(mon->services[MON_SERVICE_MGR]));
    json_object_set_new(o, "servicemap",
                        json_pack("{s:i, s:s, s:{}}", "epoch", 1, "modified",
                                  utime_print(osdmap_of(mon)->created, created), "services"));
    json_object_set_new(o, "progress_events", json_object());
    return o;
}

static void print_health(struct monitor *mon, struct strbuf *out)
{
    struct health_checks checks;
    unsigned muted = 0;

    health_monitor_gather(mon, &checks);
    strbuf_printf(out, "    health: %s\n", health_severity_name(health_checks_overall(&checks)));
    for (unsigned i = 0; i < checks.count; i++) {
        if (checks.checks[i].muted)
            muted++;
        else
            strbuf_printf(out, "            %s\n", checks.checks[i].summary);
    }
    if (muted) {
        strbuf_add(out, "            (muted:");
        for (unsigned i = 0; i < checks.count; i++)
            if (checks.checks[i].muted)
                strbuf_printf(out, " %s", checks.checks[i].code);
        strbuf_add(out, ")\n");
    }
    health_checks_destroy(&checks);
}

int mon_status_command(struct mon_op *op)
{
    struct monitor *mon = op->mon;
    char fsid[FSID_TEXT_LEN + 1], age[TEXT_AGE_MAX];
    struct strbuf text = STRBUF_INIT;

    if (op->json)
        return mon_op_json(op, mon_status_cluster(mon), false);
    strbuf_printf(&text, "  cluster:\n    id:     %s\n", fsid_print(&mon->store.fsid, fsid));
    print_health(mon, &text);
    strbuf_printf(&text, " \n  services:\n    mon: %u daemons, quorum %s (age %s)\n",
                  monitor_monmap(mon)->count, mon->store.name, text_age(age, quorum_age(mon)));
    strbuf_add(&text, "    mgr: no daemons active\n    osd: ");
    osd_stat_print(osdmap_of(mon), "         ", &text);
    strbuf_add(&text, "\n \n");
    pg_status_print(pg_map_of(mon), &text);
    return mon_op_steal_text(op, &text);
}

/* ---- the monitors ---- */

json_t *mon_status_quorum(struct monitor *mon)
{
    const struct monmap *map = monitor_monmap(mon);
    char con[24];

    snprintf(con, sizeof(con), "%" PRIu64, CEPH_FEATURES_ALL);
    return json_pack("{s:I, s:[i], s:[s], s:s, s:I, s:{s:s, s:o}, s:o}", "election_epoch",
                     (json_int_t)mon->election_epoch, "quorum", (int)mon->rank, "quorum_names",
                     mon->store.name, "quorum_leader_name", mon->store.name, "quorum_age",
                     (json_int_t)quorum_age(mon), "features", "quorum_con", con, "quorum_mon",
                     monmap_monitor_feature_names(map->persistent_features), "monmap", monmap_dump(map));
}

int mon_status_quorum_command(struct mon_op *op)
{
    return mon_op_json(op, mon_status_quorum(op->mon), false);
}

const char *mon_status_release_of(uint64_t features)
{
    static const struct {
        uint64_t features;
        const char *name;
    } releases[] = {
        {CEPH_FEATURE_SERVER_LUMINOUS, "luminous"}, {CEPH_FEATURE_SERVER_KRAKEN, "kraken"},
        {CEPH_FEATURE_SERVER_JEWEL, "jewel"},       {CEPH_FEATURE_CRUSH_V4, "hammer"},
        {CEPH_FEATURE_CRUSH_TUNABLES3, "firefly"},  {CEPH_FEATURE_CRUSH_TUNABLES2, "bobtail"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(releases); i++)
        if (ceph_has_feature(features, releases[i].features))
            return releases[i].name;
    return "unknown";
}

/* Counts one more peer of this type and these features in the map. */
static void count_features(json_t *map, const char *type, uint64_t features)
{
    json_t *list = json_object_get(map, type), *one;
    char hex[24];
    size_t i;

    snprintf(hex, sizeof(hex), "0x%" PRIx64, features);
    if (!list) {
        list = json_array();
        json_object_set_new(map, type, list);
    }
    json_array_foreach(list, i, one)
    {
        json_t *num = json_object_get(one, "num");
        if (strcmp(json_string_value(json_object_get(one, "features")), hex) == 0) {
            json_integer_set(num, json_integer_value(num) + 1);
            return;
        }
    }
    json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "features", hex, "release",
                                          mon_status_release_of(features), "num", 1));
}

static json_t *feature_map(struct monitor *mon)
{
    json_t *map = json_object();

    count_features(map, "mon", CEPH_FEATURES_ALL);
    list_for_each(s, &mon->sessions.all, struct mon_session, entry)
        if (s->authenticated && s->con)
            count_features(map, entity_type_name(s->name.type), connection_features(s->con));
    return map;
}

int mon_status_features(struct mon_op *op)
{
    return mon_op_json(op, feature_map(op->mon), true);
}

json_t *mon_status_monitor(struct monitor *mon)
{
    const struct monmap *map = monitor_monmap(mon);
    char con[24], required[24] = "0";
    json_t *o = json_object();

    snprintf(con, sizeof(con), "%" PRIu64, CEPH_FEATURES_ALL);
    if (mon->messenger)
        snprintf(required, sizeof(required), "%" PRIu64,
                 messenger_get_policy(mon->messenger, ENTITY_TYPE_MON).features_required);
    json_object_set_new(o, "name", json_string(mon->store.name));
    json_object_set_new(o, "rank", json_integer(mon->rank));
    json_object_set_new(o, "state", json_string("leader"));
    json_object_set_new(o, "election_epoch", json_integer(mon->election_epoch));
    json_object_set_new(o, "quorum", json_pack("[i]", (int)mon->rank));
    json_object_set_new(o, "quorum_age", json_integer((json_int_t)quorum_age(mon)));
    json_object_set_new(o, "features",
                        json_pack("{s:s, s:o, s:s, s:o}", "required_con", required, "required_mon",
                                  monmap_monitor_feature_names(monmap_required_features(map)), "quorum_con",
                                  con, "quorum_mon", monmap_monitor_feature_names(map->persistent_features)));
    json_object_set_new(o, "outside_quorum", json_array());
    json_object_set_new(o, "extra_probe_peers", json_array());
    json_object_set_new(o, "sync_provider", json_array());
    json_object_set_new(o, "monmap", monmap_dump(map));
    json_object_set_new(o, "feature_map", feature_map(mon));
    json_object_set_new(o, "stretch_mode", json_boolean(map->stretch_mode));
    return o;
}

json_t *mon_status_ping(struct monitor *mon)
{
    return json_pack("{s:o, s:o}", "health", health_monitor_report(mon, false), "mon_status",
                     mon_status_monitor(mon));
}

static json_t *dump_addr(const struct entity_addr *a)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    entity_addr_format(a, NULL, &f);
    return formatter_to_json(&f);
}

static json_t *dump_session(const struct mon_session *s)
{
    uint64_t features = s->con ? connection_features(s->con) : 0;
    char name[ENTITY_NAME_MAX], hex[24], id[300] = "";
    struct entity_addr socket = {0};
    json_t *o = json_object();

    if (s->id.id)
        snprintf(id, sizeof(id), "%s.%s", entity_type_name(s->id.type), s->id.id);
    if (s->con)
        socket = connection_peer_socket_addr(s->con);
    snprintf(hex, sizeof(hex), "%" PRIx64, features);
    json_object_set_new(o, "name", json_string(entity_name_print(&s->name, name)));
    json_object_set_new(o, "entity_name", json_text(id));
    json_object_set_new(o, "addrs",
                        s->con ? entity_addrvec_dump(connection_peer_addrs(s->con)) : json_object());
    json_object_set_new(o, "socket_addr", dump_addr(&socket));
    json_object_set_new(o, "con_type", json_string(entity_type_name(s->name.type)));
    json_object_set_new(o, "con_features", json_integer((json_int_t)features));
    json_object_set_new(o, "con_features_hex", json_string(hex));
    json_object_set_new(o, "con_features_release", json_string(mon_status_release_of(features)));
    json_object_set_new(o, "open", json_boolean(s->open));
    json_object_set_new(o, "caps", json_pack("{s:s}", "text", s->caps_allow_all ? "allow *" : ""));
    json_object_set_new(o, "authenticated", json_boolean(s->authenticated));
    json_object_set_new(o, "global_id", json_integer((json_int_t)s->global_id));
    json_object_set_new(o, "global_id_status", json_string("none"));
    json_object_set_new(o, "osd_epoch", json_integer(s->osd_epoch));
    json_object_set_new(o, "remote_host", json_text(s->remote_host ? s->remote_host : ""));
    return o;
}

json_t *mon_status_sessions(struct monitor *mon)
{
    json_t *list = json_array();

    list_for_each(s, &mon->sessions.all, struct mon_session, entry)
        json_array_append_new(list, dump_session(s));
    return list;
}

/* ---- versions and metadata ---- */

int mon_status_fsid(struct mon_op *op)
{
    char fsid[FSID_TEXT_LEN + 1];

    fsid_print(&op->mon->store.fsid, fsid);
    return op->json ? mon_op_json(op, json_pack("{s:s}", "fsid", fsid), false)
                    : mon_op_printf(op, "%s\n", fsid);
}

int mon_status_version(struct mon_op *op)
{
    return op->json ? mon_op_json(op, json_pack("{s:s}", "version", CEPH_VERSION_TEXT), false)
                    : mon_op_text(op, CEPH_VERSION_TEXT "\n");
}

int mon_status_mon_versions(struct mon_op *op)
{
    return mon_op_json(op, json_pack("{s:i}", CEPH_VERSION_TEXT, 1), true);
}

int mon_status_versions(struct mon_op *op)
{
    json_t *o = json_pack("{s:{s:i}, s:{}, s:{}, s:{}, s:{s:i}}", "mon", CEPH_VERSION_TEXT, 1, "mgr", "osd",
                          "mds", "overall", CEPH_VERSION_TEXT, 1);

    return mon_op_json(op, o, true);
}

static json_t *metadata(const struct monitor *mon)
{
    char *addrs = entity_addrvec_print(monitor_addrs(mon));
    json_t *o = json_object();

    json_object_set_new(o, "name", json_string(mon->store.name));
    json_object_set_new(o, "addrs", json_string(addrs ? addrs : ""));
    json_object_update(o, mon->metadata);
    free(addrs);
    return o;
}

int mon_status_metadata(struct mon_op *op)
{
    const char *id = command_str(op->cmd, "id", NULL);

    if (!id)
        return mon_op_json(op, json_pack("[o]", metadata(op->mon)), true);
    if (strcmp(id, op->mon->store.name) != 0)
        return mon_op_fail(op, -ENOENT, "mon.%s is not in the monmap", id);
    return mon_op_json(op, metadata(op->mon), true);
}

int mon_status_nodes(struct mon_op *op)
{
    const char *host = json_string_value(json_object_get(op->mon->metadata, "hostname"));
    const char *type = command_str(op->cmd, "type", "all");
    json_t *all = json_pack("{s:{s:[s]}, s:{}, s:{}}", "mon", host ? host : "unknown", op->mon->store.name,
                            "osd", "mgr");
    json_t *one = strcmp(type, "all") == 0 ? all : json_object_get(all, type);
    int r;

    json_incref(one);
    r = mon_op_json(op, one ? one : json_object(), true);
    json_decref(all);
    return r;
}

int mon_status_time_sync(struct mon_op *op)
{
    return mon_op_json(op,
                       json_pack("{s:{s:I, s:i, s:s}}", "timechecks", "epoch",
                                 (json_int_t)op->mon->election_epoch, "round", 0, "round_status", "finished"),
                       true);
}

int mon_status_report(struct mon_op *op)
{
    struct monitor *mon = op->mon;
    char stamp[UTIME_TEXT_MAX];
    json_t *o = json_object();
    struct slice flat;
    int r;

    json_object_set_new(o, "version", json_string(CEPH_VERSION));
    json_object_set_new(o, "commit", json_string(CEPH_GIT_VERSION));
    json_object_set_new(o, "timestamp", json_string(utime_print(utime_now(), stamp)));
    json_object_set_new(o, "tag", json_string(""));
    json_object_set_new(o, "health", health_monitor_report(mon, true));
    for (int i = 0; i < MON_SERVICES; i++) {
        const struct paxos_service *s = mon->services[i];
        char key[64];
        snprintf(key, sizeof(key), "%s_first_committed", s->ops->name);
        json_object_set_new(o, key, json_integer((json_int_t)s->first_committed));
        snprintf(key, sizeof(key), "%s_last_committed", s->ops->name);
        json_object_set_new(o, key, json_integer((json_int_t)s->last_committed));
    }
    json_object_set_new(o, "monmap", monmap_dump(monitor_monmap(mon)));
    json_object_set_new(o, "quorum", json_pack("[i]", (int)mon->rank));
    json_object_set_new(o, "osdmap", osdmap_dump(osdmap_of(mon)));
    json_object_set_new(o, "mon_metadata", json_pack("[o]", metadata(mon)));
    r = mon_op_json(op, o, true);
    if (r == 0 && (r = bufferlist_flatten(&op->output, &flat)) == 0) {
        mon_op_status(op, "report %u", crc32c(0xffffffff, flat.data, flat.len));
        slice_put(&flat);
    }
    return r;
}

int mon_status_empty_object(struct mon_op *op)
{
    return mon_op_json(op, json_object(), true);
}

int mon_status_empty_list(struct mon_op *op)
{
    return mon_op_json(op, json_array(), true);
}
