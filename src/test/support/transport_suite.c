/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/support/transport_suite.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "test/support/transport_rig.h"
#include "test/unit/unit.h"
#include "transport/sockaddr.h"

struct transport_suite suite;

#define PATIENCE_MS 60000u

static const struct sockaddr *sa(const struct sockaddr_storage *ss)
{
    return (const struct sockaddr *)ss;
}

static void assert_echoed(struct rig *rig, unsigned sources)
{
    unsigned n = 0;

    list_for_each(e, &rig->ends, struct rig_end, link)
        if (e->mode == RIG_SOURCE) {
            assert_int_equal(e->error, 0);
            assert_false(e->corrupt);
            assert_int_equal(e->received, e->to_receive);
            n++;
        }
    assert_int_equal(n, sources);
}

static void wait_accepted(struct rig *rig, unsigned n)
{
    assert_true(rig_run(rig, rig_accepted, &n, PATIENCE_MS));
}

static void echo(const struct sockaddr_storage *address)
{
    struct rig rig;
    struct rig_end *client, *server;
    struct sockaddr_storage local, peer, server_local, server_peer;
    struct transport_status before, after;

    suite.t->status(&before);
    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(address), RIG_ECHO);
    assert_int_not_equal(sockaddr_port(sa(&rig.bound)), 0);
    client = rig_dial(&rig, RIG_SOURCE, 1000);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    assert_echoed(&rig, 1);

    server = rig_last_accepted(&rig);
    assert_int_equal(suite.t->names(client->socket, &local, &peer), 0);
    assert_int_equal(suite.t->names(server->socket, &server_local, &server_peer), 0);
    assert_true(sockaddr_equal(sa(&peer), sa(&rig.bound)));
    assert_true(sockaddr_equal(sa(&peer), sa(&server_local)));
    assert_true(sockaddr_equal(sa(&local), sa(&server_peer)));
    assert_true(sockaddr_equal(sa(&local), sa(&server->peer)));

    suite.t->status(&after);
    assert_int_equal(after.sockets, 2);
    assert_int_equal(after.listeners, 1);
    assert_int_equal(after.accepted - before.accepted, 1);
    assert_int_equal(after.dialled - before.dialled, 1);
    assert_int_equal(after.bytes_received - before.bytes_received, 2000);
    assert_int_equal(after.bytes_sent - before.bytes_sent, 2000);
    rig_destroy(&rig);
    suite.t->status(&after);
    assert_int_equal(after.sockets, 0);
    assert_int_equal(after.listeners, 0);
}

void suite_echo_and_names(void **state UNUSED)
{
    echo(&suite.v4);
}

void suite_echo_over_ipv6(void **state UNUSED)
{
    if (suite.v6.ss_family != AF_INET6)
        skip();
    echo(&suite.v6);
}

void suite_large_transfers_both_ways(void **state UNUSED)
{
    struct rig rig;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_ECHO);
    for (int i = 0; i < 3; i++)
        rig_dial(&rig, RIG_SOURCE, suite.bulk);
    assert_true(rig_run(&rig, rig_sources_done, NULL, 10 * PATIENCE_MS));
    assert_echoed(&rig, 3);
    rig_destroy(&rig);
}

void suite_many_connections(void **state UNUSED)
{
    struct rig rig;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_ECHO);
    for (unsigned i = 0; i < suite.connections; i++)
        rig_dial(&rig, RIG_SOURCE, 20000 + i);
    assert_true(rig_run(&rig, rig_sources_done, NULL, 10 * PATIENCE_MS));
    assert_echoed(&rig, suite.connections);
    rig_destroy(&rig);
}

void suite_spinning_works_the_same(void **state UNUSED)
{
    struct rig rig;

    rig_init(&rig, suite.t);
    rig.spin_ns = 200 * NSEC_PER_USEC;
    rig_listen(&rig, sa(&suite.v4), RIG_ECHO);
    rig_dial(&rig, RIG_SOURCE, 300000);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    assert_echoed(&rig, 1);
    rig_destroy(&rig);
}

static bool received_all(struct rig *rig UNUSED, void *end)
{
    struct rig_end *e = end;

    return e->received >= e->to_receive || e->ended || e->error;
}

void suite_thousands_of_pieces_in_one_send(void **state UNUSED)
{
    enum { PIECES = 3000, EACH = 16 };
    static uint8_t data[PIECES * EACH];
    static struct iovec iov[PIECES];
    struct rig rig;
    struct rig_end *from, *to;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_SINK);
    from = rig_dial(&rig, RIG_MUTE, 0);
    wait_accepted(&rig, 1);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    to = rig_last_accepted(&rig);
    to->seed = 77;
    to->to_receive = sizeof(data);
    rig_fill(77, 0, data, sizeof(data));
    for (int i = 0; i < PIECES; i++)
        iov[i] = (struct iovec){data + (size_t)i * EACH, EACH};
    assert_int_equal(suite.t->sendv(from->socket, iov, PIECES), sizeof(data));
    assert_true(rig_run(&rig, received_all, to, PATIENCE_MS));
    assert_int_equal(to->received, sizeof(data));
    assert_false(to->corrupt);
    rig_destroy(&rig);
}

