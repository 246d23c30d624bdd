/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the start to being up in the map, what the monitors hear after that, and going down. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/version.h"
#include "include/ceph_features.h"
#include "messages/m_osd_boot.h"
#include "messages/m_osd_state.h"
#include "osd/osd.h"
#include "osd/osd_heartbeat.h"
#include "osd/osd_mgr.h"
#include "osd/watch_notify.h"

/* A monitor may ignore a boot, such as while noup is set, without a word. */
#define BOOT_AGAIN_NS (15 * NSEC_PER_SEC)

/* ---- the crush map ---- */

static char *host_name(const struct conf *conf)
{
    char *host = conf_str(conf, OPT_host);
    struct utsname u;

    if (host[0] || uname(&u))
        return host;
    free(host);
    u.nodename[strcspn(u.nodename, ".")] = 0;
    return strdup(u.nodename);
}

static double crush_weight(const struct osd *osd)
{
    double weight = conf_double(osd->conf, OPT_osd_crush_initial_weight);
    struct object_store_statfs st;

    if (weight >= 0)
        return weight;
    object_store_statfs(osd->store, &st);
    weight = (double)st.total / (double)(UINT64_C(1) << 40);
    return weight < 0.00001 ? 0.00001 : weight;
}

static int command(struct osd *osd, json_t *cmd, char *err, size_t err_size)
{
    struct mon_command_reply reply;
    char *text = cmd ? json_dumps(cmd, JSON_COMPACT) : NULL;
    int r = text ? mon_client_command_wait(osd->monc, text, NULL, 0, &reply) : -ENOMEM;

    if (r == 0) {
        r = reply.result;
        if (r)
            snprintf(err, err_size, "the monitors answer %s: %s", text, reply.status);
        mon_command_reply_destroy(&reply);
    }
    free(text);
    json_decref(cmd);
    return r;
}

static json_t *location(const struct osd *osd)
{
    json_t *args = json_array();
    char *text = conf_str(osd->conf, OPT_crush_location), *host = host_name(osd->conf), *at = text, *word;
    char buf[300];

    while ((word = strsep(&at, " ;,\t"))) {
        if (*word)
            json_array_append_new(args, json_string(word));
    }
    if (json_array_size(args) == 0) {
        snprintf(buf, sizeof(buf), "host=%s", host);
        json_array_append_new(args, json_string(buf));
        json_array_append_new(args, json_string("root=default"));
    }
    free(text);
    free(host);
    return args;
}

/* A monitor with an empty map of the cluster may take a while to know us. */
int osd_crush_update(struct osd *osd, char *err, size_t err_size)
{
    char id[16];
    int r = 0;

    if (!conf_bool(osd->conf, OPT_osd_crush_update_on_start))
        return 0;
    snprintf(id, sizeof(id), "%d", osd->whoami);
    if (conf_bool(osd->conf, OPT_osd_class_update_on_start))
        r = command(
            osd,
            json_pack("{s:s,s:s,s:[s]}", "prefix", "osd crush set-device-class", "class", "ssd", "ids", id),
            err, err_size);
    if (r)
        return r;
    return command(osd,
                   json_pack("{s:s,s:i,s:f,s:o}", "prefix", "osd crush create-or-move", "id", osd->whoami,
                             "weight", crush_weight(osd), "args", location(osd)),
                   err, err_size);
}

/* ---- boot ---- */

static int set_addrs(struct string_map *m, const char *key, const struct entity_addrvec *addrs)
{
    char *text = entity_addrvec_print(addrs);
    int r = text ? string_map_set(m, key, text) : -ENOMEM;

    free(text);
    return r;
}

