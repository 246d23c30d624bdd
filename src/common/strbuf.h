/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * strbuf: text that grows. A failed allocation sticks; later calls do nothing and strbuf_steal() gives NULL.
 * Owner: the caller inits and destroys it. Threads: none of its own.
 */
#ifndef CEPH_COMMON_STRBUF_H
#define CEPH_COMMON_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

struct strbuf {
    char *text; /* NULL or NUL-terminated */
    size_t len, cap;
    bool failed;
    bool secret; /* the text is zeroed before its memory is freed */
};

#define STRBUF_INIT              \
    {                            \
        NULL, 0, 0, false, false \
    }
#define STRBUF_SECRET_INIT      \
    {                           \
        NULL, 0, 0, false, true \
    }

void strbuf_destroy(struct strbuf *s);
void strbuf_clear(struct strbuf *s); /* empties it and keeps the memory */

void strbuf_addc(struct strbuf *s, char c);
void strbuf_add(struct strbuf *s, const char *text);
void strbuf_addn(struct strbuf *s, const char *text, size_t n);
void strbuf_pad(struct strbuf *s, char c, size_t n);
void strbuf_printf(struct strbuf *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vprintf(struct strbuf *s, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* What it holds, never NULL. */
static inline const char *strbuf_text(const struct strbuf *s)
{
    return s->text ? s->text : "";
}

/* Hands the text over (free() it) and empties s; an empty text is "", NULL means out of memory. */
char *strbuf_steal(struct strbuf *s);

/* Puts a malloc'ed message into *err (which may be NULL: nobody asks) and returns code. An earlier message
 * is freed. The pattern is `return err_set(err, -EINVAL, "...")`. */
int err_set(char **err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
