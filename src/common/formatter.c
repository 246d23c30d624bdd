/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/formatter.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/utf8.h"

void formatter_init(struct formatter *f, enum formatter_style style)
{
    *f = (struct formatter){.out = STRBUF_INIT, .style = style};
}

void formatter_destroy(struct formatter *f)
{
    strbuf_destroy(&f->out);
}

bool formatter_style_parse(const char *name, enum formatter_style *style)
{
    if (!strcmp(name, "json"))
        *style = FORMATTER_JSON;
    else if (!strcmp(name, "json-pretty"))
        *style = FORMATTER_JSON_PRETTY;
    else
        return false;
    return true;
}

static void add_escaped(struct strbuf *s, const char *p, size_t len)
{
    static const char plain[] = "\"\\bfnrt", meant[] = "\"\\\b\f\n\r\t";

    strbuf_addc(s, '"');
    while (len) {
        size_t n = utf8_char(p, len);
        const char *at;
        if (!n) {
            strbuf_add(s, "\xef\xbf\xbd");
            n = 1;
        } else if (*p && (at = strchr(meant, *p))) {
            strbuf_addc(s, '\\');
            strbuf_addc(s, plain[at - meant]);
        } else if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            strbuf_printf(s, "\\u%04x", (unsigned)*p);
        } else {
            strbuf_addn(s, p, n);
        }
        p += n;
        len -= n;
    }
    strbuf_addc(s, '"');
}

static bool in_array(const struct formatter *f)
{
    return f->depth && (f->arrays >> (f->depth - 1) & 1);
}

static void new_line(struct formatter *f)
{
    if (f->style == FORMATTER_JSON_PRETTY) {
        strbuf_addc(&f->out, '\n');
        strbuf_pad(&f->out, ' ', 4 * (size_t)f->depth);
    }
}

/* What stands between the value before and this one. */
static void begin_value(struct formatter *f, const char *name)
{
    if (f->depth) {
        if (f->has_members)
            strbuf_addc(&f->out, ',');
        new_line(f);
        if (!in_array(f)) {
            assert(name);
            add_escaped(&f->out, name, strlen(name));
            strbuf_add(&f->out, f->style == FORMATTER_JSON_PRETTY ? ": " : ":");
        }
    }
    f->has_members = true;
}

static void end_value(struct formatter *f)
{
    if (!f->depth && f->style == FORMATTER_JSON_PRETTY)
        strbuf_addc(&f->out, '\n');
}

static void open_section(struct formatter *f, const char *name, bool array)
{
    begin_value(f, name);
    assert(f->depth < FORMATTER_DEPTH);
    f->arrays &= ~(UINT64_C(1) << f->depth);
    f->arrays |= (uint64_t)array << f->depth;
    f->depth++;
    f->has_members = false;
    strbuf_addc(&f->out, array ? '[' : '{');
}

void formatter_open_object(struct formatter *f, const char *name)
{
    open_section(f, name, false);
}

void formatter_open_array(struct formatter *f, const char *name)
{
    open_section(f, name, true);
}

void formatter_close(struct formatter *f)
{
    bool array = in_array(f);

    assert(f->depth);
    f->depth--;
    if (f->has_members)
        new_line(f);
    strbuf_addc(&f->out, array ? ']' : '}');
    f->has_members = true;
    end_value(f);
}

void formatter_stringn(struct formatter *f, const char *name, const char *value, size_t len)
{
    begin_value(f, name);
    add_escaped(&f->out, value, len);
    end_value(f);
}

void formatter_string(struct formatter *f, const char *name, const char *value)
{
    formatter_stringn(f, name, value, strlen(value));
}

void formatter_printf(struct formatter *f, const char *name, const char *fmt, ...)
{
    struct strbuf s = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(&s, fmt, ap);
    va_end(ap);
    formatter_stringn(f, name, strbuf_text(&s), s.len);
    f->out.failed |= s.failed;
    strbuf_destroy(&s);
}

void formatter_raw(struct formatter *f, const char *name, const char *fmt, ...)
{
    va_list ap;

    begin_value(f, name);
    va_start(ap, fmt);
    strbuf_vprintf(&f->out, fmt, ap);
    va_end(ap);
    end_value(f);
}

void formatter_int(struct formatter *f, const char *name, int64_t value)
{
    formatter_raw(f, name, "%" PRId64, value);
}

void formatter_uint(struct formatter *f, const char *name, uint64_t value)
{
    formatter_raw(f, name, "%" PRIu64, value);
}

void formatter_double(struct formatter *f, const char *name, double value)
{
    if (isfinite(value))
        formatter_raw(f, name, "%.17g", value);
    else
        formatter_null(f, name);
}

void formatter_bool(struct formatter *f, const char *name, bool value)
{
    formatter_raw(f, name, "%s", value ? "true" : "false");
}

void formatter_null(struct formatter *f, const char *name)
{
    formatter_raw(f, name, "null");
}

const char *formatter_text(const struct formatter *f)
{
    return strbuf_text(&f->out);
}

char *formatter_steal(struct formatter *f)
{
    char *text = strbuf_steal(&f->out);

    f->depth = 0;
    f->has_members = false;
    return text;
}
