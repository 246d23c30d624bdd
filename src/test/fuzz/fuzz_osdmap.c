/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as an OSDMap (its crc put right, or nothing would get past it) and as the crush map in it:
 * what was read is written, and read again, the same. */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/conf.h"
#include "common/crc32c.h"
#include "maps/osdmap.h"
#include "maps/osdmap_health.h"
#include "maps/osdmap_upmap.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/fuzz_codec.h"
#include "test/fuzz/fuzz_crush.h"

/* The crush map in it. */
static void crush(const uint8_t *data, size_t size)
{
    struct crush_map m;
    struct decode d;

    decode_init(&d, data, size);
    if (crush_map_decode(&m, &d))
        return;
    fuzz_crush_bytes(&m);
    crush_map_destroy(&m);
}

/* Its health, and exceptions to what crush says that are of no use. */
static void judge(const struct osdmap *m)
{
    struct conf *conf = conf_create("ceph", "client", "fuzz", false);
    struct osdmap_incremental inc;
    struct health_checks checks;
    struct crush_map crush;

    if (!conf || osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1))
        abort();
    if (osdmap_get_crush(m, &crush) == 0) {
        health_checks_init(&checks);
        osdmap_health_check(m, &crush, conf, &checks);
        health_checks_destroy(&checks);
        if (fuzz_crush_is_quick(&crush) && osdmap_upmap_clean(m, &inc) < 0)
            abort();
        crush_map_destroy(&crush);
    }
    osdmap_incremental_destroy(&inc);
    conf_free(conf);
}

static void pass_on(const struct osdmap *m)
{
    struct encode e, again;
    struct osdmap got;
    struct decode d;

    encode_init(&e);
    encode_init(&again);
    osdmap_encode(m, &e, NULL);
    decode_init(&d, e.data, e.len);
    if (osdmap_decode(&got, &d) || decode_finish(&d))
        abort();
    osdmap_encode(&got, &again, NULL);
    osdmap_destroy(&got);
    fuzz_expect_same(&e, &again);
}

static void print(const void *m, FILE *out)
{
    osdmap_print(m, true, out);
}

static void format(const void *m, struct formatter *f)
{
    osdmap_format(m, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    struct osdmap m, copy;
    struct decode d;

    if (!bytes)
        abort();
    crush(data, size);
    memcpy(bytes, data, size);
    if (size > 10)
        put_le32(bytes + size - 4, crc32c(UINT32_MAX, bytes, size - 4));
    decode_init(&d, bytes, size);
    if (osdmap_decode(&m, &d) == 0) {
        fuzz_show(&m, print, format);
        pass_on(&m);
        judge(&m);
        crush(m.crush, m.crush_len);
        if (osdmap_copy(&copy, &m))
            abort();
        osdmap_destroy(&copy);
        osdmap_destroy(&m);
    }
    free(bytes);
    return 0;
}
