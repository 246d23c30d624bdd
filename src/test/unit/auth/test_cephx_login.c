/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client, a monitor and an OSD in memory, and the clock that they share. */
#include "test/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/auth_service.h"
#include "auth/cephx_client.h"
#include "auth/cephx_server.h"
#include "auth/session_security.h"
#include "common/clock.h"
#include "common/conf.h"
#include "include/ceph_features.h"

#define SERVICE_TTL (3600 * NSEC_PER_SEC)
#define AUTH_TTL    (12 * SERVICE_TTL)

static struct conf *conf;
static _Atomic uint64_t time_ns;
static char why[256];

static uint64_t now(void)
{
    return time_ns;
}

static const struct cephx_client_env env = {now, now, crypto_random};

/* ---- the cluster ---- */

static struct keyring keyring;
static struct rotating_keys rings[CEPHX_SERVICES];
static struct auth_service *osd;
static struct auth_upcalls osd_up;

static const struct rotating_keys *osd_ring(void)
{
    for (unsigned i = 0; i < CEPHX_SERVICES; i++)
        if (cephx_services[i] == ENTITY_TYPE_OSD)
            return &rings[i];
    return NULL;
}

static void roll_keys(void)
{
    int error;

    for (unsigned i = 0; i < CEPHX_SERVICES; i++)
        (void)rotating_keys_update(&rings[i], utime_from_ns(now()),
                                   cephx_services[i] == ENTITY_TYPE_AUTH ? AUTH_TTL : SERVICE_TTL,
                                   crypto_key_generate, &error);
    auth_service_set_keys(osd, osd_ring());
}

static void add_entity(const char *id, const char *mon_caps)
{
    struct entity_id name = {.type = ENTITY_TYPE_CLIENT, .id = (char *)id};
    struct keyring_entry *e = keyring_add(&keyring, &name);

    assert_int_equal(crypto_key_generate(&e->key, utime_from_ns(now())), 0);
    assert_int_equal(string_map_set(&e->caps, "osd", "allow rw"), 0);
    if (mon_caps)
        assert_int_equal(string_map_set(&e->caps, "mon", mon_caps), 0);
}

static int cluster_start(void **state UNUSED)
{
    time_ns = 1700000000 * NSEC_PER_SEC;
    why[0] = '\0';
    memset(rings, 0, sizeof(rings));
    keyring_init(&keyring);
    add_entity("x", "allow r");
    add_entity("y", "allow r");
    add_entity("nomon", NULL);
    osd = auth_service_create(conf, ENTITY_TYPE_OSD);
    auth_service_fill(osd, &osd_up);
    roll_keys();
    return 0;
}

static int cluster_stop(void **state UNUSED)
{
    auth_service_free(osd);
    keyring_destroy(&keyring);
    return 0;
}

static struct cephx_server server_at(uint64_t ns)
{
    return (struct cephx_server){.keyring = &keyring,
                                 .rings = rings,
                                 .now = utime_from_ns(ns),
                                 .auth_ttl_ns = AUTH_TTL,
                                 .service_ttl_ns = SERVICE_TTL,
                                 .random = crypto_random};
}

/* ---- clients ---- */

/* key_of: whose key it has. */
static struct auth_client *client_of(const struct entity_id *name, const char *key_of)
{
    struct entity_id owner = {.type = ENTITY_TYPE_CLIENT, .id = (char *)key_of};
    struct cephx_client_config config = {.conf = conf,
                                         .name = name,
                                         .secret = &keyring_find(&keyring, &owner)->key,
                                         .services = ENTITY_TYPE_MON | ENTITY_TYPE_OSD,
                                         .env = &env};

    return cephx_client_create(&config);
}

/* One request of the client's, answered by a monitor whose clock says at. */
static int ask(struct auth_client *c, struct cephx_server_session *s, uint64_t at)
{
    struct cephx_server server = server_at(at);
    struct encode request, reply;
    int r;

    encode_init(&request);
    encode_init(&reply);
    r = c->ops->build_request(c, &request);
    if (r == 0)
        r = cephx_server_handle(&server, s, request.data, request.len, &reply, why, sizeof(why));
    r = c->ops->handle_reply(c, r, s->global_id, reply.data, r ? 0 : reply.len);
    encode_destroy(&request);
    encode_destroy(&reply);
    return r;
}

static void connect(struct auth_client *c, struct cephx_server_session *s)
{
    struct cephx_server server = server_at(now());
    struct encode reply;

    encode_init(&reply);
    assert_int_equal(cephx_server_start(&server, s, &reply), 0);
    c->ops->start(c);
    assert_int_equal(c->ops->handle_reply(c, 0, s->global_id, reply.data, reply.len), AUTH_CLIENT_MORE);
    encode_destroy(&reply);
}

static int log_in(struct auth_client *c, struct cephx_server_session *s)
{
    int r = AUTH_CLIENT_MORE;

    connect(c, s);
    while (r == AUTH_CLIENT_MORE)
        r = ask(c, s, now());
    return r;
}

