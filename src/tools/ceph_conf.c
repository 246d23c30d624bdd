/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-conf: asks a ceph.conf what it says, for scripts. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/args.h"
#include "common/conf_dump.h"
#include "common/conf_expand.h"
#include "common/conf_file.h"

static const struct args_program program = {
    .name = "ceph-conf",
    .usage = "ceph-conf [FLAGS] ACTION\n"
             "Actions:\n"
             "  --lookup KEY               print what the file says of KEY; status 1: nothing\n"
             "  KEY                        the same\n"
             "  -l, --list-sections PREFIX print the sections whose names begin so\n"
             "  -L, --list-all-sections    print all of them\n"
             "  -D, --dump-all             print all options with their values, defaults included\n"
             "Flags:\n"
             "  -s SECTION                 look into this section first; may be repeated\n"
             "  -r, --resolve-search       take the value as a list of files and print the first that can be "
             "read\n"
             "  --filter-key KEY           list only sections that have KEY\n"
             "  --filter-key-value KEY=VAL list only sections where it has this value\n"
             "  --format FORMAT            of --dump-all: plain, json or json-pretty\n"
             "  --pid PID                  what $pid means",
    .type = "client",
    .id = "admin",
    .flags = ARGS_QUIET | ARGS_LENIENT,
};

#define WORDS_MAX 64

struct words {
    const char *w[WORDS_MAX];
    unsigned count;
};

struct request {
    const char *lookup, *list_prefix, *format;
    bool list, dump_all, resolve;
    struct words sections, filter_keys, filter_values;
};

static int add_word(struct words *w, const char *text)
{
    if (w->count == WORDS_MAX) {
        fprintf(stderr, "ceph-conf: '%s' is one too many: %d of a kind are possible\n", text, WORDS_MAX);
        return -E2BIG;
    }
    w->w[w->count++] = text;
    return 0;
}

static int set_pid(const char *text)
{
    char *end;
    long pid = strtol(text, &end, 10);

    if (end == text || *end || pid <= 0) {
        fprintf(stderr, "ceph-conf: --pid: '%s' is not a process id\n", text);
        return -EINVAL;
    }
    conf_expand_pid(pid);
    return 0;
}

static int add_filter_value(struct request *q, const char *text)
{
    if (!strchr(text, '=')) {
        fprintf(stderr, "ceph-conf: --filter-key-value: '%s' is not of the form KEY=VALUE\n", text);
        return -EINVAL;
    }
    return add_word(&q->filter_values, text);
}

static int parse_flag(struct request *q, int flag, const char *value)
{
    switch (flag) {
    case 'l':
        q->list = true;
        q->list_prefix = value;
        return 0;
    case 'L':
        q->list = true;
        q->list_prefix = "";
        return 0;
    case 'D':
        q->dump_all = true;
        return 0;
    case 's':
        return add_word(&q->sections, value);
    case 'r':
        q->resolve = true;
        return 0;
    case 'u':
        q->lookup = value;
        return 0;
    case 'k':
        return add_word(&q->filter_keys, value);
    case 'v':
        return add_filter_value(q, value);
    case 'o':
        q->format = value;
        return 0;
    case 'p':
        return set_pid(value);
    default:
        return -EINVAL; /* getopt_long() has said what is wrong */
    }
}

static int parse_request(struct request *q, int argc, char **argv)
{
    static const struct option flags[] = {
        {"list-sections", required_argument, NULL, 'l'},
        {"list-all-sections", no_argument, NULL, 'L'},
        {"dump-all", no_argument, NULL, 'D'},
        {"resolve-search", no_argument, NULL, 'r'},
        {"lookup", required_argument, NULL, 'u'},
        {"filter-key", required_argument, NULL, 'k'},
        {"filter-key-value", required_argument, NULL, 'v'},
        {"format", required_argument, NULL, 'o'},
        {"pid", required_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    int flag, r = 0;

    *q = (struct request){.format = "plain"};
    while (!r && (flag = getopt_long(argc, argv, "l:LDs:r", flags, NULL)) != -1)
        r = parse_flag(q, flag, optarg);
    if (!r && optind < argc && !q->lookup)
        q->lookup = argv[optind++];
    if (!r && optind < argc) {
        fprintf(stderr, "ceph-conf: unexpected argument '%s'\n", argv[optind]);
        r = -EINVAL;
    }
    if (!r && !q->lookup && !q->list && !q->dump_all) {
        fprintf(stderr,
                "ceph-conf: say what to do, such as --lookup or --list-all-sections; --help says more\n");
        r = -EINVAL;
    }
    return r;
}

static bool passes_filters(const struct request *q, const struct conf_file_section *s)
{
    for (unsigned i = 0; i < q->filter_keys.count; i++)
        if (!conf_file_entry(s, q->filter_keys.w[i]))
            return false;
    for (unsigned i = 0; i < q->filter_values.count; i++) {
        const char *text = q->filter_values.w[i], *eq = strchr(text, '=');
        char *key = strndup(text, (size_t)(eq - text));
        const struct conf_file_entry *e = key ? conf_file_entry(s, key) : NULL;
        free(key);
        if (!e || strcmp(e->value, eq + 1))
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct conf_file_section *const *)a)->name,
                  (*(const struct conf_file_section *const *)b)->name);
}

