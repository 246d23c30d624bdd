/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recorded sessions with genuine Ceph, replayed with their challenges: we write the same bytes and read
 * theirs. */
#include "test/unit/auth/hex.h"

#include <string.h>

#include "auth/auth_client.h"
#include "auth/cephx_client.h"
#include "auth/cephx_dial.h"
#include "auth/cephx_service.h"
#include "auth/keyring.h"
#include "auth/session_security.h"
#include "common/conf.h"
#include "include/ceph_features.h"
#include "test/unit/msg/capture.h"

#define FRONT_AT 54 /* in a frame */

static json_t *capture_list;
static struct keyring ring;
static struct conf *conf;

static const struct crypto_key *secret_of(const char *name)
{
    struct entity_id id;
    const struct keyring_entry *e;

    assert_int_equal(entity_id_parse(&id, name), 0);
    e = keyring_find(&ring, &id);
    entity_id_destroy(&id);
    assert_non_null(e);
    return &e->key;
}

/* What crypto_random() would give, one value after the other. */
static uint64_t random_values[4];
static unsigned random_next;

static int scripted_random(void *p, size_t n)
{
    assert_int_equal(n, sizeof(uint64_t));
    assert_true(random_next < ARRAY_SIZE(random_values));
    memcpy(p, &random_values[random_next++], n);
    return 0;
}

static uint64_t standing_clock(void)
{
    return UINT64_C(1795341421) * 1000000000;
}

static void open_named(struct capture *c, const char *name)
{
    capture_open(c, name, json_object_get(capture_list, name));
}

/* The payload of the n-th MAuth or MAuthReply. */
static struct decode auth_payload(const struct capture *c, enum capture_dir dir, unsigned n, int32_t *result,
                                  uint64_t *global_id)
{
    const char *kind = dir == CAPTURE_C2S ? "MSG AUTH" : "MSG AUTH_REPLY";
    const json_t *frame = NULL;
    struct decode d;
    size_t at = 0;

    for (unsigned i = 0; i <= n; i++)
        frame = capture_next(c, dir, kind, &at);
    assert_non_null(frame);
    decode_init(&d, capture_bytes(c, frame) + FRONT_AT, capture_frame_len(frame) - FRONT_AT);
    if (dir == CAPTURE_C2S) {
        decode_take(&d, 18);
        decode_u32(&d);
    } else {
        decode_u32(&d);
        *result = decode_s32(&d);
        *global_id = decode_u64(&d);
    }
    return decode_sub(&d);
}

static int feed(struct auth_client *client, const struct capture *c, unsigned n)
{
    uint64_t global_id;
    int32_t result;
    struct decode d = auth_payload(c, CAPTURE_S2C, n, &result, &global_id);

    return client->ops->handle_reply(client, result, global_id, d.p, decode_left(&d));
}

/* The request that the client makes now is the n-th that was captured. */
static void assert_request(struct auth_client *client, const struct capture *c, unsigned n)
{
    struct decode want = auth_payload(c, CAPTURE_C2S, n, NULL, NULL);
    struct encode e;

    encode_init(&e);
    assert_int_equal(client->ops->build_request(client, &e), 0);
    assert_int_equal(e.len, decode_left(&want));
    assert_memory_equal(e.data, want.p, e.len);
    encode_destroy(&e);
}

static struct auth_client *client_of(const char *name, uint32_t services, const struct crypto_key *secret,
                                     struct auth_service *service)
{
    static const struct cephx_client_env env = {standing_clock, standing_clock, scripted_random};
    struct entity_id id;
    struct cephx_client_config config = {
        .conf = conf, .name = &id, .secret = secret, .services = services, .service = service, .env = &env};
    struct auth_client *client;

    assert_int_equal(entity_id_parse(&id, name), 0);
    client = cephx_client_create(&config);
    entity_id_destroy(&id);
    assert_non_null(client);
    random_next = 0;
    return client;
}

/* The client challenge is in the request that was captured. */
static uint64_t client_challenge_of(const struct capture *c)
{
    struct decode d = auth_payload(c, CAPTURE_C2S, 1, NULL, NULL);

    assert_int_equal(decode_u16(&d), CEPHX_GET_AUTH_SESSION_KEY);
    decode_u8(&d);
    return decode_u64(&d);
}

