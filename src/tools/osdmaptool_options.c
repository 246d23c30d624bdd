/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tools/osdmaptool.h"
#include "tools/tool_words.h"

#define AT(member) offsetof(struct osdmaptool_request, member)

static const struct tool_flag flags[] = {
    {"--createsimple", NULL, TOOL_NUMBER, 0, AT(create)},
    {"--clobber", NULL, TOOL_SWITCH, 0, AT(clobber)},
    {"--with-default-pool", NULL, TOOL_SWITCH, 0, AT(with_default_pool)},
    {"--pg-bits", NULL, TOOL_NUMBER, 0, AT(pg_bits)},
    {"--osd-pg-bits", NULL, TOOL_NUMBER, 0, AT(pg_bits)},
    {"--pgp-bits", NULL, TOOL_NUMBER, 0, AT(pgp_bits)},
    {"--osd-pgp-bits", NULL, TOOL_NUMBER, 0, AT(pgp_bits)},
    {"--osd-pool-default-min-size", NULL, TOOL_NUMBER, 0, AT(pool_min_size)},
    {"--mark-up-in", NULL, TOOL_SWITCH, 0, AT(mark_up_in)},
    {"--mark-out", NULL, TOOL_NUMBER, 0, AT(mark_out)},
    {"--mark-up", NULL, TOOL_NUMBER, 0, AT(mark_up)},
    {"--mark-in", NULL, TOOL_NUMBER, 0, AT(mark_in)},
    {"--adjust-crush-weight", NULL, TOOL_WORDS, 1, AT(crush_weights)},
    {"--save", NULL, TOOL_SWITCH, 0, AT(save)},
    {"--clear-temp", NULL, TOOL_SWITCH, 0, AT(clear_temp)},
    {"--import-crush", NULL, TOOL_WORDS, 1, AT(import_crush)},
    {"--export-crush", NULL, TOOL_WORDS, 1, AT(export_crush)},
    {"--upmap", NULL, TOOL_WORDS, 1, AT(upmap)},
    {"--upmap-cleanup", NULL, TOOL_WORDS, 1, AT(upmap_cleanup)},
    {"--upmap-max", NULL, TOOL_NUMBER, 0, AT(upmap_max)},
    {"--upmap-active", NULL, TOOL_SWITCH, 0, AT(upmap_active)},
    {"--upmap-deviation", NULL, TOOL_NUMBER, 0, AT(upmap_deviation)},
    {"--pool", NULL, TOOL_NUMBER, 0, AT(pool)},
    {"--pg-num", NULL, TOOL_NUMBER, 0, AT(pg_num)},
    {"--test-map-object", NULL, TOOL_WORDS, 1, AT(test_object)},
    {"--test-map-pg", NULL, TOOL_WORDS, 1, AT(test_pg)},
    {"--test-map-pgs", NULL, TOOL_SWITCH, 0, AT(test_pgs)},
    {"--test-map-pgs-dump", NULL, TOOL_SWITCH, 0, AT(test_pgs_dump)},
    {"--test-map-pgs-dump-all", NULL, TOOL_SWITCH, 0, AT(test_pgs_dump_all)},
    {"--health", NULL, TOOL_SWITCH, 0, AT(health)},
    {"--print", "-p", TOOL_SWITCH, 0, AT(print)},
};

/* Genuine osdmaptool has these. */
static const char *const not_here[] = {
    "--create-from-conf", "--clean-temps", "--test-random", "--test-crush", "--range-first", "--range-last",
};

static bool is_format(const char *word)
{
    return strcmp(word, "plain") == 0 || strcmp(word, "json") == 0 || strcmp(word, "json-pretty") == 0;
}

/* "--flag FORMAT" or "--flag=FORMAT"; without a format the word behind the flag is left alone. */
static bool take_format(struct tool_words *w, const char *flag, bool *wanted, const char **format)
{
    struct tool_words before = *w;
    const char *value;

    if (!tool_words_value(w, flag, &value))
        return false;
    *wanted = true;
    if (value && is_format(value)) {
        *format = value;
    } else if (strchr(*before.next, '=')) {
        *format = "json"; /* so genuine osdmaptool does with formats it does not know */
    } else {
        *w = before;
        w->next++;
    }
    return true;
}

static int take_next(struct osdmaptool_request *q, struct tool_words *w)
{
    const char *value;

    if (take_format(w, "--dump", &q->print, &q->print_format) ||
        take_format(w, "--tree", &q->tree, &q->tree_format))
        return 0;
    if (tool_words_value(w, "--upmap-pool", &value)) {
        if (!value)
            return tool_words_missing("--upmap-pool");
        if (string_list_push(&q->upmap_pools, value))
            tool_out_of_memory();
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(not_here); i++)
        if (tool_words_value(w, not_here[i], &value))
            return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "%s is not supported", not_here[i]);
    return tool_flags_take(w, flags, ARRAY_SIZE(flags), q);
}

static int check_request(const struct osdmaptool_request *q)
{
    if (!q->path)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "no file is named; -h tells what there is");
    if (q->pg_bits < 0 || q->pg_bits > 24 || q->pgp_bits < 0 || q->pgp_bits > 24)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "--pg-bits and --pgp-bits may be from 0 to 24");
    if (q->upmap_deviation < 1 || q->upmap_max < 0)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR,
                                "--upmap-deviation must be at least 1, and --upmap-max not below 0");
    if (q->pool_min_size < 0 || q->pool_min_size > q->pool_size)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR,
                                "--osd-pool-default-min-size may be from 0 to --osd-pool-default-size");
    return 0;
}

int osdmaptool_parse(struct osdmaptool_request *q, const struct args *a)
{
    struct tool_words w = {a->argv + 1, a->argv + a->argc};
    bool more_flags = true;

    *q = (struct osdmaptool_request){.conf = a->conf,
                                     .create = -1,
                                     .pg_bits = 6,
                                     .pgp_bits = 6,
                                     .pool_size = (int)conf_i64(a->conf, OPT_osd_pool_default_size),
                                     .mark_out = -1,
                                     .mark_up = -1,
                                     .mark_in = -1,
                                     .upmap_max = 10,
                                     .upmap_deviation = 5,
                                     .pool = -1,
                                     .pg_num = -1,
                                     .print_format = "plain",
                                     .tree_format = "plain"};
    while (w.next < w.end) {
        int r = TOOL_NO_FLAG;

        if (more_flags && tool_words_flag(&w, "--")) {
            more_flags = false;
            continue;
        }
        if (more_flags)
            r = take_next(q, &w);
        if (r > 0)
            return r;
        if (r == 0)
            continue;
        if (more_flags && **w.next == '-')
            return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "'%s' is no flag; -h tells which there are",
                                    *w.next);
        if (q->path)
            return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "one file only, not also '%s'", *w.next);
        q->path = *w.next++;
    }
    return check_request(q);
}

void osdmaptool_request_destroy(struct osdmaptool_request *q)
{
    string_list_destroy(&q->upmap_pools);
}
