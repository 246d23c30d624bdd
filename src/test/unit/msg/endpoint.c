/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/msg/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/bytes.h"
#include "common/crc32c.h"
#include "include/ceph_features.h"

#define PROTOCOL     13
#define HELLO        "who I am"
#define HELLO_AGAIN  "who I am, and your challenge"
#define CHALLENGE    "prove it"
#define REPLY        "and I am I"
#define PAYLOAD_HEAD 8

/* ---- messages ---- */

struct test_message {
    struct session_item item;
    unsigned refs;
    struct slice front;
    uint32_t crc;
};

static void message_unref(void *arg)
{
    struct test_message *m = arg;

    if (--m->refs == 0) {
        slice_put(&m->front);
        free(m);
    }
}

static void release_item(struct session_item *item)
{
    message_unref(CONTAINER_OF(item, struct test_message, item));
}

static void start_session(struct endpoint *e)
{
    if (e->state == ENDPOINT_NONE) {
        session_init(&e->session, false, release_item);
        e->state = ENDPOINT_STANDBY;
    }
}

void endpoint_init(struct endpoint *e, const char *name, const char *addr, const char *peer_addr)
{
    char err[128];

    memset(e, 0, sizeof(*e));
    e->name = name;
    e->features = CEPH_FEATURES_ALL;
    assert_int_equal(entity_addr_parse(&e->addr, addr, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    assert_int_equal(entity_addr_parse(&e->peer_addr, peer_addr, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
}

static void let_go(struct link_end *end)
{
    if (end->gone)
        return;
    end->gone = true;
    end->link->dead = true;
    end->link->done = end->link->ends[1 - end->side]->gone;
    if (end->open) {
        msgr_v1_rx_destroy(&end->rx);
        msgr_v1_tx_destroy(&end->tx);
    }
    msgr_v1_handshake_destroy(&end->hs);
    if (end->owner->active == end)
        end->owner->active = NULL;
}

void endpoint_destroy(struct endpoint *e)
{
    if (e->active)
        let_go(e->active);
    if (e->state != ENDPOINT_NONE)
        session_destroy(&e->session);
    e->state = ENDPOINT_NONE;
}

void endpoint_restart(struct endpoint *e)
{
    endpoint_destroy(e);
    e->life++;
    e->global_seq = 0;
    e->must_dial = false;
    e->received = 0;
    memset(e->next_number, 0, sizeof(e->next_number));
}

/* Leaves standby. A session that has been open before dials under the next number. */
static void want_dial(struct endpoint *e)
{
    if (e->state != ENDPOINT_STANDBY || e->server)
        return;
    if (e->session.connect_seq > 0)
        e->session.connect_seq++;
    e->state = ENDPOINT_BACKOFF;
}

void endpoint_send(struct endpoint *e, unsigned priority, size_t len)
{
    struct test_message *m = calloc(1, sizeof(*m));
    struct buffer *b = buffer_create(PAYLOAD_HEAD + len);

    put_le32(b->data, e->life);
    put_le32(b->data + 4, e->next_number[priority]++);
    memset(b->data + PAYLOAD_HEAD, (int)len, len);
    m->front = slice_of(b);
    m->crc = crc32c(0, b->data, b->size);
    m->refs = 1;
    m->item.priority = (uint16_t)(64 + 64 * priority);
    m->item.cost = b->size;
    start_session(e);
    session_queue(&e->session, &m->item);
    want_dial(e);
}

bool endpoint_wants_dial(const struct endpoint *e)
{
    return e->state == ENDPOINT_BACKOFF;
}

/* ---- links ---- */

#define LINK_ROOM (1u << 16)

static void put_bytes(struct link_end *end, const void *bytes, size_t len)
{
    struct link *l = end->link;
    int i = end->side;
    size_t room = l->dead ? 0 : l->budget[i] - l->written[i];

    if (len >= room) {
        len = room;
        l->dead = true;
    }
    assert_true(l->written[i] + len <= LINK_ROOM);
    memcpy(l->bytes[i] + l->written[i], bytes, len);
    l->written[i] += len;
}

void link_cut(struct link *l, bool lose)
{
    l->dead = true;
    for (int i = 0; i < 2 && lose; i++)
        l->read[i] = l->written[i];
}

void link_free(struct link *l)
{
    let_go(l->ends[0]);
    let_go(l->ends[1]);
    for (int i = 0; i < 2; i++) {
        free(l->ends[i]);
        free(l->bytes[i]);
    }
    free(l);
}

struct link *endpoint_connect(struct endpoint *from, struct endpoint *to)
{
    struct link *l = calloc(1, sizeof(*l));
    struct msgr_v1_connect_facts facts = {
        .peer_addrs = &from->peer_addr,
        .peer_addr_count = 1,
        .host_type = ENTITY_TYPE_MON,
        .features_supported = from->features,
        .protocol_version = PROTOCOL,
        .global_seq = ++from->global_seq,
        .connect_seq = from->session.connect_seq,
        .in_seq = from->session.in_seq,
    };
    struct msgr_v1_accept_init init = {.self_addr = to->addr, .seen_addr = from->addr};

    assert_true(endpoint_wants_dial(from));
    for (int i = 0; i < 2; i++) {
        l->ends[i] = calloc(1, sizeof(*l->ends[i]));
        l->bytes[i] = malloc(LINK_ROOM);
        l->budget[i] = SIZE_MAX;
        l->ends[i]->link = l;
        l->ends[i]->side = i;
    }
    l->ends[0]->owner = from;
    l->ends[1]->owner = to;
    msgr_v1_handshake_init_connector(&l->ends[0]->hs, &facts);
    msgr_v1_handshake_init_acceptor(&l->ends[1]->hs, &init);
    from->active = l->ends[0];
    from->state = ENDPOINT_DIALLING;
    return l;
}

void link_end_fault(struct link_end *end, const char *why)
{
    struct endpoint *e = end->owner;
    bool ours = e->active == end;

    if (end->gone)
        return;
    e->faults++;
    snprintf(e->last_fault, sizeof(e->last_fault), "%s", why);
    let_go(end);
    if (!ours)
        return;
    session_requeue_sent(&e->session);
    if (e->server || (!session_has_queued(&e->session) && !e->must_dial)) {
        e->state = ENDPOINT_STANDBY;
        return;
    }
    if (e->state == ENDPOINT_OPEN)
        e->session.connect_seq++;
    e->state = ENDPOINT_BACKOFF;
}

/* ---- the handshake ---- */

static enum msgr_v1_existing existing_state(const struct endpoint *e)
{
    static const enum msgr_v1_existing states[] = {
        [ENDPOINT_NONE] = MSGR_V1_EXISTING_NONE,       [ENDPOINT_STANDBY] = MSGR_V1_EXISTING_STANDBY,
        [ENDPOINT_BACKOFF] = MSGR_V1_EXISTING_BACKOFF, [ENDPOINT_DIALLING] = MSGR_V1_EXISTING_DIALLING,
        [ENDPOINT_WAIT] = MSGR_V1_EXISTING_WAIT,       [ENDPOINT_OPEN] = MSGR_V1_EXISTING_OPEN,
    };
    return states[e->state];
}

static void take_over(struct link_end *end, const struct msgr_v1_verdict *v)
{
    struct endpoint *e = end->owner;

    start_session(e);
    if (e->active)
        let_go(e->active);
    if (v->action == MSGR_V1_REPLACE_RESET) {
        if (v->drop_queues)
            e->remote_resets += session_reset(&e->session, 0);
        else
            session_peer_restarted(&e->session);
    }
    session_requeue_sent(&e->session);
    e->active = end;
    e->state = ENDPOINT_OPEN;
    e->must_dial = false;
    msgr_v1_handshake_give_verdict(&end->hs, v, ++e->global_seq, e->session.in_seq);
    session_opened(&e->session, end->hs.connect_seq, end->hs.peer_global_seq,
                   end->hs.reply.tag == MSGR_V1_TAG_SEQ);
}

static void decide(struct link_end *end)
{
    struct endpoint *e = end->owner;
    struct msgr_v1_accept_facts facts = {
        .connect_seq = end->hs.connect.connect_seq,
        .global_seq = end->hs.connect.global_seq,
        .peer_addr = &end->hs.peer_addr,
        .self_addr = &e->addr,
        .policy_resetcheck = e->resetcheck,
        .existing = existing_state(e),
        .existing_connect_seq = e->session.connect_seq,
        .existing_peer_global_seq = e->session.peer_global_seq,
        .existing_server = e->server,
    };
    struct msgr_v1_verdict v = msgr_v1_accept_verdict(&facts);

    if (msgr_v1_verdict_opens(v.action)) {
        take_over(end, &v);
        return;
    }
    if (v.action == MSGR_V1_WAIT)
        e->must_dial = true;
    msgr_v1_handshake_give_verdict(&end->hs, &v, 0, 0);
}

static void check_authorizer(struct link_end *end)
{
    struct msgr_v1_handshake *hs = &end->hs;

    if (!end->owner->challenge ||
        (hs->len == strlen(HELLO_AGAIN) && !memcmp(hs->bytes, HELLO_AGAIN, hs->len)))
        msgr_v1_handshake_give_authorizer_verdict(hs, MSGR_V1_AUTH_OK, REPLY, strlen(REPLY));
    else
        msgr_v1_handshake_give_authorizer_verdict(hs, MSGR_V1_AUTH_CHALLENGE, CHALLENGE, strlen(CHALLENGE));
}

static void now_open(struct link_end *end)
{
    struct endpoint *e = end->owner;
    struct msgr_v1_handshake *hs = &end->hs;
    struct msgr_v1_rx_options rx = {.features = hs->features, .crc_header = true, .crc_data = true};
    struct msgr_v1_tx_options tx = {.features = hs->features, .crc_header = true, .crc_data = true};

    if (!hs->acceptor) {
        session_opened(&e->session, hs->connect_seq, hs->peer_global_seq, hs->have_peer_in_seq);
        e->state = ENDPOINT_OPEN;
        e->must_dial = false;
    }
    if (!hs->acceptor || hs->have_peer_in_seq)
        session_confirmed(&e->session);
    if (hs->have_peer_in_seq)
        session_peer_has(&e->session, hs->peer_in_seq);
    msgr_v1_rx_init(&end->rx, &rx);
    msgr_v1_tx_init(&end->tx, &tx);
    end->open = true;
}

/* Answers one step; false: there was none to answer. */
static bool answer(struct link_end *end)
{
    struct endpoint *e = end->owner;
    struct msgr_v1_handshake *hs = &end->hs;
    struct msgr_v1_accept_policy policy = {.protocol_version = PROTOCOL, .features_supported = e->features};
    const char *hello;

    switch (msgr_v1_handshake_next(hs)) {
    case MSGR_V1_NEED_SELF_ADDR:
        msgr_v1_handshake_give_self_addr(hs, &e->addr);
        return true;
    case MSGR_V1_NEED_AUTHORIZER:
        hello = hs->len ? HELLO_AGAIN : HELLO;
        msgr_v1_handshake_give_authorizer(hs, MSGR_V1_AUTH_CEPHX, hello, strlen(hello));
        return true;
    case MSGR_V1_CHECK_REPLY:
        assert_true(hs->len == strlen(REPLY) && !memcmp(hs->bytes, REPLY, hs->len));
        msgr_v1_handshake_give_reply_check(hs, 0);
        return true;
    case MSGR_V1_NEED_GLOBAL_SEQ:
        if (e->global_seq < hs->reply.global_seq)
            e->global_seq = hs->reply.global_seq;
        msgr_v1_handshake_give_global_seq(hs, ++e->global_seq);
        return true;
    case MSGR_V1_RESET_SESSION:
        e->remote_resets += session_reset(&e->session, 0);
        msgr_v1_handshake_give_session_reset(hs);
        return true;
    case MSGR_V1_TOLD_TO_WAIT:
        let_go(end);
        e->state = ENDPOINT_WAIT;
        return false;
    case MSGR_V1_NEED_POLICY:
        msgr_v1_handshake_give_policy(hs, &policy);
        return true;
    case MSGR_V1_CHECK_AUTHORIZER:
        check_authorizer(end);
        return true;
    case MSGR_V1_NEED_VERDICT:
        decide(end);
        return true;
    case MSGR_V1_READY:
        now_open(end);
        return false;
    case MSGR_V1_FAILED:
        link_end_fault(end, hs->reason);
        return false;
    default:
        return false;
    }
}

static bool run_handshake(struct link_end *end)
{
    struct endpoint *e = end->owner;
    const uint8_t *out;
    size_t len;
    bool busy = false;

    do {
        /* RETRY_SESSION raised it */
        if (!end->gone && e->active == end && e->state == ENDPOINT_DIALLING)
            e->session.connect_seq = end->hs.connect_seq;
        while ((out = msgr_v1_handshake_pull(&end->hs, &len))) {
            size_t n = len > 200 ? 200 : len;
            put_bytes(end, out, n);
            msgr_v1_handshake_sent(&end->hs, n);
            busy = true;
        }
    } while (answer(end));
    return busy;
}

/* ---- the open session ---- */

static void fill_tx(struct link_end *end)
{
    struct session *s = &end->owner->session;
    struct session_item *item;
    uint64_t seq;

    if (msgr_v1_tx_room(&end->tx) && session_take_ack(s, &seq))
        assert_int_equal(msgr_v1_tx_ack(&end->tx, seq), 0);
    while (msgr_v1_tx_room(&end->tx) && (item = session_take(s))) {
        struct test_message *m = CONTAINER_OF(item, struct test_message, item);
        struct msgr_v1_tx_message out = {
            .header = {.seq = item->seq, .type = 1, .priority = item->priority, .version = 1},
            .front_crc = m->crc,
            .front = &m->front,
            .release = message_unref,
            .release_arg = m,
        };
        m->refs++;
        assert_int_equal(msgr_v1_tx_message(&end->tx, &out), 0);
    }
}

static bool run_tx(struct link_end *end)
{
    struct iovec iov[4];
    bool busy = false;
    int n;

    fill_tx(end);
    while ((n = msgr_v1_tx_pull(&end->tx, iov, 4, NULL))) {
        put_bytes(end, iov[0].iov_base, iov[0].iov_len);
        msgr_v1_tx_sent(&end->tx, iov[0].iov_len);
        fill_tx(end);
        busy = true;
    }
    return busy;
}

static void take_message(struct endpoint *e, struct msgr_v1_rx_message *m)
{
    const uint8_t *p = m->front.data;

    if (session_received(&e->session, m->header.seq) != SESSION_OLD) {
        assert_true(e->received < ENDPOINT_LOG);
        e->log[e->received++] = (struct endpoint_message){.sender_life = get_le32(p),
                                                          .number = get_le32(p + 4),
                                                          .resets = e->remote_resets,
                                                          .priority = m->header.priority / 64 - 1u};
    } else {
        e->repeats++;
    }
    msgr_v1_rx_message_destroy(m);
}

static void run_rx(struct link_end *end)
{
    struct msgr_v1_rx_event ev;
    enum msgr_v1_rx_kind kind;

    while ((kind = msgr_v1_rx_next(&end->rx, &ev)) != MSGR_V1_RX_NEED_BYTES) {
        switch (kind) {
        case MSGR_V1_RX_HEADER:
            msgr_v1_rx_proceed(&end->rx);
            break;
        case MSGR_V1_RX_MESSAGE:
            take_message(end->owner, &ev.message);
            break;
        case MSGR_V1_RX_ACK:
            session_acked(&end->owner->session, ev.seq);
            break;
        default:
            fail_msg("%s", kind == MSGR_V1_RX_FAILED ? ev.reason : msgr_v1_rx_kind_name(kind));
        }
    }
}

static bool run_input(struct link_end *end, size_t n)
{
    struct link *l = end->link;
    int from = 1 - end->side;
    size_t start = l->read[from];

    while (!end->gone && n && l->read[from] < l->written[from]) {
        const uint8_t *p = l->bytes[from] + l->read[from];
        size_t used, have = l->written[from] - l->read[from];
        if (have > n)
            have = n;
        used = end->open ? msgr_v1_rx_feed(&end->rx, p, have) : msgr_v1_handshake_feed(&end->hs, p, have);
        l->read[from] += used;
        n -= used;
        if (end->open)
            run_rx(end);
        else
            run_handshake(end);
    }
    return l->read[from] != start;
}

bool link_end_run(struct link_end *end, size_t n)
{
    bool busy = false;

    if (end->gone)
        return false;
    if (!end->open)
        busy |= run_handshake(end);
    busy |= run_input(end, n);
    if (!end->gone && end->open)
        busy |= run_tx(end);
    return busy;
}
