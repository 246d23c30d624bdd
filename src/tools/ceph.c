/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ceph: commands to the cluster, to one monitor, to a daemon on this machine.
 *
 * Data goes to standard output, what the monitor has to say besides to standard error; the exit status is the
 * command's error number.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file_io.h"
#include "common/log.h"
#include "common/log_conf.h"
#include "tools/cli_commands.h"
#include "tools/cli_daemon.h"
#include "tools/cli_options.h"
#include "tools/cli_session.h"
#include "tools/cli_target.h"
#include "tools/cli_watch.h"

#define CONNECT_TIMEOUT_SEC 300 /* when --connect-timeout does not say */

struct ceph {
    struct args args;
    struct cli_options opts;
    struct cli_session session;
    struct cli_watch watch;
    struct bufferlist input;
    int out_fd;
};

/* ---- input and output ---- */

static int read_all(int fd, struct bufferlist *out)
{
    char buf[65536];
    ssize_t n;

    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        if (bufferlist_append_copy(out, buf, (size_t)n))
            return -ENOMEM;
    }
    return n < 0 ? -errno : 0;
}

static int read_input(struct ceph *c)
{
    const char *path = c->opts.in_file;
    int fd, r;

    if (!path)
        return 0;
    fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    r = fd < 0 ? -errno : read_all(fd, &c->input);
    if (fd > STDIN_FILENO)
        close(fd);
    if (r)
        fprintf(stderr, "ceph: cannot read input file %s: %s\n", path, strerror(-r));
    return r;
}

static int own_output(const struct ceph *c)
{
    const struct passwd *user = c->opts.user ? getpwnam(c->opts.user) : NULL;
    const struct group *group = c->opts.group ? getgrnam(c->opts.group) : NULL;

    if (c->opts.user && !user)
        return cli_usage_error("is no user", c->opts.user);
    if (c->opts.group && !group)
        return cli_usage_error("is no group", c->opts.group);
    if (fchown(c->out_fd, user ? user->pw_uid : (uid_t)-1, group ? group->gr_gid : (gid_t)-1)) {
        fprintf(stderr, "ceph: cannot change the owner of %s: %s\n", c->opts.out_file, strerror(errno));
        return -EPERM;
    }
    return 0;
}

static int open_output(struct ceph *c)
{
    const char *path = c->opts.out_file;

    c->out_fd = STDOUT_FILENO;
    if (!path || strcmp(path, "-") == 0)
        return 0;
    c->out_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (c->out_fd < 0) {
        fprintf(stderr, "ceph: cannot write output file %s: %s\n", path, strerror(errno));
        return -EIO;
    }
    return c->opts.user || c->opts.group ? own_output(c) : 0;
}

static int show_text(struct ceph *c, const char *text)
{
    return fd_write(c->out_fd, text, strlen(text));
}

/* On the terminal an answer of several stands behind its daemon's name, on lines of its own. */
static int show_named(struct ceph *c, const char *name, const uint8_t *data, size_t len)
{
    int r;

    while (len > 0 && strchr(" \t\r\n", data[len - 1]))
        len--;
    if (len == 0)
        return 0;
    r = show_text(c, name);
    if (r == 0)
        r = fd_write(c->out_fd, data, len);
    return r ? r : show_text(c, "\n");
}

/* Data to standard output or the file, words to standard error: where genuine Ceph has them, byte for byte.
 * prefix: which of several daemons speaks, or NULL. */
static int show(struct ceph *c, const char *prefix, const struct mon_command_reply *reply)
{
    struct slice out = {0};
    int r = 0;

    if (bufferlist_flatten(&reply->output, &out))
        return -ENOMEM;
    fflush(stdout);
    /* Before JSON there is an empty line, for the sake of scripts that skip the first one. */
    if (!c->opts.out_file && c->opts.format && strncmp(c->opts.format, "json", 4) == 0)
        r = show_text(c, "\n");
    if (r == 0 && prefix && !c->opts.out_file)
        r = show_named(c, prefix, out.data, out.len);
    else if (r == 0)
        r = fd_write(c->out_fd, out.data, out.len);
    slice_put(&out);
    if (r && r != -EPIPE)
        fprintf(stderr, "ceph: cannot write the output: %s\n", strerror(-r));
    return r == -EPIPE ? 0 : r;
}

static const char *error_name(int error)
{
    const char *name = strerrorname_np(error);

    return name ? name : "Unknown";
}

