/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A tool does not tell its user which libraries it found; the daemons' logs do. */
static void set_defaults(struct conf *conf)
{
    conf_set_default(conf, OPT_debug_rdma, "-1/5");
}

const struct args_program cli_program = {
    .name = "ceph",
    .usage = "ceph [options] COMMAND...\n"
             "       ceph -s | -w | help [WORDS]\n"
             "       ceph ping mon.ID|mon.*\n"
             "       ceph tell mon.ID|mon.*|osd.ID|osd.*|PGID COMMAND...\n"
             "       ceph daemon TYPE.ID|PATH COMMAND...\n"
             "\n"
             "  -s, --status            the state of the cluster\n"
             "  -w, --watch             the same, then the cluster log as it grows\n"
             "  --watch-debug, --watch-info, --watch-sec, --watch-warn, --watch-error\n"
             "                          the least severity to watch\n"
             "  -W, --watch-channel C   the log channel to watch: cluster, audit, or '*'\n"
             "  -f, --format FORMAT     plain, json, json-pretty (or what else the monitor knows)\n"
             "  -i, --in-file FILE      input of the command; - is standard input\n"
             "  -o, --out-file FILE     where its output goes; - is standard output\n"
             "  --setuser U, --setgroup G  owner of the output file\n"
             "  --admin-daemon PATH     the command goes to the admin socket PATH\n"
             "  --connect-timeout SEC   how long to look for a monitor\n"
             "  --verbose, --concise    say which command is sent, or do not\n"
             "  ceph help               the commands of the cluster",
    .type = "client",
    .id = "admin",
    /* Quiet, as genuine ceph is: the file is shared with programs that know other options. */
    .flags = ARGS_NO_SHORT_ID | ARGS_QUIET,
    .defaults = set_defaults,
};

int cli_usage_error(const char *what, const char *arg)
{
    fprintf(stderr, "ceph: %s%s%s (try ceph --help)\n", arg ? arg : "", arg ? " " : "", what);
    return -EINVAL;
}

/* "--flag=value", "--flag value", "-f value", "-fvalue". 1: taken; 0: another option. */
static int take_text(struct cli_options *o, int *at, const char *flag, const char *letter, const char **out)
{
    const char *arg = o->argv[*at];
    size_t len = strlen(flag);

    if (strncmp(arg, flag, len) == 0 && arg[len] == '=') {
        *out = arg + len + 1;
        return 1;
    }
    if (letter && strncmp(arg, letter, 2) == 0 && arg[1] != '-' && arg[2]) {
        *out = arg + 2;
        return 1;
    }
    if (strcmp(arg, flag) != 0 && (!letter || strcmp(arg, letter) != 0))
        return 0;
    if (!o->argv[*at + 1])
        return cli_usage_error("needs a value", arg);
    *out = o->argv[++*at];
    return 1;
}

static bool is_one_of(const char *arg, const char *flag, const char *letter)
{
    return strcmp(arg, flag) == 0 || (letter && strcmp(arg, letter) == 0);
}

static int parse_timeout(struct cli_options *o, const char *text)
{
    char *end;

    o->connect_timeout = strtoul(text, &end, 10);
    return end == text || *end || o->connect_timeout > 1000000
               ? cli_usage_error("is no number of seconds", text)
               : 1;
}

static int take_values(struct cli_options *o, int *at)
{
    const struct {
        const char *flag, *letter;
        const char **out;
    } texts[] = {
        {"--format", "-f", &o->format},
        {"--in-file", "-i", &o->in_file},
        {"--out-file", "-o", &o->out_file},
        {"--admin-daemon", NULL, &o->admin_socket},
        {"--watch-channel", "-W", &o->watch_channel},
        {"--setuser", NULL, &o->user},
        {"--setgroup", NULL, &o->group},
    };
    const char *text;
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        r = take_text(o, at, texts[i].flag, texts[i].letter, texts[i].out);
        if (r)
            return r;
    }
    r = take_text(o, at, "--connect-timeout", NULL, &text);
    return r > 0 ? parse_timeout(o, text) : r;
}

static bool take_switch(struct cli_options *o, const char *arg)
{
    if (is_one_of(arg, "--status", "-s"))
        o->status = true;
    else if (is_one_of(arg, "--watch", "-w"))
        o->watch_level = "info";
    else if (strncmp(arg, "--watch-", 8) == 0)
        o->watch_level = arg + 8;
    else if (is_one_of(arg, "--verbose", NULL) || is_one_of(arg, "--concise", NULL))
        o->verbose = arg[2] == 'v';
    else
        return false;
    return true;
}

/* Takes our own options out of what args_parse() left; the command remains. */
int cli_options_parse(struct cli_options *o, struct args *args)
{
    static const char *const levels[] = {"debug", "info", "sec", "warn", "error"};
    bool options = true, known = false;

    *o = (struct cli_options){.argv = args->argv};
    for (int at = 1; at < args->argc; at++) {
        int r = options && o->argv[at][0] == '-' ? take_values(o, &at) : 0;

        if (r < 0)
            return r;
        if (r || (options && take_switch(o, o->argv[at])))
            continue;
        if (options && strcmp(o->argv[at], "--") == 0)
            options = false;
        else
            o->argv[o->argc++] = o->argv[at];
    }
    o->argv[o->argc] = NULL;
    if (o->watch_channel && !o->watch_level)
        o->watch_level = "info";
    if (!o->watch_channel)
        o->watch_channel = "cluster";
    for (size_t i = 0; o->watch_level && i < ARRAY_SIZE(levels); i++)
        known |= strcmp(o->watch_level, levels[i]) == 0;
    if (o->watch_level && !known)
        return cli_usage_error("is no severity to watch", o->watch_level);
    return 0;
}
