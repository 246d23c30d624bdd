/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "os/extents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

enum {
    BLOCK = 65536, /* what small slices are copied together into */
    SMALL = 4096,  /* slices below this are small */
    CROWDED = 64,  /* from so many extents on it is looked whether they are too many */
    ZEROES = 65536,
};

void extents_destroy(struct extents *x)
{
    for (unsigned i = 0; i < x->count; i++)
        slice_put(&x->items[i].data);
    free(x->items);
    *x = (struct extents){0};
}

static uint64_t end_of(const struct extent *e)
{
    return e->offset + e->data.len;
}

/* Below 0: the extent ends before or at offset. */
static int compare_end(const void *extent, const void *offset)
{
    return end_of(extent) <= *(const uint64_t *)offset ? -1 : 1;
}

/* The first extent that ends behind offset. */
static unsigned find(const struct extents *x, uint64_t offset)
{
    if (x->count && end_of(&x->items[x->count - 1]) <= offset)
        return x->count; /* appending */
    return array_lower_bound(x->items, x->count, sizeof(*x->items), &offset, compare_end);
}

static int make_room(struct extents *x, unsigned more)
{
    unsigned room = x->room ? x->room : 1;
    struct extent *items;

    if (x->count + more <= x->room)
        return 0;
    while (room < x->count + more)
        room *= 2;
    items = realloc(x->items, room * sizeof(*items));
    if (!items)
        return -ENOMEM;
    x->items = items;
    x->room = room;
    return 0;
}

static void insert_at(struct extents *x, unsigned i, struct extent e)
{
    memmove(&x->items[i + 1], &x->items[i], (x->count - i) * sizeof(*x->items));
    x->items[i] = e;
    x->count++;
    x->bytes += e.data.len;
}

static void remove_at(struct extents *x, unsigned i, unsigned n)
{
    for (unsigned k = i; k < i + n; k++) {
        x->bytes -= x->items[k].data.len;
        slice_put(&x->items[k].data);
    }
    memmove(&x->items[i], &x->items[i + n], (x->count - i - n) * sizeof(*x->items));
    x->count -= n;
}

/* Makes room must have been called for one more. Returns where the hole is. */
static unsigned punch(struct extents *x, uint64_t offset, uint64_t length)
{
    uint64_t end = offset + length;
    unsigned i = find(x, offset), n = 0;

    if (i == x->count || x->items[i].offset >= end)
        return i;
    if (x->items[i].offset < offset) { /* its head stays */
        struct extent *e = &x->items[i];
        uint64_t keep = offset - e->offset;
        if (end_of(e) > end) { /* and its tail */
            struct extent tail = {end, slice_part(&e->data, end - e->offset, end_of(e) - end)};
            x->bytes -= e->data.len - keep;
            e->data.len = keep;
            insert_at(x, i + 1, tail);
            return i + 1;
        }
        x->bytes -= e->data.len - keep;
        e->data.len = keep;
        i++;
    }
    while (i + n < x->count && end_of(&x->items[i + n]) <= end)
        n++;
    remove_at(x, i, n);
    if (i < x->count && x->items[i].offset < end) { /* the last one's tail stays */
        struct extent *e = &x->items[i];
        uint64_t cut = end - e->offset;
        e->offset = end;
        e->data.data += cut;
        e->data.len -= cut;
        x->bytes -= cut;
    }
    return i;
}

int extents_punch(struct extents *x, uint64_t offset, uint64_t length)
{
    int r = make_room(x, 1);

    if (r == 0 && length)
        punch(x, offset, length);
    return r;
}

static int to_slice(const struct extents *x, uint64_t offset, uint64_t length, struct slice *out)
{
    struct bufferlist bl;
    int r;

    bufferlist_init(&bl);
    r = extents_read(x, offset, length, &bl);
    *out = slice_of(r ? NULL : buffer_create(length));
    if (out->buf)
        bufferlist_copy_out(&bl, 0, out->buf->data, length);
    else
        r = -ENOMEM;
    bufferlist_destroy(&bl);
    return r;
}

