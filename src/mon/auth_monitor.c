/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/auth_monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/authorizer.h"
#include "common/bytes.h"
#include "common/conf.h"
#include "common/log.h"
#include "maps/monmap.h"
#include "messages/m_auth.h"
#include "mon/monitor.h"
#include "mon/monmap_monitor.h"

enum {
    FIRST_GLOBAL_ID = 4096,
    GLOBAL_ID_BLOCK = 10000, /* reserved at a time */
    GLOBAL_ID_LOW = 1000,    /* left in the block when the next one is reserved */
};

struct auth_monitor {
    struct paxos_service base;
    uint64_t max_global_id, pending_max; /* reserved; may be handed out up to here */
    uint64_t last_global_id;             /* handed out */
};

static struct auth_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct auth_monitor, base);
}

static int create_initial(struct paxos_service *s)
{
    of(s)->pending_max = FIRST_GLOBAL_ID + GLOBAL_ID_BLOCK;
    of(s)->last_global_id = FIRST_GLOBAL_ID;
    return 0;
}

static int update_from_store(struct paxos_service *s)
{
    struct auth_monitor *a = of(s);
    struct slice value;
    int r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &value);

    if (r)
        return r;
    if (value.len == 8)
        a->max_global_id = a->pending_max = get_le64(value.data);
    else
        r = -EBADMSG;
    slice_put(&value);
    /* After a restart what is left of the last block is passed over. */
    if (a->last_global_id == 0)
        a->last_global_id = a->max_global_id;
    return r;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    uint8_t bytes[8];

    put_le64(bytes, of(s)->pending_max);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, bytes, sizeof(bytes));
}

static uint64_t trim_to(struct paxos_service *s)
{
    return s->last_committed; /* only the newest says anything */
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "auth",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .trim_to = trim_to,
    .destroy = destroy,
};

struct paxos_service *auth_monitor_create(struct monitor *mon)
{
    struct auth_monitor *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    paxos_service_init(&a->base, &ops, mon);
    return &a->base;
}

static void reserve_block(struct auth_monitor *a, struct mon_op *op)
{
    if (a->pending_max == a->max_global_id)
        a->pending_max += GLOBAL_ID_BLOCK;
    paxos_service_commit(&a->base, op);
}

/* 0: none left; op waits for more. */
static uint64_t next_global_id(struct auth_monitor *a, struct mon_op *op)
{
    if (a->last_global_id >= a->max_global_id) {
        if (paxos_service_writable(&a->base))
            reserve_block(a, op);
        else
            paxos_service_wait_writable(&a->base, op);
        return 0;
    }
    if (a->max_global_id - a->last_global_id <= GLOBAL_ID_LOW && paxos_service_writable(&a->base))
        reserve_block(a, NULL);
    return ++a->last_global_id;
}

/* ---- protocols ---- */

/*
 * One protocol of the server side. start: the first round. Returns 0 when the client is in, or an error;
 * fills payload for the reply. A protocol of several rounds keeps its state in the session and gets a step()
 * here.
 */
struct auth_server_protocol {
    uint32_t protocol; /* enum auth_protocol */
    const char *name;  /* as auth_*_required has it */
    int (*start)(struct mon_session *s, struct slice *payload);
};

static int none_start(struct mon_session *s, struct slice *payload UNUSED)
{
    s->authenticated = true;
    s->caps_allow_all = true;
    return 0;
}

static const struct auth_server_protocol protocols[] = {
    {AUTH_PROTOCOL_NONE, "none", none_start},
};

/* Is name in the list of text ("cephx, none")? */
static bool list_has(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = text; (p = strstr(p, name)); p += len) {
        bool starts = p == text || strchr(",; ", p[-1]);
        if (starts && (p[len] == 0 || strchr(",; ", p[len])))
            return true;
    }
    return false;
}

static const struct auth_server_protocol *choose(const struct monitor *mon, const struct auth_request *r)
{
    bool daemon = r->name.type != ENTITY_TYPE_CLIENT;
    char *required = conf_str(mon->conf, daemon ? OPT_auth_cluster_required : OPT_auth_service_required);
    const struct auth_server_protocol *found = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(protocols) && !found; i++)
        for (unsigned k = 0; k < r->protocol_count; k++)
            if (r->protocols[k] == protocols[i].protocol && list_has(required, protocols[i].name))
                found = &protocols[i];
    free(required);
    return found;
}

static void reply(struct mon_op *op, uint32_t protocol, int result, struct slice payload)
{
    struct m_auth_reply r = {
        .protocol = protocol,
        .result = result,
        .global_id = result == 0 ? op->session->global_id : 0,
        .payload = payload,
    };
    struct message *m = m_auth_reply_message(&r);

    if (m)
        m->tid = op->msg->tid;
    mon_session_send(op->session, m);
}

/*
 * The client is in. The map goes out ahead of the answer: genuine clients begin to send as soon as they have
 * that, with the cluster id and the monitors that they know by then.
 */
static void admit(struct mon_op *op, uint32_t monmap_epoch)
{
    struct mon_session *s = op->session;

    connection_set_peer_num(s->con, (int64_t)s->global_id);
    s->name.num = (int64_t)s->global_id;
    dout(auth, 5, "%s.%s is in as global id %llu", entity_type_name(s->id.type), s->id.id,
         (unsigned long long)s->global_id);
    if (monmap_epoch < monitor_monmap(op->mon)->epoch)
        mon_session_send(s, monmap_monitor_message(op->mon->services[MON_SERVICE_MONMAP], s));
}

/* The first round. True: op waits. */
static bool start(struct mon_op *op, const struct m_auth *m)
{
    struct auth_monitor *a = of(op->mon->services[MON_SERVICE_AUTH]);
    struct mon_session *s = op->session;
    const struct auth_server_protocol *p;
    struct slice payload = {0};
    struct auth_request r;
    int result;

    if (auth_request_decode(&r, &m->payload) < 0) {
        reply(op, 0, -EINVAL, payload);
        return false;
    }
    p = choose(op->mon, &r);
    if (!p) {
        dout(auth, 0, "%s.%s offers no authentication that is allowed here", entity_type_name(r.name.type),
             r.name.id);
        auth_request_destroy(&r);
        reply(op, 0, -EOPNOTSUPP, payload);
        return false;
    }
    if (s->global_id == 0)
        s->global_id = r.global_id ? r.global_id : next_global_id(a, op);
    if (s->global_id == 0) {
        auth_request_destroy(&r);
        return true;
    }
    entity_id_destroy(&s->id);
    s->id = r.name;
    r.name = (struct entity_id){0};
    s->auth_protocol = p->protocol;
    s->name.type = (uint8_t)s->id.type;
    result = p->start(s, &payload);
    if (result == 0 && s->authenticated)
        admit(op, m->monmap_epoch);
    reply(op, p->protocol, result, payload);
    auth_request_destroy(&r);
    return false;
}

static void run_again(struct mon_op *op)
{
    auth_monitor_handle(op);
}

void auth_monitor_handle(struct mon_op *op)
{
    struct slice none = {0};
    struct m_auth m;
    bool waits = false;

    op->run = op->committed = run_again;
    if (m_auth_decode(&m, op->msg) < 0) {
        dout(auth, 0, "an authentication message that cannot be read");
        mon_op_free(op);
        return;
    }
    if (m.protocol == 0)
        waits = start(op, &m);
    else
        reply(op, 0, -EINVAL, none); /* no protocol here has a second round */
    m_auth_destroy(&m);
    if (!waits)
        mon_op_free(op);
}
