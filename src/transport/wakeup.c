/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/wakeup.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wakeup_init(struct wakeup *w)
{
    atomic_init(&w->pending, false);
    atomic_init(&w->sleeping, false);
    w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return w->fd < 0 ? -errno : 0;
}

void wakeup_destroy(struct wakeup *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

void wakeup_wake(struct wakeup *w)
{
    const uint64_t one = 1;
    ssize_t n;

    if (atomic_exchange(&w->pending, true))
        return; /* an earlier waker has seen to it */
    if (!atomic_load(&w->sleeping))
        return;
    do
        n = write(w->fd, &one, sizeof(one));
    while (n < 0 && errno == EINTR);
}

bool wakeup_consume(struct wakeup *w)
{
    return atomic_load_explicit(&w->pending, memory_order_relaxed) && atomic_exchange(&w->pending, false);
}

/* sleeping is set before pending is read, and a waker writes pending before it reads sleeping: one of the two
 * sees the other. */
bool wakeup_may_sleep(struct wakeup *w)
{
    atomic_store(&w->sleeping, true);
    if (!atomic_load(&w->pending))
        return true;
    return !wakeup_awake(w, false);
}

bool wakeup_awake(struct wakeup *w, bool drain)
{
    uint64_t n;

    atomic_store(&w->sleeping, false);
    if (drain)
        while (read(w->fd, &n, sizeof(n)) < 0 && errno == EINTR)
            ;
    return wakeup_consume(w);
}
