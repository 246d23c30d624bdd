/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_op.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "messages/message_types.h"
#include "mon/monitor.h"

struct mon_op *mon_op_create(struct monitor *mon, struct mon_session *session, struct message *msg)
{
    struct mon_op *op = calloc(1, sizeof(*op));

    if (!op)
        return NULL;
    list_init(&op->entry);
    op->mon = mon;
    op->session = session ? mon_session_get(session) : NULL;
    op->msg = msg ? message_get(msg) : NULL;
    bufferlist_init(&op->input);
    bufferlist_init(&op->output);
    return op;
}

void mon_op_free(struct mon_op *op)
{
    list_remove(&op->entry);
    mon_session_put(op->session);
    message_put(op->msg);
    json_decref(op->cmd);
    free(op->text);
    bufferlist_wipe(&op->input);
    bufferlist_destroy(&op->input);
    bufferlist_destroy(&op->output);
    strbuf_destroy(&op->status);
    free(op);
}

void mon_op_reply(struct mon_op *op, int r)
{
    if (op->reply)
        op->reply(op, r);
    mon_op_free(op);
}

bool mon_op_decoded(struct mon_op *op, int r)
{
    if (r == 0)
        return true;
    dout(mon, 0, "%s from a client cannot be read: %s", message_type_name(op->msg->type), strerror(-r));
    mon_op_free(op);
    return false;
}

bool mon_op_right_cluster(struct mon_op *op, const struct fsid *fsid)
{
    if (fsid_is_zero(fsid) || fsid_equal(fsid, &op->mon->store.fsid))
        return true;
    dout(mon, 0, "%s for another cluster is dropped", message_type_name(op->msg->type));
    mon_op_free(op);
    return false;
}

void mon_op_answer(struct mon_op *op, struct message *m)
{
    if (m)
        m->tid = op->msg->tid;
    mon_session_send(op->session, m);
    mon_op_free(op);
}

void mon_op_status(struct mon_op *op, const char *fmt, ...)
{
    va_list ap;

    strbuf_clear(&op->status);
    va_start(ap, fmt);
    strbuf_vprintf(&op->status, fmt, ap);
    va_end(ap);
}

int mon_op_fail(struct mon_op *op, int r, const char *fmt, ...)
{
    va_list ap;

    strbuf_clear(&op->status);
    va_start(ap, fmt);
    strbuf_vprintf(&op->status, fmt, ap);
    va_end(ap);
    return r;
}

/* Takes the bytes, which may be a secret. */
static int append(struct mon_op *op, void *bytes, size_t len)
{
    struct buffer *b = bytes ? buffer_wrap_secret(bytes, len) : NULL;

    return b ? bufferlist_append(&op->output, slice_of(b)) : -ENOMEM;
}

int mon_op_bytes(struct mon_op *op, const void *data, size_t len)
{
    void *copy = malloc(len ? len : 1);

    if (copy && len)
        memcpy(copy, data, len);
    return append(op, copy, len);
}

int mon_op_text(struct mon_op *op, const char *text)
{
    return mon_op_bytes(op, text, strlen(text));
}

int mon_op_steal_text(struct mon_op *op, struct strbuf *s)
{
    size_t len = s->len;

    return append(op, strbuf_steal(s), len);
}

int mon_op_printf(struct mon_op *op, const char *fmt, ...)
{
    struct strbuf s = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(&s, fmt, ap);
    va_end(ap);
    return mon_op_steal_text(op, &s);
}

int mon_op_json(struct mon_op *op, json_t *value, bool plain_is_pretty)
{
    bool pretty = op->json ? op->pretty : plain_is_pretty;
    size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(17) | (pretty ? JSON_INDENT(4) : JSON_COMPACT);
    char *text = value ? json_dumps(value, flags) : NULL;

    json_decref(value);
    return append(op, text, text ? strlen(text) : 0);
}
