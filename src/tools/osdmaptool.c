/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmaptool: makes, shows, changes and tries OSDMap files. */
#include "tools/osdmaptool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maps/osd_tree.h"
#include "maps/osdmap_health.h"
#include "tools/map_tool.h"
#include "tools/tool_words.h"

/* Pools of maps that it makes are genuine Ceph's, which have copies. */
static void set_defaults(struct conf *c)
{
    conf_set_default(c, OPT_osd_pool_default_size, "3");
}

static const struct args_program program = {
    .name = "osdmaptool",
    .defaults = set_defaults,
    .usage =
        "osdmaptool [FLAGS] OSDMAP-FILE\n"
        "What is asked for is done in the order of this list, whatever the order of the flags:\n"
        "  --createsimple N             start from a new map with N OSDs that do not exist yet\n"
        "  --clobber                    --createsimple may replace a file\n"
        "  --with-default-pool          the new map has a pool, rbd\n"
        "  --pg-bits N, --pgp-bits N    it has that many placement groups for each OSD: 2 to the power of N\n"
        "  --osd-pool-default-size N, --osd-pool-default-min-size N\n"
        "  --mark-up-in                 for this run, all OSDs are up and in\n"
        "  --mark-out, --mark-up, --mark-in OSD\n"
        "  --adjust-crush-weight OSD:WEIGHT[,OSD:WEIGHT...]\n"
        "  --save                       keep the adjusted weights and the exceptions of --upmap\n"
        "  --clear-temp                 for this run, without pg_temp and primary_temp\n"
        "  --upmap-cleanup FILE         write commands that remove what is of no use any more of the "
        "exceptions\n"
        "                               (pg_upmap, pg_upmap_items) to what crush says; -: to standard "
        "output\n"
        "  --upmap FILE                 the same, and commands for exceptions that spread placement groups "
        "evenly\n"
        "  --upmap-max N                for at most N placement groups (10)\n"
        "  --upmap-deviation N          until no OSD has N of a pool too many or too few (5)\n"
        "  --upmap-pool NAME            of this pool only; may be repeated\n"
        "  --upmap-active               again and again, until there is nothing more to do\n"
        "  --import-crush FILE          replace the crush map\n"
        "  --export-crush FILE          write the crush map to a file\n"
        "  --test-map-object NAME       where an object goes, in --pool ID\n"
        "  --test-map-pg PG             where a placement group goes\n"
        "  --test-map-pgs               how many placement groups each OSD has, of all pools or --pool ID,\n"
        "                               which may have --pg-num N of them\n"
        "  --test-map-pgs-dump, --test-map-pgs-dump-all\n"
        "                               the same, and where each placement group goes\n"
        "  --health                     what is wrong, as JSON\n"
        "  -p, --print                  show the map\n"
        "  --dump [plain|json|json-pretty]\n"
        "  --tree [plain|json|json-pretty]\n"
        "                               show the OSDs where they are",
    .type = "client",
    .id = "admin",
    .flags = ARGS_QUIET,
};