/* Copies neighbouring small extents into blocks, so that their number is in keeping with the bytes. */
static int settle(struct extents *x)
{
    for (unsigned i = 0; i + 1 < x->count; i++) {
        unsigned n = 1;
        uint64_t start = x->items[i].offset;
        struct slice all;
        int r;

        if (x->items[i].data.len >= BLOCK / 2)
            continue;
        while (i + n < x->count && x->items[i + n].offset == end_of(&x->items[i + n - 1]) &&
               end_of(&x->items[i + n]) - start <= BLOCK)
            n++;
        if (n < 2)
            continue;
        r = to_slice(x, start, end_of(&x->items[i + n - 1]) - start, &all);
        if (r)
            return r;
        remove_at(x, i, n);
        insert_at(x, i, (struct extent){start, all});
    }
    return 0;
}

/* A slice that may be kept: the caller's, or a copy when that holds much more memory. */
static int keepable(const struct slice *data, struct slice *out)
{
    if (data->buf && data->buf->size <= 2 * data->len + SMALL / 8) {
        *out = slice_get(data);
        return 0;
    }
    *out = slice_of(buffer_create_copy(data->data, data->len));
    return out->buf ? 0 : -ENOMEM;
}

int extents_write(struct extents *x, uint64_t offset, const struct slice *data)
{
    struct slice kept;
    unsigned i;
    int r;

    if (!data->len)
        return 0;
    r = make_room(x, 2);
    if (r == 0)
        r = keepable(data, &kept);
    if (r)
        return r;
    i = punch(x, offset, data->len);
    insert_at(x, i, (struct extent){offset, kept});
    if (x->count < CROWDED || x->count < x->settle_at || x->bytes / x->count >= BLOCK / 8)
        return 0;
    r = settle(x);
    x->settle_at = 2 * x->count;
    return r;
}

static void zeroes_release(void *arg UNUSED, void *data UNUSED)
{
}

int bufferlist_append_zeroes(struct bufferlist *bl, uint64_t length)
{
    static const uint8_t zeroes[ZEROES];
    int r = 0;

    while (length && r == 0) {
        size_t n = length < ZEROES ? length : ZEROES;
        struct buffer *b = buffer_wrap((void *)zeroes, n, zeroes_release, NULL);
        r = b ? bufferlist_append(bl, slice_of(b)) : -ENOMEM;
        length -= n;
    }
    return r;
}

int extents_read(const struct extents *x, uint64_t offset, uint64_t length, struct bufferlist *out)
{
    uint64_t end = offset + length;
    int r = 0;

    for (unsigned i = find(x, offset); offset < end && r == 0; i++) {
        const struct extent *e = i < x->count && x->items[i].offset < end ? &x->items[i] : NULL;
        uint64_t data_at = e ? (e->offset > offset ? e->offset : offset) : end, data_end;
        if (data_at > offset)
            r = bufferlist_append_zeroes(out, data_at - offset);
        offset = data_at;
        if (!e || r)
            break;
        data_end = end_of(e) < end ? end_of(e) : end;
        r = bufferlist_append(out, slice_part(&e->data, offset - e->offset, data_end - offset));
        offset = data_end;
    }
    return r;
}

int extents_copy(struct extents *to, const struct extents *from)
{
    int r = make_room(to, from->count ? from->count : 1);

    if (r)
        return r;
    for (unsigned i = 0; i < from->count; i++)
        insert_at(to, i, (struct extent){from->items[i].offset, slice_get(&from->items[i].data)});
    return 0;
}

void extents_visit(const struct extents *x, uint64_t offset, uint64_t length,
                   void (*visit)(void *arg, uint64_t offset, uint64_t length), void *arg)
{
    uint64_t end = offset + length, start = 0, stop = 0; /* the run that is being gathered */

    for (unsigned i = find(x, offset); i < x->count && x->items[i].offset < end; i++) {
        uint64_t a = x->items[i].offset > offset ? x->items[i].offset : offset;
        uint64_t b = end_of(&x->items[i]) < end ? end_of(&x->items[i]) : end;
        if (stop != a || stop == start) {
            if (stop > start)
                visit(arg, start, stop - start);
            start = a;
        }
        stop = b;
    }
    if (stop > start)
        visit(arg, start, stop - start);
}
