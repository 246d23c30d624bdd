/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/crash/osd_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/compiler.h"
#include "common/crc32c.h"
#include "common/strbuf.h"

enum { OFFSET_MAX = 100000, REMOVE_EVERY = 16 };

void lane_name(unsigned lane, char out[static LANE_NAME_MAX])
{
    snprintf(out, LANE_NAME_MAX, "lane%u", lane);
}

void change_make(struct change *c, unsigned lane, uint64_t n)
{
    static const enum change_kind kinds[] = {CHANGE_WRITE, CHANGE_WRITE,  CHANGE_WRITE, CHANGE_WRITE,
                                             CHANGE_WRITE, CHANGE_APPEND, CHANGE_FULL,  CHANGE_TRUNCATE};
    unsigned seed = lane * 7919 + (unsigned)n;

    c->kind =
        n % REMOVE_EVERY == REMOVE_EVERY / 2 ? CHANGE_REMOVE : kinds[rand_r(&seed) % (int)ARRAY_SIZE(kinds)];
    c->offset = (size_t)rand_r(&seed) % (OFFSET_MAX);
    c->len = (size_t)rand_r(&seed) % CHANGE_DATA_MAX + 1;
    snprintf(c->key, sizeof(c->key), "k%u", (unsigned)n % CHANGE_KEYS);
    put_le64(c->number, n);
    for (size_t i = 0; i < c->len; i++)
        c->data[i] = (char)(seed + i / 97);
}

rados_write_op_t change_op(const struct change *c)
{
    const char *keys[] = {c->key}, *values[] = {c->number};
    const size_t lens[] = {sizeof(c->number)};
    rados_write_op_t w = rados_create_write_op();

    if (c->kind == CHANGE_REMOVE) {
        rados_write_op_remove(w);
        return w;
    }
    rados_write_op_create(w, LIBRADOS_CREATE_IDEMPOTENT, NULL);
    if (c->kind == CHANGE_WRITE)
        rados_write_op_write(w, c->data, c->len, c->offset);
    else if (c->kind == CHANGE_APPEND)
        rados_write_op_append(w, c->data, c->len);
    else if (c->kind == CHANGE_FULL)
        rados_write_op_write_full(w, c->data, c->len);
    else
        rados_write_op_truncate(w, c->offset);
    rados_write_op_setxattr(w, CHANGE_ATTR, c->number, sizeof(c->number));
    rados_write_op_omap_set(w, keys, values, lens, 1);
    return w;
}

/* ---- what they make of an object ---- */

static void model_resize(struct lane_model *m, size_t size)
{
    if (size > m->size)
        memset(m->data + m->size, 0, size - m->size);
    m->size = size;
}

void lane_model_change(struct lane_model *m, unsigned lane, uint64_t n)
{
    struct change c;
    size_t at;

    change_make(&c, lane, n);
    m->number = n;
    m->exists = c.kind != CHANGE_REMOVE;
    if (c.kind == CHANGE_REMOVE || c.kind == CHANGE_FULL)
        m->size = 0;
    if (c.kind == CHANGE_REMOVE) {
        memset(m->keys, 0, sizeof(m->keys));
        return;
    }
    m->keys[n % CHANGE_KEYS] = n + 1;
    at = c.kind == CHANGE_WRITE ? c.offset : m->size;
    if (c.kind == CHANGE_TRUNCATE) {
        model_resize(m, c.offset);
        return;
    }
    if (at + c.len > sizeof(m->data))
        abort();
    if (at + c.len > m->size)
        model_resize(m, at + c.len);
    memcpy(m->data + at, c.data, c.len);
}

char *lane_model_show(const struct lane_model *m)
{
    struct strbuf text = {0};

    strbuf_printf(&text, "change %" PRIu64 " %zu bytes %08x", m->number, m->size,
                  crc32c(0, m->data, m->size));
    for (unsigned i = 0; i < CHANGE_KEYS; i++)
        if (m->keys[i])
            strbuf_printf(&text, " k%u=%" PRIu64, i, m->keys[i] - 1);
    return strbuf_steal(&text);
}
