/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/ceph_release.h"

#include <string.h>

#include "common/compiler.h"

static const char *const names[] = {
    "unknown",    "argonaut", "bobtail", "cuttlefish", "dumpling", "emperor",  "firefly", "giant",   "hammer",
    "infernalis", "jewel",    "kraken",  "luminous",   "mimic",    "nautilus", "octopus", "pacific",
};

const char *ceph_release_name(uint8_t release)
{
    return release < ARRAY_SIZE(names) ? names[release] : names[CEPH_RELEASE_UNKNOWN];
}

enum ceph_release ceph_release_parse(const char *name)
{
    for (unsigned i = 1; i < ARRAY_SIZE(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum ceph_release)i;
    return CEPH_RELEASE_UNKNOWN;
}