static void a_login_and_a_reclaim_are_those_captured(void **state UNUSED)
{
    struct auth_client *client = client_of("client.admin", 55, secret_of("client.admin"), NULL);
    const struct auth_upcalls *up = &client->ops->connector;
    struct authorizer a = {0};
    struct capture c;

    open_named(&c, "cephx-status");
    client->ops->start(client);
    assert_false(client->ops->keeps_global_id(client));
    assert_int_equal(feed(client, &c, 0), AUTH_CLIENT_MORE);
    random_values[0] = client_challenge_of(&c);
    assert_request(client, &c, 1);
    assert_int_equal(feed(client, &c, 1), 0); /* with all tickets at once */
    assert_true(client->ops->keeps_global_id(client));
    assert_false(client->ops->wants_renewal(client, 0));
    assert_int_equal(up->get_authorizer(client, ENTITY_TYPE_OSD, NULL, 0, &a), 0);
    assert_int_equal(a.protocol, AUTH_PROTOCOL_CEPHX);
    assert_int_equal(a.len, 174);
    up->release_dial(client, &a);
    free(a.bytes);
    capture_close(&c);

    open_named(&c, "cephx-reclaim");
    random_next = 0;
    client->ops->start(client);
    assert_int_equal(feed(client, &c, 0), AUTH_CLIENT_MORE);
    random_values[0] = client_challenge_of(&c);
    /* That session wanted tickets for OSDs only. */
    struct decode want = auth_payload(&c, CAPTURE_C2S, 1, NULL, NULL);
    struct encode e;
    encode_init(&e);
    assert_int_equal(client->ops->build_request(client, &e), 0);
    assert_int_equal(e.len, decode_left(&want));
    assert_memory_equal(e.data, want.p, e.len - 4);
    encode_destroy(&e);
    assert_int_equal(feed(client, &c, 1), 0);
    capture_close(&c);
    auth_client_free(client);
}

static void a_refusal_ends_the_login(void **state UNUSED)
{
    struct crypto_key wrong;
    struct auth_client *client;
    struct capture c;

    crypto_key_set(&wrong, (const uint8_t *)"0123456789abcdef", (struct utime){0});
    client = client_of("client.admin", 0, &wrong, NULL);
    open_named(&c, "cephx-wrong-key");
    client->ops->start(client);
    assert_int_equal(feed(client, &c, 0), AUTH_CLIENT_MORE);
    random_values[0] = client_challenge_of(&c);
    assert_request(client, &c, 1);
    assert_int_equal(feed(client, &c, 1), -13);
    capture_close(&c);
    auth_client_free(client);
}

/* Every byte of a reply changed, one at a time: an error or tickets, and no crash. A change inside of what is
 * encrypted for us always shows. */
static void changed_replies_are_refused(void **state UNUSED)
{
    struct capture c;
    struct decode d;
    uint64_t global_id;
    int32_t result;
    uint8_t copy[2048];
    size_t len;

    open_named(&c, "cephx-status");
    d = auth_payload(&c, CAPTURE_S2C, 1, &result, &global_id);
    len = decode_left(&d);
    assert_true(len < sizeof(copy));
    for (size_t i = 0; i < len; i++) {
        struct auth_client *client = client_of("client.admin", 55, secret_of("client.admin"), NULL);
        struct encode e;

        client->ops->start(client);
        assert_int_equal(feed(client, &c, 0), AUTH_CLIENT_MORE);
        random_values[0] = client_challenge_of(&c);
        encode_init(&e);
        assert_int_equal(client->ops->build_request(client, &e), 0);
        encode_destroy(&e);
        memcpy(copy, d.p, len);
        copy[i] ^= 0x40;
        result = client->ops->handle_reply(client, 0, global_id, copy, len);
        if (i < 2 || (i >= 20 && i < 36)) /* the type, and the box with the key of the auth ticket */
            assert_true(result < 0);
        auth_client_free(client);
    }
    capture_close(&c);
}

