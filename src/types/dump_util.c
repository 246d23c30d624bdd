/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/dump_util.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

json_t *dump_text(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (!text || utf8_check(text, len) == len)
        return json_stringn_nocheck(text ? text : "", len);
    return dump_text_steal(strdup(text));
}

json_t *dump_text_steal(char *text)
{
    size_t len, at = 0;
    json_t *json;

    if (!text)
        return NULL;
    len = strlen(text);
    while ((at += utf8_check(text + at, len - at)) < len)
        text[at++] = '?';
    json = json_stringn_nocheck(text, len);
    free(text);
    return json;
}

json_t *dump_real(double v)
{
    if (!isfinite(v)) /* JSON has no word for it */
        return json_integer(0);
    if (v == floor(v) && fabs(v) < 1e15)
        return json_integer((json_int_t)v);
    return json_real(v);
}

const char *print_bits(uint64_t bits, const struct bit_names *names, char *buf, size_t size)
{
    size_t used = 0;

    buf[0] = '\0';
    for (unsigned i = 0; i < names->count && i < 64 && used < size; i++)
        if (bits & UINT64_C(1) << i && names->names[i])
            used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "," : "", names->names[i]);
    return buf;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static unsigned sorted_names(uint64_t bits, const struct bit_names *names, const char *out[static 64])
{
    unsigned n = 0;

    for (unsigned i = 0; i < names->count && i < 64; i++)
        if (bits & UINT64_C(1) << i && names->names[i])
            out[n++] = names->names[i];
    qsort(out, n, sizeof(*out), compare_names);
    return n;
}

const char *print_bit_set(uint64_t bits, const struct bit_names *names, char *buf, size_t size)
{
    const char *sorted[64];
    unsigned n = sorted_names(bits, names, sorted);
    size_t used = 0;

    buf[0] = '\0';
    for (unsigned i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "," : "", sorted[i]);
    return buf;
}

json_t *dump_bit_set(uint64_t bits, const struct bit_names *names)
{
    const char *sorted[64];
    unsigned n = sorted_names(bits, names, sorted);
    json_t *list = json_array();

    for (unsigned i = 0; list && i < n; i++)
        if (json_array_append_new(list, json_string(sorted[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}
