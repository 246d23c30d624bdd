/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

static int error_of(int gai)
{
    switch (gai) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return -ENOENT;
    case EAI_AGAIN:
        return -EAGAIN;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_SYSTEM:
        return errno ? -errno : -EIO;
    default:
        return -EIO;
    }
}

int resolve_host(const char *host, struct sockaddr_storage *out, unsigned max)
{
    /* One socket type, else every address comes once for each. */
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    unsigned n = 0;
    int r = getaddrinfo(host, NULL, &hints, &list);

    if (r != 0)
        return error_of(r);
    for (struct addrinfo *ai = list; ai && n < max; ai = ai->ai_next) {
        if (ai->ai_family != AF_INET && ai->ai_family != AF_INET6)
            continue;
        memset(&out[n], 0, sizeof(out[n]));
        memcpy(&out[n++], ai->ai_addr, ai->ai_addrlen);
    }
    freeaddrinfo(list);
    return n ? (int)n : -ENOENT;
}
