/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/caps.h"
#include "common/log.h"
#include "osd/class_call.h"
#include "osd/op_request.h"

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER; /* two messages of one connection may come first */

static void session_free(void *priv)
{
    struct osd_session *s = priv;

    caps_free(s->caps);
    free(s);
}

static void read_caps(struct osd_session *s, const struct connection *con)
{
    const struct auth_identity *id = connection_identity(con);
    char *text, *err = NULL;

    s->everything = !id || id->caps_allow_all;
    if (s->everything)
        return;
    text = strdup(id->caps ? id->caps : "");
    if (text && caps_parse(&s->caps, ENTITY_TYPE_OSD, text, &err) < 0) {
        derr(osd, "%s.%s has capabilities that cannot be read, so none: %s",
             entity_type_name(id->entity_type), id->entity_id, err ? err : "out of memory");
        s->caps = NULL;
    }
    s->everything = s->caps && caps_allow_all(s->caps);
    free(text);
    free(err);
}

struct osd_session *osd_session_of(struct connection *con)
{
    struct osd_session *s = connection_private(con);

    if (s)
        return s;
    pthread_mutex_lock(&making);
    s = connection_private(con);
    if (!s && (s = calloc(1, sizeof(*s)))) {
        read_caps(s, con);
        connection_set_private(con, s, session_free);
    }
    pthread_mutex_unlock(&making);
    return s;
}

/* What classes do is allowed by other capabilities than what is done without them. */
static unsigned bits_of_call(const struct osd_op *op)
{
    const struct class_method *m = class_method_find(op);

    if (!m)
        return 0; /* class_check_calls() will refuse it */
    return (m->flags & CLASS_RD ? CAPS_CLASS_READ : 0) | (m->flags & CLASS_WR ? CAPS_CLASS_WRITE : 0);
}

static unsigned bits_of(const struct op_request *req)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < req->m.op_count; i++) {
        const struct osd_op *op = &req->m.ops[i];
        bits |= op->code == OSD_OP_CALL ? bits_of_call(op) : osd_op_writes(op->code) ? CAPS_W : CAPS_R;
    }
    return bits;
}

bool osd_session_allows(const struct osd_session *s, const struct op_request *req, const char *pool)
{
    struct entity_addr peer = connection_peer_socket_addr(req->con);
    const struct auth_identity *id;
    struct caps_object what = {
        .pool = pool,
        .nspace = req->m.locator.nspace,
        .object = req->m.oid,
        .bits = bits_of(req),
        .peer = &peer,
    };

    if (s->everything || (s->caps && caps_allow_object(s->caps, &what)))
        return true;
    id = connection_identity(req->con);
    dout(osd, 0, "%s.%s may not %s%s %s in pool %s: refused", entity_type_name(id->entity_type),
         id->entity_id, req->reads ? "read" : "", req->writes ? (req->reads ? " and write" : "write") : "",
         req->on_pg ? "the list of objects" : req->m.oid, pool);
    return false;
}
