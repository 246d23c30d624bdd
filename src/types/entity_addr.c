/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/entity_addr.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/bytes.h"
#include "include/ceph_features.h"

/* The families' numbers on the wire are Linux's on every platform. */
#define WIRE_AF_INET  2
#define WIRE_AF_INET6 10

#define WIRE_SIN_LEN  16
#define WIRE_SIN6_LEN 28

#define MARKER_LEGACY 0
#define MARKER_ADDR2  1

bool entity_addr_is_blank(const struct entity_addr *a)
{
    return a->type == ENTITY_ADDR_NONE && a->nonce == 0 && a->sa.sa_family == AF_UNSPEC;
}

bool entity_addr_is_blank_ip(const struct entity_addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return a->sin.sin_addr.s_addr == htonl(INADDR_ANY);
    case AF_INET6:
        return IN6_IS_ADDR_UNSPECIFIED(&a->sin6.sin6_addr);
    default:
        return true;
    }
}

uint16_t entity_addr_port(const struct entity_addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return ntohs(a->sin.sin_port);
    case AF_INET6:
        return ntohs(a->sin6.sin6_port);
    default:
        return 0;
    }
}

void entity_addr_set_port(struct entity_addr *a, uint16_t port)
{
    if (a->sa.sa_family == AF_INET)
        a->sin.sin_port = htons(port);
    else if (a->sa.sa_family == AF_INET6)
        a->sin6.sin6_port = htons(port);
}

void entity_addr_set_sockaddr(struct entity_addr *a, const struct sockaddr *sa)
{
    memset(&a->sin6, 0, sizeof(a->sin6));
    if (sa->sa_family == AF_INET) {
        memcpy(&a->sin, sa, sizeof(a->sin));
        memset(a->sin.sin_zero, 0, sizeof(a->sin.sin_zero));
    } else if (sa->sa_family == AF_INET6) {
        memcpy(&a->sin6, sa, sizeof(a->sin6));
    }
}

socklen_t entity_addr_socklen(const struct entity_addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return sizeof(a->sin);
    case AF_INET6:
        return sizeof(a->sin6);
    default:
        return 0;
    }
}

bool entity_addr_same_ip(const struct entity_addr *a, const struct entity_addr *b)
{
    if (a->sa.sa_family != b->sa.sa_family)
        return false;
    switch (a->sa.sa_family) {
    case AF_INET:
        return a->sin.sin_addr.s_addr == b->sin.sin_addr.s_addr;
    case AF_INET6:
        return IN6_ARE_ADDR_EQUAL(&a->sin6.sin6_addr, &b->sin6.sin6_addr);
    default:
        return true;
    }
}

bool entity_addr_equal(const struct entity_addr *a, const struct entity_addr *b)
{
    return a->type == b->type && a->nonce == b->nonce && entity_addr_port(a) == entity_addr_port(b) &&
           entity_addr_same_ip(a, b);
}

static uint16_t wire_family(const struct entity_addr *a)
{
    switch (a->sa.sa_family) {
    case AF_INET:
        return WIRE_AF_INET;
    case AF_INET6:
        return WIRE_AF_INET6;
    default:
        return 0;
    }
}

/* What follows the family in a sockaddr; the rest of out becomes zero. */
static void put_sockaddr_rest(const struct entity_addr *a, uint8_t out[static WIRE_SIN6_LEN - 2])
{
    memset(out, 0, WIRE_SIN6_LEN - 2);
    if (a->sa.sa_family == AF_INET) {
        memcpy(out, &a->sin.sin_port, 2);
        memcpy(out + 2, &a->sin.sin_addr, 4);
    } else if (a->sa.sa_family == AF_INET6) {
        memcpy(out, &a->sin6.sin6_port, 2);
        memcpy(out + 2, &a->sin6.sin6_flowinfo, 4);
        memcpy(out + 6, &a->sin6.sin6_addr, 16);
        put_le32(out + 22, a->sin6.sin6_scope_id);
    }
}

static void get_sockaddr_rest(struct entity_addr *a, uint16_t family,
                              const uint8_t in[static WIRE_SIN6_LEN - 2])
{
    memset(&a->sin6, 0, sizeof(a->sin6));
    if (family == WIRE_AF_INET) {
        a->sin.sin_family = AF_INET;
        memcpy(&a->sin.sin_port, in, 2);
        memcpy(&a->sin.sin_addr, in + 2, 4);
    } else if (family == WIRE_AF_INET6) {
        a->sin6.sin6_family = AF_INET6;
        memcpy(&a->sin6.sin6_port, in, 2);
        memcpy(&a->sin6.sin6_flowinfo, in + 2, 4);
        memcpy(&a->sin6.sin6_addr, in + 6, 16);
        a->sin6.sin6_scope_id = get_le32(in + 22);
    }
}

/* Genuine Ceph compares its structure in memory on a little-endian host; these are those bytes. */
static void put_order_key(const struct entity_addr *a, uint8_t key[static 10 + WIRE_SIN6_LEN - 2])
{
    put_le32(key, a->type);
    put_le32(key + 4, a->nonce);
    put_le16(key + 8, wire_family(a));
    put_sockaddr_rest(a, key + 10);
}

