/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/cluster_log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "common/strbuf.h"
#include "mon/log_tail.h"

void cluster_log_file_destroy(struct cluster_log_file *f)
{
    free(f->complained_of);
    f->complained_of = NULL;
}

/* Replaces "$channel" in the path. Malloc'ed. */
static char *expand(const char *path, size_t len, const char *channel)
{
    struct strbuf s = STRBUF_INIT;

    while (len) {
        if (len >= 8 && strncmp(path, "$channel", 8) == 0) {
            strbuf_add(&s, channel);
            path += 8;
            len -= 8;
        } else {
            strbuf_addc(&s, *path++);
            len--;
        }
    }
    return strbuf_steal(&s);
}

/* The channel's file of "path" or "default=path channel=path...". Malloc'ed; NULL: none, or no memory. */
static char *file_of(const char *setting, const char *channel)
{
    const char *chosen = NULL;
    size_t chosen_len = 0;

    for (const char *p = setting + strspn(setting, " ,"); *p; p += strspn(p, " ,")) {
        size_t len = strcspn(p, " ,"), name = strcspn(p, "=");
        const char *path = name < len ? p + name + 1 : p;
        bool exact = name < len && strlen(channel) == name && strncmp(p, channel, name) == 0;
        bool fallback = name >= len || (name == 7 && strncmp(p, "default", 7) == 0);
        if (exact || (fallback && !chosen)) {
            chosen = path;
            chosen_len = (size_t)(p + len - path);
        }
        p += len;
        if (exact)
            break;
    }
    return chosen && chosen_len ? expand(chosen, chosen_len, channel) : NULL;
}

static void complain(struct cluster_log_file *f, const char *path, int error)
{
    if (f->complained_of && strcmp(f->complained_of, path) == 0)
        return;
    derr(mon, "the cluster log cannot be written to %s: %s", path, strerror(error));
    free(f->complained_of);
    f->complained_of = strdup(path);
}

static void append(struct cluster_log_file *f, const char *path, const char *line, size_t len)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        complain(f, path, errno);
        return;
    }
    if (write(fd, line, len) != (ssize_t)len)
        complain(f, path, errno);
    close(fd);
}

void cluster_log_file_write(struct cluster_log_file *f, const struct conf *conf, const struct log_entry *e)
{
    char *level = conf_str(conf, OPT_mon_cluster_log_file_level);
    char *setting = conf_str(conf, OPT_mon_cluster_log_file);
    char *path = file_of(setting, e->channel);
    struct strbuf line = STRBUF_INIT;

    log_entry_print(e, &line);
    strbuf_addc(&line, '\n');
    if (path && conf_bool(conf, OPT_mon_cluster_log_to_file) &&
        (int)e->priority >= log_entry_level_parse(level))
        append(f, path, strbuf_text(&line), line.len);
    if (conf_bool(conf, OPT_mon_cluster_log_to_stderr))
        fputs(strbuf_text(&line), stderr);
    strbuf_destroy(&line);
    free(path);
    free(setting);
    free(level);
}