/* Prints what came of a command and gives the exit status. */
static int finish(struct ceph *c, const char *prefix, const struct mon_command_reply *reply)
{
    int r = show(c, prefix, reply);

    if (reply->result < 0) {
        fprintf(stderr, "Error %s: %s\n", error_name(-reply->result), reply->status);
        return -reply->result;
    }
    if (reply->status[0])
        fprintf(stderr, "%s%s\n", prefix ? prefix : "", reply->status);
    return -r;
}

/* ---- talking to monitors and OSDs ---- */

static uint64_t connect_timeout_ns(const struct ceph *c)
{
    return (c->opts.connect_timeout ? c->opts.connect_timeout : CONNECT_TIMEOUT_SEC) * NSEC_PER_SEC;
}

static int open_session(struct ceph *c)
{
    char err[512];
    int r = cli_session_open(&c->session, c->args.conf, &cli_watch_ops, &c->watch, err, sizeof(err));

    if (r)
        fprintf(stderr, "ceph: %s\n", err);
    return r;
}

static int connect_cluster(struct ceph *c)
{
    char err[512];
    int r = mon_client_authenticate(c->session.mon_client, connect_timeout_ns(c), err, sizeof(err));

    if (r)
        fprintf(stderr, "ceph: error connecting to the cluster: %s\n", err);
    return r;
}

static const struct cli_target cluster = {.kind = CLI_TARGET_CLUSTER};

static int ask(struct ceph *c, const struct cli_target *target, const char *json,
               const struct bufferlist *input, struct mon_command_reply *reply)
{
    int r = cli_target_ask(target, &c->session, json, input, reply);

    if (r)
        fprintf(stderr, "ceph: %s\n", strerror(-r));
    return r;
}

static int fetch_commands(struct ceph *c, const struct cli_target *target, struct cli_commands *commands)
{
    struct mon_command_reply reply;
    struct slice text = {0};
    char why[256] = "no memory";
    int r = ask(c, target, "{\"prefix\":\"get_command_descriptions\"}", NULL, &reply);

    if (r)
        return r;
    if (reply.result < 0) {
        r = reply.result;
        fprintf(stderr, "Error %s: no command descriptions from %s: %s\n", error_name(-r),
                target->name ? target->name : "the monitors", reply.status);
    } else {
        r = bufferlist_flatten(&reply.output, &text);
        if (r == 0)
            r = cli_commands_parse(commands, (const char *)text.data, text.len, why, sizeof(why));
        if (r)
            fprintf(stderr, "ceph: %s\n", why);
    }
    slice_put(&text);
    mon_command_reply_destroy(&reply);
    return r;
}

/* The request for the command line in JSON, malloc'ed, or NULL after telling why. */
static char *make_request(struct ceph *c, const struct cli_target *target,
                          const struct cli_commands *commands, int argc, char *const *argv)
{
    struct strbuf advice = STRBUF_INIT;
    json_t *request = cli_commands_match(commands, argc, argv, &advice);
    char *text = NULL;

    fputs(strbuf_text(&advice), stderr);
    strbuf_destroy(&advice);
    if (request) {
        if (c->opts.format)
            json_object_set_new(request, "format", json_string(c->opts.format));
        if (target->kind == CLI_TARGET_PG)
            json_object_set_new(request, "pgid", json_string(target->name));
        text = json_dumps(request, 0);
        json_decref(request);
    }
    if (text && c->opts.verbose)
        fprintf(stderr, "sending %s\n", text);
    return text;
}

static int run_command(struct ceph *c, const struct cli_target *target, const char *prefix, int argc,
                       char *const *argv)
{
    struct cli_commands commands;
    struct mon_command_reply reply = {.result = -EINVAL, .status = (char *)"invalid command"};
    int r = fetch_commands(c, target, &commands);
    char *request;

    if (r)
        return -r;
    request = make_request(c, target, &commands, argc, argv);
    cli_commands_destroy(&commands);
    if (!request)
        return finish(c, prefix, &reply);
    r = ask(c, target, request, &c->input, &reply);
    free(request);
    if (r)
        return -r;
    r = finish(c, prefix, &reply);
    mon_command_reply_destroy(&reply);
    return r;
}

/* ---- ping, tell, help, watch ---- */

typedef int one_fn(struct ceph *c, const struct cli_target *target, const char *prefix);

/* Calls one() for every monitor of the monmap and gives the last status that is not 0. */
static int for_each_monitor(struct ceph *c, one_fn *one, bool always_prefix)
{
    struct monmap map;
    int status = 0;

    if (mon_client_copy_monmap(c->session.mon_client, &map))
        return ENOMEM;
    for (unsigned i = 0; i < map.count; i++) {
        char name[128], prefix[130];
        struct cli_target target = cli_target_mon(name);
        int r;

        snprintf(name, sizeof(name), "mon.%s", map.mons[i].name);
        snprintf(prefix, sizeof(prefix), "%s: ", name);
        r = one(c, &target, map.count > 1 || always_prefix ? prefix : NULL);
        if (r)
            status = r;
    }
    monmap_destroy(&map);
    return status;
}

