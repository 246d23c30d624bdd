/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pipe_handshake: drives the handshake machine of a pipe: its bytes, and the answers that it needs from the
 * messenger, the session and the auth upcalls. See msg/pipe.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/inject.h"
#include "msg/msgr_v1_handshake.h"
#include "msg/pipe.h"
#include "msg/simple_messenger.h"

void pipe_handshake_free(struct pipe *p)
{
    if (!p->handshake)
        return;
    msgr_v1_handshake_destroy(p->handshake);
    free(p->handshake);
    p->handshake = NULL;
}

/* ---- the two beginnings ---- */

static void begin_connector(struct pipe *p)
{
    struct connection *c = p->con;
    struct messenger *m = p->messenger;
    struct msgr_v1_connect_facts facts = {
        .peer_addrs = c->peer_addrs.addrs,
        .peer_addr_count = c->peer_addrs.count,
        .host_type = m->my_type,
        .features_supported = c->policy.features_supported,
        .features_required = c->policy.features_required,
        .protocol_version = messenger_protocol(m, c->peer_type, true),
        .global_seq = messenger_next_global_seq(m, 0),
    };

    connection_lock(c);
    facts.lossy = c->policy.lossy;
    facts.connect_seq = c->session.connect_seq;
    facts.in_seq = c->session.in_seq;
    connection_unlock(c);
    msgr_v1_handshake_init_connector(p->handshake, &facts);
}

static void begin_acceptor(struct pipe *p)
{
    struct msgr_v1_accept_init init = {.self_addr = messenger_canonical_addr(p->messenger)};
    struct sockaddr_storage local, peer;

    init.seen_addr.type = ENTITY_ADDR_V1;
    if (p->socket->transport->names(p->socket, &local, &peer) == 0) {
        entity_addr_set_sockaddr(&init.seen_addr, (struct sockaddr *)&peer);
        if (entity_addr_is_blank_ip(&init.self_addr)) { /* bound to the wildcard: the ip that was dialled */
            uint16_t port = entity_addr_port(&init.self_addr);
            entity_addr_set_sockaddr(&init.self_addr, (struct sockaddr *)&local);
            entity_addr_set_port(&init.self_addr, port);
        }
    }
    msgr_v1_handshake_init_acceptor(p->handshake, &init);
}

/* ---- the connector's answers ---- */

static void answer_self_addr(struct pipe *p)
{
    struct msgr_v1_handshake *hs = p->handshake;
    struct entity_addr self;

    messenger_learn_addr(p->messenger, &hs->seen_self);
    self = messenger_canonical_addr(p->messenger);
    msgr_v1_handshake_give_self_addr(hs, &self);
}

static void answer_authorizer(struct pipe *p)
{
    const struct auth_upcalls *auth = &p->messenger->auth;
    struct msgr_v1_handshake *hs = p->handshake;
    int r = 0;

    if (auth->get_authorizer)
        r = auth->get_authorizer(auth->connector_arg, p->con->peer_type, hs->bytes, hs->len, &p->authorizer);
    if (r < 0)
        msgr_v1_handshake_fail(hs, r, "no authorizer for the peer");
    else
        msgr_v1_handshake_give_authorizer(hs, p->authorizer.protocol, p->authorizer.bytes, p->authorizer.len);
}

/* What the authorizer was made of is of no use any more, so the next dial should have another. */
static void note_refusal(struct pipe *p)
{
    const struct auth_upcalls *auth = &p->messenger->auth;

    if (!p->acceptor && p->handshake->reply.tag == MSGR_V1_TAG_BADAUTHORIZER && auth->refused)
        auth->refused(auth->connector_arg, p->con->peer_type, &p->authorizer);
}

static void answer_reply_check(struct pipe *p)
{
    const struct auth_upcalls *auth = &p->messenger->auth;
    struct msgr_v1_handshake *hs = p->handshake;
    struct session_security *security = NULL;
    int r = 0;

    if (auth->check_reply)
        r = auth->check_reply(auth->connector_arg, &p->authorizer, hs->bytes, hs->len,
                              hs->connect.features & hs->reply.features, &security);
    if (p->security)
        p->security->put(p->security);
    p->security = security;
    msgr_v1_handshake_give_reply_check(hs, r);
}

static void answer_session_reset(struct pipe *p)
{
    struct connection *c = p->con;
    bool signed_msgs = ceph_has_feature(p->handshake->reply.features, CEPH_FEATURE_MSG_AUTH);
    bool lost;

    connection_lock(c);
    lost = session_reset(&c->session, signed_msgs ? session_random_start(inject_random()) : 0);
    connection_unlock(c);
    if (lost) {
        dispatch_queue_discard(p->messenger->dispatch, c);
        dispatch_queue_push_event(p->messenger->dispatch, DISPATCH_REMOTE_RESET, connection_get(c));
    }
    msgr_v1_handshake_give_session_reset(p->handshake);
}

