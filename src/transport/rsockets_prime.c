/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_prime.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <rdma/rsocket.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "transport/sockaddr.h"

/* Slots that a table gains with each start of its thread. One slot is the thread's own. */
#define GAIN 4u
/* Where nobody listens: a connection to it is refused, after it has been in the table. */
#define NOBODYS_PORT 1
/* A refusal that came at once added nothing; after so many in a row the sure way is taken. */
#define PATIENCE 20

static void set_port(struct sockaddr_storage *ss, uint16_t port)
{
    if (ss->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)ss)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)ss)->sin_port = htons(port);
}

/* Binding tells whether an RDMA device has the address, except for loopback, which binds and never connects.
 */
static bool usable(const struct ifaddrs *i, struct sockaddr_storage *local)
{
    int fd;
    bool ok;

    if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || i->ifa_flags & IFF_LOOPBACK)
        return false;
    if (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6)
        return false;
    memset(local, 0, sizeof(*local));
    memcpy(local, i->ifa_addr, sockaddr_len(i->ifa_addr));
    fd = rsocket(local->ss_family, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    ok = !rbind(fd, (struct sockaddr *)local, sockaddr_len((struct sockaddr *)local));
    rclose(fd);
    return ok;
}

int rsockets_prime_find_address(struct sockaddr_storage *local)
{
    struct ifaddrs *all, *i;
    int r = -EADDRNOTAVAIL;

    if (getifaddrs(&all))
        return -errno;
    /* IPv4 first: link-local IPv6 addresses bind as well, but not everywhere connect. */
    for (i = all; i && r; i = i->ifa_next)
        if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET && usable(i, local))
            r = 0;
    for (i = all; i && r; i = i->ifa_next)
        if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET6 && usable(i, local))
            r = 0;
    freeifaddrs(all);
    return r;
}

/* 1: the table has grown; 0: it has not; or negative errno. */
static int cycle_refused(const struct sockaddr_storage *to)
{
    int r, fd = rsocket(to->ss_family, SOCK_STREAM, 0);

    if (fd < 0)
        return -errno;
    rfcntl(fd, F_SETFL, O_NONBLOCK);
    r = rconnect(fd, (const struct sockaddr *)to, sockaddr_len((const struct sockaddr *)to));
    r = r && errno == EINPROGRESS;
    rclose(fd);
    return r;
}

static int listen_on(struct sockaddr_storage *local)
{
    socklen_t len = sizeof(*local);
    int r, fd = rsocket(local->ss_family, SOCK_STREAM, 0);

    if (fd < 0)
        return -errno;
    set_port(local, 0);
    if (rbind(fd, (struct sockaddr *)local, sockaddr_len((struct sockaddr *)local)) || rlisten(fd, 1) ||
        rgetsockname(fd, (struct sockaddr *)local, &len)) {
        r = -errno;
        rclose(fd);
        return r;
    }
    return fd;
}

/* Slower, but it cannot fail to grow: a connection to ourselves, accepted, and both ends closed. */
static int cycle_accepted(const struct sockaddr_storage *local)
{
    struct sockaddr_storage to = *local;
    int r = 1, accepted, fd, listener = listen_on(&to);

    if (listener < 0)
        return listener;
    fd = rsocket(to.ss_family, SOCK_STREAM, 0);
    if (fd < 0 || rconnect(fd, (struct sockaddr *)&to, sockaddr_len((struct sockaddr *)&to))) {
        r = -errno;
    } else {
        accepted = raccept(listener, NULL, NULL);
        if (accepted < 0)
            r = -errno;
        else
            rclose(accepted);
    }
    if (fd >= 0)
        rclose(fd);
    rclose(listener);
    return r;
}

static int prime_connections(const struct sockaddr_storage *local, unsigned slots)
{
    struct sockaddr_storage to = *local;
    unsigned in_vain = 0;

    set_port(&to, NOBODYS_PORT);
    for (unsigned size = 0; size < slots;) {
        int r = in_vain < PATIENCE ? cycle_refused(&to) : cycle_accepted(local);

        if (r < 0)
            return r;
        in_vain = r ? 0 : in_vain + 1;
        size += r ? GAIN : 0;
    }
    return 0;
}

static int prime_listeners(const struct sockaddr_storage *local, unsigned slots)
{
    struct sockaddr_storage at = *local;

    for (unsigned size = 0; size < slots; size += GAIN) {
        int fd = listen_on(&at);

        if (fd < 0)
            return fd;
        rclose(fd);
    }
    return 0;
}

int rsockets_prime(unsigned connections, unsigned listeners, char *err, size_t err_size)
{
    const uint64_t start = clock_monotonic_ns();
    struct sockaddr_storage local;
    char text[SOCKADDR_TEXT_MAX];
    int r = rsockets_prime_find_address(&local);

    if (r) {
        snprintf(
            err, err_size,
            "rdma: no network interface that is up has both an address and an RDMA device (see 'rdma link')");
        return r;
    }
    sockaddr_print((struct sockaddr *)&local, text);
    r = prime_listeners(&local, listeners + 1);
    if (!r)
        r = prime_connections(&local, connections + 1);
    if (r) {
        snprintf(err, err_size, "rdma: cannot prepare librdmacm by way of %s: %s", text, strerror(-r));
        return r;
    }
    dout(rdma, 1, "librdmacm's tables have room for %u connections and %u listeners (%.0f ms, by way of %s)",
         connections, listeners, (double)(clock_monotonic_ns() - start) / 1e6, text);
    return 0;
}
