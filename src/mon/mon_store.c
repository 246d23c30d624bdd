/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_store.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/bytes.h"

#define STAMPS "monitor"

enum { VERSION_KEY_MAX = 24 };

static const char *version_key(char buf[static VERSION_KEY_MAX], uint64_t version)
{
    snprintf(buf, VERSION_KEY_MAX, "%" PRIu64, version);
    return buf;
}

/* ---- transactions ---- */

void mon_tx_put(struct kv_batch *tx, const char *prefix, const char *key, const void *value, size_t len)
{
    kv_batch_put(tx, prefix, key, strlen(key), value, len);
}

void mon_tx_put_u64(struct kv_batch *tx, const char *prefix, const char *key, uint64_t value)
{
    uint8_t bytes[8];

    put_le64(bytes, value);
    mon_tx_put(tx, prefix, key, bytes, sizeof(bytes));
}

void mon_tx_delete(struct kv_batch *tx, const char *prefix, const char *key)
{
    kv_batch_delete(tx, prefix, key, strlen(key));
}

void mon_tx_put_version(struct kv_batch *tx, const char *prefix, uint64_t version, const void *value,
                        size_t len)
{
    char key[VERSION_KEY_MAX];

    mon_tx_put(tx, prefix, version_key(key, version), value, len);
    mon_tx_put_u64(tx, prefix, "last_committed", version);
}

void mon_tx_trim(struct kv_batch *tx, const char *prefix, uint64_t from, uint64_t to)
{
    char key[VERSION_KEY_MAX];

    for (uint64_t v = from; v < to; v++)
        mon_tx_delete(tx, prefix, version_key(key, v));
    mon_tx_put_u64(tx, prefix, "first_committed", to);
}

/* ---- reads ---- */

int mon_store_get(struct mon_store *s, const char *prefix, const char *key, struct slice *value)
{
    return kv_store_get(s->kv, prefix, key, strlen(key), value);
}

int mon_store_get_version(struct mon_store *s, const char *prefix, uint64_t version, struct slice *value)
{
    char key[VERSION_KEY_MAX];

    return mon_store_get(s, prefix, version_key(key, version), value);
}

uint64_t mon_store_get_u64(struct mon_store *s, const char *prefix, const char *key)
{
    struct slice value;
    uint64_t v = 0;

    if (mon_store_get(s, prefix, key, &value) < 0)
        return 0;
    if (value.len == 8)
        v = get_le64(value.data);
    slice_put(&value);
    return v;
}

bool mon_store_exists(struct mon_store *s, const char *prefix, const char *key)
{
    struct slice value;

    if (mon_store_get(s, prefix, key, &value) < 0)
        return false;
    slice_put(&value);
    return true;
}

int mon_store_apply(struct mon_store *s, const struct kv_batch *tx, char *err, size_t err_size)
{
    return kv_store_apply(s->kv, tx, true, err, err_size);
}

int mon_store_space(const struct mon_store *s, struct mon_store_space *out)
{
    struct statvfs st;

    if (!s->path[0])
        return -ENOENT;
    if (statvfs(s->path, &st) < 0)
        return -errno;
    out->total_bytes = (uint64_t)st.f_blocks * st.f_frsize;
    out->avail_bytes = (uint64_t)st.f_bavail * st.f_frsize;
    out->avail_percent = st.f_blocks ? (unsigned)(100 * (uint64_t)st.f_bavail / st.f_blocks) : 0;
    return 0;
}

/* ---- stamps ---- */

/* The text of a stamp, malloc'ed; NULL when there is none. */
static char *stamp(struct mon_store *s, const char *key)
{
    struct slice value;
    char *text;

    if (mon_store_get(s, STAMPS, key, &value) < 0)
        return NULL;
    text = strndup((const char *)value.data, value.len);
    slice_put(&value);
    if (text)
        text[strcspn(text, "\n")] = 0;
    return text;
}

static int check_fsid(struct mon_store *s, const struct fsid *fsid, const char *where, char *err,
                      size_t err_size)
{
    char have[FSID_TEXT_LEN + 1], want[FSID_TEXT_LEN + 1];
    char *text = stamp(s, "cluster_uuid");
    int r = text ? fsid_parse(&s->fsid, text) : -ENOENT;

    free(text);
    if (r) {
        snprintf(err, err_size, "%s: the store does not say which cluster it belongs to", where);
        return -EPROTO;
    }
    if (fsid && !fsid_is_zero(fsid) && !fsid_equal(fsid, &s->fsid)) {
        snprintf(err, err_size, "%s: the store belongs to cluster %s, not to %s", where,
                 fsid_print(&s->fsid, have), fsid_print(fsid, want));
        return -EPERM;
    }
    return 0;
}

