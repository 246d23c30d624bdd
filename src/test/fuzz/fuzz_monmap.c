/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a monmap: what was read is written for every kind of peer, and such a peer reads it the same.
 */
#include <stdlib.h>

#include "include/ceph_features.h"
#include "maps/monmap.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/fuzz_codec.h"

static const uint64_t peers[] = {
    CEPH_FEATURES_ALL,
    CEPH_FEATURE_MONENC | CEPH_FEATURE_MONNAMES | CEPH_FEATURE_MSG_ADDR2,
    CEPH_FEATURE_MONENC | CEPH_FEATURE_MONNAMES,
    0,
};

static void pass_on(const struct monmap *m, uint64_t features)
{
    struct encode e, again;
    struct monmap got;
    struct decode d;

    encode_init(&e);
    encode_init(&again);
    monmap_encode(m, features, &e);
    decode_init(&d, e.data, e.len);
    if (monmap_decode(&got, &d) || decode_finish(&d))
        abort();
    monmap_encode(&got, features, &again);
    monmap_destroy(&got);
    fuzz_expect_same(&e, &again);
}

static void print(const void *m, FILE *out)
{
    monmap_print(m, out);
}

static void format(const void *m, struct formatter *f)
{
    monmap_format(m, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct monmap m, copy;
    struct decode d;

    decode_init(&d, data, size);
    if (monmap_decode(&m, &d))
        return 0;
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
        pass_on(&m, peers[i]);
    fuzz_show(&m, print, format);
    if (monmap_copy(&copy, &m))
        abort();
    while (copy.count)
        if (monmap_remove(&copy, copy.mons[copy.count / 2].name))
            abort();
    monmap_destroy(&copy);
    monmap_destroy(&m);
    return 0;
}
