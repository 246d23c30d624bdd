/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_slots.h"

#include <stdatomic.h>

#include "transport/rsockets_options.h"

static atomic_uint taken[RSOCKETS_SLOT_KINDS];

bool rsockets_slots_take(enum rsockets_slot kind)
{
    const unsigned all = kind == RSOCKETS_SLOT ? rsockets_options.max_connections : RSOCKETS_RESERVE;
    unsigned n = atomic_load(&taken[kind]);

    while (n < all)
        if (atomic_compare_exchange_weak(&taken[kind], &n, n + 1))
            return true;
    return false;
}

void rsockets_slots_give(enum rsockets_slot kind)
{
    atomic_fetch_sub(&taken[kind], 1);
}

unsigned rsockets_slots_taken(enum rsockets_slot kind)
{
    return atomic_load(&taken[kind]);
}
