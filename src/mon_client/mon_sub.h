/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_sub: what a client wants to be sent by its monitor: what it asked for already, what it has to ask for.
 *
 * Owner: the storage is the caller's; a zeroed struct wants nothing. Threads: none of its own. Pure: the time
 * is an argument, in nanoseconds of any steady clock. See: src/test/unit/mon_client/test_mon_sub.c.
 */
#ifndef CEPH_MON_CLIENT_MON_SUB_H
#define CEPH_MON_CLIENT_MON_SUB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "messages/m_mon_subscribe.h"

struct mon_sub_item {
    char *what;
    uint64_t start; /* first epoch that is not had yet */
    uint8_t flags;  /* MON_SUBSCRIBE_ONETIME */
    bool asked;     /* the monitor of this session knows */
};

struct mon_sub {
    struct mon_sub_item *items; /* malloc'ed */
    unsigned count;
    uint64_t asked_ns;    /* of the last request that awaits its ack; 0: none */
    uint64_t renew_at_ns; /* monitors of old forget; 0: this one does not */
};

void mon_sub_destroy(struct mon_sub *s);

/* Wants what from epoch start on. True when the monitor must be asked: it is new, or differs from what was
 * asked. Less than what is wanted already (a one-time look at an epoch that a standing subscription covers)
 * changes nothing. *error is set to -ENOMEM on failure, else left alone. */
bool mon_sub_want(struct mon_sub *s, const char *what, uint64_t start, uint8_t flags, int *error);
/* Wants it no more. The monitor is not told: it has no message for that. */
void mon_sub_unwant(struct mon_sub *s, const char *what);
/* Epoch came in: a one-time subscription that it answers is done, a standing one goes on from there. */
void mon_sub_got(struct mon_sub *s, const char *what, uint64_t epoch);

/* Another monitor: it knows of nothing. */
void mon_sub_new_session(struct mon_sub *s);
/* Something must be asked, or renewed. */
bool mon_sub_must_ask(const struct mon_sub *s, uint64_t now_ns);
/* Fills in out (empty before) with what to ask now and notes it as asked. -ENOMEM: nothing is noted, out is
 * for the caller to destroy. */
int mon_sub_ask(struct mon_sub *s, uint64_t now_ns, struct m_mon_subscribe *out) MUST_CHECK;
/* The monitor answered with an ack: renew before interval_sec have passed. */
void mon_sub_acked(struct mon_sub *s, uint32_t interval_sec);

#endif
