/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osdc/objecter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "maps/osdmap_incremental.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_osd_map.h"
#include "osdc/objecter_internal.h"

#define TICK_NS (500 * NSEC_PER_MSEC) /* how often deadlines are looked at */

/* ---- deadlines ---- */

static struct timer_share timers = TIMER_SHARE_INIT("objecter.timers", LOCK_RANK_LIBRADOS);

static void arm_tick(struct objecter *o)
{
    if (timer_thread_arm(o->timer, &o->tick, clock_monotonic_ns() + TICK_NS))
        derr(objecter, "no memory for a timer: operations will not time out");
}

/* Not every way for an OSD to be gone is told by the messenger: where another process has its port, dialling
 * just goes on failing. So whoever waits for long looks for a newer map. */
static void tick(void *arg)
{
    struct objecter *o = arg;
    unsigned laggy_ticks = (unsigned)(conf_seconds_ns(o->conf, OPT_objecter_timeout) / TICK_NS);
    uint64_t now = clock_monotonic_ns();
    struct list ended;
    bool stopping, laggy;

    list_init(&ended);
    pthread_rwlock_rdlock(&o->map_lock);
    stopping = o->stopping;
    laggy = objecter_collect_timeouts(o->homeless, now, laggy_ticks, &ended);
    for (unsigned i = 0; i < o->session_count; i++)
        if (o->sessions[i] && objecter_collect_timeouts(o->sessions[i], now, laggy_ticks, &ended))
            laggy = true;
    if (laggy && !stopping)
        objecter_want_map(o);
    objecter_map_unlock(o);
    objecter_end_all(&ended, -ETIMEDOUT);
    if (!stopping)
        arm_tick(o);
}

/* ---- maps ---- */

void objecter_want_map(struct objecter *o)
{
    mutex_lock(&o->lock);
    o->wants_map = true;
    mutex_unlock(&o->lock);
}

void objecter_ask_version(struct objecter *o)
{
    mutex_lock(&o->lock);
    o->wants_version = true;
    mutex_unlock(&o->lock);
}

static void ask_version(struct objecter *o);

void objecter_map_unlock(struct objecter *o)
{
    bool pauses = o->map && cluster_map_pauses(o->map), wants_map, wants_version;
    uint32_t start = o->map ? o->map->map.epoch + 1 : 0;

    mutex_lock(&o->lock);
    wants_map = o->wants_map;
    wants_version = o->wants_version;
    o->wants_map = o->wants_version = false;
    mutex_unlock(&o->lock);
    pthread_rwlock_unlock(&o->map_lock);
    if (wants_map)
        mon_client_sub_want(o->mon_client, "osdmap", start, pauses ? 0 : MON_SUBSCRIBE_ONETIME);
    if (wants_version)
        ask_version(o);
}

/* Takes next. What must be told is told after the lock is released. */
static void install(struct objecter *o, struct cluster_map *next, bool skipped, struct list *ended)
{
    struct cluster_map *old;

    pthread_rwlock_wrlock(&o->map_lock);
    old = o->map;
    o->map = next;
    dout(objecter, 10, "osdmap e%u", next->map.epoch);
    objecter_retarget_all(o, old, skipped, ended);
    objecter_map_unlock(o);
    cluster_map_put(old);
    mutex_lock(&o->lock);
    o->epoch = next->map.epoch;
    cond_broadcast(&o->map_changed);
    mutex_unlock(&o->lock);
}

static int take_full(struct objecter *o, const struct osd_map_item *item, uint32_t have, struct list *ended)
{
    struct cluster_map *next;
    struct osdmap map;
    struct decode d;
    int r;

    decode_init(&d, item->map.data, item->map.len);
    r = osdmap_decode(&map, &d);
    if (r)
        return r;
    next = cluster_map_create(&map);
    if (!next)
        return -EBADMSG;
    install(o, next, have == 0 || next->map.epoch > have + 1, ended);
    return 0;
}

static int take_incremental(struct objecter *o, const struct osd_map_item *item, struct list *ended)
{
    struct osdmap_incremental inc;
    struct cluster_map *next;
    struct osdmap map;
    struct decode d;
    int r;

    decode_init(&d, item->map.data, item->map.len);
    r = osdmap_incremental_decode(&inc, &d);
    if (r)
        return r;
    r = osdmap_copy(&map, &o->map->map); /* only this thread changes it */
    if (r == 0) {
        r = osdmap_apply(&map, &inc);
        next = r ? NULL : cluster_map_create(&map);
        if (r)
            osdmap_destroy(&map);
        else if (!next)
            r = -EBADMSG;
        else
            install(o, next, false, ended);
    }
    osdmap_incremental_destroy(&inc);
    return r;
}

