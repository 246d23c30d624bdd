/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/rados_tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX (1u << 30)
#define LINE      16

/* ---- lines about errors ---- */

static void begin_line(const char *fmt, va_list ap)
{
    fflush(stdout);
    vfprintf(stderr, fmt, ap);
}

int tool_error(int error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    begin_line(fmt, ap);
    va_end(ap);
    fprintf(stderr, ": (%d) %s\n", -error, strerror(-error));
    return error;
}

int tool_line(int error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    begin_line(fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return error;
}

/* ---- values ---- */

static char *read_all(FILE *f, size_t *len)
{
    size_t room = 4096;
    char *buf = malloc(room);

    *len = 0;
    while (buf) {
        size_t n = fread(buf + *len, 1, room - *len, f);
        char *more;

        *len += n;
        if (*len < room || room >= VALUE_MAX)
            break;
        more = realloc(buf, room * 2);
        if (!more) {
            free(buf);
            return NULL;
        }
        buf = more;
        room *= 2;
    }
    return buf;
}

char *tool_take_value(const struct rados_tool *t, const char *arg, size_t *len)
{
    FILE *f = stdin;
    char *buf;

    if (arg) {
        *len = strlen(arg);
        return strdup(arg);
    }
    if (t->input_file)
        f = fopen(t->input_file, "rb");
    if (!f) {
        tool_error(-errno, "error reading input file %s", t->input_file);
        return NULL;
    }
    buf = read_all(f, len);
    if (f != stdin)
        fclose(f);
    if (!buf)
        tool_error(-ENOMEM, "error reading a value");
    return buf;
}

static bool is_zero(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i])
            return false;
    return true;
}

static void dump_line(const char *data, size_t len, size_t at)
{
    printf("%08zx ", at);
    for (size_t i = 0; i < LINE; i++) {
        if (i % 8 == 0)
            putchar(' ');
        if (i < len)
            printf("%02x ", (unsigned char)data[i]);
        else
            printf("   ");
    }
    printf(" |");
    for (size_t i = 0; i < LINE && i < len; i++)
        putchar(data[i] >= 32 && data[i] < 127 ? data[i] : '.');
    printf("|\n");
}

void tool_hexdump(const char *data, size_t len)
{
    bool was_zero = false, starred = false;

    if (len == 0)
        return;
    for (size_t at = 0; at < len; at += LINE) {
        size_t n = len - at < LINE ? len - at : LINE;
        bool zero = n == LINE && is_zero(data + at, n);

        if (!zero || !was_zero)
            dump_line(data + at, n, at);
        else if (!starred)
            printf("*\n");
        starred = zero && was_zero;
        was_zero = zero;
    }
    printf("%08zx\n", len);
}

static int write_value(const char *path, const char *val, size_t len)
{
    FILE *f = fopen(path, "wb");
    bool failed;

    if (!f)
        return tool_error(-errno, "error opening output file %s", path);
    fprintf(stderr, "Writing to %s\n", path);
    failed = fwrite(val, 1, len, f) != len;
    if (fclose(f) || failed)
        return tool_error(-EIO, "error writing output file %s", path);
    return 0;
}

int tool_give_value(const char *what, const char *path, const char *val, size_t len)
{
    if (path)
        return write_value(path, val, len);
    printf("%s (%zu bytes) :\n", what, len);
    tool_hexdump(val, len);
    putchar('\n');
    return 0;
}

/* ---- formats ---- */

void tool_formatter_init(const struct rados_tool *t, struct formatter *f)
{
    enum formatter_style style = t->pretty ? FORMATTER_JSON_PRETTY : FORMATTER_JSON;

    if (t->format)
        formatter_style_parse(t->format, &style);
    formatter_init(f, style);
}

void tool_formatter_print(struct formatter *f)
{
    const char *text = formatter_text(f);

    fputs(text ? text : "", stdout);
    formatter_destroy(f);
}

int tool_parse_size(const char *text, uint64_t *out)
{
    static const char units[] = "KMGTPE";
    const char *unit;
    unsigned shift = 0;
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno || end == text || *text == '-')
        return -EINVAL;
    unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (unit) {
        shift = 10 * ((unsigned)(unit - units) + 1);
        end++;
        if (*end == 'i')
            end++;
    }
    if (*end == 'B')
        end++;
    if (*end || *out > UINT64_MAX >> shift)
        return -EINVAL;
    *out <<= shift;
    return 0;
}

/* ---- operations ---- */

int tool_operate(struct rados_tool *t, rados_write_op_t op, const char *oid)
{
    int r = rados_write_op_operate(op, t->io, oid, NULL, 0);

    rados_release_write_op(op);
    return r < 0 ? r : 0;
}
