/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Payloads of genuine messages: read, written again to the same bytes, cut short, and shown. */
#include <errno.h>
#include <string.h>

#include "include/ceph_features.h"
#include "messages/m_auth.h"
#include "messages/m_log.h"
#include "messages/m_mgr_map.h"
#include "messages/m_mon_command.h"
#include "messages/m_mon_subscribe.h"
#include "messages/m_osd_map.h"
#include "messages/m_ping.h"
#include "messages/m_pool_op.h"
#include "messages/message_factory.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"

#define OLD_FEATURES UINT64_C(0x401060042041a00)

struct golden {
    const char *file;
    uint16_t type, version, compat;
    uint64_t features;
    const char *text; /* message_describe() */
};

static const struct golden goldens[] = {
    {"ping-reply", MSG_PING, 1, 0, CEPH_FEATURES_ALL, "ping v1"},
    {"mon-map", MSG_MON_MAP, 1, 1, CEPH_FEATURES_ALL, "mon_map(166 bytes) v1"},
    {"mon-map-old-peer", MSG_MON_MAP, 1, 1, OLD_FEATURES, "mon_map(187 bytes) v1"},
    {"statfs", MSG_STATFS, 2, 1, CEPH_FEATURES_ALL, "statfs(v0) v2"},
    {"statfs-reply", MSG_STATFS_REPLY, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-subscribe-config", MSG_MON_SUBSCRIBE, 3, 1, CEPH_FEATURES_ALL,
     "mon_subscribe({config=0+,monmap=0+}) v3"},
    {"mon-subscribe-osdmap", MSG_MON_SUBSCRIBE, 3, 1, CEPH_FEATURES_ALL, "mon_subscribe({osdmap=0}) v3"},
    {"mon-subscribe-mgr", MSG_MON_SUBSCRIBE, 3, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-subscribe-old", MSG_MON_SUBSCRIBE, 0, 1, OLD_FEATURES, "mon_subscribe({config=0+,monmap=0+}) v0"},
    {"mon-subscribe-ack", MSG_MON_SUBSCRIBE_ACK, 1, 1, OLD_FEATURES, "mon_subscribe_ack(86400s) v1"},
    {"auth-first", MSG_AUTH, 1, 1, CEPH_FEATURES_ALL, "auth(proto 0 30 bytes epoch 0) v1"},
    {"auth-cephx-tickets", MSG_AUTH, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"auth-reply-none", MSG_AUTH_REPLY, 1, 1, CEPH_FEATURES_ALL,
     "auth_reply(proto 1 result 0 gid 4104 0 bytes) v1"},
    {"auth-reply-cephx", MSG_AUTH_REPLY, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-get-version", MSG_MON_GET_VERSION, 1, 1, CEPH_FEATURES_ALL,
     "mon_get_version(what=osdmap handle=1) v1"},
    {"mon-get-version-reply", MSG_MON_GET_VERSION_REPLY, 2, 2, CEPH_FEATURES_ALL, NULL},
    {"osd-map-full", MSG_OSD_MAP, 4, 3, CEPH_FEATURES_ALL, NULL},
    {"osd-map-inc", MSG_OSD_MAP, 4, 3, CEPH_FEATURES_ALL, NULL},
    {"pool-op-reply", MSG_POOLOP_REPLY, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"pool-op-create", MSG_POOLOP, 4, 2, CEPH_FEATURES_ALL, NULL},
    {"pool-op-delete", MSG_POOLOP, 4, 2, CEPH_FEATURES_ALL, NULL},
    {"pool-op-create-snap", MSG_POOLOP, 4, 2, CEPH_FEATURES_ALL, NULL},
    {"pool-op-create-unmanaged-snap", MSG_POOLOP, 4, 2, CEPH_FEATURES_ALL, NULL},
    {"mon-command-status", MSG_MON_COMMAND, 1, 1, CEPH_FEATURES_ALL,
     "mon_command({\"prefix\": \"status\"} v 0) v1"},
    {"mon-command-osd-pool-create", MSG_MON_COMMAND, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-command-ack-status", MSG_MON_COMMAND_ACK, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-command-ack-osd-pool-create", MSG_MON_COMMAND_ACK, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"log", MSG_LOG, 1, 1, CEPH_FEATURES_ALL, "log(2 entries from seq 1) v1"},
    {"log-ack", MSG_LOGACK, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"get-pool-stats", MSG_GETPOOLSTATS, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"get-pool-stats-reply", MSG_GETPOOLSTATSREPLY, 2, 1, CEPH_FEATURES_ALL, NULL},
    {"mon-global-id", MSG_MON_GLOBAL_ID, 1, 1, CEPH_FEATURES_ALL, "mon_global_id(4096) v1"},
    {"config", MSG_CONFIG, 1, 1, CEPH_FEATURES_ALL, "config(0 keys) v1"},
    {"command", MSG_COMMAND, 1, 1, CEPH_FEATURES_ALL,
     "command({\"prefix\": \"get_command_descriptions\"}) v1"},
    {"command-reply", MSG_COMMAND_REPLY, 1, 1, CEPH_FEATURES_ALL, "command_reply(0 ) v1"},
    {"mgr-map", MSG_MGR_MAP, 1, 1, CEPH_FEATURES_ALL, "mgrmap(e 145) v1"},
    {"watch-notify", MSG_WATCH_NOTIFY, 3, 1, CEPH_FEATURES_ALL, NULL},
    {"watch-notify-complete", MSG_WATCH_NOTIFY, 3, 1, CEPH_FEATURES_ALL, NULL},
    {"osd-backoff-block", MSG_OSD_BACKOFF, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"osd-backoff-unblock", MSG_OSD_BACKOFF, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"osd-ping", MSG_OSD_PING, 5, 4, CEPH_FEATURES_ALL, NULL},
    {"osd-ping-reply", MSG_OSD_PING, 5, 4, CEPH_FEATURES_ALL, NULL},
    {"osd-boot", MSG_OSD_BOOT, 7, 7, CEPH_FEATURES_ALL, NULL},
    {"osd-failure", MSG_OSD_FAILURE, 4, 4, CEPH_FEATURES_ALL, NULL},
    {"osd-alive", MSG_OSD_ALIVE, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"osd-mark-me-down", MSG_OSD_MARK_ME_DOWN, 4, 3, CEPH_FEATURES_ALL, NULL},
    {"osd-beacon", MSG_OSD_BEACON, 3, 1, CEPH_FEATURES_ALL, NULL},
    {"osd-pg-created", MSG_OSD_PG_CREATED, 1, 1, CEPH_FEATURES_ALL, NULL},
    {"pg-stats", MSG_PGSTATS, 2, 1, CEPH_FEATURES_ALL, "pg_stats(3 pgs seq 21474836481 v 0) v2"},
    {"mgr-configure", MSG_MGR_CONFIGURE, 4, 1, CEPH_FEATURES_ALL, "mgrconfigure(period=5, threshold=5) v4"},
    {"osd-pg-create2", MSG_OSD_PG_CREATE2, 2, 1, CEPH_FEATURES_ALL, NULL},
};

/* A received message around the bytes of a vector. */
static struct message *received(const struct golden *g)
{
    struct message *m = message_create(g->type, g->version, g->compat);
    char name[128];
    size_t len;
    uint8_t *bytes;

    snprintf(name, sizeof(name), "messages/%s.bin", g->file);
    bytes = vector_load(name, &len);
    assert_non_null(m);
    m->front = slice_of(buffer_wrap_malloc(bytes, len));
    assert_non_null(m->front.buf);
    return m;
}

static struct message *received_file(const char *file)
{
    for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
        if (strcmp(goldens[i].file, file) == 0)
            return received(&goldens[i]);
    }
    fail_msg("no vector %s", file);
    return NULL;
}

