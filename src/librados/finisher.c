/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that calls programs back: one for all cluster handles of the process. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/list.h"
#include "common/log.h"
#include "common/thread.h"
#include "librados/librados_internal.h"

struct finisher_item {
    struct list entry;
    void (*run)(void *arg);
    void *arg;
};

static struct mutex lock = MUTEX_INIT("finisher", LOCK_RANK_LIBRADOS);
static struct cond changed = COND_INIT;
static struct list queue = {&queue, &queue};
static struct thread thread;
static unsigned users;
static bool running, stopping;
static uint64_t queued, finished;
static _Thread_local bool is_finisher;

static void *finisher_run(void *arg UNUSED)
{
    is_finisher = true;
    mutex_lock(&lock);
    while (!stopping || !list_empty(&queue)) {
        struct finisher_item *i;

        if (list_empty(&queue)) {
            cond_wait(&changed, &lock);
            continue;
        }
        i = list_first(&queue, struct finisher_item, entry);
        list_remove(&i->entry);
        mutex_unlock(&lock);
        i->run(i->arg);
        free(i);
        mutex_lock(&lock);
        finished++;
        cond_broadcast(&changed);
    }
    running = false;
    cond_broadcast(&changed);
    mutex_unlock(&lock);
    return NULL;
}

int finisher_acquire(void)
{
    int r = 0;

    mutex_lock(&lock);
    while (running && stopping && !is_finisher)
        cond_wait(&changed, &lock);
    if (!running) {
        stopping = false;
        r = thread_start(&thread, "rados-callback", finisher_run, NULL);
        running = r == 0;
        if (running)
            pthread_detach(thread.id);
    }
    if (r == 0) {
        users++;
        stopping = false;
    }
    mutex_unlock(&lock);
    return r;
}

void finisher_release(void)
{
    mutex_lock(&lock);
    if (--users == 0) {
        stopping = true;
        cond_broadcast(&changed);
        while (running && stopping && !is_finisher)
            cond_wait(&changed, &lock);
    }
    mutex_unlock(&lock);
}

void finisher_queue(void (*run)(void *arg), void *arg)
{
    struct finisher_item *i = malloc(sizeof(*i));

    if (!i) {
        derr(rados, "no memory to call a program back");
        abort(); /* it would wait for ever */
    }
    *i = (struct finisher_item){.run = run, .arg = arg};
    mutex_lock(&lock);
    list_add_tail(&queue, &i->entry);
    queued++;
    cond_broadcast(&changed);
    mutex_unlock(&lock);
}

void finisher_drain(void)
{
    uint64_t until;

    if (is_finisher)
        return;
    mutex_lock(&lock);
    until = queued;
    while (running && finished < until)
        cond_wait(&changed, &lock);
    mutex_unlock(&lock);
}
