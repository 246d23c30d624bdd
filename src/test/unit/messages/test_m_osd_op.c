/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Object operations of genuine clients and replies of a genuine OSD: read, written again to the same bytes,
 * cut. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "messages/m_osd_op.h"
#include "test/unit/unit.h"
#include "test/unit/vector.h"
#include "types/hobject.h"

#define FRONT ".front.bin"

static char *names[256];
static size_t count;

static char *vector_path(const char *name)
{
    const char *srcdir = getenv("srcdir");
    char *path = NULL;

    return asprintf(&path, "%s/src/test/vectors/%s", srcdir ? srcdir : ".", name) < 0 ? NULL : path;
}

static int list_vectors(void **state UNUSED)
{
    char *path = vector_path("osd-op");
    DIR *dir = opendir(path);
    struct dirent *d;

    free(path);
    if (!dir)
        return -1;
    while ((d = readdir(dir)) && count < ARRAY_SIZE(names)) {
        char *end = strstr(d->d_name, FRONT);
        if (end)
            names[count++] = strndup(d->d_name, (size_t)(end - d->d_name));
    }
    closedir(dir);
    return count > 50 ? 0 : -1;
}

static int free_names(void **state UNUSED)
{
    while (count)
        free(names[--count]);
    return 0;
}

static bool have(const char *file)
{
    char *path = vector_path(file);
    FILE *f = fopen(path, "rb");

    free(path);
    if (f)
        fclose(f);
    return f != NULL;
}

static struct message *received(const char *name)
{
    struct message *m = message_create(strncmp(name, "0042", 4) == 0 ? MSG_OSD_OP : MSG_OSD_OPREPLY, 8, 2);
    char file[256];
    size_t len;
    uint8_t *bytes;

    assert_non_null(m);
    snprintf(file, sizeof(file), "osd-op/%s" FRONT, name);
    bytes = vector_load(file, &len);
    m->front = slice_of(buffer_wrap_malloc(bytes, len));
    snprintf(file, sizeof(file), "osd-op/%s.data.bin", name);
    if (have(file)) {
        bytes = vector_load(file, &len);
        assert_int_equal(bufferlist_append(&m->data, slice_of(buffer_wrap_malloc(bytes, len))), 0);
    }
    return m;
}

static struct message *again(const struct message *in)
{
    struct m_osd_op op;
    struct m_osd_op_reply reply;

    if (in->type == MSG_OSD_OP)
        return m_osd_op_decode(&op, in) ? NULL : m_osd_op_send(&op);
    return m_osd_op_reply_decode(&reply, in) ? NULL : m_osd_op_reply_send(&reply);
}

static void test_same_bytes(void **state UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        struct message *in = received(names[i]), *out = again(in);
        const struct message_encoding *e;
        struct slice a, b;
        if (!out)
            fail_msg("%s: not decoded", names[i]);
        e = message_encoding_for(out, CEPH_FEATURES_ALL);
        assert_non_null(e);
        if (e->front.len != in->front.len || memcmp(e->front.data, in->front.data, e->front.len) != 0)
            fail_msg("%s: other bytes", names[i]);
        assert_int_equal(bufferlist_flatten(&in->data, &a), 0);
        assert_int_equal(bufferlist_flatten(&out->data, &b), 0);
        assert_int_equal(a.len, b.len);
        if (a.len)
            assert_memory_equal(a.data, b.data, a.len);
        slice_put(&a);
        slice_put(&b);
        message_put(in);
        message_put(out);
    }
}

static void test_cut_short(void **state UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        struct message *in = received(names[i]);
        size_t full = in->front.len;
        for (in->front.len = 0; in->front.len < full; in->front.len++) {
            struct message *out = again(in);
            if (out)
                fail_msg("%s: taken with %zu of %zu bytes", names[i], in->front.len, full);
        }
        if (in->data.len) { /* data that does not fit the steps */
            bufferlist_slice(&in->data, 0)->len--;
            in->data.len--;
            assert_null(again(in));
        }
        message_put(in);
    }
}

static void test_what_it_says(void **state UNUSED)
{
    struct message *m = received("0042-MOSDOp-CREATE+WRITEFULL+WRITE");
    struct m_osd_op op;

    assert_int_equal(m_osd_op_decode(&op, m), 0);
    message_put(m);
    assert_int_equal(op.op_count, 3);
    assert_int_equal(op.ops[0].code, OSD_OP_CREATE);
    assert_int_equal(op.ops[1].code, OSD_OP_WRITEFULL);
    assert_int_equal(osd_op_extent(&op.ops[1]).length, op.ops[1].in.len);
    assert_int_equal(op.ops[2].code, OSD_OP_WRITE);
    assert_true(op.flags & OSD_FLAG_WRITE);
    assert_true(op.snapid == SNAP_HEAD);
    m_osd_op_destroy(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_what_it_says),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("m_osd_op", tests, list_vectors, free_names);
}
