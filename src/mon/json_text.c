/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/json_text.h"

#include <string.h>

#include "common/formatter.h"
#include "common/strbuf.h"
#include "common/utf8.h"

json_t *json_text(const char *text)
{
    json_t *v = json_string(text);
    struct strbuf clean = STRBUF_INIT;
    size_t left = strlen(text);

    if (v)
        return v;
    while (left) {
        size_t n = utf8_char(text, left);
        if (n)
            strbuf_addn(&clean, text, n);
        else
            strbuf_add(&clean, "\xef\xbf\xbd");
        text += n ? n : 1;
        left -= n ? n : 1;
    }
    v = json_string(strbuf_text(&clean));
    strbuf_destroy(&clean);
    return v;
}

void json_to_formatter(struct formatter *f, const char *name, const json_t *value)
{
    const char *key;
    json_t *v;
    size_t i;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        formatter_open_object(f, name);
        json_object_foreach((json_t *)value, key, v) json_to_formatter(f, key, v);
        formatter_close(f);
        break;
    case JSON_ARRAY:
        formatter_open_array(f, name);
        json_array_foreach(value, i, v) json_to_formatter(f, NULL, v);
        formatter_close(f);
        break;
    case JSON_STRING:
        formatter_stringn(f, name, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        formatter_int(f, name, json_integer_value(value));
        break;
    case JSON_REAL:
        formatter_double(f, name, json_real_value(value));
        break;
    case JSON_NULL:
        formatter_null(f, name);
        break;
    default:
        formatter_bool(f, name, json_is_true(value));
        break;
    }
}