/* ---- the acceptor's answers ---- */

static void answer_policy(struct pipe *p)
{
    struct msgr_v1_handshake *hs = p->handshake;
    struct policy policy = messenger_get_policy(p->messenger, hs->connect.host_type);
    struct msgr_v1_accept_policy ap = {
        .protocol_version = messenger_protocol(p->messenger, hs->connect.host_type, false),
        .features_supported = policy.features_supported,
        .features_required =
            policy.features_required |
            messenger_auth_features(p->messenger, hs->connect.host_type, hs->connect.authorizer_protocol),
        .lossy = policy.lossy,
    };
    uint64_t missing = ap.features_required & ~hs->connect.features;
    char text[PIPE_TEXT_MAX];

    if (missing)
        dout(ms, 0, "%s: refused: it lacks features 0x%" PRIx64, pipe_describe(p, text), missing);
    msgr_v1_handshake_give_policy(hs, &ap);
}

static void answer_authorizer_verdict(struct pipe *p)
{
    const struct auth_upcalls *auth = &p->messenger->auth;
    struct msgr_v1_handshake *hs = p->handshake;
    struct session_security *security = NULL;
    struct auth_identity identity = {0};
    uint8_t *reply = NULL;
    size_t reply_len = 0;
    enum auth_verdict v = AUTH_OK;
    char text[PIPE_TEXT_MAX];

    if (auth->check_authorizer)
        v = auth->check_authorizer(auth->acceptor_arg, &p->auth_accept, hs->connect.host_type,
                                   hs->connect.authorizer_protocol, hs->bytes, hs->len, hs->connect.features,
                                   &reply, &reply_len, &identity, &security);
    if (v == AUTH_OK) {
        if (p->security)
            p->security->put(p->security);
        if (p->have_identity)
            auth_identity_destroy(&p->identity);
        p->security = security;
        p->identity = identity;
        p->have_identity = identity.entity_id != NULL;
    } else if (v == AUTH_BAD) {
        dout(ms, 0, "%s: refused: its authorizer is not good", pipe_describe(p, text));
    }
    msgr_v1_handshake_give_authorizer_verdict(hs,
                                              v == AUTH_OK    ? MSGR_V1_AUTH_OK
                                              : v == AUTH_BAD ? MSGR_V1_AUTH_BAD
                                                              : MSGR_V1_AUTH_CHALLENGE,
                                              reply, reply_len);
    free(reply);
}

static enum msgr_v1_existing existing_of(const struct connection *c)
{
    switch (c->state) {
    case CONNECTION_IDLE:
    case CONNECTION_STANDBY:
        return MSGR_V1_EXISTING_STANDBY;
    case CONNECTION_DIALLING:
    case CONNECTION_HANDSHAKE:
        return MSGR_V1_EXISTING_DIALLING;
    case CONNECTION_ACCEPTING:
    case CONNECTION_OPEN:
        return MSGR_V1_EXISTING_OPEN;
    case CONNECTION_BACKOFF:
        return MSGR_V1_EXISTING_BACKOFF;
    case CONNECTION_WAIT:
        return MSGR_V1_EXISTING_WAIT;
    case CONNECTION_QUIET:
        return MSGR_V1_EXISTING_REPLACING;
    case CONNECTION_DEAD:
        break;
    }
    return MSGR_V1_EXISTING_NONE;
}

/* The addresses by which a peer that dialled us can be dialled: what it claimed, and, when it came by another
 * transport than that names, the same place there: a daemon listens on one ip and port for both. */
static int claimed_addrs(struct pipe *p, struct entity_addrvec *v)
{
    struct entity_addr alias = p->handshake->peer_addr;
    int r;

    entity_addrvec_init(v);
    r = entity_addrvec_push(v, &alias);
    if (r == 0 && alias.type != p->mt->addr_type) {
        alias.type = p->mt->addr_type;
        r = entity_addrvec_push(v, &alias);
    }
    return r;
}

/* A session that did not exist. Messenger lock held. */
static struct connection *new_session_locked(struct pipe *p, const struct policy *policy, bool anonymous)
{
    struct messenger *m = p->messenger;
    struct msgr_v1_handshake *hs = p->handshake;
    struct connection *c = NULL;
    struct entity_addrvec addrs;

    if (claimed_addrs(p, &addrs) == 0)
        c = connection_create(m, hs->connect.host_type, &addrs, anonymous ? NULL : &hs->peer_addr, policy);
    entity_addrvec_destroy(&addrs);
    if (c) {
        c->incoming = true;
        c->home = p->worker;
        messenger_register_locked(m, connection_get(c));
    }
    return c;
}

