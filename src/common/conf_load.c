/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of conf.h that finds, reads and applies configuration files. */
#include "common/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_file.h"
#include "common/strbuf.h"

static const char default_paths[] =
    "$data_dir/config,/etc/ceph/$cluster.conf,~/.ceph/$cluster.conf,$cluster.conf";

static int apply_entry(struct conf *c, const struct conf_file *f, const struct conf_file_entry *e, char **err)
{
    char *why = NULL;
    int r = conf_set(c, CONF_FILE, e->key, e->value, &why);

    if (r)
        err_set(err, r, "%s:%u: %s", f->path, e->line, why ? why : strerror(-r));
    free(why);
    return r;
}

static void warn_unknown(const struct conf_file *f, const struct conf_file_entry *e,
                         void (*warn)(void *arg, const char *line), void *arg)
{
    struct strbuf s = STRBUF_INIT;

    strbuf_printf(&s, "%s:%u: unknown option '%s' is ignored", f->path, e->line, e->key);
    if (warn)
        warn(arg, strbuf_text(&s));
    strbuf_destroy(&s);
}

int conf_apply_file(struct conf *c, const struct conf_file *f, void (*warn)(void *arg, const char *line),
                    void *arg, char **err)
{
    const char *names[] = {"global", conf_type(c), conf_name(c)}; /* later ones win */
    char *ignored = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct conf_file_section *s = conf_file_section(f, names[i]);
        for (size_t j = 0; s && j < s->count; j++) {
            int r;
            if (option_find(s->entries[j].key) == OPT_COUNT) {
                warn_unknown(f, &s->entries[j], warn, arg);
                continue;
            }
            r = apply_entry(c, f, &s->entries[j], err ? err : &ignored);
            if (r && err)
                return r;
            if (r && warn && ignored)
                warn(arg, ignored);
            free(ignored);
            ignored = NULL;
        }
    }
    return 0;
}

/* One path of the list, with its variables replaced; NULL when it names one that we do not have, such as
 * $data_dir in a client. */
static char *resolve_path(const struct conf *c, const char *path, size_t len)
{
    struct strbuf s = STRBUF_INIT;
    char *raw, *expanded = NULL;
    const char *home = getenv("HOME");

    if (len > 1 && path[0] == '~' && path[1] == '/') {
        if (!home)
            return NULL;
        strbuf_add(&s, home);
        path++;
        len--;
    }
    strbuf_addn(&s, path, len);
    raw = strbuf_steal(&s);
    if (raw)
        expanded = conf_expand(c, raw);
    free(raw);
    if (expanded && strstr(expanded, "$data_dir")) {
        free(expanded);
        return NULL;
    }
    return expanded;
}

int conf_find_file(const struct conf *c, const char *paths, struct conf_file *f, char **err)
{
    int r = -ENOENT;

    if (!paths)
        paths = getenv("CEPH_CONF");
    if (!paths || !*paths)
        paths = default_paths;
    for (const char *p = paths; *p && r == -ENOENT; p += strspn(p, ",;")) {
        size_t n = strcspn(p, ",;");
        size_t skip = strspn(p, " \t");
        char *path = resolve_path(c, p + skip, n > skip ? n - skip : 0);
        if (path && *path) {
            conf_file_destroy(f);
            r = conf_file_read(f, path, err);
        }
        free(path);
        p += n;
    }
    if (r == -ENOENT)
        err_set(err, r, "no configuration file at %s", paths);
    return r;
}

int conf_apply_env(struct conf *c, char **err)
{
    const char *keyring = getenv("CEPH_KEYRING");

    return keyring && *keyring ? conf_set(c, CONF_ENV, "keyring", keyring, err) : 0;
}
