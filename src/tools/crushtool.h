/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crushtool: what its command line asks for, and its stages. */
#ifndef CEPH_TOOLS_CRUSHTOOL_H
#define CEPH_TOOLS_CRUSHTOOL_H

#include <stdbool.h>

#include "crush/crush_map.h"
#include "crush/crush_reclassify.h"
#include "types/string_list.h"

struct crushtool_weight {
    int device;
    uint32_t weight;
};

/* What --test and --compare try. -1: not said. */
struct crushtool_test {
    int min_x, max_x, min_rule, max_rule, ruleset, replicas;
    int64_t pool;
    bool mappings, bad_mappings, statistics, utilization, utilization_all, tries;
    struct crushtool_weight *weights;
    unsigned weight_count;
};

struct crushtool_request {
    const char *in, *source, *out; /* files */
    bool decompile, compile, build, verbose;
    int osds;
    char **layers; /* name, alg and size of each */
    unsigned layer_words;

    /* tunables, -1: left alone */
    int choose_local_tries, choose_local_fallback_tries, choose_total_tries, chooseleaf_descend_once;
    int chooseleaf_vary_r, chooseleaf_stable, straw_calc_version, allowed_bucket_algs;

    /* changes: the words behind the flag, NULL: not asked for */
    const char *add_item[3], *update_item[3], *reweight_item[2], *remove_item[1], *add_bucket[2], *move[1];
    const char *simple_rule[4], *replicated_rule[3], *remove_rule[1], *device_class[1];
    struct string_map loc, subtree_classes;
    bool reweight, rebuild_class_roots, reclassify;
    struct crush_reclassify reclassify_how;

    bool tree, bucket_tree, dump, check, test;
    int check_max, show_location;
    const char *bucket_name, *format, *compare;
    struct crushtool_test params;
};

/* 0; CRUSHTOOL_DONE: help was printed; else the exit status, after a line on standard error. */
int crushtool_parse(struct crushtool_request *q, int argc, char **argv) MUST_CHECK;
void crushtool_request_destroy(struct crushtool_request *q);

#define CRUSHTOOL_DONE (-1) /* nothing more to do: end with status 0 */

/* The stages give 0, the exit status or CRUSHTOOL_DONE, after a line on standard error. *changed becomes true
 * when the map is. */
int crushtool_build(const struct crushtool_request *q, struct crush_map *m) MUST_CHECK; /* inits m */
int crushtool_change(const struct crushtool_request *q, struct crush_map *m, bool *changed) MUST_CHECK;
int crushtool_show(const struct crushtool_request *q, const struct crush_map *m) MUST_CHECK;
int crushtool_check(const struct crushtool_request *q, const struct crush_map *m) MUST_CHECK;
int crushtool_test(const struct crushtool_request *q, const struct crush_map *m) MUST_CHECK;
int crushtool_compare(const struct crushtool_request *q, const struct crush_map *m,
                      const struct crush_map *other) MUST_CHECK;

/* "crushtool: " and the message on standard error; the exit status of a negative errno is its low byte. */
int crushtool_error(int status, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
