/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log_crash.h"

#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log_sinks.h"

#define FRAMES 64

static const struct {
    int number;
    const char *name;
} fatal[] = {
    {SIGSEGV, "Segmentation fault"}, {SIGBUS, "Bus error"},       {SIGFPE, "Arithmetic error"},
    {SIGILL, "Illegal instruction"}, {SIGABRT, "Aborted"},        {SIGSYS, "Bad system call"},
    {SIGXCPU, "CPU time exceeded"},  {SIGXFSZ, "File too large"},
};

static atomic_flag crashing = ATOMIC_FLAG_INIT;
static char stack[64 << 10]
    __attribute__((aligned(16))); /* for the main thread, when it has used up its own */

static void say(const char *text)
{
    log_sinks_raw(text, strlen(text));
}

static const char *signal_name(int number)
{
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
        if (fatal[i].number == number)
            return fatal[i].name;
    return "unknown signal";
}

/* The same head as every entry has, for people who look for the time of the crash. */
static void say_head(void)
{
    struct log_entry e = {.stamp_ns = clock_realtime_ns(), .thread = (uint64_t)pthread_self(), .level = -1};
    char head[LOG_HEAD_MAX];

    log_sinks_raw(head, log_entry_head(&e, 0, head));
}

static void on_fatal_signal(int number, siginfo_t *info UNUSED, void *context UNUSED)
{
    void *frames[FRAMES];
    int fds[2], n;

    if (atomic_flag_test_and_set(&crashing)) {
        /* Another thread is at it, or we crashed at it. Leave the other some time. */
        struct timespec pause = {.tv_sec = 5};
        nanosleep(&pause, NULL);
        raise(number);
        return;
    }
    say_head();
    say("*** Caught signal (");
    say(signal_name(number));
    say(") **\n");
    n = backtrace(frames, FRAMES);
    log_sinks_fds(fds);
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            backtrace_symbols_fd(frames, n, fds[i]);
    log_crash_dump();
    /* SA_RESETHAND has put the default action back. */
    raise(number);
}

void log_crash_install(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
    stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
    void *frame[1];

    (void)!backtrace(frame, 1); /* loads what it needs now, not in the handler */
    sigaltstack(&own, NULL);
    action.sa_sigaction = on_fatal_signal;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
        sigaction(fatal[i].number, &action, NULL);
}
