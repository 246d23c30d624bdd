/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log_conf.h"

#include <stdlib.h>

#include "common/conf.h"

static void apply_levels(struct conf *c)
{
    for (int i = 0; i < LOG_SUBSYS_COUNT; i++) {
        int log_level, gather_level;
        conf_levels(c, (enum option_id)(OPT_debug_none + i), &log_level, &gather_level);
        log_set_levels((enum log_subsys)i, log_level, gather_level);
    }
}

int log_apply_conf(struct conf *c, char **err)
{
    char *file = conf_str(c, OPT_log_file), *prefix = conf_str(c, OPT_log_stderr_prefix);
    struct log_config config = {
        .file = file,
        .to_file = conf_bool(c, OPT_log_to_file),
        .to_stderr = conf_bool(c, OPT_log_to_stderr),
        .err_to_stderr = conf_bool(c, OPT_err_to_stderr),
        .to_syslog = conf_bool(c, OPT_log_to_syslog),
        .err_to_syslog = conf_bool(c, OPT_err_to_syslog),
        .to_journald = conf_bool(c, OPT_log_to_journald),
        .err_to_journald = conf_bool(c, OPT_err_to_journald),
        .stderr_prefix = prefix,
        .max_recent = (unsigned)conf_i64(c, OPT_log_max_recent),
        .max_new = (unsigned)conf_i64(c, OPT_log_max_new),
    };
    int r;

    apply_levels(c);
    r = log_configure(&config, err);
    free(file);
    free(prefix);
    return r;
}

static void on_change(void *arg UNUSED, struct conf *c, const enum option_id *changed UNUSED,
                      size_t count UNUSED)
{
    char *err = NULL;

    if (log_apply_conf(c, &err))
        derr(none, "%s", err ? err : "the log could not be set up");
    free(err);
}

#define X(name, log_level, gather_level) OPT_debug_##name,
static const enum option_id followed[] = {
    OPT_log_file,          OPT_log_to_file,    OPT_log_to_stderr, OPT_err_to_stderr,
    OPT_log_stderr_prefix, OPT_log_to_syslog,  OPT_err_to_syslog, OPT_log_to_journald,
    OPT_err_to_journald,   OPT_log_max_recent, OPT_log_max_new,   LOG_SUBSYSTEMS(X) OPT_COUNT,
};
#undef X

static struct conf_observer observer = {.changed = on_change, .options = followed};

void log_follow_conf(struct conf *c)
{
    conf_observe(c, &observer);
}

void log_unfollow_conf(struct conf *c)
{
    conf_unobserve(c, &observer);
}
