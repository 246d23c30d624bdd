/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/command_sig.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/formatter.h"
#include "common/strbuf.h"

/* A word of a signature, or one "key=value" of an argument. */
struct part {
    const char *p;
    size_t len;
};

static bool part_is(struct part t, const char *text)
{
    return strlen(text) == t.len && !memcmp(t.p, text, t.len);
}

/* The next piece of *at before one of the separators; false at the end. */
static bool next_part(const char **at, const char *end, const char *separators, struct part *t)
{
    while (*at < end && strchr(separators, **at))
        (*at)++;
    t->p = *at;
    while (*at < end && !strchr(separators, **at))
        (*at)++;
    t->len = (size_t)(*at - t->p);
    return t->len > 0;
}

static bool next_word(const char **sig, struct part *t)
{
    return next_part(sig, *sig + strlen(*sig), " ", t);
}

static bool is_argument(struct part word)
{
    return memchr(word.p, '=', word.len) != NULL;
}

/* The value of a key of an argument; an empty part (p NULL) when it has none. */
static struct part argument_get(struct part arg, const char *key)
{
    const char *at = arg.p, *end = arg.p + arg.len;
    struct part t;

    while (next_part(&at, end, ",", &t)) {
        size_t n = strlen(key);
        if (t.len > n && !memcmp(t.p, key, n) && t.p[n] == '=')
            return (struct part){t.p + n + 1, t.len - n - 1};
    }
    return (struct part){NULL, 0};
}

char *command_sig_prefix(const char *sig)
{
    struct strbuf s = STRBUF_INIT;
    struct part t;

    while (next_word(&sig, &t) && !is_argument(t)) {
        if (s.len)
            strbuf_addc(&s, ' ');
        strbuf_addn(&s, t.p, t.len);
    }
    return strbuf_steal(&s);
}

bool command_sig_matches(const char *sig, const char *prefix)
{
    struct part t, want;

    while (next_word(&sig, &t) && !is_argument(t))
        if (!next_word(&prefix, &want) || want.len != t.len || memcmp(want.p, t.p, t.len))
            return false;
    return !next_word(&prefix, &want);
}

static void describe_argument(struct formatter *f, struct part arg)
{
    const char *at = arg.p, *end = arg.p + arg.len;
    struct part t;

    formatter_open_object(f, NULL);
    while (next_part(&at, end, ",", &t)) {
        const char *eq = memchr(t.p, '=', t.len);
        char key[32];
        size_t n = eq ? (size_t)(eq - t.p) : 0;
        if (!n || n >= sizeof(key))
            continue;
        memcpy(key, t.p, n);
        key[n] = '\0';
        formatter_stringn(f, key, eq + 1, t.len - n - 1);
    }
    formatter_close(f);
}

void command_sig_describe(struct formatter *f, const char *sig)
{
    struct part t;

    formatter_open_array(f, "sig");
    while (next_word(&sig, &t)) {
        if (is_argument(t))
            describe_argument(f, t);
        else
            formatter_stringn(f, NULL, t.p, t.len);
    }
    formatter_close(f);
}

static bool text_is_number(const char *text, double *v)
{
    char *end;

    *v = strtod(text, &end);
    return end != text && !*end && isfinite(*v);
}

static bool text_is_bool(const char *text, bool *v)
{
    *v = !strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcmp(text, "1");
    return *v || !strcasecmp(text, "false") || !strcasecmp(text, "no") || !strcmp(text, "0");
}

static bool value_number(const json_t *v, double *out)
{
    if (json_is_number(v))
        *out = json_number_value(v);
    return json_is_number(v) || (json_is_string(v) && text_is_number(json_string_value(v), out));
}

static int check_number(struct part arg, const char *name, const json_t *v, bool whole, char **err)
{
    struct part range = argument_get(arg, "range");
    double n, low = -INFINITY, high = INFINITY;

    if (!value_number(v, &n) || (whole && n != trunc(n)))
        return err_set(err, -EINVAL, "argument %s is not %s", name, whole ? "an integer" : "a number");
    if (range.p) {
        char *end;
        low = strtod(range.p, &end);
        if (*end == '|')
            high = strtod(end + 1, NULL);
    }
    if (n < low || n > high)
        return err_set(err, -EINVAL, "argument %s: %.10g is out of range %.*s", name, n, (int)range.len,
                       range.p);
    return 0;
}

static int check_choice(struct part arg, const char *name, const json_t *v, char **err)
{
    struct part choices = argument_get(arg, "strings"), t;
    const char *at = choices.p, *end = choices.p + choices.len, *text = json_string_value(v);

    while (text && choices.p && next_part(&at, end, "|", &t))
        if (part_is(t, text))
            return 0;
    return err_set(err, -EINVAL, "argument %s is not one of %.*s", name, (int)choices.len,
                   choices.p ? choices.p : "");
}

