/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who passes a throttle, who waits, and in which order they come in. */
#include <pthread.h>
#include <stdatomic.h>

#include "test/unit/unit.h"
#include "common/throttle.h"

struct request {
    struct throttle_waiter w;
    int order; /* 0: not called yet */
};

static int calls;

static void on_ready(struct throttle_waiter *w)
{
    CONTAINER_OF(w, struct request, w)->order = ++calls;
}

static void request_init(struct request *r)
{
    throttle_waiter_init(&r->w, on_ready);
    r->order = 0;
}

static void test_limit(void **state UNUSED)
{
    struct throttle t;

    throttle_init(&t, "test", 100);
    assert_true(throttle_try_take(&t, 60));
    assert_true(throttle_try_take(&t, 40));
    assert_false(throttle_try_take(&t, 1));
    assert_true(throttle_try_take(&t, 0));
    throttle_give(&t, 60);
    assert_false(throttle_try_take(&t, 61));
    assert_true(throttle_try_take(&t, 60));
    throttle_give(&t, 100);
    throttle_destroy(&t);
}

static void test_larger_than_the_limit_passes_alone(void **state UNUSED)
{
    struct throttle t;

    throttle_init(&t, "test", 10);
    assert_true(throttle_try_take(&t, 1));
    assert_false(throttle_try_take(&t, 1000));
    throttle_give(&t, 1);
    assert_true(throttle_try_take(&t, 1000));
    assert_false(throttle_try_take(&t, 1));
    throttle_give(&t, 1000);
    throttle_destroy(&t);
}

struct taker {
    struct throttle *t;
    atomic_bool took;
};

static void *take_ten(void *arg)
{
    struct taker *k = arg;

    throttle_take(k->t, 10);
    k->took = true;
    return NULL;
}

static void test_a_thread_waits(void **state UNUSED)
{
    struct throttle_stats stats = {0};
    struct taker k = {0};
    struct throttle t;
    pthread_t thread;

    throttle_init(&t, "test", 15);
    throttle_take(&t, 10);
    k.t = &t;
    assert_int_equal(pthread_create(&thread, NULL, take_ten, &k), 0);
    while (stats.waiting == 0)
        throttle_get_stats(&t, &stats);
    assert_false(k.took);
    throttle_give(&t, 10);
    pthread_join(thread, NULL);
    assert_true(k.took);
    throttle_get_stats(&t, &stats);
    assert_int_equal(stats.taken, 10);
    throttle_give(&t, 10);
    throttle_destroy(&t);
}

static void test_no_limit(void **state UNUSED)
{
    struct throttle t;

    throttle_init(&t, "test", 0);
    assert_true(throttle_try_take(&t, UINT64_MAX / 2));
    assert_true(throttle_try_take(&t, UINT64_MAX / 2));
    throttle_give(&t, UINT64_MAX / 2);
    throttle_give(&t, UINT64_MAX / 2);
    throttle_destroy(&t);
}

static void test_waiters_are_served_in_order(void **state UNUSED)
{
    struct throttle t;
    struct request a, b, c;
    struct throttle_stats s;

    calls = 0;
    request_init(&a);
    request_init(&b);
    request_init(&c);
    throttle_init(&t, "test", 100);
    assert_true(throttle_take_or_wait(&t, 90, &a.w));
    assert_false(throttle_take_or_wait(&t, 50, &a.w));
    assert_false(throttle_take_or_wait(&t, 5, &b.w)); /* there is room, but a was first */
    assert_false(throttle_take_or_wait(&t, 60, &c.w));
    assert_false(throttle_try_take(&t, 1));
    throttle_get_stats(&t, &s);
    assert_true(s.taken == 90 && s.waiting == 115 && s.waits == 3);
    throttle_give(&t, 90);
    assert_int_equal(a.order, 1);
    assert_int_equal(b.order, 2);
    assert_int_equal(c.order, 0);
    throttle_give(&t, 50);
    assert_int_equal(c.order, 3);
    throttle_give(&t, 65);
    throttle_destroy(&t);
}

static void test_cancel_lets_the_next_in(void **state UNUSED)
{
    struct throttle t;
    struct request a, b;

    calls = 0;
    request_init(&a);
    request_init(&b);
    throttle_init(&t, "test", 100);
    assert_true(throttle_try_take(&t, 90));
    assert_false(throttle_take_or_wait(&t, 50, &a.w));
    assert_false(throttle_take_or_wait(&t, 10, &b.w));
    assert_true(throttle_cancel(&a.w));
    assert_false(throttle_cancel(&a.w));
    assert_int_equal(a.order, 0);
    assert_int_equal(b.order, 1);
    assert_false(throttle_cancel(&b.w));
    throttle_give(&t, 100);
    throttle_destroy(&t);
}

static void test_raising_the_limit(void **state UNUSED)
{
    struct throttle t;
    struct request a;

    calls = 0;
    request_init(&a);
    throttle_init(&t, "test", 10);
    assert_true(throttle_try_take(&t, 10));
    assert_false(throttle_take_or_wait(&t, 10, &a.w));
    throttle_set_max(&t, 20);
    assert_int_equal(a.order, 1);
    throttle_give(&t, 20);
    throttle_destroy(&t);
}

/* Threads take, let others take, and give back, while somebody counts. */
static struct throttle shared;
static atomic_ulong inside;
static atomic_bool over;

struct worker {
    struct throttle_waiter w;
    pthread_mutex_t m;
    pthread_cond_t c;
    bool ready;
};

static void wake_worker(struct throttle_waiter *w)
{
    struct worker *k = CONTAINER_OF(w, struct worker, w);

    pthread_mutex_lock(&k->m);
    k->ready = true;
    pthread_cond_signal(&k->c);
    pthread_mutex_unlock(&k->m);
}

static void *take_and_give(void *arg UNUSED)
{
    struct worker k = {.m = PTHREAD_MUTEX_INITIALIZER, .c = PTHREAD_COND_INITIALIZER};

    throttle_waiter_init(&k.w, wake_worker);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned amount = 1 + i % 7;
        k.ready = false;
        if (!throttle_take_or_wait(&shared, amount, &k.w)) {
            pthread_mutex_lock(&k.m);
            while (!k.ready)
                pthread_cond_wait(&k.c, &k.m);
            pthread_mutex_unlock(&k.m);
        }
        if (atomic_fetch_add(&inside, amount) + amount > 10)
            atomic_store(&over, true);
        atomic_fetch_sub(&inside, amount);
        throttle_give(&shared, amount);
    }
    return NULL;
}

static void test_many_threads(void **state UNUSED)
{
    struct throttle_stats s;
    pthread_t t[4];

    throttle_init(&shared, "shared", 10);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, take_and_give, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    throttle_get_stats(&shared, &s);
    assert_false(over);
    assert_true(s.taken == 0 && s.takes == 8000 && s.gives == 8000 && s.taken_sum == s.given_sum);
    throttle_destroy(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_larger_than_the_limit_passes_alone),
        cmocka_unit_test(test_a_thread_waits),
        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_waiters_are_served_in_order),
        cmocka_unit_test(test_cancel_lets_the_next_in),
        cmocka_unit_test(test_raising_the_limit),
        cmocka_unit_test(test_many_threads),
    };
    return unit_run("throttle", tests);
}
