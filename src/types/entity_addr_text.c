/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses as people write and read them. */
#include "types/entity_addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    uint32_t type;
    const char *name;
} type_names[] = {
    {ENTITY_ADDR_NONE, "none"}, {ENTITY_ADDR_V1, "v1"},     {ENTITY_ADDR_V2, "v2"},
    {ENTITY_ADDR_ANY, "any"},   {ENTITY_ADDR_RDMA, "rdma"},
};

const char *entity_addr_type_name(uint32_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
        if (type_names[i].type == type)
            return type_names[i].name;
    return "???";
}

/* Without a family genuine tools say so in these words, and programs look for them. */
const char *entity_addr_print_place(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX])
{
    char ip[INET6_ADDRSTRLEN];

    if (a->sa.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a->sin.sin_addr, ip, sizeof(ip));
        snprintf(buf, ENTITY_ADDR_TEXT_MAX, "%s:%u", ip, entity_addr_port(a));
    } else if (a->sa.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &a->sin6.sin6_addr, ip, sizeof(ip));
        snprintf(buf, ENTITY_ADDR_TEXT_MAX, "[%s]:%u", ip, entity_addr_port(a));
    } else {
        strcpy(buf, "(unrecognized address family 0)");
    }
    return buf;
}

const char *entity_addr_print_bare(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX])
{
    size_t len = strlen(entity_addr_print_place(a, buf));

    snprintf(buf + len, ENTITY_ADDR_TEXT_MAX - len, "/%u", a->nonce);
    return buf;
}

/* The longest: "rdma:" and "[" ip "]:65535/4294967295". */
_Static_assert(ENTITY_ADDR_TEXT_MAX >= 5 + INET6_ADDRSTRLEN + 20, "an address fits its text");

const char *entity_addr_print(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX])
{
    char bare[ENTITY_ADDR_TEXT_MAX];
    size_t len = 0;

    if (a->type == ENTITY_ADDR_NONE)
        return strcpy(buf, "-");
    if (a->type != ENTITY_ADDR_ANY) /* of which genuine tools do not print the type */
        len = (size_t)sprintf(buf, "%s:", entity_addr_type_name(a->type));
    strcpy(buf + len, entity_addr_print_bare(a, bare));
    return buf;
}

char *entity_addrvec_print(const struct entity_addrvec *v)
{
    char one[ENTITY_ADDR_TEXT_MAX];
    size_t used = 0, room = (size_t)v->count * (ENTITY_ADDR_TEXT_MAX + 1) + 3;
    char *text;

    if (v->count == 0)
        return strdup("-");
    if (v->count == 1)
        return strdup(entity_addr_print(v->addrs, one));
    text = malloc(room);
    if (!text)
        return NULL;
    for (unsigned i = 0; i < v->count; i++)
        used += (size_t)snprintf(text + used, room - used, "%c%s", i == 0 ? '[' : ',',
                                 entity_addr_print(&v->addrs[i], one));
    snprintf(text + used, room - used, "]");
    return text;
}

/* One text that is being read. p only moves on over what has been understood. */
struct reader {
    const char *text, *p;
    char *err;
    size_t err_size;
};

static PRINTF_LIKE(3, 4) int reject(const struct reader *r, const char *at, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (r->err_size == 0)
        return -EINVAL;
    if (*at == '\0')
        n = snprintf(r->err, r->err_size, "at the end (character %td): ", at - r->text + 1);
    else if (*at >= ' ' && *at <= '~')
        n = snprintf(r->err, r->err_size, "character %td ('%c'): ", at - r->text + 1, *at);
    else
        n = snprintf(r->err, r->err_size, "character %td (byte 0x%02x): ", at - r->text + 1, (uint8_t)*at);
    if (n >= 0 && (size_t)n < r->err_size) {
        va_start(ap, fmt);
        vsnprintf(r->err + n, r->err_size - (size_t)n, fmt, ap);
        va_end(ap);
    }
    return -EINVAL;
}

/* A decimal number up to max, at least one digit. */
static int read_number(struct reader *r, uint32_t max, const char *what, uint32_t *out)
{
    const char *start = r->p;
    uint64_t n = 0;

    if (*r->p < '0' || *r->p > '9')
        return reject(r, r->p, "expected a %s", what);
    for (; *r->p >= '0' && *r->p <= '9'; r->p++) {
        n = n * 10 + (unsigned)(*r->p - '0');
        if (n > max)
            return reject(r, start, "the %s is above %u", what, max);
    }
    *out = (uint32_t)n;
    return 0;
}

static int read_type(struct reader *r, uint32_t *type)
{
    size_t word = strspn(r->p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    if (r->p[word] != ':')
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
        const char *name = type_names[i].name;
        if (type_names[i].type != ENTITY_ADDR_NONE && strlen(name) == word && !memcmp(name, r->p, word)) {
            *type = type_names[i].type;
            r->p += word + 1;
            return 0;
        }
    }
    if (strspn(r->p, "0123456789abcdefABCDEF") < word) /* "fe80:..." is no prefix */
        return reject(r, r->p, "'%.*s' is no address type (v1, v2, any, rdma)", word < 32 ? (int)word : 32,
                      r->p);
    return 0;
}

