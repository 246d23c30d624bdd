/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entity_addr: where an entity listens: a transport type, an IP address and port, and a nonce that tells two
 * incarnations at one place apart. entity_addrvec: all addresses of one entity.
 *
 * Encodings (msgr v1, "Addresses"): the legacy form is 136 bytes with type 0 and a big-endian family, and
 * stands for v1 only; the ADDR2 form carries the type. An rdma address is put on the wire in the ADDR2 form
 * only, as type 16, a number genuine Ceph does not use and keeps when it decodes and encodes again. Pure.
 * Errors: negative errno; text errors come with a line that names the character.
 */
#ifndef CEPH_TYPES_ENTITY_ADDR_H
#define CEPH_TYPES_ENTITY_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

enum entity_addr_type {
    ENTITY_ADDR_NONE = 0,
    ENTITY_ADDR_V1 = 1, /* TCP, msgr v1; genuine Ceph calls it legacy */
    ENTITY_ADDR_V2 = 2, /* TCP, msgr v2: known, never spoken */
    ENTITY_ADDR_ANY = 3,
    ENTITY_ADDR_RDMA = 16, /* rsockets, msgr v1 */
};

struct entity_addr {
    uint32_t type;
    uint32_t nonce;
    union {
        struct sockaddr sa; /* family AF_UNSPEC: blank */
        struct sockaddr_in sin;
        struct sockaddr_in6 sin6;
    };
};

#define ENTITY_ADDR_LEGACY_LEN 136
#define ENTITY_ADDR_TEXT_MAX   96
#define ENTITY_ADDRVEC_MAX     16 /* addresses of one entity that we accept */

const char *entity_addr_type_name(uint32_t type); /* "v1", "rdma", ..., "???" */

/* All fields zero and the family AF_UNSPEC: also what is printed as "-". */
bool entity_addr_is_blank(const struct entity_addr *a);
bool entity_addr_is_blank_ip(const struct entity_addr *a); /* no family, 0.0.0.0 or :: */
uint16_t entity_addr_port(const struct entity_addr *a);    /* host order; 0 for blank */
void entity_addr_set_port(struct entity_addr *a, uint16_t port);
void entity_addr_set_sockaddr(struct entity_addr *a, const struct sockaddr *sa); /* type and nonce stay */
socklen_t entity_addr_socklen(const struct entity_addr *a);

/* Type, family, ip, port and nonce. */
bool entity_addr_equal(const struct entity_addr *a, const struct entity_addr *b);
/* Family and ip, whatever the rest. */
bool entity_addr_same_ip(const struct entity_addr *a, const struct entity_addr *b);
/* The order that decides who wins when two peers dial each other (msgr-v1: type, nonce as its little-endian
 * bytes, family, port and ip as network bytes). <0, 0, >0. Types v1 and rdma of canonical addresses compare
 * as such. */
int entity_addr_compare(const struct entity_addr *a, const struct entity_addr *b);

/* "rdma:192.0.2.1:6789/0", "v1:[2001:db8::1]:6789/0", "-" for blank. Returns buf. */
const char *entity_addr_print(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX]);
/* "192.0.2.1:6789/0": without the type; "192.0.2.1:6789": the ip and port alone. Return buf. */
const char *entity_addr_print_bare(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX]);
const char *entity_addr_print_place(const struct entity_addr *a, char buf[static ENTITY_ADDR_TEXT_MAX]);

/*
 * Parses one address: [type:]ip[:port][/nonce]; an IPv6 ip with a port stands in brackets. default_type is
 * what an address without prefix gets. On -EINVAL err says what is wrong and at which character (1-based).
 * *end (may be NULL: then the whole text must be the address) points behind what was read.
 */
int entity_addr_parse(struct entity_addr *a, const char *text, uint32_t default_type, const char **end,
                      char *err, size_t err_size) MUST_CHECK;

/* The legacy form; an address that it cannot express (rdma, v2) is written blank. */
void entity_addr_encode_legacy(const struct entity_addr *a, struct encode *e);
/* The 136 bytes of a handshake slot: the legacy form, or for rdma the ADDR2 form padded with zeroes. */
void entity_addr_encode_slot(const struct entity_addr *a, struct encode *e);
void entity_addr_decode_slot(struct entity_addr *a, struct decode *d);
/* By negotiated features: ADDR2 where the peer has MSG_ADDR2, else legacy. */
void entity_addr_encode(const struct entity_addr *a, uint64_t features, struct encode *e);
/* Takes both forms. */
void entity_addr_decode(struct entity_addr *a, struct decode *d);

struct entity_addrvec {
    struct entity_addr *addrs; /* malloc'ed */
    unsigned count;
};

void entity_addrvec_init(struct entity_addrvec *v);
void entity_addrvec_destroy(struct entity_addrvec *v);
int entity_addrvec_push(struct entity_addrvec *v, const struct entity_addr *a) MUST_CHECK;
int entity_addrvec_copy(struct entity_addrvec *to,
                        const struct entity_addrvec *from) MUST_CHECK; /* inits to */
bool entity_addrvec_equal(const struct entity_addrvec *a, const struct entity_addrvec *b);
/* The first of that type; NULL if none. */
const struct entity_addr *entity_addrvec_find(const struct entity_addrvec *v, uint32_t type);
/* The address that identifies the entity: its v1 one if it has any, else the rdma one, else NULL. */
const struct entity_addr *entity_addrvec_canonical(const struct entity_addrvec *v);

/* "[rdma:ip:port/nonce,v1:ip:port/nonce]", one address without brackets, "-" for none. malloc'ed; NULL: no
 * memory. */
char *entity_addrvec_print(const struct entity_addrvec *v);
/* One address, or a list in brackets. Rest as entity_addr_parse(). */
int entity_addrvec_parse(struct entity_addrvec *v, const char *text, uint32_t default_type, const char **end,
                         char *err, size_t err_size) MUST_CHECK;

/* MSG_ADDR2: marker 2 and the addresses; else the first v1 address in legacy form, or a blank one. */
void entity_addrvec_encode(const struct entity_addrvec *v, uint64_t features, struct encode *e);
/* Takes a legacy address, an ADDR2 address and a vector. Inits v; destroy it also after a failure. */
void entity_addrvec_decode(struct entity_addrvec *v, struct decode *d);

#endif
