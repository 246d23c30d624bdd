/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * encode: a growing writer of Ceph's encodings.
 *
 * A failed allocation sticks; every later call does nothing, and encode_error() tells at the end.
 * Owner: the caller inits and destroys it; encode_steal() hands the bytes over. Threads: none of its own.
 */
#ifndef CEPH_COMMON_ENCODE_H
#define CEPH_COMMON_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encode {
    uint8_t *data; /* malloc'ed */
    size_t len, cap;
    int error;   /* 0 or -ENOMEM */
    bool secret; /* the bytes are zeroed before their memory is freed; set it right after encode_init() */
};

void encode_init(struct encode *e);
void encode_destroy(struct encode *e);
static inline int encode_error(const struct encode *e)
{
    return e->error;
}

/* Gives the bytes to the caller (free() them; NULL when there are none or on error) and empties the writer.
 */
uint8_t *encode_steal(struct encode *e, size_t *len);

void encode_u8(struct encode *e, uint8_t v);
void encode_u16(struct encode *e, uint16_t v);
void encode_u32(struct encode *e, uint32_t v);
void encode_u64(struct encode *e, uint64_t v);
static inline void encode_s32(struct encode *e, int32_t v)
{
    encode_u32(e, (uint32_t)v);
}
static inline void encode_s64(struct encode *e, int64_t v)
{
    encode_u64(e, (uint64_t)v);
}
static inline void encode_bool(struct encode *e, bool v)
{
    encode_u8(e, v ? 1 : 0);
}
void encode_f64(struct encode *e, double v);
void encode_f32(struct encode *e, float v);
void encode_bytes(struct encode *e, const void *p, size_t n);
void encode_zeroes(struct encode *e, size_t n);

/* u32 length and the bytes. NULL text counts as empty. */
void encode_blob(struct encode *e, const void *p, size_t n);
void encode_string(struct encode *e, const char *s);

/* Writes a u32 that is filled in later: begin returns its place, end stores the number of bytes written
 * since. */
size_t encode_begin_blob(struct encode *e);
void encode_end_blob(struct encode *e, size_t place);

/* A versioned struct {struct_v, struct_compat, u32 length}; end with encode_end_blob(). */
size_t encode_begin_struct(struct encode *e, uint8_t struct_v, uint8_t struct_compat);
static inline void encode_end_struct(struct encode *e, size_t place)
{
    encode_end_blob(e, place);
}

#endif