static int metadata(struct osd *osd, struct string_map *m)
{
    struct object_store_statfs st;
    struct utsname u = {.sysname = ""};
    char *host = host_name(osd->conf), text[64], *data = conf_str(osd->conf, OPT_osd_data);
    int r = 0;

    uname(&u);
    object_store_statfs(osd->store, &st);
    snprintf(text, sizeof(text), "%" PRIu64, st.total);
    const char *const pairs[][2] = {
        {"arch", u.machine},
        {"ceph_release", "pacific"},
        {"ceph_version", CEPH_VERSION_TEXT},
        {"ceph_version_short", CEPH_VERSION},
        {"hostname", host},
        {"kernel_version", u.release},
        {"os", u.sysname},
        {"osd_data", data},
        {"osd_objectstore", object_store_kind(osd->store)},
        {"default_device_class", "ssd"},
        {"rotational", "0"},
        {"store_total_bytes", text},
    };
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(pairs); i++)
        r = string_map_set(m, pairs[i][0], pairs[i][1]);
    if (r == 0)
        r = set_addrs(m, "front_addr", &osd->public_addrs);
    if (r == 0)
        r = set_addrs(m, "back_addr", &osd->cluster_addrs);
    if (r == 0)
        r = set_addrs(m, "hb_front_addr", &osd->hb_front_addrs);
    if (r == 0)
        r = set_addrs(m, "hb_back_addr", &osd->hb_back_addrs);
    free(host);
    free(data);
    return r;
}

/* The superblock as the boot message owns it: what is malloc'ed in ours stays ours. */
static struct osd_superblock shown_superblock(const struct osd *osd)
{
    struct osd_superblock s = osd->superblock;

    s.features = NULL;
    s.features_len = 0;
    s.pools_marked_full = NULL;
    s.pools_marked_full_count = 0;
    return s;
}

static int send_boot(struct osd *osd)
{
    struct m_osd_boot boot = {
        .paxos = PAXOS_PREFIX_INIT(atomic_load(&osd->epoch)),
        .superblock = shown_superblock(osd),
        .boot_epoch = osd->boot_epoch,
        .osd_features = CEPH_FEATURES_ALL,
    };
    struct message *msg;
    int r = entity_addrvec_copy(&boot.hb_back, &osd->hb_back_addrs);

    if (r == 0)
        r = entity_addrvec_copy(&boot.hb_front, &osd->hb_front_addrs);
    if (r == 0)
        r = entity_addrvec_copy(&boot.cluster, &osd->cluster_addrs);
    if (r == 0)
        r = metadata(osd, &boot.metadata);
    if (r) {
        m_osd_boot_destroy(&boot);
        return r;
    }
    msg = m_osd_boot_message(&boot);
    return msg ? mon_client_send(osd->monc, msg) : -ENOMEM;
}

/* Up at the addresses that we listen at. */
static bool we_are_up(const struct osd *osd, const struct osdmap *map)
{
    const struct entity_addr *ours = entity_addrvec_canonical(&osd->public_addrs), *theirs;

    if (!osdmap_is_up(map, osd->whoami) || !ours)
        return false;
    theirs = entity_addrvec_canonical(&map->osds[osd->whoami].public_addrs);
    return theirs && entity_addr_equal(ours, theirs);
}

static void went_up(struct osd *osd, const struct osdmap *map)
{
    osd->state = OSD_STATE_ACTIVE;
    osd->up_epoch = osd->boot_epoch = map->osds[osd->whoami].info.up_from;
    osd->superblock.mounted = osd->up_epoch;
    dout(osd, 1, "osd.%d is up in epoch %u", osd->whoami, osd->up_epoch);
    mon_client_sub_want(osd->monc, "osd_pg_creates", 0, 0);
}

static void went_down(struct osd *osd, const struct osdmap *map)
{
    if (osd->stop_asked) {
        osd->marked_down = true;
        cond_broadcast(&osd->changed);
        return;
    }
    derr(osd, "map %u has osd.%d down, which it is not; it boots again", map->epoch, osd->whoami);
    osd->state = OSD_STATE_PREBOOT;
    osd->boot_asked = false;
}

struct interval_scan {
    uint32_t newest;
};

static void newest_interval(void *arg, struct pg *pg)
{
    struct interval_scan *s = arg;

    pg_lock(pg);
    if (pg->active && pg->history.same_interval_since > s->newest)
        s->newest = pg->history.same_interval_since;
    pg_unlock(pg);
}

/* Our groups serve in intervals that the map should know we were alive in. */
static void ask_up_thru(struct osd *osd, const struct osdmap *map)
{
    struct interval_scan s = {0};
    struct m_osd_alive alive;
    struct message *msg;

    osd_each_pg(osd, newest_interval, &s);
    if (s.newest <= map->osds[osd->whoami].info.up_thru || s.newest <= osd->up_thru_wanted)
        return;
    alive = (struct m_osd_alive){.paxos = PAXOS_PREFIX_INIT(map->epoch), .want_up_thru = s.newest};
    msg = m_osd_alive_message(&alive);
    if (msg && mon_client_send(osd->monc, msg) == 0)
        osd->up_thru_wanted = s.newest;
}