void suite_refused(void **state UNUSED)
{
    struct rig rig;
    struct sockaddr_storage nobody;
    struct rig_end *e;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    nobody = rig.bound;
    suite.t->unlisten(rig.listener);
    rig.listener = NULL;
    e = rig_dial_to(&rig, sa(&nobody), RIG_MUTE, 0, 30 * NSEC_PER_SEC);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    assert_int_equal(e->error, -ECONNREFUSED);
    assert_null(e->socket);
    rig_destroy(&rig);
}

void suite_dial_deadline(void **state UNUSED)
{
    struct rig rig;
    struct rig_end *e;
    uint64_t start;

    if (suite.silent.ss_family == AF_UNSPEC)
        skip();
    rig_init(&rig, suite.t);
    start = clock_monotonic_ns();
    e = rig_dial_to(&rig, sa(&suite.silent), RIG_MUTE, 0, 300 * NSEC_PER_MSEC);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    assert_int_equal(e->error, -ETIMEDOUT);
    assert_in_range(clock_monotonic_ns() - start, 300 * NSEC_PER_MSEC, 3 * NSEC_PER_SEC);
    rig_destroy(&rig);
}

struct calls {
    atomic_int n;
    struct transport_socket *socket;
};

static void count_call(void *arg, int error UNUSED, struct transport_socket *s)
{
    struct calls *c = arg;

    c->socket = s;
    atomic_fetch_add(&c->n, 1);
}

void suite_cancel_before_and_after(void **state UNUSED)
{
    const uint64_t deadline = clock_monotonic_ns() + 60 * NSEC_PER_SEC;
    unsigned never = 0, ran = 0;
    struct rig rig;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    for (int i = 0; i < 40; i++) {
        struct calls calls = {0};
        struct transport_dial *d;
        bool has_run;

        assert_int_equal(suite.t->dial(sa(&rig.bound), sockaddr_len(sa(&rig.bound)), NULL, 0, &rig.options,
                                       deadline, count_call, &calls, &d),
                         0);
        if (i % 2) /* a while later, a longer one each time */
            rig_run(&rig, NULL, NULL, (unsigned)i);
        while (i == 39 && !calls.n)
            rig_run(&rig, NULL, NULL, 1);
        has_run = suite.t->cancel(d);
        assert_int_equal(calls.n, has_run);
        if (has_run && calls.socket)
            suite.t->close(calls.socket);
        never += !has_run;
        ran += has_run;
    }
    assert_true(ran > 0);
    assert_true(never + ran == 40);
    rig_destroy(&rig);
}

void suite_queued_data_arrives_after_close(void **state UNUSED)
{
    static uint8_t out[RIG_BUFFER];
    struct rig rig;
    struct rig_end *from, *to;
    uint64_t sent = 0;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    from = rig_dial(&rig, RIG_MUTE, 0);
    wait_accepted(&rig, 1);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    to = rig_last_accepted(&rig);
    /* Unread input on the closing side must not cost the peer what was sent to it. */
    assert_int_equal(suite.t->sendv(to->socket, &(struct iovec){"unread", 6}, 1), 6);
    for (;;) {
        ssize_t n;

        rig_fill(5, sent, out, sizeof(out));
        n = suite.t->sendv(from->socket, &(struct iovec){out, sizeof(out)}, 1);
        if (n == -EAGAIN)
            break;
        assert_true(n > 0);
        sent += (uint64_t)n;
    }
    rig_hang_up(from);
    rig_run(&rig, NULL, NULL, 50);
    to->seed = 5;
    to->to_receive = UINT64_MAX;
    to->mode = RIG_SINK;
    to->interest = TRANSPORT_READ;
    suite.t->poller_set(rig.poller, to->socket, TRANSPORT_READ);
    assert_true(rig_run(&rig, received_all, to, PATIENCE_MS));
    assert_int_equal(to->received, sent);
    assert_false(to->corrupt);
    assert_true(to->ended);
    rig_destroy(&rig);
}

void suite_removal_during_a_batch(void **state UNUSED)
{
    enum { N = 6 };
    struct rig rig;
    struct transport_event *events;
    unsigned seen = 0, removed = 0;
    int n;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    for (int i = 0; i < N; i++)
        rig_dial(&rig, RIG_MUTE, 0);
    wait_accepted(&rig, N);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    list_for_each(e, &rig.ends, struct rig_end, link)
        suite.t->poller_set(rig.poller, e->socket, TRANSPORT_WRITE);
    do
        n = suite.t->poller_wait(rig.poller, UINT64_MAX, 0, &events);
    while (n < 2);
    for (int i = 0; i < n; i++) {
        if (!events[i].arg)
            continue;
        seen++;
        list_for_each(e, &rig.ends, struct rig_end, link)
            if (e->socket) {
                rig_hang_up(e);
                removed++;
            }
    }
    assert_int_equal(seen, 1);
    assert_int_equal(removed, 2 * N);
    for (int i = 0; i < n; i++)
        assert_null(events[i].arg);
    assert_int_equal(suite.t->poller_wait(rig.poller, 0, 0, &events), 0);
    rig_destroy(&rig);
}