static void rotating_keys_open_the_tickets_of_their_service(void **state UNUSED)
{
    struct rotating_keys keys;
    struct cephx_authorizer a;
    struct cephx_ticket_info info;
    struct plaintext p;
    struct capture mon, osd;
    const json_t *frame;
    uint64_t global_id;
    int32_t result;
    struct decode d;
    size_t at = 0;

    open_named(&mon, "g-osd0-mon");
    for (unsigned n = 0;; n++) {
        d = auth_payload(&mon, CAPTURE_S2C, n, &result, &global_id);
        if (decode_left(&d) > 6 && decode_u16(&d) == CEPHX_GET_ROTATING_KEY)
            break;
    }
    assert_int_equal(decode_s32(&d), 0);
    assert_int_equal(crypto_unbox(secret_of("osd.0"), &d, &p), 0);
    assert_int_equal(rotating_keys_decode(&keys, &p.d), 0);
    assert_int_equal(decode_finish(&p.d), 0);
    plaintext_destroy(&p);
    assert_int_equal(keys.count, 3);

    open_named(&osd, "osd-command");
    frame = capture_next(&osd, CAPTURE_C2S, "authorizer", &at);
    decode_init(&d, capture_bytes(&osd, frame), capture_frame_len(frame));
    assert_int_equal(cephx_authorizer_decode(&d, &a), 0);
    assert_int_equal(decode_finish(&d), 0);
    assert_non_null(rotating_keys_find(&keys, a.ticket.secret_id));
    assert_int_equal(cephx_ticket_open(&a.ticket, rotating_keys_find(&keys, a.ticket.secret_id), &info), 0);
    assert_int_equal(info.global_id, 4161);
    assert_string_equal(info.name.id, "admin");
    assert_string_equal(info.caps, "allow *");
    cephx_ticket_info_destroy(&info);
    cephx_ticket_blob_destroy(&a.ticket);
    rotating_keys_wipe(&keys);
    capture_close(&osd);
    capture_close(&mon);
}

/* One captured exchange of authorizers with a monitor, both sides played by us. */
static void replay_mon_peer(const char *name)
{
    struct cephx_service *service = cephx_service_create(conf, ENTITY_TYPE_MON);
    struct auth_accept accept = {0};
    struct cephx_authorizer first;
    struct cephx_ticket_info info;
    struct cephx_authorize proof;
    struct authorizer dial = {0};
    struct auth_identity identity = {0};
    struct session_security *security = NULL, *dial_security = NULL;
    struct cephx_ticket_blob sealed;
    const json_t *f1, *challenge, *f2, *reply_frame;
    size_t c2s = 0, s2c = 0, reply_len;
    struct capture c;
    struct decode d;
    uint8_t *reply;

    open_named(&c, name);
    f1 = capture_next(&c, CAPTURE_C2S, "authorizer", &c2s);
    challenge = capture_next(&c, CAPTURE_S2C, "challenge", &s2c);
    f2 = capture_next(&c, CAPTURE_C2S, "authorizer", &c2s);
    reply_frame = capture_next(&c, CAPTURE_S2C, "authorizer reply", &s2c);
    decode_init(&d, capture_bytes(&c, f1), capture_frame_len(f1));
    assert_int_equal(cephx_authorizer_decode(&d, &first), 0);
    assert_int_equal(cephx_ticket_open(&first.ticket, secret_of("mon."), &info), 0);
    assert_int_equal(cephx_authorizer_open_proof(&first, &info.session_key, &proof), 0);
    assert_int_equal(
        cephx_challenge_decode(&info.session_key, capture_bytes(&c, challenge), 32, &random_values[0]), 0);

    /* dialling: the ticket, the authorizer, the answer */
    assert_int_equal(cephx_ticket_seal(&info, secret_of("mon."), CEPHX_MON_SECRET_ID, &sealed), 0);
    assert_int_equal(sealed.len, first.ticket.len);
    assert_memory_equal(sealed.bytes, first.ticket.bytes, sealed.len);
    assert_int_equal(cephx_dial_start(&dial, 0, ENTITY_TYPE_MON, &sealed, &info.session_key, proof.nonce), 0);
    assert_int_equal(dial.len, capture_frame_len(f1));
    assert_memory_equal(dial.bytes, capture_bytes(&c, f1), dial.len);
    assert_int_equal(cephx_dial_answer(&dial, capture_bytes(&c, challenge), 32), 0);
    assert_memory_equal(dial.bytes, capture_bytes(&c, f2), dial.len);

    /* accepting: the challenge, the reply */
    random_next = 0;
    cephx_service_set_random(service, scripted_random);
    cephx_service_set_mon_key(service, secret_of("mon."));
    assert_int_equal(cephx_service_check(service, &accept, ENTITY_TYPE_MON, capture_bytes(&c, f1),
                                         capture_frame_len(f1), CEPH_FEATURES_ALL, &reply, &reply_len,
                                         &identity, &security),
                     AUTH_CHALLENGE);
    assert_int_equal(reply_len, 32);
    assert_memory_equal(reply, capture_bytes(&c, challenge), 32);
    free(reply);
    assert_int_equal(cephx_service_check(service, &accept, ENTITY_TYPE_MON, capture_bytes(&c, f2),
                                         capture_frame_len(f2), CEPH_FEATURES_ALL, &reply, &reply_len,
                                         &identity, &security),
                     AUTH_OK);
    assert_int_equal(reply_len, capture_frame_len(reply_frame));
    assert_memory_equal(reply, capture_bytes(&c, reply_frame), reply_len);
    assert_int_equal(identity.entity_type, ENTITY_TYPE_MON);
    assert_int_equal(cephx_dial_check_reply(&dial, reply, reply_len, CEPH_FEATURES_ALL, true, &dial_security),
                     0);
    reply[20] ^= 1;
    assert_true(cephx_dial_check_reply(&dial, reply, reply_len, CEPH_FEATURES_ALL, true,
                                       &(struct session_security *){NULL}) < 0);

    dial_security->put(dial_security);
    security->put(security);
    free(reply);
    auth_identity_destroy(&identity);
    cephx_service_release(&accept);
    cephx_service_free(service);
    cephx_dial_release(&dial);
    free(dial.bytes);
    cephx_ticket_blob_destroy(&sealed);
    cephx_ticket_blob_destroy(&first.ticket);
    cephx_ticket_info_destroy(&info);
    capture_close(&c);
}

