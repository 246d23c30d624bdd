/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file_io.h"

#define MAGIC "ceph osd volume v026"

enum { VALUE_MAX = 4096, MODE = 0644 };

static char *path_of(const struct conf *conf, const char *name)
{
    char *dir = conf_str(conf, OPT_osd_data), *path = NULL;

    if (asprintf(&path, "%s/%s", dir, name) < 0)
        path = NULL;
    free(dir);
    return path;
}

char *osd_data_store_path(const struct conf *conf)
{
    return path_of(conf, "store");
}

/* One line; malloc'ed. */
static int read_value(const struct conf *conf, const char *name, char **value, char *err, size_t err_size)
{
    char *path = path_of(conf, name);
    uint8_t *bytes = NULL;
    size_t len;
    int r = path ? file_read(path, VALUE_MAX, &bytes, &len) : -ENOMEM;

    if (r)
        snprintf(err, err_size, "cannot read %s: %s", path ? path : name, strerror(-r));
    free(path);
    if (r)
        return r;
    bytes[strcspn((char *)bytes, "\n")] = 0;
    *value = (char *)bytes;
    return 0;
}

static int write_value(const struct conf *conf, const char *name, const char *value, char *err,
                       size_t err_size)
{
    char *path = path_of(conf, name), line[256];
    int n = snprintf(line, sizeof(line), "%s\n", value);
    int r = path ? file_write(path, line, (size_t)n, MODE) : -ENOMEM;

    if (r)
        snprintf(err, err_size, "cannot write %s: %s", path ? path : name, strerror(-r));
    free(path);
    return r;
}

static bool is_ready(const struct conf *conf)
{
    char *path = path_of(conf, "ready");
    struct stat st;
    bool ready = path && stat(path, &st) == 0;

    free(path);
    return ready;
}

static int make_folder(const struct conf *conf, char *err, size_t err_size)
{
    char *dir = conf_str(conf, OPT_osd_data);
    int r = mkdir(dir, 0755) && errno != EEXIST ? -errno : 0;

    if (r)
        snprintf(err, err_size, "cannot make %s: %s", dir, strerror(-r));
    free(dir);
    return r;
}

static int choose_uuid(const struct conf *conf, const struct fsid *given, struct fsid *out, char *err,
                       size_t err_size)
{
    char *text = conf_str(conf, OPT_osd_uuid);
    int r = 0;

    *out = *given;
    if (fsid_is_zero(out))
        r = fsid_parse(out, text);
    if (r == 0 && fsid_is_zero(out))
        r = fsid_generate(out);
    if (r)
        snprintf(err, err_size, "osd_uuid '%s' is no uuid", text);
    free(text);
    return r;
}

static int cluster_of(const struct conf *conf, struct fsid *out, char *err, size_t err_size)
{
    char *text = conf_str(conf, OPT_fsid);
    int r = fsid_parse(out, text);

    if (r == 0 && fsid_is_zero(out))
        r = -EINVAL;
    if (r)
        snprintf(err, err_size, "fsid is not set to the cluster's uuid");
    free(text);
    return r;
}

int osd_data_make(const struct conf *conf, const struct fsid *uuid, struct osd_data *d, char *err,
                  size_t err_size)
{
    char text[FSID_TEXT_LEN + 1], cluster[FSID_TEXT_LEN + 1];
    int r;

    *d = (struct osd_data){.whoami = atoi(conf_id(conf))};
    if (is_ready(conf))
        return -EEXIST;
    r = choose_uuid(conf, uuid, &d->fsid, err, err_size);
    if (r == 0)
        r = cluster_of(conf, &d->cluster_fsid, err, err_size);
    if (r == 0)
        r = make_folder(conf, err, err_size);
    if (r)
        return r;
    d->kind = conf_str(conf, OPT_osd_objectstore);
    fsid_print(&d->fsid, text);
    fsid_print(&d->cluster_fsid, cluster);
    const struct {
        const char *name, *value;
    } files[] = {{"magic", MAGIC},
                 {"whoami", conf_id(conf)},
                 {"fsid", text},
                 {"ceph_fsid", cluster},
                 {"type", d->kind}};
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++)
        r = write_value(conf, files[i].name, files[i].value, err, err_size);
    if (r)
        osd_data_destroy(d);
    return r;
}

int osd_data_finish(const struct conf *conf, char *err, size_t err_size)
{
    return write_value(conf, "ready", "ready", err, err_size);
}

static int read_uuid(const struct conf *conf, const char *name, struct fsid *out, char *err, size_t err_size)
{
    char *text;
    int r = read_value(conf, name, &text, err, err_size);

    if (r)
        return r;
    r = fsid_parse(out, text);
    if (r)
        snprintf(err, err_size, "what is in %s is no uuid", name);
    free(text);
    return r;
}

int osd_data_read(const struct conf *conf, struct osd_data *d, char *err, size_t err_size)
{
    char *whoami;
    int r;

    *d = (struct osd_data){0};
    r = read_value(conf, "whoami", &whoami, err, err_size);
    if (r)
        return r;
    d->whoami = atoi(whoami);
    if (strcmp(whoami, conf_id(conf)) != 0) {
        snprintf(err, err_size, "this is the data of osd.%s, not of osd.%s", whoami, conf_id(conf));
        r = -EINVAL;
    }
    free(whoami);
    if (r == 0)
        r = read_uuid(conf, "fsid", &d->fsid, err, err_size);
    if (r == 0)
        r = read_uuid(conf, "ceph_fsid", &d->cluster_fsid, err, err_size);
    return r ? r : read_value(conf, "type", &d->kind, err, err_size);
}

void osd_data_destroy(struct osd_data *d)
{
    free(d->kind);
    d->kind = NULL;
}
