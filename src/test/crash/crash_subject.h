/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash_subject: a store whose crashes are tried: how it is used, and how it is looked at afterwards.
 *
 * Marks in the journal: "made", from when on the store must open; "LANE N": transaction N of a lane, which
 * counts from 0, was told durable. What a lane's transaction does follows from the two numbers.
 */
#ifndef CEPH_TEST_CRASH_CRASH_SUBJECT_H
#define CEPH_TEST_CRASH_CRASH_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

enum { CRASH_LANES = 3 };

struct crash_marks {
    bool made;
    int64_t durable[CRASH_LANES]; /* the last that was told; -1 */
};

struct crash_subject {
    const char *name;
    unsigned sessions; /* how often it is run */
    /* In a process of its own, which ends right after, without closing more than it does here. */
    bool (*run)(const char *dir, int journal, unsigned session);
    /* Also in one of its own. Says on standard output what is wrong. */
    bool (*check)(const char *dir, const struct crash_marks *marks);
};

extern const struct crash_subject crash_object_store, crash_mon_store, crash_osd;

#endif
