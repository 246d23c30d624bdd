/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* monmaptool: what its command line asks for, in the order in which it is done. */
#ifndef CEPH_TOOLS_MONMAPTOOL_H
#define CEPH_TOOLS_MONMAPTOOL_H

#include <stdbool.h>

#include "common/args.h"
#include "maps/monmap.h"

struct monmaptool_add {
    const char *name;
    struct entity_addrvec addrs;
};

enum monmaptool_feature_op { FEATURE_LIST, FEATURE_LIST_PARSEABLE, FEATURE_SET, FEATURE_UNSET };

struct monmaptool_feature {
    enum monmaptool_feature_op op;
    uint64_t bits;
    bool optional;
};

struct monmaptool_request {
    const char *path;
    bool print, create, clobber, generate, initial_members, all_features;
    uint8_t min_mon_release; /* 0: as it is */
    const char *contains;    /* the name that is looked for, or NULL */
    struct monmaptool_add *adds;
    unsigned add_count;
    const char **removes;
    unsigned remove_count;
    struct monmaptool_feature *features;
    unsigned feature_count;
};

/* Takes what args_parse() has left. 0 or the exit status, after a line on standard error. */
int monmaptool_parse(struct monmaptool_request *q, const struct args *a) MUST_CHECK;
void monmaptool_request_destroy(struct monmaptool_request *q);

/* How an address without a type is meant, by the configuration. */
void monmaptool_defaults(struct monmap_defaults *d, const struct conf *c);

#define MONMAPTOOL_USAGE_ERROR 1
#define MONMAPTOOL_FILE_ERROR  255

#endif