static void monitors_recognize_each_other_as_captured(void **state UNUSED)
{
    replay_mon_peer("monpeer-ping");
    replay_mon_peer("g-mon-mon");
    replay_mon_peer("monout-open");
}

static void signatures_are_those_captured(void **state UNUSED)
{
    static const char *const versions[] = {"signature_v1", "signature_v2"};
    json_t *crypto = json_vector("auth/crypto.json"), *v;
    size_t i;

    for (unsigned n = 0; n < 2; n++)
        json_array_foreach(json_object_get(crypto, versions[n]), i, v)
        {
            struct signature_input in = {
                .header_crc = (uint32_t)json_hex(v, "header_crc"),
                .front_crc = (uint32_t)json_hex(v, "front_crc"),
                .middle_crc = (uint32_t)json_hex(v, "middle_crc"),
                .data_crc = (uint32_t)json_hex(v, "data_crc"),
                .front_len = (uint32_t)capture_u64(v, "front_len"),
                .middle_len = (uint32_t)capture_u64(v, "middle_len"),
                .data_len = (uint32_t)capture_u64(v, "data_len"),
                .seq = capture_u64(v, "seq"),
            };
            uint64_t features = CEPH_FEATURE_MSG_AUTH | (n ? CEPH_FEATURE_CEPHX_V2 : 0);
            uint64_t want = json_hex(v, "sig");
            struct session_security *s;
            struct crypto_key key;
            size_t len;
            uint8_t *secret = hex_bytes(json_text(v, "session_key"), &len);

            crypto_key_set(&key, secret, (struct utime){0});
            free(secret);
            assert_int_equal(session_security_create(&key, features, true, &s), 0);
            assert_int_equal(s->sign(s, &in), want);
            assert_true(s->check(s, &in, want, true));
            assert_false(s->check(s, &in, want, false));
            assert_false(s->check(s, &in, want ^ 1, true));
            in.header_crc ^= 1; /* the older form covers little else */
            assert_false(s->check(s, &in, want, true));
            s->put(s);
            assert_int_equal(session_security_create(&key, features, false, &s), 0);
            assert_null(s);
            assert_int_equal(session_security_create(&key, 0, true, &s), 0);
            assert_null(s);
        }
    json_decref(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_and_a_reclaim_are_those_captured),
        cmocka_unit_test(a_refusal_ends_the_login),
        cmocka_unit_test(changed_replies_are_refused),
        cmocka_unit_test(rotating_keys_open_the_tickets_of_their_service),
        cmocka_unit_test(monitors_recognize_each_other_as_captured),
        cmocka_unit_test(signatures_are_those_captured),
    };
    size_t len;
    uint8_t *text = vector_load("auth/keyring", &len);
    int failed;

    keyring_init(&ring);
    conf = conf_create("ceph", "client", "admin", false);
    if (keyring_parse(&ring, "keyring", text, len, NULL) || !conf)
        return 1;
    capture_list = capture_index();
    failed = unit_run("cephx_captures", tests);
    json_decref(capture_list);
    conf_free(conf);
    keyring_destroy(&ring);
    free(text);
    return failed;
}
