/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config_map: the options that the monitors keep for the cluster: for whom, which, what value; and what comes
 * of them for one program.
 *
 * For whom is a section with masks: "global", "osd", "osd.3", "client.rgw.a", each perhaps followed by
 * "/host:NAME" (or another crush type) and "/class:NAME". Nearer wins: global, then the type, then the name
 * part by part; within a section one with a mask before one without. Keys in the store are WHO/OPTION.
 *
 * Owner: init and destroy on the caller's storage. Threads: none of its own. Pure. Errors: -ENOMEM, -EINVAL.
 */
#ifndef CEPH_MON_CONFIG_MAP_H
#define CEPH_MON_CONFIG_MAP_H

#include <stdbool.h>

#include "common/compiler.h"
#include "types/string_list.h"

/* Where an option counts; what is absent is "". */
struct config_who {
    char *section;                        /* "global", "mon", "mon.a" */
    char *location_type, *location_value; /* "host", "foo" */
    char *device_class;
};

struct config_item {
    struct config_who who;
    char *key; /* WHO/OPTION, as in the store */
    char *name, *value;
};

struct config_map {
    struct config_item *items; /* in the order of `config dump` */
    unsigned count;
};

/* A program that asks; location_type is host only. What is not known is NULL. */
struct config_entity {
    const char *type, *id; /* "osd", "3" */
    const char *host, *device_class;
};

/* -EINVAL: not a place where an option can count. On failure nothing is left in w. */
int config_who_parse(struct config_who *w, const char *text) MUST_CHECK;
void config_who_destroy(struct config_who *w);
/* "host:foo/class:ssd"; "" without masks. Malloc'ed; NULL: no memory. */
char *config_who_mask(const struct config_who *w);
/* "osd/host:foo": the one way to write it. Malloc'ed; NULL: no memory. */
char *config_who_print(const struct config_who *w);

void config_map_init(struct config_map *m);
void config_map_destroy(struct config_map *m);
/* Adds what a key of the store says; one that says nothing sensible is -EINVAL and not added. */
int config_map_add(struct config_map *m, const char *key, const char *value) MUST_CHECK;
const struct config_item *config_map_find(const struct config_map *m, const char *key); /* NULL: none */

/* What counts for e: pointers into m, ordered by option, in an array that the caller frees. -ENOMEM. */
int config_map_resolve(const struct config_map *m, const struct config_entity *e,
                       const struct config_item ***out, unsigned *count) MUST_CHECK;

#endif