int entity_addr_compare(const struct entity_addr *a, const struct entity_addr *b)
{
    uint8_t key_a[10 + WIRE_SIN6_LEN - 2], key_b[10 + WIRE_SIN6_LEN - 2];

    put_order_key(a, key_a);
    put_order_key(b, key_b);
    return memcmp(key_a, key_b, sizeof(key_a));
}

void entity_addr_encode_legacy(const struct entity_addr *a, struct encode *e)
{
    uint8_t rest[WIRE_SIN6_LEN - 2];
    uint16_t family = wire_family(a);

    if (a->type == ENTITY_ADDR_RDMA || a->type == ENTITY_ADDR_V2) {
        encode_zeroes(e, ENTITY_ADDR_LEGACY_LEN);
        return;
    }
    put_sockaddr_rest(a, rest);
    encode_u32(e, 0);
    encode_u32(e, a->nonce);
    encode_u8(e, (uint8_t)(family >> 8));
    encode_u8(e, (uint8_t)family);
    encode_bytes(e, rest, sizeof(rest));
    encode_zeroes(e, ENTITY_ADDR_LEGACY_LEN - 10 - sizeof(rest));
}

static void encode_addr2(const struct entity_addr *a, uint32_t type, struct encode *e)
{
    uint8_t rest[WIRE_SIN6_LEN - 2];
    uint16_t family = wire_family(a);
    /* Genuine Ceph writes a blank address as long as the longest one. */
    uint32_t len = family == WIRE_AF_INET ? WIRE_SIN_LEN : WIRE_SIN6_LEN;
    size_t at;

    put_sockaddr_rest(a, rest);
    encode_u8(e, MARKER_ADDR2);
    at = encode_begin_struct(e, 1, 1);
    encode_u32(e, type);
    encode_u32(e, a->nonce);
    encode_u32(e, len);
    encode_u16(e, family);
    encode_bytes(e, rest, len - 2);
    encode_end_struct(e, at);
}

void entity_addr_encode(const struct entity_addr *a, uint64_t features, struct encode *e)
{
    uint32_t type = a->type;

    if (!ceph_has_feature(features, CEPH_FEATURE_MSG_ADDR2)) {
        entity_addr_encode_legacy(a, e);
        return;
    }
    if (type == ENTITY_ADDR_ANY && !ceph_has_feature(features, CEPH_FEATURE_SERVER_NAUTILUS))
        type = ENTITY_ADDR_V1;
    encode_addr2(a, type, e);
}

void entity_addr_encode_slot(const struct entity_addr *a, struct encode *e)
{
    size_t start = e->len;

    if (a->type != ENTITY_ADDR_RDMA) {
        entity_addr_encode_legacy(a, e);
        return;
    }
    encode_addr2(a, a->type, e);
    if (!encode_error(e))
        encode_zeroes(e, start + ENTITY_ADDR_LEGACY_LEN - e->len);
}

/* Behind the marker byte. */
static void decode_legacy(struct entity_addr *a, struct decode *d)
{
    uint8_t rest[ENTITY_ADDR_LEGACY_LEN - 10];
    uint16_t family;

    decode_take(d, 3);
    a->nonce = decode_u32(d);
    family = (uint16_t)(decode_u8(d) << 8);
    family |= decode_u8(d);
    decode_bytes(d, rest, sizeof(rest));
    if (family != 0 && family != WIRE_AF_INET && family != WIRE_AF_INET6)
        decode_fail(d, -EBADMSG);
    get_sockaddr_rest(a, family, rest);
    a->type = a->sa.sa_family == AF_UNSPEC ? ENTITY_ADDR_NONE : ENTITY_ADDR_V1;
}

static void decode_addr2(struct entity_addr *a, struct decode *d)
{
    uint8_t rest[WIRE_SIN6_LEN - 2] = {0};
    struct decode body;
    uint32_t len;
    uint16_t family = 0;
    uint8_t v;

    body = decode_struct(d, 1, &v);
    a->type = decode_u32(&body);
    a->nonce = decode_u32(&body);
    len = decode_u32(&body);
    if (len > 0) {
        uint32_t room;
        family = decode_u16(&body);
        room = family == WIRE_AF_INET ? WIRE_SIN_LEN : WIRE_SIN6_LEN;
        if (len < 2 || len > room || (family != 0 && family != WIRE_AF_INET && family != WIRE_AF_INET6))
            decode_fail(&body, -EBADMSG);
        else
            decode_bytes(&body, rest, len - 2);
    }
    get_sockaddr_rest(a, family, rest);
    decode_end(d, &body);
}

void entity_addr_decode(struct entity_addr *a, struct decode *d)
{
    memset(a, 0, sizeof(*a));
    switch (decode_u8(d)) {
    case MARKER_LEGACY:
        decode_legacy(a, d);
        break;
    case MARKER_ADDR2:
        decode_addr2(a, d);
        break;
    default:
        decode_fail(d, -EBADMSG);
    }
    if (decode_error(d))
        memset(a, 0, sizeof(*a));
}

void entity_addr_decode_slot(struct entity_addr *a, struct decode *d)
{
    const uint8_t *bytes = decode_take(d, ENTITY_ADDR_LEGACY_LEN);
    struct decode slot;

    memset(a, 0, sizeof(*a));
    if (!bytes)
        return;
    decode_init(&slot, bytes, ENTITY_ADDR_LEGACY_LEN);
    entity_addr_decode(a, &slot);
    decode_end(d, &slot);
}
