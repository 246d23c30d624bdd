/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsockets_slots: how many rsockets there may be.
 *
 * The library keeps every accepted and every dialled rsocket in a table that must not grow once it is in use
 * (rsockets_prime.h), so each holds a slot from before it is connected until its rclose has returned.
 */
#ifndef CEPH_TRANSPORT_RSOCKETS_SLOTS_H
#define CEPH_TRANSPORT_RSOCKETS_SLOTS_H

#include <stdbool.h>

#include "common/compiler.h"

/* Slots beyond ms_rsockets_max_connections, for connections that are taken only to be closed: their peers
 * learn at once that there is no room. */
#define RSOCKETS_RESERVE 8

enum rsockets_slot { RSOCKETS_NO_SLOT, RSOCKETS_SLOT, RSOCKETS_RESERVE_SLOT, RSOCKETS_SLOT_KINDS };

/* False when all slots of that kind are taken. */
bool rsockets_slots_take(enum rsockets_slot kind) MUST_CHECK;
void rsockets_slots_give(enum rsockets_slot kind);
unsigned rsockets_slots_taken(enum rsockets_slot kind);

#endif