/* The same for every OSD of the map. */
static int for_each_osd(struct ceph *c, one_fn *one)
{
    struct cluster_map *m;
    int status = cli_session_want_osds(&c->session);

    if (status)
        return -status;
    m = objecter_map(c->session.objecter);
    for (int32_t i = 0; i < (int32_t)m->map.max_osd; i++) {
        char name[32], prefix[34];
        struct cli_target target = cli_target_osd(i, name);
        int r;

        if (!osdmap_exists(&m->map, i))
            continue;
        snprintf(name, sizeof(name), "osd.%d", i);
        snprintf(prefix, sizeof(prefix), "%s: ", name);
        r = one(c, &target, prefix);
        if (r)
            status = r;
    }
    cluster_map_put(m);
    return status;
}

static int ping_one(struct ceph *c, const struct cli_target *target, const char *prefix)
{
    struct mon_command_reply reply;
    int r = mon_client_ping_wait(c->session.mon_client, target->name + strlen("mon."), connect_timeout_ns(c),
                                 &reply);

    if (r)
        return -r;
    r = -reply.result;
    if (prefix)
        printf("%s\n", target->name);
    if (r)
        fprintf(stderr, "Error %s: %s\n", error_name(r), reply.status);
    else
        printf("%s\n", reply.status);
    mon_command_reply_destroy(&reply);
    return r;
}

/* How many monitors the configuration names. */
static unsigned count_known(struct ceph *c)
{
    struct monmap map;
    unsigned n = 0;

    if (mon_client_copy_monmap(c->session.mon_client, &map) == 0) {
        n = map.count;
        monmap_destroy(&map);
    }
    return n;
}

static int ping(struct ceph *c)
{
    struct cli_target target;
    char err[512];
    int r = c->opts.argc == 2 ? cli_target_parse(&target, c->opts.argv[1]) : -EINVAL;

    if (r || target.kind != CLI_TARGET_MON) {
        cli_usage_error("a monitor to ping: ceph ping mon.ID, or mon.* for all of them", "name");
        return 1;
    }
    r = mon_client_open(c->session.mon_client, err, sizeof(err));
    if (r) {
        fprintf(stderr, "ceph: %s\n", err);
        return 1;
    }
    /* A lone address is answered for by whoever is there; among several, the monmap has the names. */
    if (target.all || count_known(c) > 1) {
        if (connect_cluster(c))
            return 1;
    }
    return target.all ? for_each_monitor(c, ping_one, true) : ping_one(c, &target, NULL);
}

static int tell_one(struct ceph *c, const struct cli_target *target, const char *prefix)
{
    return run_command(c, target, prefix, c->opts.argc - 2, c->opts.argv + 2);
}

static int tell(struct ceph *c)
{
    struct cli_target target;

    if (c->opts.argc < 3) {
        cli_usage_error("tell whom what? ceph tell osd.ID COMMAND...", NULL);
        return EINVAL;
    }
    if (cli_target_parse(&target, c->opts.argv[1])) {
        cli_usage_error("cannot be told: mon.ID, mon.*, osd.ID, osd.* and placement groups can",
                        c->opts.argv[1]);
        return 1;
    }
    if (target.all)
        return target.kind == CLI_TARGET_MON ? for_each_monitor(c, tell_one, false)
                                             : for_each_osd(c, tell_one);
    return tell_one(c, &target, NULL);
}

/* `ceph pg 1.2f COMMAND` is for the group's OSD; other commands that begin with pg are for the monitors. */
static bool is_for_pg(const struct cli_options *o, struct cli_target *target)
{
    return o->argc > 2 && strcmp(o->argv[0], "pg") == 0 && cli_target_parse(target, o->argv[1]) == 0 &&
           target->kind == CLI_TARGET_PG;
}

static unsigned terminal_width(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40 ? size.ws_col : 80;
}

static char *join(int argc, char *const *argv)
{
    struct strbuf words = STRBUF_INIT;

    for (int i = 0; i < argc; i++)
        strbuf_printf(&words, "%s%s", i ? " " : "", argv[i]);
    return strbuf_steal(&words);
}

