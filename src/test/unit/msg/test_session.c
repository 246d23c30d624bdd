/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is queued, in which order it goes out, and what comes back after a fault. */
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "msg/session.h"

static unsigned released;

static void release(struct session_item *item)
{
    released++;
    free(item);
}

static void queue(struct session *s, uint16_t priority, size_t cost)
{
    struct session_item *item = calloc(1, sizeof(*item));

    item->priority = priority;
    item->cost = cost;
    session_queue(s, item);
}

/* Takes everything and checks the costs, which the tests use as names. */
static void expect_order(struct session *s, const size_t *costs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct session_item *item = session_take(s);
        assert_non_null(item);
        assert_int_equal(item->cost, costs[i]);
        if (s->lossy)
            free(item);
    }
    assert_null(session_take(s));
    assert_int_equal(s->queued_count, 0);
    assert_int_equal(s->queued_bytes, 0);
}

static void test_priorities(void **state UNUSED)
{
    static const size_t order[] = {5, 8, 2, 4, 1, 3, 7, 6};
    struct session s;

    session_init(&s, true, release);
    queue(&s, 127, 1);
    queue(&s, 196, 2);
    queue(&s, 127, 3);
    queue(&s, 196, 4);
    queue(&s, 255, 5);
    queue(&s, 63, 6);
    queue(&s, 127, 7);
    queue(&s, 255, 8);
    assert_int_equal(s.queued_count, 8);
    assert_int_equal(s.queued_bytes, 36);
    expect_order(&s, order, ARRAY_SIZE(order));
    assert_true(s.out_seq == 8 && s.sent_count == 0);
    session_destroy(&s);
}

/* The same order as a stable sort, for many mixes of putting in and taking out. */
static void test_priorities_at_random(void **state UNUSED)
{
    unsigned seed = 5;

    for (unsigned run = 0; run < 300; run++) {
        struct session s;
        unsigned waiting[256] = {0}, taken[256] = {0}, put = 0;

        session_init(&s, true, release);
        for (unsigned step = 0; step < 200; step++) {
            if (rand_r(&seed) % 3) {
                unsigned p = (unsigned)rand_r(&seed) % 6 * 40;
                queue(&s, (uint16_t)p, waiting[p] + taken[p]);
                waiting[p]++;
                put++;
            } else if (put) {
                struct session_item *item = session_take(&s);
                unsigned p = 255;
                while (!waiting[p])
                    p--;
                assert_int_equal(item->priority, p);
                assert_int_equal(item->cost, taken[p]);
                waiting[p]--;
                taken[p]++;
                put--;
                free(item);
            }
        }
        session_destroy(&s);
    }
}

/* A session with five messages, of which some are sent. */
static void begin(struct session *s, int sent)
{
    session_init(s, false, release);
    for (size_t i = 1; i <= 5; i++)
        queue(s, 127, i);
    for (int i = 0; i < sent; i++)
        assert_non_null(session_take(s));
}

static void test_acks(void **state UNUSED)
{
    struct session s;

    begin(&s, 4);
    assert_int_equal(s.sent_count, 4);
    released = 0;
    assert_int_equal(session_acked(&s, 2), 2);
    assert_int_equal(session_acked(&s, 2), 0);
    assert_int_equal(session_acked(&s, 1), 0);
    assert_int_equal(s.sent_count, 2);
    assert_int_equal(s.sent_bytes, 7);
    assert_int_equal(session_acked(&s, UINT64_MAX), 2); /* a peer that acks what was never sent */
    assert_int_equal(released, 4);
    assert_int_equal(s.queued_count, 1);
    session_destroy(&s);
    assert_int_equal(released, 5);
}

static void test_requeue(void **state UNUSED)
{
    static const size_t again[] = {2, 3, 4, 9, 5};
    struct session s;

    begin(&s, 4);
    assert_int_equal(session_acked(&s, 1), 1);
    assert_int_equal(session_requeue_sent(&s), 3);
    assert_true(s.out_seq == 1);
    queue(&s, 255, 9); /* what was sent goes first all the same: the peer expects its seq */
    /* half of it goes, and the socket dies again */
    assert_int_equal(session_take(&s)->seq, 2);
    assert_int_equal(session_requeue_sent(&s), 1);
    assert_int_equal(session_requeue_sent(&s), 0);
    assert_int_equal(s.queued_count, 5);
    expect_order(&s, again, ARRAY_SIZE(again));
    assert_true(s.out_seq == 6);
    session_destroy(&s);
}

