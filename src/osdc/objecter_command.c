/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objecter's commands to OSDs (`ceph tell osd.N`): kept until they are answered, sent again as OSDs move.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "messages/m_command.h"
#include "osdc/objecter_internal.h"

struct osd_command {
    struct list entry; /* objecter.commands */
    uint64_t tid;
    bool to_pg;
    struct pg_id pg;
    int32_t osd; /* now; -1: nowhere */
    char *json;
    struct bufferlist input;
    struct osd_session *session; /* a reference; where it was sent; NULL: it was not */
    mon_command_done done;
    void *arg;
};

static void command_free(struct osd_command *c)
{
    osd_session_put(c->session);
    bufferlist_destroy(&c->input);
    free(c->json);
    free(c);
}

static void command_end(struct osd_command *c, int result, const char *status, struct bufferlist *output)
{
    struct bufferlist nothing;

    bufferlist_init(&nothing);
    c->done(c->arg, result, status, output ? output : &nothing);
    bufferlist_destroy(&nothing);
    command_free(c);
}

static struct message *command_message(struct objecter *o, const struct osd_command *c)
{
    struct m_command payload = {.fsid = mon_client_fsid(o->mon_client)};
    struct message *m;

    if (string_list_push(&payload.cmd, c->json)) {
        m_command_destroy(&payload);
        return NULL;
    }
    m = m_command_message(&payload);
    if (m && bufferlist_append_list(&m->data, &c->input)) {
        message_put(m);
        return NULL;
    }
    if (m)
        m->tid = c->tid;
    return m;
}

/* map_lock held for writing. 0; -ENOENT: there is no such OSD or group; -ENXIO: it is down. */
static int find_osd(struct objecter *o, struct osd_command *c)
{
    const struct pg_place *place;

    if (!o->map)
        return -ENXIO;
    if (c->to_pg) {
        place = cluster_map_place(o->map, c->pg);
        if (!place)
            return -ENOENT;
        c->osd = place->primary;
    }
    if (!c->to_pg && !osdmap_exists(&o->map->map, c->osd))
        return -ENOENT;
    return osdmap_is_up(&o->map->map, c->osd) ? 0 : -ENXIO;
}

/* The same, and o->lock: who has an answer looks for the command only when it is in its list. */
static int send_command(struct objecter *o, struct osd_command *c)
{
    struct osd_session *s;
    struct message *m;
    int r = find_osd(o, c);

    osd_session_put(c->session);
    c->session = NULL;
    if (r)
        return r;
    s = osd_session_make(o, c->osd);
    if (!s || !s->con)
        return -ENXIO;
    m = command_message(o, c);
    if (!m)
        return -ENOMEM;
    c->session = osd_session_get(s);
    connection_send(s->con, m);
    return 0;
}

static uint64_t submit(struct objecter *o, struct osd_command *c)
{
    uint64_t tid = c->tid = atomic_fetch_add(&o->last_tid, 1) + 1;
    int r = -ESHUTDOWN;
    bool waits;

    pthread_rwlock_wrlock(&o->map_lock);
    mutex_lock(&o->lock);
    if (!o->stopping)
        r = send_command(o, c);
    waits = r == -ENXIO && c->to_pg;
    if (r == 0 || waits)
        list_add_tail(&o->commands, &c->entry);
    mutex_unlock(&o->lock);
    if (waits)
        objecter_want_map(o);
    objecter_map_unlock(o);
    if (r && !waits)
        command_end(c, r,
                    r == -ENXIO    ? "osd down"
                    : r != -ENOENT ? ""
                    : c->to_pg     ? "pg dne"
                                   : "osd dne",
                    NULL);
    return tid;
}

static struct osd_command *command_create(const char *json, const struct bufferlist *input,
                                          mon_command_done done, void *arg)
{
    struct osd_command *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    list_init(&c->entry);
    bufferlist_init(&c->input);
    c->osd = -1;
    c->done = done;
    c->arg = arg;
    c->json = strdup(json);
    if (!c->json || (input && bufferlist_append_list(&c->input, input))) {
        command_free(c);
        return NULL;
    }
    return c;
}

uint64_t objecter_osd_command(struct objecter *o, int32_t osd, const char *json,
                              const struct bufferlist *input, mon_command_done done, void *arg)
{
    struct osd_command *c = command_create(json, input, done, arg);

    if (!c)
        return 0;
    c->osd = osd;
    return submit(o, c);
}

uint64_t objecter_pg_command(struct objecter *o, struct pg_id pg, const char *json,
                             const struct bufferlist *input, mon_command_done done, void *arg)
{
    struct osd_command *c = command_create(json, input, done, arg);

    if (!c)
        return 0;
    c->to_pg = true;
    c->pg = pg;
    return submit(o, c);
}

void objecter_resend_commands(struct objecter *o, const struct osd_session *lost)
{
    struct list ended;

    list_init(&ended);
    pthread_rwlock_wrlock(&o->map_lock);
    mutex_lock(&o->lock);
    list_for_each_safe(c, &o->commands, struct osd_command, entry) {
        int32_t was = c->osd;
        int r = find_osd(o, c);

        if (r == 0 && (c->osd != was || !c->session || c->session == lost))
            r = send_command(o, c);
        if (r && !(r == -ENXIO && c->to_pg)) {
            list_remove(&c->entry);
            list_add_tail(&ended, &c->entry);
        }
    }
    mutex_unlock(&o->lock);
    objecter_map_unlock(o);
    list_for_each_safe(c, &ended, struct osd_command, entry) {
        list_remove(&c->entry);
        command_end(c, -ENXIO, "osd down", NULL);
    }
}

bool objecter_handle_command_reply(struct objecter *o, struct message *m)
{
    struct m_command_reply reply;
    struct osd_command *found = NULL;

    if (connection_peer_type(m->con) != ENTITY_TYPE_OSD)
        return false;
    if (m_command_reply_decode(&reply, m)) {
        connection_bad_message(m->con, m, "command reply");
        return true;
    }
    mutex_lock(&o->lock);
    list_for_each(c, &o->commands, struct osd_command, entry)
        if (c->tid == m->tid && c->session == connection_private(m->con))
            found = c;
    if (found)
        list_remove(&found->entry);
    mutex_unlock(&o->lock);
    if (found)
        command_end(found, reply.result, reply.status ? reply.status : "", &m->data);
    m_command_reply_destroy(&reply);
    return true;
}

void objecter_end_commands(struct objecter *o)
{
    struct list all;

    list_init(&all);
    mutex_lock(&o->lock);
    list_splice_tail(&all, &o->commands);
    mutex_unlock(&o->lock);
    list_for_each_safe(c, &all, struct osd_command, entry) {
        list_remove(&c->entry);
        command_end(c, -ESHUTDOWN, "", NULL);
    }
}
