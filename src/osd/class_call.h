/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * class_call: methods of object classes, which run within an operation on their object, and what they may do
 * there.
 *
 * Classes are built in: a class_NAME.c has the methods, and class_call.c the list. A method reads the object
 * as it was before the operation; what it changes happens with the operation or not at all. It returns 0, a
 * positive result or negative errno. Threads: under the group's lock.
 */
#ifndef CEPH_OSD_CLASS_CALL_H
#define CEPH_OSD_CLASS_CALL_H

#include "osd/op_context.h"

enum class_flag { CLASS_RD = 1, CLASS_WR = 2 }; /* what a method may do; -EIO for one that does more */

struct class_call {
    struct op_context *c;
    unsigned flags;  /* enum class_flag */
    bool strayed;    /* it did what its flags do not have */
    struct slice in; /* borrowed */
    struct encode out;
};

struct class_method {
    const char *name; /* NULL: the end of a list */
    unsigned flags;
    int (*run)(struct class_call *k);
};

struct osd_class {
    const char *name;
    const struct class_method *methods;
};

extern const struct osd_class class_hello, class_lock, class_refcount, class_version;

/* -EOPNOTSUPP with a line in the log when the operation calls what we have not. */
int class_check_calls(const struct op_request *req) MUST_CHECK;
/* What a call names. NULL: there is no such class or method, or the call is malformed. */
const struct class_method *class_method_find(const struct osd_op *op);

/* ---- for methods; -ENOENT: there is no object ---- */

int class_read(struct class_call *k, uint64_t offset, uint64_t length, struct slice *data) MUST_CHECK;
int class_stat(struct class_call *k, uint64_t *size) MUST_CHECK;
/* -ENODATA: no such attribute. The caller puts value. */
int class_getattr(struct class_call *k, const char *name, struct slice *value) MUST_CHECK;
/* Attributes with their users' names. */
int class_each_attr(struct class_call *k, os_visit_pair visit, void *arg) MUST_CHECK;
int class_write_full(struct class_call *k, const void *data, size_t len) MUST_CHECK;
int class_remove(struct class_call *k) MUST_CHECK;
/* Takes the bytes of e; -ENOMEM also where e has failed. */
int class_setattr(struct class_call *k, const char *name, struct encode *e) MUST_CHECK;

/* Who calls. */
struct entity_name class_caller(const struct class_call *k);
struct entity_addr class_caller_addr(const struct class_call *k);

#endif
