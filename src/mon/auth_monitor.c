/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/auth_monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_registry.h"
#include "auth/auth_service.h"
#include "auth/caps.h"
#include "auth/cephx_server.h"
#include "common/conf.h"
#include "common/log.h"
#include "include/ceph_features.h"
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
    struct auth_db db, pending;
    uint64_t last_global_id; /* handed out */
    struct auth_service *service;
};

static struct auth_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct auth_monitor, base);
}

/* How long a key of the i-th service is the current one. */
static uint64_t ring_ttl_ns(const struct monitor *mon, unsigned i)
{
    return conf_seconds_ns(mon->conf, cephx_services[i] == ENTITY_TYPE_AUTH ? OPT_auth_mon_ticket_ttl
                                                                            : OPT_auth_service_ticket_ttl);
}

/* True: a ring has changed and is to be committed. */
static bool roll_keys(struct auth_monitor *a)
{
    bool changed = false;

    for (unsigned i = 0; i < CEPHX_SERVICES; i++) {
        int error;

        if (rotating_keys_update(&a->pending.rings[i], utime_now(), ring_ttl_ns(a->base.mon, i),
                                 crypto_key_generate, &error)) {
            dout(auth, 1, "new rotating key %llu for %s", (unsigned long long)a->pending.rings[i].max_id,
                 entity_type_name(cephx_services[i]));
            changed = true;
        }
        if (error)
            derr(auth, "no new rotating key for %s: %s", entity_type_name(cephx_services[i]),
                 strerror(-error));
    }
    return changed;
}

/* ---- the first version ---- */

/* The keyring that mkfs was given. */
static int take_mkfs_keyring(struct auth_monitor *a)
{
    struct slice value;
    char *err = NULL;
    int r = mon_store_get(&a->base.mon->store, "mkfs", "keyring", &value);

    if (r)
        return r == -ENOENT ? 0 : r;
    r = keyring_parse(&a->pending.keyring, "the keyring given to mkfs", value.data, value.len, &err);
    if (r)
        derr(auth, "%s", err ? err : strerror(-r));
    free(err);
    slice_put(&value);
    return r;
}

static int add_bootstrap_key(struct auth_monitor *a, const char *id)
{
    struct entity_id name = {.type = ENTITY_TYPE_CLIENT, .id = (char *)id};
    struct keyring_entry *e;
    char caps[64];
    int r;

    if (keyring_find(&a->pending.keyring, &name))
        return 0;
    e = keyring_add(&a->pending.keyring, &name);
    r = e ? crypto_key_generate(&e->key, utime_now()) : -ENOMEM;
    snprintf(caps, sizeof(caps), "allow profile %s", id);
    return r ? r : string_map_set(&e->caps, "mon", caps);
}

/* The keys with which new daemons are added to the cluster. */
static int add_bootstrap_keys(struct auth_monitor *a)
{
    static const char *const ids[] = {"bootstrap-mds", "bootstrap-mgr",        "bootstrap-osd",
                                      "bootstrap-rbd", "bootstrap-rbd-mirror", "bootstrap-rgw"};
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(ids) && r == 0; i++)
        r = add_bootstrap_key(a, ids[i]);
    return r;
}

static int create_initial(struct paxos_service *s)
{
    struct auth_monitor *a = of(s);
    int r = take_mkfs_keyring(a);

    if (r == 0)
        r = add_bootstrap_keys(a);
    a->pending.max_global_id = FIRST_GLOBAL_ID + GLOBAL_ID_BLOCK;
    a->last_global_id = FIRST_GLOBAL_ID;
    roll_keys(a);
    return r;
}

/* ---- versions ---- */

static void tell_service(struct auth_monitor *a)
{
    static const struct entity_id mons = {.type = ENTITY_TYPE_MON, .id = (char *)""};
    const struct keyring_entry *e = keyring_find(&a->db.keyring, &mons);

    auth_service_set_keys(a->service, auth_db_ring(&a->db, ENTITY_TYPE_MON));
    auth_service_set_other_keys(a->service, auth_db_ring(&a->db, ENTITY_TYPE_MGR));
    if (e)
        auth_service_set_mon_key(a->service, &e->key);
}

static int update_from_store(struct paxos_service *s)
{
    struct auth_monitor *a = of(s);
    struct auth_db fresh, copy;
    struct slice value;
    int r = mon_store_get_version(&s->mon->store, s->ops->name, s->last_committed, &value);

    if (r)
        return r;
    r = auth_db_decode(&fresh, value.data, value.len);
    slice_put(&value);
    if (r)
        return r;
    r = auth_db_copy(&copy, &fresh);
    if (r) {
        auth_db_destroy(&fresh);
        return r;
    }
    auth_db_destroy(&a->db);
    auth_db_destroy(&a->pending);
    a->db = fresh;
    a->pending = copy;
    tell_service(a);
    /* After a restart what is left of the last block is passed over. */
    if (a->last_global_id == 0)
        a->last_global_id = a->db.max_global_id;
    return 0;
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    struct encode e;

    encode_init(&e);
    e.secret = true;
    auth_db_encode(&of(s)->pending, &e);
    mon_tx_put_version(tx, s->ops->name, s->last_committed + 1, e.data, e.len);
    encode_destroy(&e);
}

