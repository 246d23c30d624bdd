/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on pools. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/rados_tool.h"

/* Names one behind the other, as rados_pool_list() gives them; the caller frees it. NULL: no memory. */
static char *pool_names(rados_t cluster)
{
    int size = rados_pool_list(cluster, NULL, 0);
    char *names = size < 0 ? NULL : calloc(1, (size_t)size + 4096);

    if (names)
        rados_pool_list(cluster, names, (size_t)size + 4096);
    return names;
}

static int cmd_lspools(struct rados_tool *t, int argc, char **argv)
{
    char *names = pool_names(t->cluster);

    (void)argc;
    (void)argv;
    if (!names)
        return -ENOMEM;
    for (const char *p = names; *p; p += strlen(p) + 1)
        puts(p);
    free(names);
    return 0;
}

/* "1.5 MiB": as df shows bytes. */
static const char *bytes_text(uint64_t bytes, char buf[32])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double v = (double)bytes;
    unsigned u = 0;

    while (v >= 1024 && u + 1 < sizeof(units) / sizeof(units[0])) {
        v /= 1024;
        u++;
    }
    snprintf(buf, 32, u > 0 && v < 100 ? "%.1f %s" : "%.0f %s", v, units[u]);
    return buf;
}

#define DF_COLUMNS 14

static void df_row(char cells[DF_COLUMNS][64], const char *name, const struct rados_pool_stat_t *s)
{
    char buf[32];

    snprintf(cells[0], 64, "%s", name);
    snprintf(cells[1], 64, "%s", bytes_text(s->num_bytes, buf));
    snprintf(cells[2], 64, "%" PRIu64, s->num_objects);
    snprintf(cells[3], 64, "%" PRIu64, s->num_object_clones);
    snprintf(cells[4], 64, "%" PRIu64, s->num_object_copies);
    snprintf(cells[5], 64, "%" PRIu64, s->num_objects_missing_on_primary);
    snprintf(cells[6], 64, "%" PRIu64, s->num_objects_unfound);
    snprintf(cells[7], 64, "%" PRIu64, s->num_objects_degraded);
    snprintf(cells[8], 64, "%" PRIu64, s->num_rd);
    snprintf(cells[9], 64, "%s", bytes_text(s->num_rd_kb * 1024, buf));
    snprintf(cells[10], 64, "%" PRIu64, s->num_wr);
    snprintf(cells[11], 64, "%s", bytes_text(s->num_wr_kb * 1024, buf));
    snprintf(cells[12], 64, "%s", bytes_text(s->compressed_bytes_alloc, buf));
    snprintf(cells[13], 64, "%s", bytes_text(s->compressed_bytes_orig, buf));
}

static int df_rows(struct rados_tool *t, const char *names, char (**rows)[DF_COLUMNS][64], unsigned *count)
{
    for (const char *p = names; *p; p += strlen(p) + 1) {
        struct rados_pool_stat_t s;
        rados_ioctx_t io;
        char(*more)[DF_COLUMNS][64];
        int r;

        if (t->pool && strcmp(t->pool, p) != 0)
            continue;
        if (rados_ioctx_create(t->cluster, p, &io))
            continue; /* it went meanwhile */
        r = rados_ioctx_pool_stat(io, &s);
        rados_ioctx_destroy(io);
        if (r < 0)
            return tool_error(r, "error fetching pool stats of %s: (%d) %s", p, -r, strerror(-r));
        more = realloc(*rows, (*count + 1) * sizeof(**rows));
        if (!more)
            return -ENOMEM;
        *rows = more;
        df_row(more[(*count)++], p, &s);
    }
    return 0;
}

static void df_print(char (*rows)[DF_COLUMNS][64], unsigned count)
{
    static const char *const heads[DF_COLUMNS] = {
        "POOL_NAME", "USED",   "OBJECTS", "CLONES", "COPIES", "MISSING_ON_PRIMARY", "UNFOUND",
        "DEGRADED",  "RD_OPS", "RD",      "WR_OPS", "WR",     "USED COMPR",         "UNDER COMPR"};
    size_t widths[DF_COLUMNS];

    for (unsigned c = 0; c < DF_COLUMNS; c++) {
        widths[c] = strlen(heads[c]);
        for (unsigned i = 0; i < count; i++)
            if (strlen(rows[i][c]) > widths[c])
                widths[c] = strlen(rows[i][c]);
    }
    for (unsigned c = 0; c < DF_COLUMNS; c++)
        printf(c == 0 ? "%-*s" : "  %*s", (int)widths[c], heads[c]);
    putchar('\n');
    for (unsigned i = 0; i < count; i++) {
        for (unsigned c = 0; c < DF_COLUMNS; c++)
            printf(c == 0 ? "%-*s" : "  %*s", (int)widths[c], rows[i][c]);
        putchar('\n');
    }
}

static int cmd_df(struct rados_tool *t, int argc, char **argv)
{
    struct rados_cluster_stat_t s;
    char(*rows)[DF_COLUMNS][64] = NULL, *names = pool_names(t->cluster), buf[32];
    unsigned count = 0;
    int r = names ? df_rows(t, names, &rows, &count) : -ENOMEM;

    (void)argc;
    (void)argv;
    if (r == 0) {
        df_print(rows, count);
        r = rados_cluster_stat(t->cluster, &s);
        if (r < 0)
            tool_error(r, "error getting total cluster usage: %s", strerror(-r));
    }
    if (r == 0) {
        printf("\ntotal_objects    %" PRIu64 "\n", s.num_objects);
        printf("total_used       %s\n", bytes_text(s.kb_used * 1024, buf));
        printf("total_avail      %s\n", bytes_text(s.kb_avail * 1024, buf));
        printf("total_space      %s\n", bytes_text(s.kb * 1024, buf));
    }
    free(rows);
    free(names);
    return r;
}

static int cmd_mkpool(struct rados_tool *t, int argc, char **argv)
{
    int r = rados_pool_create(t->cluster, argv[0]);

    (void)argc;
    if (r < 0)
        return tool_error(r, "error creating pool %s: (%d) %s", argv[0], -r, strerror(-r));
    printf("successfully created pool %s\n", argv[0]);
    return 0;
}

static int cmd_rmpool(struct rados_tool *t, int argc, char **argv)
{
    int r;

    if (argc != 3 || strcmp(argv[0], argv[1]) != 0 || strcmp(argv[2], "--yes-i-really-really-mean-it") != 0)
        return tool_error(-EPERM,
                          "WARNING: this destroys the pool and all its objects for good.\n"
                          "To do it, give its name twice and --yes-i-really-really-mean-it:\n"
                          "  rados rmpool %s %s --yes-i-really-really-mean-it",
                          argv[0], argv[0]);
    r = rados_pool_delete(t->cluster, argv[0]);
    if (r < 0)
        return tool_error(r, "pool %s could not be removed: (%d) %s", argv[0], -r, strerror(-r));
    printf("successfully deleted pool %s\n", argv[0]);
    return 0;
}

const struct rados_command rados_pool_commands[] = {
    {"lspools", 0, 0, false, cmd_lspools, "lspools                  list the pools"},
    {"df", 0, 0, false, cmd_df, "df                       how full pools and cluster are"},
    {"mkpool", 1, 1, false, cmd_mkpool, "mkpool POOL              make a pool"},
    {"rmpool", 1, 3, false, cmd_rmpool,
     "rmpool POOL POOL --yes-i-really-really-mean-it   remove a pool and all that is in it"},
    {NULL, 0, 0, false, NULL, NULL},
};
