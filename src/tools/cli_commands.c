/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- descriptions ---- */

/* Flags and counts come as text, as numbers or as booleans, by the release that wrote them. */
static bool is_false(const json_t *v)
{
    return json_is_false(v) || (json_is_string(v) && strcasecmp(json_string_value(v), "false") == 0);
}

static unsigned count_of(const json_t *v)
{
    if (json_is_integer(v) && json_integer_value(v) > 0 && json_integer_value(v) < UINT_MAX)
        return (unsigned)json_integer_value(v);
    if (json_is_string(v))
        return strcmp(json_string_value(v), "N") == 0 ? UINT_MAX : (unsigned)atoi(json_string_value(v));
    return 1;
}

static int parse_arg(struct cli_arg *arg, const json_t *d)
{
    if (json_is_string(d)) {
        *arg = (struct cli_arg){.word = json_string_value(d), .required = true, .most = 1};
        return 0;
    }
    *arg = (struct cli_arg){
        .name = json_string_value(json_object_get(d, "name")),
        .type.name = json_string_value(json_object_get(d, "type")),
        .type.range = json_string_value(json_object_get(d, "range")),
        .type.strings = json_string_value(json_object_get(d, "strings")),
        .type.goodchars = json_string_value(json_object_get(d, "goodchars")),
        .required = !is_false(json_object_get(d, "req")),
        .most = count_of(json_object_get(d, "n")),
    };
    if (arg->most == 0)
        arg->most = 1;
    return arg->name && arg->type.name ? 0 : -EINVAL;
}

static int parse_command(struct cli_command *cmd, const json_t *d)
{
    const json_t *sig = json_object_get(d, "sig");
    const char *help = json_string_value(json_object_get(d, "help"));

    *cmd = (struct cli_command){
        .help = help ? help : "",
        .flags = (unsigned)json_integer_value(json_object_get(d, "flags")),
    };
    if (!json_is_array(sig) || json_array_size(sig) == 0)
        return -EINVAL;
    cmd->args = calloc(json_array_size(sig), sizeof(*cmd->args));
    if (!cmd->args)
        return -ENOMEM;
    for (; cmd->count < json_array_size(sig); cmd->count++) {
        int r = parse_arg(&cmd->args[cmd->count], json_array_get(sig, cmd->count));

        if (r)
            return r;
    }
    return 0;
}

int cli_commands_parse(struct cli_commands *c, const char *text, size_t len, char *err, size_t err_size)
{
    json_error_t why;
    const char *key;
    json_t *d;

    *c = (struct cli_commands){.descriptions = json_loadb(text, len, 0, &why)};
    if (!json_is_object(c->descriptions)) {
        snprintf(err, err_size, "the descriptions of the commands are no JSON object%s%s",
                 c->descriptions ? "" : ": ", c->descriptions ? "" : why.text);
        cli_commands_destroy(c);
        return -EINVAL;
    }
    c->list = calloc(json_object_size(c->descriptions) + 1, sizeof(*c->list));
    if (!c->list) {
        snprintf(err, err_size, "no memory");
        cli_commands_destroy(c);
        return -ENOMEM;
    }
    json_object_foreach(c->descriptions, key, d)
    {
        int r = parse_command(&c->list[c->count++], d);

        if (r) {
            snprintf(err, err_size, "the description of %s cannot be read: %s", key, strerror(-r));
            cli_commands_destroy(c);
            return r;
        }
    }
    return 0;
}

void cli_commands_destroy(struct cli_commands *c)
{
    for (unsigned i = 0; i < c->count; i++)
        free(c->list[i].args);
    free(c->list);
    json_decref(c->descriptions);
    *c = (struct cli_commands){0};
}

/* ---- showing ---- */

static void switch_usage(const char *name, const char *open, const char *close, struct strbuf *out)
{
    strbuf_printf(out, "%s--", open);
    for (; *name; name++)
        strbuf_addc(out, *name == '_' ? '-' : *name);
    strbuf_add(out, close);
}

static void arg_usage(const struct cli_arg *arg, struct strbuf *out)
{
    const char *open = arg->required ? "" : "[", *close = arg->required ? "" : "]";

    if (arg->word)
        strbuf_add(out, arg->word);
    else if (cli_type_is_switch(&arg->type))
        switch_usage(arg->name, open, close, out);
    else if (arg->type.strings)
        strbuf_printf(out, "%s<%s:%s>%s", open, arg->name, arg->type.strings, close);
    else if (strcmp(arg->type.name, "CephInt") == 0 || strcmp(arg->type.name, "CephFloat") == 0)
        strbuf_printf(out, "%s<%s:%s%s%s>%s", open, arg->name,
                      strcmp(arg->type.name, "CephInt") == 0 ? "int" : "float", arg->type.range ? ":" : "",
                      arg->type.range ? arg->type.range : "", close);
    else
        strbuf_printf(out, "%s<%s>%s", open, arg->name, close);
    if (arg->most > 1)
        strbuf_add(out, "...");
}

