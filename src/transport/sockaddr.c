/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/sockaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

const char *sockaddr_print(const struct sockaddr *sa, char text[SOCKADDR_TEXT_MAX])
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
    char ip[INET6_ADDRSTRLEN] = "";

    switch (sa->sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &in->sin_addr, ip, sizeof(ip));
        snprintf(text, SOCKADDR_TEXT_MAX, "%s:%u", ip, ntohs(in->sin_port));
        break;
    case AF_INET6:
        inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof(ip));
        snprintf(text, SOCKADDR_TEXT_MAX, "[%s]:%u", ip, ntohs(in6->sin6_port));
        break;
    default:
        snprintf(text, SOCKADDR_TEXT_MAX, "-");
    }
    return text;
}

uint16_t sockaddr_port(const struct sockaddr *sa)
{
    switch (sa->sa_family) {
    case AF_INET:
        return ntohs(((const struct sockaddr_in *)sa)->sin_port);
    case AF_INET6:
        return ntohs(((const struct sockaddr_in6 *)sa)->sin6_port);
    default:
        return 0;
    }
}

socklen_t sockaddr_len(const struct sockaddr *sa)
{
    switch (sa->sa_family) {
    case AF_INET:
        return sizeof(struct sockaddr_in);
    case AF_INET6:
        return sizeof(struct sockaddr_in6);
    default:
        return 0;
    }
}

bool sockaddr_equal(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a->sa_family != b->sa_family || sockaddr_port(a) != sockaddr_port(b))
        return false;
    switch (a->sa_family) {
    case AF_INET:
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    case AF_INET6:
        return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                       &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr));
    default:
        return false;
    }
}

void sockaddr_unmap(struct sockaddr_storage *ss)
{
    struct sockaddr_in6 in6;
    struct sockaddr_in in = {.sin_family = AF_INET};

    memcpy(&in6, ss, sizeof(in6));
    if (in6.sin6_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return;
    in.sin_port = in6.sin6_port;
    memcpy(&in.sin_addr, &in6.sin6_addr.s6_addr[12], sizeof(in.sin_addr));
    memset(ss, 0, sizeof(*ss));
    memcpy(ss, &in, sizeof(in));
}
