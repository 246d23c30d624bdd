/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/admin_socket.h"
#include "common/conf_file.h"
#include "tools/cli_commands.h"

static int conf_of_daemon(const struct args *args, struct conf *conf, char **err)
{
    struct conf_file f;
    int r;

    if (!args->conf_path)
        return 0;
    conf_file_init(&f);
    r = conf_find_file(conf, args->conf_path, &f, err);
    if (r == 0)
        r = conf_apply_file(conf, &f, NULL, NULL, err);
    conf_file_destroy(&f);
    return r;
}

char *cli_daemon_socket_path(const struct args *args, const char *name, char **err)
{
    const char *dot = strchr(name, '.');
    char *type = dot ? strndup(name, (size_t)(dot - name)) : NULL, *path = NULL;
    struct conf *conf;

    if (!type || !dot[1]) {
        err_set(err, -EINVAL, "'%s' is neither the name of a daemon such as mon.a nor a path", name);
        free(type);
        return NULL;
    }
    conf = conf_create(conf_cluster(args->conf), type, dot + 1, true);
    free(type);
    if (!conf || conf_of_daemon(args, conf, err) == 0)
        path = conf ? conf_str(conf, OPT_admin_socket) : NULL;
    conf_free(conf);
    if (path && !*path) {
        err_set(err, -ENOENT, "%s has no admin_socket", name);
        free(path);
        path = NULL;
    }
    return path;
}

static int fail(const char *what)
{
    fprintf(stderr, "admin_socket: %s\n", what);
    return EINVAL;
}

/* One question; the answer is the caller's. */
static char *ask(const char *path, const char *request, size_t *len)
{
    char *answer = NULL, *err = NULL;

    if (admin_socket_ask(path, request, -1, &answer, len, &err)) {
        fail(err ? err : "no answer");
        free(err);
        return NULL;
    }
    return answer;
}

static int run(const char *path, json_t *request, const char *format)
{
    char *text, *answer;
    size_t len;

    if (format)
        json_object_set_new(request, "format", json_string(format));
    text = json_dumps(request, JSON_COMPACT);
    answer = text ? ask(path, text, &len) : NULL;
    free(text);
    if (!answer)
        return EINVAL;
    fwrite(answer, 1, len, stdout);
    free(answer);
    return 0;
}

int cli_daemon_command(const char *path, int argc, char *const *argv, const char *format)
{
    struct strbuf advice = STRBUF_INIT;
    struct cli_commands commands;
    char why[256];
    json_t *request;
    size_t len;
    char *answer = ask(path, "{\"prefix\": \"get_command_descriptions\"}", &len);
    int status = EINVAL;

    if (!answer)
        return EINVAL;
    if (cli_commands_parse(&commands, answer, len, why, sizeof(why))) {
        free(answer);
        return fail(why);
    }
    request = cli_commands_match(&commands, argc, argv, &advice);
    fputs(strbuf_text(&advice), stderr);
    if (request)
        status = run(path, request, format);
    else
        fail("invalid command");
    json_decref(request);
    strbuf_destroy(&advice);
    cli_commands_destroy(&commands);
    free(answer);
    return status;
}
