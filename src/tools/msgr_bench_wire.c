/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/decode.h"

/* Payloads are slices of one block: byte i of a checked one is the block's byte (start(tid) + i) % size. */
#define PATTERN_LEN   (4u << 20)
#define PATTERN_STEP  64u
#define PATTERN_STEPS 1021u /* a prime: sizes that are powers of two never fall into step with it */

static struct buffer *pattern;

int msgr_bench_wire_init(void)
{
    uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

    pattern = buffer_create_aligned(PATTERN_LEN, 4096, 0);
    if (!pattern)
        return -ENOMEM;
    for (size_t i = 0; i < PATTERN_LEN; i += sizeof(x)) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(pattern->data + i, &x, sizeof(x));
    }
    return 0;
}

void msgr_bench_wire_fini(void)
{
    buffer_put(pattern);
    pattern = NULL;
}

static uint32_t start_of(unsigned type, uint64_t tid)
{
    return type & MSGR_BENCH_CHECKED ? (uint32_t)(tid % PATTERN_STEPS) * PATTERN_STEP : 0;
}

struct message *msgr_bench_plain(unsigned type, uint64_t tid)
{
    struct message *m = message_create((uint16_t)type, 1, 1);

    if (m)
        m->tid = tid;
    return m;
}

struct message *msgr_bench_with_data(unsigned type, uint64_t tid, uint32_t size)
{
    struct message *m = msgr_bench_plain(type, tid);
    uint32_t from = start_of(type, tid);

    while (m && size) {
        uint32_t n = size < PATTERN_LEN - from ? size : PATTERN_LEN - from;
        struct slice s = {.buf = buffer_get(pattern), .data = pattern->data + from, .len = n};
        if (bufferlist_append(&m->data, s) < 0) {
            message_put(m);
            return NULL;
        }
        size -= n;
        from = 0;
    }
    return m;
}

bool msgr_bench_data_is_good(const struct message *m, uint32_t size)
{
    uint32_t at = start_of(m->type, m->tid);

    if (m->data.len != size)
        return false;
    for (unsigned i = 0; i < m->data.count; i++) {
        const struct slice *s = bufferlist_slice(&m->data, i);
        for (size_t done = 0; done < s->len;) {
            size_t n = s->len - done;
            if (n > PATTERN_LEN - at)
                n = PATTERN_LEN - at;
            if (memcmp(s->data + done, pattern->data + at, n) != 0)
                return false;
            done += n;
            at = (uint32_t)((at + n) % PATTERN_LEN);
        }
    }
    return true;
}

static struct message *with_front(struct message *m, struct encode *e)
{
    if (!m) {
        encode_destroy(e);
    } else if (message_set_front(m, e) < 0) {
        message_put(m);
        m = NULL;
    }
    return m;
}

struct message *msgr_bench_pull(unsigned type, uint64_t tid, uint32_t size, uint32_t count)
{
    struct encode e;

    encode_init(&e);
    encode_u32(&e, size);
    encode_u32(&e, count);
    return with_front(msgr_bench_plain(type, tid), &e);
}

int msgr_bench_read_pull(const struct message *m, uint32_t *size, uint32_t *count)
{
    struct decode d;

    decode_init(&d, m->front.data, m->front.len);
    *size = decode_u32(&d);
    *count = decode_u32(&d);
    if (*size > MSGR_BENCH_SIZE_MAX || *count > MSGR_BENCH_PULL_MAX)
        decode_fail(&d, -EBADMSG);
    return decode_finish(&d);
}

struct message *msgr_bench_stats_reply(uint64_t tid, const struct msgr_bench_stats *s)
{
    struct encode e;

    encode_init(&e);
    encode_u64(&e, s->cpu_ns);
    encode_u64(&e, s->rss);
    encode_u64(&e, s->threads);
    encode_u64(&e, s->messages);
    encode_u64(&e, s->bad);
    return with_front(msgr_bench_plain(MSGR_BENCH_STATS, tid), &e);
}

int msgr_bench_read_stats(const struct message *m, struct msgr_bench_stats *s)
{
    struct decode d;

    decode_init(&d, m->front.data, m->front.len);
    s->cpu_ns = decode_u64(&d);
    s->rss = decode_u64(&d);
    s->threads = decode_u64(&d);
    s->messages = decode_u64(&d);
    s->bad = decode_u64(&d);
    return decode_finish(&d);
}

static uint64_t timeval_ns(const struct timeval *t)
{
    return (uint64_t)t->tv_sec * NSEC_PER_SEC + (uint64_t)t->tv_usec * NSEC_PER_USEC;
}

static uint64_t thread_total(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[128];
    unsigned long n = 0;

    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "Threads: %lu", &n) == 1)
            break;
    if (f)
        fclose(f);
    return n;
}

static uint64_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long all, resident = 0;

    if (f && fscanf(f, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void msgr_bench_own_stats(struct msgr_bench_stats *s)
{
    struct rusage u;

    memset(s, 0, sizeof(*s));
    if (getrusage(RUSAGE_SELF, &u) == 0)
        s->cpu_ns = timeval_ns(&u.ru_utime) + timeval_ns(&u.ru_stime);
    s->rss = resident_bytes();
    s->threads = thread_total();
}
