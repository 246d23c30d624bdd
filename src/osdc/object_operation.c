/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osdc/object_operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 1024

void object_operation_init(struct object_operation *o)
{
    o->ops = o->inline_ops;
    o->steps = o->inline_steps;
    o->count = 0;
    o->room = OBJECT_OPERATION_INLINE;
    o->reads = o->writes = false;
    o->error = 0;
}

void object_operation_destroy(struct object_operation *o)
{
    for (unsigned i = 0; i < o->count; i++)
        osd_op_destroy(&o->ops[i]);
    if (o->ops != o->inline_ops) {
        free(o->ops);
        free(o->steps);
    }
    object_operation_init(o);
}

void object_operation_move(struct object_operation *to, struct object_operation *from)
{
    bool is_inline = from->ops == from->inline_ops;

    object_operation_init(to);
    to->count = from->count;
    to->reads = from->reads;
    to->writes = from->writes;
    to->error = from->error;
    if (is_inline) {
        memcpy(to->inline_ops, from->inline_ops, from->count * sizeof(from->inline_ops[0]));
        memcpy(to->inline_steps, from->inline_steps, from->count * sizeof(from->inline_steps[0]));
    } else {
        to->ops = from->ops;
        to->steps = from->steps;
        to->room = from->room;
    }
    object_operation_init(from);
}

/* Both arrays grow together. */
static int grow(struct object_operation *o)
{
    unsigned room = o->room * 2;
    struct osd_op *ops = malloc(room * sizeof(*ops));
    struct object_step *steps = malloc(room * sizeof(*steps));

    if (!ops || !steps) {
        free(ops);
        free(steps);
        return -ENOMEM;
    }
    memcpy(ops, o->ops, o->count * sizeof(*ops));
    memcpy(steps, o->steps, o->count * sizeof(*steps));
    if (o->ops != o->inline_ops) {
        free(o->ops);
        free(o->steps);
    }
    o->ops = ops;
    o->steps = steps;
    o->room = room;
    return 0;
}

int object_operation_copy(struct object_operation *to, const struct object_operation *from)
{
    object_operation_init(to);
    to->reads = from->reads;
    to->writes = from->writes;
    to->error = from->error;
    while (to->room < from->count)
        if (grow(to))
            return -ENOMEM;
    for (unsigned i = 0; i < from->count; i++) {
        to->ops[i] = from->ops[i];
        to->ops[i].in = slice_get(&from->ops[i].in);
        bufferlist_init(&to->ops[i].out);
        to->steps[i] = from->steps[i];
    }
    to->count = from->count;
    return 0;
}

uint64_t object_operation_bytes(const struct object_operation *o)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < o->count; i++) {
        bytes += o->ops[i].in.len;
        if (o->ops[i].code == OSD_OP_READ || o->ops[i].code == OSD_OP_SPARSE_READ)
            bytes += osd_op_extent(&o->ops[i]).length;
    }
    return bytes;
}

struct osd_op *object_operation_add(struct object_operation *o, enum osd_op_code code)
{
    struct osd_op *op;

    if (o->error)
        return NULL;
    if (o->count >= STEPS_MAX)
        o->error = -E2BIG;
    else if (o->count == o->room)
        o->error = grow(o);
    if (o->error)
        return NULL;
    op = &o->ops[o->count];
    memset(op, 0, sizeof(*op));
    bufferlist_init(&op->out);
    op->code = (uint16_t)code;
    memset(&o->steps[o->count], 0, sizeof(o->steps[0]));
    o->count++;
    if (osd_op_writes((uint16_t)code))
        o->writes = true;
    else
        o->reads = true;
    return op;
}

struct object_step *object_operation_last_step(struct object_operation *o)
{
    static _Thread_local struct object_step nobody; /* after a failure: what is written there is not read */

    return o->error || o->count == 0 ? &nobody : &o->steps[o->count - 1];
}

void object_operation_flag_last(struct object_operation *o, uint32_t flags)
{
    if (!o->error && o->count > 0)
        o->ops[o->count - 1].flags = flags;
}

void object_operation_extent(struct object_operation *o, enum osd_op_code code, uint64_t offset, uint64_t len,
                             struct slice data)
{
    struct osd_op *op = object_operation_add(o, code);

