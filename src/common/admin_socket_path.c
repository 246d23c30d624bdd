/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/admin_socket_path.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/admin_socket.h"
#include "common/bytes.h"
#include "common/clock.h"

#define ANSWER_MAX (256u << 20)

static int path_address(const char *path, struct sockaddr_un *sun, char **err)
{
    memset(sun, 0, sizeof(*sun));
    sun->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(sun->sun_path))
        return err_set(err, -ENAMETOOLONG, "admin socket %s: a path of at most %zu bytes is possible", path,
                       sizeof(sun->sun_path) - 1);
    memcpy(sun->sun_path, path, strlen(path));
    return 0;
}

/* Whether anybody accepts there. A socket that is full has somebody, too. */
static bool answers(const struct sockaddr_un *sun)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive = fd >= 0 && (!connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return alive;
}

int admin_socket_listen(const char *path, int mode, int *fd, ino_t *inode, char **err)
{
    struct sockaddr_un sun;
    struct stat st;
    int s, r = path_address(path, &sun, err);

    if (r)
        return r;
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_set(err, -errno, "admin socket: %s", strerror(errno));
    if (bind(s, (struct sockaddr *)&sun, sizeof(sun))) {
        r = -errno;
        if (r == -EADDRINUSE && !lstat(path, &st) && S_ISSOCK(st.st_mode) && !answers(&sun) && !unlink(path))
            r = bind(s, (struct sockaddr *)&sun, sizeof(sun)) ? -errno : 0;
        if (r == -EADDRINUSE) {
            err_set(err, r, "admin socket %s is in use: is another daemon of this name running?", path);
            goto fail;
        }
        if (r) {
            err_set(err, r, "cannot make admin socket %s: %s", path, strerror(-r));
            goto fail;
        }
    }
    if ((mode >= 0 && chmod(path, (mode_t)mode)) || listen(s, 16) || lstat(path, &st)) {
        r = err_set(err, -errno, "admin socket %s: %s", path, strerror(errno));
        unlink(path);
        goto fail;
    }
    *fd = s;
    *inode = st.st_ino;
    return 0;
fail:
    close(s);
    return r;
}

void admin_socket_remove(const char *path, ino_t inode)
{
    struct stat st;

    if (!lstat(path, &st) && S_ISSOCK(st.st_mode) && st.st_ino == inode)
        unlink(path);
}

/* Waits until fd is ready for events or the time is up. */
static int wait_ready(int fd, short events, uint64_t deadline_ns)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        uint64_t now = clock_monotonic_ns();
        int n, ms = -1;

        if (deadline_ns != UINT64_MAX)
            ms = now >= deadline_ns ? 0 : (int)((deadline_ns - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
        n = poll(&p, 1, ms);
        if (n > 0)
            return 0;
        if (n == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

/* Sends or receives as many bytes. */
static int move_all(int fd, short direction, void *bytes, size_t len, uint64_t deadline_ns)
{
    char *p = bytes;

    while (len) {
        ssize_t n;
        int r = wait_ready(fd, direction, deadline_ns);
        if (r)
            return r;
        n = direction == POLLOUT ? send(fd, p, len, MSG_NOSIGNAL) : recv(fd, p, len, 0);
        if (n == 0)
            return -ECONNRESET;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static int exchange(int fd, const char *request, uint64_t deadline_ns, char **answer, size_t *len)
{
    uint8_t head[4];
    uint32_t n;
    int r = move_all(fd, POLLOUT, (void *)request, strlen(request) + 1, deadline_ns);

    if (!r)
        r = move_all(fd, POLLIN, head, sizeof(head), deadline_ns);
    if (r)
        return r;
    n = get_be32(head);
    if (n > ANSWER_MAX)
        return -EBADMSG;
    *answer = malloc((size_t)n + 1);
    if (!*answer)
        return -ENOMEM;
    r = move_all(fd, POLLIN, *answer, n, deadline_ns);
    if (r) {
        free(*answer);
        *answer = NULL;
        return r;
    }
    (*answer)[n] = '\0';
    *len = n;
    return 0;
}

/* A daemon that is busy accepting others says EAGAIN, and nothing tells when it has room: ask again. */
static int connect_until(int fd, const struct sockaddr_un *sun, uint64_t deadline)
{
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};

    while (connect(fd, (const struct sockaddr *)sun, sizeof(*sun))) {
        if (errno != EAGAIN || clock_monotonic_ns() >= deadline)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        nanosleep(&pause, NULL);
    }
    return 0;
}

int admin_socket_ask(const char *path, const char *request, int timeout_ms, char **answer, size_t *len,
                     char **err)
{
    uint64_t deadline =
        timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ns() + (uint64_t)timeout_ms * NSEC_PER_MSEC;
    struct sockaddr_un sun;
    int fd, r = path_address(path, &sun, err);

    *answer = NULL;
    if (r)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    r = fd < 0 ? -errno : connect_until(fd, &sun, deadline);
    if (r == 0)
        r = exchange(fd, request, deadline, answer, len);
    if (fd >= 0)
        close(fd);
    return r ? err_set(err, r, "admin socket %s: %s", path, strerror(-r)) : 0;
}
