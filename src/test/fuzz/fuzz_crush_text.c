/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a crush map: what compiles can be written as bytes, read from them, and made a text again. */
#include <stdlib.h>
#include <string.h>

#include "crush/crush_compile.h"
#include "crush/crush_decompile.h"
#include "test/fuzz/fuzz.h"

static void encode_map(const struct crush_map *m, struct encode *e)
{
    struct crush_map got;
    struct decode d;

    encode_init(e);
    crush_map_encode(m, e);
    decode_init(&d, e->data, e->len);
    if (encode_error(e) || crush_map_decode(&got, &d) || decode_finish(&d))
        abort();
    crush_map_destroy(&got);
}

/* A text of ours may be refused (a weight may round to too much), but what compiles from it holds as well. */
static void check_text(const struct crush_map *m)
{
    struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
    struct crush_map got;
    struct encode e;
    char *err = NULL;

    if (crush_decompile(m, &text, &err))
        abort();
    if (crush_compile(&got, strbuf_text(&text), text.len, "text", &err) == 0) {
        encode_map(&got, &e);
        encode_destroy(&e);
        if (crush_decompile(&got, &again, &err))
            abort();
        crush_map_destroy(&got);
    }
    free(err);
    strbuf_destroy(&text);
    strbuf_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crush_map m;
    struct encode e;
    char *err = NULL;

    if (crush_compile(&m, (const char *)data, size, "text", &err)) {
        if (!err)
            abort();
        free(err);
        return 0;
    }
    encode_map(&m, &e);
    encode_destroy(&e);
    check_text(&m);
    crush_map_destroy(&m);
    return 0;
}
