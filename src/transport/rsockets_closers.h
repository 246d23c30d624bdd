/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_closers: the threads that call rclose, which sends all that is queued and waits for the peer to
 * have it: for ever, when the peer's host has vanished.
 *
 * ms_rsockets_closers of them work; one that is held up is replaced, up to one for each rsocket there can be.
 * An rsocket keeps its slot until rclose has returned. What does not return is left to the end of the
 * process.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_CLOSERS_H
#define CEPH_TRANSPORT_RSOCKETS_CLOSERS_H

#include <stdint.h>

#include "common/compiler.h"
#include "common/list.h"
#include "transport/rsockets_slots.h"

/* Embedded in what is closed, so that closing needs no memory. */
struct rsockets_closing {
    int fd;
    enum rsockets_slot slot;
    void (*closed)(struct rsockets_closing *c); /* on a closer's thread, without a lock: frees */
    /* the closers' */
    struct list link;
    uint64_t given_ns;
};

int rsockets_closers_start(void) MUST_CHECK;
/* Waits until all is closed, or until nothing has been closed for ms_rsockets_close_timeout. */
void rsockets_closers_stop(void);

/* Nobody may use the rsocket any more. Never blocks. */
void rsockets_closers_give(struct rsockets_closing *c);

/* The watchdog's: notices closers that are held up and replaces them. */
void rsockets_closers_look(uint64_t now_ns);

/* closing: all that was given and is not closed; stuck: those that were given longer ago than
 * ms_rsockets_close_timeout. */
void rsockets_closers_count(unsigned *closing, unsigned *stuck);

#endif
