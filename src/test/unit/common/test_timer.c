/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* timer: order, moving, disarming, arming from a callback, waiting for a callback. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/timer.h"
#include "test/unit/unit.h"

#define MSEC NSEC_PER_MSEC

struct fired {
    struct timer_event event;
    struct timer_thread *timer;
    int id;
    int again; /* how often to arm itself */
    useconds_t busy_us;
};

static atomic_int fired_ids[4096], fired_count;

static void wait_for(int count)
{
    for (int i = 0; i < 5000 && atomic_load(&fired_count) < count; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&fired_count), count);
}

static void fire(void *arg)
{
    struct fired *f = arg;

    if (f->again-- > 0 && timer_thread_arm(f->timer, &f->event, clock_monotonic_ns() + MSEC))
        abort();
    usleep(f->busy_us);
    atomic_store(&fired_ids[atomic_load(&fired_count)], f->id);
    atomic_fetch_add(&fired_count, 1);
}

static void init(struct fired *f, struct timer_thread *t, int id)
{
    *f = (struct fired){.timer = t, .id = id};
    timer_event_init(&f->event, fire, f);
    if (id == 0)
        atomic_store(&fired_count, 0);
}

static void arm(struct fired *f, uint64_t at)
{
    assert_int_equal(timer_thread_arm(f->timer, &f->event, at), 0);
}

/* A thousand deadlines armed in a scrambled order come in theirs; those disarmed do not. */
static void test_order(void **state UNUSED)
{
    enum { N = 1000 };
    static struct fired events[N];
    struct timer_thread *t = timer_thread_create("test");
    uint64_t base = clock_monotonic_ns() + 50 * MSEC;
    int expected = 0, seen = 0;

    assert_non_null(t);
    for (int i = 0; i < N; i++)
        init(&events[i], t, i);
    for (int i = 0; i < N; i++) {
        int at = (i * 367) % N;

        arm(&events[at], base + (uint64_t)(N - at) * MSEC); /* moved below */
    }
    for (int i = 0; i < N; i++) {
        int at = (i * 619) % N;

        arm(&events[at], base + (uint64_t)(at / 2) * 1000); /* pairs share one */
    }
    for (int i = 0; i < N; i += 3)
        assert_true(timer_thread_disarm(t, &events[i].event));
    for (int i = 0; i < N; i++)
        expected += i % 3 != 0;
    wait_for(expected);
    for (int i = 0; i < expected; i++) {
        int id = atomic_load(&fired_ids[i]);

        assert_true(id % 3 != 0);
        assert_true(id / 2 >= seen);
        seen = id / 2;
    }
    assert_false(timer_thread_disarm(t, &events[1].event));
    timer_thread_free(t);
}

static void test_periodic(void **state UNUSED)
{
    struct timer_thread *t = timer_thread_create("test");
    struct fired f;

    init(&f, t, 0);
    f.again = 9;
    arm(&f, 0); /* long past: at once */
    wait_for(10);
    timer_thread_free(t);
}

/* An earlier event wakes a timer that sleeps for a later one. */
static void test_earlier(void **state UNUSED)
{
    struct timer_thread *t = timer_thread_create("test");
    struct fired late, soon;

    init(&late, t, 0);
    init(&soon, t, 1);
    arm(&late, clock_monotonic_ns() + 3600 * NSEC_PER_SEC);
    usleep(10000);
    arm(&soon, clock_monotonic_ns() + 5 * MSEC);
    wait_for(1);
    assert_int_equal(atomic_load(&fired_ids[0]), 1);
    timer_thread_free(t); /* with one still armed */
    assert_false(timer_node_is_set(&late.event.node));
}

static void test_disarm_sync(void **state UNUSED)
{
    struct timer_thread *t = timer_thread_create("test");
    struct fired f;

    init(&f, t, 0);
    f.busy_us = 50000;
    f.again = 1000; /* arms itself while we disarm it */
    arm(&f, 0);
    usleep(10000);
    timer_thread_disarm_sync(t, &f.event);
    assert_int_equal(atomic_load(&fired_count), 1);
    usleep(20000);
    assert_int_equal(atomic_load(&fired_count), 1);
    timer_thread_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_periodic),
        cmocka_unit_test(test_earlier),
        cmocka_unit_test(test_disarm_sync),
    };
    return unit_run("timer", tests);
}
