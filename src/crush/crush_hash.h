/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_hash: Robert Jenkins' 96-bit mix as CRUSH and object placement use it: of two to four numbers, and of
 * a name. Pure. Source of the constants: the mon/osd wire sheet, 3.7 and 3.8.
 */
#ifndef CEPH_CRUSH_CRUSH_HASH_H
#define CEPH_CRUSH_CRUSH_HASH_H

#include <stddef.h>
#include <stdint.h>

uint32_t crush_hash2(uint32_t a, uint32_t b);
uint32_t crush_hash3(uint32_t a, uint32_t b, uint32_t c);
uint32_t crush_hash4(uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* The hash of an object's name (object_hash 2, rjenkins). */
uint32_t crush_hash_name(const void *name, size_t len);

#endif
