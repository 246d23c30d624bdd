/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a monmap: what was read is written for every kind of peer, and such a peer reads it the same.
 */
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "maps/monmap.h"
#include "test/fuzz/fuzz.h"

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
    if (e.len != again.len || memcmp(e.data, again.data, e.len) != 0)
        abort();
    monmap_destroy(&got);
    encode_destroy(&e);
    encode_destroy(&again);
}

static void show(const struct monmap *m)
{
    struct formatter f;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    monmap_print(m, out);
    fclose(out);
    free(text);
    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    monmap_format(m, &f);
    formatter_close(&f);
    formatter_destroy(&f);
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
    show(&m);
    if (monmap_copy(&copy, &m))
        abort();
    while (copy.count)
        if (monmap_remove(&copy, copy.mons[copy.count / 2].name))
            abort();
    monmap_destroy(&copy);
    monmap_destroy(&m);
    return 0;
}
