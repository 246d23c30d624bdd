/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client's requests: commands, tells, pings, versions and other people's messages. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "messages/m_command.h"
#include "messages/m_mon_command.h"
#include "messages/m_mon_get_version.h"
#include "messages/m_ping.h"
#include "mon_client/mon_client_internal.h"

static bool has_own_conn(const struct mon_request *r)
{
    return r->kind == MON_REQUEST_TELL || r->kind == MON_REQUEST_PING;
}

static void request_free(struct mon_request *r)
{
    if (!r)
        return;
    free(r->text);
    free(r->target);
    bufferlist_destroy(&r->input);
    message_put(r->msg);
    message_put(r->reply);
    free(r);
}

static struct mon_request *request_create(enum mon_request_kind kind, const char *text, const char *target,
                                          const struct bufferlist *input)
{
    struct mon_request *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->kind = kind;
    list_init(&r->entry);
    bufferlist_init(&r->input);
    r->text = text ? strdup(text) : NULL;
    r->target = target ? strdup(target) : NULL;
    if ((text && !r->text) || (target && !r->target) || (input && bufferlist_append_list(&r->input, input))) {
        request_free(r);
        return NULL;
    }
    return r;
}

/* ---- the message of a request ---- */

static struct message *build_command(struct mon_client *mc, const struct mon_request *r)
{
    struct m_mon_command c = {.paxos = PAXOS_PREFIX_INIT(0), .fsid = mc->monmap.fsid};

    if (string_list_push(&c.cmd, r->text)) {
        m_mon_command_destroy(&c);
        return NULL;
    }
    return m_mon_command_message(&c);
}

static struct message *build_tell(struct mon_client *mc, const struct mon_request *r)
{
    struct m_command c = {.fsid = mc->monmap.fsid};

    if (string_list_push(&c.cmd, r->text)) {
        m_command_destroy(&c);
        return NULL;
    }
    return m_command_message(&c);
}

static struct message *build_version(const struct mon_request *r)
{
    struct m_mon_get_version v = {.handle = r->tid, .what = strdup(r->text)};

    return v.what ? m_mon_get_version_message(&v) : NULL;
}

static struct message *build(struct mon_client *mc, const struct mon_request *r)
{
    struct m_ping ping = {0};

    switch (r->kind) {
    case MON_REQUEST_COMMAND:
        return build_command(mc, r);
    case MON_REQUEST_TELL:
        return build_tell(mc, r);
    case MON_REQUEST_VERSION:
        return build_version(r);
    case MON_REQUEST_PING:
        return m_ping_message(&ping);
    case MON_REQUEST_MESSAGE:
        break;
    }
    return NULL;
}

static void send_on(struct mon_client *mc, struct mon_request *r, struct connection *con)
{
    if (!r->msg) {
        r->msg = build(mc, r);
        if (!r->msg || bufferlist_append_list(&r->msg->data, &r->input)) {
            mon_client_end_request_locked(mc, r, -ENOMEM, NULL);
            return;
        }
        r->msg->tid = r->kind == MON_REQUEST_PING ? 0 : r->tid;
    }
    r->sent = true;
    connection_send(con, message_get(r->msg));
}

void mon_client_send_requests_locked(struct mon_client *mc)
{
    list_for_each_safe(r, &mc->requests, struct mon_request, entry) {
        if (!has_own_conn(r))
            send_on(mc, r, mc->session->con);
    }
}

int mon_client_send(struct mon_client *mc, struct message *msg)
{
    struct connection *con = NULL;
    int r = -ENOTCONN;

    mutex_lock(&mc->lock);
    if (mc->session && mc->session->state == MON_CONN_OPEN)
        con = connection_get(mc->session->con);
    mutex_unlock(&mc->lock);
    if (con)
        r = connection_send(con, msg);
    else
        message_put(msg);
    connection_put(con);
    return r;
}

/* ---- the end of a request ---- */

void mon_client_end_request_locked(struct mon_client *mc, struct mon_request *r, int error,
                                   struct message *reply)
{
    r->error = error;
    r->reply = reply ? message_get(reply) : NULL;
    if (r->conn)
        mon_client_drop_conn_locked(mc, r->conn);
    r->conn = NULL;
    list_remove(&r->entry);
    list_add_tail(&mc->ended, &r->entry);
}

