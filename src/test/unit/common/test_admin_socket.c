/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client of the admin socket sees, and what a bad one can do to it. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test/unit/unit.h"
#include "common/admin_commands.h"
#include "common/admin_socket.h"
#include "common/command_sig.h"

static char dir[] = "/tmp/test_asok.XXXXXX";
static char path[64];
static struct admin_socket *as;
static struct conf *conf;

static int setup(void **state UNUSED)
{
    int r = admin_socket_start(&as, path, 0600, NULL);

    conf = conf_create("ceph", "mon", "a", true);
    conf_started(conf);
    return r ? r : admin_commands_register(as, conf);
}

static int teardown(void **state UNUSED)
{
    admin_socket_stop(as);
    as = NULL;
    conf_free(conf);
    return 0;
}

static char *ask(const char *request)
{
    char *answer, *err = NULL;
    size_t len;

    if (admin_socket_ask(path, request, 5000, &answer, &len, &err))
        fail_msg("%s: %s", request, err);
    assert_int_equal(len, strlen(answer));
    return answer;
}

static void answers(const char *request, const char *want)
{
    char *answer = ask(request);

    assert_string_equal(answer, want);
    free(answer);
}

static void answer_has(const char *request, const char *want)
{
    char *answer = ask(request);

    if (!strstr(answer, want))
        fail_msg("%s gave %s", request, answer);
    free(answer);
}

static void test_config_commands(void **state UNUSED)
{
    answers("{\"prefix\":\"config get\",\"var\":\"ms_type\"}", "{\n    \"ms_type\": \"simple\"\n}\n");
    answers("{\"prefix\":\"config get\",\"var\":\"ms type\",\"format\":\"json\"}",
            "{\"ms_type\":\"simple\"}");
    answers("{\"prefix\":\"config get\",\"var\":\"nope\"}",
            "ERROR: (2) No such file or directory\nerror getting 'nope': (2) No such file or directory\n");
    answers("{\"prefix\":\"config get\"}", "ERROR: (22) Invalid argument\nargument var is missing\n");
    answers("{\"prefix\":\"config set\",\"var\":\"debug_ms\",\"val\":[\"5\"],\"format\":\"json\"}",
            "{\"success\":\"\"}");
    answers("{\"prefix\":\"config get\",\"var\":\"debug_ms\",\"format\":\"json\"}", "{\"debug_ms\":\"5/5\"}");
    answers("{\"prefix\":\"config diff get\",\"var\":\"debug_ms\",\"format\":\"json\"}",
            "{\"diff\":{\"debug_ms\":{\"default\":\"0/0\",\"override\":\"5/5\",\"final\":\"5/5\"}}}");
    answer_has("{\"prefix\":\"config diff\"}", "\"debug_ms\"");
    answers("{\"prefix\":\"config unset\",\"var\":\"debug_ms\",\"format\":\"json\"}", "{\"success\":\"\"}");
    answers("{\"prefix\":\"config diff\",\"format\":\"json\"}", "{\"diff\":{}}");
    answers("{\"prefix\":\"config set\",\"var\":\"ms_type\",\"val\":[\"rsockets\"]}",
            "ERROR: (1) Operation not permitted\nerror setting 'ms_type' to 'rsockets': (1) Operation not "
            "permitted: "
            "ms_type can be set at start-up only\n");
    answer_has("{\"prefix\":\"config set\",\"var\":\"ms_tcp_rcvbuf\",\"val\":[\"x\"]}", "such as 4096, 4K");
    answer_has("{\"prefix\":\"config set\",\"var\":\"ms_tcp_rcvbuf\",\"val\":[\"4K\"]}",
               "ms_tcp_rcvbuf = '4096' (not observed, change may require restart) ");
    answer_has("{\"prefix\":\"injectargs\",\"injected_args\":[\"--debug_ms 3\",\"--no-ms-tcp-nodelay\"]}",
               "{}");
    assert_false(conf_bool(conf, OPT_ms_tcp_nodelay));
    answer_has("{\"prefix\":\"injectargs\",\"injected_args\":[\"--nope\"]}", "unknown option '--nope'");
    answer_has("{\"prefix\":\"config help\",\"var\":\"ms_worker_threads\"}", "\"max\": 64");
    answer_has("{\"prefix\":\"config show\"}", "{\n    \"name\": \"mon.a\",\n    \"cluster\": \"ceph\",\n");
}

static void test_other_commands(void **state UNUSED)
{
    answer_has("{\"prefix\":\"version\"}", "\"version\": \"" PACKAGE_VERSION "\"");
    answer_has("{\"prefix\":\"help\"}", "\"config get\": ");
    answer_has("{\"prefix\":\"get_command_descriptions\"}", "\"sig\": [\n            \"config\",\n");
    answer_has("{\"prefix\":\"perf dump\"}", "{}");
    answer_has("{\"prefix\":\"perf reset\",\"var\":\"all\"}", "\"success\": \"perf reset all\"");
    answers("{\"prefix\":\"log flush\"}", "{}\n");
    answers("{\"prefix\":\"0\"}", "2");
    answers("0", "2");
}

static void test_bad_requests(void **state UNUSED)
{
    answers("{bad", "ERROR: (22) Invalid argument\ninvalid json\n");
    answers("", "ERROR: (22) Invalid argument\ninvalid json\n");
    answers("[]", "ERROR: (22) Invalid argument\ninvalid json\n");
    answers("{\"prefix\":[]}", "ERROR: (22) Invalid argument\ninvalid json, missing format and/or prefix\n");
    answers("{\"prefix\":\"nope\"}", "ERROR: (22) Invalid argument\nunknown command prefix nope\n");
}

