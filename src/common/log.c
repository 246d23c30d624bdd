/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log_crash.h"
#include "common/log_sinks.h"
#include "common/mutex.h"
#include "common/thread.h"

#define X(name, log_level, gather_level) \
    [LOG_##name] = (log_level) > (gather_level) ? (log_level) : (gather_level),
atomic_int log_thresholds[LOG_SUBSYS_COUNT] = {LOG_SUBSYSTEMS(X)};
#undef X

/* Until somebody sets them: errors and level 0 only, on standard error. */
#define X(name, log_level, gather_level) [LOG_##name] = 0,
static atomic_int log_levels[LOG_SUBSYS_COUNT] = {LOG_SUBSYSTEMS(X)};
#undef X

#define X(name, log_level, gather_level) [LOG_##name] = gather_level,
static atomic_int gather_levels[LOG_SUBSYS_COUNT] = {LOG_SUBSYSTEMS(X)};
#undef X

/* Whoever writes to the sinks or sets them holds sinks_lock; it is taken before lock. */
static struct mutex sinks_lock = MUTEX_INIT("log sinks", LOCK_RANK_LOG_SINKS);

static struct mutex lock = MUTEX_INIT("log", LOCK_RANK_LOG); /* all below */
static struct cond wake = COND_INIT;                         /* the thread has something to do */
static struct log_queue waiting = LOG_QUEUE_INIT(waiting);
static unsigned max_new = 1000;
static uint64_t dropped; /* entries that found the queue full, since the last report */
static bool running;     /* the thread takes care of the queue */
static bool urgent;      /* there is something for the sinks */
static struct thread writer;

const char *log_subsys_name(enum log_subsys subsys)
{
#define X(name, log_level, gather_level) [LOG_##name] = #name,
    static const char *const names[] = {LOG_SUBSYSTEMS(X)};
#undef X
    return names[subsys];
}

void log_set_levels(enum log_subsys subsys, int log_level, int gather_level)
{
    atomic_store(&log_levels[subsys], log_level);
    atomic_store(&gather_levels[subsys], gather_level);
    atomic_store(&log_thresholds[subsys], log_level > gather_level ? log_level : gather_level);
}

void log_get_levels(enum log_subsys subsys, int *log_level, int *gather_level)
{
    *log_level = atomic_load(&log_levels[subsys]);
    *gather_level = atomic_load(&gather_levels[subsys]);
}

static struct log_entry *entry_create(enum log_subsys subsys, int level, const char *fmt, va_list ap)
{
    struct log_entry *e;
    va_list again;
    char text[512];
    int n;

    va_copy(again, ap);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    e = n < 0 ? NULL : malloc(sizeof(*e) + (size_t)n + 1);
    if (e) {
        if ((size_t)n < sizeof(text))
            memcpy(e->text, text, (size_t)n + 1);
        else
            vsnprintf(e->text, (size_t)n + 1, fmt, again);
        while (n && e->text[n - 1] == '\n')
            e->text[--n] = '\0';
        e->len = (uint32_t)n;
        e->stamp_ns = clock_realtime_ns();
        e->thread = (uint64_t)pthread_self();
        e->level = (int16_t)level;
        e->subsys = (uint16_t)subsys;
        e->to_sinks = level < 0 || level <= atomic_load_explicit(&log_levels[subsys], memory_order_relaxed);
    }
    va_end(again);
    return e;
}

static void push_text_locked(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void push_text_locked(const char *fmt, ...)
{
    struct log_entry *e;
    va_list ap;

    va_start(ap, fmt);
    e = entry_create(LOG_none, -1, fmt, ap);
    va_end(ap);
    if (e)
        log_queue_push(&waiting, e);
}

/* Moves what is queued, and word of what was dropped, to *out. */
static void take_waiting(struct log_queue *out)
{
    mutex_lock(&lock);
    if (dropped) {
        push_text_locked("log: %llu entries were dropped: the log cannot be written as fast as it grows",
                         (unsigned long long)dropped);
        dropped = 0;
    }
    *out = waiting;
    if (!out->first)
        out->last = &out->first;
    log_queue_init(&waiting);
    urgent = false;
    mutex_unlock(&lock);
}

static void write_waiting_locked(void)
{
    struct log_queue now;

    take_waiting(&now);
    log_sinks_write(&now);
}

/* Queues the entry. True when the caller has to write, because nobody else does. */
static bool enqueue(struct log_entry *e)
{
    bool direct;

    mutex_lock(&lock);
    direct = !running;
    if (running && waiting.count >= (e->level > 0 ? max_new : 8 * max_new)) {
        dropped++;
        free(e);
    } else {
        log_queue_push(&waiting, e);
        /* What is only for the ring can wait until there is more of it. */
        if (running && !urgent && (e->to_sinks || waiting.count >= max_new / 2)) {
            urgent = true;
            cond_signal(&wake);
        }
    }
    mutex_unlock(&lock);
    return direct;
}

void log_write(enum log_subsys subsys, int level, const char *fmt, ...)
{
    struct log_entry *e;
    va_list ap;
    int saved = errno;

    va_start(ap, fmt);
    e = entry_create(subsys, level, fmt, ap);
    va_end(ap);
    if (e && enqueue(e) && !mutex_is_mine(&sinks_lock)) {
        mutex_lock(&sinks_lock);
        write_waiting_locked();
        mutex_unlock(&sinks_lock);
    }
    errno = saved;
}

static void *writer_main(void *arg UNUSED)
{
    mutex_lock(&lock);
    while (running) {
        if (!urgent) {
            cond_wait(&wake, &lock);
            continue;
        }
        mutex_unlock(&lock);
        log_flush();
        mutex_lock(&lock);
    }
    mutex_unlock(&lock);
    return NULL;
}

int log_start(void)
{
    int r;

    mutex_lock(&lock);
    if (running) {
        mutex_unlock(&lock);
        return 0;
    }
    running = true;
    mutex_unlock(&lock);
    r = thread_start(&writer, "log", writer_main, NULL);
    if (r) {
        mutex_lock(&lock);
        running = false;
        mutex_unlock(&lock);
    }
    return r;
}

void log_stop(void)
{
    bool was;

    mutex_lock(&lock);
    was = running;
    running = false;
    cond_signal(&wake);
    mutex_unlock(&lock);
    if (was)
        thread_join(&writer);
    log_flush();
}

void log_flush(void)
{
    mutex_lock(&sinks_lock);
    write_waiting_locked();
    mutex_unlock(&sinks_lock);
}

int log_configure(const struct log_config *config, char **err)
{
    int r;

    mutex_lock(&sinks_lock);
    r = log_sinks_configure(config, err);
    mutex_unlock(&sinks_lock);
    mutex_lock(&lock);
    if (config->max_new)
        max_new = config->max_new;
    mutex_unlock(&lock);
    return r;
}

void log_chown(unsigned uid, unsigned gid)
{
    mutex_lock(&sinks_lock);
    log_sinks_chown(uid, gid);
    mutex_unlock(&sinks_lock);
}

void log_reopen(void)
{
    char *err = NULL;
    int r;

    mutex_lock(&sinks_lock);
    write_waiting_locked();
    r = log_sinks_reopen(&err);
    mutex_unlock(&sinks_lock);
    if (r)
        derr(none, "%s; going on with the old one", err ? err : strerror(-r));
    free(err);
}

void log_dump_recent(void)
{
    mutex_lock(&sinks_lock);
    write_waiting_locked();
    log_sinks_dump(NULL);
    mutex_unlock(&sinks_lock);
}

void log_shutdown(void)
{
    log_stop();
    mutex_lock(&sinks_lock);
    log_sinks_close();
    mutex_unlock(&sinks_lock);
}

/* For log_crash.c: the thread that crashed may hold a lock of the log's, and any other may hold it for good.
 */
static bool lock_for_crash(struct mutex *m)
{
    for (int i = 0; i < 100 && !mutex_is_mine(m); i++) {
        struct timespec pause = {.tv_nsec = 2 * (long)NSEC_PER_MSEC};
        if (mutex_trylock(m))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void log_crash_dump(void)
{
    bool have_sinks = lock_for_crash(&sinks_lock), have = lock_for_crash(&lock);

    log_sinks_dump(&waiting);
    if (have)
        mutex_unlock(&lock);
    if (have_sinks)
        mutex_unlock(&sinks_lock);
}