void cli_command_usage(const struct cli_command *cmd, struct strbuf *out)
{
    for (unsigned i = 0; i < cmd->count; i++) {
        if (i)
            strbuf_addc(out, ' ');
        arg_usage(&cmd->args[i], out);
    }
}

/* Help text behind a column of usages, broken at blanks. */
static void add_wrapped(const char *text, unsigned indent, unsigned width, struct strbuf *out)
{
    unsigned room = width > indent + 20 ? width - indent : 20;

    while (*text) {
        size_t len = strlen(text);

        if (len > room) {
            len = room;
            while (len > 0 && text[len] != ' ')
                len--;
            if (len == 0)
                len = strcspn(text, " ");
        }
        strbuf_addn(out, text, len);
        strbuf_addc(out, '\n');
        text += len;
        text += strspn(text, " ");
        if (*text)
            strbuf_pad(out, ' ', indent);
    }
}

static bool is_for_people(const struct cli_command *cmd)
{
    return !(cmd->flags & (CLI_COMMAND_OBSOLETE | CLI_COMMAND_DEPRECATED | CLI_COMMAND_HIDDEN));
}

struct shown {
    const struct cli_command *cmd;
    char *usage;
};

static int by_usage(const void *a, const void *b)
{
    return strcmp(((const struct shown *)a)->usage, ((const struct shown *)b)->usage);
}

unsigned cli_commands_help(const struct cli_commands *c, const char *partial, unsigned width,
                           struct strbuf *out)
{
    struct shown *shown = calloc(c->count + 1, sizeof(*shown));
    unsigned n = 0, column = width / 2 < 40 ? width / 2 : 40;

    for (unsigned i = 0; shown && i < c->count; i++) {
        struct strbuf usage = STRBUF_INIT;

        cli_command_usage(&c->list[i], &usage);
        if (is_for_people(&c->list[i]) &&
            (!partial || strncmp(strbuf_text(&usage), partial, strlen(partial)) == 0) && usage.text)
            shown[n++] = (struct shown){.cmd = &c->list[i], .usage = strbuf_steal(&usage)};
        strbuf_destroy(&usage);
    }
    if (shown)
        qsort(shown, n, sizeof(*shown), by_usage);
    for (unsigned i = 0; i < n; i++) {
        size_t len = strlen(shown[i].usage);

        strbuf_add(out, shown[i].usage);
        if (len + 1 > column)
            strbuf_addc(out, '\n');
        strbuf_pad(out, ' ', len + 1 > column ? column : column - len);
        add_wrapped(*shown[i].cmd->help ? shown[i].cmd->help : "-", column, width, out);
        free(shown[i].usage);
    }
    free(shown);
    return n;
}

/* ---- matching ---- */

enum fit {
    FIT_NO,   /* another command's words */
    FIT_ARGS, /* the words are these, but an argument is wrong or missing */
    FIT_YES,
};

/* One command against the command line. */
struct match {
    const struct cli_command *cmd;
    enum fit fit;
    unsigned words; /* that are the same, from the first on */
    json_t *request;
    char why[256];
};

/* The words of the command line: NULL where one has been taken. */
struct line {
    const char **words;
    int count;
};

static const char *next_word(struct line *l, int *at)
{
    while (*at < l->count && !l->words[*at])
        ++*at;
    return *at < l->count ? l->words[*at] : NULL;
}

static bool store(struct match *m, const struct cli_arg *arg, const char *word)
{
    json_t *value = cli_type_value(&arg->type, word, m->why, sizeof(m->why));
    json_t *list;

    if (!value)
        return false;
    if (arg->most == 1)
        return json_object_set_new(m->request, arg->name, value) == 0;
    list = json_object_get(m->request, arg->name);
    if (!list) {
        list = json_array();
        if (json_object_set_new(m->request, arg->name, list)) {
            json_decref(value);
            return false;
        }
    }
    return json_array_append_new(list, value) == 0;
}

/* "--pg-num" and "--pg_num" name the argument pg_num; len without a "=value". */
static const struct cli_arg *arg_by_name(const struct cli_command *cmd, const char *name, size_t len)
{
    for (unsigned i = 0; i < cmd->count; i++) {
        const struct cli_arg *arg = &cmd->args[i];
        size_t k = 0;

        if (arg->word || strlen(arg->name) != len)
            continue;
        while (k < len && (name[k] == arg->name[k] || (name[k] == '-' && arg->name[k] == '_')))
            k++;
        if (k == len)
            return arg;
    }
    return NULL;
}