static int take_maps(struct objecter *o, const struct m_osd_map *m, struct list *ended)
{
    int r = 0;

    for (uint32_t i = 0; i < m->incremental_count && o->map && r == 0; i++)
        if (m->incrementals[i].epoch == o->map->map.epoch + 1)
            r = take_incremental(o, &m->incrementals[i], ended);
    if (m->full_count > 0) {
        const struct osd_map_item *newest = &m->fulls[m->full_count - 1];
        uint32_t have = o->map ? o->map->map.epoch : 0;

        if (newest->epoch > have)
            r = take_full(o, newest, have, ended);
    }
    return r;
}

/* What a map newer than `before` brings about. */
static void tell_map(struct objecter *o, uint32_t before, struct list *ended)
{
    objecter_end_all(ended, -ENOENT);
    if (!o->map || o->map->map.epoch == before)
        return;
    objecter_resend_commands(o, NULL);
    if (o->changed)
        o->changed(o->changed_arg);
}

static void handle_map(struct objecter *o, struct message *msg)
{
    struct fsid fsid = mon_client_fsid(o->mon_client);
    struct m_osd_map m;
    struct list ended;
    uint32_t before = o->map ? o->map->map.epoch : 0;
    int r = m_osd_map_decode(&m, msg);

    if (r) {
        connection_bad_message(msg->con, msg, "osdmap");
        return;
    }
    list_init(&ended);
    if (!fsid_equal(&m.fsid, &fsid))
        derr(objecter, "an osdmap of another cluster is ignored");
    else
        r = take_maps(o, &m, &ended);
    if (r)
        derr(objecter, "an osdmap that cannot be read (after e%u): %s", before, strerror(-r));
    if (o->map)
        mon_client_sub_got(o->mon_client, "osdmap", o->map->map.epoch);
    /* The sender has more than it sent, or what it sent does not follow on ours. */
    if (o->map && m.newest > o->map->map.epoch) {
        mon_client_sub_want(o->mon_client, "osdmap", r ? 0 : o->map->map.epoch + 1, MON_SUBSCRIBE_ONETIME);
    }
    m_osd_map_destroy(&m);
    tell_map(o, before, &ended);
}

void objecter_take_map(struct objecter *o, struct cluster_map *map)
{
    uint32_t before = o->map ? o->map->map.epoch : 0;
    struct list ended;

    if (map->map.epoch <= before) {
        cluster_map_put(map);
        return;
    }
    list_init(&ended);
    install(o, map, before == 0 || map->map.epoch > before + 1, &ended);
    tell_map(o, before, &ended);
}

struct cluster_map *objecter_map(struct objecter *o)
{
    struct cluster_map *m;

    pthread_rwlock_rdlock(&o->map_lock);
    m = o->map ? cluster_map_get(o->map) : NULL;
    objecter_map_unlock(o);
    return m;
}

int objecter_wait_for_epoch(struct objecter *o, uint32_t epoch, uint64_t timeout_ns)
{
    uint64_t deadline = timeout_ns ? clock_monotonic_ns() + timeout_ns : 0;
    int r = 0;

    mutex_lock(&o->lock);
    if (o->epoch < epoch) {
        mutex_unlock(&o->lock);
        pthread_rwlock_rdlock(&o->map_lock);
        objecter_want_map(o);
        objecter_map_unlock(o);
        mutex_lock(&o->lock);
    }
    while (o->epoch < epoch && !o->is_stopping && r == 0) {
        if (!deadline)
            cond_wait(&o->map_changed, &o->lock);
        else if (!cond_wait_until(&o->map_changed, &o->lock, deadline))
            r = -ETIMEDOUT;
    }
    if (o->epoch >= epoch)
        r = 0;
    else if (o->is_stopping)
        r = -ESHUTDOWN;
    mutex_unlock(&o->lock);
    return r;
}

/* ---- which epoch is the newest ---- */

struct latest {
    struct mutex lock;
    struct cond changed;
    bool done;
    int error;
    uint64_t newest;
};

static void latest_done(void *arg, int error, uint64_t newest, uint64_t oldest UNUSED)
{
    struct latest *l = arg;

    mutex_lock(&l->lock);
    l->done = true;
    l->error = error;
    l->newest = newest;
    cond_signal(&l->changed);
    mutex_unlock(&l->lock);
}