static void tick(struct paxos_service *s)
{
    if (paxos_service_writable(s) && roll_keys(of(s)))
        paxos_service_commit(s, NULL);
}

static uint64_t trim_to(struct paxos_service *s)
{
    return s->last_committed; /* only the newest says anything */
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    auth_db_destroy(&of(s)->db);
    auth_db_destroy(&of(s)->pending);
    auth_service_free(of(s)->service);
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "auth",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .tick = tick,
    .trim_to = trim_to,
    .destroy = destroy,
};

struct paxos_service *auth_monitor_create(struct monitor *mon)
{
    struct auth_monitor *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    auth_db_init(&a->db);
    auth_db_init(&a->pending);
    a->service = auth_service_create(mon->conf, ENTITY_TYPE_MON);
    if (!a->service || auth_service_answer_for(a->service, ENTITY_TYPE_MGR)) {
        auth_service_free(a->service);
        free(a);
        return NULL;
    }
    paxos_service_init(&a->base, &ops, mon);
    return &a->base;
}

struct auth_upcalls auth_monitor_upcalls(struct paxos_service *s)
{
    struct auth_upcalls u = {0};

    auth_service_fill(of(s)->service, &u);
    return u;
}

const struct auth_db *auth_monitor_db(const struct paxos_service *s)
{
    return &of(s)->db;
}

struct auth_db *auth_monitor_pending(struct paxos_service *s)
{
    return &of(s)->pending;
}

static void reserve_block(struct auth_monitor *a, struct mon_op *op)
{
    if (a->pending.max_global_id == a->db.max_global_id)
        a->pending.max_global_id += GLOBAL_ID_BLOCK;
    paxos_service_commit(&a->base, op);
}

/* 0: none left; op waits for more. */
static uint64_t next_global_id(struct auth_monitor *a, struct mon_op *op)
{
    if (a->last_global_id >= a->db.max_global_id) {
        if (paxos_service_writable(&a->base))
            reserve_block(a, op);
        else
            paxos_service_wait_writable(&a->base, op);
        return 0;
    }
    if (a->db.max_global_id - a->last_global_id <= GLOBAL_ID_LOW && paxos_service_writable(&a->base))
        reserve_block(a, NULL);
    return ++a->last_global_id;
}

/* ---- rounds ---- */

static struct cephx_server server_of(const struct auth_monitor *a)
{
    const struct conf *conf = a->base.mon->conf;

    return (struct cephx_server){
        .keyring = &a->db.keyring,
        .rings = a->db.rings,
        .now = utime_now(),
        .auth_ttl_ns = conf_seconds_ns(conf, OPT_auth_mon_ticket_ttl),
        .service_ttl_ns = conf_seconds_ns(conf, OPT_auth_service_ticket_ttl),
        .allow_insecure_reclaim = conf_bool(conf, OPT_auth_allow_insecure_global_id_reclaim),
        .random = crypto_random,
    };
}

/* The best protocol that both sides have; AUTH_PROTOCOL_UNKNOWN: none. */
static uint32_t choose(const struct monitor *mon, const struct mon_session *s, const struct auth_request *r)
{
    struct auth_protocols allowed = auth_registry_for_peer(mon->conf, r->name.type);
    uint64_t need = auth_registry_cephx_features(mon->conf, r->name.type);
    bool lacks = !ceph_has_feature(connection_features(s->con), need);

    for (unsigned i = 0; i < allowed.count; i++)
        for (unsigned k = 0; k < r->protocol_count; k++)
            if (r->protocols[k] == allowed.p[i] && !(lacks && allowed.p[i] == AUTH_PROTOCOL_CEPHX))
                return allowed.p[i];
    return AUTH_PROTOCOL_UNKNOWN;
}

/* Takes payload. */
static void reply(struct mon_op *op, uint32_t protocol, int result, struct encode *payload)
{
    struct m_auth_reply r = {
        .protocol = protocol,
        .result = result,
        .global_id = result == 0 ? op->session->global_id : 0,
    };
    struct message *m = NULL;
    size_t len;
    uint8_t *bytes = encode_steal(payload, &len);

    if (bytes && result == 0)
        r.payload = slice_of(buffer_wrap_malloc(bytes, len));
    else
        free(bytes);
    m = m_auth_reply_message(&r);
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

    s->authenticated = true;
    connection_set_peer_num(s->con, (int64_t)s->global_id);
    s->name.num = (int64_t)s->global_id;
    dout(auth, 5, "%s.%s is in as global id %llu", entity_type_name(s->id.type), s->id.id,
         (unsigned long long)s->global_id);
    if (monmap_epoch < monitor_monmap(op->mon)->epoch)
        mon_session_send(s, monmap_monitor_message(op->mon->services[MON_SERVICE_MONMAP], s));
}