static void test_same_bytes(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
        const struct golden *g = &goldens[i];
        const struct message_codec *codec = message_factory_find(g->type);
        struct message *in = received(g), *out;
        const struct message_encoding *enc;
        void *payload;

        assert_non_null(codec);
        payload = malloc(codec->size);
        assert_non_null(payload);
        if (message_codec_decode(codec, payload, in))
            fail_msg("%s: not decoded", g->file);
        out = message_codec_message(codec, payload);
        free(payload);
        assert_non_null(out);
        enc = message_encoding_for(out, g->features);
        assert_non_null(enc);
        if (enc->front.len != in->front.len || memcmp(enc->front.data, in->front.data, in->front.len) != 0)
            fail_msg("%s: %zu bytes became %zu others", g->file, in->front.len, enc->front.len);
        assert_int_equal(enc->version, g->version);
        assert_int_equal(enc->compat_version, g->compat);
        message_put(in);
        message_put(out);
    }
}

/* Every strict prefix must be refused, except where a message may end early. */
static void test_cut_short(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
        const struct golden *g = &goldens[i];
        const struct message_codec *codec = message_factory_find(g->type);
        struct message *m = received(g);
        size_t full = m->front.len;
        void *payload = malloc(codec->size);

        assert_non_null(payload);
        for (size_t len = 0; len < full; len++) {
            bool may_end = (g->type == MSG_AUTH && len == full - 4) || (g->type == MSG_PING && len == 0);
            int r;

            m->front.len = len;
            r = message_codec_decode(codec, payload, m);
            if ((r == 0) != may_end)
                fail_msg("%s cut to %zu of %zu bytes: %d", g->file, len, full, r);
            if (r == 0)
                message_codec_destroy(codec, payload);
        }
        free(payload);
        message_put(m);
    }
}

