/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spin: how long a poller goes on looking before it sleeps. The clock is read once for many looks: where the
 * kernel has to be asked for the time, that costs more than a look.
 */
#ifndef CEPH_TRANSPORT_SPIN_H
#define CEPH_TRANSPORT_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"

#define SPIN_LOOKS_PER_CLOCK 64

struct spin {
    uint64_t span_ns, deadline_ns;
    uint64_t start_ns; /* 0: the clock has not been read yet */
    unsigned looks;
};

/* After having looked at so many things without finding anything. */
static inline bool spin_goes_on(struct spin *s, unsigned looked)
{
    uint64_t now;

    s->looks += looked;
    if (s->looks < SPIN_LOOKS_PER_CLOCK)
        return true;
    s->looks = 0;
    now = clock_monotonic_ns();
    if (!s->start_ns)
        s->start_ns = now;
    return now - s->start_ns < s->span_ns && now < s->deadline_ns;
}

#endif