static void *wake_later(void *arg)
{
    struct rig *rig = arg;
    const struct timespec pause = {.tv_nsec = 1000000};

    for (int i = 0; i < 50; i++) {
        nanosleep(&pause, NULL);
        rig->t->poller_wake(rig->poller);
    }
    return NULL;
}

void suite_wake_and_deadline(void **state UNUSED)
{
    struct rig rig;
    struct transport_event *events;
    pthread_t waker;
    uint64_t start;

    rig_init(&rig, suite.t);
    /* A wake that comes first is not lost. */
    suite.t->poller_wake(rig.poller);
    assert_int_equal(suite.t->poller_wait(rig.poller, UINT64_MAX, 0, &events), 0);
    /* Several short deadlines in a row: each is kept, and none makes a later one spin or hang. */
    for (int i = 0; i < 10; i++) {
        start = clock_monotonic_ns();
        assert_int_equal(suite.t->poller_wait(rig.poller, start + 5 * NSEC_PER_MSEC, 0, &events), 0);
        assert_in_range(clock_monotonic_ns() - start, 5 * NSEC_PER_MSEC, 500 * NSEC_PER_MSEC);
    }
    assert_int_equal(suite.t->poller_wait(rig.poller, 0, 0, &events), 0);
    assert_int_equal(suite.t->poller_wait(rig.poller, 1, 0, &events), 0);

    pthread_create(&waker, NULL, wake_later, &rig);
    assert_int_equal(suite.t->poller_wait(rig.poller, UINT64_MAX, 0, &events), 0);
    assert_int_equal(suite.t->poller_wait(rig.poller, UINT64_MAX, 500 * NSEC_PER_USEC, &events), 0);
    pthread_join(waker, NULL);
    rig_destroy(&rig);
}

static bool hung_up(struct rig *rig UNUSED, void *end)
{
    return ((struct rig_end *)end)->hangups > 0;
}

void suite_hangup_is_told_once_without_interest(void **state UNUSED)
{
    struct rig rig;
    struct rig_end *client, *server;
    unsigned waits;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    client = rig_dial(&rig, RIG_MUTE, 0);
    wait_accepted(&rig, 1);
    assert_true(rig_run(&rig, rig_all_arrived, NULL, PATIENCE_MS));
    server = rig_last_accepted(&rig);
    /* Closing with unread input, both ends are sure to be told that it is over. */
    assert_int_equal(suite.t->sendv(server->socket, &(struct iovec){"unread", 6}, 1), 6);
    rig_run(&rig, NULL, NULL, 100);
    rig_hang_up(client);
    assert_true(rig_run(&rig, hung_up, server, PATIENCE_MS));
    waits = rig.waits;
    rig_run(&rig, NULL, NULL, 100);
    assert_int_equal(server->hangups, 1);
    assert_in_range(rig.waits - waits, 1, 5);
    /* Interest brings it back. */
    server->interest = TRANSPORT_READ;
    server->mode = RIG_SINK;
    suite.t->poller_set(rig.poller, server->socket, TRANSPORT_READ);
    server->to_receive = UINT64_MAX;
    assert_true(rig_run(&rig, received_all, server, PATIENCE_MS));
    rig_destroy(&rig);
}

static bool flood_broken(struct rig *rig UNUSED, void *end)
{
    struct rig_end *e = end;

    return e->error || e->hangups;
}

void suite_sending_to_one_who_left(void **state UNUSED)
{
    struct rig rig;
    struct rig_end *flood;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    flood = rig_dial(&rig, RIG_FLOOD, UINT64_MAX);
    wait_accepted(&rig, 1);
    rig_run(&rig, NULL, NULL, 100);
    rig_hang_up(rig_last_accepted(&rig));
    assert_true(rig_run(&rig, flood_broken, flood, PATIENCE_MS));
    rig_destroy(&rig);
}

void suite_port_in_use_and_free_again(void **state UNUSED)
{
    struct rig rig;
    struct transport_listener *second;
    struct sockaddr_storage bound;
    int r;

    rig_init(&rig, suite.t);
    rig_listen(&rig, sa(&suite.v4), RIG_MUTE);
    r = suite.t->listen(sa(&rig.bound), sockaddr_len(sa(&rig.bound)), &rig.options, NULL, NULL, &bound,
                        &second);
    assert_int_equal(r, -EADDRINUSE);
    suite.t->unlisten(rig.listener);
    rig.listener = NULL;
    bound = rig.bound;
    rig_listen(&rig, sa(&bound), RIG_ECHO);
    assert_true(sockaddr_equal(sa(&bound), sa(&rig.bound)));
    rig_dial(&rig, RIG_SOURCE, 100);
    assert_true(rig_run(&rig, rig_sources_done, NULL, PATIENCE_MS));
    assert_echoed(&rig, 1);
    rig_destroy(&rig);
}