static int list_sections(const struct request *q, const struct conf_file *f)
{
    const struct conf_file_section **sorted = calloc(f->count + 1, sizeof(*sorted));
    size_t n = 0;

    if (!sorted)
        return -ENOMEM;
    for (size_t i = 0; i < f->count; i++)
        if (!strncmp(f->sections[i].name, q->list_prefix, strlen(q->list_prefix)) &&
            passes_filters(q, &f->sections[i]))
            sorted[n++] = &f->sections[i];
    qsort(sorted, n, sizeof(*sorted), by_name);
    for (size_t i = 0; i < n; i++)
        puts(sorted[i]->name);
    free(sorted);
    return 0;
}

/* The first readable file of a list; that there is none shows by there being no line, as with genuine Ceph.
 */
static void print_readable(const char *list)
{
    for (const char *p = list; *p; p += strspn(p, ",; ")) {
        size_t n = strcspn(p, ",; ");
        char *path = strndup(p, n);
        bool readable = path && n && !access(path, R_OK);
        if (readable)
            puts(path);
        free(path);
        if (readable)
            break;
        p += n;
    }
}

static int look_up(const struct request *q, const struct conf *c, const struct conf_file *f)
{
    struct words order = q->sections;
    const char *own[] = {conf_name(c), conf_type(c), "global"};
    int r = -ENOENT;

    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        if (add_word(&order, own[i]))
            return -E2BIG;
    for (unsigned i = 0; i < order.count; i++) {
        const struct conf_file_entry *e = conf_file_entry(conf_file_section(f, order.w[i]), q->lookup);
        char *text = e ? conf_expand(c, e->value) : NULL;
        if (!e)
            continue;
        if (!text)
            return -ENOMEM;
        r = 0;
        if (q->resolve)
            print_readable(text);
        else
            puts(text);
        free(text);
        break;
    }
    return r;
}

static int dump_all(const struct request *q, const struct conf *c)
{
    enum formatter_style style;
    struct strbuf plain = STRBUF_INIT;
    struct formatter f;

    if (!strcmp(q->format, "plain")) {
        conf_show_plain(c, &plain);
        fputs(strbuf_text(&plain), stdout);
        strbuf_destroy(&plain);
        return 0;
    }
    if (!formatter_style_parse(q->format, &style)) {
        fprintf(stderr, "ceph-conf: --format: '%s' is none of plain, json and json-pretty\n", q->format);
        return -EINVAL;
    }
    formatter_init(&f, style);
    conf_show(c, &f);
    fputs(formatter_text(&f), stdout);
    if (style == FORMATTER_JSON)
        putchar('\n');
    formatter_destroy(&f);
    return 0;
}

static int run(const struct request *q, const struct args *a)
{
    struct conf_file f;
    char *err = NULL;
    int r = 0;

    conf_file_init(&f);
    if (a->conf_path)
        r = conf_file_read(&f, a->conf_path, &err);
    if (r)
        fprintf(stderr, "ceph-conf: %s\n", err ? err : strerror(-r));
    else if (q->dump_all)
        r = dump_all(q, a->conf);
    else if (q->list)
        r = list_sections(q, &f);
    else
        r = look_up(q, a->conf, &f);
    conf_file_destroy(&f);
    free(err);
    return r;
}

int main(int argc, char **argv)
{
    struct request q;
    struct args a;
    char *err = NULL;
    int r = args_parse(&a, &program, argc, argv, &err);

    if (r < 0)
        fprintf(stderr, "ceph-conf: %s\n", err ? err : strerror(-r));
    if (!r) {
        r = parse_request(&q, a.argc, a.argv);
        if (!r)
            r = run(&q, &a);
    }
    args_destroy(&a);
    free(err);
    return r < 0 ? 1 : 0;
}
