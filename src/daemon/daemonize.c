/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/daemonize.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/strbuf.h"
#include "common/thread.h"

void daemonize_init(struct daemonize *d)
{
    d->ready_fd = -1;
}

void daemonize_destroy(struct daemonize *d)
{
    if (d->ready_fd >= 0)
        close(d->ready_fd);
    d->ready_fd = -1;
}

/* Waits for one byte, which says ready, or for the child's end, and leaves. */
static void wait_for_child(int fd, pid_t child)
{
    char byte;
    int status;
    ssize_t n;

    do
        n = read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        _exit(0);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            _exit(1);
    if (WIFSIGNALED(status))
        _exit(128 + WTERMSIG(status));
    /* A child that ends well without having been ready has still not become a daemon. */
    _exit(WEXITSTATUS(status) ? WEXITSTATUS(status) : 1);
}

static void null_in_place_of(int fd, int flags)
{
    int null = open("/dev/null", flags | O_CLOEXEC);

    if (null >= 0) {
        dup2(null, fd);
        close(null);
    }
}

int daemonize_fork(struct daemonize *d, char **err)
{
    int fds[2];
    pid_t child;

    assert(thread_count() == 0);
    if (pipe2(fds, O_CLOEXEC))
        return err_set(err, -errno, "cannot go to the background: %s", strerror(errno));
    fflush(NULL); /* or it would come out twice */
    child = fork();
    if (child < 0) {
        int r = -errno;
        close(fds[0]);
        close(fds[1]);
        return err_set(err, r, "cannot go to the background: %s", strerror(-r));
    }
    if (child > 0) {
        close(fds[1]);
        wait_for_child(fds[0], child);
    }
    close(fds[0]);
    d->ready_fd = fds[1];
    setsid();
    null_in_place_of(STDIN_FILENO, O_RDONLY);
    return 0;
}

void daemonize_ready(struct daemonize *d)
{
    if (d->ready_fd < 0)
        return;
    null_in_place_of(STDOUT_FILENO, O_WRONLY);
    null_in_place_of(STDERR_FILENO, O_WRONLY);
    (void)!write(d->ready_fd, "", 1);
    daemonize_destroy(d);
}
