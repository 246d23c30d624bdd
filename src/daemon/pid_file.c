/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/strbuf.h"

void pid_file_init(struct pid_file *p)
{
    p->path = NULL;
    p->fd = -1;
}

static int refuse_locked(int fd, const char *path, char **err)
{
    char holder[32];
    ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

    holder[n > 0 ? n : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    return err_set(err, -EBUSY, "pid file %s is locked: process %s is running", path, *holder ? holder : "?");
}

/* Opens and locks the file. Its last owner may remove it between the two; then it is another file, and we try
 * again. */
static int open_locked(const char *path, int *out, char **err)
{
    for (;;) {
        struct stat ours, theirs;
        int r, fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0)
            return err_set(err, -errno, "cannot open pid file %s: %s", path, strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB)) {
            r = errno == EWOULDBLOCK
                    ? refuse_locked(fd, path, err)
                    : err_set(err, -errno, "cannot lock pid file %s: %s", path, strerror(errno));
            close(fd);
            return r;
        }
        if (!fstat(fd, &ours) && !stat(path, &theirs) && ours.st_ino == theirs.st_ino &&
            ours.st_dev == theirs.st_dev) {
            *out = fd;
            return 0;
        }
        close(fd);
    }
}

int pid_file_create(struct pid_file *p, const char *path, char **err)
{
    char text[32];
    int fd = -1, n, r = open_locked(path, &fd, err);

    if (r)
        return r;
    errno = 0;
    n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) < n) {
        r = errno ? -errno : -ENOSPC;
        err_set(err, r, "cannot write pid file %s: %s", path, strerror(-r));
        close(fd);
        return r;
    }
    p->path = strdup(path);
    p->fd = fd;
    return 0;
}

void pid_file_remove(struct pid_file *p)
{
    if (p->fd >= 0) {
        /* Where the folder is not ours to remove it from, an empty file says as much. */
        if (p->path && unlink(p->path))
            (void)!ftruncate(p->fd, 0);
        close(p->fd);
    }
    free(p->path);
    pid_file_init(p);
}