static int read_ipv4(struct reader *r, struct in_addr *ip)
{
    uint8_t *bytes = (uint8_t *)ip;

    for (int i = 0; i < 4; i++) {
        uint32_t n;
        int err;

        if (i > 0) {
            if (*r->p != '.')
                return reject(r, r->p, "expected a '.' of an IPv4 address");
            r->p++;
        }
        err = read_number(r, 255, "number of an IPv4 address", &n);
        if (err < 0)
            return err;
        bytes[i] = (uint8_t)n;
    }
    return 0;
}

/* Where inet_pton() stopped liking it; it does not say so itself. */
static const char *ipv6_fault(const char *text, size_t len)
{
    unsigned groups = 0, digits = 0, doubles = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.') /* an IPv4 tail, judged as a whole */
            return text + i;
        if (text[i] != ':') {
            if (++digits > 4)
                return text + i;
            continue;
        }
        if (i > 0 && text[i - 1] == ':' && ++doubles > 1)
            return text + i;
        if (digits > 0 && ++groups > 7)
            return text + i;
        digits = 0;
    }
    return text + len;
}

static int read_ipv6(struct reader *r, size_t len, struct in6_addr *ip)
{
    char text[INET6_ADDRSTRLEN];

    if (len < sizeof(text)) {
        memcpy(text, r->p, len);
        text[len] = '\0';
        if (inet_pton(AF_INET6, text, ip) == 1) {
            r->p += len;
            return 0;
        }
    }
    return reject(r, ipv6_fault(r->p, len), "not an IPv6 address");
}

static int read_ip(struct reader *r, struct entity_addr *a)
{
    bool bracket = *r->p == '[';
    size_t span = strspn(r->p + bracket, "0123456789abcdefABCDEF:.");
    const char *colon = memchr(r->p + bracket, ':', span);
    int err;

    if (!bracket && !(colon && memchr(colon + 1, ':', span - (size_t)(colon + 1 - r->p)))) {
        a->sin.sin_family = AF_INET;
        return read_ipv4(r, &a->sin.sin_addr);
    }
    r->p += bracket;
    a->sin6.sin6_family = AF_INET6;
    err = read_ipv6(r, span, &a->sin6.sin6_addr);
    if (err < 0 || !bracket)
        return err;
    if (*r->p != ']')
        return reject(r, r->p, "expected a ']' behind the IPv6 address");
    r->p++;
    return 0;
}

static int read_addr(struct reader *r, struct entity_addr *a, uint32_t default_type)
{
    uint32_t port;
    int err;

    memset(a, 0, sizeof(*a));
    if (*r->p == '-') {
        r->p++;
        return 0;
    }
    a->type = default_type;
    err = read_type(r, &a->type);
    if (err == 0)
        err = read_ip(r, a);
    if (err == 0 && *r->p == ':') {
        r->p++;
        err = read_number(r, UINT16_MAX, "port", &port);
        if (err == 0)
            entity_addr_set_port(a, (uint16_t)port);
    }
    if (err == 0 && *r->p == '/') {
        r->p++;
        err = read_number(r, UINT32_MAX, "nonce", &a->nonce);
    }
    return err;
}

static int finish(struct reader *r, const char **end)
{
    if (end)
        *end = r->p;
    else if (*r->p != '\0')
        return reject(r, r->p, "unexpected behind an address");
    return 0;
}

int entity_addr_parse(struct entity_addr *a, const char *text, uint32_t default_type, const char **end,
                      char *err, size_t err_size)
{
    struct reader r = {.text = text, .p = text, .err = err, .err_size = err_size};
    int ret = read_addr(&r, a, default_type);

    return ret < 0 ? ret : finish(&r, end);
}

/* "[2001:db8::1]:6789" is one address with its ip in brackets, "[192.0.2.1:6789]" and "[v1:...]" are lists.
 */
static bool is_list(const char *p)
{
    size_t span;
    const char *colon;

    if (*p++ != '[')
        return false;
    span = strspn(p, "0123456789abcdefABCDEF:.");
    colon = memchr(p, ':', span);
    return p[span] != ']' || !colon || !memchr(colon + 1, ':', span - (size_t)(colon + 1 - p));
}

static int read_list(struct reader *r, struct entity_addrvec *v, uint32_t default_type)
{
    do {
        struct entity_addr a;
        const char *start = ++r->p; /* behind '[' or ',' */
        int err = read_addr(r, &a, default_type);

        if (err == 0 && !entity_addr_is_blank(&a)) {
            err = entity_addrvec_push(v, &a);
            if (err == -E2BIG)
                err = reject(r, start, "more than %d addresses", ENTITY_ADDRVEC_MAX);
        }
        if (err < 0)
            return err;
    } while (*r->p == ',');
    if (*r->p != ']')
        return reject(r, r->p, "expected ',' or ']' in a list of addresses");
    r->p++;
    return 0;
}

int entity_addrvec_parse(struct entity_addrvec *v, const char *text, uint32_t default_type, const char **end,
                         char *err, size_t err_size)
{
    struct reader r = {.text = text, .p = text, .err = err, .err_size = err_size};
    int ret;

    entity_addrvec_init(v);
    if (is_list(text)) {
        ret = read_list(&r, v, default_type);
    } else {
        struct entity_addr a;
        ret = read_addr(&r, &a, default_type);
        if (ret == 0 && !entity_addr_is_blank(&a))
            ret = entity_addrvec_push(v, &a);
    }
    if (ret == 0)
        ret = finish(&r, end);
    if (ret < 0)
        entity_addrvec_destroy(v);
    return ret;
}
