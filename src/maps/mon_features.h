/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_features: what a monmap requires of every monitor in it (mon_feature_t), as bits and as names. Pure. */
#ifndef CEPH_MAPS_MON_FEATURES_H
#define CEPH_MAPS_MON_FEATURES_H

#include <stdint.h>
#include <stdio.h>

#include "common/formatter.h"

#define MON_FEATURE_KRAKEN          (UINT64_C(1) << 0)
#define MON_FEATURE_LUMINOUS        (UINT64_C(1) << 1)
#define MON_FEATURE_MIMIC           (UINT64_C(1) << 2)
#define MON_FEATURE_OSDMAP_PRUNE    (UINT64_C(1) << 3)
#define MON_FEATURE_NAUTILUS        (UINT64_C(1) << 4)
#define MON_FEATURE_OCTOPUS         (UINT64_C(1) << 5)
#define MON_FEATURE_PACIFIC         (UINT64_C(1) << 6)
#define MON_FEATURE_ELECTOR_PINGING (UINT64_C(1) << 7)

/* Those of 16.2: what we support, and what a formed cluster of that release keeps as persistent. */
#define MON_FEATURES_ALL UINT64_C(0xff)

/* 0 when the name is not one. */
uint64_t mon_feature_parse(const char *name);
/* "[kraken(1),unknown(256)]" or "[none]". */
void mon_features_print(uint64_t features, FILE *out);
/* An array of names; unknown bits show as "unknown". */
void mon_features_format(uint64_t features, const char *name, struct formatter *f);

/* The oldest release that monitors with these persistent features may be of. */
uint8_t mon_features_release(uint64_t persistent);

#endif
