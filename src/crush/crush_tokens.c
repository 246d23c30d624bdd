/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_tokens.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strbuf.h"
#include "crush/crush_location.h"

/* ---- splitting ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_bracket(char c)
{
    return c && strchr("{}[]", c);
}

/* How many characters at p belong to one token. */
static size_t token_len(const char *p, const char *end)
{
    size_t n = 1;

    if (is_bracket(*p))
        return 1;
    while (p + n < end && !is_blank(p[n]) && !is_bracket(p[n]) && p[n] != '#')
        n++;
    return n;
}

static const char *skip_comment(const char *p, const char *end)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));

    return newline ? newline : end;
}

/* Tokens take at most two bytes in the copy for each of the text, and as many places. */
static void split(struct crush_tokens *t, const char *p, size_t len)
{
    const char *end = p + len;
    struct crush_token *next = t->all;
    char *copy = t->text;
    unsigned line = 1;

    while (p < end) {
        size_t n;
        if (*p == '#') {
            p = skip_comment(p, end);
            continue;
        }
        if (is_blank(*p)) {
            line += *p++ == '\n';
            continue;
        }
        n = token_len(p, end);
        *next++ = (struct crush_token){copy, line};
        memcpy(copy, p, n);
        copy[n] = '\0';
        copy += n + 1;
        p += n;
    }
    *copy = '\0';
    *next = (struct crush_token){copy, line};
}

int crush_tokens_init(struct crush_tokens *t, const char *text, size_t len, const char *file, char **err)
{
    memset(t, 0, sizeof(*t));
    t->err = err;
    t->file = file;
    t->all = calloc(len + 1, sizeof(*t->all));
    t->text = malloc(2 * len + 1);
    if (!t->all || !t->text) {
        crush_tokens_destroy(t);
        return -ENOMEM;
    }
    split(t, text, len);
    t->at = t->all;
    return 0;
}

void crush_tokens_destroy(struct crush_tokens *t)
{
    free(t->all);
    free(t->text);
    t->all = NULL;
    t->text = NULL;
}

/* ---- errors ---- */

int crush_tokens_fail(struct crush_tokens *t, unsigned line, const char *fmt, ...)
{
    struct strbuf s = STRBUF_INIT;
    va_list ap;
    int r;

    va_start(ap, fmt);
    strbuf_vprintf(&s, fmt, ap);
    va_end(ap);
    r = err_set(t->err, -EINVAL, "%s:%u: %s", t->file, line, strbuf_text(&s));
    strbuf_destroy(&s);
    return r;
}

int crush_tokens_unexpected(struct crush_tokens *t, const char *expected)
{
    if (crush_tokens_at_end(t))
        return crush_tokens_fail(t, t->at->line, "the text ends where %s is expected", expected);
    return crush_tokens_fail(t, t->at->line, "%s is expected, not '%s'", expected, t->at->text);
}

/* ---- taking ---- */

bool crush_tokens_at(const struct crush_tokens *t, const char *word)
{
    return strcmp(t->at->text, word) == 0;
}

bool crush_tokens_at_end(const struct crush_tokens *t)
{
    return !*t->at->text;
}

bool crush_tokens_accept(struct crush_tokens *t, const char *word)
{
    bool next = crush_tokens_at(t, word);

    t->at += next;
    return next;
}

int crush_tokens_expect(struct crush_tokens *t, const char *word)
{
    char quoted[32];

    if (crush_tokens_accept(t, word))
        return 0;
    snprintf(quoted, sizeof(quoted), "'%s'", word);
    return crush_tokens_unexpected(t, quoted);
}

int crush_tokens_name(struct crush_tokens *t, const char *what, const char **name)
{
    if (!crush_name_is_valid(t->at->text))
        return crush_tokens_unexpected(t, what);
    *name = t->at++->text;
    return 0;
}

int crush_tokens_int(struct crush_tokens *t, const char *what, int64_t min, int64_t max, int64_t *value)
{
    const char *text = t->at->text, *digits = *text == '-' ? text + 1 : text;
    char range[128];

    errno = 0;
    *value = strtoll(text, NULL, 10);
    if (*digits && digits[strspn(digits, "0123456789")] == '\0' && errno == 0 && *value >= min &&
        *value <= max) {
        t->at++;
        return 0;
    }
    snprintf(range, sizeof(range), "%s, a number from %" PRId64 " to %" PRId64 ",", what, min, max);
    return crush_tokens_unexpected(t, range);
}

int crush_tokens_setting(struct crush_tokens *t, const char *word, int64_t min, int64_t max, int64_t *value)
{
    int r = crush_tokens_expect(t, word);

    return r ? r : crush_tokens_int(t, word, min, max, value);
}

/* In single precision, as genuine Ceph computes it. */
int crush_tokens_weight(struct crush_tokens *t, uint32_t *weight)
{
    const char *text = t->at->text;
    float value;
    char *end;

    value = strtof(text, &end);
    if (!strchr("0123456789.", *text) || !*text || *end || text[strspn(text, "0123456789.eE+-")] ||
        !(value < 65536.0f))
        return crush_tokens_unexpected(t, "a weight (a number below 65536)");
    *weight = (uint32_t)(value * 65536.0f);
    t->at++;
    return 0;
}
