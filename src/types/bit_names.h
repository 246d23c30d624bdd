/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bit_names: sets of flags as texts. Pure. */
#ifndef CEPH_TYPES_BIT_NAMES_H
#define CEPH_TYPES_BIT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "common/formatter.h"

struct bit_name {
    uint64_t bit;
    const char *name;
};

/* The order in which they are printed. */
struct bit_names {
    const struct bit_name *names;
    unsigned count; /* at most 64 */
};

/* "a,b". Writes at most size bytes, with the end. Returns buf. */
const char *bit_names_print(const struct bit_names *n, uint64_t bits, char *buf, size_t size);
/* The same in alphabetical order. */
const char *bit_names_print_sorted(const struct bit_names *n, uint64_t bits, char *buf, size_t size);
/* An array of the names in alphabetical order. */
void bit_names_format(const struct bit_names *n, uint64_t bits, const char *name, struct formatter *f);
/* The bit of that name, 0: none. */
uint64_t bit_names_parse(const struct bit_names *n, const char *name);

#endif