/* The socket becomes the session's. Session lock held. */
static void take_socket_locked(struct pipe *p, struct connection *c, const struct msgr_v1_verdict *v)
{
    c->pipe = pipe_get(p);
    c->state = CONNECTION_ACCEPTING;
    session_opened(&c->session, v->connect_seq, p->handshake->connect.global_seq,
                   /* as the machine answers: SEQ to who knows it, but not to a peer that has restarted */
                   v->action != MSGR_V1_REPLACE_RESET &&
                       ceph_has_feature(p->handshake->connect.features, CEPH_FEATURE_RECONNECT_SEQ));
}

static void hold(struct pipe *p)
{
    p->state = PIPE_HELD;
    pipe_set_interest(p, 0);
}

/* What to do about sessions with this peer: the decision, and what follows from it, in one piece. False: an
 * old session has been ended, decide again. */
static bool decide(struct pipe *p)
{
    struct messenger *m = p->messenger;
    struct msgr_v1_handshake *hs = p->handshake;
    struct policy policy = messenger_get_policy(m, hs->connect.host_type);
    struct entity_addr self = messenger_canonical_addr(m);
    struct msgr_v1_accept_facts facts = {
        .connect_seq = hs->connect.connect_seq,
        .global_seq = hs->connect.global_seq,
        .peer_addr = &hs->peer_addr,
        .self_addr = &self,
        .policy_resetcheck = policy.resetcheck,
        .anonymous = policy.server && policy.lossy,
    };
    uint32_t global_seq = messenger_next_global_seq(m, 0);
    struct connection *ex;
    struct msgr_v1_verdict v;
    bool opened = false, stopping;
    char text[PIPE_TEXT_MAX];

    mutex_lock(&m->lock);
    stopping = m->stopping;
    ex = facts.anonymous ? NULL : connection_get(messenger_find_locked(m, &hs->peer_addr));
    if (ex) {
        connection_lock(ex);
        facts.existing = existing_of(ex);
        if (ex->successor && ex->state != CONNECTION_DEAD)
            facts.existing = MSGR_V1_EXISTING_REPLACING;
        facts.existing_connect_seq = ex->session.connect_seq;
        facts.existing_peer_global_seq = ex->session.peer_global_seq;
        facts.existing_lossy = ex->policy.lossy;
        facts.existing_server = ex->policy.server;
    }
    v = msgr_v1_accept_verdict(&facts);
    if (stopping) {
        ;
    } else if (v.action == MSGR_V1_REPLACE || v.action == MSGR_V1_REPLACE_RESET) {
        ex->successor = pipe_get(p);
        ex->verdict = v;
        p->con = connection_get(ex);
        connection_ask_locked(ex, CONNECTION_TODO_QUIESCE);
        hold(p);
    } else if (v.action == MSGR_V1_OPEN_NEW) {
        p->con = new_session_locked(p, &policy, facts.anonymous);
        opened = p->con != NULL;
    } else if (v.action == MSGR_V1_WAIT) {
        ex->want_keepalive = true;
        connection_ask_locked(ex, CONNECTION_TODO_HURRY);
    }
    if (ex)
        connection_unlock(ex);
    if (opened) {
        connection_lock(p->con);
        take_socket_locked(p, p->con, &v);
        connection_unlock(p->con);
    }
    mutex_unlock(&m->lock);

    dout(ms, 10, "%s: connect_seq %u global_seq %u: %s (%s)", pipe_describe(p, text), hs->connect.connect_seq,
         hs->connect.global_seq, msgr_v1_verdict_action_name(v.action), v.why);
    if (stopping)
        msgr_v1_handshake_fail(hs, -ESHUTDOWN, "the messenger stops");
    else if (v.action == MSGR_V1_REPLACE_LOSSY)
        connection_kill(ex, true);
    else if (v.action == MSGR_V1_OPEN_NEW && !opened)
        msgr_v1_handshake_fail(hs, -ENOMEM, "no memory for a session");
    else if (p->state != PIPE_HELD)
        msgr_v1_handshake_give_verdict(hs, &v, global_seq, 0);
    connection_put(ex);
    return stopping || v.action != MSGR_V1_REPLACE_LOSSY;
}

