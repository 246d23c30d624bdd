/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct start {
    char name[16];
    void *(*run)(void *arg);
    void *arg;
};

static atomic_uint count;

static void *enter(void *arg)
{
    struct start s = *(struct start *)arg;
    void *result;

    free(arg);
    pthread_setname_np(pthread_self(), s.name);
    result = s.run(s.arg);
    atomic_fetch_sub(&count, 1);
    return result;
}

static int start(pthread_t *id, const pthread_attr_t *attr, const char *name, void *(*run)(void *arg),
                 void *arg)
{
    struct start *s = malloc(sizeof(*s));
    sigset_t all, before;
    int r;

    if (!s)
        return -ENOMEM;
    snprintf(s->name, sizeof(s->name), "%s", name);
    s->run = run;
    s->arg = arg;
    sigfillset(&all);
    /* What a thread does wrong itself must still reach the crash handler. */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    sigdelset(&all, SIGSYS);
    atomic_fetch_add(&count, 1);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(id, attr, enter, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r) {
        atomic_fetch_sub(&count, 1);
        free(s);
    }
    return -r;
}

int thread_start(struct thread *t, const char *name, void *(*run)(void *arg), void *arg)
{
    return start(&t->id, NULL, name, run, arg);
}

void *thread_join(struct thread *t)
{
    void *result = NULL;

    pthread_join(t->id, &result);
    return result;
}

int thread_start_detached(const char *name, void *(*run)(void *arg), void *arg)
{
    pthread_attr_t attr;
    pthread_t id;
    int r;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    r = start(&id, &attr, name, run, arg);
    pthread_attr_destroy(&attr);
    return r;
}

unsigned thread_count(void)
{
    return atomic_load(&count);
}
