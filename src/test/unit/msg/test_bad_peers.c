/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers that are none, or break the protocol: the messenger says one line, hangs up, serves everybody else,
 * and keeps the session where there is one to keep. They are plain sockets, so they come by TCP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/msg/messenger_end.h"
#include "common/crc32c.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/msgr_v1_wire.h"

/* ---- what the log says, at its default level ---- */

static char log_path[] = "/tmp/test_bad_peers.XXXXXX";
static long log_seen;

static int open_log(void **state)
{
    struct log_config config = {.file = log_path, .to_file = true};
    char *err = NULL;
    int fd = mkstemp(log_path);

    if (fd < 0 || log_configure(&config, &err))
        return -1;
    close(fd);
    return end_setup(state);
}

static int close_log(void **state)
{
    unlink(log_path);
    log_shutdown();
    return end_teardown(state);
}

/* The next line of the log, waiting for it. */
static void next_line(char *line, int size)
{
    const uint64_t deadline = clock_monotonic_ns() + END_PATIENCE;
    FILE *f = fopen(log_path, "re");
    bool got = false;

    assert_non_null(f);
    while (!got && clock_monotonic_ns() < deadline) {
        assert_int_equal(fseek(f, log_seen, SEEK_SET), 0);
        got = fgets(line, size, f) && strchr(line, '\n');
        if (!got)
            usleep(10000);
    }
    log_seen = ftell(f);
    fclose(f);
    assert_true(got);
}

/* It names the peer and says what is wrong. */
static void assert_next_line_says(const char *text)
{
    char line[1024];

    next_line(line, sizeof(line));
    if (!strstr(line, text) || !strstr(line, "127.0.0.1:"))
        fail_msg("'%s' is not in: %s", text, line);
}

static void assert_no_more_lines(void)
{
    struct stat st;

    log_flush();
    assert_int_equal(stat(log_path, &st), 0);
    assert_int_equal(st.st_size, log_seen);
}

/* ---- the server ---- */

static void serve(struct end *server, struct policy policy)
{
    end_init(server, ENTITY_TYPE_OSD, 0, policy);
    server->echo = true;
    end_bind(server, 0);
    end_start(server);
}

/* A good client has been served all the while. */
static void assert_serves(struct end *server)
{
    struct end client;
    struct connection *c;

    end_init(&client, ENTITY_TYPE_CLIENT, 1, policy_lossy_client(0));
    end_start(&client);
    c = end_dial(&client, server, ENTITY_TYPE_OSD);
    end_send(&client, c, 1, 10);
    WAIT_FOR(&client, received, 1);
    connection_put(c);
    end_stop(&client);
}

/* ---- sockets ---- */