int osdmaptool_error(int status, const char *fmt, ...)
{
    va_list ap;

    fputs("osdmaptool: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return status;
}

static int decode_map(void *map, struct decode *d)
{
    return osdmap_decode(map, d);
}

static int read_map(const char *path, struct osdmap *m)
{
    int r = map_tool_read(path, decode_map, m);

    if (r < 0)
        return osdmaptool_error(OSDMAPTOOL_FILE_ERROR, "couldn't open %s: (%d) %s", path, -r, strerror(-r));
    if (r == 0)
        return 0;
    return osdmaptool_error(OSDMAPTOOL_FILE_ERROR, "error decoding osdmap '%s': it is none, or damaged",
                            path);
}

static int write_map(const char *path, struct osdmap *m)
{
    struct encode e;
    int r;

    printf("osdmaptool: writing epoch %u to %s\n", m->epoch, path);
    encode_init(&e);
    osdmap_encode(m, &e, NULL);
    r = map_tool_write(path, &e);
    if (r == 0)
        return 0;
    return osdmaptool_error(1, "error writing to '%s': (%d) %s", path, -r, strerror(-r));
}

static int start_map(const struct osdmaptool_request *q, struct osdmap *m)
{
    fprintf(stderr, "osdmaptool: osdmap file '%s'\n", q->path);
    if (q->create == -1)
        return read_map(q->path, m);
    if (!q->clobber && access(q->path, F_OK) == 0)
        return osdmaptool_error(OSDMAPTOOL_FILE_ERROR, "%s exists, --clobber to overwrite", q->path);
    return osdmaptool_create(q, m);
}

/* ---- showing ---- */

static void show_map(const struct osdmap *m, const char *format)
{
    enum formatter_style style;
    struct formatter f;

    if (!formatter_style_parse(format, &style)) {
        osdmap_print(m, true, stdout);
        return;
    }
    formatter_init(&f, style);
    formatter_open_object(&f, NULL);
    osdmap_format(m, &f);
    formatter_close(&f);
    fputs(formatter_text(&f), stdout);
    formatter_destroy(&f);
}

static int show_tree_json(const struct osdmap *m, const struct crush_map *crush, bool pretty)
{
    static const struct osd_tree_filter all;
    json_t *tree = osd_tree_dump(m, crush, true, &all);
    char *text = tree ? json_dumps(tree, pretty ? JSON_INDENT(4) : JSON_COMPACT) : NULL;

    if (text)
        puts(text);
    free(text);
    json_decref(tree);
    return text ? 0 : -ENOMEM;
}

static int show_tree_text(const struct osdmap *m, const struct crush_map *crush)
{
    static const struct osd_tree_filter all;
    struct strbuf out = STRBUF_INIT;
    int r = osd_tree_print(m, crush, true, &all, &out);

    fputs(strbuf_text(&out), stdout);
    strbuf_destroy(&out);
    return r;
}

static int read_crush(const struct osdmap *m, struct crush_map *crush)
{
    return osdmap_get_crush(m, crush) ? osdmaptool_error(1, "the crush map is damaged") : 0;
}

static int show_health(const struct osdmap *m, const struct conf *conf)
{
    struct health_checks checks;
    struct crush_map crush;
    struct formatter f;
    int r = read_crush(m, &crush);

    if (r)
        return r;
    health_checks_init(&checks);
    osdmap_health_check(m, &crush, conf, &checks);
    formatter_init(&f, FORMATTER_JSON_PRETTY);
    formatter_open_object(&f, NULL);
    health_checks_format(&checks, &f);
    formatter_close(&f);
    fputs(formatter_text(&f), stdout);
    formatter_destroy(&f);
    health_checks_destroy(&checks);
    crush_map_destroy(&crush);
    return 0;
}

static int show_tree(const struct osdmap *m, const char *format)
{
    struct crush_map crush;
    int r = read_crush(m, &crush);

    if (r)
        return r;
    if (strcmp(format, "plain") == 0)
        r = show_tree_text(m, &crush);
    else
        r = show_tree_json(m, &crush, strcmp(format, "json-pretty") == 0);
    crush_map_destroy(&crush);
    if (r)
        tool_out_of_memory();
    return 0;
}

static bool has_action(const struct osdmaptool_request *q)
{
    return q->create != -1 || q->print || q->health || q->tree || q->export_crush || q->import_crush ||
           q->test_pg || q->test_object || q->test_pgs || q->test_pgs_dump || q->test_pgs_dump_all ||
           q->crush_weights || q->upmap || q->upmap_cleanup;
}

static int run(const struct osdmaptool_request *q)
{
    bool modified = q->create != -1;
    struct osdmap m;
    int r = start_map(q, &m);

    if (r)
        return r;
    r = osdmaptool_change(q, &m, &modified);
    if (r == 0)
        r = osdmaptool_upmap(q, &m, &modified);
    if (r == 0)
        r = osdmaptool_test(q, &m);
    if (r == 0 && !has_action(q))
        r = osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "nothing to do; -h tells what there is");
    m.epoch += modified;
    if (r == 0 && q->health)
        r = show_health(&m, q->conf);
    if (r == 0 && q->print)
        show_map(&m, q->print_format);
    if (r == 0 && q->tree)
        r = show_tree(&m, q->tree_format);
    if (r == 0 && modified)
        r = write_map(q->path, &m);
    osdmap_destroy(&m);
    return r;
}

int main(int argc, char **argv)
{
    struct osdmaptool_request q = {0};
    char *err = NULL;
    struct args a;
    int r = args_parse(&a, &program, argc, argv, &err), status = 0;

    if (r < 0)
        status = osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "%s", err);
    if (r == 0)
        status = osdmaptool_parse(&q, &a);
    if (r == 0 && status == 0)
        status = run(&q);
    osdmaptool_request_destroy(&q);
    args_destroy(&a);
    free(err);
    return map_tool_end("osdmaptool", status);
}