    if (!op) {
        slice_put(&data);
        return;
    }
    osd_op_set_extent(op, (struct osd_op_extent){.offset = offset, .length = len});
    op->in = data;
}

/* Takes the bytes of e as the data of op. */
static void set_encoded(struct object_operation *o, struct osd_op *op, struct encode *e)
{
    size_t len;
    int r = encode_error(e);
    uint8_t *bytes = encode_steal(e, &len);

    if (r == 0 && bytes && op) {
        op->in = slice_of(buffer_wrap_malloc(bytes, len));
        if (!op->in.buf)
            r = -ENOMEM;
    } else {
        free(bytes);
    }
    if (r && !o->error)
        o->error = r;
}

void object_operation_encoded(struct object_operation *o, enum osd_op_code code, struct encode *e)
{
    struct osd_op *op = object_operation_add(o, code);

    set_encoded(o, op, e);
    if (op)
        osd_op_set_extent(op, (struct osd_op_extent){.length = op->in.len});
}

void object_operation_xattr(struct object_operation *o, enum osd_op_code code, const char *name,
                            const void *value, size_t value_len, uint8_t cmp_op, uint8_t cmp_mode)
{
    struct osd_op *op = object_operation_add(o, code);
    struct encode e;

    if (!op)
        return;
    encode_init(&e);
    encode_bytes(&e, name, strlen(name));
    encode_bytes(&e, value, value_len);
    set_encoded(o, op, &e);
    osd_op_set_xattr(op, (struct osd_op_xattr){.name_len = (uint32_t)strlen(name),
                                               .value_len = (uint32_t)value_len,
                                               .cmp_op = cmp_op,
                                               .cmp_mode = cmp_mode});
}

void object_operation_call(struct object_operation *o, const char *class_name, const char *method,
                           const void *in, size_t in_len)
{
    size_t class_len = strlen(class_name), method_len = strlen(method);
    struct osd_op *op = object_operation_add(o, OSD_OP_CALL);
    struct encode e;

    if (!op)
        return;
    if (class_len > UINT8_MAX || method_len > UINT8_MAX) {
        o->error = -EINVAL;
        return;
    }
    encode_init(&e);
    encode_bytes(&e, class_name, class_len);
    encode_bytes(&e, method, method_len);
    encode_bytes(&e, in, in_len);
    set_encoded(o, op, &e);
    osd_op_set_cls(op, (struct osd_op_cls){.class_len = (uint8_t)class_len,
                                           .method_len = (uint8_t)method_len,
                                           .in_len = (uint32_t)in_len});
}

void object_operation_writesame(struct object_operation *o, uint64_t offset, uint64_t len, struct slice data)
{
    struct osd_op *op = object_operation_add(o, OSD_OP_WRITESAME);

    if (!op) {
        slice_put(&data);
        return;
    }
    osd_op_set_writesame(op,
                         (struct osd_op_writesame){.offset = offset, .length = len, .data_length = data.len});
    op->in = data;
}

void object_operation_alloc_hint(struct object_operation *o, struct osd_op_alloc_hint hint)
{
    struct osd_op *op = object_operation_add(o, OSD_OP_SETALLOCHINT);

    if (!op)
        return;
    osd_op_set_alloc_hint(op, hint);
    op->flags = OSD_OP_FLAG_FAILOK; /* a hint cannot make an operation fail */
}

void object_operation_assert_version(struct object_operation *o, uint64_t version)
{
    struct osd_op *op = object_operation_add(o, OSD_OP_ASSERT_VER);

    if (op)
        osd_op_set_u64(op, 1, version);
}

void object_operation_copy_from(struct object_operation *o, const char *name, const struct object_locator *l,
                                struct osd_op_copy_from from)
{
    struct osd_op *op = object_operation_add(o, OSD_OP_COPY_FROM);
    struct encode e;

    if (!op)
        return;
    encode_init(&e);
    encode_string(&e, name);
    object_locator_encode(l, &e);
    set_encoded(o, op, &e);
    osd_op_set_copy_from(op, from);
}

void object_operation_watch(struct object_operation *o, struct osd_op_watch watch)
{
    struct osd_op *op = object_operation_add(o, OSD_OP_WATCH);

    if (op)
        osd_op_set_watch(op, watch);
}
