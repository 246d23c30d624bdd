/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ceph_features: the feature bits of msgr v1 peers, with the numbers of Ceph 16.2.
 *
 * Bits were used again: a feature of the second incarnation also needs bit 57, one of the third bits 57 and
 * 28, so a test always compares the whole mask (ceph_has_feature()).
 */
#ifndef CEPH_INCLUDE_CEPH_FEATURES_H
#define CEPH_INCLUDE_CEPH_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#define CEPH_FEATURE_BIT(n) (UINT64_C(1) << (n))
#define CEPH_INCARNATION_2  CEPH_FEATURE_BIT(57)
#define CEPH_INCARNATION_3  (CEPH_FEATURE_BIT(57) | CEPH_FEATURE_BIT(28))

#define CEPH_FEATURE_UID              CEPH_FEATURE_BIT(0)
#define CEPH_FEATURE_NOSRCADDR        CEPH_FEATURE_BIT(1)
#define CEPH_FEATURE_SERVER_NAUTILUS  (CEPH_FEATURE_BIT(2) | CEPH_INCARNATION_3)
#define CEPH_FEATURE_SUBSCRIBE2       CEPH_FEATURE_BIT(4)
#define CEPH_FEATURE_MONNAMES         CEPH_FEATURE_BIT(5)
#define CEPH_FEATURE_RECONNECT_SEQ    CEPH_FEATURE_BIT(6)
#define CEPH_FEATURE_PGID64           CEPH_FEATURE_BIT(9)
#define CEPH_FEATURE_OSDREPLYMUX      CEPH_FEATURE_BIT(12)
#define CEPH_FEATURE_OSDENC           CEPH_FEATURE_BIT(13)
#define CEPH_FEATURE_SERVER_KRAKEN    (CEPH_FEATURE_BIT(14) | CEPH_INCARNATION_2)
#define CEPH_FEATURE_MONENC           CEPH_FEATURE_BIT(15)
#define CEPH_FEATURE_SERVER_OCTOPUS   (CEPH_FEATURE_BIT(16) | CEPH_INCARNATION_3)
#define CEPH_FEATURE_CRUSH_TUNABLES   CEPH_FEATURE_BIT(18)
#define CEPH_FEATURE_SERVER_PACIFIC   (CEPH_FEATURE_BIT(20) | CEPH_INCARNATION_3)
#define CEPH_FEATURE_SERVER_LUMINOUS  (CEPH_FEATURE_BIT(21) | CEPH_INCARNATION_2)
#define CEPH_FEATURE_MSG_AUTH         CEPH_FEATURE_BIT(23)
#define CEPH_FEATURE_CRUSH_TUNABLES2  CEPH_FEATURE_BIT(25)
#define CEPH_FEATURE_SERVER_MIMIC     (CEPH_FEATURE_BIT(28) | CEPH_INCARNATION_2)
#define CEPH_FEATURE_OSDHASHPSPOOL    CEPH_FEATURE_BIT(30)
#define CEPH_FEATURE_OSDMAP_ENC       CEPH_FEATURE_BIT(39)
#define CEPH_FEATURE_CRUSH_TUNABLES3  CEPH_FEATURE_BIT(41)
#define CEPH_FEATURE_MSGR_KEEPALIVE2  CEPH_FEATURE_BIT(42)
#define CEPH_FEATURE_CRUSH_V4         CEPH_FEATURE_BIT(48)
#define CEPH_FEATURE_SERVER_JEWEL     CEPH_FEATURE_BIT(57)
#define CEPH_FEATURE_MON_STATEFUL_SUB CEPH_FEATURE_BIT(57)
#define CEPH_FEATURE_CRUSH_TUNABLES5  CEPH_FEATURE_BIT(58)
#define CEPH_FEATURE_MSG_ADDR2        CEPH_FEATURE_BIT(59)
#define CEPH_FEATURE_CEPHX_V2         CEPH_FEATURE_BIT(61)
#define CEPH_FEATURE_RESERVED_BROKEN  CEPH_FEATURE_BIT(63)

/* Everything that 16.2.15 advertises, and so do we: all our encodings are the newest of that release. */
#define CEPH_FEATURES_ALL UINT64_C(0x3f01cfbdfffdffff)

/* What remains believable of a peer that sets bit 63 by mistake (0.58 to 0.65). */
#define CEPH_FEATURES_OF_BROKEN UINT64_C(0x1ffffffff)

static inline bool ceph_has_feature(uint64_t features, uint64_t mask)
{
    return (features & mask) == mask;
}

#endif