static int check_stamps(struct mon_store *s, const struct fsid *fsid, const char *name, const char *where,
                        char *err, size_t err_size)
{
    char *magic = stamp(s, "magic");
    bool ours = magic && strcmp(magic, MON_STORE_MAGIC) == 0;
    int r;

    free(magic);
    if (!ours) {
        snprintf(err, err_size, "%s: not a monitor's store", where);
        return -EPROTO;
    }
    r = check_fsid(s, fsid, where, err, err_size);
    if (r)
        return r;
    s->name = stamp(s, "name");
    if (!s->name) {
        snprintf(err, err_size, "%s: the store does not say which monitor it belongs to", where);
        return -EPROTO;
    }
    if (name && strcmp(name, s->name) != 0) {
        snprintf(err, err_size, "%s: the store belongs to mon.%s, not to mon.%s", where, s->name, name);
        return -EPERM;
    }
    return 0;
}

static char *kv_path(const char *mon_data)
{
    char *path;

    return asprintf(&path, "%s/store.db", mon_data) < 0 ? NULL : path;
}

int mon_store_open(struct mon_store *s, const char *kind, const char *mon_data, const struct fsid *fsid,
                   const char *name, char *err, size_t err_size)
{
    char *path = kv_path(mon_data);
    int r = -ENOMEM;

    memset(s, 0, sizeof(*s));
    s->path = strdup(mon_data);
    if (!path || !s->path)
        snprintf(err, err_size, "%s: no memory", mon_data);
    else
        r = kv_store_open(kind, path, 0, &s->kv, err, err_size);
    free(path);
    if (r == -ENOENT)
        snprintf(err, err_size, "%s: there is no monitor store; make one with --mkfs", mon_data);
    if (r == 0)
        r = check_stamps(s, fsid, name, mon_data, err, err_size);
    if (r)
        mon_store_close(s);
    return r;
}

void mon_store_close(struct mon_store *s)
{
    kv_store_close(s->kv);
    free(s->name);
    free(s->path);
    memset(s, 0, sizeof(*s));
}

static int write_stamps(struct kv_store *kv, const struct fsid *fsid, const char *name,
                        const struct kv_batch *first, char *err, size_t err_size)
{
    char text[FSID_TEXT_LEN + 1];
    struct kv_batch tx;
    int r;

    fsid_print(fsid, text);
    kv_batch_init(&tx);
    mon_tx_put(&tx, STAMPS, "magic", MON_STORE_MAGIC, strlen(MON_STORE_MAGIC));
    mon_tx_put(&tx, STAMPS, "cluster_uuid", text, FSID_TEXT_LEN);
    mon_tx_put(&tx, STAMPS, "name", name, strlen(name));
    kv_batch_append(&tx, first);
    r = kv_store_apply(kv, &tx, true, err, err_size);
    kv_batch_destroy(&tx);
    return r;
}

int mon_store_format(struct mon_store *s, struct kv_store *kv, const struct fsid *fsid, const char *name,
                     const struct kv_batch *first, char *err, size_t err_size)
{
    int r = write_stamps(kv, fsid, name, first, err, err_size);

    memset(s, 0, sizeof(*s));
    s->kv = kv;
    s->path = strdup("");
    if (r == 0 && !s->path)
        r = -ENOMEM;
    if (r == 0)
        r = check_stamps(s, NULL, NULL, "memory", err, err_size);
    if (r)
        mon_store_close(s);
    return r;
}

/* 0: the folder is there and empty, or was made. */
static int prepare_folder(const char *path, char *err, size_t err_size)
{
    struct dirent *e;
    DIR *d;
    int r = 0;

    if (mkdir(path, 0755) == 0)
        return 0;
    if (errno != EEXIST) {
        r = -errno;
        snprintf(err, err_size, "%s: cannot make the folder: %s", path, strerror(-r));
        return r;
    }
    d = opendir(path);
    if (!d) {
        r = -errno;
        snprintf(err, err_size, "%s: %s", path, strerror(-r));
        return r;
    }
    /* A monitor's folder may hold its keyring and such before its store. */
    while (r == 0 && (e = readdir(d)))
        if (strcmp(e->d_name, "store.db") == 0)
            r = -EEXIST;
    closedir(d);
    if (r)
        snprintf(err, err_size, "%s: there is a monitor store already", path);
    return r;
}

int mon_store_create(const char *kind, const char *mon_data, const struct fsid *fsid, const char *name,
                     const struct kv_batch *first, char *err, size_t err_size)
{
    struct kv_store *kv;
    char *path;
    int r = prepare_folder(mon_data, err, err_size);

    if (r)
        return r;
    path = kv_path(mon_data);
    if (!path) {
        snprintf(err, err_size, "%s: no memory", mon_data);
        return -ENOMEM;
    }
    r = kv_store_open(kind, path, KV_CREATE, &kv, err, err_size);
    free(path);
    if (r)
        return r;
    r = write_stamps(kv, fsid, name, first, err, err_size);
    kv_store_close(kv);
    return r;
}