static int raw_connect(struct end *to)
{
    struct entity_addrvec v;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 60};

    assert_int_equal(messenger_addrs(to->m, &v), 0);
    assert_int_equal(connect(fd, &entity_addrvec_find(&v, ENTITY_ADDR_V1)->sa, sizeof(struct sockaddr_in)),
                     0);
    entity_addrvec_destroy(&v);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static void send_bytes(int fd, const void *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

static void receive_bytes(int fd, void *bytes, size_t len)
{
    assert_int_equal(recv(fd, bytes, len, MSG_WAITALL), len);
}

/* Reads until the messenger closes; gives how much it had said. */
static size_t wait_closed(int fd, uint8_t *got, size_t size)
{
    size_t have = 0;
    ssize_t n;

    while ((n = recv(fd, got + have, size - have, 0)) > 0)
        have += (size_t)n;
    assert_true(n == 0 || errno == ECONNRESET);
    close(fd);
    return have;
}

/* It always says its banner first. */
static void assert_closed_on(int fd)
{
    uint8_t got[4096];

    assert_true(wait_closed(fd, got, sizeof(got)) >= MSGR_V1_BANNER_LEN);
    assert_memory_equal(got, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
}

/* ---- bytes of a peer that speaks msgr v1 ---- */

static const struct msgr_v1_connect connect_of_client = {
    .features = CEPH_FEATURES_ALL,
    .host_type = ENTITY_TYPE_CLIENT,
    .global_seq = 1,
    .protocol_version = 24, /* of OSDs, for clients */
    .authorizer_protocol = MSGR_V1_AUTH_NONE,
    .flags = MSGR_V1_CONNECT_LOSSY,
};

static void encode_greeting(struct encode *e, const struct entity_addr *claimed,
                            const struct msgr_v1_connect *connect)
{
    uint8_t bytes[MSGR_V1_CONNECT_LEN];

    encode_bytes(e, MSGR_V1_BANNER, MSGR_V1_BANNER_LEN);
    entity_addr_encode_legacy(claimed, e);
    msgr_v1_connect_encode(connect, bytes);
    encode_bytes(e, bytes, sizeof(bytes));
}

enum damage { NONE, HEADER_CRC, FRONT_CRC, DATA_CRC, LENGTH };

static void encode_message(struct encode *e, uint64_t seq, enum damage damage)
{
    struct msgr_v1_header h = {.seq = seq,
                               .tid = seq,
                               .type = END_MESSAGE_TYPE,
                               .front_len = damage == LENGTH ? UINT32_MAX : sizeof(seq),
                               .data_len = 16,
                               .src = {.type = ENTITY_TYPE_CLIENT, .num = 7}};
    struct msgr_v1_footer f = {.flags = MSGR_V1_FOOTER_COMPLETE};
    uint8_t header[MSGR_V1_HEADER_LEN], footer[MSGR_V1_FOOTER_LEN], data[16];

    msgr_v1_header_encode(&h, header);
    h.crc = msgr_v1_header_crc(header) + (damage == HEADER_CRC);
    msgr_v1_header_encode(&h, header);
    memset(data, (int)seq, sizeof(data));
    f.front_crc = crc32c(0, (const uint8_t *)&seq, sizeof(seq)) + (damage == FRONT_CRC);
    f.data_crc = crc32c(0, data, sizeof(data)) + (damage == DATA_CRC);
    msgr_v1_footer_encode(&f, footer, sizeof(footer));
    encode_u8(e, MSGR_V1_TAG_MSG);
    encode_bytes(e, header, sizeof(header));
    encode_u64(e, seq);
    encode_bytes(e, data, sizeof(data));
    encode_bytes(e, footer, sizeof(footer));
}

static void send_encoded(int fd, struct encode *e)
{
    assert_int_equal(encode_error(e), 0);
    send_bytes(fd, e->data, e->len);
    encode_destroy(e);
}

/* The dialogue of a peer, up to the open session; gives what the server says to have received so far. */
static uint64_t open_session(int fd, const struct entity_addr *claimed, const struct msgr_v1_connect *connect)
{
    uint8_t hello[MSGR_V1_BANNER_LEN + 2 * ENTITY_ADDR_LEGACY_LEN], bytes[MSGR_V1_CONNECT_REPLY_LEN];
    struct msgr_v1_connect_reply reply;
    uint64_t in_seq = 0, ours = 0;
    struct encode e;

    encode_init(&e);
    encode_greeting(&e, claimed, connect);
    send_encoded(fd, &e);
    receive_bytes(fd, hello, sizeof(hello));
    receive_bytes(fd, bytes, sizeof(bytes));
    msgr_v1_connect_reply_decode(&reply, bytes);
    if (reply.tag == MSGR_V1_TAG_SEQ) {
        receive_bytes(fd, &in_seq, sizeof(in_seq));
        send_bytes(fd, &ours, sizeof(ours));
    } else {
        assert_int_equal(reply.tag, MSGR_V1_TAG_READY);
    }
    return in_seq;
}

static void send_message(int fd, uint64_t seq, enum damage damage)
{
    struct encode e;

    encode_init(&e);
    encode_message(&e, seq, damage);
    send_encoded(fd, &e);
}

/* ---- tests ---- */

static void test_strangers(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *line;
    } strangers[] = {
        {"GET / HTTP/1.0\r\n\r\n", 18, "banner is not"},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, "banner is not"}, /* TLS */
        {"ceph v2\n\x10\0\0\0", 12, "the peer speaks msgr v2"},
        {"ceph v026\n", 10, "banner is not"},
    };
    struct end server;

    serve(&server, policy_stateless_server(0));
    for (size_t i = 0; i < ARRAY_SIZE(strangers); i++) {
        int fd = raw_connect(&server);
        send_bytes(fd, strangers[i].bytes, strangers[i].len);
        assert_closed_on(fd);
        assert_next_line_says(strangers[i].line);
    }
    assert_serves(&server);
    assert_no_more_lines();
    assert_int_equal(server.accepts, 1);
    end_stop(&server);
}

