/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object_operation: steps on one object, put together to be sent as one operation, and what is to be done
 * with the answer to each step.
 *
 * Owner: storage is the caller's: init, add steps, give it to the objecter, or destroy. A slice that is added
 * is taken over; one without a buffer borrows bytes that must stay as they are until the operation is over.
 * Errors: out of memory sticks, and the operation ends with it. Threads: none of its own.
 */
#ifndef CEPH_OSDC_OBJECT_OPERATION_H
#define CEPH_OSDC_OBJECT_OPERATION_H

#include <stdbool.h>

#include "types/object_locator.h"
#include "types/osd_op.h"

struct object_step;

/* Takes what a step gave: its own result and data (which it may move away). Not called when the operation
 * got no answer. */
typedef void (*object_step_finish)(struct object_step *s, int result, struct bufferlist *out);

struct object_step {
    object_step_finish finish; /* NULL: nobody is interested */
    void *to;                  /* the user's places, as finish understands them */
    void *to2;
    size_t room;
    int *result; /* the step's result goes here; NULL: nowhere */
};

#define OBJECT_OPERATION_INLINE 2

struct object_operation {
    struct osd_op *ops;
    struct object_step *steps;
    unsigned count, room;
    bool reads, writes;
    int error;
    struct osd_op inline_ops[OBJECT_OPERATION_INLINE];
    struct object_step inline_steps[OBJECT_OPERATION_INLINE];
};

void object_operation_init(struct object_operation *o);
void object_operation_destroy(struct object_operation *o);
/* to is storage without contents; from is left empty. */
void object_operation_move(struct object_operation *to, struct object_operation *from);
/* The same steps over again, with references to their data. Inits to. */
int object_operation_copy(struct object_operation *to, const struct object_operation *from) MUST_CHECK;

/* Bytes that the steps give or ask for. */
uint64_t object_operation_bytes(const struct object_operation *o);

/* A step of any kind; the pointers are good until the next one. NULL: no memory, or too many. */
struct osd_op *object_operation_add(struct object_operation *o, enum osd_op_code code);
struct object_step *object_operation_last_step(struct object_operation *o); /* never NULL after init */
/* enum osd_op_flag for the step added last. */
void object_operation_flag_last(struct object_operation *o, uint32_t flags);

void object_operation_extent(struct object_operation *o, enum osd_op_code code, uint64_t offset, uint64_t len,
                             struct slice data);
/* A step whose data is made by an encoder, which is emptied. */
void object_operation_encoded(struct object_operation *o, enum osd_op_code code, struct encode *e);
/* name and value: copied. GETXATTR, SETXATTR, RMXATTR; CMPXATTR with op and mode. */
void object_operation_xattr(struct object_operation *o, enum osd_op_code code, const char *name,
                            const void *value, size_t value_len, uint8_t cmp_op, uint8_t cmp_mode);
void object_operation_call(struct object_operation *o, const char *class_name, const char *method,
                           const void *in, size_t in_len);
void object_operation_writesame(struct object_operation *o, uint64_t offset, uint64_t len, struct slice data);
void object_operation_alloc_hint(struct object_operation *o, struct osd_op_alloc_hint hint);
void object_operation_assert_version(struct object_operation *o, uint64_t version);
/* The object becomes a copy of `name`. */
void object_operation_copy_from(struct object_operation *o, const char *name, const struct object_locator *l,
                                struct osd_op_copy_from from);
void object_operation_watch(struct object_operation *o, struct osd_op_watch watch);

#endif
