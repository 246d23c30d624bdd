/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/unit.h"

#include <stdlib.h>

#include "tools/latency_histogram.h"

static struct latency_histogram h, other;

static void assert_near(uint64_t got, uint64_t want)
{
    if (got < want || got - want > want / LATENCY_HISTOGRAM_SUB)
        fail_msg("%llu where %llu to 1/64 above it is right", (unsigned long long)got,
                 (unsigned long long)want);
}

static void test_empty(void **state UNUSED)
{
    latency_histogram_init(&h);
    assert_int_equal(latency_histogram_quantile(&h, 0.5), 0);
    assert_true(latency_histogram_mean(&h) == 0);
}

static void test_small_values_are_exact(void **state UNUSED)
{
    latency_histogram_init(&h);
    for (uint64_t v = 1; v <= 100; v++)
        latency_histogram_add(&h, v);
    assert_int_equal(latency_histogram_quantile(&h, 0), 1);
    assert_int_equal(latency_histogram_quantile(&h, 0.5), 50);
    assert_int_equal(latency_histogram_quantile(&h, 0.99), 99);
    assert_int_equal(latency_histogram_quantile(&h, 1), 100);
    assert_true(latency_histogram_mean(&h) == 50.5);
}

/* One value of each size up to the limit, and its neighbours: the quantile never strays by more than 1/64. */
static void test_precision(void **state UNUSED)
{
    for (unsigned bit = 6; bit < LATENCY_HISTOGRAM_BITS; bit++)
        for (int step = -1; step <= 1; step++) {
            uint64_t v = (UINT64_C(1) << bit) + (uint64_t)(int64_t)step;
            latency_histogram_init(&h);
            latency_histogram_add(&h, 1);
            latency_histogram_add(&h, v);
            latency_histogram_add(&h, UINT64_C(1) << 50);
            assert_near(latency_histogram_quantile(&h, 0.5), v);
        }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void test_against_sorting(void **state UNUSED)
{
    static const double quantiles[] = {0.01, 0.25, 0.5, 0.9, 0.99, 0.999};
    static uint64_t values[20000];
    const size_t n = ARRAY_SIZE(values);
    uint64_t x = 88172645463325252u;

    latency_histogram_init(&h);
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        values[i] = 1 + (x >> (24 + x % 38));
        latency_histogram_add(&h, values[i]);
    }
    qsort(values, n, sizeof(values[0]), compare);
    for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
        assert_near(latency_histogram_quantile(&h, quantiles[i]),
                    values[(size_t)(quantiles[i] * (double)n + 0.999999) - 1]);
    assert_int_equal(h.min, values[0]);
    assert_int_equal(h.max, values[n - 1]);
}

static void test_merge_and_limit(void **state UNUSED)
{
    latency_histogram_init(&h);
    latency_histogram_init(&other);
    latency_histogram_add(&h, 10);
    latency_histogram_add(&other, 5);
    latency_histogram_add(&other, UINT64_MAX >> 1);
    latency_histogram_merge(&h, &other);
    assert_int_equal(h.count, 3);
    assert_int_equal(h.min, 5);
    assert_int_equal(latency_histogram_quantile(&h, 0.5), 10);
    assert_int_equal(latency_histogram_quantile(&h, 1), LATENCY_HISTOGRAM_MAX);
    assert_true(h.max == UINT64_MAX >> 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),           cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_precision),       cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_merge_and_limit),
    };

    return unit_run("latency_histogram", tests);
}
