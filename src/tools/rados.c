/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rados: objects and pools, from the command line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/args.h"
#include "tools/rados_tool.h"

#define DEFAULT_SIZE       (UINT64_C(4) << 20)
#define DEFAULT_CONCURRENT 16
#define SIZE_MAX_OP        (UINT64_C(1) << 30)
#define SIZE_MAX_OBJECT    (UINT64_C(1) << 40)

static const struct rados_command *const tables[] = {
    rados_pool_commands, rados_object_commands, rados_xattr_commands, rados_omap_commands,
    rados_lock_commands, rados_watch_commands,  rados_bench_commands};

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
    {"-s", "--snap", TAKES_TEXT, PLACE(snap)},
    {NULL, "--target-pool", TAKES_TEXT, PLACE(target_pool)},
    {NULL, "--target-locator", TAKES_TEXT, PLACE(target_locator)},
    {NULL, "--target-nspace", TAKES_TEXT, PLACE(target_nspace)},
    {NULL, "--run-name", TAKES_TEXT, PLACE(run_name)},
    {NULL, "--prefix", TAKES_TEXT, PLACE(prefix)},
    {NULL, "--input-file", TAKES_TEXT, PLACE(input_file)},
    {NULL, "--omap-key-file", TAKES_TEXT, PLACE(omap_key_file)},
    {NULL, "--lock-cookie", TAKES_TEXT, PLACE(lock_cookie)},
    {NULL, "--lock-tag", TAKES_TEXT, PLACE(lock_tag)},
    {NULL, "--lock-description", TAKES_TEXT, PLACE(lock_description)},
    {NULL, "--lock-type", TAKES_TEXT, PLACE(lock_type)},
    {"-f", "--format", TAKES_TEXT, PLACE(format)},
    {"-b", "--block-size", TAKES_SIZE, PLACE(op_size)},
    {"-O", "--object-size", TAKES_SIZE, PLACE(object_size)},
    {NULL, "--offset", TAKES_SIZE, PLACE(offset)},
    {NULL, "--max-objects", TAKES_SIZE, PLACE(max_objects)},
    {NULL, "--num-objects", TAKES_SIZE, PLACE(load_gen.objects)},
    {NULL, "--min-object-size", TAKES_SIZE, PLACE(load_gen.min_object_size)},
    {NULL, "--max-object-size", TAKES_SIZE, PLACE(load_gen.max_object_size)},
    {NULL, "--min-op-len", TAKES_SIZE, PLACE(load_gen.min_op_len)},
    {NULL, "--max-op-len", TAKES_SIZE, PLACE(load_gen.max_op_len)},
    {NULL, "--max-ops", TAKES_SIZE, PLACE(load_gen.max_ops)},
    {NULL, "--max-backlog", TAKES_SIZE, PLACE(load_gen.max_backlog)},
    {NULL, "--read-percent", TAKES_SIZE, PLACE(load_gen.read_percent)},
    {NULL, "--target-throughput", TAKES_SIZE, PLACE(load_gen.target_throughput)},
    {NULL, "--run-length", TAKES_SIZE, PLACE(load_gen.run_length)},
    {NULL, "--offset-align", TAKES_SIZE, PLACE(load_gen.offset_align)},
    {"-t", "--concurrent-ios", TAKES_COUNT, PLACE(concurrent)},
    {NULL, "--lock-duration", TAKES_COUNT, PLACE(lock_duration)},
    {NULL, "--no-cleanup", IS_SWITCH, PLACE(no_cleanup)},
    {NULL, "--no-hints", IS_SWITCH, PLACE(no_hints)},
    {NULL, "--no-verify", IS_SWITCH, PLACE(no_verify)},
    {NULL, "--show-time", IS_SWITCH, PLACE(show_time)},
    {NULL, "--write-object", IS_SWITCH, PLACE(write_object)},
    {NULL, "--write-omap", IS_SWITCH, PLACE(write_omap)},
    {NULL, "--write-xattr", IS_SWITCH, PLACE(write_xattr)},
    {NULL, "--force-full", IS_SWITCH, PLACE(force_full)},
    {NULL, "--yes-i-really-really-mean-it", IS_SWITCH, PLACE(yes)},
    {"-A", "--all", IS_SWITCH, PLACE(all)},
    {NULL, "--default", IS_SWITCH, PLACE(only_default)},
    {NULL, "--pretty-format", IS_SWITCH, PLACE(pretty)},
};

static const char usage[] =
    "rados [OPTION...] COMMAND [ARGUMENT...]\n"
    "\n"
    "  -p, --pool POOL          the pool\n"
    "  -N, --namespace NAME     the namespace in it\n"
    "      --all                of ls: all namespaces; --default: that without a name, after all\n"
    "      --object-locator KEY hashed instead of objects' names\n"
    "  -s, --snap NAME          the snapshot to read from\n"
    "      --target-pool POOL, --target-nspace NAME, --target-locator KEY   where cp copies to\n"
    "  -b SIZE                  bytes of one read or write (4M)\n"
    "  -f, --format FORMAT      of df and lock: plain, json, json-pretty\n"
    "      --offset BYTES       where put begins\n"
    "      --force-full         of rm: also when the cluster is full\n"
    "      --input-file FILE    has the value of setxattr and setomapval\n"
    "      --omap-key-file FILE has the key of an omap\n"
    "      --lock-cookie, --lock-tag, --lock-type, --lock-description, --lock-duration   of lock\n"
    "\n"
    "Of bench and cleanup:\n"
    "  -t COUNT                 operations at a time (16)\n"
    "  -O SIZE                  bytes of one object, of several writes (that of -b)\n"
    "      --max-objects COUNT  write no more objects than that\n"
    "      --no-cleanup         leave the objects for seq and rand\n"
    "      --run-name NAME      of the object that says what was written\n"
    "      --write-object, --write-omap, --write-xattr   where the data goes\n"
    "      --no-verify, --no-hints, --show-time\n"
    "\n"
    "Of load-gen:\n"
    "      --num-objects, --min-object-size, --max-object-size, --min-op-len, --max-op-len, --max-ops,\n"
    "      --max-backlog, --read-percent, --target-throughput, --run-length, --offset-align\n"
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

