/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An acceptor and those whom it must not let in. */
#include "test/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_service.h"
#include "auth/cephx_dial.h"
#include "common/conf.h"
#include "include/ceph_features.h"

#define SEC UINT64_C(1000000000)
#define TTL (3600 * SEC)

static struct conf *conf;
static const struct utime start = {.sec = 1700000000};

struct rig {
    struct auth_service *service;
    struct auth_upcalls up;
    struct rotating_keys ring;
    struct cephx_ticket_info info;
    struct cephx_ticket_blob blob;
    struct auth_accept accept;
    struct auth_identity identity;
    struct session_security *security;
    uint8_t *reply;
    size_t reply_len;
};

static void rig_start(struct rig *g)
{
    int error;

    memset(g, 0, sizeof(*g));
    g->service = auth_service_create(conf, ENTITY_TYPE_OSD);
    auth_service_fill(g->service, &g->up);
    assert_true(rotating_keys_update(&g->ring, start, TTL, crypto_key_generate, &error));
    auth_service_set_keys(g->service, &g->ring);
    g->info = (struct cephx_ticket_info){
        .name = {ENTITY_TYPE_CLIENT, strdup("x")}, .global_id = 77, .caps = strdup("allow r")};
    assert_int_equal(crypto_key_generate(&g->info.session_key, start), 0);
    assert_int_equal(cephx_ticket_seal(&g->info, &g->ring.keys[1].key, g->ring.keys[1].id, &g->blob), 0);
}

static void rig_stop(struct rig *g)
{
    g->up.release_accept(g->up.acceptor_arg, &g->accept);
    auth_identity_destroy(&g->identity);
    if (g->security)
        g->security->put(g->security);
    free(g->reply);
    cephx_ticket_blob_destroy(&g->blob);
    cephx_ticket_info_destroy(&g->info);
    auth_service_free(g->service);
}

static void dial(struct rig *g, struct authorizer *a)
{
    memset(a, 0, sizeof(*a));
    assert_int_equal(cephx_dial_start(a, 77, ENTITY_TYPE_OSD, &g->blob, &g->info.session_key, 1234), 0);
}

static void hang_up(struct authorizer *a)
{
    cephx_dial_release(a);
    free(a->bytes);
}

static enum auth_verdict show(struct rig *g, uint32_t peer_type, uint32_t protocol,
                              const struct authorizer *a)
{
    free(g->reply);
    g->reply = NULL;
    return g->up.check_authorizer(g->up.acceptor_arg, &g->accept, peer_type, protocol, a->bytes, a->len,
                                  CEPH_FEATURES_ALL, &g->reply, &g->reply_len, &g->identity, &g->security);
}

static enum auth_verdict show_cephx(struct rig *g, const struct authorizer *a)
{
    return show(g, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_CEPHX, a);
}

static void who_answers_the_challenge_is_in(void **state UNUSED)
{
    struct authorizer a;
    struct rig g;

    rig_start(&g);
    dial(&g, &a);
    assert_int_equal(show_cephx(&g, &a), AUTH_CHALLENGE);
    assert_int_equal(cephx_dial_answer(&a, g.reply, g.reply_len), 0);
    assert_int_equal(show_cephx(&g, &a), AUTH_OK);
    assert_string_equal(g.identity.entity_id, "x");
    assert_string_equal(g.identity.caps, "allow r");
    assert_int_equal(g.identity.global_id, 77);
    assert_non_null(g.security);
    hang_up(&a);
    rig_stop(&g);
}

static void a_replay_is_refused(void **state UNUSED)
{
    struct authorizer a;
    struct rig first, second;

    rig_start(&first);
    dial(&first, &a);
    assert_int_equal(show_cephx(&first, &a), AUTH_CHALLENGE);
    assert_int_equal(cephx_dial_answer(&a, first.reply, first.reply_len), 0);
    assert_int_equal(show_cephx(&first, &a), AUTH_OK);
    /* the same answer on another connection: it gets a challenge of its own, and does not answer that */
    rig_start(&second);
    auth_service_set_keys(second.service, &first.ring);
    assert_int_equal(show_cephx(&second, &a), AUTH_CHALLENGE);
    assert_int_equal(show_cephx(&second, &a), AUTH_BAD);
    assert_null(second.identity.entity_id);
    hang_up(&a);
    rig_stop(&second);
    rig_stop(&first);
}

static void every_changed_byte_is_noticed(void **state UNUSED)
{
    struct authorizer a;
    struct rig g;

    rig_start(&g);
    dial(&g, &a);
    for (size_t i = 1; i < a.len; i++) { /* but for the version of the struct */
        bool version = i == 13 || i == a.len - 48 - 4;
        a.bytes[i] ^= 0x10;
        if (!version)
            assert_true(show_cephx(&g, &a) != AUTH_OK);
        a.bytes[i] ^= 0x10;
        g.up.release_accept(g.up.acceptor_arg, &g.accept);
    }
    for (size_t cut = 0, len = a.len; cut < len; cut++) {
        a.len = cut;
        assert_int_equal(show_cephx(&g, &a), AUTH_BAD);
        a.len = len;
    }
    hang_up(&a);
    rig_stop(&g);
}

