/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/conf_dump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(option_get(*(const enum option_id *)a)->name, option_get(*(const enum option_id *)b)->name);
}

void conf_sorted(enum option_id out[static OPT_COUNT])
{
    for (int i = 0; i < OPT_COUNT; i++)
        out[i] = (enum option_id)i;
    qsort(out, OPT_COUNT, sizeof(out[0]), by_name);
}

/* Takes text; NULL stays NULL. */
static char *hide(enum option_id id, char *text)
{
    static const char word[] = "(secret)";

    if (!text || !text[0] || !(option_get(id)->flags & OPTION_SECRET))
        return text;
    explicit_bzero(text, strlen(text));
    free(text);
    text = strdup(word);
    if (!text)
        abort();
    return text;
}

char *conf_shown(const struct conf *c, enum option_id id)
{
    return hide(id, conf_str(c, id));
}

void conf_show(const struct conf *c, struct formatter *f)
{
    enum option_id ids[OPT_COUNT];

    conf_sorted(ids);
    formatter_open_object(f, NULL);
    formatter_string(f, "name", conf_name(c));
    formatter_string(f, "cluster", conf_cluster(c));
    for (int i = 0; i < OPT_COUNT; i++) {
        char *text = conf_shown(c, ids[i]);
        formatter_string(f, option_get(ids[i])->name, text);
        free(text);
    }
    formatter_close(f);
}

void conf_show_plain(const struct conf *c, struct strbuf *out)
{
    enum option_id ids[OPT_COUNT];

    conf_sorted(ids);
    strbuf_printf(out, "name = %s\ncluster = %s\n", conf_name(c), conf_cluster(c));
    for (int i = 0; i < OPT_COUNT; i++) {
        char *text = conf_shown(c, ids[i]);
        strbuf_printf(out, "%s = %s\n", option_get(ids[i])->name, text);
        free(text);
    }
}

/* A value as JSON has it best: integers, reals and booleans as such, everything else as text. */
static void dump_value(struct formatter *f, const char *name, enum option_id id, const char *text)
{
    const struct option_def *o = option_get(id);
    union option_value v;
    char *shown;

    if (option_parse(o, text, &v, NULL)) {
        formatter_string(f, name, text);
        return;
    }
    switch (o->type) {
    case OPTION_INT:
        formatter_int(f, name, v.i);
        break;
    case OPTION_UINT:
        formatter_uint(f, name, v.u);
        break;
    case OPTION_FLOAT:
    case OPTION_SECONDS:
        formatter_double(f, name, v.d);
        break;
    case OPTION_BOOL:
        formatter_bool(f, name, v.u != 0);
        break;
    default:
        shown = option_format(o, v, text);
        formatter_string(f, name, shown ? shown : text);
        free(shown);
        break;
    }
}

static void diff_option(const struct conf *c, struct formatter *f, enum option_id id)
{
    char *final = conf_shown(c, id);

    formatter_open_object(f, option_get(id)->name);
    for (int s = 0; s < CONF_SOURCE_COUNT; s++) {
        char *text = hide(id, conf_raw(c, id, (enum conf_source)s));
        if (text)
            dump_value(f, conf_source_name((enum conf_source)s), id, text);
        free(text);
    }
    dump_value(f, "final", id, final);
    formatter_close(f);
    free(final);
}

void conf_diff(const struct conf *c, struct formatter *f, enum option_id only)
{
    enum option_id ids[OPT_COUNT];

    conf_sorted(ids);
    formatter_open_object(f, "diff");
    for (int i = 0; i < OPT_COUNT; i++)
        if (only == OPT_COUNT ? conf_source(c, ids[i]) != CONF_DEFAULT : ids[i] == only)
            diff_option(c, f, ids[i]);
    formatter_close(f);
}

static void dump_limit(struct formatter *f, const char *name, double limit)
{
    if (isinf(limit))
        formatter_string(f, name, "");
    else
        formatter_raw(f, name, "%.17g", limit);
}

static void dump_words(struct formatter *f, const char *name, const char *values)
{
    formatter_open_array(f, name);
    for (const char *p = values; p && *p; p += *p == '|') {
        size_t n = strcspn(p, "|");
        formatter_stringn(f, NULL, p, n);
        p += n;
    }
    formatter_close(f);
}

static void dump_flags(struct formatter *f, unsigned flags)
{
    static const char *const names[] = {"startup", "runtime", "no_mon_update", "create", "cluster_create"};

    formatter_open_array(f, "flags");
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        if (flags & 1u << i)
            formatter_string(f, NULL, names[i]);
    formatter_close(f);
}

void option_describe(enum option_id id, struct formatter *f, const char *name)
{
    const struct option_def *o = option_get(id);

    formatter_open_object(f, name);
    formatter_string(f, "name", o->name);
    formatter_string(f, "type", option_type_name(o->type));
    formatter_string(f, "level", option_level_name(o->level));
    formatter_string(f, "desc", o->desc);
    formatter_string(f, "long_desc", "");
    dump_value(f, "default", id, o->def);
    if (o->daemon_def)
        dump_value(f, "daemon_default", id, o->daemon_def);
    else
        formatter_string(f, "daemon_default", "");
    dump_words(f, "tags", NULL);
    dump_words(f, "services", NULL);
    dump_words(f, "see_also", NULL);
    dump_words(f, "enum_values", o->values);
    dump_limit(f, "min", o->range.min);
    dump_limit(f, "max", o->range.max);
    formatter_bool(f, "can_update_at_runtime", !(o->flags & OPTION_STARTUP));
    dump_flags(f, o->flags);
    formatter_close(f);
}