static void test_peer_has(void **state UNUSED)
{
    struct session s;

    begin(&s, 5);
    session_requeue_sent(&s);
    assert_int_equal(session_peer_has(&s, 3), 3);
    assert_true(s.out_seq == 3);
    assert_int_equal(session_take(&s)->seq, 4);
    session_requeue_sent(&s);
    /* It has everything, and more than we know of (we restarted): go on above that. */
    assert_int_equal(session_peer_has(&s, 70), 2);
    assert_true(s.out_seq == 70);
    queue(&s, 127, 1);
    assert_int_equal(session_take(&s)->seq, 71);
    session_acked(&s, 71);
    /* a number that nobody can have reached is not believed */
    session_peer_has(&s, UINT64_MAX);
    assert_true(s.out_seq == 71);
    session_destroy(&s);
}

static void test_receiving(void **state UNUSED)
{
    struct session s;
    uint64_t seq = 0;

    session_init(&s, false, release);
    assert_false(session_take_ack(&s, &seq));
    assert_int_equal(session_received(&s, 1), SESSION_NEXT);
    assert_int_equal(session_received(&s, 1), SESSION_OLD);
    assert_int_equal(session_received(&s, 0), SESSION_OLD);
    assert_int_equal(session_received(&s, 2), SESSION_NEXT);
    assert_true(session_take_ack(&s, &seq) && seq == 2);
    assert_false(session_take_ack(&s, &seq));
    assert_int_equal(session_received(&s, 535337640), SESSION_GAP); /* a peer after a reset */
    assert_int_equal(session_received(&s, 535337641), SESSION_NEXT);
    assert_true(session_take_ack(&s, &seq) && seq == 535337641);
    /* A new socket without SEQ: the ack may have been lost, so it is due again. */
    session_opened(&s, 2, 7, false);
    assert_true(session_take_ack(&s, &seq) && seq == 535337641);
    session_opened(&s, 3, 8, true);
    assert_false(session_take_ack(&s, &seq));
    s.lossy = true;
    assert_int_equal(session_received(&s, 535337642), SESSION_NEXT);
    assert_false(session_take_ack(&s, &seq));
    session_destroy(&s);
}

static void test_reset(void **state UNUSED)
{
    struct session s;

    session_init(&s, false, release);
    queue(&s, 127, 1);
    queue(&s, 127, 2);
    /* Told to reset before anything was open: nothing is lost. */
    session_opened(&s, 1, 5, true);
    released = 0;
    assert_false(session_reset(&s, 1234));
    assert_int_equal(released, 0);
    assert_int_equal(s.queued_count, 2);
    assert_true(s.connect_seq == 0 && s.out_seq == 0);

    session_opened(&s, 1, 5, true);
    session_confirmed(&s);
    assert_non_null(session_take(&s));
    session_received(&s, 1);
    assert_true(session_reset(&s, 1234));
    assert_int_equal(released, 2);
    assert_true(s.connect_seq == 0 && s.in_seq == 0 && s.out_seq == 1234);
    queue(&s, 127, 1);
    assert_int_equal(session_take(&s)->seq, 1235);
    assert_true(session_random_start(UINT64_MAX) == 0x7fffffff);
    session_destroy(&s);
}

static void test_peer_restarted(void **state UNUSED)
{
    struct session s;

    session_init(&s, false, release);
    queue(&s, 127, 1);
    session_opened(&s, 1, 5, true);
    session_confirmed(&s);
    assert_non_null(session_take(&s));
    session_received(&s, 1);
    session_peer_restarted(&s);
    assert_true(s.in_seq == 0 && s.queued_count == 1 && s.sent_count == 0);
    assert_int_equal(session_take(&s)->seq, 1); /* under its old seq */
    session_destroy(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_priorities), cmocka_unit_test(test_priorities_at_random),
        cmocka_unit_test(test_acks),       cmocka_unit_test(test_requeue),
        cmocka_unit_test(test_peer_has),   cmocka_unit_test(test_receiving),
        cmocka_unit_test(test_reset),      cmocka_unit_test(test_peer_restarted),
    };
    return unit_run("session", tests);
}