/* Takes the arguments that are given by name. */
static bool take_named(struct match *m, struct line *l)
{
    for (int i = 0; i < l->count; i++) {
        const char *word = l->words[i], *value;
        const struct cli_arg *arg;
        size_t len;

        if (!word || strncmp(word, "--", 2) != 0)
            continue;
        word += 2;
        len = strcspn(word, "=");
        arg = arg_by_name(m->cmd, word, len);
        if (!arg)
            continue;
        value = word[len] ? word + len + 1 : NULL;
        if (!value && cli_type_is_switch(&arg->type)) {
            value = "true";
        } else if (!value) {
            if (i + 1 == l->count) {
                snprintf(m->why, sizeof(m->why), "%s needs a value", l->words[i]);
                return false;
            }
            l->words[i++] = NULL;
            value = l->words[i];
        }
        l->words[i] = NULL;
        if (!store(m, arg, value))
            return false;
    }
    return true;
}

static bool is_option(const char *word)
{
    return strncmp(word, "--", 2) == 0;
}

/* An option that nobody took is no value, but for confirmations that old daemons describe as choices. */
static bool may_be_value(const struct cli_arg *arg, const char *word)
{
    return !is_option(word) || strcmp(arg->type.name, "CephChoices") == 0 ||
           strncmp(word, "--yes-i-really-", 15) == 0 || strcmp(word, "--force") == 0;
}

static void say_leftover(struct match *m, const char *word)
{
    if (is_option(word))
        snprintf(m->why, sizeof(m->why), "'%s' is no option of this command", word);
    else if (!m->why[0])
        snprintf(m->why, sizeof(m->why), "'%s' is more than the command takes", word);
}

/* Takes one word, which is then gone. What was wrong with it for an earlier argument is worth more to the
 * user than what is wrong with it for this one. */
static bool take_value(struct match *m, const struct cli_arg *arg, struct line *l, int at)
{
    char before[sizeof(m->why)];

    memcpy(before, m->why, sizeof(before));
    if (store(m, arg, l->words[at])) {
        l->words[at] = NULL;
        m->why[0] = 0;
        return true;
    }
    if (before[0])
        memcpy(m->why, before, sizeof(before));
    return false;
}

/* Takes the values of one argument by place. */
static bool take_arg(struct match *m, const struct cli_arg *arg, struct line *l, int *at)
{
    unsigned taken = 0;

    if (json_object_get(m->request, arg->name))
        return true;
    while (taken < arg->most) {
        const char *word = next_word(l, at);

        if (!word || !may_be_value(arg, word) || !take_value(m, arg, l, *at))
            break;
        taken++;
    }
    if (taken > 0 || !arg->required)
        return true;
    if (!next_word(l, at))
        snprintf(m->why, sizeof(m->why), "<%s> is missing", arg->name);
    else
        say_leftover(m, next_word(l, at));
    return false;
}

static bool take_args(struct match *m, struct line *l)
{
    int at = 0;

    if (!take_named(m, l))
        return false;
    for (unsigned i = 0; i < m->cmd->count; i++) {
        const struct cli_arg *arg = &m->cmd->args[i];
        const char *word;

        if (!arg->word) {
            if (!take_arg(m, arg, l, &at))
                return false;
            continue;
        }
        if (i < m->words) /* taken with the prefix */
            continue;
        word = next_word(l, &at);
        if (!word || strcmp(word, arg->word) != 0) {
            snprintf(m->why, sizeof(m->why), "'%s' is missing", arg->word);
            return false;
        }
        l->words[at] = NULL;
    }
    if (!next_word(l, &at))
        return true;
    say_leftover(m, next_word(l, &at));
    return false;
}

static unsigned leading_words(const struct cli_command *cmd)
{
    unsigned n = 0;

    while (n < cmd->count && cmd->args[n].word)
        n++;
    return n;
}

static int set_prefix(struct match *m)
{
    struct strbuf prefix = STRBUF_INIT;
    int r;

    for (unsigned i = 0; i < m->cmd->count; i++) {
        if (m->cmd->args[i].word)
            strbuf_printf(&prefix, "%s%s", i ? " " : "", m->cmd->args[i].word);
    }
    r = json_object_set_new(m->request, "prefix", json_string(strbuf_text(&prefix)));
    strbuf_destroy(&prefix);
    return r;
}

