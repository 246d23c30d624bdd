/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/large_block.h"

#define CRC_KNOWN (UINT64_C(1) << 32)

static void init_buffer(struct buffer *b, void *data, size_t size)
{
    memset(b, 0, sizeof(*b));
    b->data = data;
    b->size = size;
    atomic_init(&b->refs, 1);
}

static struct buffer *header_only(void *data, size_t size)
{
    struct buffer *b = malloc(sizeof(*b));

    if (b)
        init_buffer(b, data, size);
    return b;
}

static void free_large(void *size, void *data)
{
    large_block_put(data, (size_t)(uintptr_t)size);
}

static struct buffer *create_large(size_t size)
{
    void *data = large_block_get(size),
         *arg = (void *)(uintptr_t)size; /* NOLINT(performance-no-int-to-ptr) */
    struct buffer *b = data ? buffer_wrap(data, size, free_large, arg) : NULL;

    if (data && !b)
        large_block_put(data, size);
    return b;
}

struct buffer *buffer_create(size_t size)
{
    struct buffer *b;

    if (large_block_fits(size))
        return create_large(size);
    if (size > SIZE_MAX - sizeof(*b))
        return NULL;
    b = malloc(sizeof(*b) + size);
    if (b)
        init_buffer(b, (uint8_t *)(b + 1), size);
    return b;
}

static void free_aligned_base(void *base, void *data UNUSED)
{
    free(base);
}

/* Not by posix_memalign(): glibc learns from what is freed to keep large blocks instead of mapping fresh
 * pages each time, but an aligned block never looks as large to it as it was asked for, and so is mapped for
 * ever. */
struct buffer *buffer_create_aligned(size_t size, size_t alignment, size_t offset)
{
    struct buffer *b;
    uint8_t *base;
    size_t skip;

    if (large_block_fits(size) && offset == 0)
        return create_large(size);
    if (size > SIZE_MAX - offset - alignment)
        return NULL;
    base = malloc(size + offset + alignment);
    if (!base)
        return NULL;
    skip = (alignment - (uintptr_t)base % alignment) % alignment;
    b = buffer_wrap(base + skip + offset, size, free_aligned_base, base);
    if (!b)
        free(base);
    return b;
}

struct buffer *buffer_create_copy(const void *data, size_t size)
{
    struct buffer *b = buffer_create(size);

    if (b && size)
        memcpy(b->data, data, size);
    return b;
}

struct buffer *buffer_wrap(void *data, size_t size, void (*release)(void *arg, void *data), void *arg)
{
    struct buffer *b = header_only(data, size);

    if (b) {
        b->release = release;
        b->release_arg = arg;
    }
    return b;
}

static void free_data(void *arg UNUSED, void *data)
{
    free(data);
}

struct buffer *buffer_wrap_malloc(void *data, size_t size)
{
    struct buffer *b = buffer_wrap(data, size, free_data, NULL);

    if (!b)
        free(data);
    return b;
}

static void free_secret(void *size, void *data)
{
    explicit_bzero(data, (size_t)(uintptr_t)size);
    free(data);
}

struct buffer *buffer_wrap_secret(void *data, size_t size)
{
    void *arg = (void *)(uintptr_t)size; /* NOLINT(performance-no-int-to-ptr) */
    struct buffer *b = buffer_wrap(data, size, free_secret, arg);

    if (!b)
        free_secret(arg, data);
    return b;
}

void buffer_free(struct buffer *b)
{
    if (b->release)
        b->release(b->release_arg, b->data);
    free(b);
}

struct slice slice_part(const struct slice *s, size_t at, size_t len)
{
    struct slice part = {0};

    if (len) { /* an empty slice may have no bytes to count from */
        part = slice_get(s);
        part.data += at;
        part.len = len;
    }
    return part;
}

int slice_compare(const struct slice *a, const struct slice *b)
{
    return bytes_compare(a->data, a->len, b->data, b->len);
}

