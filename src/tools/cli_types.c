/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_types.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types/entity_addr.h"
#include "types/entity_name.h"
#include "types/fsid.h"

bool cli_type_is_switch(const struct cli_type *type)
{
    return strcmp(type->name, "CephBool") == 0;
}

/* "low|high" or "low"; what is not given is unlimited. */
static bool in_range(double v, const char *range)
{
    double low = -INFINITY, high = INFINITY;
    const char *bar;

    if (!range || !*range)
        return true;
    low = strtod(range, NULL);
    bar = strchr(range, '|');
    if (bar)
        high = strtod(bar + 1, NULL);
    return v >= low && v <= high;
}

static json_t *int_value(const struct cli_type *type, const char *word, char *why, size_t why_size)
{
    char *end;
    long long v;

    errno = 0;
    v = strtoll(word, &end, 0);
    if (end == word || *end || errno) {
        snprintf(why, why_size, "'%s' is not a whole number", word);
        return NULL;
    }
    if (!in_range((double)v, type->range)) {
        snprintf(why, why_size, "%s is not within %s", word, type->range);
        return NULL;
    }
    return json_integer(v);
}

static json_t *float_value(const struct cli_type *type, const char *word, char *why, size_t why_size)
{
    char *end;
    double v = strtod(word, &end);

    if (end == word || *end || !isfinite(v)) {
        snprintf(why, why_size, "'%s' is not a number", word);
        return NULL;
    }
    if (!in_range(v, type->range)) {
        snprintf(why, why_size, "%s is not within %s", word, type->range);
        return NULL;
    }
    return json_real(v);
}

static json_t *bool_value(const struct cli_type *type UNUSED, const char *word, char *why, size_t why_size)
{
    static const char *const yes[] = {"true", "yes", "on", "1", "t", "y"};
    static const char *const no[] = {"false", "no", "off", "0", "f", "n"};

    for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
        if (strcasecmp(word, yes[i]) == 0)
            return json_true();
        if (strcasecmp(word, no[i]) == 0)
            return json_false();
    }
    snprintf(why, why_size, "'%s' is neither true nor false", word);
    return NULL;
}

/* A bracket expression: single characters and ranges; a '-' that cannot begin a range is itself. */
static bool is_good_char(const char *set, char c)
{
    const char *p = set + (*set == '[');

    while (*p && *p != ']') {
        if (p[1] == '-' && p[2] && p[2] != ']') {
            if (c >= p[0] && c <= p[2])
                return true;
            p += 3;
            if (*p == '-') { /* "0-9-_" */
                if (c == '-')
                    return true;
                p++;
            }
            continue;
        }
        if (c == *p)
            return true;
        p++;
    }
    return false;
}

static json_t *string_value(const struct cli_type *type, const char *word, char *why, size_t why_size)
{
    json_t *value;

    for (const char *c = word; type->goodchars && *c; c++) {
        if (!is_good_char(type->goodchars, *c)) {
            snprintf(why, why_size, "'%c' in '%s' is not one of %s", *c, word, type->goodchars);
            return NULL;
        }
    }
    value = json_string(word);
    if (!value)
        snprintf(why, why_size, "an argument is not UTF-8");
    return value;
}

static json_t *choice_value(const struct cli_type *type, const char *word, char *why, size_t why_size)
{
    const char *at = type->strings ? type->strings : "";

    while (*at) {
        size_t len = strcspn(at, "|");

        if (strlen(word) == len && strncmp(at, word, len) == 0)
            return json_string(word);
        at += len + (at[len] == '|');
    }
    snprintf(why, why_size, "'%s' is not one of %s", word, type->strings ? type->strings : "no choices");
    return NULL;
}

static bool all_in(const char *s, size_t len, int (*is)(int))
{
    for (size_t i = 0; i < len; i++) {
        if (!is((unsigned char)s[i]))
            return false;
    }
    return len > 0;
}

static json_t *pgid_value(const struct cli_type *type UNUSED, const char *word, char *why, size_t why_size)
{
    size_t pool = strcspn(word, ".");

    if (word[pool] == '.' && all_in(word, pool, isdigit) &&
        all_in(word + pool + 1, strlen(word + pool + 1), isxdigit))
        return json_string(word);
    snprintf(why, why_size, "'%s' is no placement group such as 1.2f", word);
    return NULL;
}

static json_t *name_value(const struct cli_type *type UNUSED, const char *word, char *why, size_t why_size)
{
    size_t len = strcspn(word, ".");
    bool known = entity_type_parse(word, len) != ENTITY_TYPE_NONE;

    if (strcmp(word, "*") == 0 || strcmp(word, "mgr") == 0 || (known && word[len] == '.' && word[len + 1]))
        return json_string(word);
    snprintf(why, why_size, "'%s' is no daemon's name such as mon.a or osd.1", word);
    return NULL;
}

static json_t *osd_name_value(const struct cli_type *type UNUSED, const char *word, char *why,
                              size_t why_size)
{
    const char *number = strncmp(word, "osd.", 4) == 0 ? word + 4 : word;

    if (all_in(number, strlen(number), isdigit)) /* monitors want the number itself */
        return json_integer(strtoll(number, NULL, 10));
    if (strcmp(word, "*") == 0 || strcmp(word, "any") == 0 || strcmp(word, "all") == 0 ||
        strcmp(number, "*") == 0)
        return json_string(word);
    snprintf(why, why_size, "'%s' is no OSD such as 1 or osd.1", word);
    return NULL;
}

static json_t *uuid_value(const struct cli_type *type UNUSED, const char *word, char *why, size_t why_size)
{
    struct fsid fsid;

    if (fsid_parse(&fsid, word) == 0)
        return json_string(word);
    snprintf(why, why_size, "'%s' is no UUID", word);
    return NULL;
}

static json_t *addr_value(const struct cli_type *type UNUSED, const char *word, char *why, size_t why_size)
{
    struct entity_addrvec v;
    char err[200];
    int r = entity_addrvec_parse(&v, word, ENTITY_ADDR_V1, NULL, err, sizeof(err));

    entity_addrvec_destroy(&v);
    if (r == 0)
        return json_string(word);
    snprintf(why, why_size, "'%s' is no address: %s", word, err);
    return NULL;
}

static const struct {
    const char *name;
    json_t *(*value)(const struct cli_type *type, const char *word, char *why, size_t why_size);
} readers[] = {
    {"CephInt", int_value},       {"CephFloat", float_value},      {"CephBool", bool_value},
    {"CephString", string_value}, {"CephChoices", choice_value},   {"CephPgid", pgid_value},
    {"CephName", name_value},     {"CephOsdName", osd_name_value}, {"CephUUID", uuid_value},
    {"CephIPAddr", addr_value},   {"CephEntityAddr", addr_value},
};

json_t *cli_type_value(const struct cli_type *type, const char *word, char *why, size_t why_size)
{
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
        if (strcmp(type->name, readers[i].name) == 0)
            return readers[i].value(type, word, why, why_size);
    }
    return string_value(type, word, why, why_size);
}
