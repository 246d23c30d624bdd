/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What genuine librados has for C++ programs only. */
#include "include/rados/librados_more.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "librados/pairs.h"
#include "types/entity_addr.h"
#include "types/entity_name.h"
#include "types/osd_op.h"
#include "types/utime.h"

#define STAT_BYTES        16
#define WATCHER_BYTES_MIN 30

int rados_stat2(rados_ioctx_t io, const char *oid, uint64_t *psize, struct timespec *pmtime)
{
    char bytes[STAT_BYTES];
    struct sync_call s;
    struct utime mtime;
    struct decode d;
    uint64_t size;
    int r;

    sync_call_init(&s, io);
    object_operation_add(&s.steps, OSD_OP_STAT);
    r = sync_call_read(&s, oid, bytes, sizeof(bytes));
    if (r < 0)
        return r;
    decode_init(&d, bytes, (size_t)r);
    size = decode_u64(&d);
    mtime = utime_decode(&d);
    if (decode_error(&d))
        return -EIO;
    if (psize)
        *psize = size;
    if (pmtime)
        *pmtime = (struct timespec){.tv_sec = mtime.sec, .tv_nsec = mtime.nsec};
    return 0;
}

int rados_omap_get_header(rados_ioctx_t io, const char *oid, char **header, size_t *len)
{
    struct sync_call s;

    sync_call_init(&s, io);
    object_operation_add(&s.steps, OSD_OP_OMAPGETHEADER);
    new_buffer_attach(&s.steps, header, len, NULL);
    return sync_call_run(&s, oid);
}

void rados_write_op_omap_set_header(rados_write_op_t op, const char *header, size_t len)
{
    struct object_operation *o = op;
    struct osd_op *step = object_operation_add(o, OSD_OP_OMAPSETHEADER);

    if (!step || len == 0)
        return;
    step->in = slice_of(buffer_create_copy(header, len));
    if (!step->in.buf)
        o->error = -ENOMEM;
}

void rados_write_op_copy_from(rados_write_op_t op, const char *src, rados_ioctx_t src_io,
                              uint64_t src_version, uint32_t src_flags)
{
    const struct rados_ioctx *from = src_io;
    struct object_locator l = {.pool = from->pool,
                               .key = (char *)from->key,
                               .nspace = (char *)from->nspace,
                               .hash = OBJECT_LOCATOR_NO_HASH};

    object_operation_copy_from(
        op, src, &l,
        (struct osd_op_copy_from){.snapid = from->read_snap, .version = src_version, .fadvise = src_flags});
}

/* ---- watchers ---- */

static void decode_watcher(struct decode *d, struct rados_watcher *w)
{
    char addr_text[ENTITY_ADDR_TEXT_MAX];
    struct entity_name name;
    struct entity_addr addr;
    struct decode body;
    uint8_t v;

    body = decode_struct(d, 2, &v);
    entity_name_decode(&name, &body);
    w->watcher_id = name.num;
    w->cookie = decode_u64(&body);
    w->timeout_seconds = decode_u32(&body);
    entity_addr_decode(&addr, &body);
    decode_end(d, &body);
    if (!decode_error(d))
        snprintf(w->addr, sizeof(w->addr), "%s", entity_addr_print_bare(&addr, addr_text));
}

static int decode_watchers(const char *buf, size_t len, struct rados_watcher **watchers, size_t *count)
{
    struct decode d, body;
    uint8_t v;

    decode_init(&d, buf, len);
    body = decode_struct(&d, 1, &v);
    *count = decode_count(&body, WATCHER_BYTES_MIN);
    *watchers = calloc(*count + 1, sizeof(**watchers));
    if (!*watchers)
        return -ENOMEM;
    for (size_t i = 0; i < *count; i++)
        decode_watcher(&body, &(*watchers)[i]);
    if (!decode_error(&body))
        return 0;
    free(*watchers);
    *watchers = NULL;
    return -EIO;
}

int rados_list_watchers(rados_ioctx_t io, const char *oid, struct rados_watcher **watchers, size_t *count)
{
    struct sync_call s;
    size_t len;
    char *buf;
    int r;

    *watchers = NULL;
    *count = 0;
    sync_call_init(&s, io);
    object_operation_add(&s.steps, OSD_OP_LIST_WATCHERS);
    new_buffer_attach(&s.steps, &buf, &len, NULL);
    r = sync_call_run(&s, oid);
    if (r >= 0)
        r = buf ? decode_watchers(buf, len, watchers, count) : -ENOMEM;
    free(buf);
    return r;
}
