/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "transport/rsockets_options.h"
#include "transport/rsockets_slots.h"

/* The library's own buffer sizes, each way, where ms_rsockets_sndbuf and rcvbuf are 0. */
#define DEFAULT_BUFFER (128u << 10)
/* What it pins besides: control messages and the peer's view of the receive buffer. */
#define PINNED_BESIDES 4096u
/* Descriptors per rsocket, and about how many the rest of a process has. */
#define FDS_EACH 2u
#define FDS_REST 128u
/* Descriptors above this are not taken as rsockets by the library. */
#define FD_MAX 65535u

static char memory_hint[320]; /* in brackets, as it goes behind an error */

uint64_t rsockets_limits_pinned_bytes(void)
{
    const uint64_t snd = rsockets_options.sndbuf ? 2 * (uint64_t)rsockets_options.sndbuf : DEFAULT_BUFFER;
    const uint64_t rcv = rsockets_options.rcvbuf ? 2 * (uint64_t)rsockets_options.rcvbuf : DEFAULT_BUFFER;

    return snd + rcv + PINNED_BESIDES;
}

static bool folder_is_empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    bool empty = true;

    if (!dir)
        return true;
    while (empty && (e = readdir(dir)))
        empty = e->d_name[0] == '.';
    closedir(dir);
    return empty;
}

static int check_node(const char *path, char *err, size_t err_size)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    const int r = fd < 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    if (r == -ENOENT)
        snprintf(err, err_size, "rdma: there is no %s: load the kernel module (modprobe rdma_ucm)", path);
    else if (r == -EACCES || r == -EPERM)
        snprintf(err, err_size,
                 "rdma: no permission to open %s: run as a user of its group (often 'rdma'), or as root",
                 path);
    else if (r)
        snprintf(err, err_size, "rdma: cannot open %s: %s", path, strerror(-r));
    return r;
}

/* At least one of the verbs devices must be ours to open. */
static int check_verbs(char *err, size_t err_size)
{
    char path[300];
    struct dirent *e;
    DIR *dir = opendir("/dev/infiniband");
    int r = -ENOENT;

    if (dir) {
        while (r && (e = readdir(dir))) {
            if (strncmp(e->d_name, "uverbs", 6))
                continue;
            snprintf(path, sizeof(path), "/dev/infiniband/%s", e->d_name);
            r = check_node(path, err, err_size);
        }
        closedir(dir);
    }
    if (r == -ENOENT)
        snprintf(err, err_size,
                 "rdma: there is no /dev/infiniband/uverbs*: load the kernel module (modprobe ib_uverbs)");
    return r;
}

static bool may_pin_without_limit(void)
{
    const unsigned bit = CAP_IPC_LOCK;
    char line[128];
    unsigned long long caps = 0;
    FILE *f = fopen("/proc/self/status", "re");

    if (!f)
        return geteuid() == 0;
    while (fgets(line, sizeof(line), f))
        if (sscanf(line, "CapEff: %llx", &caps) == 1)
            break;
    fclose(f);
    return caps >> bit & 1;
}

static int check_memlock(char *err, size_t err_size)
{
    const unsigned long long each = rsockets_limits_pinned_bytes();
    struct rlimit limit;

    memory_hint[0] = '\0';
    if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY || may_pin_without_limit())
        return 0;
    snprintf(
        memory_hint, sizeof(memory_hint),
        " (each rsocket pins %llu KiB, the limit on locked memory is %llu KiB: enough for %llu connections; "
        "raise it (LimitMEMLOCK=, ulimit -l) or lower ms_rsockets_sndbuf and ms_rsockets_rcvbuf)",
        each >> 10, (unsigned long long)limit.rlim_cur >> 10, (unsigned long long)limit.rlim_cur / each);
    if (limit.rlim_cur < each) {
        snprintf(err, err_size, "rdma: not enough locked memory%s", memory_hint);
        return -ENOMEM;
    }
    if (limit.rlim_cur / each < rsockets_options.max_connections)
        dout(rdma, 0, "not enough locked memory for ms_rsockets_max_connections = %u%s",
             rsockets_options.max_connections, memory_hint);
    return 0;
}

static void check_descriptors(void)
{
    const rlim_t needed = (rlim_t)FDS_EACH * (rsockets_options.max_connections + RSOCKETS_RESERVE) + FDS_REST;
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < needed)
        dout(rdma, 0,
             "the limit of %llu descriptors (LimitNOFILE=, ulimit -n) is too low for "
             "ms_rsockets_max_connections = %u, which take %llu",
             (unsigned long long)limit.rlim_cur, rsockets_options.max_connections,
             (unsigned long long)needed);
    if (needed > FD_MAX)
        dout(rdma, 0, "ms_rsockets_max_connections = %u: librdmacm has no use for descriptors above %u",
             rsockets_options.max_connections, FD_MAX);
}

int rsockets_limits_check(char *err, size_t err_size)
{
    int r;

    if (folder_is_empty("/sys/class/infiniband")) {
        snprintf(
            err, err_size,
            "rdma: this machine has no RDMA device (for soft-RoCE on a network device: modprobe rdma_rxe && "
            "rdma link add rxe0 type rxe netdev NETDEV)");
        return -ENODEV;
    }
    r = check_node("/dev/infiniband/rdma_cm", err, err_size);
    if (!r)
        r = check_verbs(err, err_size);
    if (!r)
        r = check_memlock(err, err_size);
    if (!r)
        check_descriptors();
    return r;
}

const char *rsockets_limits_hint(int error)
{
    return error == -ENOMEM ? memory_hint : "";
}
