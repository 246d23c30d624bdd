/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd: the object storage daemon: its store, its messengers, its monitors, the map, the placement groups.
 *
 * This is what the parts of the OSD see of each other:
 *   osd.c           life: open, start, stop
 *   osd_boot.c      from the start to being up in the map; beacons; going down
 *   osd_maps.c      maps that come, are stored, and are taken up by the groups
 *   osd_absent.c    groups that the map gives us and that are elsewhere
 *   osd_dispatch.c  messages that come
 *   osd_commands.c  admin socket and `ceph tell`
 * Locks, outermost first: osd.lock (state, maps, boot), a group's lock, pgs_lock. Threads: the messengers'
 * workers bring operations, their dispatch threads everything else, and a timer's the rest.
 */
#ifndef CEPH_OSD_OSD_H
#define CEPH_OSD_OSD_H

#include <stdatomic.h>

#include "common/admin_socket.h"
#include "common/conf.h"
#include "common/perf_counters.h"
#include "common/throttle.h"
#include "common/timer.h"
#include "mon_client/mon_client.h"
#include "msg/messenger.h"
#include "os/object_store.h"
#include "osd/op_queue.h"
#include "osd/op_request.h"
#include "osd/osd_map.h"
#include "osd/pg.h"
#include "types/osd_superblock.h"

enum osd_state {
    OSD_STATE_INITIALIZING, /* -> PREBOOT */
    OSD_STATE_PREBOOT,      /* maps are being caught up with; -> BOOTING */
    OSD_STATE_BOOTING,      /* the boot message is out; -> ACTIVE, PREBOOT */
    OSD_STATE_ACTIVE,       /* up in the map; -> PREBOOT, STOPPING */
    OSD_STATE_STOPPING,
};
const char *osd_state_name(enum osd_state s);

/* What is refused when it is larger. */
struct osd_limits {
    uint64_t object_size, attr_size, attr_name, object_name, nspace;
    uint64_t omap_entries, omap_bytes; /* of one answer */
};

enum osd_counter {
    OSD_COUNTER_OP_WIP,
    OSD_COUNTER_OP,
    OSD_COUNTER_OP_IN_BYTES,
    OSD_COUNTER_OP_OUT_BYTES,
    OSD_COUNTER_OP_LATENCY,
    OSD_COUNTER_OP_R,
    OSD_COUNTER_OP_R_LATENCY,
    OSD_COUNTER_OP_W,
    OSD_COUNTER_OP_W_LATENCY,
    OSD_COUNTER_OP_ERR,
    OSD_COUNTER_NUMPG,
    OSD_COUNTER_MAP_MESSAGES,
    OSD_COUNTER_MAP_EPOCHS,
    OSD_COUNTER_STAT_BYTES,
    OSD_COUNTER_STAT_BYTES_USED,
    OSD_COUNTER_STAT_BYTES_AVAIL,
    OSD_COUNTER_COUNT
};

enum { PG_BUCKETS = 256 };

struct objecter;
struct osd_heartbeat;
struct osd_mgr;
struct osd_target;

struct osd {
    /* fixed after the start */
    struct conf *conf;
    struct admin_socket *asok;
    int32_t whoami;
    struct object_store *store;
    struct os_collection *meta;
    struct osd_limits limits;
    unsigned pg_log_max;
    bool ops_at_once; /* operations may run on the thread that brings them */
    struct messenger *public, *cluster;
    struct messenger *objecter_client; /* for what this OSD asks others as a client */
    struct objecter *objecter;
    struct auth_service *auth; /* checks who dials us */
    struct mon_client *monc;
    struct timer_thread *timer;
    struct op_queue *queue;
    struct op_tracker tracker;
    struct perf_counters *counters;
    struct throttle client_bytes, client_messages;
    struct osd_heartbeat *heartbeat;
    struct osd_mgr *mgr;
    void (*ended)(void *arg); /* the daemon should stop */
    void *ended_arg;
    struct entity_addrvec public_addrs, cluster_addrs, hb_front_addrs, hb_back_addrs;

    struct mutex lock;
    struct cond changed;
    enum osd_state state;             /* lock; read by anybody */
    struct osd_superblock superblock; /* lock */
    bool boot_asked;                  /* lock: the boot message is on its way, */
    uint64_t boot_sent_ns;            /* lock: since then */
    uint32_t boot_epoch, up_epoch;    /* lock: when it was up last; since when it is */
    uint32_t up_thru_wanted;          /* lock */
    struct list creates;              /* lock: struct pg_creating */
    bool stop_asked, marked_down;     /* lock */

    struct mutex map_lock;
    struct cluster_map *map; /* map_lock: the newest; NULL: none yet */
    atomic_uint epoch;       /* of it */

    struct mutex pgs_lock;
    struct list pgs[PG_BUCKETS]; /* pgs_lock */
    unsigned pg_count;           /* pgs_lock */
    struct list waiting_for_pg;  /* pgs_lock: struct pg_work of requests for groups that are to come */

