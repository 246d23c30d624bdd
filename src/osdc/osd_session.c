/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objecter's sessions with OSDs: their connections, and the ranges that OSDs asked to hold back. */
#include <errno.h>
#include <stdlib.h>

#include "common/log.h"
#include "osdc/objecter_internal.h"

struct osd_session *osd_session_create(struct objecter *o, int32_t osd)
{
    struct osd_session *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->refs = 1;
    s->objecter = o;
    s->osd = osd;
    mutex_init(&s->order, "osd_session.order", LOCK_RANK_OSD_SESSION_ORDER);
    mutex_init(&s->lock, "osd_session", LOCK_RANK_OSD_SESSION);
    list_init(&s->ops);
    list_init(&s->backoffs);
    for (unsigned i = 0; i < SESSION_BUCKETS; i++)
        list_init(&s->buckets[i]);
    return s;
}

struct osd_session *osd_session_get(struct osd_session *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void osd_session_put(void *session)
{
    struct osd_session *s = session;

    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    osd_session_drop_backoffs(s);
    mutex_destroy(&s->lock);
    mutex_destroy(&s->order);
    free(s);
}

struct osd_session *osd_session_find(struct objecter *o, int32_t osd)
{
    if (osd < 0)
        return o->homeless;
    return (unsigned)osd < o->session_count ? o->sessions[osd] : NULL;
}

static int make_room(struct objecter *o, int32_t osd)
{
    unsigned count = o->map->map.max_osd;
    struct osd_session **more;

    if ((unsigned)osd < o->session_count)
        return 0;
    if ((unsigned)osd >= count)
        return -EINVAL;
    more = realloc(o->sessions, count * sizeof(*more));
    if (!more)
        return -ENOMEM;
    for (unsigned i = o->session_count; i < count; i++)
        more[i] = NULL;
    o->sessions = more;
    o->session_count = count;
    return 0;
}

struct osd_session *osd_session_make(struct objecter *o, int32_t osd)
{
    struct osd_session *s = osd_session_find(o, osd);

    if (!s) {
        if (make_room(o, osd))
            return NULL;
        s = o->sessions[osd] = osd_session_create(o, osd);
    }
    if (s && s->osd >= 0 && !s->con)
        osd_session_open(s);
    return s;
}

void osd_session_open(struct osd_session *s)
{
    struct objecter *o = s->objecter;
    struct entity_addrvec addrs;
    struct connection *con = NULL;

    if (!o->stopping && cluster_map_osd_addrs(o->map, s->osd, &addrs) == 0) {
        con = messenger_get_connection(o->messenger, ENTITY_TYPE_OSD, &addrs);
        if (!con)
            derr(objecter, "osd.%d has no address that can be reached from here", s->osd);
    }
    entity_addrvec_destroy(&addrs);
    if (con)
        connection_set_private(con, osd_session_get(s), osd_session_put);
    mutex_lock(&s->lock);
    s->con = con;
    s->incarnation++;
    mutex_unlock(&s->lock);
}

void osd_session_close(struct osd_session *s)
{
    struct connection *con;

    mutex_lock(&s->lock);
    con = s->con;
    s->con = NULL;
    s->incarnation++;
    osd_session_drop_backoffs(s);
    mutex_unlock(&s->lock);
    if (con)
        connection_mark_down(con);
    connection_put(con);
}

bool osd_session_is_stale(const struct osd_session *s, const struct cluster_map *map)
{
    struct entity_addrvec addrs;
    bool stale;

    if (s->osd < 0 || !s->con)
        return false;
    stale = cluster_map_osd_addrs(map, s->osd, &addrs) != 0 ||
            !entity_addrvec_equal(&addrs, connection_peer_addrs(s->con));
    entity_addrvec_destroy(&addrs);
    return stale;
}

/* ---- backoffs ---- */

void osd_session_drop_backoffs(struct osd_session *s)
{
    list_for_each_safe(b, &s->backoffs, struct osd_backoff, entry) {
        list_remove(&b->entry);
        m_osd_backoff_destroy(&b->range);
        free(b);
    }
}

static bool range_covers(const struct m_osd_backoff *range, const struct objecter_op *op)
{
    struct hobject object = {.key = (char *)op->key,
                             .name = (char *)op->name,
                             .nspace = (char *)op->nspace,
                             .snap = op->operation.writes ? SNAP_HEAD : op->snapid,
                             .hash = op->target.hash,
                             .pool = op->target.pool};
    int behind_begin = hobject_compare(&object, &range->begin);

    if (range->pg.pool != op->target.pg.pool || range->pg.seed != op->target.pg.seed)
        return false;
    if (op->pg_hash >= 0)
        return false; /* of the group, not of an object in it */
    return behind_begin >= 0 && (behind_begin == 0 || hobject_compare(&object, &range->end) < 0);
}

bool osd_session_holds(const struct osd_session *s, const struct objecter_op *op)
{
    if (list_empty(&s->backoffs))
        return false;
    list_for_each(b, &s->backoffs, struct osd_backoff, entry)
        if (range_covers(&b->range, op))
            return true;
    return false;
}

/* Operations that are under way are held as well: the OSD has dropped them. */
static void block(struct osd_session *s, struct m_osd_backoff *range)
{
    struct osd_backoff *b = calloc(1, sizeof(*b));
    struct m_osd_backoff ack = {.pg = range->pg,
                                .shard = range->shard,
                                .map_epoch = range->map_epoch,
                                .op = OSD_BACKOFF_ACK_BLOCK,
                                .id = range->id};
    struct message *m = NULL;

    if (b && hobject_copy(&ack.begin, &range->begin) == 0 && hobject_copy(&ack.end, &range->end) == 0)
        m = m_osd_backoff_message(&ack);
    else
        m_osd_backoff_destroy(&ack);
    if (!m) {
        derr(objecter, "no memory to hold operations back from osd.%d", s->osd);
        m_osd_backoff_destroy(range);
        free(b);
        return;
    }
    mutex_lock(&s->lock);
    b->range = *range;
    list_add_tail(&s->backoffs, &b->entry);
    list_for_each(op, &s->ops, struct objecter_op, entry)
        if (range_covers(&b->range, op))
            op->held = true;
    mutex_unlock(&s->lock);
    if (s->con)
        connection_send(s->con, m);
    else
        message_put(m);
}

static void unblock(struct osd_session *s, const struct m_osd_backoff *range)
{
    mutex_lock(&s->lock);
    list_for_each_safe(b, &s->backoffs, struct osd_backoff, entry) {
        if (b->range.id == range->id) {
            list_remove(&b->entry);
            m_osd_backoff_destroy(&b->range);
            free(b);
        }
    }
    mutex_unlock(&s->lock);
    objecter_resend_held(s->objecter, s);
}

void osd_session_handle_backoff(struct objecter *o, struct message *m)
{
    struct osd_session *s = connection_private(m->con);
    struct m_osd_backoff range;
    int r;

    if (!s)
        return;
    r = m_osd_backoff_decode(&range, m);
    if (r) {
        connection_bad_message(m->con, m, "backoff");
        return;
    }
    dout(objecter, 10, "osd.%d: backoff %u, id %llu", s->osd, range.op, (unsigned long long)range.id);
    pthread_rwlock_wrlock(&o->map_lock);
    if (s->con != m->con) {
        m_osd_backoff_destroy(&range);
    } else if (range.op == OSD_BACKOFF_BLOCK) {
        block(s, &range);
    } else {
        if (range.op == OSD_BACKOFF_UNBLOCK)
            unblock(s, &range);
        m_osd_backoff_destroy(&range);
    }
    objecter_map_unlock(o);
}