/* One says nothing, the other stops in the middle. */
static void test_stalled_handshakes(void **state UNUSED)
{
    struct entity_addr blank = {0};
    struct end server;
    struct encode e;
    int silent, half;

    end_set("ms_handshake_timeout", "0.5");
    serve(&server, policy_stateless_server(0));
    silent = raw_connect(&server);
    half = raw_connect(&server);
    encode_init(&e);
    encode_greeting(&e, &blank, &connect_of_client);
    e.len -= 10;
    send_encoded(half, &e);
    assert_serves(&server);
    assert_closed_on(silent);
    assert_closed_on(half);
    for (int i = 0; i < 2; i++)
        assert_next_line_says("handshake not finished in time");
    assert_no_more_lines();
    end_stop(&server);
    end_set("ms_handshake_timeout", "10");
}

/* What follows a damaged message is not shown to anybody either. */
static void test_damaged_messages(void **state UNUSED)
{
    static const struct {
        enum damage damage;
        const char *line;
    } cases[] = {
        {HEADER_CRC, "message header crc is"},
        {FRONT_CRC, "front crc of message type 1000 seq 2 is"},
        {DATA_CRC, "data crc of message type 1000 seq 2 is"},
        {LENGTH, "has a front of 4294967295 bytes, limit"},
    };
    struct entity_addr blank = {0};
    struct end server;

    serve(&server, policy_stateless_server(0));
    server.echo = false;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t rest[64];
        int fd = raw_connect(&server);
        open_session(fd, &blank, &connect_of_client);
        send_message(fd, 1, NONE);
        WAIT_FOR(&server, received, i + 1);
        send_message(fd, 2, cases[i].damage);
        send_message(fd, 3, NONE);
        wait_closed(fd, rest, sizeof(rest));
        assert_next_line_says(cases[i].line);
        WAIT_FOR(&server, resets, i + 1);
    }
    assert_int_equal(server.received, ARRAY_SIZE(cases));
    assert_int_equal(server.bad, 0);
    server.echo = true;
    assert_serves(&server);
    assert_no_more_lines();
    end_stop(&server);
}

/* A lossless peer goes on where it was: the damaged message comes again, the good one before it does not. */
static void test_damage_keeps_a_lossless_session(void **state UNUSED)
{
    struct msgr_v1_connect connect = connect_of_client;
    struct entity_addr claimed = {0};
    struct end server;
    uint8_t rest[64];
    char why[128];
    int fd;

    assert_true(entity_addr_parse(&claimed, "v1:127.0.0.1:7/7", ENTITY_ADDR_V1, NULL, why, sizeof(why)) >= 0);
    connect.host_type = ENTITY_TYPE_OSD;
    connect.protocol_version = 10; /* messenger_end's */
    connect.flags = 0;
    serve(&server, policy_lossless_peer(0));
    server.echo = false;
    fd = raw_connect(&server);
    assert_int_equal(open_session(fd, &claimed, &connect), 0);
    send_message(fd, 1, NONE);
    WAIT_FOR(&server, received, 1);
    send_message(fd, 2, DATA_CRC);
    wait_closed(fd, rest, sizeof(rest));
    assert_next_line_says("data crc of message type 1000 seq 2 is");

    connect.connect_seq = 2; /* 1 was the session so far */
    connect.global_seq = 2;
    fd = raw_connect(&server);
    assert_int_equal(open_session(fd, &claimed, &connect), 1);
    send_message(fd, 2, NONE);
    WAIT_FOR(&server, received, 2);
    assert_int_equal(server.last_tid, 2);
    assert_int_equal(server.bad + server.out_of_order + server.resets + server.remote_resets, 0);
    assert_no_more_lines();
    close(fd);
    end_stop(&server);
}

/* A whole dialogue and the first message in one piece, from a peer that waits for no answer. */
static void test_hasty_peer(void **state UNUSED)
{
    struct entity_addr blank = {0};
    struct end server;
    struct encode e;
    int fd;

    serve(&server, policy_stateless_server(0));
    end_set("ms_inject_internal_delays", "0.2"); /* all of it has come before the acceptor first looks */
    fd = raw_connect(&server);
    encode_init(&e);
    encode_greeting(&e, &blank, &connect_of_client);
    encode_u64(&e, 0); /* what it has received so far, in answer to SEQ */
    encode_message(&e, 1, NONE);
    send_encoded(fd, &e);
    WAIT_FOR(&server, received, 1);
    end_set("ms_inject_internal_delays", "0");
    assert_int_equal(server.bad, 0);
    close(fd);
    end_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strangers),        cmocka_unit_test(test_stalled_handshakes),
        cmocka_unit_test(test_damaged_messages), cmocka_unit_test(test_damage_keeps_a_lossless_session),
        cmocka_unit_test(test_hasty_peer),
    };

    alarm(300); /* a hang is a failure, not a wait */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("bad_peers", tests, open_log, close_log);
}
