/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/strbuf.h"
#include "common/timespan.h"

static const struct option_def options[OPT_COUNT] = {
#define X(name, type, level, def, daemon_def, flags, range, values, desc) \
    [OPT_##name] = {#name, OPTION_##type, OPTION_##level, def, daemon_def, flags, range, values, desc},
    OPTIONS_TABLE(X)
#undef X
#define X(name, log_level, gather_level)                \
    [OPT_debug_##name] = {"debug_" #name,               \
                          OPTION_DEBUG,                 \
                          OPTION_ADVANCED,              \
                          #log_level "/" #gather_level, \
                          NULL,                         \
                          OPTION_RUNTIME,               \
                          ANY,                          \
                          NULL,                         \
                          "log level and gather level of subsystem " #name},
        LOG_SUBSYSTEMS(X)
#undef X
};

const struct option_def *option_get(enum option_id id)
{
    return &options[id];
}

/* Names have no ' ' or '-' of their own, so these read as '_'. */
static bool names_match(const char *name, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i] == '-' || text[i] == ' ' ? '_' : text[i];
        if (name[i] != c)
            return false;
    }
    return name[len] == '\0';
}

enum option_id option_find_n(const char *name, size_t len)
{
    for (int id = 0; id < OPT_COUNT; id++)
        if (names_match(options[id].name, name, len))
            return (enum option_id)id;
    return OPT_COUNT;
}

enum option_id option_find(const char *name)
{
    return option_find_n(name, strlen(name));
}

enum log_subsys option_debug_subsys(enum option_id id)
{
    return options[id].type == OPTION_DEBUG ? (enum log_subsys)(id - OPT_debug_none) : LOG_SUBSYS_COUNT;
}

bool option_is_number(const struct option_def *o)
{
    switch (o->type) {
    case OPTION_STR:
    case OPTION_ADDR:
    case OPTION_ADDRVEC:
    case OPTION_UUID:
        return false;
    default:
        return true;
    }
}

/* Reads digits and an optional unit: a power of base for each of the letters up to unit, then what is
 * allowed behind it. */
static int parse_scaled(const char *text, unsigned base, bool *negative, uint64_t *magnitude)
{
    static const char units[] = "KMGTPE";
    const char *p = text, *unit;
    uint64_t v = 0;

    *negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!isdigit((unsigned char)*p))
        return -EINVAL;
    for (; isdigit((unsigned char)*p); p++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (unsigned)(*p - '0'), &v))
            return -ERANGE;
    if (*p && (unit = strchr(units, *p))) {
        for (; unit >= units; unit--)
            if (__builtin_mul_overflow(v, base, &v))
                return -ERANGE;
        p++;
        if (base == 1024 && *p == 'i')
            p++;
    }
    if (base == 1024 && *p == 'B')
        p++;
    *magnitude = v;
    return *p ? -EINVAL : 0;
}

static int parse_int(const char *text, int64_t *v, char **err)
{
    bool negative;
    uint64_t u;
    int r = parse_scaled(text, 1000, &negative, &u);

    if (r == -EINVAL)
        return err_set(err, r, "'%s' is not an integer", text);
    if (r || u > (uint64_t)INT64_MAX + negative)
        return err_set(err, -ERANGE, "'%s' is too large", text);
    *v = negative ? (int64_t)-u : (int64_t)u;
    return 0;
}

static int parse_uint(const char *text, unsigned base, const char *what, uint64_t *v, char **err)
{
    bool negative;
    int r = parse_scaled(text, base, &negative, v);

    if (r == -EINVAL)
        return err_set(err, r, "'%s' is not %s", text, what);
    if (r)
        return err_set(err, r, "'%s' is too large", text);
    if (negative && *v)
        return err_set(err, -ERANGE, "'%s' must not be negative", text);
    return 0;
}

static int parse_float(const char *text, double *v, char **err)
{
    char *end;

    *v = strtod(text, &end);
    if (end == text || *end || isspace((unsigned char)text[0]) || !isfinite(*v))
        return err_set(err, -EINVAL, "'%s' is not a number", text);
    return 0;
}

static int parse_seconds(const char *text, bool whole, union option_value *v, char **err)
{
    uint64_t ns;
    int r;

    if (!whole && !parse_float(text, &v->d, NULL) && v->d >= 0)
        return 0;
    r = timespan_parse(text, &ns);
    if (r == -ERANGE)
        return err_set(err, r, "'%s' is too long a time", text);
    if (r || (whole && ns % NSEC_PER_SEC))
        return err_set(err, -EINVAL, "'%s' is not a time in %sseconds, such as 30, 10m or 1h", text,
                       whole ? "whole " : "");
    if (whole)
        v->u = ns / NSEC_PER_SEC;
    else
        v->d = (double)ns / (double)NSEC_PER_SEC;
    return 0;
}

static int parse_bool(const char *text, uint64_t *v, char **err)
{
    static const char *const names[2][4] = {{"false", "no", "off", "0"}, {"true", "yes", "on", "1"}};

    for (unsigned b = 0; b < 2; b++)
        for (unsigned i = 0; i < 4; i++)
            if (!strcasecmp(text, names[b][i])) {
                *v = b;
                return 0;
            }
    return err_set(err, -EINVAL, "'%s' is neither true nor false", text);
}

