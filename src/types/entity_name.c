/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/entity_name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum entity_type type;
    const char *name;
} type_names[] = {
    {ENTITY_TYPE_MON, "mon"},       {ENTITY_TYPE_MDS, "mds"}, {ENTITY_TYPE_OSD, "osd"},
    {ENTITY_TYPE_CLIENT, "client"}, {ENTITY_TYPE_MGR, "mgr"}, {ENTITY_TYPE_AUTH, "auth"},
};

const char *entity_type_name(uint32_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
        if (type_names[i].type == type)
            return type_names[i].name;
    return "???";
}

enum entity_type entity_type_parse(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
        if (strlen(type_names[i].name) == len && memcmp(type_names[i].name, name, len) == 0)
            return type_names[i].type;
    return ENTITY_TYPE_NONE;
}

void entity_name_encode(const struct entity_name *n, struct encode *e)
{
    encode_u8(e, n->type);
    encode_s64(e, n->num);
}

void entity_name_decode(struct entity_name *n, struct decode *d)
{
    n->type = decode_u8(d);
    n->num = decode_s64(d);
}

const char *entity_name_print(const struct entity_name *n, char buf[static ENTITY_NAME_MAX])
{
    if (n->num < 0)
        snprintf(buf, ENTITY_NAME_MAX, "%s.?", entity_type_name(n->type));
    else
        snprintf(buf, ENTITY_NAME_MAX, "%s.%" PRId64, entity_type_name(n->type), n->num);
    return buf;
}

void entity_id_encode(const struct entity_id *n, struct encode *e)
{
    encode_u32(e, n->type);
    encode_string(e, n->id);
}

int entity_id_decode(struct entity_id *n, struct decode *d)
{
    n->type = decode_u32(d);
    n->id = decode_string(d);
    return decode_error(d);
}

void entity_id_destroy(struct entity_id *n)
{
    free(n->id);
    n->id = NULL;
}

int entity_id_copy(struct entity_id *to, const struct entity_id *from)
{
    to->type = from->type;
    to->id = strdup(from->id);
    return to->id ? 0 : -ENOMEM;
}

int entity_id_compare(const struct entity_id *a, const struct entity_id *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return strcmp(a->id, b->id);
}

int entity_id_parse(struct entity_id *n, const char *text)
{
    const char *dot = strchr(text, '.');

    n->id = NULL;
    n->type = dot ? entity_type_parse(text, (size_t)(dot - text)) : ENTITY_TYPE_NONE;
    if (n->type == ENTITY_TYPE_NONE)
        return -EINVAL;
    n->id = strdup(dot + 1);
    return n->id ? 0 : -ENOMEM;
}