/* A whole dial of the OSD. */
static int dial(struct auth_client *c)
{
    const struct auth_upcalls *up = &c->ops->connector;
    struct session_security *ours = NULL, *theirs = NULL;
    struct authorizer a = {0};
    struct auth_accept accept = {0};
    struct auth_identity identity = {0};
    enum auth_verdict v = AUTH_CHALLENGE;
    uint8_t *reply = NULL;
    size_t len = 0;
    int r = up->get_authorizer(c, ENTITY_TYPE_OSD, NULL, 0, &a);

    while (r == 0 && v == AUTH_CHALLENGE) {
        free(reply);
        v = osd_up.check_authorizer(osd_up.acceptor_arg, &accept, ENTITY_TYPE_CLIENT, a.protocol, a.bytes,
                                    a.len, CEPH_FEATURES_ALL, &reply, &len, &identity, &theirs);
        if (v == AUTH_CHALLENGE)
            r = up->get_authorizer(c, ENTITY_TYPE_OSD, reply, len, &a);
        else
            r = v == AUTH_OK ? up->check_reply(c, &a, reply, len, CEPH_FEATURES_ALL, &ours) : -EACCES;
    }
    free(reply);
    free(a.bytes);
    up->release_dial(c, &a);
    osd_up.release_accept(osd_up.acceptor_arg, &accept);
    auth_identity_destroy(&identity);
    if (ours)
        ours->put(ours);
    if (theirs)
        theirs->put(theirs);
    return r;
}

/* ---- tests ---- */

static const struct entity_id x = {ENTITY_TYPE_CLIENT, (char *)"x"}, y = {ENTITY_TYPE_CLIENT, (char *)"y"};

static void who_belongs_is_in(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5};
    struct auth_client *c = client_of(&x, "x");

    assert_int_equal(dial(c), -ENOKEY);
    assert_int_equal(log_in(c, &s), 0);
    assert_true(s.authenticated);
    assert_int_equal(dial(c), 0);
    auth_client_free(c);
}

static void who_does_not_belong_is_refused(void **state UNUSED)
{
    static const struct entity_id nobody = {ENTITY_TYPE_CLIENT, (char *)"nobody"},
                                  nomon = {ENTITY_TYPE_CLIENT, (char *)"nomon"};
    static const struct {
        const struct entity_id *name;
        const char *key_of, *says;
    } cases[] = {
        {&x, "y", "it does not have the right key"},
        {&nobody, "x", "there is no such entity"},
        {&nomon, "nomon", "it has no capabilities for monitors"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cephx_server_session s = {.name = cases[i].name, .global_id = 5};
        struct auth_client *c = client_of(cases[i].name, cases[i].key_of);

        assert_int_equal(log_in(c, &s), -EACCES);
        assert_string_equal(why, cases[i].says);
        assert_false(s.authenticated);
        assert_int_equal(dial(c), -ENOKEY);
        auth_client_free(c);
    }
}

static void tickets_are_renewed_before_they_expire(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5};
    struct auth_client *c = client_of(&x, "x");
    uint64_t end = now() + 3 * AUTH_TTL;
    unsigned renewals = 0;

    assert_int_equal(log_in(c, &s), 0);
    assert_false(c->ops->wants_renewal(c, now()));
    for (; now() < end; time_ns += SERVICE_TTL / 10) {
        roll_keys();
        while (c->ops->wants_renewal(c, now())) {
            int r = ask(c, &s, now());

            while (r == AUTH_CLIENT_MORE)
                r = ask(c, &s, now());
            assert_int_equal(r, 0);
            renewals++;
        }
        assert_int_equal(dial(c), 0);
    }
    assert_in_range(renewals, 3 * 12, 3 * 12 * 2);
    auth_client_free(c);
}

static void a_ticket_that_expired_is_not_used(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5};
    struct auth_client *c = client_of(&x, "x");

    assert_int_equal(log_in(c, &s), 0);
    time_ns += SERVICE_TTL + 1;
    assert_int_equal(dial(c), -ENOKEY);
    assert_true(c->ops->keeps_global_id(c));
    time_ns += AUTH_TTL;
    assert_false(c->ops->keeps_global_id(c));
    auth_client_free(c);
}

/* The client believes that it is still good: its clock is slow. */
static void a_ticket_that_expired_gets_no_other(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5, .wants_old_global_id = true};
    struct auth_client *c = client_of(&x, "x");

    s.wants_old_global_id = false;
    assert_int_equal(log_in(c, &s), 0);
    time_ns += SERVICE_TTL;
    assert_true(c->ops->wants_renewal(c, now()));
    assert_int_equal(ask(c, &s, now() + AUTH_TTL), -EACCES);
    assert_string_equal(why, "its ticket has expired");

    s.wants_old_global_id = true;
    connect(c, &s);
    assert_int_equal(ask(c, &s, now() + AUTH_TTL), -EACCES);
    assert_string_equal(why, "its old ticket has expired");
    auth_client_free(c);
}