static void tickets_of_others_are_refused(void **state UNUSED)
{
    struct authorizer a;
    struct rig g, other;

    rig_start(&g);
    rig_start(&other);
    dial(&other, &a); /* another cluster: its secrets have the same numbers */
    assert_int_equal(show_cephx(&g, &a), AUTH_BAD);
    hang_up(&a);
    dial(&g, &a);
    assert_int_equal(show(&g, ENTITY_TYPE_OSD, AUTH_PROTOCOL_CEPHX, &a), AUTH_BAD); /* a client is no OSD */
    assert_int_equal(show(&g, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_NONE, &a), AUTH_BAD);
    assert_int_equal(show(&g, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_UNKNOWN, &a), AUTH_BAD);
    assert_int_equal(show(&g, ENTITY_TYPE_MON, AUTH_PROTOCOL_UNKNOWN, &(struct authorizer){0}), AUTH_BAD);
    hang_up(&a);
    rig_stop(&other);
    rig_stop(&g);
}

/* A ticket dies with its key, two turns after it was made. */
static void an_expired_ticket_is_refused(void **state UNUSED)
{
    struct authorizer a;
    struct rig g;
    int error;

    rig_start(&g);
    dial(&g, &a);
    for (unsigned turn = 1; turn <= 3; turn++) {
        struct utime now = {.sec = start.sec + 3600 * (turn + 1) + 1};

        assert_true(rotating_keys_update(&g.ring, now, TTL, crypto_key_generate, &error));
        assert_false(rotating_keys_update(&g.ring, now, TTL, crypto_key_generate, &error));
        assert_int_equal(g.ring.count, 3);
        auth_service_set_keys(g.service, &g.ring);
        assert_int_equal(show_cephx(&g, &a), turn < 2 ? AUTH_CHALLENGE : AUTH_BAD);
        g.up.release_accept(g.up.acceptor_arg, &g.accept);
    }
    hang_up(&a);
    rig_stop(&g);
}

/* A monitor that stands in for a manager. */
static void a_service_answers_for_another(void **state UNUSED)
{
    struct auth_service *mon = auth_service_create(conf, ENTITY_TYPE_MON);
    struct authorizer a;
    struct rig g;

    rig_start(&g);
    auth_service_fill(mon, &g.up);
    dial(&g, &a);
    assert_int_equal(show_cephx(&g, &a), AUTH_BAD);
    assert_int_equal(auth_service_answer_for(mon, ENTITY_TYPE_OSD), 0);
    assert_int_equal(show_cephx(&g, &a), AUTH_BAD); /* it has no keys yet */
    auth_service_set_keys(mon, &g.ring);
    assert_int_equal(show_cephx(&g, &a), AUTH_BAD); /* those are for tickets of its own */
    auth_service_set_other_keys(mon, &g.ring);
    assert_int_equal(show_cephx(&g, &a), AUTH_CHALLENGE);
    assert_int_equal(cephx_dial_answer(&a, g.reply, g.reply_len), 0);
    assert_int_equal(show_cephx(&g, &a), AUTH_OK);
    assert_int_equal(g.identity.protocol, AUTH_PROTOCOL_CEPHX);
    hang_up(&a);
    rig_stop(&g);
    auth_service_free(mon);
}

static void signatures_can_be_required(void **state UNUSED)
{
    struct rig g;

    rig_start(&g);
    assert_int_equal(g.up.required_features(g.up.acceptor_arg, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_CEPHX),
                     CEPH_FEATURE_CEPHX_V2);
    assert_int_equal(conf_set(conf, CONF_OVERRIDE, "cephx_service_require_signatures", "true", NULL), 0);
    assert_int_equal(g.up.required_features(g.up.acceptor_arg, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_CEPHX),
                     CEPH_FEATURE_CEPHX_V2 | CEPH_FEATURE_MSG_AUTH);
    assert_int_equal(g.up.required_features(g.up.acceptor_arg, ENTITY_TYPE_OSD, AUTH_PROTOCOL_CEPHX),
                     CEPH_FEATURE_CEPHX_V2);
    assert_int_equal(g.up.required_features(g.up.acceptor_arg, ENTITY_TYPE_CLIENT, AUTH_PROTOCOL_NONE), 0);
    rig_stop(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_answers_the_challenge_is_in), cmocka_unit_test(a_replay_is_refused),
        cmocka_unit_test(every_changed_byte_is_noticed),   cmocka_unit_test(tickets_of_others_are_refused),
        cmocka_unit_test(an_expired_ticket_is_refused),    cmocka_unit_test(signatures_can_be_required),
        cmocka_unit_test(a_service_answers_for_another),
    };
    int failed;

    conf = conf_create("ceph", "osd", "0", true);
    failed = unit_run("cephx_service", tests);
    conf_free(conf);
    return failed;
}