void bufferlist_destroy(struct bufferlist *bl)
{
    for (unsigned i = 0; i < bl->count; i++)
        slice_put(bufferlist_slice(bl, i));
    if (bl->room)
        free(bl->many);
    bufferlist_init(bl);
}

void bufferlist_wipe(struct bufferlist *bl)
{
    for (unsigned i = 0; i < bl->count; i++) {
        const struct slice *s = bufferlist_slice(bl, i);

        if (!s->buf)
            continue;
        explicit_bzero(s->buf->data + (s->data - s->buf->data), s->len);
        atomic_store_explicit(&s->buf->crc, 0, memory_order_relaxed);
    }
}

/* For one slice more than there are. */
static int make_room(struct bufferlist *bl)
{
    unsigned room = bl->room ? bl->room * 2 : 4;
    struct slice *grown;

    if (bl->count < (bl->room ? bl->room : 1))
        return 0;
    grown = realloc(bl->room ? bl->many : NULL, room * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    if (!bl->room)
        grown[0] = bl->one;
    bl->many = grown;
    bl->room = room;
    return 0;
}

int bufferlist_append(struct bufferlist *bl, struct slice s)
{
    int r = s.len ? make_room(bl) : 0;

    if (r < 0 || s.len == 0) {
        slice_put(&s);
        return r;
    }
    *bufferlist_slice(bl, bl->count++) = s;
    bl->len += s.len;
    return 0;
}

int bufferlist_append_copy(struct bufferlist *bl, const void *data, size_t len)
{
    struct buffer *b;

    if (len == 0)
        return 0;
    b = buffer_create_copy(data, len);
    return b ? bufferlist_append(bl, slice_of(b)) : -ENOMEM;
}

int bufferlist_append_list(struct bufferlist *bl, const struct bufferlist *other)
{
    for (unsigned i = 0; i < other->count; i++) {
        int r = bufferlist_append(bl, slice_get(bufferlist_slice(other, i)));
        if (r < 0)
            return r;
    }
    return 0;
}

void bufferlist_copy_out(const struct bufferlist *bl, size_t offset, void *out, size_t len)
{
    uint8_t *to = out;

    for (unsigned i = 0; i < bl->count && len; i++) {
        const struct slice *s = bufferlist_slice(bl, i);
        size_t n;
        if (offset >= s->len) {
            offset -= s->len;
            continue;
        }
        n = s->len - offset < len ? s->len - offset : len;
        memcpy(to, s->data + offset, n);
        to += n;
        len -= n;
        offset = 0;
    }
}

int bufferlist_flatten(const struct bufferlist *bl, struct slice *out)
{
    struct buffer *b;

    if (bl->count == 1) {
        *out = slice_get(bufferlist_slice(bl, 0));
        return 0;
    }
    memset(out, 0, sizeof(*out));
    if (bl->len == 0)
        return 0;
    b = buffer_create(bl->len);
    if (!b)
        return -ENOMEM;
    bufferlist_copy_out(bl, 0, b->data, bl->len);
    *out = slice_of(b);
    return 0;
}

/* That of a whole buffer is kept: an object's data may be sent many times. */
static uint32_t slice_crc32c(const struct slice *s, uint32_t seed)
{
    bool whole = s->buf && s->len == s->buf->size && seed == 0;
    uint64_t known = whole ? atomic_load_explicit(&s->buf->crc, memory_order_relaxed) : 0;
    uint32_t crc = known ? (uint32_t)known : crc32c(seed, s->data, s->len);

    if (whole && !known)
        atomic_store_explicit(&s->buf->crc, CRC_KNOWN | crc, memory_order_relaxed);
    return crc;
}

uint32_t bufferlist_crc32c(const struct bufferlist *bl, uint32_t crc)
{
    for (unsigned i = 0; i < bl->count; i++)
        crc = slice_crc32c(bufferlist_slice(bl, i), crc);
    return crc;
}
