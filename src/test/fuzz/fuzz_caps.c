/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as capabilities of a monitor and of an OSD, parsed and asked. */
#include <stdlib.h>
#include <string.h>

#include "auth/caps.h"
#include "test/fuzz/fuzz.h"
#include "types/entity_name.h"

static void ask(uint32_t service, const char *text)
{
    struct caps_command command = {.module = "osd", .prefix = "osd dump", .bits = CAPS_R};
    struct caps_object object = {.pool = "p", .nspace = "", .object = "o", .bits = CAPS_R | CAPS_CLASS_WRITE};
    struct caps *c;
    char *err = NULL;

    if (caps_parse(&c, service, text, &err) == 0) {
        bool all = caps_allow_all(c);

        if (all && (!caps_allow_command(c, &command) || !caps_allow_object(c, &object)))
            abort();
        (void)caps_allow_command(c, &command);
        (void)caps_allow_object(c, &object);
    } else if (c) {
        abort();
    }
    caps_free(c);
    free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    if (text) {
        ask(ENTITY_TYPE_MON, text);
        ask(ENTITY_TYPE_OSD, text);
        ask(ENTITY_TYPE_MDS, text);
    }
    free(text);
    return 0;
}
