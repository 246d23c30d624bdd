/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_dump.h"
#include "common/conf_file.h"
#include "common/version.h"

/* What was asked for besides options of the configuration. */
struct wish {
    const char *conf, *cluster, *id, *name, *show_value;
    bool show, help, help_all, version, no_config_file, no_mon_config, foreground, debug;
};

/* The arguments being taken: kept ones are moved to the front. */
struct line {
    char **args;
    int count, at, kept;
};

/* Who takes them, and where what is taken goes. */
struct taker {
    /* Takes what stands at l->at. 1: taken, 0: not one of its own. */
    int (*take)(const struct taker *t, struct line *l, char **err);
    const struct args_program *program;
    struct wish *wish;
    struct conf *conf;
    enum conf_source source;
};

static void keep(struct line *l)
{
    l->args[l->kept++] = l->args[l->at++];
}

static void keep_rest(struct line *l)
{
    while (l->at < l->count)
        l->args[l->kept++] = l->args[l->at++];
    l->count = l->kept;
    l->args[l->count] = NULL;
}

/* Compares an argument up to '=' with "--name", '-' and '_' alike behind the first two; *value points behind
 * the '=' or is NULL. */
static bool is_flag(const char *arg, const char *flag, const char **value)
{
    size_t i;

    for (i = 0; flag[i]; i++) {
        char c = i >= 2 && arg[i] == '_' ? '-' : arg[i];
        if (c != flag[i])
            return false;
    }
    if (arg[i] && (arg[i] != '=' || flag[1] != '-'))
        return false;
    *value = arg[i] ? arg + i + 1 : NULL;
    return true;
}

/* Takes the argument's value, out of itself or the next one. */
static int take_value(struct line *l, const char *value, const char **out, char **err)
{
    const char *flag = l->args[l->at++];

    if (!value && l->at == l->count)
        return err_set(err, -EINVAL, "option %s requires an argument", flag);
    *out = value ? value : l->args[l->at++];
    return 1;
}

/* Flags with a text for the wish at an offset of it. */
static const struct {
    const char *flag;
    size_t place;
    unsigned without; /* not for programs with one of these flags */
} text_flags[] = {
    {"-c", offsetof(struct wish, conf), 0},
    {"--conf", offsetof(struct wish, conf), 0},
    {"--cluster", offsetof(struct wish, cluster), 0},
    {"-i", offsetof(struct wish, id), ARGS_NO_SHORT_ID},
    {"--id", offsetof(struct wish, id), 0},
    {"--user", offsetof(struct wish, id), 0},
    {"-n", offsetof(struct wish, name), 0},
    {"--name", offsetof(struct wish, name), 0},
    {"--show-config-value", offsetof(struct wish, show_value), 0},
};

static const struct {
    const char *flag;
    size_t place;
    unsigned only, without;
} bool_flags[] = {
    {"-h", offsetof(struct wish, help), 0, 0},
    {"--help", offsetof(struct wish, help), 0, 0},
    {"--help-all", offsetof(struct wish, help_all), 0, 0},
    {"-v", offsetof(struct wish, version), 0, ARGS_NO_SHORT_VERSION},
    {"--version", offsetof(struct wish, version), 0, 0},
    {"--show-config", offsetof(struct wish, show), 0, 0},
    {"--no-config-file", offsetof(struct wish, no_config_file), 0, 0},
    {"--no-mon-config", offsetof(struct wish, no_mon_config), 0, 0},
    {"-f", offsetof(struct wish, foreground), ARGS_DAEMON, 0},
    {"-d", offsetof(struct wish, debug), ARGS_DAEMON, 0},
};

static int take_wish(const struct taker *t, struct line *l, char **err)
{
    const char *arg = l->args[l->at], *value;
    const struct args_program *p = t->program;
    struct wish *w = t->wish;

    for (size_t i = 0; i < ARRAY_SIZE(text_flags); i++)
        if (!(text_flags[i].without & p->flags) && is_flag(arg, text_flags[i].flag, &value))
            return take_value(l, value, (const char **)((char *)w + text_flags[i].place), err);
    for (size_t i = 0; i < ARRAY_SIZE(bool_flags); i++) {
        unsigned only = bool_flags[i].only, without = bool_flags[i].without;
        if ((p->flags & only) == only && !(p->flags & without) && is_flag(arg, bool_flags[i].flag, &value) &&
            !value) {
            *(bool *)((char *)w + bool_flags[i].place) = true;
            l->at++;
            return 1;
        }
    }
    return 0;
}

