/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * perf_counters: named sets of counters, shown by `perf dump` and `perf schema` in genuine Ceph's shape.
 *
 * A part of a program makes a set from a table of definitions and counts by the table's indexes. Counting is
 * one or a few atomic additions, without a lock. Sets are in one list per process from creation on. Owner:
 * perf_counters_create() and perf_counters_free(). Threads: any.
 */
#ifndef CEPH_COMMON_PERF_COUNTERS_H
#define CEPH_COMMON_PERF_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

struct formatter;

/* Kinds, with the numbers that `perf schema` shows. */
enum perf_type {
    PERF_TIME = 1,      /* seconds in all; counted in nanoseconds */
    PERF_GAUGE = 2,     /* goes up and down */
    PERF_TIME_AVG = 5,  /* times: how many, sum, average */
    PERF_VALUE_AVG = 6, /* values: how many, sum */
    PERF_COUNTER = 10,  /* only grows */
};

enum perf_unit { PERF_NONE, PERF_BYTES };

/* What people should look at first; the number is shown. */
enum perf_priority {
    PERF_PRIO_DEBUG = 0,
    PERF_PRIO_USEFUL = 5,
    PERF_PRIO_INTERESTING = 8,
    PERF_PRIO_CRITICAL = 10
};

struct perf_counter_def {
    const char *name;
    enum perf_type type;
    const char *desc;
    enum perf_unit unit;
    const char *nick; /* up to four letters for narrow tables, or NULL */
    enum perf_priority priority;
};

struct perf_counters;

/* defs is kept, not copied. NULL: out of memory. */
struct perf_counters *perf_counters_create(const char *name, const struct perf_counter_def *defs,
                                           unsigned count);
void perf_counters_free(struct perf_counters *p);

void perf_add(struct perf_counters *p, unsigned i, uint64_t amount);  /* counter, gauge */
void perf_sub(struct perf_counters *p, unsigned i, uint64_t amount);  /* gauge */
void perf_set(struct perf_counters *p, unsigned i, uint64_t value);   /* gauge */
void perf_add_ns(struct perf_counters *p, unsigned i, uint64_t ns);   /* time, time average */
void perf_add_value(struct perf_counters *p, unsigned i, uint64_t v); /* value average */
static inline void perf_inc(struct perf_counters *p, unsigned i)
{
    perf_add(p, i, 1);
}

/* The value, or the sum of an average; of times in nanoseconds. */
uint64_t perf_get(const struct perf_counters *p, unsigned i);
/* How many values an average holds. */
uint64_t perf_get_count(const struct perf_counters *p, unsigned i);

/* All sets as members of one object, or only the one of that name, or one counter of it (NULL: all). */
void perf_dump(struct formatter *f, const char *set, const char *counter);
void perf_schema(struct formatter *f, const char *set, const char *counter);

/* Calls visit for each counter of the set of that name, with what perf_get() and perf_get_count() give; it
 * must not count itself. */
typedef void (*perf_visitor)(void *arg, const char *set, const struct perf_counter_def *def, uint64_t value,
                             uint64_t count);
void perf_visit(const char *set, perf_visitor visit, void *arg);

/* Zeroes the set of that name, or all of them for "all"; gauges keep their values. False: no such set. */
bool perf_reset(const char *set);

#endif