static void test_trailing_bytes(void **state UNUSED)
{
    struct message *m = received_file("mon-map");
    struct m_mon_command c;
    struct m_auth_reply reply;
    uint8_t longer[64] = {0};

    assert_int_equal(m_mon_command_decode(&c, m), -EPROTOTYPE);
    message_put(m);

    m = received_file("auth-reply-none");
    memcpy(longer, m->front.data, m->front.len);
    m->front.data = longer;
    m->front.len++;
    assert_int_equal(m_auth_reply_decode(&reply, m), -EBADMSG);
    m->version = 2; /* a newer sender may add fields */
    assert_int_equal(m_auth_reply_decode(&reply, m), 0);
    m_auth_reply_destroy(&reply);
    m->compat_version = 2; /* but may also forbid to ignore them */
    assert_int_equal(m_auth_reply_decode(&reply, m), -EOPNOTSUPP);
    message_put(m);
}

static void test_describe(void **state UNUSED)
{
    char buf[MESSAGE_DESCRIBE_MAX];
    struct message *m;

    for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
        m = received(&goldens[i]);
        message_describe(m, buf, sizeof(buf));
        assert_null(strstr(buf, "unreadable"));
        if (goldens[i].text)
            assert_string_equal(buf, goldens[i].text);
        message_put(m);
    }

    m = received_file("statfs");
    m->front.len--;
    assert_string_equal(message_describe(m, buf, sizeof(buf)), "statfs(unreadable, 34 bytes) v2");
    message_put(m);
    m = message_create(9999, 7, 1);
    assert_string_equal(message_describe(m, buf, sizeof(buf)), "unknown type=9999 v7");
    message_put(m);
    m = message_create(MSG_OSD_PG_TRIM, 2, 2);
    assert_string_equal(message_describe(m, buf, sizeof(buf)), "pg_trim type=86 v2");
    message_put(m);
}

/* What the fields of some vectors are, by the captured programs' own words. */
static void test_fields(void **state UNUSED)
{
    struct message *m = received_file("pool-op-create");
    struct m_pool_op op;
    struct m_log log;
    struct m_osd_map maps;

    assert_int_equal(m_pool_op_decode(&op, m), 0);
    assert_int_equal(op.op, POOL_OP_CREATE);
    assert_int_equal(op.crush_rule, -1);
    m_pool_op_destroy(&op);
    message_put(m);

    m = received_file("log");
    assert_int_equal(m_log_decode(&log, m), 0);
    message_put(m);
    assert_int_equal(log.count, 2);
    assert_string_equal(log.entries[0].message, "purged_snaps scrub starts");
    assert_string_equal(log.entries[0].channel, "cluster");
    assert_string_equal(log.entries[0].name.id, "0");
    assert_int_equal(log.entries[0].priority, LOG_ENTRY_DEBUG);
    assert_int_equal(log.entries[1].seq, 2);
    m_log_destroy(&log);

    /* Slices outlive the message. */
    m = received_file("osd-map-inc");
    assert_int_equal(m_osd_map_decode(&maps, m), 0);
    message_put(m);
    assert_int_equal(maps.full_count, 0);
    assert_true(maps.incremental_count > 0);
    assert_int_equal(maps.incrementals[0].map.data[0], 8); /* struct_v of an incremental */
    m_osd_map_destroy(&maps);
}

