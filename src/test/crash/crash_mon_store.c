/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A monitor's store: versions of a service, old ones trimmed, one transaction after the other. */
#include <stdio.h>
#include <stdlib.h>

#include "mon/mon_store.h"
#include "test/crash/crash_subject.h"
#include "test/crash/journal.h"

enum { VERSIONS = 60, KEPT = 10, VALUE_MAX = 30000 };

static const struct fsid FSID = {.bytes = {1, 2, 3}};

/* A version's value; *len is its length. */
static uint8_t *value_of(uint64_t version, size_t *len)
{
    unsigned seed = (unsigned)version;
    uint8_t *v = malloc(VALUE_MAX);

    if (!v)
        abort();
    *len = (size_t)rand_r(&seed) % VALUE_MAX + 1;
    memset(v, (int)version, *len);
    return v;
}

static bool commit(struct mon_store *s, uint64_t version)
{
    struct kv_batch tx;
    char err[256];
    size_t len;
    uint8_t *v = value_of(version, &len);
    int r;

    kv_batch_init(&tx);
    mon_tx_put_version(&tx, "paxos", version, v, len);
    if (version > KEPT)
        mon_tx_trim(&tx, "paxos", version - KEPT, version - KEPT + 1);
    r = mon_store_apply(s, &tx, err, sizeof(err));
    if (r)
        printf("# %s\n", err);
    kv_batch_destroy(&tx);
    free(v);
    return r == 0;
}

static bool run(const char *dir, int journal, unsigned session)
{
    struct mon_store s;
    struct kv_batch first;
    char err[256], mark[32];
    uint64_t n;

    if (session == 0) {
        kv_batch_init(&first);
        if (mon_store_create("rocksdb", dir, &FSID, "a", &first, err, sizeof(err)))
            return false;
        kv_batch_destroy(&first);
        journal_mark(journal, "made");
    }
    if (mon_store_open(&s, "rocksdb", dir, &FSID, "a", err, sizeof(err)))
        return false;
    n = mon_store_get_u64(&s, "paxos", "last_committed");
    for (unsigned i = 0; i < VERSIONS; i++) {
        if (!commit(&s, ++n))
            return false;
        snprintf(mark, sizeof(mark), "0 %llu", (unsigned long long)n);
        journal_mark(journal, mark);
    }
    if (session == 1)
        mon_store_close(&s);
    return true;
}

static bool is_whole(struct mon_store *s, uint64_t version)
{
    struct slice got;
    size_t len;
    uint8_t *want = value_of(version, &len);
    bool good = mon_store_get_version(s, "paxos", version, &got) == 0;

    if (good) {
        good = got.len == len && memcmp(got.data, want, len) == 0;
        slice_put(&got);
    }
    if (!good)
        printf("# version %llu is not there or not whole\n", (unsigned long long)version);
    free(want);
    return good;
}

static bool check(const char *dir, const struct crash_marks *marks)
{
    struct mon_store s;
    char err[256];
    uint64_t last, first;
    bool good;

    if (mon_store_open(&s, "rocksdb", dir, &FSID, "a", err, sizeof(err))) {
        printf("# %s\n", err);
        return !marks->made;
    }
    last = mon_store_get_u64(&s, "paxos", "last_committed");
    first = last > KEPT ? last - KEPT + 1 : last ? 1 : 0;
    good = (int64_t)last >= marks->durable[0];
    if (!good)
        printf("# version %lld was told durable, the last one is %llu\n", (long long)marks->durable[0],
               (unsigned long long)last);
    for (uint64_t v = first; good && v && v <= last; v++)
        good = is_whole(&s, v);
    if (first > 1 && mon_store_get_u64(&s, "paxos", "first_committed") != first)
        good = false;
    mon_store_close(&s);
    return good;
}

const struct crash_subject crash_mon_store = {"monitor", 3, run, check};
