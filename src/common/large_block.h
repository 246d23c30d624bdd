/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * large_block: memory in whole huge pages, such as the data of a 4 MiB object takes. Such a block costs two
 * page faults instead of a thousand, and one that was put back goes to whoever asks next, on any thread:
 * malloc() would keep it for the thread that got it first, or give it back to the system and fault the next
 * one in.
 *
 * Owner: a block is its getter's until it is put. Threads: any. Errors: NULL without memory.
 */
#ifndef CEPH_COMMON_LARGE_BLOCK_H
#define CEPH_COMMON_LARGE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LARGE_BLOCK_UNIT = 2 << 20,              /* bytes of a huge page, and what blocks are aligned to */
    LARGE_BLOCK_MAX = 16 * LARGE_BLOCK_UNIT, /* larger ones are rare: they are malloc()'s */
    LARGE_BLOCK_TARGET_DEFAULT = 64 << 20,
};

/* Whether blocks of that size are to be had: whole units, at least one. */
bool large_block_fits(size_t size);
/* Undefined contents. The size is one that fits, the same for both. */
void *large_block_get(size_t size);
void large_block_put(void *block, size_t size);

/* Blocks that are put are kept for others as long as all blocks together, used or kept, take no more bytes
 * than this. */
void large_block_set_target(uint64_t bytes);

#endif