static int parse_debug(const char *text, uint64_t *v, char **err)
{
    long log, gather;
    char *end;

    log = gather = strtol(text, &end, 10);
    if (end != text && *end == '/') {
        const char *second = end + 1;
        gather = strtol(second, &end, 10);
        if (end == second)
            end = (char *)text;
    }
    if (end == text || *end || isspace((unsigned char)text[0]))
        return err_set(err, -EINVAL, "'%s' is not a log level, such as 5 or 1/5", text);
    if (log < -1 || log > 99 || gather < -1 || gather > 99)
        return err_set(err, -ERANGE, "'%s': levels go from -1 to 99", text);
    *v = (uint32_t)log | (uint64_t)(uint32_t)gather << 32;
    return 0;
}

static int parse_uuid(const char *text, char **err)
{
    static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

    for (size_t i = 0; i < sizeof(shape); i++)
        if (shape[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != shape[i])
            return err_set(err, -EINVAL, "'%s' is not a UUID (8-4-4-4-12 hexadecimal digits)", text);
    return 0;
}

static bool word_allowed(const char *values, const char *word, size_t len)
{
    for (const char *v = values;; v++) {
        size_t n = strcspn(v, "|");
        if (n == len && !memcmp(v, word, len))
            return true;
        v += n;
        if (!*v)
            return false;
    }
}

static int check_words(const struct option_def *o, const char *text, char **err)
{
    const char *separators = o->flags & OPTION_LIST ? ", ;\t" : "";

    if (!*text && !*o->def)
        return 0;
    for (const char *p = text + strspn(text, separators); *p || p == text; p += strspn(p, separators)) {
        size_t n = strcspn(p, separators);
        if (!word_allowed(o->values, p, n)) {
            err_set(err, -EINVAL, "'%.*s' is not one of %s", (int)n, p, o->values);
            for (char *c = err ? *err : NULL; c && *c; c++)
                if (*c == '|')
                    *c = ' ';
            return -EINVAL;
        }
        p += n;
        if (!*p)
            break;
    }
    return 0;
}

static int check_range(const struct option_def *o, const char *text, double v, char **err)
{
    if (v >= o->range.min && v <= o->range.max)
        return 0;
    if (isinf(o->range.max))
        return err_set(err, -ERANGE, "'%s' is below %.10g", text, o->range.min);
    return err_set(err, -ERANGE, "'%s' is not between %.10g and %.10g", text, o->range.min, o->range.max);
}

int option_parse(const struct option_def *o, const char *text, union option_value *v, char **err)
{
    int r;

    v->u = 0;
    switch (o->type) {
    case OPTION_INT:
        r = parse_int(text, &v->i, err);
        return r ? r : check_range(o, text, (double)v->i, err);
    case OPTION_UINT:
        r = parse_uint(text, 1000, "an integer", &v->u, err);
        return r ? r : check_range(o, text, (double)v->u, err);
    case OPTION_SIZE:
        r = parse_uint(text, 1024, "a size in bytes, such as 4096, 4K or 100M", &v->u, err);
        return r ? r : check_range(o, text, (double)v->u, err);
    case OPTION_FLOAT:
        r = parse_float(text, &v->d, err);
        return r ? r : check_range(o, text, v->d, err);
    case OPTION_SECS:
        r = parse_seconds(text, true, v, err);
        return r ? r : check_range(o, text, (double)v->u, err);
    case OPTION_SECONDS:
        r = parse_seconds(text, false, v, err);
        return r ? r : check_range(o, text, v->d, err);
    case OPTION_BOOL:
        return parse_bool(text, &v->u, err);
    case OPTION_DEBUG:
        return parse_debug(text, &v->u, err);
    case OPTION_UUID:
        return parse_uuid(text, err);
    default:
        return o->values ? check_words(o, text, err) : 0;
    }
}

char *option_format(const struct option_def *o, union option_value v, const char *text)
{
    struct strbuf s = STRBUF_INIT;

    switch (o->type) {
    case OPTION_INT:
        strbuf_printf(&s, "%" PRId64, v.i);
        break;
    case OPTION_UINT:
    case OPTION_SIZE:
    case OPTION_SECS:
        strbuf_printf(&s, "%" PRIu64, v.u);
        break;
    case OPTION_FLOAT:
    case OPTION_SECONDS:
        strbuf_printf(&s, "%f", v.d);
        break;
    case OPTION_BOOL:
        strbuf_add(&s, v.u ? "true" : "false");
        break;
    case OPTION_DEBUG:
        strbuf_printf(&s, "%d/%d", (int)(uint32_t)v.u, (int)(uint32_t)(v.u >> 32));
        break;
    default:
        strbuf_add(&s, text);
        break;
    }
    return strbuf_steal(&s);
}

const char *option_type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_INT] = "int",   [OPTION_UINT] = "uint",       [OPTION_FLOAT] = "float",
        [OPTION_BOOL] = "bool", [OPTION_STR] = "str",         [OPTION_SIZE] = "size",
        [OPTION_SECS] = "secs", [OPTION_SECONDS] = "float",   [OPTION_ADDR] = "addr",
        [OPTION_UUID] = "uuid", [OPTION_ADDRVEC] = "addrvec", [OPTION_DEBUG] = "str",
    };
    return names[type];
}

const char *option_level_name(enum option_level level)
{
    static const char *const names[] = {"basic", "advanced", "dev"};
    return names[level];
}
