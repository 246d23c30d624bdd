/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a crush map: it is written and read again the same, rules end, and where its text compiles,
 * what comes of it holds. */
#include <stdlib.h>

#include "crush/crush_mapper.h"
#include "crush/crush_tree.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/fuzz_crush.h"

/* What a rule makes of a number. */
static void place(const struct crush_map *m)
{
    uint32_t weights[16];
    int32_t out[CRUSH_RESULT_MAX];

    if (!fuzz_crush_is_quick(m))
        return;
    for (unsigned i = 0; i < 16; i++)
        weights[i] = 0x10000 / (i % 3 + 1);
    for (uint32_t rule = 0; rule < m->max_rules; rule++)
        if (crush_map_do_rule(m, rule, 1, out, 4, weights, 16, crush_map_choose_args(m, 1)) > 4)
            abort();
}

/* Names may hold anything in bytes, so not every map has a text, nor does every text compile. */
static void compile(const struct crush_map *m)
{
    struct strbuf text = STRBUF_INIT;
    struct crush_map got;
    char *err = NULL;

    if (crush_decompile(m, &text, &err) == 0 && fuzz_crush_compile(&got, strbuf_text(&text), text.len)) {
        fuzz_crush_text(&got);
        crush_map_destroy(&got);
    }
    free(err);
    strbuf_destroy(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crush_tree_node *nodes;
    struct crush_map m;
    struct decode d;
    unsigned count;

    decode_init(&d, data, size);
    if (crush_map_decode(&m, &d))
        return 0;
    fuzz_crush_bytes(&m);
    compile(&m);
    if (size < 4096 && crush_tree_list(&m, true, &nodes, &count) == 0)
        free(nodes);
    if (size < 4096)
        place(&m);
    crush_map_destroy(&m);
    return 0;
}
