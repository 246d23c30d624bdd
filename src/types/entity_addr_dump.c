/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/entity_addr_dump.h"

json_t *entity_addr_dump(const struct entity_addr *a)
{
    char place[ENTITY_ADDR_TEXT_MAX];

    return json_pack("{s:s, s:s, s:I}", "type", entity_addr_type_name(a->type), "addr",
                     entity_addr_print_place(a, place), "nonce", (json_int_t)a->nonce);
}

json_t *entity_addrvec_dump(const struct entity_addrvec *v)
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < v->count; i++)
        if (json_array_append_new(list, entity_addr_dump(&v->addrs[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return json_pack("{s:o}", "addrvec", list);
}