static const char *error_text(const struct mon_request *r, int error, char *buf, size_t size)
{
    switch (error) {
    case -ENOENT:
        snprintf(buf, size, "there is no mon.%s in the monmap", r->target ? r->target : "?");
        return buf;
    case -ETIMEDOUT:
        return "no answer in time";
    case -ECANCELED:
        return "canceled";
    case -ESHUTDOWN:
        return "shutting down";
    case -EBADMSG:
        return "the monitor's answer cannot be read";
    }
    if (r->target)
        snprintf(buf, size, "mon.%s: %s", r->target, strerror(-error));
    else
        snprintf(buf, size, "%s", strerror(-error));
    return buf;
}

static void call_command(struct mon_request *r)
{
    struct m_mon_command_ack ack = {0};
    struct m_command_reply reply = {0};
    struct m_ping ping = {0};
    struct bufferlist output;
    char buf[256];
    int error = r->error;
    int result = 0;
    const char *status = "";

    bufferlist_init(&output);
    if (error == 0 && r->kind == MON_REQUEST_COMMAND) {
        error = m_mon_command_ack_decode(&ack, r->reply);
        result = ack.result;
        status = ack.status;
    } else if (error == 0 && r->kind == MON_REQUEST_TELL) {
        error = m_command_reply_decode(&reply, r->reply);
        result = reply.result;
        status = reply.status;
    } else if (error == 0) {
        error = m_ping_decode(&ping, r->reply);
        status = ping.report ? ping.report : "";
    }
    if (error == 0)
        error = bufferlist_append_list(&output, &r->reply->data);
    if (error) {
        result = error;
        status = error_text(r, error, buf, sizeof(buf));
    }
    r->done.command(r->arg, result, status, &output);
    bufferlist_destroy(&output);
    m_mon_command_ack_destroy(&ack);
    m_command_reply_destroy(&reply);
    m_ping_destroy(&ping);
}

static void call_version(struct mon_request *r)
{
    struct m_mon_get_version_reply v = {0};
    int error = r->error ? r->error : m_mon_get_version_reply_decode(&v, r->reply);

    r->done.version(r->arg, error, v.newest, v.oldest);
}

void mon_request_call_and_free(struct mon_request *r)
{
    switch (r->kind) {
    case MON_REQUEST_COMMAND:
    case MON_REQUEST_TELL:
    case MON_REQUEST_PING:
        call_command(r);
        break;
    case MON_REQUEST_VERSION:
        call_version(r);
        break;
    case MON_REQUEST_MESSAGE:
        r->done.message(r->arg, r->error, r->reply);
        break;
    }
    request_free(r);
}

/* ---- tell and ping: connections of their own ---- */

static bool is_rank(const char *target)
{
    for (const char *c = target; *c; c++) {
        if (!isdigit((unsigned char)*c))
            return false;
    }
    return *target && strlen(target) < 6;
}

/* Monitors that only mon_host told of have no name yet: the first is noname-a. */
static int find_target(const struct monmap *map, const char *target)
{
    char noname[64];
    int rank = monmap_find(map, target);

    if (rank < 0 && is_rank(target) && (unsigned)atoi(target) < map->count)
        rank = atoi(target);
    if (rank < 0) {
        snprintf(noname, sizeof(noname), "noname-%s", target);
        rank = monmap_find(map, noname);
    }
    return rank;
}

/* Dials the target over the next transport that it has; -EHOSTUNREACH: all were tried. */
static int dial_own(struct mon_client *mc, struct mon_request *r)
{
    int rank = find_target(&mc->monmap, r->target);

    if (rank < 0)
        return -ENOENT;
    while (r->attempt < mc->hunt.params.type_count) {
        struct mon_hunt_try t = {.rank = (unsigned)rank, .type = mc->hunt.params.types[r->attempt++]};
        struct entity_addrvec addrs;

        if (!entity_addrvec_find(&mc->monmap.mons[rank].addrs, t.type))
            continue;
        if (mon_hunt_addrs(&mc->monmap, t, &addrs))
            return -ENOMEM;
        r->conn = mon_client_dial_locked(mc, rank, &addrs);
        entity_addrvec_destroy(&addrs);
        if (r->conn) {
            r->conn->request = r;
            return 0;
        }
    }
    return -EHOSTUNREACH;
}

void mon_client_request_conn_open_locked(struct mon_client *mc, struct mon_conn *conn)
{
    send_on(mc, conn->request, conn->con);
}

