/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph_release: the numbers and names of Ceph's releases. Pure. */
#ifndef CEPH_TYPES_CEPH_RELEASE_H
#define CEPH_TYPES_CEPH_RELEASE_H

#include <stdint.h>

enum ceph_release {
    CEPH_RELEASE_UNKNOWN = 0,
    CEPH_RELEASE_ARGONAUT = 1,
    CEPH_RELEASE_FIREFLY = 6,
    CEPH_RELEASE_HAMMER = 8,
    CEPH_RELEASE_JEWEL = 10,
    CEPH_RELEASE_KRAKEN = 11,
    CEPH_RELEASE_LUMINOUS = 12,
    CEPH_RELEASE_MIMIC = 13,
    CEPH_RELEASE_NAUTILUS = 14,
    CEPH_RELEASE_OCTOPUS = 15,
    CEPH_RELEASE_PACIFIC = 16, /* the one whose encodings we write */
};

const char *ceph_release_name(uint8_t release); /* "unknown" for a number that is none */
/* CEPH_RELEASE_UNKNOWN when the name is not one. */
enum ceph_release ceph_release_parse(const char *name);

#endif
