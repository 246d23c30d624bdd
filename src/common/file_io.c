/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK 65536

static int read_fd(int fd, size_t max, uint8_t **data, size_t *len)
{
    size_t room = 0;
    uint8_t *bytes = NULL;

    for (*len = 0;;) {
        ssize_t n;

        if (room - *len < 2) { /* one byte of it is the NUL's */
            uint8_t *more = realloc(bytes, room + READ_CHUNK);
            if (!more) {
                free(bytes);
                return -ENOMEM;
            }
            bytes = more;
            room += READ_CHUNK;
        }
        n = read(fd, bytes + *len, room - *len - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || *len + (size_t)n > max) {
            int err = n < 0 ? -errno : -EFBIG;
            free(bytes);
            return err;
        }
        if (n == 0)
            break;
        *len += (size_t)n;
    }
    bytes[*len] = 0;
    *data = bytes;
    return 0;
}

int file_read(const char *path, size_t max, uint8_t **data, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), r;

    *data = NULL;
    if (fd < 0)
        return -errno;
    r = read_fd(fd, max, data, len);
    close(fd);
    return r;
}

int fd_write(int fd, const void *data, size_t len)
{
    const uint8_t *p = data;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? -errno : -EIO;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_in_place(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = fd_write(fd, data, len);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}

static mode_t current_umask(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return mask;
}

int file_sync_name(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1, r = 0;

    if (!copy)
        return -ENOMEM;
    if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL)) /* EINVAL: there is nothing to sync */
        r = -errno;
    if (fd >= 0)
        close(fd);
    free(copy);
    return r;
}

static int write_beside(const char *path, const void *data, size_t len, mode_t mode)
{
    char *temp;
    int fd, r;

    if (asprintf(&temp, "%s.XXXXXX", path) < 0)
        return -ENOMEM;
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        r = -errno;
        free(temp);
        return r;
    }
    r = fd_write(fd, data, len);
    if (r == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && rename(temp, path) < 0)
        r = -errno;
    if (r < 0)
        unlink(temp);
    else
        r = file_sync_name(path);
    free(temp);
    return r;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode)
{
    char *real = realpath(path, NULL); /* the file that a link names is replaced, not the link */
    struct stat st;
    int r;

    if (real && stat(real, &st) == 0 && !S_ISREG(st.st_mode))
        r = S_ISDIR(st.st_mode) ? -EISDIR : write_in_place(real, data, len);
    else if (real)
        r = write_beside(real, data, len, st.st_mode & 07777);
    else if (errno == ENOENT)
        r = write_beside(path, data, len, mode & ~current_umask());
    else
        r = -errno;
    free(real);
    return r;
}