void mon_client_request_conn_lost_locked(struct mon_client *mc, struct mon_conn *conn, int error)
{
    struct mon_request *r = conn->request;

    r->conn = NULL;
    mon_client_drop_conn_locked(mc, conn);
    /* What was sent may have been done: it is not for us to do it twice. A refusal is the same everywhere. */
    if (!r->sent && error != -EACCES && dial_own(mc, r) == 0)
        return;
    mon_client_end_request_locked(mc, r, error, NULL);
}

/* ---- sending ---- */

/* Takes r, also on failure. */
static uint64_t submit(struct mon_client *mc, struct mon_request *r, uint64_t timeout_ns)
{
    uint64_t tid = 0;

    if (!r)
        return 0;
    if (timeout_ns == 0)
        timeout_ns = conf_seconds_ns(mc->conf, OPT_rados_mon_op_timeout);
    mon_client_lock(mc);
    if (!mc->stopping) {
        tid = r->tid = ++mc->last_tid;
        if (r->msg)
            r->msg->tid = tid;
        r->deadline_ns = timeout_ns ? clock_monotonic_ns() + timeout_ns : 0;
        list_add_tail(&mc->requests, &r->entry);
        if (has_own_conn(r)) {
            int error = dial_own(mc, r);

            if (error)
                mon_client_end_request_locked(mc, r, error, NULL);
        } else if (mon_client_is_ready_locked(mc)) {
            send_on(mc, r, mc->session->con);
        }
    }
    mon_client_unlock(mc);
    if (tid == 0)
        request_free(r);
    return tid;
}

uint64_t mon_client_command(struct mon_client *mc, const char *json, const struct bufferlist *input,
                            uint64_t timeout_ns, mon_command_done done, void *arg)
{
    struct mon_request *r = request_create(MON_REQUEST_COMMAND, json, NULL, input);

    if (r) {
        r->done.command = done;
        r->arg = arg;
    }
    return submit(mc, r, timeout_ns);
}

uint64_t mon_client_tell(struct mon_client *mc, const char *target, const char *json,
                         const struct bufferlist *input, uint64_t timeout_ns, mon_command_done done,
                         void *arg)
{
    struct mon_request *r = request_create(MON_REQUEST_TELL, json, target, input);

    if (r) {
        r->done.command = done;
        r->arg = arg;
    }
    return submit(mc, r, timeout_ns);
}

uint64_t mon_client_ping(struct mon_client *mc, const char *target, uint64_t timeout_ns,
                         mon_command_done done, void *arg)
{
    struct mon_request *r = request_create(MON_REQUEST_PING, NULL, target, NULL);

    if (r) {
        r->done.command = done;
        r->arg = arg;
    }
    return submit(mc, r, timeout_ns);
}

uint64_t mon_client_get_version(struct mon_client *mc, const char *what, mon_version_done done, void *arg)
{
    struct mon_request *r = request_create(MON_REQUEST_VERSION, what, NULL, NULL);

    if (r) {
        r->done.version = done;
        r->arg = arg;
    }
    return submit(mc, r, 0);
}

uint64_t mon_client_request(struct mon_client *mc, struct message *msg, uint64_t timeout_ns,
                            mon_request_done done, void *arg)
{
    struct mon_request *r = request_create(MON_REQUEST_MESSAGE, NULL, NULL, NULL);

    if (!r) {
        message_put(msg);
        return 0;
    }
    r->msg = msg;
    r->done.message = done;
    r->arg = arg;
    return submit(mc, r, timeout_ns);
}

static struct mon_request *find_request(struct mon_client *mc, uint64_t tid)
{
    list_for_each(r, &mc->requests, struct mon_request, entry) {
        if (r->tid == tid)
            return r;
    }
    return NULL;
}

bool mon_client_cancel(struct mon_client *mc, uint64_t tid)
{
    struct mon_request *r;

    mon_client_lock(mc);
    r = find_request(mc, tid);
    if (r)
        mon_client_end_request_locked(mc, r, -ECANCELED, NULL);
    mon_client_unlock(mc);
    return r != NULL;
}

uint64_t mon_client_request_tick_locked(struct mon_client *mc, uint64_t now)
{
    uint64_t next = UINT64_MAX;

    list_for_each_safe(r, &mc->requests, struct mon_request, entry) {
        if (r->deadline_ns == 0)
            continue;
        if (r->deadline_ns <= now)
            mon_client_end_request_locked(mc, r, -ETIMEDOUT, NULL);
        else if (r->deadline_ns < next)
            next = r->deadline_ns;
    }
    return next;
}

