/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_change: what crash_osd.c has done to its objects, one for each lane: changes whose number says what
 * they are. Each is a compound: data, an attribute with the number, a key of the omap; or a removal. Pure.
 * Threads: none of its own.
 */
#ifndef CEPH_TEST_CRASH_OSD_CHANGE_H
#define CEPH_TEST_CRASH_OSD_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/rados/librados.h"
#include "test/crash/crash_subject.h"

enum { CHANGES_AT_ONCE = 4, CHANGE_KEYS = 8, CHANGE_DATA_MAX = 20000, LANE_NAME_MAX = 16 };

#define CHANGE_ATTR "number"

enum change_kind { CHANGE_WRITE, CHANGE_APPEND, CHANGE_FULL, CHANGE_TRUNCATE, CHANGE_REMOVE };

struct change {
    enum change_kind kind;
    size_t offset, len;
    char key[8], number[sizeof(uint64_t)];
    char data[CHANGE_DATA_MAX];
};

void lane_name(unsigned lane, char out[static LANE_NAME_MAX]);
void change_make(struct change *c, unsigned lane, uint64_t n);
/* To be released by the caller. */
rados_write_op_t change_op(const struct change *c);

/* A lane's object; what it is at first is all zero. */
struct lane_model {
    bool exists;
    size_t size;
    uint64_t number, keys[CHANGE_KEYS]; /* keys: by which change it was set, and one; 0: not there */
    char data[1 << 20];
};

void lane_model_change(struct lane_model *m, unsigned lane, uint64_t n);
/* One line; free() it. */
char *lane_model_show(const struct lane_model *m);

/* As struct crash_subject has it. */
bool crash_osd_check(const char *dir, const struct crash_marks *marks);

#endif