    struct timer_event tick;
    uint64_t beacon_ns;               /* the timer's: when the last one went out */
    uint32_t settling_epoch;          /* the timer's: the map that was new at the last look, */
    uint64_t settled_ns;              /* and from when on groups are missed; 0: they were looked for */
    uint32_t full_epoch, full_wanted; /* the timer's: for which map the monitors were told how full we are */
    atomic_bool failed, full_failsafe;
};

/* ---- what groups ask ---- */

static inline struct object_store *osd_store(struct osd *osd)
{
    return osd->store;
}
static inline const struct osd_limits *osd_limits(const struct osd *osd)
{
    return &osd->limits;
}
static inline unsigned osd_pg_log_max(const struct osd *osd)
{
    return osd->pg_log_max;
}
/* 0, or why a write that needs more space is refused; the group's lock is held. */
int osd_check_full(struct osd *osd, const struct pg *pg, const struct m_osd_op *m) MUST_CHECK;
/* The store has failed: the daemon ends, acknowledging nothing more. */
void osd_store_failed(struct osd *osd, int error);
void osd_count_op(struct osd *osd, const struct op_request *req, int result);
/* It is answered now. */
void osd_count_latency(struct osd *osd, const struct op_request *req);

/* ---- osd.c ---- */

/* Opens the store and reads who we are. Everything else that follows until osd_start() is the caller's. */
int osd_open(struct osd *osd, struct conf *conf, char *err, size_t err_size) MUST_CHECK;
/* Messengers, monitors, boot; returns when the monitors know us, not when they have us up. */
int osd_start(struct osd *osd, char *err, size_t err_size) MUST_CHECK;
/* Tells the monitors and stops; fine at any time after osd_open(). */
void osd_stop(struct osd *osd);
void osd_close(struct osd *osd);
/* Makes the data of a new OSD. */
int osd_mkfs(struct conf *conf, const struct fsid *uuid, char *err, size_t err_size) MUST_CHECK;
int osd_save_superblock(struct osd *osd, struct os_transaction *t);
/* For the caller to destroy, also after a failure. */
int osd_read_superblock(struct object_store *s, struct osd_superblock *sb, char *err,
                        size_t err_size) MUST_CHECK;

struct cluster_map *osd_current_map(struct osd *osd); /* with a reference; NULL before the first */

/* The group with a reference; NULL: not here. */
struct pg *osd_find_pg(struct osd *osd, struct pg_id id);
struct pg *osd_find_pg_locked(struct osd *osd, struct pg_id id); /* with pgs_lock */
/* From now on it is found; the requests that have waited for it are in its lane. */
void osd_add_pg(struct osd *osd, struct pg *pg);
void osd_remove_pg(struct osd *osd, struct pg *pg);
/* Calls visit for each group, without a lock. */
void osd_each_pg(struct osd *osd, void (*visit)(void *arg, struct pg *pg), void *arg);

/* ---- osd_boot.c ---- */

/* Whether we are up, in each epoch as it comes: one may have us up and the next one down. With osd.lock. */
void osd_boot_follow(struct osd *osd, const struct osdmap *map);
/* Whatever may have changed: sends what is due. With osd.lock. */
void osd_boot_step(struct osd *osd);
void osd_handle_mark_me_down(struct osd *osd, struct message *msg);
void osd_tick(void *arg);
/* How messages about osd.which begin; the addresses are the caller's to fill in. */
struct osd_target osd_target_of(struct osd *osd, int32_t which);
/* Asks to be marked down and waits for a while. */
void osd_say_goodbye(struct osd *osd);
/* Puts the OSD where it belongs in the crush map, by the monitors. */
int osd_crush_update(struct osd *osd, char *err, size_t err_size) MUST_CHECK;

/* ---- osd_maps.c ---- */

void osd_handle_map(struct osd *osd, struct message *msg);
/* Asks monitors for maps behind ours. */
void osd_want_map(struct osd *osd, uint32_t epoch);
void osd_handle_pg_create(struct osd *osd, struct message *msg);
int osd_load_pgs(struct osd *osd, char *err, size_t err_size) MUST_CHECK;
void osd_creates_drop(struct osd *osd);
/* Sends the maps that the peer has not. */
void osd_share_map(struct osd *osd, struct connection *con, uint32_t peer_epoch);
/* A group is there and serves: the monitor is told. */
void osd_pg_created(struct osd *osd, struct pg *pg);

/* ---- osd_absent.c ---- */

/* From time to time: finds groups whose objects are elsewhere. */
void osd_look_for_absent(struct osd *osd, uint64_t now);

/* ---- osd_dispatch.c ---- */

extern const struct dispatcher_ops osd_public_dispatcher, osd_cluster_dispatcher;
extern const struct op_queue_ops osd_queue_ops;
/* Which group, for clients before 17, which send the whole hash instead. map NULL: it is not known yet. */
void osd_find_group(struct op_request *req, const struct cluster_map *map);
/* Requests that wait for groups which are not to come here by the newest map. */
void osd_drop_waiting(struct osd *osd);

/* ---- osd_commands.c ---- */

int osd_commands_register(struct osd *osd) MUST_CHECK;
void osd_handle_command(struct osd *osd, struct message *msg);

#endif
