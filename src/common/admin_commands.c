/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/admin_commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/args.h"
#include "common/command_sig.h"
#include "common/conf_dump.h"
#include "common/perf_counters.h"
#include "common/version.h"

#define COMMAND(name)                                                                       \
    static int name(void *arg UNUSED, const json_t *cmd UNUSED, struct formatter *f UNUSED, \
                    struct strbuf *out UNUSED, char **err UNUSED)

COMMAND(version)
{
    formatter_open_object(f, NULL);
    formatter_string(f, "version", CEPH_VERSION);
    formatter_string(f, "release", CEPH_RELEASE);
    formatter_string(f, "release_type", CEPH_RELEASE_TYPE);
    formatter_close(f);
    return 0;
}

COMMAND(git_version)
{
    formatter_open_object(f, NULL);
    formatter_string(f, "git_version", CEPH_GIT_VERSION);
    formatter_close(f);
    return 0;
}

COMMAND(config_show)
{
    conf_show(arg, f);
    return 0;
}

/* The option that the argument var names. */
static int find_var(const json_t *cmd, const char *doing, enum option_id *id, char **err)
{
    const char *var = command_str(cmd, "var", "");

    *id = option_find(var);
    if (*id != OPT_COUNT)
        return 0;
    return err_set(err, -ENOENT, "error %s '%s': (%d) %s", doing, var, ENOENT, strerror(ENOENT));
}

COMMAND(config_get)
{
    enum option_id id;
    int r = find_var(cmd, "getting", &id, err);
    char *text;

    if (r)
        return r;
    text = conf_shown(arg, id);
    formatter_open_object(f, NULL);
    formatter_string(f, option_get(id)->name, text);
    formatter_close(f);
    free(text);
    return 0;
}

/* What a change has done, in words. */
static void say_changed(struct conf *c, enum option_id id, struct formatter *f)
{
    const struct option_def *o = option_get(id);
    char *text = conf_shown(c, id);

    formatter_open_object(f, NULL);
    if (conf_observed(c, id) || (o->flags & OPTION_RUNTIME))
        formatter_string(f, "success", "");
    else
        formatter_printf(f, "success", "%s = '%s' (not observed, change may require restart) ", o->name,
                         text);
    formatter_close(f);
    free(text);
}

static int change(struct conf *c, const json_t *cmd, const char *text, struct formatter *f, char **err)
{
    enum option_id id;
    char *why = NULL;
    int r = find_var(cmd, "setting", &id, err);

    if (r)
        return r;
    r = conf_set(c, CONF_OVERRIDE, option_get(id)->name, text, &why);
    if (r)
        err_set(err, r, "error setting '%s' to '%s': (%d) %s: %s", option_get(id)->name, text ? text : "", -r,
                strerror(-r), why ? why : "");
    else
        say_changed(c, id, f);
    free(why);
    return r;
}

COMMAND(config_set)
{
    char *val = command_joined(cmd, "val");
    int r = val ? change(arg, cmd, val, f, err) : -ENOMEM;

    free(val);
    return r;
}

COMMAND(config_unset)
{
    return change(arg, cmd, NULL, f, err);
}

COMMAND(config_diff)
{
    formatter_open_object(f, NULL);
    conf_diff(arg, f, OPT_COUNT);
    formatter_close(f);
    return 0;
}

COMMAND(config_diff_get)
{
    enum option_id id;
    int r = find_var(cmd, "getting", &id, err);

    if (r)
        return r;
    formatter_open_object(f, NULL);
    conf_diff(arg, f, id);
    formatter_close(f);
    return 0;
}

COMMAND(config_help)
{
    enum option_id id, ids[OPT_COUNT];

    if (command_str(cmd, "var", NULL)) {
        int r = find_var(cmd, "getting", &id, err);
        if (r)
            return r;
        formatter_open_object(f, NULL);
        option_describe(id, f, "option");
        formatter_close(f);
        return 0;
    }
    conf_sorted(ids);
    formatter_open_object(f, NULL);
    formatter_open_array(f, "options");
    for (int i = 0; i < OPT_COUNT; i++)
        option_describe(ids[i], f, NULL);
    formatter_close(f);
    formatter_close(f);
    return 0;
}

COMMAND(injectargs)
{
    char *args = command_joined(cmd, "injected_args");
    int r = args ? args_inject(arg, args, err) : -ENOMEM;

    free(args);
    return r;
}

COMMAND(perf_dump_command)
{
    formatter_open_object(f, NULL);
    perf_dump(f, command_str(cmd, "logger", NULL), command_str(cmd, "counter", NULL));
    formatter_close(f);
    return 0;
}

COMMAND(perf_schema_command)
{
    formatter_open_object(f, NULL);
    perf_schema(f, command_str(cmd, "logger", NULL), command_str(cmd, "counter", NULL));
    formatter_close(f);
    return 0;
}

COMMAND(perf_reset_command)
{
    const char *var = command_str(cmd, "var", "");

    formatter_open_object(f, NULL);
    if (perf_reset(var))
        formatter_printf(f, "success", "perf reset %s", var);
    else
        formatter_printf(f, "error", "Not find: %s", var);
    formatter_close(f);
    return 0;
}

COMMAND(log_flush_command)
{
    log_flush();
    return 0;
}

COMMAND(log_reopen_command)
{
    log_reopen();
    return 0;
}

COMMAND(log_dump_command)
{
    log_dump_recent();
    return 0;
}

static const struct admin_socket_command commands[] = {
    {"version", "show the version of the program", version},
    {"git_version", "show the commit that the program was made from", git_version},
    {"config show", "list every option with its value", config_show},
    {"config get name=var,type=CephString", "config get <option>: show its value", config_get},
    {"config set name=var,type=CephString name=val,type=CephString,n=N",
     "config set <option> <value>: change it until the program ends", config_set},
    {"config unset name=var,type=CephString", "config unset <option>: undo config set", config_unset},
    {"config diff", "show the options that somebody has set, and where", config_diff},
    {"config diff get name=var,type=CephString", "config diff get <option>: show where its value comes from",
     config_diff_get},
    {"config help name=var,type=CephString,req=false", "describe one option, or all", config_help},
    {"injectargs name=injected_args,type=CephString,n=N",
     "change options as if they were on the command line", injectargs},
    {"perf dump name=logger,type=CephString,req=false name=counter,type=CephString,req=false",
     "show the performance counters", perf_dump_command},
    {"perf schema name=logger,type=CephString,req=false name=counter,type=CephString,req=false",
     "describe the performance counters", perf_schema_command},
    {"perf reset name=var,type=CephString", "perf reset <name>: set a group of counters, or all, to zero",
     perf_reset_command},
    {"log flush", "write waiting log entries now", log_flush_command},
    {"log reopen", "open the log file anew", log_reopen_command},
    {"log dump", "write the recent log entries in memory to the log file", log_dump_command},
};

int admin_commands_register(struct admin_socket *as, struct conf *c)
{
    return admin_socket_register_all(as, commands, ARRAY_SIZE(commands), c);
}
