/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/strbuf.h"
#include "common/utf8.h"

#define CONF_FILE_MAX (16 << 20)

void conf_file_init(struct conf_file *f)
{
    memset(f, 0, sizeof(*f));
}

void conf_file_destroy(struct conf_file *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct conf_file_section *s = &f->sections[i];
        for (size_t j = 0; j < s->count; j++) {
            free(s->entries[j].key);
            free(s->entries[j].value);
        }
        free(s->entries);
        free(s->name);
    }
    free(f->sections);
    free(f->path);
    conf_file_init(f);
}

void conf_key_normalize(char *key)
{
    char *out = key;

    for (const char *p = key; *p; p++) {
        char c = *p == ' ' || *p == '\t' || *p == '-' ? '_' : *p;
        if (c == '_' && *p != '_' && out > key && out[-1] == '_')
            continue; /* a run of blanks is one '_' */
        *out++ = c;
    }
    *out = '\0';
}

const struct conf_file_section *conf_file_section(const struct conf_file *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->sections[i].name, name))
            return &f->sections[i];
    return NULL;
}

const struct conf_file_entry *conf_file_entry(const struct conf_file_section *section, const char *key)
{
    const struct conf_file_entry *found = NULL;
    char *normal = section ? strdup(key) : NULL;

    if (!normal)
        return NULL;
    conf_key_normalize(normal);
    for (size_t i = 0; i < section->count; i++)
        if (!strcmp(section->entries[i].key, normal))
            found = &section->entries[i];
    free(normal);
    return found;
}

/* Doubles an array when it is full. */
static int make_room(void *array, size_t count, size_t *room, size_t size)
{
    size_t n = *room ? *room * 2 : 8;
    void **a = array, *p;

    if (count < *room)
        return 0;
    p = reallocarray(*a, n, size);
    if (!p)
        return -ENOMEM;
    *a = p;
    *room = n;
    return 0;
}

struct parser {
    struct conf_file *f;
    const char *p, *end;
    unsigned line;
    size_t section; /* index of the current one; SIZE_MAX before the first */
    bool implicit;  /* values stood before any section: the whole file is [global], as Ceph has it */
    char **err;
};

static int fail(const struct parser *ps, const char *what)
{
    return err_set(ps->err, -EINVAL, "%s:%u: %s", ps->f->path, ps->line, what);
}

static bool at_eol(const struct parser *ps)
{
    return ps->p == ps->end || *ps->p == '\n' ||
           (*ps->p == '\r' && (ps->p + 1 == ps->end || ps->p[1] == '\n'));
}

/* A backslash right before the end of a line joins it with the next one. */
static bool skip_continuation(struct parser *ps)
{
    const char *q = ps->p + 1;

    if (ps->p == ps->end || *ps->p != '\\')
        return false;
    if (q < ps->end && *q == '\r')
        q++;
    if (q < ps->end && *q != '\n')
        return false;
    ps->p = q < ps->end ? q + 1 : q;
    ps->line++;
    return true;
}

