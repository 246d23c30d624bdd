/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/timespan.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define MINUTE (60 * NSEC_PER_SEC)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct unit {
    const char *name;
    uint64_t ns;
} units[] = {
    {"", NSEC_PER_SEC},
    {"ns", 1},
    {"us", NSEC_PER_USEC},
    {"usec", NSEC_PER_USEC},
    {"ms", NSEC_PER_MSEC},
    {"msec", NSEC_PER_MSEC},
    {"s", NSEC_PER_SEC},
    {"sec", NSEC_PER_SEC},
    {"second", NSEC_PER_SEC},
    {"seconds", NSEC_PER_SEC},
    {"m", MINUTE},
    {"min", MINUTE},
    {"minute", MINUTE},
    {"minutes", MINUTE},
    {"h", HOUR},
    {"hr", HOUR},
    {"hour", HOUR},
    {"hours", HOUR},
    {"d", DAY},
    {"day", DAY},
    {"days", DAY},
    {"w", 7 * DAY},
    {"wk", 7 * DAY},
    {"week", 7 * DAY},
    {"weeks", 7 * DAY},
    {"mo", 30 * DAY},
    {"month", 30 * DAY},
    {"months", 30 * DAY},
    {"y", 365 * DAY},
    {"yr", 365 * DAY},
    {"year", 365 * DAY},
    {"years", 365 * DAY},
};

static const struct unit *unit_find(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strlen(units[i].name) == len && !memcmp(units[i].name, name, len))
            return &units[i];
    return NULL;
}

/* Adds number * unit to *ns, where the number is digits[.digits]; the text has been checked to start so. */
static int add_number(const char *number, uint64_t unit, uint64_t *ns)
{
    uint64_t whole = 0, place = unit;
    const char *p = number;

    for (; isdigit((unsigned char)*p); p++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (unsigned)(*p - '0'), &whole))
            return -ERANGE;
    if (__builtin_mul_overflow(whole, unit, &whole) || __builtin_add_overflow(*ns, whole, ns))
        return -ERANGE;
    if (*p != '.')
        return 0;
    /* digit by digit, so that 0.1 s is 100,000,000 ns to the last one */
    for (p++; isdigit((unsigned char)*p); p++) {
        place /= 10;
        if (__builtin_add_overflow(*ns, place * (unsigned)(*p - '0'), ns))
            return -ERANGE;
    }
    return 0;
}

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

int timespan_parse(const char *text, uint64_t *ns)
{
    const char *p = text;

    *ns = 0;
    do {
        const char *number = p, *name;
        const struct unit *unit;
        int r;

        if (!isdigit((unsigned char)*p))
            return -EINVAL;
        while (isdigit((unsigned char)*p))
            p++;
        if (*p == '.')
            for (p++; isdigit((unsigned char)*p);)
                p++;
        name = p = skip_blanks(p);
        while (isalpha((unsigned char)*p))
            p++;
        unit = unit_find(name, (size_t)(p - name));
        if (!unit || (p == name && *p))
            return -EINVAL;
        r = add_number(number, unit->ns, ns);
        if (r)
            return r;
        p = skip_blanks(p);
    } while (*p);
    return 0;
}
