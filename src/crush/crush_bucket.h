/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_bucket: how each kind of bucket picks one of its items for an input and an attempt. Pure. */
#ifndef CEPH_CRUSH_CRUSH_BUCKET_H
#define CEPH_CRUSH_CRUSH_BUCKET_H

#include "crush/crush_map.h"

/* arg (may be NULL): weights and ids to use instead of the bucket's; position: which of its weight sets. The
 * bucket is not empty. */
int32_t crush_bucket_choose(const struct crush_bucket *b, const struct crush_choose_arg *arg,
                            uint32_t position, uint32_t x, uint32_t r);

/* The r-th of a permutation of the items that depends on x: how uniform buckets choose, and old rules at
 * last. */
int32_t crush_bucket_permute(const struct crush_bucket *b, uint32_t x, uint32_t r);

#endif
