/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * killed_child: for tests of what is left after kill -9. The test's program runs again as a child, with three
 * arguments: a folder, the number to go on with, a descriptor. It writes each number that it has done to the
 * descriptor, until it is killed. (A mere fork would inherit the memory of a store's threads without the
 * threads.)
 */
#ifndef CEPH_TEST_UNIT_KILLED_CHILD_H
#define CEPH_TEST_UNIT_KILLED_CHILD_H

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"

static inline void killed_child_become(const char *folder, uint64_t next, int report)
{
    char number[24], fd[16];

    snprintf(number, sizeof(number), "%" PRIu64, next);
    snprintf(fd, sizeof(fd), "%d", report);
    execl("/proc/self/exe", "killed_child", folder, number, fd, (char *)NULL);
    _exit(4);
}

/* Lets a child go on after what was done; gives the last number that it reports. It is killed run_ms after
 * its start, in which a slow machine may not even have it up, or after its first report. */
static inline uint64_t killed_child_run(const char *folder, uint64_t done, bool from_start, unsigned run_ms)
{
    int fds[2], status;
    uint64_t n;
    pid_t pid;

    assert_int_equal(pipe(fds), 0);
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        killed_child_become(folder, done + 1, fds[1]);
    }
    close(fds[1]);
    if (!from_start && read(fds[0], &n, sizeof(n)) == sizeof(n))
        done = n;
    usleep(1000u * run_ms);
    kill(pid, SIGKILL);
    while (read(fds[0], &n, sizeof(n)) == sizeof(n))
        done = n;
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return done;
}

#endif