/* Who was refused, from where, and why. */
static void log_refusal(const struct mon_session *s, const char *why)
{
    char *addrs = entity_addrvec_print(connection_peer_addrs(s->con));

    dout(auth, 0, "%s.%s at %s is refused: %s", entity_type_name(s->id.type), s->id.id, addrs ? addrs : "?",
         why);
    free(addrs);
}

/* What the session may do from now on. */
static int take_caps(struct auth_monitor *a, struct mon_session *s, char *why, size_t why_size)
{
    const struct keyring_entry *e = keyring_find(&a->db.keyring, &s->id);
    const char *text = e ? string_map_get(&e->caps, "mon") : NULL;
    char *err = NULL;
    int r = caps_parse(&s->caps, ENTITY_TYPE_MON, text ? text : "", &err);

    s->caps_allow_all = caps_allow_all(s->caps);
    if (r)
        snprintf(why, why_size, "%s", err ? err : strerror(-r));
    free(err);
    return r ? -EACCES : 0;
}

void auth_monitor_take_ticket(struct paxos_service *service, struct mon_session *s)
{
    const struct auth_identity *id = s->con ? connection_identity(s->con) : NULL;
    char why[256] = "no memory";

    if (!id || s->authenticated)
        return;
    s->id = (struct entity_id){.type = id->entity_type, .id = strdup(id->entity_id)};
    s->name.type = (uint8_t)id->entity_type;
    s->name.num = (int64_t)id->global_id;
    s->global_id = id->global_id;
    s->auth_protocol = id->protocol;
    s->caps_allow_all = id->protocol == AUTH_PROTOCOL_NONE;
    s->authenticated = s->id.id && (s->caps_allow_all || take_caps(of(service), s, why, sizeof(why)) == 0);
    if (!s->authenticated)
        log_refusal(s, why);
}

/* The first round. True: op waits. */
static bool start(struct mon_op *op, const struct m_auth *m)
{
    struct auth_monitor *a = of(op->mon->services[MON_SERVICE_AUTH]);
    struct cephx_server server = server_of(a);
    struct mon_session *s = op->session;
    struct auth_request r;
    struct encode payload;
    int result = 0;

    encode_init(&payload);
    if (s->auth_protocol != AUTH_PROTOCOL_UNKNOWN || auth_request_decode(&r, &m->payload) < 0) {
        reply(op, 0, -EINVAL, &payload);
        return false;
    }
    if (s->global_id == 0) {
        s->cephx.wants_old_global_id = r.global_id != 0;
        s->global_id = r.global_id ? r.global_id : next_global_id(a, op);
    }
    if (s->global_id == 0) {
        auth_request_destroy(&r);
        return true;
    }
    s->auth_protocol = choose(op->mon, s, &r);
    s->id = r.name;
    s->name.type = (uint8_t)s->id.type;
    s->cephx.name = &s->id;
    s->cephx.global_id = s->global_id;
    if (s->auth_protocol == AUTH_PROTOCOL_NONE)
        s->caps_allow_all = true;
    else if (s->auth_protocol == AUTH_PROTOCOL_CEPHX)
        result = cephx_server_start(&server, &s->cephx, &payload);
    else
        result = -EOPNOTSUPP;
    if (result == -EOPNOTSUPP)
        log_refusal(s, "it offers no authentication that is allowed here");
    if (s->auth_protocol == AUTH_PROTOCOL_NONE)
        admit(op, m->monmap_epoch);
    reply(op, s->auth_protocol, result, &payload);
    if (result) {
        s->auth_protocol = AUTH_PROTOCOL_UNKNOWN;
        s->global_id = 0;
        entity_id_destroy(&s->id);
    }
    return false;
}

static void go_on(struct mon_op *op, const struct m_auth *m)
{
    struct auth_monitor *a = of(op->mon->services[MON_SERVICE_AUTH]);
    struct cephx_server server = server_of(a);
    struct mon_session *s = op->session;
    bool was_in = s->authenticated;
    char why[256] = "its request is malformed";
    struct encode payload;
    int result = -EINVAL;

    encode_init(&payload);
    if (s->auth_protocol == AUTH_PROTOCOL_CEPHX && m->protocol == AUTH_PROTOCOL_CEPHX)
        result = cephx_server_handle(&server, &s->cephx, m->payload.data, m->payload.len, &payload, why,
                                     sizeof(why));
    if (result == 0 && !was_in)
        result = take_caps(a, s, why, sizeof(why));
    if (result && s->id.id)
        log_refusal(s, why);
    if (result && !was_in)
        s->cephx.authenticated = false;
    if (result == 0 && !was_in)
        admit(op, m->monmap_epoch);
    reply(op, s->auth_protocol, result, &payload);
}

static void run_again(struct mon_op *op)
{
    auth_monitor_handle(op);
}

void auth_monitor_handle(struct mon_op *op)
{
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
        go_on(op, &m);
    m_auth_destroy(&m);
    if (!waits)
        mon_op_free(op);
}
