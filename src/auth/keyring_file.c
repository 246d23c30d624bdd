/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keyrings in files, and where to look for the key that the configuration means. See auth/keyring.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/keyring.h"
#include "common/conf.h"
#include "common/file_io.h"
#include "common/log.h"

/* ---- reading ---- */

static void warn_of_mode(const char *path, mode_t mode)
{
    if (S_ISREG(mode) && (mode & (S_IRWXO | S_IWGRP)))
        derr(auth, "%s has mode %04o: others than its owner can %s the keys in it; it should be 0600", path,
             mode & 07777, mode & S_IROTH ? "read" : "change");
}

/* The bytes of a file; the caller wipes and frees them. */
static int read_file(const char *path, uint8_t **bytes, size_t *len, char **err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
    struct stat st;
    ssize_t n = 1;

    *bytes = NULL;
    *len = 0;
    if (fd < 0 || fstat(fd, &st)) {
        r = -errno;
        if (fd >= 0)
            close(fd);
        return err_set(err, r, "can't open %s: %s", path, strerror(-r));
    }
    warn_of_mode(path, st.st_mode);
    if (st.st_size > KEYRING_FILE_MAX)
        r = err_set(err, -EFBIG, "%s is too large for a keyring", path);
    else if (!(*bytes = malloc(KEYRING_FILE_MAX)))
        r = -ENOMEM;
    while (r == 0 && n > 0 && *len < KEYRING_FILE_MAX) {
        n = read(fd, *bytes + *len, KEYRING_FILE_MAX - *len);
        if (n > 0)
            *len += (size_t)n;
        else if (n < 0 && errno != EINTR)
            r = err_set(err, -errno, "can't read %s: %s", path, strerror(errno));
    }
    close(fd);
    return r;
}

static void wipe_file(uint8_t *bytes, size_t len)
{
    if (bytes)
        explicit_bzero(bytes, len);
    free(bytes);
}

int keyring_read(struct keyring *k, const char *path, char **err)
{
    uint8_t *bytes;
    size_t len;
    int r = read_file(path, &bytes, &len, err);

    if (r == 0)
        r = keyring_parse(k, path, bytes, len, err);
    wipe_file(bytes, len);
    return r;
}

/* ---- writing ---- */

/* Owner and mode of a file that is there are kept. */
static int write_temporary(int fd, const char *path, mode_t mode, const struct strbuf *text)
{
    struct stat st;
    int r = 0;

    if (stat(path, &st) == 0) {
        mode = mode ? mode : st.st_mode & 07777;
        if ((st.st_uid != geteuid() || st.st_gid != getegid()) && fchown(fd, st.st_uid, st.st_gid))
            r = -errno;
    }
    if (r == 0 && fchmod(fd, mode ? mode : 0600))
        r = -errno;
    if (r == 0)
        r = fd_write(fd, strbuf_text(text), text->len);
    return r || fsync(fd) == 0 ? r : -errno;
}

int keyring_write(const struct keyring *k, const char *path, mode_t mode, char **err)
{
    struct strbuf text = STRBUF_SECRET_INIT;
    char *temporary = NULL;
    int fd = -1, r = 0;

    keyring_print(k, &text);
    if (text.failed || asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        strbuf_destroy(&text);
        return -ENOMEM;
    }
    fd = mkostemp(temporary, O_CLOEXEC); /* made with mode 0600 */
    r = fd < 0 ? -errno : write_temporary(fd, path, mode, &text);
    if (fd >= 0)
        close(fd);
    if (r == 0 && rename(temporary, path))
        r = -errno;
    if (r && fd >= 0)
        unlink(temporary);
    free(temporary);
    strbuf_destroy(&text);
    return r ? err_set(err, r, "can't write %s: %s", path, strerror(-r)) : 0;
}

/* ---- by configuration ---- */

static int find_readable(char *list, const char **path)
{
    char *save, *p;

    for (p = strtok_r(list, ",; \t", &save); p; p = strtok_r(NULL, ",; \t", &save)) {
        int fd = open(p, O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
            close(fd);
            *path = p;
            return 0;
        }
        if (errno != ENOENT && errno != ENOTDIR)
            derr(auth, "can't open the keyring %s: %s", p, strerror(errno));
    }
    return -ENOENT;
}

int keyring_load(const struct conf *conf, struct keyring *k, char **err)
{
    char *list = conf_str(conf, OPT_keyring), *copy = strdup(list);
    const char *path;
    int r = copy ? find_readable(copy, &path) : -ENOMEM;

    keyring_init(k);
    if (r == -ENOENT)
        err_set(err, r, "unable to find a keyring on %s", list);
    else if (r == 0)
        r = keyring_read(k, path, err);
    if (r)
        keyring_destroy(k);
    free(copy);
    free(list);
    return r;
}

static int read_keyfile(const char *path, struct crypto_key *key, char **err)
{
    uint8_t *bytes;
    size_t len;
    int r = read_file(path, &bytes, &len, err);

    while (r == 0 && len > 0 && strchr(" \t\r\n", bytes[len - 1]))
        len--;
    if (r == 0 && len < CRYPTO_KEY_TEXT_MAX) {
        char text[CRYPTO_KEY_TEXT_MAX] = "";

        memcpy(text, bytes, len);
        r = crypto_key_parse(key, text);
        explicit_bzero(text, sizeof(text));
    } else if (r == 0) {
        r = -EINVAL;
    }
    if (r == -EINVAL)
        err_set(err, r, "%s does not hold a key in base64", path);
    wipe_file(bytes, len);
    return r;
}

static int find_in_keyring(const struct conf *conf, const struct entity_id *name, struct crypto_key *key,
                           char **err)
{
    const struct keyring_entry *e;
    struct keyring k;
    int r = keyring_load(conf, &k, err);

    if (r)
        return r;
    e = keyring_find(&k, name);
    if (e && crypto_key_is_usable(&e->key))
        *key = e->key;
    else
        r = err_set(err, -ENOENT, "the keyring has no key of %s.%s", entity_type_name(name->type), name->id);
    keyring_destroy(&k);
    return r;
}

int keyring_find_key(const struct conf *conf, const struct entity_id *name, struct crypto_key *key,
                     char **err)
{
    char *text;
    int r;

    *key = (struct crypto_key){0};
    if (!conf_str_empty(conf, OPT_key)) {
        text = conf_str(conf, OPT_key);
        r = crypto_key_parse(key, text);
        explicit_bzero(text, strlen(text));
        if (r)
            err_set(err, r, "the option key does not hold a key in base64");
    } else if (!conf_str_empty(conf, OPT_keyfile)) {
        text = conf_str(conf, OPT_keyfile);
        r = read_keyfile(text, key, err);
    } else {
        return find_in_keyring(conf, name, key, err);
    }
    free(text);
    return r;
}
