/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* priority_queue: which message is next, how low priorities share, and what comes out by its connection. */
#include "msg/priority_queue.h"
#include "test/unit/unit.h"

#define KIB        1024u
#define MAX_TOKENS (16u << 20)
#define MIN_COST   (64 * KIB)

static void push(struct priority_queue *q, unsigned prio, size_t size, uint64_t tid)
{
    struct message *m = message_create(1, 1, 1);
    struct encode e;

    assert_non_null(m);
    m->priority = (uint16_t)prio;
    m->tid = tid;
    encode_init(&e);
    encode_zeroes(&e, size);
    assert_int_equal(message_set_front(m, &e), 0);
    priority_queue_push(q, m);
}

/* Takes the next one and checks it. */
static void expect(struct priority_queue *q, unsigned prio, uint64_t tid)
{
    struct message *m = priority_queue_pop(q);

    assert_non_null(m);
    assert_int_equal(m->priority, prio);
    assert_int_equal(m->tid, tid);
    message_put(m);
}

static void test_high_ones_are_strict(void **state UNUSED)
{
    struct priority_queue q;

    priority_queue_init(&q, MAX_TOKENS, MIN_COST);
    assert_null(priority_queue_pop(&q));
    push(&q, MESSAGE_PRIO_LOW - 1, 10, 1);
    push(&q, MESSAGE_PRIO_DEFAULT, 1 << 20, 1);
    push(&q, MESSAGE_PRIO_LOW, 10, 1);
    push(&q, MESSAGE_PRIO_DEFAULT, 10, 2);
    push(&q, MESSAGE_PRIO_HIGHEST, 10, 1);
    push(&q, 1000, 10, 2); /* as high as there is */
    push(&q, MESSAGE_PRIO_HIGH, 10, 1);
    assert_int_equal(q.length, 7);
    expect(&q, MESSAGE_PRIO_HIGHEST, 1);
    expect(&q, 1000, 2);
    expect(&q, MESSAGE_PRIO_HIGH, 1);
    expect(&q, MESSAGE_PRIO_DEFAULT, 1);
    expect(&q, MESSAGE_PRIO_DEFAULT, 2);
    expect(&q, MESSAGE_PRIO_LOW, 1);
    expect(&q, MESSAGE_PRIO_LOW - 1, 1);
    assert_null(priority_queue_pop(&q));
}

struct sharer {
    unsigned prio;
    size_t size;     /* of its messages */
    uint64_t pushed; /* tids */
    uint64_t popped;
};

/* Pops count messages of two that never run out. */
static void share(struct sharer s[2], unsigned count)
{
    struct priority_queue q;

    priority_queue_init(&q, MAX_TOKENS, MIN_COST);
    for (int i = 0; i < 4; i++)
        push(&q, s[i % 2].prio, s[i % 2].size, ++s[i % 2].pushed);
    for (unsigned n = 0; n < count; n++) {
        struct message *m = priority_queue_pop(&q);
        struct sharer *who = &s[m->priority == s[1].prio];
        assert_int_equal(m->tid, ++who->popped); /* in order */
        message_put(m);
        push(&q, who->prio, who->size, ++who->pushed);
    }
    for (int i = 0; i < 4; i++)
        message_put(priority_queue_pop(&q));
    assert_null(priority_queue_pop(&q));
}

/* All cost the same: as many of each as its weight says, 10 to 40. */
static void test_low_ones_share(void **state UNUSED)
{
    struct sharer s[2] = {{.prio = 9, .size = 100}, {.prio = 39, .size = 2000}};

    share(s, 5000);
    assert_in_range(s[0].popped, 950, 1050);
}

/* It is bytes that are shared: eight small ones for each large one of half the weight. */
static void test_large_ones_cost_more(void **state UNUSED)
{
    struct sharer s[2] = {{.prio = 9, .size = 512 * KIB}, {.prio = 19, .size = 128 * KIB}};

    share(s, 900);
    assert_in_range(s[0].popped, 90, 110);
}

/* One that costs more than can be saved goes all the same, and so does the lowest there is. */
static void test_nobody_starves(void **state UNUSED)
{
    struct sharer s[2] = {{.prio = 0, .size = MAX_TOKENS + 1}, {.prio = 63, .size = 1 << 20}};

    share(s, 3000);
    assert_in_range(s[0].popped, 1, 10);
}

static void test_take_by_connection(void **state UNUSED)
{
    static char mine, theirs;
    struct priority_queue q;
    struct list out;
    unsigned taken = 0;

    priority_queue_init(&q, MAX_TOKENS, MIN_COST);
    list_init(&out);
    for (unsigned i = 0; i < 20; i++) {
        push(&q, i * 13, 10, i);
        list_for_each(m, &q.messages[i * 13], struct message, queue_link)
            m->con = (struct connection *)(i % 2 ? &mine : &theirs);
    }
    priority_queue_take(&q, (struct connection *)&mine, &out);
    assert_int_equal(q.length, 10);
    list_for_each_safe(m, &out, struct message, queue_link) {
        assert_ptr_equal(m->con, &mine);
        m->con = NULL; /* it is none that could be put */
        list_remove(&m->queue_link);
        message_put(m);
        taken++;
    }
    assert_int_equal(taken, 10);
    for (struct message *m; (m = priority_queue_pop(&q)); message_put(m)) {
        assert_ptr_equal(m->con, &theirs);
        m->con = NULL;
    }
    assert_int_equal(q.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_high_ones_are_strict), cmocka_unit_test(test_low_ones_share),
        cmocka_unit_test(test_large_ones_cost_more), cmocka_unit_test(test_nobody_starves),
        cmocka_unit_test(test_take_by_connection),
    };

    return unit_run("priority_queue", tests);
}