int objecter_wait_for_latest(struct objecter *o, uint64_t timeout_ns)
{
    struct latest l = {0};
    int r = -ESHUTDOWN;

    mutex_init(&l.lock, "objecter.latest", LOCK_RANK_OBJECTER);
    cond_init(&l.changed);
    if (mon_client_get_version(o->mon_client, "osdmap", latest_done, &l)) {
        mutex_lock(&l.lock);
        while (!l.done)
            cond_wait(&l.changed, &l.lock);
        mutex_unlock(&l.lock);
        r = l.error;
    }
    cond_destroy(&l.changed);
    mutex_destroy(&l.lock);
    return r ? r : objecter_wait_for_epoch(o, (uint32_t)l.newest, timeout_ns);
}

/* The pool of some operations is in no map so far: does the newest one have it? */
static void version_known(void *arg, int error, uint64_t newest, uint64_t oldest UNUSED)
{
    struct objecter *o = arg;
    struct list ended;

    list_init(&ended);
    pthread_rwlock_wrlock(&o->map_lock);
    mutex_lock(&o->lock);
    o->asking_version = false;
    mutex_unlock(&o->lock);
    if (error == 0 && o->map) {
        mutex_lock(&o->homeless->lock);
        list_for_each_safe(op, &o->homeless->ops, struct objecter_op, entry) {
            if (osdmap_find_pool(&o->map->map, op->target.pool))
                continue;
            if (op->no_pool_epoch == 0)
                op->no_pool_epoch = newest ? newest : 1;
            if (op->no_pool_epoch > o->map->map.epoch)
                continue;
            osd_session_remove(o->homeless, op);
            list_add_tail(&ended, &op->entry);
        }
        mutex_unlock(&o->homeless->lock);
        if (newest > o->map->map.epoch)
            objecter_want_map(o);
    }
    objecter_map_unlock(o);
    objecter_end_all(&ended, -ENOENT);
    mutex_lock(&o->lock);
    o->callbacks_out--;
    cond_broadcast(&o->map_changed);
    mutex_unlock(&o->lock);
}

static void ask_version(struct objecter *o)
{
    bool ask;

    mutex_lock(&o->lock);
    ask = !o->asking_version && !o->is_stopping;
    if (ask) {
        o->asking_version = true;
        o->callbacks_out++;
    }
    mutex_unlock(&o->lock);
    if (!ask || mon_client_get_version(o->mon_client, "osdmap", version_known, o))
        return;
    mutex_lock(&o->lock);
    o->asking_version = false;
    o->callbacks_out--;
    mutex_unlock(&o->lock);
}

/* ---- dispatch ---- */

static bool can_fast_dispatch(void *arg UNUSED, const struct message *m)
{
    return m->type == MSG_OSD_OPREPLY;
}

static void fast_dispatch(void *arg, struct message *m)
{
    objecter_handle_reply(arg, m);
    message_put(m);
}

static bool dispatch(void *arg, struct message *m)
{
    struct objecter *o = arg;

    switch (m->type) {
    case MSG_OSD_MAP:
        handle_map(o, m);
        break;
    case MSG_OSD_BACKOFF:
        osd_session_handle_backoff(o, m);
        break;
    case MSG_COMMAND_REPLY:
        if (!objecter_handle_command_reply(o, m))
            return false;
        break;
    default:
        return false;
    }
    message_put(m);
    return true;
}

static void handle_reset(void *arg, struct connection *con)
{
    struct objecter *o = arg;
    struct osd_session *s;
    bool mine;

    if (connection_peer_type(con) != ENTITY_TYPE_OSD || !(s = connection_private(con)))
        return;
    pthread_rwlock_wrlock(&o->map_lock);
    mine = s->con == con && !o->stopping;
    if (mine) {
        dout(objecter, 1, "osd.%d: the session was lost", s->osd);
        osd_session_close(s);
        osd_session_make(o, s->osd);
        objecter_resend_session(o, s);
        objecter_want_map(o);
    }
    objecter_map_unlock(o);
    if (!mine)
        return;
    objecter_resend_commands(o, s);
    if (o->changed)
        o->changed(o->changed_arg);
}

/* Nobody listens there: the map will say why. */
static void handle_refused(void *arg, struct connection *con)
{
    struct objecter *o = arg;

    if (connection_peer_type(con) != ENTITY_TYPE_OSD)
        return;
    pthread_rwlock_rdlock(&o->map_lock);
    objecter_want_map(o);
    objecter_map_unlock(o);
}

