/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op_queue: in order and one at a time within a lane, at the same time in lanes of different shards. */
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/thread.h"
#include "osd/op_queue.h"
#include "test/unit/unit.h"

enum { LANES = 5, SUBMITTERS = 4, ITEMS = 400, DEADLINE_MS = 60000 };

struct lane {
    struct op_lane lane;
    struct mutex lock;
    unsigned expected[SUBMITTERS]; /* lock: the next item of each */
    bool busy;                     /* lock */
    atomic_uint refs, unlocks;
};

struct item {
    struct list link;
    struct lane *lane;
    unsigned submitter, number;
    void (*run)(struct item *item);
};

static atomic_uint runs, faults;

static struct lane *lane_of(struct op_lane *l)
{
    return CONTAINER_OF(l, struct lane, lane);
}

static void run(void *arg UNUSED, struct op_lane *l, struct list *link)
{
    struct item *item = CONTAINER_OF(link, struct item, link);

    if (item->lane != lane_of(l) || !mutex_is_mine(&item->lane->lock))
        atomic_fetch_add(&faults, 1);
    item->run(item);
    atomic_fetch_add(&runs, 1);
}

static void unlock(void *arg UNUSED, struct op_lane *l)
{
    atomic_fetch_add(&lane_of(l)->unlocks, 1);
    mutex_unlock(&lane_of(l)->lock);
}

static void get(void *arg UNUSED, struct op_lane *l)
{
    atomic_fetch_add(&lane_of(l)->refs, 1);
}

static void put(void *arg UNUSED, struct op_lane *l)
{
    atomic_fetch_sub(&lane_of(l)->refs, 1);
}

static const struct op_queue_ops ops = {.run = run, .unlock = unlock, .get = get, .put = put};

static void wait_for(atomic_uint *what, unsigned value)
{
    for (int i = 0; i < DEADLINE_MS && atomic_load(what) != value; i++)
        usleep(1000);
    assert_int_equal(atomic_load(what), value);
}

static struct op_queue *queue_with(struct lane *lanes, unsigned count, unsigned shards)
{
    struct op_queue *q = op_queue_create(shards, 1, &ops, NULL);

    assert_non_null(q);
    atomic_store(&runs, 0);
    atomic_store(&faults, 0);
    for (unsigned i = 0; i < count; i++) {
        lanes[i] = (struct lane){.busy = false};
        mutex_init(&lanes[i].lock, "lane", LOCK_RANK_DAEMON_INNER);
        op_lane_init(q, &lanes[i].lane, &lanes[i].lock, i);
    }
    return q;
}

/* ---- order ---- */

static struct op_queue *queue;
static struct lane lanes[LANES];
static struct item items[SUBMITTERS][ITEMS];

static void check_order(struct item *item)
{
    struct lane *l = item->lane;

    if (l->busy || l->expected[item->submitter] != item->number)
        atomic_fetch_add(&faults, 1);
    l->busy = true;
    l->expected[item->submitter] = item->number + LANES;
    if (item->number % 50 == 0)
        usleep(100);
    l->busy = false;
}

static void *submit(void *arg)
{
    struct item *mine = arg;

    for (unsigned i = 0; i < ITEMS; i++)
        op_queue_submit(queue, &mine[i].lane->lane, &mine[i].link, i % 2 == 0);
    return NULL;
}

static void test_order(void **state UNUSED)
{
    struct thread threads[SUBMITTERS];

    queue = queue_with(lanes, LANES, 2);
    for (unsigned s = 0; s < SUBMITTERS; s++) {
        for (unsigned i = 0; i < ITEMS; i++) {
            items[s][i] =
                (struct item){.lane = &lanes[i % LANES], .submitter = s, .number = i, .run = check_order};
            list_init(&items[s][i].link);
        }
        for (unsigned i = 0; i < LANES; i++)
            lanes[i].expected[s] = i;
    }
    for (unsigned s = 0; s < SUBMITTERS; s++)
        assert_int_equal(thread_start(&threads[s], "submitter", submit, items[s]), 0);
    for (unsigned s = 0; s < SUBMITTERS; s++)
        thread_join(&threads[s]);
    op_queue_free(queue); /* runs what is left */
    assert_int_equal(atomic_load(&runs), SUBMITTERS * ITEMS);
    assert_int_equal(atomic_load(&faults), 0);
    for (unsigned i = 0; i < LANES; i++)
        assert_int_equal(atomic_load(&lanes[i].refs), 0);
}

/* ---- at the same time ---- */

static atomic_uint arrived;

static void meet(struct item *item UNUSED)
{
    atomic_fetch_add(&arrived, 1);
    for (int i = 0; i < DEADLINE_MS && atomic_load(&arrived) < 2; i++)
        usleep(1000);
    if (atomic_load(&arrived) < 2)
        atomic_fetch_add(&faults, 1);
}

/* Neither ends before the other has begun. */
static void test_parallel(void **state UNUSED)
{
    struct item two[2] = {{.lane = &lanes[0], .run = meet}, {.lane = &lanes[1], .run = meet}};

    queue = queue_with(lanes, 2, 2);
    atomic_store(&arrived, 0);
    for (unsigned i = 0; i < 2; i++)
        op_queue_submit(queue, &two[i].lane->lane, &two[i].link, false);
    wait_for(&runs, 2);
    assert_int_equal(atomic_load(&faults), 0);
    op_queue_free(queue);
}

/* ---- at once ---- */

static pthread_t ran_on;

static void note_thread(struct item *item UNUSED)
{
    ran_on = pthread_self();
}

static void test_at_once(void **state UNUSED)
{
    struct item item = {.lane = &lanes[0], .run = note_thread};

    queue = queue_with(lanes, 1, 1);
    op_queue_submit(queue, &lanes[0].lane, &item.link, true);
    assert_int_equal(atomic_load(&runs), 1);
    assert_true(pthread_equal(ran_on, pthread_self()));
    assert_int_equal(atomic_load(&lanes[0].unlocks), 1);

    op_queue_submit(queue, &lanes[0].lane, &item.link, false);
    wait_for(&runs, 2);
    assert_false(pthread_equal(ran_on, pthread_self()));
    op_queue_free(queue);
}

/* Somebody else is in the lane: nobody waits, and it is run later. */
static void test_busy_lane(void **state UNUSED)
{
    struct item two[2] = {{.lane = &lanes[0], .run = note_thread}, {.lane = &lanes[0], .run = note_thread}};
    struct list taken;

    queue = queue_with(lanes, 1, 1);
    mutex_lock(&lanes[0].lock);
    op_queue_requeue(queue, &lanes[0].lane, &two[0].link);
    op_queue_requeue(queue, &lanes[0].lane, &two[1].link);
    assert_int_equal(atomic_load(&runs), 0);
    list_init(&taken);
    op_queue_take_all(queue, &lanes[0].lane, &taken);
    assert_ptr_equal(taken.next, &two[0].link);
    assert_ptr_equal(taken.prev, &two[1].link);
    mutex_unlock(&lanes[0].lock);
    op_queue_free(queue);
    assert_int_equal(atomic_load(&runs), 0);
    assert_int_equal(atomic_load(&lanes[0].refs), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_parallel),
        cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_busy_lane),
    };

    return unit_run("op_queue", tests);
}