static void a_global_id_is_kept_by_who_proves_it(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5};
    struct auth_client *c = client_of(&x, "x"), *other = client_of(&x, "x"), *of_y = client_of(&y, "y");

    assert_int_equal(log_in(c, &s), 0);
    assert_true(c->ops->keeps_global_id(c));
    s = (struct cephx_server_session){.name = &x, .global_id = 5, .wants_old_global_id = true};
    assert_int_equal(log_in(c, &s), 0);
    assert_int_equal(dial(c), 0);

    /* the same entity, but another client */
    s = (struct cephx_server_session){.name = &x, .global_id = 5, .wants_old_global_id = true};
    assert_int_equal(log_in(other, &s), -EACCES);
    assert_string_equal(why, "it wants global_id 5 again without a ticket for it");
    s = (struct cephx_server_session){.name = &x, .global_id = 6};
    assert_int_equal(log_in(other, &s), 0);
    s = (struct cephx_server_session){.name = &x, .global_id = 5, .wants_old_global_id = true};
    assert_int_equal(log_in(other, &s), -EACCES);
    assert_string_equal(why, "its old ticket is for global_id 6");

    /* a ticket for that number, but of another entity */
    s = (struct cephx_server_session){.name = &y, .global_id = 5};
    assert_int_equal(log_in(of_y, &s), 0);
    s = (struct cephx_server_session){.name = &y, .global_id = 6, .wants_old_global_id = true};
    assert_int_equal(log_in(of_y, &s), -EACCES);
    assert_string_equal(why, "its old ticket is for global_id 5");
    auth_client_free(c);
    auth_client_free(other);
    auth_client_free(of_y);
}

/* ---- threads ---- */

enum { DIALLERS = 4 };

struct dialler {
    struct auth_client *client;
    atomic_uint dials;
    atomic_bool stop;
    int error;
    pthread_t thread;
};

static void *dial_often(void *arg)
{
    struct dialler *d = arg;

    while (!d->stop) {
        int r = dial(d->client);

        d->error = d->error ? d->error : r;
        d->dials++;
    }
    return NULL;
}

/* Until each has begun and ended a dial: time does not run away from those who are slow. */
static void wait_for_dials(const struct dialler *diallers)
{
    for (unsigned i = 0; i < DIALLERS; i++)
        for (unsigned before = diallers[i].dials; diallers[i].dials - before < 2;)
            usleep(100);
}

/* Workers dial and accept while the session with the monitor renews tickets and keys. */
static void tickets_and_keys_change_while_workers_dial(void **state UNUSED)
{
    struct cephx_server_session s = {.name = &x, .global_id = 5};
    struct auth_client *c = client_of(&x, "x");
    struct dialler diallers[DIALLERS] = {0};

    assert_int_equal(log_in(c, &s), 0);
    for (unsigned i = 0; i < DIALLERS; i++) {
        diallers[i].client = c;
        assert_int_equal(pthread_create(&diallers[i].thread, NULL, dial_often, &diallers[i]), 0);
    }
    for (unsigned i = 0; i < 50; i++) {
        time_ns += SERVICE_TTL / 8;
        roll_keys();
        while (c->ops->wants_renewal(c, now()))
            while (ask(c, &s, now()) == AUTH_CLIENT_MORE)
                ;
        wait_for_dials(diallers);
    }
    for (unsigned i = 0; i < DIALLERS; i++) {
        diallers[i].stop = true;
        assert_int_equal(pthread_join(diallers[i].thread, NULL), 0);
        assert_int_equal(diallers[i].error, 0);
    }
    auth_client_free(c);
}

struct wire {
    struct session_security *sender, *receiver;
    bool bad;
};

static void *sign_often(void *arg)
{
    struct wire *w = arg;

    for (uint64_t seq = 1; seq <= 2000; seq++) {
        struct signature_input in = {.front_crc = 7, .front_len = 8, .seq = seq};

        if (!w->receiver->check(w->receiver, &in, w->sender->sign(w->sender, &in), true))
            w->bad = true;
    }
    return NULL;
}

/* A connection signs what it sends while it checks what comes, without a lock. */
static void both_directions_are_signed_at_once(void **state UNUSED)
{
    struct session_security *a, *b;
    struct crypto_key key;
    struct wire wires[2];
    pthread_t threads[2];

    assert_int_equal(crypto_key_generate(&key, utime_from_ns(now())), 0);
    assert_int_equal(session_security_create(&key, CEPH_FEATURES_ALL, true, &a), 0);
    assert_int_equal(session_security_create(&key, CEPH_FEATURES_ALL, true, &b), 0);
    wires[0] = (struct wire){a, b, false};
    wires[1] = (struct wire){b, a, false};
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_often, &wires[i]), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(wires[i].bad);
    }
    a->put(a);
    b->put(b);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, cluster_start, cluster_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_belongs_is_in),
        CASE(who_does_not_belong_is_refused),
        CASE(tickets_are_renewed_before_they_expire),
        CASE(a_ticket_that_expired_is_not_used),
        CASE(a_ticket_that_expired_gets_no_other),
        CASE(a_global_id_is_kept_by_who_proves_it),
        CASE(tickets_and_keys_change_while_workers_dial),
        CASE(both_directions_are_signed_at_once),
    };
    int failed;

    conf = conf_create("ceph", "client", "x", true);
    failed = unit_run("cephx_login", tests);
    conf_free(conf);
    return failed;
}
