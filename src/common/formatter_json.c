/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/formatter_json.h"

json_t *formatter_to_json(struct formatter *f)
{
    json_t *tree = json_loads(formatter_text(f), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    formatter_destroy(f);
    return tree;
}