void osd_boot_follow(struct osd *osd, const struct osdmap *map)
{
    if (osd->state == OSD_STATE_INITIALIZING || osd->state == OSD_STATE_STOPPING)
        return;
    if (osd->state != OSD_STATE_ACTIVE && we_are_up(osd, map) &&
        (osd->boot_asked || osd->state == OSD_STATE_BOOTING))
        went_up(osd, map);
    else if (osd->state == OSD_STATE_ACTIVE && !we_are_up(osd, map))
        went_down(osd, map);
}

void osd_boot_step(struct osd *osd)
{
    struct cluster_map *m = osd_current_map(osd);
    const struct osdmap *map;

    if (!m || osd->state == OSD_STATE_INITIALIZING || osd->state == OSD_STATE_STOPPING) {
        cluster_map_put(m);
        return;
    }
    map = &m->map;
    osd_boot_follow(osd, map);
    if (osd->boot_asked && clock_monotonic_ns() - osd->boot_sent_ns > BOOT_AGAIN_NS)
        osd->boot_asked = false;
    if (osd->state != OSD_STATE_ACTIVE && !osd->boot_asked && !osd->stop_asked) {
        if (map->flags & OSDMAP_NOUP ||
            (osdmap_exists(map, osd->whoami) && map->osds[osd->whoami].state & OSD_NOUP))
            dout(osd, 1, "noup is set: osd.%d waits", osd->whoami);
        else if (send_boot(osd) == 0) {
            osd->boot_asked = true;
            osd->boot_sent_ns = clock_monotonic_ns();
            osd->state = OSD_STATE_BOOTING;
        }
    }
    if (osd->state == OSD_STATE_ACTIVE)
        ask_up_thru(osd, map);
    cluster_map_put(m);
}

/* ---- beacons ---- */

struct primaries {
    struct m_osd_beacon beacon;
    uint32_t room;
};

static void note_primary(void *arg, struct pg *pg)
{
    struct primaries *p = arg;
    struct pg_id *more;

    pg_lock(pg);
    if (pg->active) {
        more = p->beacon.pg_count < p->room
                   ? p->beacon.pgs
                   : realloc(p->beacon.pgs, (p->room = p->room ? 2 * p->room : 64) * sizeof(*more));
        if (more) {
            p->beacon.pgs = more;
            more[p->beacon.pg_count++] = pg->id;
            if (!p->beacon.min_last_epoch_clean ||
                pg->history.last_epoch_clean < p->beacon.min_last_epoch_clean)
                p->beacon.min_last_epoch_clean = pg->map->map.epoch;
        }
    }
    pg_unlock(pg);
}

static void send_beacon(struct osd *osd)
{
    struct primaries p = {
        .beacon = {
            .paxos = PAXOS_PREFIX_INIT(atomic_load(&osd->epoch)),
            .report_interval = (uint32_t)conf_u64(osd->conf, OPT_osd_beacon_report_interval),
        }};
    struct message *msg;

    osd_each_pg(osd, note_primary, &p);
    msg = m_osd_beacon_message(&p.beacon);
    if (msg)
        mon_client_send(osd->monc, msg);
}

/* What a part of the store that is used means by the ratios of the map. */
static uint32_t full_state(const struct osdmap *map, double used)
{
    if (used >= (double)map->full_ratio)
        return OSD_FULL;
    if (used >= (double)map->backfillfull_ratio)
        return OSD_BACKFILLFULL;
    return used >= (double)map->nearfull_ratio ? OSD_NEARFULL : 0;
}