static int set_option(struct rados_tool *t, const struct tool_option *o, const char *name, const char *value)
{
    char *place = (char *)t + o->place;
    uint64_t n;

    if (o->kind == TAKES_TEXT) {
        *(const char **)place = value;
        return 0;
    }
    if (tool_parse_size(value, &n) || (o->kind == TAKES_COUNT && n > UINT32_MAX))
        return tool_line(-EINVAL, "Invalid value for %s: '%s' is not a size or count", name, value);
    if (o->kind == TAKES_COUNT)
        *(uint32_t *)place = (uint32_t)n;
    else
        *(uint64_t *)place = n;
    t->have_object_size |= o->place == PLACE(object_size);
    return 0;
}

/* Long names are written with '-' or '_'. */
static bool is_long_name(const char *arg, const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (arg[i] != name[i] && !(i > 1 && arg[i] == '_' && name[i] == '-'))
            return false;
    return !arg[len] || arg[len] == '=';
}

/* The option that arg is; *value: behind '=' or behind a short name, or NULL. */
static const struct tool_option *find_option(const char *arg, const char **value)
{
    *value = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const struct tool_option *o = &options[i];
        size_t len = strlen(o->long_name);

        if (o->short_name && strncmp(arg, o->short_name, 2) == 0) {
            *value = arg[2] && o->kind != IS_SWITCH ? arg + 2 : NULL;
            return o;
        }
        if (is_long_name(arg, o->long_name, len)) {
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
                return tool_line(-EINVAL, "rados: %s needs a value", name);
            if (set_option(t, o, name, value ? value : argv[i]))
                return -EINVAL;
        }
    }
    if (t->op_size == 0 || t->op_size > SIZE_MAX_OP || t->object_size > SIZE_MAX_OBJECT)
        return tool_line(-EINVAL, "rados: -b must be 1 byte to 1 GiB, -O at most 1 TiB");
    if (t->format && strcmp(t->format, "plain") != 0 && strncmp(t->format, "json", 4) != 0)
        return tool_line(-EINVAL, "unrecognized format: %s", t->format);
    if (t->format && strcmp(t->format, "plain") == 0)
        t->format = NULL;
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

static int use_snap(struct rados_tool *t)
{
    rados_snap_t snap;
    int r = rados_ioctx_snap_lookup(t->io, t->snap, &snap);

    if (r < 0)
        return tool_error(r, "error looking up snap '%s'", t->snap);
    rados_ioctx_snap_set_read(t->io, snap);
    printf("selected snap %" PRIu64 " '%s'\n", (uint64_t)snap, t->snap);
    return 0;
}

static int open_pool(struct rados_tool *t)
{
    int r = rados_ioctx_create(t->cluster, t->pool, &t->io);

    if (r < 0)
        return tool_error(r, "error opening pool %s", t->pool);
    if (t->nspace)
        rados_ioctx_set_namespace(t->io, t->nspace);
    if (t->locator)
        rados_ioctx_locator_set_key(t->io, t->locator);
    return t->snap ? use_snap(t) : 0;
}

static int run_command(struct rados_tool *t, const struct rados_command *c, int argc, char **argv)
{
    int r = c->run(t, argc, argv);

    return r < 0 && c->flags & REPEATS_ERROR ? tool_error(r, "error %d", -r) : r;
}

static int run(struct rados_tool *t, const struct conf *conf, const struct rados_command *c, int argc,
               char **argv)
{
    int r = make_cluster(t, conf);

    if (r < 0)
        return tool_error(r, "rados: cannot make a cluster handle");
    r = rados_connect(t->cluster);
    if (r < 0)
        tool_error(r, "couldn't connect to cluster");
    else if (t->pool)
        r = open_pool(t);
    if (r == 0)
        r = run_command(t, c, argc, argv);
    if (t->io)
        rados_ioctx_destroy(t->io);
    rados_shutdown(t->cluster);
    return r;
}

static int check_command(const struct rados_tool *t, const struct rados_command *c, const char *name,
                         int argc)
{
    if (!c) {
        tool_line(-EINVAL, "unrecognized command %s; -h or --help for usage", name);
        return tool_error(-EINVAL, "error %d", EINVAL);
    }
    if (argc < c->min_args || argc > c->max_args)
        return tool_line(-EINVAL, "usage: rados %s", c->usage);
    if (c->flags & NEEDS_POOL && !t->pool)
        return tool_line(-EINVAL, "pool name was not specified");
    return 0;
}

int main(int argc, char **argv)
{
    struct rados_tool t = {.op_size = DEFAULT_SIZE,
                           .concurrent = DEFAULT_CONCURRENT,
                           .load_gen = load_gen_defaults,
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
            r = tool_line(-EINVAL, "rados: no command; -h or --help for usage");
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
    } else {
        r = 0; /* help or the version was asked for, and printed */
    }
    args_destroy(&args);
    free(err);
    free(text);
    return r != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
