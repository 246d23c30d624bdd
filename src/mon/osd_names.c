/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_names.h"

#include <errno.h>

int osd_names_show(struct mon_op *op, json_t *list)
{
    struct strbuf text = STRBUF_INIT;
    json_t *v;
    size_t i;

    if (op->json || !list)
        return mon_op_json(op, list, false);
    json_array_foreach(list, i, v)
    {
        if (json_is_string(v))
            strbuf_printf(&text, "%s\n", json_string_value(v));
        else
            strbuf_printf(&text, "%" JSON_INTEGER_FORMAT "\n", json_integer_value(v));
    }
    json_decref(list);
    return mon_op_steal_text(op, &text);
}
