/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/large_block.h"

#include <sys/mman.h>

#include "common/mutex.h"

/* Lies in a block that nobody uses. */
struct kept_block {
    struct kept_block *next;
};

static struct {
    struct mutex lock;
    struct kept_block
        *kept[LARGE_BLOCK_MAX / LARGE_BLOCK_UNIT + 1]; /* by units; the last one put comes first */
    uint64_t bytes;                                    /* in all blocks */
    uint64_t target;
} blocks = {
    .lock = MUTEX_INIT("large_blocks", LOCK_RANK_LARGE_BLOCKS),
    .target = LARGE_BLOCK_TARGET_DEFAULT,
};

bool large_block_fits(size_t size)
{
    return size && size % LARGE_BLOCK_UNIT == 0 && size <= LARGE_BLOCK_MAX;
}

/* The last place in what was mapped that is aligned: blocks mapped one below the other leave no gaps, and so
 * are one mapping for the kernel. */
static void *map_block(size_t size)
{
    size_t all = size + LARGE_BLOCK_UNIT, before;
    uint8_t *p = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    before = LARGE_BLOCK_UNIT - (uintptr_t)p % LARGE_BLOCK_UNIT;
    munmap(p, before);
    if (before < LARGE_BLOCK_UNIT)
        munmap(p + before + size, LARGE_BLOCK_UNIT - before);
    (void)madvise(p + before, size, MADV_HUGEPAGE); /* without them it is memory, too */
    return p + before;
}

void *large_block_get(size_t size)
{
    struct kept_block **list = &blocks.kept[size / LARGE_BLOCK_UNIT], *b;

    mutex_lock(&blocks.lock);
    b = *list;
    if (b)
        *list = b->next;
    else
        blocks.bytes += size;
    mutex_unlock(&blocks.lock);
    if (b)
        return b;
    b = map_block(size);
    if (!b) {
        mutex_lock(&blocks.lock);
        blocks.bytes -= size;
        mutex_unlock(&blocks.lock);
    }
    return b;
}

void large_block_put(void *block, size_t size)
{
    struct kept_block **list = &blocks.kept[size / LARGE_BLOCK_UNIT], *b = block;
    bool keep;

    mutex_lock(&blocks.lock);
    keep = blocks.bytes <= blocks.target;
    if (keep) {
        b->next = *list;
        *list = b;
    } else {
        blocks.bytes -= size;
    }
    mutex_unlock(&blocks.lock);
    if (!keep)
        munmap(block, size);
}

void large_block_set_target(uint64_t bytes)
{
    mutex_lock(&blocks.lock);
    blocks.target = bytes;
    mutex_unlock(&blocks.lock);
}