static void test_auth_request(void **state UNUSED)
{
    struct message *m = received_file("auth-first");
    struct m_auth auth;
    struct auth_request request;
    struct encode e;

    assert_int_equal(m_auth_decode(&auth, m), 0);
    assert_int_equal(auth_request_decode(&request, &auth.payload), 0);
    assert_int_equal(request.name.type, ENTITY_TYPE_CLIENT);
    assert_string_equal(request.name.id, "admin");
    assert_int_equal(request.protocol_count, 1);
    assert_int_equal(request.protocols[0], 1);
    encode_init(&e);
    auth_request_encode(&request, &e);
    assert_int_equal(e.len, auth.payload.len);
    assert_memory_equal(e.data, auth.payload.data, e.len);
    for (size_t len = 0; len < e.len; len++) {
        struct slice cut = {.data = e.data, .len = len};
        struct auth_request none;

        assert_int_equal(auth_request_decode(&none, &cut), -EBADMSG);
    }
    encode_destroy(&e);
    auth_request_destroy(&request);
    m_auth_destroy(&auth);
    message_put(m);
}

/* One message to two peers of which one is old. */
static void test_subscribe_by_features(void **state UNUSED)
{
    struct m_mon_subscribe s = {0};
    struct message *m, *old;
    const struct message_encoding *enc;
    char buf[MESSAGE_DESCRIBE_MAX];

    assert_int_equal(m_mon_subscribe_add(&s, "osdmap", 8, 0), 0);
    assert_int_equal(m_mon_subscribe_add(&s, "monmap", 1, MON_SUBSCRIBE_ONETIME), 0);
    m = m_mon_subscribe_message(&s);
    assert_non_null(m);
    assert_int_equal(s.count, 0);
    message_describe(m, buf, sizeof(buf));
    assert_string_equal(buf, "mon_subscribe({monmap=1,osdmap=8+}) v3");

    assert_int_equal(message_encoding_for(m, CEPH_FEATURES_ALL)->version, 3);
    enc = message_encoding_for(m, OLD_FEATURES);
    assert_int_equal(enc->version, 0);
    assert_int_equal(enc->front.len, 4 + 2 * (4 + 6 + 17));

    old = message_create(MSG_MON_SUBSCRIBE, 0, 1);
    old->front = slice_get(&enc->front);
    assert_int_equal(m_mon_subscribe_decode(&s, old), 0);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.items[1].start, 8);
    assert_int_equal(s.items[0].flags, MON_SUBSCRIBE_ONETIME);
    m_mon_subscribe_destroy(&s);
    message_put(old);
    message_put(m);
}

static void test_ping_request(void **state UNUSED)
{
    struct m_ping ping = {0};
    struct message *m = m_ping_message(&ping);

    assert_non_null(m);
    assert_int_equal(m->front.len, 0);
    assert_int_equal(m->compat_version, 1);
    assert_int_equal(m_ping_decode(&ping, m), 0);
    assert_null(ping.report);
    m_ping_destroy(&ping);
    message_put(m);
}

/* A count that the bytes cannot hold is refused before memory is taken for it. */
static void test_huge_counts(void **state UNUSED)
{
    static const uint8_t huge[] = {0xff, 0xff, 0xff, 0x7f, 1, 2, 3, 4};
    struct message *m = message_create(MSG_CONFIG, 1, 1);
    const struct message_codec *codec = message_factory_find(MSG_CONFIG);
    void *payload = malloc(codec->size);

    m->front = (struct slice){.data = huge, .len = sizeof(huge)};
    assert_int_equal(message_codec_decode(codec, payload, m), -EBADMSG);
    free(payload);
    message_put(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_trailing_bytes),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_auth_request),
        cmocka_unit_test(test_subscribe_by_features),
        cmocka_unit_test(test_ping_request),
        cmocka_unit_test(test_huge_counts),
    };
    return unit_run("messages", tests);
}
