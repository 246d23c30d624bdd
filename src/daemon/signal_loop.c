/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/signal_loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/strbuf.h"

static sigset_t waited_for(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

void signal_loop_init(struct signal_loop *s)
{
    s->signal_fd = s->stop_fd = -1;
}

int signal_loop_start(struct signal_loop *s, char **err)
{
    sigset_t set = waited_for();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
    s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->signal_fd < 0 || s->stop_fd < 0)
        return err_set(err, -errno, "cannot wait for signals: %s", strerror(errno));
    return 0;
}

void signal_loop_destroy(struct signal_loop *s)
{
    if (s->signal_fd >= 0)
        close(s->signal_fd);
    if (s->stop_fd >= 0)
        close(s->stop_fd);
    signal_loop_init(s);
}

int signal_loop_wait(struct signal_loop *s, void (*reload)(void))
{
    struct pollfd fds[] = {{.fd = s->signal_fd, .events = POLLIN}, {.fd = s->stop_fd, .events = POLLIN}};

    for (;;) {
        struct signalfd_siginfo info;
        if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
            continue;
        if (fds[1].revents)
            return 0;
        if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
            continue;
        if (info.ssi_signo != SIGHUP)
            return (int)info.ssi_signo;
        reload();
    }
}

bool signal_loop_is_told(void)
{
    sigset_t set;

    return sigpending(&set) == 0 && (sigismember(&set, SIGTERM) > 0 || sigismember(&set, SIGINT) > 0);
}

void signal_loop_stop(struct signal_loop *s)
{
    (void)!eventfd_write(s->stop_fd, 1);
}
