/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entity_name: who speaks: a type and a number on the wire ("osd.3"), and a type and an id in configuration
 * and authentication ("client.admin"). Pure.
 */
#ifndef CEPH_TYPES_ENTITY_NAME_H
#define CEPH_TYPES_ENTITY_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

enum entity_type {
    ENTITY_TYPE_NONE = 0,
    ENTITY_TYPE_MON = 0x01,
    ENTITY_TYPE_MDS = 0x02,
    ENTITY_TYPE_OSD = 0x04,
    ENTITY_TYPE_CLIENT = 0x08,
    ENTITY_TYPE_MGR = 0x10,
    ENTITY_TYPE_AUTH = 0x20, /* only a service id in tickets */
    ENTITY_TYPE_ANY = 0xff,
};

/* "mon", "osd", ...; "???" for anything unknown. */
const char *entity_type_name(uint32_t type);
/* ENTITY_TYPE_NONE when the name is not one. */
enum entity_type entity_type_parse(const char *name, size_t len);

#define ENTITY_NUM_NEW (-1) /* a client that has no global_id yet */

/* ceph_entity_name: u8 type, s64 number: 9 bytes. */
struct entity_name {
    uint8_t type;
    int64_t num;
};

#define ENTITY_NAME_WIRE_LEN 9
#define ENTITY_NAME_MAX      32 /* characters of the text, with its end */

void entity_name_encode(const struct entity_name *n, struct encode *e);
void entity_name_decode(struct entity_name *n, struct decode *d);
/* "client.4101", "osd.?" for a number of -1. Returns buf. */
const char *entity_name_print(const struct entity_name *n, char buf[static ENTITY_NAME_MAX]);

/* EntityName of auth and configuration: u32 type, string id. */
struct entity_id {
    uint32_t type;
    char *id; /* malloc'ed, may be "" (the monitors' shared "mon.") */
};

void entity_id_encode(const struct entity_id *n, struct encode *e);
int entity_id_decode(struct entity_id *n, struct decode *d) MUST_CHECK; /* destroy it also on error */
void entity_id_destroy(struct entity_id *n);
int entity_id_copy(struct entity_id *to, const struct entity_id *from) MUST_CHECK;
int entity_id_compare(const struct entity_id *a, const struct entity_id *b); /* by type, then by id */
/* "client.admin" -> type and id. -EINVAL when the part before the first dot is no type. */
int entity_id_parse(struct entity_id *n, const char *text) MUST_CHECK;

#endif
