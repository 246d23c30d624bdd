/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void release(struct strbuf *s)
{
    if (s->secret && s->text)
        explicit_bzero(s->text, s->cap);
    free(s->text);
    s->text = NULL;
}

void strbuf_destroy(struct strbuf *s)
{
    release(s);
    *s = (struct strbuf){.secret = s->secret};
}

void strbuf_clear(struct strbuf *s)
{
    s->len = 0;
    if (s->text)
        s->text[0] = '\0';
}

/* As realloc(), but nothing of a secret stays behind in what is given back. */
static char *resize(struct strbuf *s, size_t cap)
{
    char *text;

    if (!s->secret)
        return realloc(s->text, cap);
    text = malloc(cap);
    if (text) {
        if (s->text)
            memcpy(text, s->text, s->len + 1);
        release(s);
    }
    return text;
}

/* Makes room for n more characters and the NUL. */
static bool reserve(struct strbuf *s, size_t n)
{
    size_t cap = s->cap ? s->cap : 64;
    char *text;

    if (s->failed)
        return false;
    if (s->cap - s->len > n)
        return true;
    while (cap - s->len <= n) {
        if (cap > SIZE_MAX / 2) {
            s->failed = true;
            return false;
        }
        cap *= 2;
    }
    text = resize(s, cap);
    if (!text) {
        s->failed = true;
        return false;
    }
    s->text = text;
    s->cap = cap;
    return true;
}

void strbuf_addn(struct strbuf *s, const char *text, size_t n)
{
    if (!reserve(s, n))
        return;
    memcpy(s->text + s->len, text, n);
    s->len += n;
    s->text[s->len] = '\0';
}

void strbuf_addc(struct strbuf *s, char c)
{
    strbuf_addn(s, &c, 1);
}

void strbuf_add(struct strbuf *s, const char *text)
{
    strbuf_addn(s, text, strlen(text));
}

void strbuf_pad(struct strbuf *s, char c, size_t n)
{
    if (!reserve(s, n))
        return;
    memset(s->text + s->len, c, n);
    s->len += n;
    s->text[s->len] = '\0';
}

void strbuf_vprintf(struct strbuf *s, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    if (n >= 0 && reserve(s, (size_t)n)) {
        vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void strbuf_printf(struct strbuf *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(s, fmt, ap);
    va_end(ap);
}

char *strbuf_steal(struct strbuf *s)
{
    char *text = NULL;

    if (!s->text)
        reserve(s, 0);
    if (!s->failed) {
        s->text[s->len] = '\0';
        text = s->text;
        s->text = NULL;
    }
    strbuf_destroy(s);
    return text;
}

int err_set(char **err, int code, const char *fmt, ...)
{
    struct strbuf s = STRBUF_INIT;
    va_list ap;

    if (!err)
        return code;
    va_start(ap, fmt);
    strbuf_vprintf(&s, fmt, ap);
    va_end(ap);
    free(*err);
    *err = strbuf_steal(&s);
    return code;
}
