/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmaptool: what its command line asks for, and its parts. */
#ifndef CEPH_TOOLS_OSDMAPTOOL_H
#define CEPH_TOOLS_OSDMAPTOOL_H

#include <stdbool.h>

#include "common/args.h"
#include "maps/osdmap.h"

struct osdmaptool_request {
    const struct conf *conf; /* borrowed */
    const char *path;
    bool clobber, with_default_pool;
    int create; /* OSDs of a new map; -1: none is made */
    int pg_bits, pgp_bits, pool_size, pool_min_size;

    bool mark_up_in, clear_temp, save, health;
    int mark_out, mark_up, mark_in; /* -1: none */
    const char *crush_weights, *import_crush, *export_crush;

    const char *upmap, *upmap_cleanup; /* files, "-": standard output */
    int upmap_max, upmap_deviation;
    bool upmap_active;
    struct string_list upmap_pools; /* none: all */

    int pool, pg_num; /* -1: not said */
    const char *test_object, *test_pg;
    bool test_pgs, test_pgs_dump, test_pgs_dump_all;

    bool print, tree;
    const char *print_format, *tree_format; /* "plain", "json" or "json-pretty" */
};

/* Takes what args_parse() has left. 0 or the exit status, after a line on standard error. */
int osdmaptool_parse(struct osdmaptool_request *q, const struct args *a) MUST_CHECK;
void osdmaptool_request_destroy(struct osdmaptool_request *q);

/* A map of OSDs that do not exist yet, one like the other, on one host; epoch 0. Inits m. */
int osdmaptool_create(const struct osdmaptool_request *q, struct osdmap *m) MUST_CHECK;
/* Changes for this run, or, with *modified, to be written. */
int osdmaptool_change(const struct osdmaptool_request *q, struct osdmap *m, bool *modified) MUST_CHECK;
/* Exceptions to what crush says; *modified as above. */
int osdmaptool_upmap(const struct osdmaptool_request *q, struct osdmap *m, bool *modified) MUST_CHECK;
/* Where objects and placement groups go. */
int osdmaptool_test(const struct osdmaptool_request *q, struct osdmap *m) MUST_CHECK;

/* "osdmaptool: " and the message on standard error; status. */
int osdmaptool_error(int status, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define OSDMAPTOOL_USAGE_ERROR 1
#define OSDMAPTOOL_FILE_ERROR  255

#endif
