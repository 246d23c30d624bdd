/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rados: objects and pools, from the command line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/args.h"
#include "tools/rados_tool.h"

#define DEFAULT_SIZE       (UINT64_C(4) << 20)
#define DEFAULT_CONCURRENT 16
#define SIZE_MAX_OP        (UINT64_C(1) << 30)

static const struct rados_command bench_commands[] = {
    {"bench", 2, 2, true, rados_bench, "bench SECONDS write|seq|rand   measure"},
    {"cleanup", 0, 0, true, rados_cleanup, "cleanup                  remove what a benchmark left"},
    {NULL, 0, 0, false, NULL, NULL},
};

static const struct rados_command *const tables[] = {rados_pool_commands, rados_object_commands,
                                                     rados_attr_commands, bench_commands};

int tool_error(int error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fflush(stdout);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return error;
}

/* ---- options ---- */

enum option_kind { TAKES_TEXT, TAKES_SIZE, TAKES_COUNT, IS_SWITCH };

struct tool_option {
    const char *short_name, *long_name;
    enum option_kind kind;
    size_t place; /* in struct rados_tool */
};

#define PLACE(member) offsetof(struct rados_tool, member)

static const struct tool_option options[] = {
    {"-p", "--pool", TAKES_TEXT, PLACE(pool)},
    {"-N", "--namespace", TAKES_TEXT, PLACE(nspace)},
    {NULL, "--nspace", TAKES_TEXT, PLACE(nspace)},
    {NULL, "--object-locator", TAKES_TEXT, PLACE(locator)},
    {NULL, "--object_locator", TAKES_TEXT, PLACE(locator)},
    {NULL, "--target-pool", TAKES_TEXT, PLACE(target_pool)},
    {NULL, "--target_pool", TAKES_TEXT, PLACE(target_pool)},
    {"-b", "--block-size", TAKES_SIZE, PLACE(op_size)},
    {"-O", "--object-size", TAKES_SIZE, PLACE(object_size)},
    {NULL, "--offset", TAKES_SIZE, PLACE(offset)},
    {"-t", "--concurrent-ios", TAKES_COUNT, PLACE(concurrent)},
    {NULL, "--max-objects", TAKES_SIZE, PLACE(max_objects)},
    {NULL, "--run-name", TAKES_TEXT, PLACE(run_name)},
    {NULL, "--prefix", TAKES_TEXT, PLACE(prefix)},
    {NULL, "--input-file", TAKES_TEXT, PLACE(input_file)},
    {NULL, "--lock-cookie", TAKES_TEXT, PLACE(lock_cookie)},
    {NULL, "--lock-tag", TAKES_TEXT, PLACE(lock_tag)},
    {NULL, "--lock-description", TAKES_TEXT, PLACE(lock_description)},
    {NULL, "--lock-type", TAKES_TEXT, PLACE(lock_type)},
    {NULL, "--lock-duration", TAKES_COUNT, PLACE(lock_duration)},
    {NULL, "--no-cleanup", IS_SWITCH, PLACE(no_cleanup)},
    {NULL, "--all", IS_SWITCH, PLACE(all)},
    {"-A", NULL, IS_SWITCH, PLACE(all)},
    {NULL, "--pretty-format", IS_SWITCH, PLACE(pretty)},
};

static const char usage[] =
    "rados [OPTION...] COMMAND [ARGUMENT...]\n"
    "\n"
    "  -p, --pool POOL          the pool\n"
    "  -N, --namespace NAME     the namespace in it (--all: all of them, for ls)\n"
    "      --object-locator KEY hashed instead of objects' names\n"
    "      --target-pool POOL   where cp copies to\n"
    "  -b SIZE                  bytes of one read or write (4M)\n"
    "  -O SIZE                  bytes of one object of bench\n"
    "  -t COUNT                 operations of bench at a time (16)\n"
    "      --no-cleanup, --run-name NAME, --max-objects COUNT   of bench\n"
    "      --offset BYTES       where put and get begin\n"
    "      --lock-cookie, --lock-tag, --lock-type, --lock-description, --lock-duration\n"
    "\n"
    "Commands:\n";

static char *usage_text(void)
{
    struct strbuf s = STRBUF_INIT;

    strbuf_add(&s, usage);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (const struct rados_command *c = tables[i]; c->name; c++)
            strbuf_printf(&s, "  %s\n", c->usage);
    return strbuf_steal(&s);
}

/* A number with an optional unit K, M, G (of 1024). */
static int parse_size(const char *text, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno || end == text || *text == '-')
        return -EINVAL;
    for (const char *unit = "KMG"; *end && *unit; unit++) {
        *out <<= 10;
        if ((*end & ~0x20) == *unit) {
            end++;
            break;
        }
    }
    return *end ? -EINVAL : 0;
}

static int set_option(struct rados_tool *t, const struct tool_option *o, const char *name, const char *value)
{
    char *place = (char *)t + o->place;
    uint64_t n;

    if (o->kind == TAKES_TEXT) {
        *(const char **)place = value;
        return 0;
    }
    if (parse_size(value, &n) || (o->kind == TAKES_COUNT && n > UINT32_MAX))
        return tool_error(-EINVAL, "rados: %s: '%s' is not a number", name, value);
    if (o->kind == TAKES_COUNT)
        *(uint32_t *)place = (uint32_t)n;
    else
        *(uint64_t *)place = n;
    t->have_object_size |= o->place == PLACE(object_size);
    return 0;
}