static bool is_bool_text(const char *text)
{
    static const char *const texts[] = {"true", "false", "1", "0", "yes", "no", "on", "off"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (!strcmp(text, texts[i]))
            return true;
    return false;
}

static int set_option(const struct taker *t, enum option_id id, const char *text, const char *flag,
                      char **err)
{
    char *why = NULL;
    int r = conf_set_id(t->conf, t->source, id, text, &why);

    if (r)
        err_set(err, r, "%s: %s", flag, why ? why : strerror(-r));
    free(why);
    return r ? r : 1;
}

static int take_bool(const struct taker *t, struct line *l, enum option_id id, const char *value, char **err)
{
    const char *flag = l->args[l->at++];

    if (!value && l->at < l->count && is_bool_text(l->args[l->at]))
        value = l->args[l->at++];
    return set_option(t, id, value ? value : "true", flag, err);
}

/* "--option" of the configuration. */
static int take_option(const struct taker *t, struct line *l, char **err)
{
    const char *arg = l->args[l->at], *value = NULL, *text;
    enum option_id id;
    size_t len;
    int r;

    if (!strcmp(arg, "-m")) {
        id = OPT_mon_host;
    } else if (!strcmp(arg, "-k")) {
        id = OPT_keyring;
    } else if (arg[0] == '-' && arg[1] == '-') {
        len = strcspn(arg + 2, "=");
        value = arg[2 + len] ? arg + 2 + len + 1 : NULL;
        id = option_find_n(arg + 2, len);
        if (id == OPT_COUNT && len > 3 && !memcmp(arg + 2, "no", 2) && (arg[4] == '-' || arg[4] == '_') &&
            !value) {
            id = option_find_n(arg + 5, len - 3);
            if (id == OPT_COUNT || option_get(id)->type != OPTION_BOOL)
                return 0;
            l->at++;
            return set_option(t, id, "false", arg, err);
        }
    } else {
        return 0;
    }
    if (id == OPT_COUNT)
        return 0;
    if (option_get(id)->type == OPTION_BOOL)
        return take_bool(t, l, id, value, err);
    r = take_value(l, value, &text, err);
    return r < 0 ? r : set_option(t, id, text, arg, err);
}

static bool stops(const char *stop_word, const char *arg)
{
    return !strcmp(arg, "--") || (stop_word && !strcmp(stop_word, arg));
}

/* Takes what it can; the rest moves to the front. */
static int take_all(const struct taker *t, struct line *l, const char *stop_word, char **err)
{
    int r = 0;

    while (r >= 0 && l->at < l->count && !stops(stop_word, l->args[l->at])) {
        r = t->take(t, l, err);
        if (!r)
            keep(l);
    }
    keep_rest(l);
    return r < 0 ? r : 0;
}

/* argv with the words of CEPH_ARGS behind argv[0]; *words is what they point to. */
static char **join_env(int argc, char **argv, int *count, char ***words)
{
    const char *env = getenv("CEPH_ARGS");
    char *copy = strdup(env ? env : ""), *save = NULL;
    size_t most = copy ? strlen(copy) / 2 + 1 : 0;
    char **all = copy ? calloc((size_t)argc + most + 1, sizeof(*all)) : NULL;
    int n = 0;

    if (!all || !(*words = calloc(1, sizeof(**words)))) {
        free(all);
        free(copy);
        return NULL;
    }
    (*words)[0] = copy;
    all[n++] = argv[0];
    for (char *word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
        all[n++] = word;
    for (int i = 1; i < argc; i++)
        all[n++] = argv[i];
    *count = n;
    return all;
}

/* "/x/site.conf" belongs to cluster "site". */
static char *cluster_of(const struct wish *w)
{
    const char *base, *dot;

    if (w->cluster)
        return strdup(w->cluster);
    if (!w->conf || strpbrk(w->conf, ",;"))
        return strdup("ceph");
    base = strrchr(w->conf, '/');
    base = base ? base + 1 : w->conf;
    dot = strrchr(base, '.');
    return dot && dot > base && !strcmp(dot, ".conf") ? strndup(base, (size_t)(dot - base)) : strdup("ceph");
}

static bool is_type(const char *type)
{
    static const char *const types[] = {"auth", "mon", "osd", "mds", "mgr", "client"};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (!strcmp(types[i], type))
            return true;
    return false;
}

/* "mon.", by which the monitors know each other; no daemon has it for its own. */
static bool is_shared_name(const struct args_program *p, const char *type)
{
    return !strcmp(type, "mon") && !(p->flags & ARGS_DAEMON);
}

static int create_conf(struct args *a, const struct args_program *p, const struct wish *w, char **err)
{
    char *name = w->name ? strdup(w->name) : NULL, *dot = name ? strchr(name, '.') : NULL;
    const char *type = p->type, *id = w->id ? w->id : p->id;
    char *cluster = cluster_of(w);
    int r = 0;

    if (dot) {
        *dot = '\0';
        type = name;
        id = dot + 1;
    }
    if (name && (!dot || !is_type(type) || (!*id && !is_shared_name(p, type))))
        r = err_set(
            err, -EINVAL,
            "error parsing '%s': expected string of the form TYPE.ID, valid types are: auth, mon, osd, mds, "
            "mgr, client",
            w->name);
    else if (!id || (!*id && !name))
        r = err_set(err, -EINVAL, "which %s? -i ID says it", type);
    else
        a->conf = conf_create(cluster ? cluster : "ceph", type, id, p->flags & ARGS_DAEMON);
    if (!r && !a->conf)
        r = -ENOMEM;
    if (!r && p->defaults)
        p->defaults(a->conf);
    free(cluster);
    free(name);
    return r;
}

static void collect_warning(void *arg, const char *line)
{
    struct args *a = arg;

    strbuf_printf(&a->warnings, "%s\n", line);
}

static int load_file(struct args *a, const struct args_program *p, const struct wish *w, char **err)
{
    const char *env = getenv("CEPH_CONF");
    bool must_exist = w->conf || (env && *env);
    struct conf_file f;
    int r;

    if (w->no_config_file)
        return 0;
    conf_file_init(&f);
    r = conf_find_file(a->conf, w->conf, &f, err);
    if (!r) {
        a->conf_path = strdup(f.path);
        r = conf_apply_file(a->conf, &f, collect_warning, a, p->flags & ARGS_LENIENT ? NULL : err);
    } else if (r == -ENOENT && !must_exist) {
        r = 0;
    }
    conf_file_destroy(&f);
    return r;
}

/* -f stays in the foreground, -d also writes the log there. */
static int apply_foreground(struct conf *c, const struct wish *w, char **err)
{
    static const char *const f[][2] = {{"daemonize", "false"}, {"pid_file", ""}, {NULL, NULL}};
    static const char *const d[][2] = {{"daemonize", "false"},    {"pid_file", ""},          {"log_file", ""},
                                       {"log_to_stderr", "true"}, {"err_to_stderr", "true"}, {NULL, NULL}};
    const char *const(*set)[2] = w->debug ? d : w->foreground ? f : NULL;
    int r = 0;

    for (; set && (*set)[0] && !r; set++)
        r = conf_set(c, CONF_CMDLINE, (*set)[0], (*set)[1], err);
    return r;
}

static int show_value(const struct conf *c, const char *name, char **err)
{
    enum option_id id = option_find(name);
    char *text;

    if (id == OPT_COUNT)
        return err_set(err, -ENOENT, "failed to get config option '%s': option not found", name);
    text = conf_str(c, id);
    puts(text);
    free(text);
    return 1;
}

static int show_config(const struct conf *c)
{
    struct strbuf s = STRBUF_INIT;

    conf_show_plain(c, &s);
    fputs(strbuf_text(&s), stdout);
    strbuf_destroy(&s);
    return 1;
}

int args_take_options(struct conf *c, enum conf_source source, int argc, const char *const *argv,
                      const char **rest, char **err)
{
    const struct taker taker = {.take = take_option, .conf = c, .source = source};
    struct line l = {.args = calloc((size_t)argc + 1, sizeof(char *)), .count = argc};
    int r;

    if (!l.args)
        return -ENOMEM;
    memcpy(l.args, argv, (size_t)argc * sizeof(*argv));
    r = take_all(&taker, &l, NULL, err);
    for (int i = 0; rest && i < argc; i++)
        rest[i] = i < l.count ? l.args[i] : NULL;
    r = r < 0 ? r : l.count;
    free(l.args);
    return r;
}

int args_parse(struct args *a, const struct args_program *p, int argc, char **argv, char **err)
{
    struct wish w = {0};
    const struct taker wishes = {.take = take_wish, .program = p, .wish = &w};
    struct line l = {.at = 1, .kept = 1};
    int r;

    memset(a, 0, sizeof(*a));
    l.args = a->argv = join_env(argc, argv, &l.count, &a->strings);
    if (!a->argv)
        return -ENOMEM;
    r = take_all(&wishes, &l, p->stop_word, err);
    if (r)
        return r;
    if (w.help || w.help_all) {
        args_print_help(p, w.help_all);
        return 1;
    }
    if (w.version) {
        puts(CEPH_VERSION_TEXT);
        return 1;
    }
    a->no_mon_config = w.no_mon_config;
    /* Options come twice: the search for the file may need them, and they stand above what is in it. */
    r = create_conf(a, p, &w, err);
    if (!r) {
        const struct taker options = {.take = take_option, .conf = a->conf, .source = CONF_CMDLINE};
        l.at = l.kept = 1;
        r = take_all(&options, &l, p->stop_word, err);
    }
    if (!r)
        r = apply_foreground(a->conf, &w, err);
    if (!r)
        r = load_file(a, p, &w, err);
    if (!r)
        r = conf_apply_env(a->conf, err);
    a->argc = l.count;
    if (!r && !(p->flags & ARGS_QUIET))
        fputs(strbuf_text(&a->warnings), stderr);
    if (!r && w.show_value)
        r = show_value(a->conf, w.show_value, err);
    else if (!r && w.show)
        r = show_config(a->conf);
    return r;
}

void args_destroy(struct args *a)
{
    conf_free(a->conf);
    if (a->strings)
        free(a->strings[0]);
    free(a->strings);
    free(a->argv);
    free(a->conf_path);
    strbuf_destroy(&a->warnings);
    memset(a, 0, sizeof(*a));
}

int args_inject(struct conf *c, const char *text, char **err)
{
    const struct taker taker = {.take = take_option, .conf = c, .source = CONF_OVERRIDE};
    char *copy = strdup(text), *save = NULL;
    struct line l = {0};
    int r = 0;

    l.args = copy ? calloc(strlen(copy) / 2 + 2, sizeof(*l.args)) : NULL;
    if (!l.args) {
        free(copy);
        return -ENOMEM;
    }
    for (char *word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
        l.args[l.count++] = word;
    while (l.at < l.count && r >= 0) {
        if (!strcmp(l.args[l.at], "--")) { /* `ceph daemon X injectargs -- --option` has it */
            l.at++;
            continue;
        }
        r = take_option(&taker, &l, err);
        if (!r)
            r = err_set(err, -EINVAL, "unknown option '%s'", l.args[l.at]);
    }
    free(l.args);
    free(copy);
    return r < 0 ? r : 0;
}

static const char common_help[] =
    "Common options:\n"
    "  -c, --conf FILE            read this ceph.conf\n"
    "  --cluster NAME             name of the cluster, \"ceph\" unless given\n"
    "  -n, --name TYPE.ID         who this is, such as client.admin or mon.a\n"
    "  --id ID                    the same, without the type\n"
    "  -m HOST[,HOST...]          monitors (mon_host)\n"
    "  -k, --keyring FILE         keyring\n"
    "  --show-config              print all options and their values\n"
    "  --show-config-value NAME   print the value of one\n"
    "  --no-config-file           do without ceph.conf\n"
    "  -h, --help                 this text; --help-all: with every option of ceph.conf\n"
    "  --version                  print the version\n";

static const char daemon_help[] =
    "Options of daemons:\n"
    "  -i ID                      the daemon's id\n"
    "  -f                         stay in the foreground\n"
    "  -d                         the same, and write the log to standard error\n";

void args_print_help(const struct args_program *p, bool all)
{
    enum option_id ids[OPT_COUNT];
    bool is_daemon = p->flags & ARGS_DAEMON;

    printf("usage: %s\n%s%s\n", p->usage, is_daemon ? daemon_help : "", common_help);
    printf("Options of ceph.conf, as --NAME VALUE%s:\n", all ? "" : " (the basic ones; --help-all: all)");
    conf_sorted(ids);
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_def *o = option_get(ids[i]);
        const char *def = is_daemon && o->daemon_def ? o->daemon_def : o->def;
        if (all || o->level == OPTION_BASIC)
            printf("  --%s (%s%s%s)\n      %s\n", o->name, option_type_name(o->type), *def ? ", " : "", def,
                   o->desc);
    }
}
