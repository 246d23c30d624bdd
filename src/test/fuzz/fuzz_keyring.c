/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a keyring, text or binary; what was read must print and encode to what reads the same. */
#include <stdlib.h>
#include <string.h>

#include "auth/keyring.h"
#include "test/fuzz/fuzz.h"

static void read_again(const struct keyring *k, const void *data, size_t len, const char *want)
{
    struct strbuf text = STRBUF_SECRET_INIT;
    struct keyring again;

    keyring_init(&again);
    if (keyring_parse(&again, "again", data, len, NULL))
        abort();
    keyring_print(&again, &text);
    if (again.count != k->count || strcmp(strbuf_text(&text), want))
        abort();
    strbuf_destroy(&text);
    keyring_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text = STRBUF_SECRET_INIT;
    struct keyring k;
    struct encode e;
    char *err = NULL;

    keyring_init(&k);
    if (keyring_parse(&k, "fuzz", data, size, &err) == 0) {
        keyring_print(&k, &text);
        encode_init(&e);
        keyring_encode(&k, &e);
        read_again(&k, e.data, e.len, strbuf_text(&text));
        encode_destroy(&e);
    }
    strbuf_destroy(&text);
    free(err);
    keyring_destroy(&k);
    return 0;
}