static int check_value(struct part arg, const char *name, const json_t *v, char **err)
{
    struct part type = argument_get(arg, "type");
    bool ignored;

    if (part_is(type, "CephInt"))
        return check_number(arg, name, v, true, err);
    if (part_is(type, "CephFloat"))
        return check_number(arg, name, v, false, err);
    if (part_is(type, "CephChoices"))
        return check_choice(arg, name, v, err);
    if (part_is(type, "CephBool")) {
        if (json_is_boolean(v) || (json_is_string(v) && text_is_bool(json_string_value(v), &ignored)))
            return 0;
        return err_set(err, -EINVAL, "argument %s is neither true nor false", name);
    }
    if (!json_is_string(v) && !json_is_number(v))
        return err_set(err, -EINVAL, "argument %s is not a string", name);
    return 0;
}

static int check_argument(struct part arg, const json_t *cmd, char **err)
{
    struct part name = argument_get(arg, "name"), req = argument_get(arg, "req");
    char key[64];
    const json_t *v;
    int r = 0;

    if (name.len >= sizeof(key))
        return -EINVAL;
    memcpy(key, name.p, name.len);
    key[name.len] = '\0';
    v = json_object_get(cmd, key);
    if (!v || json_is_null(v))
        return part_is(req, "false") ? 0 : err_set(err, -EINVAL, "argument %s is missing", key);
    if (!json_is_array(v))
        return check_value(arg, key, v, err);
    if (!part_is(argument_get(arg, "n"), "N"))
        return err_set(err, -EINVAL, "argument %s takes one value", key);
    for (size_t i = 0; i < json_array_size(v) && !r; i++)
        r = check_value(arg, key, json_array_get(v, i), err);
    return r;
}

int command_sig_check(const char *sig, const json_t *cmd, char **err)
{
    struct part t;
    int r = 0;

    while (!r && next_word(&sig, &t))
        if (is_argument(t))
            r = check_argument(t, cmd, err);
    return r;
}

const char *command_str(const json_t *cmd, const char *name, const char *missing)
{
    const json_t *v = json_object_get(cmd, name);

    if (json_is_array(v))
        v = json_array_get(v, 0);
    return json_is_string(v) ? json_string_value(v) : missing;
}

int64_t command_int(const json_t *cmd, const char *name, int64_t missing)
{
    const json_t *v = json_object_get(cmd, name);
    double n;

    if (json_is_integer(v))
        return json_integer_value(v);
    if (json_is_string(v)) {
        char *end;
        long long exact = strtoll(json_string_value(v), &end, 10);
        if (!*end)
            return exact;
    }
    return v && value_number(v, &n) && fabs(n) < 9.2e18 ? (int64_t)n : missing;
}

double command_double(const json_t *cmd, const char *name, double missing)
{
    const json_t *v = json_object_get(cmd, name);
    double n;

    return v && value_number(v, &n) ? n : missing;
}

bool command_bool(const json_t *cmd, const char *name, bool missing)
{
    const json_t *v = json_object_get(cmd, name);
    bool b;

    if (json_is_boolean(v))
        return json_is_true(v);
    return json_is_string(v) && text_is_bool(json_string_value(v), &b) ? b : missing;
}

char *command_joined(const json_t *cmd, const char *name)
{
    const json_t *v = json_object_get(cmd, name);
    struct strbuf s = STRBUF_INIT;

    if (json_is_string(v))
        return strdup(json_string_value(v));
    if (!json_is_array(v))
        return NULL;
    for (size_t i = 0; i < json_array_size(v); i++) {
        const char *text = json_string_value(json_array_get(v, i));
        if (i)
            strbuf_addc(&s, ' ');
        strbuf_add(&s, text ? text : "");
    }
    return strbuf_steal(&s);
}

double *command_doubles(const json_t *cmd, const char *name, unsigned *count)
{
    const json_t *v = json_object_get(cmd, name);
    double *values;

    *count = json_is_array(v) ? (unsigned)json_array_size(v) : v != NULL;
    values = *count ? calloc(*count, sizeof(*values)) : NULL;
    for (unsigned i = 0; values && i < *count; i++)
        if (!value_number(json_is_array(v) ? json_array_get(v, i) : v, &values[i]))
            values[i] = NAN; /* the command was not checked */
    return values;
}

/* Values of options and of config-key may be secrets. */
char *command_loggable(const char *text)
{
    json_t *cmd = json_loads(text, 0, NULL);
    const char *prefix = json_string_value(json_object_get(cmd, "prefix"));
    char *shown;

    if (prefix && (strcmp(prefix, "config set") == 0 || strcmp(prefix, "config-key set") == 0 ||
                   strcmp(prefix, "config-key put") == 0)) {
        json_object_del(cmd, "value");
        json_object_del(cmd, "val");
        shown = json_dumps(cmd, 0);
    } else {
        shown = strdup(text);
    }
    json_decref(cmd);
    return shown;
}