/* The option that arg is; *value: behind '=' or behind a short name, or NULL. */
static const struct tool_option *find_option(const char *arg, const char **value)
{
    *value = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const struct tool_option *o = &options[i];
        size_t len = o->long_name ? strlen(o->long_name) : 0;

        if (o->short_name && strncmp(arg, o->short_name, 2) == 0) {
            *value = arg[2] && o->kind != IS_SWITCH ? arg + 2 : NULL;
            return o;
        }
        if (len > 0 && strncmp(arg, o->long_name, len) == 0 && (!arg[len] || arg[len] == '=')) {
            *value = arg[len] ? arg + len + 1 : NULL;
            return o;
        }
    }
    return NULL;
}

/* Leaves the command and its arguments in argv; returns how many. */
static int take_options(struct rados_tool *t, int argc, char **argv)
{
    int kept = 0;

    for (int i = 1; i < argc; i++) {
        const char *value;
        const struct tool_option *o = argv[i][0] == '-' && argv[i][1] ? find_option(argv[i], &value) : NULL;

        if (!o) {
            argv[kept++] = argv[i];
        } else if (o->kind == IS_SWITCH) {
            *(bool *)((char *)t + o->place) = true;
        } else {
            const char *name = argv[i];

            if (!value && ++i >= argc)
                return tool_error(-EINVAL, "rados: %s needs a value", name);
            if (set_option(t, o, name, value ? value : argv[i]))
                return -EINVAL;
        }
    }
    if (t->concurrent == 0 || t->op_size == 0 || t->op_size > SIZE_MAX_OP || t->object_size > SIZE_MAX_OP)
        return tool_error(-EINVAL, "rados: -t must be at least 1, -b and -O 1 byte to 1 GiB");
    return kept;
}

/* ---- running ---- */

static const struct rados_command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (const struct rados_command *c = tables[i]; c->name; c++)
            if (strcmp(c->name, name) == 0)
                return c;
    return NULL;
}

/* The handle gets every option that was set here. */
static int make_cluster(struct rados_tool *t, const struct conf *conf)
{
    int r = rados_create2(&t->cluster, conf_cluster(conf), conf_name(conf), 0);

    for (int i = 0; i < OPT_COUNT && r == 0; i++) {
        enum conf_source source = conf_source(conf, (enum option_id)i);
        char *text = source == CONF_DEFAULT ? NULL : conf_raw(conf, (enum option_id)i, source);

        if (text)
            r = rados_conf_set(t->cluster, option_get((enum option_id)i)->name, text);
        free(text);
    }
    return r;
}

static int open_pool(struct rados_tool *t)
{
    int r = rados_ioctx_create(t->cluster, t->pool, &t->io);

    if (r < 0)
        return tool_error(r, "error opening pool %s: (%d) %s", t->pool, -r, strerror(-r));
    if (t->nspace)
        rados_ioctx_set_namespace(t->io, t->nspace);
    if (t->locator)
        rados_ioctx_locator_set_key(t->io, t->locator);
    return 0;
}

static int run(struct rados_tool *t, const struct conf *conf, const struct rados_command *c, int argc,
               char **argv)
{
    int r = make_cluster(t, conf);

    if (r < 0)
        return tool_error(r, "rados: cannot make a cluster handle: %s", strerror(-r));
    r = rados_connect(t->cluster);
    if (r < 0)
        tool_error(r, "couldn't connect to cluster: %s", strerror(-r));
    else if (t->pool)
        r = open_pool(t);
    if (r == 0)
        r = c->run(t, argc, argv);
    if (t->io)
        rados_ioctx_destroy(t->io);
    rados_shutdown(t->cluster);
    return r;
}

static int check_command(const struct rados_tool *t, const struct rados_command *c, const char *name,
                         int argc)
{
    if (!c)
        return tool_error(-EINVAL, "unrecognized command %s; -h or --help for usage", name);
    if (argc < c->min_args || argc > c->max_args)
        return tool_error(-EINVAL, "usage: rados %s", c->usage);
    if (c->needs_pool && !t->pool)
        return tool_error(-EINVAL, "pool name was not specified");
    return 0;
}

int main(int argc, char **argv)
{
    struct rados_tool t = {.op_size = DEFAULT_SIZE,
                           .concurrent = DEFAULT_CONCURRENT,
                           .lock_cookie = "",
                           .lock_tag = "",
                           .lock_description = ""};
    char *text = usage_text(), *err = NULL;
    struct args_program program = {
        .name = "rados", .usage = text, .type = "client", .id = "admin", .flags = ARGS_QUIET | ARGS_LENIENT};
    const struct rados_command *c;
    struct args args;
    int count, r = args_parse(&args, &program, argc, argv, &err);

    if (r == 0) {
        count = take_options(&t, args.argc, args.argv);
        if (count == 0)
            r = tool_error(-EINVAL, "rados: no command; -h or --help for usage");
        else
            r = count < 0 ? count : 0;
        if (r == 0) {
            c = find_command(args.argv[0]);
            r = check_command(&t, c, args.argv[0], count - 1);
            if (r == 0)
                r = run(&t, args.conf, c, count - 1, args.argv + 1);
        }
    } else if (r < 0) {
        fprintf(stderr, "rados: %s\n", err ? err : strerror(-r));
    }
    args_destroy(&args);
    free(err);
    free(text);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
