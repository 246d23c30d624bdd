/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a crush map: what compiles comes back from its bytes and from its text. */
#include "test/fuzz/fuzz.h"
#include "test/fuzz/fuzz_crush.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crush_map m;

    if (!fuzz_crush_compile(&m, (const char *)data, size))
        return 0;
    fuzz_crush_text(&m);
    crush_map_destroy(&m);
    return 0;
}
