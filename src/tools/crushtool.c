/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crushtool: makes, shows, changes and tries crush maps. */
#include "tools/crushtool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file_io.h"
#include "crush/crush_compile.h"
#include "crush/crush_decompile.h"
#include "crush/crush_edit.h"
#include "tools/map_tool.h"

int crushtool_error(int status, const char *fmt, ...)
{
    va_list ap;

    fputs("crushtool: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return status;
}

static int file_error(int err, const char *doing, const char *path)
{
    return crushtool_error(1, "error %s '%s': (%d) %s", doing, path, -err, strerror(-err));
}

static int decode_map(void *map, struct decode *d)
{
    return crush_map_decode(map, d);
}

static int read_map(const char *path, struct crush_map *m)
{
    int r;

    if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
        return crushtool_error(1, "standard input is a terminal, which types no maps");
    r = map_tool_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, decode_map, m);
    if (r < 0)
        return file_error(r, "reading", path);
    return r ? crushtool_error(1, "unable to decode %s: it is no crush map, or damaged", path) : 0;
}

static int compile(const char *path, struct crush_map *m)
{
    char *err = NULL;
    uint8_t *text;
    size_t len;
    int r = file_read(path, MAP_FILE_MAX, &text, &len);

    if (r == -ENOENT)
        return crushtool_error(-ENOENT & 0xff, "input file %s not found", path);
    if (r < 0)
        return file_error(r, "reading", path);
    r = crush_compile(m, (const char *)text, len, path, &err);
    free(text);
    if (r < 0)
        crushtool_error(1, "%s", err ? err : strerror(-r));
    free(err);
    return r ? 1 : 0;
}

static int start_map(const struct crushtool_request *q, struct crush_map *m, bool *changed)
{
    *changed = q->compile || q->build;
    if (q->compile)
        return compile(q->source, m);
    if (q->build)
        return crushtool_build(q, m);
    if (q->in)
        return read_map(q->in, m);
    crush_map_init(m);
    return 0;
}

static int decompile(const struct crushtool_request *q, const struct crush_map *m)
{
    struct strbuf text = STRBUF_INIT;
    char *err = NULL;
    int r = crush_decompile(m, &text, &err), status = 0;

    if (r < 0)
        status = crushtool_error(1, "%s", err ? err : strerror(-r));
    else if (!q->out)
        fwrite(strbuf_text(&text), 1, text.len, stdout);
    else if ((r = file_write(q->out, strbuf_text(&text), text.len, 0644)) < 0)
        status = file_error(r, "writing", q->out);
    strbuf_destroy(&text);
    free(err);
    return status;
}

static int write_map(const struct crushtool_request *q, struct crush_map *m)
{
    struct encode e;
    int r;

    crush_edit_finalize(m);
    if (!q->out) {
        puts("crushtool successfully built or modified map.  Use '-o <file>' to write it out.");
        return 0;
    }
    encode_init(&e);
    crush_map_encode(m, &e);
    r = map_tool_write(q->out, &e);
    if (r < 0)
        return file_error(r, "writing", q->out);
    if (q->verbose)
        printf("wrote crush map to %s\n", q->out);
    return 0;
}

static int compare(const struct crushtool_request *q, const struct crush_map *m)
{
    struct crush_map other;
    int r = read_map(q->compare, &other);

    if (r)
        return r;
    r = crushtool_compare(q, m, &other);
    crush_map_destroy(&other);
    return r;
}

static int run(const struct crushtool_request *q)
{
    struct crush_map m;
    bool changed;
    int r = start_map(q, &m, &changed);

    if (r)
        return r;
    r = crushtool_change(q, &m, &changed);
    if (r == 0)
        r = crushtool_show(q, &m);
    if (r == 0 && q->decompile)
        r = decompile(q, &m);
    if (r == 0 && q->check)
        r = crushtool_check(q, &m);
    if (r == 0 && q->test)
        r = crushtool_test(q, &m);
    if (r == 0 && q->compare)
        r = compare(q, &m);
    if (r == 0 && changed)
        r = write_map(q, &m);
    crush_map_destroy(&m);
    return r;
}

int main(int argc, char **argv)
{
    struct crushtool_request q;
    int status = crushtool_parse(&q, argc, argv);

    if (status == 0)
        status = run(&q);
    if (status == CRUSHTOOL_DONE)
        status = 0;
    crushtool_request_destroy(&q);
    return map_tool_end("crushtool", status);
}
