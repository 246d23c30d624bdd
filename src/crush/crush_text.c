/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_text.h"

#include <string.h>

#include "crush/crush_map.h"

static const struct {
    uint32_t op;
    const char *name;
} set_steps[] = {
    {CRUSH_OP_SET_CHOOSE_TRIES, "set_choose_tries"},
    {CRUSH_OP_SET_CHOOSELEAF_TRIES, "set_chooseleaf_tries"},
    {CRUSH_OP_SET_CHOOSE_LOCAL_TRIES, "set_choose_local_tries"},
    {CRUSH_OP_SET_CHOOSE_LOCAL_FALLBACK_TRIES, "set_choose_local_fallback_tries"},
    {CRUSH_OP_SET_CHOOSELEAF_VARY_R, "set_chooseleaf_vary_r"},
    {CRUSH_OP_SET_CHOOSELEAF_STABLE, "set_chooseleaf_stable"},
};

const char *crush_set_step_name(uint32_t op)
{
    for (size_t i = 0; i < ARRAY_SIZE(set_steps); i++)
        if (set_steps[i].op == op)
            return set_steps[i].name;
    return NULL;
}

bool crush_set_step_parse(const char *name, uint32_t *op)
{
    for (size_t i = 0; i < ARRAY_SIZE(set_steps); i++)
        if (strcmp(set_steps[i].name, name) == 0) {
            *op = set_steps[i].op;
            return true;
        }
    return false;
}
