/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_location.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/strbuf.h"

int crush_location_add(struct string_map *loc, const char *text)
{
    const char *equals = strchr(text, '=');
    char *type;
    int r;

    if (!equals || !equals[1])
        return -EINVAL;
    type = strndup(text, (size_t)(equals - text));
    r = type ? string_map_set(loc, type, equals + 1) : -ENOMEM;
    free(type);
    return r;
}

char *crush_location_print(const struct string_map *loc)
{
    struct strbuf s = STRBUF_INIT;

    strbuf_addc(&s, '{');
    for (unsigned i = 0; i < loc->count; i++)
        strbuf_printf(&s, "%s%s=%s", i ? "," : "", loc->pairs[i].key, loc->pairs[i].value);
    strbuf_addc(&s, '}');
    return strbuf_steal(&s);
}

bool crush_name_is_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    return name[0] && name[strspn(name, letters)] == '\0';
}
