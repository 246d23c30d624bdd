/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_failure: which OSDs say of which others that they do not answer any more, and since when. Owner: init
 * and destroy on the caller's storage. Threads: none of its own. Pure. See:
 * src/test/unit/mon/test_osd_failure.c.
 */
#ifndef CEPH_MON_OSD_FAILURE_H
#define CEPH_MON_OSD_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"

struct osd_failure_report {
    int32_t target, reporter;
    uint64_t since_ns; /* when the target was heard last; monotonic */
};

struct osd_failures {
    struct osd_failure_report *reports; /* malloc'ed */
    unsigned count;
};

void osd_failures_init(struct osd_failures *f);
void osd_failures_destroy(struct osd_failures *f);

/* Another report of the same takes the place of the first. */
int osd_failures_add(struct osd_failures *f, int32_t target, int32_t reporter, uint64_t since_ns) MUST_CHECK;
/* The reporter hears the target again. True: it had reported it. */
bool osd_failures_cancel(struct osd_failures *f, int32_t target, int32_t reporter);
/* The OSD went down: what was said of it, and what it said, counts no more. */
void osd_failures_forget(struct osd_failures *f, int32_t osd);

struct osd_failure_sum {
    unsigned reporters;
    unsigned groups;   /* that reporters are in, such as hosts: a host that is cut off is one voice */
    uint64_t since_ns; /* the latest of what they say */
};
/* What is said of the target. group_of tells the group of a reporter. */
struct osd_failure_sum osd_failures_sum(const struct osd_failures *f, int32_t target,
                                        int32_t (*group_of)(void *arg, int32_t reporter), void *arg);

#endif