static int help(struct ceph *c)
{
    struct cli_commands commands;
    struct strbuf out = STRBUF_INIT;
    char *partial = join(c->opts.argc - 1, c->opts.argv + 1);
    int r = partial ? fetch_commands(c, &cluster, &commands) : -ENOMEM;

    if (r == 0) {
        if (cli_commands_help(&commands, partial, terminal_width(), &out) == 0) {
            fprintf(stderr, "ceph: no command begins with '%s'\n", partial);
            r = -EINVAL;
        }
        fputs(strbuf_text(&out), stdout);
        cli_commands_destroy(&commands);
    }
    strbuf_destroy(&out);
    free(partial);
    return -r;
}

static int watch(struct ceph *c)
{
    struct mon_command_reply reply;
    int r = ask(c, &cluster, "{\"prefix\":\"status\"}", NULL, &reply);

    if (r)
        return -r;
    r = finish(c, NULL, &reply);
    mon_command_reply_destroy(&reply);
    if (r)
        return r;
    puts("");
    fflush(stdout);
    return -cli_watch_run(&c->watch, c->session.mon_client);
}

static int run_on_cluster(struct ceph *c)
{
    struct cli_options *o = &c->opts;
    struct cli_target target;
    int r;

    if (o->argc > 0 && strcmp(o->argv[0], "ping") == 0)
        return ping(c);
    r = connect_cluster(c);
    if (r)
        return r == -EACCES ? EACCES : 1;
    if (o->watch_level)
        return watch(c);
    if (o->argc > 0 && strcmp(o->argv[0], "tell") == 0)
        return tell(c);
    if (o->argc > 0 && strcmp(o->argv[0], "help") == 0)
        return help(c);
    return run_command(c, is_for_pg(o, &target) ? &target : &cluster, NULL, o->argc, o->argv);
}

/* ---- main ---- */

/* `ceph daemon` and --admin-daemon: no cluster is needed. True when it was that. */
static bool run_on_daemon(struct ceph *c, int *status)
{
    struct cli_options *o = &c->opts;
    bool by_name = o->argc > 0 && strcmp(o->argv[0], "daemon") == 0;
    char *path, *err = NULL;

    if (!o->admin_socket && !by_name)
        return false;
    *status = EINVAL;
    if (o->admin_socket) {
        *status = cli_daemon_command(o->admin_socket, o->argc, o->argv, o->format);
        return true;
    }
    if (o->argc < 3) {
        cli_usage_error("daemon needs a name or a path, and a command", NULL);
        return true;
    }
    path = strchr(o->argv[1], '/') ? strdup(o->argv[1]) : cli_daemon_socket_path(&c->args, o->argv[1], &err);
    if (path)
        *status = cli_daemon_command(path, o->argc - 2, o->argv + 2, o->format);
    else
        fprintf(stderr, "ceph: %s\n", err ? err : "no memory");
    free(path);
    free(err);
    return true;
}

static int run(struct ceph *c)
{
    struct cli_options *o = &c->opts;
    sigset_t signals;
    int status;

    if (cli_options_parse(o, &c->args))
        return EINVAL;
    if (run_on_daemon(c, &status))
        return status;
    if (o->status && o->argc == 0) {
        o->argv[0] = (char *)"status"; /* argv[0] of the program was there */
        o->argc = 1;
    }
    if (o->argc == 0 && !o->watch_level) {
        cli_usage_error("no command", NULL);
        return EINVAL;
    }
    if (read_input(c) || open_output(c))
        return 1;
    if (o->watch_level) {
        /* Before any thread: they inherit it. */
        sigemptyset(&signals);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGHUP);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        c->watch.level = o->watch_level;
        c->watch.channel = o->watch_channel;
    }
    status = open_session(c) ? 1 : run_on_cluster(c);
    cli_session_close(&c->session);
    if (c->out_fd != STDOUT_FILENO && close(c->out_fd) && status == 0)
        status = EIO;
    return status;
}

int main(int argc, char **argv)
{
    struct ceph c = {.out_fd = STDOUT_FILENO};
    char *err = NULL;
    int status, r;

    signal(SIGPIPE, SIG_IGN);
    r = args_parse(&c.args, &cli_program, argc, argv, &err);
    if (r == 0 && log_apply_conf(c.args.conf, &err))
        fprintf(stderr, "ceph: %s\n", err); /* it still can do its work */
    if (r < 0)
        fprintf(stderr, "ceph: %s\n", err ? err : strerror(-r));
    status = r < 0 ? 1 : r > 0 ? 0 : run(&c);
    free(err);
    bufferlist_destroy(&c.input);
    args_destroy(&c.args);
    log_shutdown();
    fflush(stdout);
    return status;
}
