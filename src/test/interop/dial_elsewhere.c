/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dial_elsewhere: for LD_PRELOAD. DIAL_ELSEWHERE=FROM:TO sends connections to port FROM to port TO instead,
 * so that a test can stand between two programs which know nothing of it.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

__attribute__((visibility("default"))) int connect(int fd, const struct sockaddr *sa, socklen_t len)
{
    int (*next)(int fd, const struct sockaddr *sa, socklen_t len);
    const char *ports = getenv("DIAL_ELSEWHERE");
    unsigned from, to;
    struct sockaddr_in elsewhere;

    *(void **)&next = dlsym(RTLD_NEXT, "connect");
    if (ports && sscanf(ports, "%u:%u", &from, &to) == 2 && sa->sa_family == AF_INET &&
        len >= (socklen_t)sizeof(elsewhere)) {
        memcpy(&elsewhere, sa, sizeof(elsewhere));
        if (ntohs(elsewhere.sin_port) == from) {
            elsewhere.sin_port = htons((uint16_t)to);
            return next(fd, (const struct sockaddr *)&elsewhere, sizeof(elsewhere));
        }
    }
    return next(fd, sa, len);
}
