/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/entity_addr_dump.h"

void entity_addr_format(const struct entity_addr *a, const char *name, struct formatter *f)
{
    char place[ENTITY_ADDR_TEXT_MAX];

    formatter_open_object(f, name);
    formatter_string(f, "type", entity_addr_type_name(a->type));
    formatter_string(f, "addr", entity_addr_print_place(a, place));
    formatter_uint(f, "nonce", a->nonce);
    formatter_close(f);
}

void entity_addrvec_format(const struct entity_addrvec *v, const char *name, struct formatter *f)
{
    formatter_open_object(f, name);
    formatter_open_array(f, "addrvec");
    for (unsigned i = 0; i < v->count; i++)
        entity_addr_format(&v->addrs[i], NULL, f);
    formatter_close(f);
    formatter_close(f);
}

json_t *entity_addrvec_dump(const struct entity_addrvec *v)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    entity_addrvec_format(v, NULL, &f);
    return formatter_to_json(&f);
}