static int echo(void *arg, const json_t *cmd, struct formatter *f UNUSED, struct strbuf *out,
                char **err UNUSED)
{
    atomic_fetch_add((atomic_int *)arg, 1);
    usleep(1000);
    strbuf_add(out, command_str(cmd, "text", ""));
    return 0;
}

static void test_own_commands(void **state UNUSED)
{
    atomic_int calls = 0;

    assert_int_equal(
        admin_socket_register(as, "echo name=text,type=CephString", "say it again", echo, &calls), 0);
    assert_int_equal(admin_socket_register(as, "echo", "twice", echo, &calls), -EEXIST);
    answers("{\"prefix\":\"echo\",\"text\":\"hi\"}", "hi");
    admin_socket_unregister(as, &calls);
    answers("{\"prefix\":\"echo\",\"text\":\"hi\"}",
            "ERROR: (22) Invalid argument\nunknown command prefix echo\n");
    assert_int_equal(calls, 1);
}

static int raw_connect(void)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
    return fd;
}

static void test_silent_clients_hold_up_nobody(void **state UNUSED)
{
    int fds[20];

    for (int i = 0; i < 20; i++)
        fds[i] = raw_connect();
    assert_int_equal(send(fds[0], "{\"pre", 5, 0), 5);
    close(fds[1]); /* and one that goes away */
    answers("{\"prefix\":\"0\"}", "2");
    for (int i = 0; i < 20; i++)
        if (i != 1)
            close(fds[i]);
    answers("{\"prefix\":\"0\"}", "2");
}

static void test_request_in_pieces_and_endless(void **state UNUSED)
{
    static char junk[4096];
    char reply[5];
    int fd = raw_connect();

    assert_int_equal(send(fd, "{\"prefix\":", 10, 0), 10);
    usleep(20000);
    assert_int_equal(send(fd, "\"0\"}\n", 5, 0), 5);
    assert_int_equal(recv(fd, reply, 5, MSG_WAITALL), 5);
    assert_memory_equal(reply,
                        "\0\0\0\1"
                        "2",
                        5);
    close(fd);
    /* one that never ends is cut off */
    memset(junk, 'x', sizeof(junk));
    fd = raw_connect();
    for (int i = 0; i < 1000; i++)
        if (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) < 0)
            break;
    assert_true(recv(fd, reply, 1, 0) <= 0);
    close(fd);
}

static void *client(void *arg)
{
    for (int i = 0; i < 50; i++) {
        char *answer;
        size_t len;
        if (admin_socket_ask(path, "{\"prefix\":\"echo\",\"text\":\"x\"}", 5000, &answer, &len, NULL))
            return arg;
        free(answer);
    }
    return NULL;
}

static void test_many_clients_while_commands_come_and_go(void **state UNUSED)
{
    pthread_t t[3];

    for (size_t i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, client, (void *)(i + 1));
    for (int i = 0; i < 30; i++) {
        atomic_int calls = 0;
        assert_int_equal(admin_socket_register(as, "echo name=text,type=CephString", "", echo, &calls), 0);
        usleep(2000);
        admin_socket_unregister(as, &calls);
    }
    for (int i = 0; i < 3; i++) {
        void *bad;
        pthread_join(t[i], &bad);
        assert_null(bad);
    }
}

static void test_who_owns_the_path(void **state UNUSED)
{
    struct admin_socket *second;
    char *err = NULL, *answer, long_path[200], want[200];
    struct stat st;
    size_t len;

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(admin_socket_start(&second, path, -1, &err), -EADDRINUSE);
    assert_non_null(strstr(err, "is another daemon of this name running?"));
    answers("{\"prefix\":\"0\"}", "2");

    admin_socket_stop(as);
    as = NULL;
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(admin_socket_ask(path, "{}", 1000, &answer, &len, &err), -ENOENT);

    /* left behind by a process that died */
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
    close(fd);
    assert_int_equal(admin_socket_start(&as, path, -1, &err), 0);
    admin_socket_stop(as);
    as = NULL;

    /* something else that must not be removed */
    fclose(fopen(path, "w"));
    assert_int_equal(admin_socket_start(&second, path, -1, &err), -EADDRINUSE);
    assert_int_equal(stat(path, &st), 0);
    unlink(path);

    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(admin_socket_start(&second, long_path, -1, &err), -ENAMETOOLONG);
    assert_int_equal(admin_socket_start(&second, "/nonexistent/x.asok", -1, &err), -ENOENT);
    snprintf(want, sizeof(want), "cannot make admin socket /nonexistent/x.asok: %s", strerror(ENOENT));
    assert_string_equal(err, want);
    free(err);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_config_commands),
        TEST(test_other_commands),
        TEST(test_bad_requests),
        TEST(test_own_commands),
        TEST(test_silent_clients_hold_up_nobody),
        TEST(test_request_in_pieces_and_endless),
        TEST(test_many_clients_while_commands_come_and_go),
        TEST(test_who_owns_the_path),
    };
    int r;

    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof(path), "%s/a.asok", dir);
    r = unit_run("admin_socket", tests);
    rmdir(dir);
    return r;
}
