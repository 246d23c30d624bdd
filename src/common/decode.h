/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * decode: a cursor over bytes from outside that cannot run past its end.
 *
 * The first failure sticks: from then on every call gives zero, NULL or an empty cursor and the cursor stays
 * where it failed, so a decoder reads a whole structure and asks once, by decode_finish() or decode_error().
 * Blobs are borrowed from the input; nothing here allocates except decode_string().
 * Threads: none of its own. Errors: -EBADMSG (malformed), -ENOMEM, -EOPNOTSUPP (a newer incompatible struct).
 * See: doc/architecture.md, "Encodings".
 */
#ifndef CEPH_COMMON_DECODE_H
#define CEPH_COMMON_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"

struct decode {
    const uint8_t *p, *end;
    int error; /* 0 or the first negative errno */
};

void decode_init(struct decode *d, const void *data, size_t len);

/* Makes the cursor fail with error (negative errno) unless it has failed already. */
void decode_fail(struct decode *d, int error);

static inline int decode_error(const struct decode *d)
{
    return d->error;
}
static inline size_t decode_left(const struct decode *d)
{
    return (size_t)(d->end - d->p);
}

/* 0 when everything was read well and to the last byte; -EBADMSG when bytes are left over. */
int decode_finish(struct decode *d) MUST_CHECK;

uint8_t decode_u8(struct decode *d);
uint16_t decode_u16(struct decode *d);
uint32_t decode_u32(struct decode *d);
uint64_t decode_u64(struct decode *d);
static inline int32_t decode_s32(struct decode *d)
{
    return (int32_t)decode_u32(d);
}
static inline int64_t decode_s64(struct decode *d)
{
    return (int64_t)decode_u64(d);
}
static inline bool decode_bool(struct decode *d)
{
    return decode_u8(d) != 0;
}
double decode_f64(struct decode *d);
float decode_f32(struct decode *d);

/* Copies n bytes out; fills with zeroes on failure. */
void decode_bytes(struct decode *d, void *out, size_t n);

/* Borrows n bytes; NULL on failure (never NULL on success, also for n = 0). */
const uint8_t *decode_take(struct decode *d, size_t n);

/* A u32 length and that many bytes, borrowed. */
const uint8_t *decode_blob(struct decode *d, uint32_t *len);

/* The same, as a cursor of its own over the borrowed bytes. */
struct decode decode_sub(struct decode *d);

/* A u32 length and that many bytes as a NUL-terminated copy that the caller frees. NULL on failure; a NUL
 * inside the text is malformed. */
char *decode_string(struct decode *d);

/* A u32 element count, refused when the bytes left cannot hold that many elements of min_size (> 0) bytes. */
uint32_t decode_count(struct decode *d, size_t min_size);

/*
 * A versioned struct {u8 struct_v, u8 struct_compat, u32 length}: returns a cursor over its body and puts
 * struct_v into *v. d moves behind the whole struct at once, so fields of newer versions are skipped by
 * ignoring the rest of the body. Fails when struct_compat is above understood. After reading the body call
 * decode_end().
 */
struct decode decode_struct(struct decode *d, uint8_t understood, uint8_t *v);

/* Hands a failure inside body on to d. Bytes left in body are newer fields and are fine. */
void decode_end(struct decode *d, const struct decode *body);

#endif