void pipe_take_over(struct pipe *p)
{
    struct connection *c = p->con;
    struct messenger *m = p->messenger;
    struct msgr_v1_verdict v = {0};
    uint64_t in_seq = 0;
    bool ours, lost = false;

    if (p->state != PIPE_HELD) {
        connection_successor_failed(c, p);
        return;
    }
    connection_lock(c);
    ours = c->successor == p && c->state == CONNECTION_QUIET;
    if (c->successor == p) {
        c->successor = NULL;
        pipe_put(p);
    }
    if (ours) {
        bool signed_msgs = ceph_has_feature(p->handshake->connect.features, CEPH_FEATURE_MSG_AUTH);
        v = c->verdict;
        if (v.action == MSGR_V1_REPLACE_RESET && v.drop_queues)
            lost = session_reset(&c->session, signed_msgs ? session_random_start(inject_random()) : 0);
        else if (v.action == MSGR_V1_REPLACE_RESET)
            session_peer_restarted(&c->session);
        take_socket_locked(p, c, &v);
        in_seq = c->session.in_seq;
    }
    connection_unlock(c);
    if (!ours) {
        pipe_abandon(p);
        return;
    }
    if (lost) {
        dispatch_queue_discard(m->dispatch, c);
        dispatch_queue_push_event(m->dispatch, DISPATCH_REMOTE_RESET, connection_get(c));
    }
    p->state = PIPE_HANDSHAKE;
    pipe_set_interest(p, TRANSPORT_READ);
    msgr_v1_handshake_give_verdict(p->handshake, &v, messenger_next_global_seq(m, 0), in_seq);
    pipe_pump(p);
}

/* ---- moving on ---- */

/* Sends what the machine has. False: the socket takes no more now, or the pipe failed. */
static bool send_out(struct pipe *p)
{
    const uint8_t *bytes;
    size_t len;

    while ((bytes = msgr_v1_handshake_pull(p->handshake, &len))) {
        struct iovec iov = {.iov_base = (void *)bytes, .iov_len = len};
        ssize_t n = pipe_sendv(p, &iov, 1);
        if (n == -EAGAIN) {
            pipe_set_interest(p, TRANSPORT_READ | TRANSPORT_WRITE);
            return false;
        }
        if (n < 0) {
            pipe_fault(p, (int)n, "cannot be written");
            return false;
        }
        msgr_v1_handshake_sent(p->handshake, (size_t)n);
    }
    return true;
}

/* One step. False: wait for the socket, or it is over. */
static bool step(struct pipe *p)
{
    struct msgr_v1_handshake *hs = p->handshake;

    switch (msgr_v1_handshake_next(hs)) {
    case MSGR_V1_NEED_IO:
        if (!pipe_read_ahead(p))
            return false;
        pipe_used(p, msgr_v1_handshake_feed(hs, p->ahead, p->ahead_len));
        return true;
    case MSGR_V1_NEED_SELF_ADDR:
        answer_self_addr(p);
        return true;
    case MSGR_V1_NEED_AUTHORIZER:
        answer_authorizer(p);
        return true;
    case MSGR_V1_CHECK_REPLY:
        answer_reply_check(p);
        return true;
    case MSGR_V1_NEED_GLOBAL_SEQ:
        msgr_v1_handshake_give_global_seq(hs, messenger_next_global_seq(p->messenger, hs->reply.global_seq));
        return true;
    case MSGR_V1_RESET_SESSION:
        answer_session_reset(p);
        return true;
    case MSGR_V1_TOLD_TO_WAIT:
        pipe_get(p);
        pipe_abandon(p);
        connection_told_to_wait(p->con, p);
        pipe_put(p);
        return false;
    case MSGR_V1_NEED_POLICY:
        answer_policy(p);
        return true;
    case MSGR_V1_CHECK_AUTHORIZER:
        answer_authorizer_verdict(p);
        return true;
    case MSGR_V1_NEED_VERDICT:
        while (!decide(p))
            ;
        return p->state == PIPE_HANDSHAKE;
    case MSGR_V1_READY:
        pipe_open(p);
        return false;
    case MSGR_V1_FAILED:
        note_refusal(p);
        pipe_fault(p, hs->error, hs->reason);
        return false;
    }
    return false;
}

/* RETRY_SESSION raised it: incoming connects are judged by it, and so is the next dial. */
static void note_connect_seq(struct pipe *p)
{
    struct connection *c = p->con;

    if (p->acceptor || !p->handshake)
        return;
    connection_lock(c);
    if (c->pipe == p && c->state == CONNECTION_HANDSHAKE)
        c->session.connect_seq = p->handshake->connect_seq;
    connection_unlock(c);
}

void pipe_handshake_run(struct pipe *p)
{
    if (!p->handshake) {
        p->handshake = calloc(1, sizeof(*p->handshake));
        if (!p->handshake) {
            pipe_fault(p, -ENOMEM, "no memory for a handshake");
            return;
        }
        if (p->acceptor)
            begin_acceptor(p);
        else
            begin_connector(p);
    }
    do {
        note_connect_seq(p);
        if (!send_out(p))
            return;
        pipe_set_interest(p, TRANSPORT_READ);
    } while (step(p));
}
