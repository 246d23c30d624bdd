/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as an OSDMap (its crc put right, or nothing would get past it) and as the crush map in it. */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "crush/crush_map.h"
#include "maps/osdmap.h"
#include "test/fuzz/fuzz.h"

static void crush(const uint8_t *data, size_t size)
{
    struct encode e, again;
    struct crush_map m, got;
    struct decode d;

    decode_init(&d, data, size);
    if (crush_map_decode(&m, &d))
        return;
    encode_init(&e);
    encode_init(&again);
    crush_map_encode(&m, &e);
    decode_init(&d, e.data, e.len);
    if (crush_map_decode(&got, &d) || decode_finish(&d))
        abort();
    crush_map_encode(&got, &again);
    if (e.len != again.len || memcmp(e.data, again.data, e.len) != 0)
        abort();
    encode_destroy(&e);
    encode_destroy(&again);
    crush_map_destroy(&m);
    crush_map_destroy(&got);
}

static void show(const struct osdmap *m)
{
    struct formatter f;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    osdmap_print(m, true, out);
    fclose(out);
    free(text);
    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    osdmap_format(m, &f);
    formatter_close(&f);
    formatter_destroy(&f);
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
        show(&m);
        crush(m.crush, m.crush_len);
        if (osdmap_copy(&copy, &m))
            abort();
        osdmap_destroy(&copy);
        osdmap_destroy(&m);
    }
    free(bytes);
    return 0;
}
