/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * caps: what an entity may do with a service, as text such as `allow r, allow command "osd dump"` or
 * `allow rw pool=x namespace=y`, parsed and asked. Pure.
 *
 * Grants are separated by ',' or ';' and add up. Each begins with "allow" or is a bare "profile NAME". Behind
 * a grant may stand `network CIDR`. Profiles mean what they mean in Ceph 16.2; those that are not known here
 * are refused. Owner: create and free. Threads: readers at once. Errors: -EINVAL with a malformed-where line
 * in *err.
 */
#ifndef CEPH_AUTH_CAPS_H
#define CEPH_AUTH_CAPS_H

#include <stdbool.h>

#include "common/compiler.h"
#include "types/entity_addr.h"
#include "types/string_list.h"

enum caps_bits {
    CAPS_R = 1,
    CAPS_W = 2,
    CAPS_X = 4, /* of an OSD: any class method */
    CAPS_CLASS_READ = 8,
    CAPS_CLASS_WRITE = 16,
    CAPS_ALL = 32, /* `allow *`: everything, administration too */
};

struct caps;

/* service: ENTITY_TYPE_MON or ENTITY_TYPE_OSD have their grammars; for others any text of grants is taken. */
int caps_parse(struct caps **out, uint32_t service, const char *text, char **err) MUST_CHECK;
void caps_free(struct caps *c); /* NULL is fine */
bool caps_allow_all(const struct caps *c);

/* "rw", "rwx", "*" -> bits; 0 for anything else. */
unsigned caps_bits_parse(const char *text);

/* What is to be done with a monitor. */
struct caps_command {
    const char *module;                 /* "osd", "config-key" */
    const char *prefix;                 /* of the command; NULL: it is none */
    const struct string_map *arguments; /* of the command; NULL: none */
    const char *entity;                 /* who asks, "osd.3"; NULL: unknown, and has no keys of its own */
    unsigned bits;                      /* CAPS_R... that are needed */
    const struct entity_addr *peer;     /* NULL: unknown, and grants with a network do not count */
};
bool caps_allow_command(const struct caps *c, const struct caps_command *command);

/* What is to be done with an object. */
struct caps_object {
    const char *pool, *nspace, *object;
    unsigned bits; /* CAPS_R, CAPS_W, CAPS_CLASS_READ, CAPS_CLASS_WRITE */
    const struct entity_addr *peer;
};
bool caps_allow_object(const struct caps *c, const struct caps_object *o);

#endif
