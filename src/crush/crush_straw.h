/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_straw: how long the straws of a bucket of the kind "straw" are. Pure. */
#ifndef CEPH_CRUSH_CRUSH_STRAW_H
#define CEPH_CRUSH_CRUSH_STRAW_H

#include <stdint.h>

#include "common/compiler.h"

/* Fills lengths (16.16) for n weights. calc_version: the tunable straw_calc_version; version 0 treats equal
 * weights and weights of zero in a way of its own, which old maps keep. 0 or -ENOMEM. */
int crush_straw_lengths(const uint32_t *weights, uint32_t *lengths, uint32_t n,
                        uint8_t calc_version) MUST_CHECK;

#endif
