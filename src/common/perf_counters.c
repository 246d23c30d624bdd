/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/perf_counters.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "common/formatter.h"
#include "common/list.h"
#include "common/mutex.h"

/* An average has its count before and behind the sum: a reader who finds both alike has the sum that belongs
 * to them, as long as writers do not overlap; with those it gives up after a while and is off by what is
 * under way. */
struct counter {
    _Atomic uint64_t value, count, count_behind;
};

struct perf_counters {
    struct list link;                    /* collection_lock */
    char *name;                          /* fixed */
    const struct perf_counter_def *defs; /* fixed */
    unsigned count;                      /* fixed */
    struct counter counters[];
};

static struct mutex collection_lock = MUTEX_INIT("perf counters", LOCK_RANK_PERF);
static struct list collection = {&collection, &collection};

struct perf_counters *perf_counters_create(const char *name, const struct perf_counter_def *defs,
                                           unsigned count)
{
    struct perf_counters *p = calloc(1, sizeof(*p) + count * sizeof(p->counters[0]));

    if (!p || !(p->name = strdup(name))) {
        free(p);
        return NULL;
    }
    p->defs = defs;
    p->count = count;
    mutex_lock(&collection_lock);
    list_add_tail(&collection, &p->link);
    mutex_unlock(&collection_lock);
    return p;
}

void perf_counters_free(struct perf_counters *p)
{
    if (!p)
        return;
    mutex_lock(&collection_lock);
    list_remove(&p->link);
    mutex_unlock(&collection_lock);
    free(p->name);
    free(p);
}

void perf_add(struct perf_counters *p, unsigned i, uint64_t amount)
{
    atomic_fetch_add_explicit(&p->counters[i].value, amount, memory_order_relaxed);
}

void perf_sub(struct perf_counters *p, unsigned i, uint64_t amount)
{
    atomic_fetch_sub_explicit(&p->counters[i].value, amount, memory_order_relaxed);
}

void perf_set(struct perf_counters *p, unsigned i, uint64_t value)
{
    atomic_store_explicit(&p->counters[i].value, value, memory_order_relaxed);
}

void perf_add_value(struct perf_counters *p, unsigned i, uint64_t v)
{
    struct counter *c = &p->counters[i];

    atomic_fetch_add(&c->count, 1);
    atomic_fetch_add(&c->value, v);
    atomic_fetch_add(&c->count_behind, 1);
}

void perf_add_ns(struct perf_counters *p, unsigned i, uint64_t ns)
{
    if (p->defs[i].type == PERF_TIME)
        perf_add(p, i, ns);
    else
        perf_add_value(p, i, ns);
}

uint64_t perf_get(const struct perf_counters *p, unsigned i)
{
    return atomic_load_explicit(&p->counters[i].value, memory_order_relaxed);
}

uint64_t perf_get_count(const struct perf_counters *p, unsigned i)
{
    return atomic_load_explicit(&p->counters[i].count_behind, memory_order_relaxed);
}

static void read_average(const struct counter *c, uint64_t *sum, uint64_t *count)
{
    for (int tries = 0; tries < 100; tries++) {
        *count = atomic_load(&c->count_behind);
        *sum = atomic_load(&c->value);
        if (atomic_load(&c->count) == *count)
            return;
    }
}

static void dump_time(struct formatter *f, const char *name, uint64_t ns)
{
    formatter_raw(f, name, "%" PRIu64 ".%09" PRIu64, ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
}

static void dump_value(struct formatter *f, const struct perf_counter_def *def, const struct counter *c)
{
    uint64_t sum, count;

    switch (def->type) {
    case PERF_TIME:
        dump_time(f, def->name, atomic_load(&c->value));
        break;
    case PERF_GAUGE:
    case PERF_COUNTER:
        formatter_uint(f, def->name, atomic_load(&c->value));
        break;
    case PERF_TIME_AVG:
    case PERF_VALUE_AVG:
        read_average(c, &sum, &count);
        formatter_open_object(f, def->name);
        formatter_uint(f, "avgcount", count);
        if (def->type == PERF_TIME_AVG) {
            dump_time(f, "sum", sum);
            dump_time(f, "avgtime", count ? sum / count : 0);
        } else {
            formatter_uint(f, "sum", sum);
        }
        formatter_close(f);
        break;
    }
}

static void dump_definition(struct formatter *f, const struct perf_counter_def *def,
                            const struct counter *c UNUSED)
{
    bool time = def->type == PERF_TIME || def->type == PERF_TIME_AVG;
    bool pair = def->type == PERF_TIME_AVG || def->type == PERF_VALUE_AVG;

    formatter_open_object(f, def->name);
    formatter_int(f, "type", def->type);
    formatter_string(f, "metric_type", def->type == PERF_COUNTER ? "counter" : "gauge");
    formatter_printf(f, "value_type", "%s%s", time ? "real" : "integer", pair ? "-integer-pair" : "");
    formatter_string(f, "description", def->desc);
    formatter_string(f, "nick", def->nick ? def->nick : "");
    formatter_int(f, "priority", def->priority);
    formatter_string(f, "units", def->unit == PERF_BYTES ? "bytes" : "none");
    formatter_close(f);
}

static void dump(struct formatter *f, const char *set, const char *counter,
                 void (*one)(struct formatter *f, const struct perf_counter_def *def,
                             const struct counter *c))
{
    mutex_lock(&collection_lock);
    list_for_each(p, &collection, struct perf_counters, link) {
        if (set && strcmp(set, p->name))
            continue;
        formatter_open_object(f, p->name);
        for (unsigned i = 0; i < p->count; i++)
            if (!counter || !strcmp(counter, p->defs[i].name))
                one(f, &p->defs[i], &p->counters[i]);
        formatter_close(f);
    }
    mutex_unlock(&collection_lock);
}

void perf_dump(struct formatter *f, const char *set, const char *counter)
{
    dump(f, set, counter, dump_value);
}

void perf_schema(struct formatter *f, const char *set, const char *counter)
{
    dump(f, set, counter, dump_definition);
}

void perf_visit(const char *set, perf_visitor visit, void *arg)
{
    uint64_t sum, count;

    mutex_lock(&collection_lock);
    list_for_each(p, &collection, struct perf_counters, link) {
        for (unsigned i = 0; !strcmp(set, p->name) && i < p->count; i++) {
            read_average(&p->counters[i], &sum, &count);
            visit(arg, p->name, &p->defs[i], sum, count);
        }
    }
    mutex_unlock(&collection_lock);
}

static void reset_set(struct perf_counters *p)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->defs[i].type != PERF_GAUGE) {
            atomic_store(&p->counters[i].count, 0);
            atomic_store(&p->counters[i].value, 0);
            atomic_store(&p->counters[i].count_behind, 0);
        }
}

bool perf_reset(const char *set)
{
    bool all = !strcmp(set, "all"), found = all;

    mutex_lock(&collection_lock);
    list_for_each(p, &collection, struct perf_counters, link)
        if (all || !strcmp(set, p->name)) {
            reset_set(p);
            found = true;
        }
    mutex_unlock(&collection_lock);
    return found;
}