static const struct dispatcher_ops dispatcher = {
    .can_fast_dispatch = can_fast_dispatch,
    .fast_dispatch = fast_dispatch,
    .dispatch = dispatch,
    .handle_reset = handle_reset,
    .handle_remote_reset = handle_reset,
    .handle_refused = handle_refused,
};

/* ---- life ---- */

struct objecter *objecter_create(struct conf *conf, struct messenger *m, struct mon_client *mc)
{
    struct objecter *o = calloc(1, sizeof(*o));
    pthread_rwlockattr_t attr;

    if (!o)
        return NULL;
    o->conf = conf;
    o->messenger = m;
    o->mon_client = mc;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&o->map_lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    mutex_init(&o->lock, "objecter", LOCK_RANK_OBJECTER);
    cond_init(&o->map_changed);
    list_init(&o->commands);
    throttle_init(&o->inflight_ops, "objecter_ops", conf_u64(conf, OPT_objecter_inflight_ops));
    throttle_init(&o->inflight_bytes, "objecter_bytes", conf_u64(conf, OPT_objecter_inflight_op_bytes));
    timer_event_init(&o->tick, tick, o);
    o->homeless = osd_session_create(o, -1);
    o->timer = timer_share_get(&timers, "objecter");
    if (!o->homeless || !o->timer) {
        objecter_free(o);
        return NULL;
    }
    messenger_add_dispatcher(m, &dispatcher, o);
    return o;
}

void objecter_set_changed(struct objecter *o, objecter_changed changed, void *arg)
{
    o->changed = changed;
    o->changed_arg = arg;
}

int objecter_start(struct objecter *o, uint64_t timeout_ns)
{
    int r = mon_client_sub_want(o->mon_client, "osdmap", 0, MON_SUBSCRIBE_ONETIME);

    if (r)
        return r;
    arm_tick(o);
    return objecter_wait_for_epoch(o, 1, timeout_ns);
}

void objecter_start_fed(struct objecter *o)
{
    arm_tick(o);
}

static void take_all_ops(struct osd_session *s, struct list *ended)
{
    mutex_lock(&s->lock);
    list_for_each_safe(op, &s->ops, struct objecter_op, entry) {
        osd_session_remove(s, op);
        list_add_tail(ended, &op->entry);
    }
    mutex_unlock(&s->lock);
}

void objecter_stop(struct objecter *o)
{
    struct list ended;

    list_init(&ended);
    pthread_rwlock_wrlock(&o->map_lock);
    o->stopping = true;
    take_all_ops(o->homeless, &ended);
    for (unsigned i = 0; i < o->session_count; i++) {
        if (!o->sessions[i])
            continue;
        take_all_ops(o->sessions[i], &ended);
        osd_session_close(o->sessions[i]);
    }
    objecter_map_unlock(o);
    objecter_end_all(&ended, -ESHUTDOWN);
    objecter_end_commands(o);
    /* Twice: a tick under way may have armed it again. */
    timer_thread_disarm_sync(o->timer, &o->tick);
    timer_thread_disarm_sync(o->timer, &o->tick);
    mutex_lock(&o->lock);
    o->is_stopping = true;
    cond_broadcast(&o->map_changed);
    while (o->callbacks_out > 0)
        cond_wait(&o->map_changed, &o->lock);
    mutex_unlock(&o->lock);
}

void objecter_free(struct objecter *o)
{
    if (!o)
        return;
    for (unsigned i = 0; i < o->session_count; i++)
        osd_session_put(o->sessions[i]);
    free(o->sessions);
    osd_session_put(o->homeless);
    cluster_map_put(o->map);
    timer_share_put(&timers, o->timer);
    throttle_destroy(&o->inflight_bytes);
    throttle_destroy(&o->inflight_ops);
    cond_destroy(&o->map_changed);
    mutex_destroy(&o->lock);
    pthread_rwlock_destroy(&o->map_lock);
    free(o);
}

struct timer_thread *objecter_timer(struct objecter *o)
{
    return o->timer;
}

bool objecter_still_there(struct objecter *o, const struct objecter_target *t, struct cluster_map **was,
                          struct osd_session *session, uint64_t incarnation)
{
    bool there;

    pthread_rwlock_rdlock(&o->map_lock);
    there = !o->stopping && o->map && osd_session_find(o, t->osd) == session &&
            session->incarnation == incarnation && !objecter_target_moved(*was, o->map, t);
    if (there && *was != o->map) {
        cluster_map_put(*was);
        *was = cluster_map_get(o->map);
    }
    pthread_rwlock_unlock(&o->map_lock);
    return there;
}
