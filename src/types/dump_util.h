/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dump_util: JSON values as genuine Ceph writes them. New references; NULL: no memory. Pure. */
#ifndef CEPH_TYPES_DUMP_UTIL_H
#define CEPH_TYPES_DUMP_UTIL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* A string; bytes of a name that are no UTF-8 become '?'. NULL counts as "". */
json_t *dump_text(const char *text);
/* What has been written to an open_memstream() that is closed here; the text of len bytes is freed. */
json_t *dump_text_steal(char *text);
/* A whole number has no ".0". */
json_t *dump_real(double v);

/* Names of bits, in the order of the bits; NULL where a bit has none. */
struct bit_names {
    const char *const *names;
    unsigned count;
};
/* An array of the names of the bits that are set, in alphabetical order. */
json_t *dump_bit_set(uint64_t bits, const struct bit_names *names);
/* "a,b" in the order of the bits. Writes at most size bytes, with the end. Returns buf. */
const char *print_bits(uint64_t bits, const struct bit_names *names, char *buf, size_t size);
/* The same in alphabetical order. */
const char *print_bit_set(uint64_t bits, const struct bit_names *names, char *buf, size_t size);

#endif
