/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `perf dump` and `perf schema` show of what was counted. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/formatter.h"
#include "common/perf_counters.h"

enum { SENT, OPEN, BUSY, LATENCY, BATCH, COUNT };

static const struct perf_counter_def defs[COUNT] = {
    [SENT] = {"sent_bytes", PERF_COUNTER, "bytes sent", PERF_BYTES, "snt", PERF_PRIO_USEFUL},
    [OPEN] = {"open", PERF_GAUGE, "open connections", PERF_NONE, NULL, PERF_PRIO_DEBUG},
    [BUSY] = {"busy", PERF_TIME, "time spent working", PERF_NONE, NULL, PERF_PRIO_DEBUG},
    [LATENCY] = {"latency", PERF_TIME_AVG, "time from here to there", PERF_NONE, NULL, PERF_PRIO_DEBUG},
    [BATCH] = {"batch", PERF_VALUE_AVG, "messages at once", PERF_NONE, NULL, PERF_PRIO_DEBUG},
};

static void shows(void (*show)(struct formatter *f, const char *set, const char *counter), const char *set,
                  const char *counter, const char *want)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    show(&f, set, counter);
    formatter_close(&f);
    assert_string_equal(formatter_text(&f), want);
    formatter_destroy(&f);
}

static void test_dump_and_reset(void **state UNUSED)
{
    struct perf_counters *p = perf_counters_create("msgr", defs, COUNT),
                         *q = perf_counters_create("other", defs, 1);

    perf_add(p, SENT, 4096);
    perf_inc(p, OPEN);
    perf_inc(p, OPEN);
    perf_sub(p, OPEN, 1);
    perf_add_ns(p, BUSY, 1500000000);
    perf_add_ns(p, LATENCY, 1000);
    perf_add_ns(p, LATENCY, 2001);
    perf_add_value(p, BATCH, 7);
    shows(perf_dump, "msgr", NULL,
          "{\"msgr\":{\"sent_bytes\":4096,\"open\":1,\"busy\":1.500000000,\"latency\":{\"avgcount\":2,"
          "\"sum\":0.000003001,\"avgtime\":0.000001500},\"batch\":{\"avgcount\":1,\"sum\":7}}}");
    shows(perf_dump, NULL, "sent_bytes", "{\"msgr\":{\"sent_bytes\":4096},\"other\":{\"sent_bytes\":0}}");
    shows(perf_dump, "nope", NULL, "{}");
    assert_false(perf_reset("nope"));
    assert_true(perf_reset("msgr"));
    shows(perf_dump, "msgr", "open", "{\"msgr\":{\"open\":1}}");
    assert_true(perf_get(p, SENT) == 0 && perf_get_count(p, LATENCY) == 0);
    perf_counters_free(p);
    shows(perf_dump, NULL, NULL, "{\"other\":{\"sent_bytes\":0}}");
    perf_counters_free(q);
}

static void test_schema(void **state UNUSED)
{
    struct perf_counters *p = perf_counters_create("msgr", defs, COUNT);

    shows(perf_schema, "msgr", "sent_bytes",
          "{\"msgr\":{\"sent_bytes\":{\"type\":10,\"metric_type\":\"counter\",\"value_type\":\"integer\","
          "\"description\":\"bytes sent\",\"nick\":\"snt\",\"priority\":5,\"units\":\"bytes\"}}}");
    shows(perf_schema, "msgr", "latency",
          "{\"msgr\":{\"latency\":{\"type\":5,\"metric_type\":\"gauge\",\"value_type\":\"real-integer-pair\","
          "\"description\":\"time from here to there\",\"nick\":\"\",\"priority\":0,\"units\":\"none\"}}}");
    perf_counters_free(p);
}

static void *count(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        perf_inc(arg, SENT);
        perf_add_value(arg, BATCH, 2);
    }
    return NULL;
}

static void test_threads_lose_no_count(void **state UNUSED)
{
    struct perf_counters *p = perf_counters_create("msgr", defs, COUNT);
    pthread_t t[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, count, p);
    for (int i = 0; i < 10; i++) {
        struct formatter f;
        formatter_init(&f, FORMATTER_JSON);
        formatter_open_object(&f, NULL);
        perf_dump(&f, NULL, NULL);
        formatter_close(&f);
        formatter_destroy(&f);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    assert_true(perf_get(p, SENT) == 80000 && perf_get(p, BATCH) == 160000 &&
                perf_get_count(p, BATCH) == 80000);
    perf_counters_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dump_and_reset),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_threads_lose_no_count),
    };
    return unit_run("perf_counters", tests);
}