static void match_one(struct match *m, const struct cli_command *cmd, int argc, char *const *argv)
{
    unsigned prefix = leading_words(cmd);
    struct line l = {.count = argc};

    *m = (struct match){.cmd = cmd};
    while (m->words < prefix && (int)m->words < argc && strcmp(argv[m->words], cmd->args[m->words].word) == 0)
        m->words++;
    if (m->words < prefix)
        return;
    m->fit = FIT_ARGS;
    m->request = json_object();
    l.words = calloc((size_t)argc + 1, sizeof(*l.words));
    if (!m->request || !l.words || set_prefix(m)) {
        snprintf(m->why, sizeof(m->why), "no memory");
    } else {
        for (int i = (int)prefix; i < argc; i++)
            l.words[i] = argv[i];
        if (take_args(m, &l))
            m->fit = FIT_YES;
    }
    free(l.words);
}

static void match_destroy(struct match *m)
{
    json_decref(m->request);
    m->request = NULL;
}

/* Whether a is the better answer to the command line than b. */
static bool is_better(const struct match *a, const struct match *b)
{
    if (!b->cmd || a->fit != b->fit)
        return !b->cmd || a->fit > b->fit;
    return a->words > b->words;
}

/* ---- commands that come near ---- */

#define NEAR_MAX 10

/* Levenshtein distance of two short texts. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[64];
    size_t n = strlen(b);

    if (n >= ARRAY_SIZE(row))
        return UINT_MAX;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (; *a; a++) {
        unsigned diagonal = row[0]++;

        for (size_t k = 1; k <= n; k++) {
            unsigned change = diagonal + (*a != b[k - 1]);

            diagonal = row[k];
            if (row[k] + 1 < change)
                change = row[k] + 1;
            if (row[k - 1] + 1 < change)
                change = row[k - 1] + 1;
            row[k] = change;
        }
    }
    return row[n];
}

struct near {
    const struct cli_command *cmd;
    unsigned same; /* leading words */
    unsigned cost; /* of the next one */
};

static int by_nearness(const void *a, const void *b)
{
    const struct near *x = a, *y = b;

    if (x->same != y->same)
        return x->same > y->same ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->cmd < y->cmd ? -1 : 1;
}

static struct near nearness(const struct cli_command *cmd, int argc, char *const *argv)
{
    struct near n = {.cmd = cmd};

    while ((int)n.same < argc && n.same < cmd->count && cmd->args[n.same].word &&
           strcmp(cmd->args[n.same].word, argv[n.same]) == 0)
        n.same++;
    if ((int)n.same < argc && n.same < cmd->count && cmd->args[n.same].word)
        n.cost = distance(argv[n.same], cmd->args[n.same].word);
    return n;
}

static void suggest(const struct cli_commands *c, int argc, char *const *argv, struct strbuf *out)
{
    struct near *near = calloc(c->count + 1, sizeof(*near));
    unsigned n = 0, slip;

    for (unsigned i = 0; near && i < c->count; i++) {
        if (is_for_people(&c->list[i]))
            near[n++] = nearness(&c->list[i], argc, argv);
    }
    if (near)
        qsort(near, n, sizeof(*near), by_nearness);
    /* Where not even the first word is right, only what could be a slip of the finger is worth showing. */
    slip = argc > 0 && n && near[0].same == 0 ? (unsigned)strlen(argv[0]) / 2 : UINT_MAX;
    if (n && near[0].cost > slip)
        n = 0;
    strbuf_add(out, n ? "there is no such command; near it are:\n"
                      : "there is no such command; `help` lists all of them\n");
    for (unsigned i = 0; i < n && i < NEAR_MAX; i++) {
        if (near[i].same < near[0].same || near[i].cost > near[0].cost + 2 || near[i].cost > slip)
            break;
        strbuf_add(out, "  ");
        cli_command_usage(near[i].cmd, out);
        strbuf_addc(out, '\n');
    }
    free(near);
}

json_t *cli_commands_match(const struct cli_commands *c, int argc, char *const *argv, struct strbuf *out)
{
    struct match best = {0};
    json_t *request = NULL;

    for (unsigned i = 0; i < c->count; i++) {
        struct match m;

        if (c->list[i].flags & CLI_COMMAND_OBSOLETE)
            continue;
        match_one(&m, &c->list[i], argc, argv);
        if (!is_better(&m, &best)) {
            match_destroy(&m);
            continue;
        }
        match_destroy(&best);
        best = m;
    }
    if (best.fit == FIT_YES) {
        request = json_incref(best.request);
        if (best.cmd->flags & CLI_COMMAND_MGR)
            json_object_set_new(request, "target", json_pack("[ss]", "mon-mgr", ""));
    } else if (best.fit == FIT_ARGS) {
        strbuf_printf(out, "%s\nusage: ", best.why);
        cli_command_usage(best.cmd, out);
        strbuf_printf(out, "\n%s%s", best.cmd->help, *best.cmd->help ? "\n" : "");
    } else {
        suggest(c, argc, argv, out);
    }
    match_destroy(&best);
    return request;
}
