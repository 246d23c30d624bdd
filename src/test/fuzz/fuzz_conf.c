/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as ceph.conf: parsed, applied, expanded; what was set and shown must be set again the same. */
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/conf_file.h"
#include "test/fuzz/fuzz.h"

/* The shown form of a number means the same number. */
static void set_again(struct conf *c, enum option_id id)
{
    char *shown = conf_str(c, id), *again;

    if (option_is_number(option_get(id))) {
        if (conf_set_id(c, CONF_OVERRIDE, id, shown, NULL))
            abort();
        again = conf_str(c, id);
        if (strcmp(shown, again))
            abort();
        free(again);
    }
    free(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);
    struct conf_file f;
    char *err = NULL;

    conf_file_init(&f);
    if (c && !conf_file_parse(&f, "fuzz", (const char *)data, size, &err) &&
        !conf_apply_file(c, &f, NULL, NULL, &err))
        for (int id = 0; id < OPT_COUNT; id++)
            if (conf_source(c, (enum option_id)id) == CONF_FILE)
                set_again(c, (enum option_id)id);
    free(err);
    conf_file_destroy(&f);
    conf_free(c);
    return 0;
}