static void skip_blanks(struct parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t' || skip_continuation(ps)))
        if (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t'))
            ps->p++;
}

/* Skips blanks and a comment; anything else before the end of the line is an error. */
static int finish_line(struct parser *ps, const char *what)
{
    skip_blanks(ps);
    if (ps->p < ps->end && (*ps->p == '#' || *ps->p == ';'))
        while (!at_eol(ps))
            ps->p++;
    if (!at_eol(ps))
        return fail(ps, what);
    while (ps->p < ps->end && *ps->p != '\n')
        ps->p++;
    if (ps->p < ps->end)
        ps->p++;
    ps->line++;
    return 0;
}

/* Reads up to (not including) one of the characters in stops or the end of the line, taking escapes and
 * continuations apart. Blanks at the end are left out unless they were escaped. */
static int read_text(struct parser *ps, const char *stops, bool trim, char **out)
{
    struct strbuf s = STRBUF_INIT;
    size_t keep = 0;

    while (!at_eol(ps) && !strchr(stops, *ps->p)) {
        bool blank = *ps->p == ' ' || *ps->p == '\t';
        if (skip_continuation(ps))
            continue;
        if (*ps->p == '\\')
            ps->p++; /* not the last of the line, or it would have been a continuation */
        strbuf_addc(&s, *ps->p++);
        if (!blank)
            keep = s.len;
    }
    if (trim && s.text) {
        s.len = keep;
        s.text[keep] = '\0';
    }
    *out = strbuf_steal(&s);
    return *out ? 0 : -ENOMEM;
}

/* Makes name (taken over) the current section, a new one or the one of that name. */
static int enter_section(struct parser *ps, char *name)
{
    struct conf_file *f = ps->f;

    if (!name || make_room(&f->sections, f->count, &f->room, sizeof(*f->sections))) {
        free(name);
        return -ENOMEM;
    }
    for (ps->section = 0; ps->section < f->count; ps->section++)
        if (!strcmp(f->sections[ps->section].name, name))
            break;
    if (ps->section == f->count)
        f->sections[f->count++] = (struct conf_file_section){.name = name};
    else
        free(name);
    return 0;
}

static int parse_section(struct parser *ps)
{
    const char *name = ++ps->p, *end;
    int r;

    while (!at_eol(ps) && *ps->p != ']')
        ps->p++;
    if (at_eol(ps))
        return fail(ps, "']' is missing behind the name of a section");
    end = ps->p++;
    while (name < end && (*name == ' ' || *name == '\t'))
        name++;
    while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (name == end)
        return fail(ps, "a section needs a name");
    if (ps->implicit)
        return fail(ps, "values stand before the first [section]");
    r = enter_section(ps, strndup(name, (size_t)(end - name)));
    return r ? r : finish_line(ps, "text behind the name of a section");
}

static int parse_value(struct parser *ps, char **value)
{
    int r;

    skip_blanks(ps);
    if (ps->p < ps->end && (*ps->p == '"' || *ps->p == '\'')) {
        const char quote[] = {*ps->p++, '\0'};
        r = read_text(ps, quote, false, value);
        if (r)
            return r;
        if (at_eol(ps))
            return fail(ps, "a quote is not closed");
        ps->p++;
        return 0;
    }
    return read_text(ps, "#;", true, value);
}

static int parse_entry(struct parser *ps)
{
    struct conf_file_section *s;
    struct conf_file_entry e = {.line = ps->line};
    int r;

    r = read_text(ps, "=#;[", true, &e.key);
    if (r)
        goto out;
    if (ps->p == ps->end || *ps->p != '=' || !*e.key) {
        r = fail(ps, "expected \"key = value\" or \"[section]\"");
        goto out;
    }
    ps->p++;
    conf_key_normalize(e.key);
    r = parse_value(ps, &e.value);
    if (r)
        goto out;
    if (ps->section == SIZE_MAX) {
        ps->implicit = true;
        r = enter_section(ps, strdup("global"));
        if (r)
            goto out;
    }
    s = &ps->f->sections[ps->section];
    r = make_room(&s->entries, s->count, &s->room, sizeof(*s->entries));
    if (r)
        goto out;
    s->entries[s->count++] = e;
    return finish_line(ps, "text behind a quoted value");
out:
    free(e.key);
    free(e.value);
    return r;
}

/* What no line may hold, wherever it stands. */
static int check_bytes(struct parser *ps)
{
    size_t bad = utf8_check(ps->p, (size_t)(ps->end - ps->p));
    const char *nul = memchr(ps->p, '\0', bad);
    const char *at = nul ? nul : ps->p + bad;

    if (at == ps->end)
        return 0;
    for (const char *p = ps->p; p < at; p++)
        ps->line += *p == '\n';
    return fail(ps, nul ? "a NUL byte" : "not valid UTF-8");
}

int conf_file_parse(struct conf_file *f, const char *path, const char *text, size_t len, char **err)
{
    struct parser ps = {f, text, text + len, 1, SIZE_MAX, false, err};
    int r = 0;

    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        ps.p += 3;
    f->path = strdup(path);
    if (!f->path)
        return -ENOMEM;
    r = check_bytes(&ps);
    while (!r && ps.p < ps.end) {
        skip_blanks(&ps);
        if (at_eol(&ps) || *ps.p == '#' || *ps.p == ';')
            r = finish_line(&ps, "");
        else if (*ps.p == '[')
            r = parse_section(&ps);
        else
            r = parse_entry(&ps);
    }
    return r;
}

int conf_file_read(struct conf_file *f, const char *path, char **err)
{
    struct stat st;
    char *text = NULL;
    size_t len = 0, room = 0;
    int r = 0, fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st)) {
        r = err_set(err, -errno, "%s: %s", path, strerror(errno));
        goto out;
    }
    for (;;) {
        ssize_t n;
        if (len > CONF_FILE_MAX) {
            r = err_set(err, -EFBIG, "%s: larger than %d bytes", path, CONF_FILE_MAX);
            goto out;
        }
        if (room - len < 4096) {
            char *more = realloc(text, room += 64 << 10);
            if (!more) {
                r = -ENOMEM;
                goto out;
            }
            text = more;
        }
        n = read(fd, text + len, room - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            r = err_set(err, -errno, "%s: %s", path, strerror(errno));
            goto out;
        }
        if (!n)
            break;
        len += (size_t)n;
    }
    r = conf_file_parse(f, path, text, len, err);
out:
    if (fd >= 0)
        close(fd);
    free(text);
    return r;
}