/* The map is to say how full we are, once for each epoch that says otherwise. */
static void tell_full(struct osd *osd, double used)
{
    const uint32_t bits = OSD_FULL | OSD_BACKFILLFULL | OSD_NEARFULL;
    struct cluster_map *m = osd_current_map(osd);
    struct m_osd_full full;
    struct message *msg;
    uint32_t wanted;

    if (!m)
        return;
    wanted = full_state(&m->map, used);
    full =
        (struct m_osd_full){.paxos = PAXOS_PREFIX_INIT(m->map.epoch), .epoch = m->map.epoch, .state = wanted};
    if (osdmap_is_up(&m->map, osd->whoami) && (m->map.osds[osd->whoami].state & bits) != wanted &&
        (osd->full_epoch != m->map.epoch || osd->full_wanted != wanted)) {
        msg = m_osd_full_message(&full);
        if (msg && mon_client_send(osd->monc, msg) == 0) {
            osd->full_epoch = m->map.epoch;
            osd->full_wanted = wanted;
        }
    }
    cluster_map_put(m);
}

static void check_space(struct osd *osd)
{
    struct object_store_statfs st;
    double used;
    bool full;

    object_store_statfs(osd->store, &st);
    perf_set(osd->counters, OSD_COUNTER_STAT_BYTES, st.total);
    perf_set(osd->counters, OSD_COUNTER_STAT_BYTES_USED, st.total - st.available);
    perf_set(osd->counters, OSD_COUNTER_STAT_BYTES_AVAIL, st.available);
    used = st.total ? (double)(st.total - st.available) / (double)st.total : 0;
    full = used >= conf_double(osd->conf, OPT_osd_failsafe_full_ratio);
    if (full != atomic_load(&osd->full_failsafe)) {
        if (full)
            derr(osd, "the object store is full: nothing is written any more");
        else
            dout(osd, 0, "the object store has room again");
    }
    atomic_store(&osd->full_failsafe, full);
    tell_full(osd, used);
}

static void tick_pg(void *now, struct pg *pg)
{
    pg_lock(pg);
    watch_tick(pg, *(const uint64_t *)now);
    pg_unlock(pg);
}

void osd_tick(void *arg)
{
    struct osd *osd = arg;
    uint64_t now = clock_monotonic_ns();
    bool active;

    check_space(osd);
    mutex_lock(&osd->lock);
    osd_boot_step(osd);
    active = osd->state == OSD_STATE_ACTIVE;
    mutex_unlock(&osd->lock);
    if (active && now - osd->beacon_ns >= conf_seconds_ns(osd->conf, OPT_osd_beacon_report_interval)) {
        osd->beacon_ns = now;
        send_beacon(osd);
    }
    osd_each_pg(osd, tick_pg, &now);
    osd_look_for_absent(osd, now);
    osd_heartbeat_tick(osd, now);
    osd_mgr_tick(osd, now);
    if (timer_thread_arm(osd->timer, &osd->tick, now + NSEC_PER_SEC))
        derr(osd, "no memory for the timer");
}

struct osd_target osd_target_of(struct osd *osd, int32_t which)
{
    uint32_t epoch = atomic_load(&osd->epoch);

    return (struct osd_target){.paxos = PAXOS_PREFIX_INIT(epoch),
                               .fsid = osd->superblock.cluster_fsid,
                               .osd = which,
                               .epoch = epoch};
}

/* ---- going down ---- */

void osd_handle_mark_me_down(struct osd *osd, struct message *msg)
{
    struct m_osd_mark_me_down m;

    if (m_osd_mark_me_down_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "osd_mark_me_down");
        return;
    }
    m_osd_mark_me_down_destroy(&m);
    mutex_lock(&osd->lock);
    osd->marked_down = true;
    cond_broadcast(&osd->changed);
    mutex_unlock(&osd->lock);
}

void osd_say_goodbye(struct osd *osd)
{
    uint64_t deadline =
        clock_monotonic_ns() + (uint64_t)(conf_double(osd->conf, OPT_osd_mon_shutdown_timeout) * 1e9);
    struct m_osd_mark_me_down m = {
        .target = osd_target_of(osd, osd->whoami),
        .request_ack = true,
    };
    struct message *msg;

    mutex_lock(&osd->lock);
    if (osd->state == OSD_STATE_ACTIVE && entity_addrvec_copy(&m.target.addrs, &osd->public_addrs) == 0) {
        msg = m_osd_mark_me_down_message(&m);
        if (msg && mon_client_send(osd->monc, msg) == 0) {
            while (!osd->marked_down && cond_wait_until(&osd->changed, &osd->lock, deadline))
                continue;
        }
    }
    osd->state = OSD_STATE_STOPPING;
    mutex_unlock(&osd->lock);
}
