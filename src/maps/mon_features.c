/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/mon_features.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "types/ceph_release.h"

static const struct {
    uint64_t bit;
    const char *name;
    uint8_t release; /* 0: says nothing about it */
} features_known[] = {
    {MON_FEATURE_KRAKEN, "kraken", CEPH_RELEASE_KRAKEN},
    {MON_FEATURE_LUMINOUS, "luminous", CEPH_RELEASE_LUMINOUS},
    {MON_FEATURE_MIMIC, "mimic", CEPH_RELEASE_MIMIC},
    {MON_FEATURE_OSDMAP_PRUNE, "osdmap-prune", 0},
    {MON_FEATURE_NAUTILUS, "nautilus", CEPH_RELEASE_NAUTILUS},
    {MON_FEATURE_OCTOPUS, "octopus", CEPH_RELEASE_OCTOPUS},
    {MON_FEATURE_PACIFIC, "pacific", CEPH_RELEASE_PACIFIC},
    {MON_FEATURE_ELECTOR_PINGING, "elector-pinging", 0},
    {UINT64_C(1) << 63, "reserved", 0},
};

uint64_t mon_feature_parse(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(features_known); i++)
        if (strcmp(features_known[i].name, name) == 0)
            return features_known[i].bit;
    return 0;
}

static const char *feature_name(uint64_t bit)
{
    for (size_t i = 0; i < ARRAY_SIZE(features_known); i++)
        if (features_known[i].bit == bit)
            return features_known[i].name;
    return "unknown";
}

void mon_features_print(uint64_t features, FILE *out)
{
    char before = '[';

    if (features == 0) {
        fputs("[none]", out);
        return;
    }
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!(features & bit))
            continue;
        fprintf(out, "%c%s(%" PRIu64 ")", before, feature_name(bit), bit);
        before = ',';
    }
    fputc(']', out);
}

void mon_features_format(uint64_t features, const char *name, struct formatter *f)
{
    formatter_open_array(f, name);
    for (unsigned i = 0; i < 64; i++)
        if (features & UINT64_C(1) << i)
            formatter_string(f, NULL, feature_name(UINT64_C(1) << i));
    formatter_close(f);
}

uint8_t mon_features_release(uint64_t persistent)
{
    for (size_t i = ARRAY_SIZE(features_known); i-- > 0;)
        if (features_known[i].release && persistent & features_known[i].bit)
            return features_known[i].release;
    return CEPH_RELEASE_UNKNOWN;
}