/* ---- answers ---- */

/* Which request a message answers; a MMonGetVersionReply names it in its payload. */
static struct mon_request *answered(struct mon_client *mc, struct mon_conn *conn, const struct message *m)
{
    struct m_mon_get_version_reply v;
    struct mon_request *r;

    if (conn->request)
        return m->type == MSG_PING || m->tid == conn->request->tid ? conn->request : NULL;
    if (m->type != MSG_MON_GET_VERSION_REPLY)
        return find_request(mc, m->tid);
    if (m_mon_get_version_reply_decode(&v, m))
        return NULL;
    r = find_request(mc, v.handle);
    return r && r->kind == MON_REQUEST_VERSION ? r : NULL;
}

static bool answers(const struct mon_request *r, uint16_t type)
{
    switch (r->kind) {
    case MON_REQUEST_COMMAND:
        return type == MSG_MON_COMMAND_ACK;
    case MON_REQUEST_TELL:
        return type == MSG_COMMAND_REPLY;
    case MON_REQUEST_PING:
        return type == MSG_PING;
    case MON_REQUEST_VERSION:
        return type == MSG_MON_GET_VERSION_REPLY;
    case MON_REQUEST_MESSAGE:
        return type == MSG_STATFS_REPLY || type == MSG_POOLOP_REPLY || type == MSG_GETPOOLSTATSREPLY;
    }
    return false;
}

bool mon_client_handle_reply_locked(struct mon_client *mc, struct mon_conn *conn, struct message *m)
{
    struct mon_request *r;

    switch (m->type) {
    case MSG_MON_COMMAND_ACK:
    case MSG_COMMAND_REPLY:
    case MSG_PING:
    case MSG_MON_GET_VERSION_REPLY:
    case MSG_STATFS_REPLY:
    case MSG_POOLOP_REPLY:
    case MSG_GETPOOLSTATSREPLY:
        break;
    default:
        return false;
    }
    r = answered(mc, conn, m);
    if (r && answers(r, m->type))
        mon_client_end_request_locked(mc, r, 0, m);
    return true;
}

/* ---- waiting ---- */

struct waiter {
    struct mon_client *mc;
    struct mon_command_reply *reply;
    bool done; /* mc->lock */
};

static void wake(void *arg, int result, const char *status, struct bufferlist *output)
{
    struct waiter *w = arg;

    mutex_lock(&w->mc->lock);
    w->reply->result = result;
    w->reply->status = strdup(status);
    w->reply->output = *output;
    bufferlist_init(output);
    w->done = true;
    cond_broadcast(&w->mc->changed);
    mutex_unlock(&w->mc->lock);
}

static int wait_for(struct waiter *w, uint64_t tid)
{
    if (tid == 0)
        return w->mc->stopping ? -ESHUTDOWN : -ENOMEM;
    mutex_lock(&w->mc->lock);
    while (!w->done)
        cond_wait(&w->mc->changed, &w->mc->lock);
    mutex_unlock(&w->mc->lock);
    if (!w->reply->status) {
        mon_command_reply_destroy(w->reply);
        return -ENOMEM;
    }
    return 0;
}

int mon_client_command_wait(struct mon_client *mc, const char *json, const struct bufferlist *input,
                            uint64_t timeout_ns, struct mon_command_reply *reply)
{
    struct waiter w = {.mc = mc, .reply = reply};

    *reply = (struct mon_command_reply){0};
    return wait_for(&w, mon_client_command(mc, json, input, timeout_ns, wake, &w));
}

int mon_client_tell_wait(struct mon_client *mc, const char *target, const char *json,
                         const struct bufferlist *input, uint64_t timeout_ns, struct mon_command_reply *reply)
{
    struct waiter w = {.mc = mc, .reply = reply};

    *reply = (struct mon_command_reply){0};
    return wait_for(&w, mon_client_tell(mc, target, json, input, timeout_ns, wake, &w));
}

int mon_client_ping_wait(struct mon_client *mc, const char *target, uint64_t timeout_ns,
                         struct mon_command_reply *reply)
{
    struct waiter w = {.mc = mc, .reply = reply};

    *reply = (struct mon_command_reply){0};
    return wait_for(&w, mon_client_ping(mc, target, timeout_ns, wake, &w));
}

void mon_command_reply_destroy(struct mon_command_reply *r)
{
    free(r->status);
    bufferlist_destroy(&r->output);
    *r = (struct mon_command_reply){0};
}
