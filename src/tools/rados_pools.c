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

static int cmd_lspools(struct rados_tool *t, int argc UNUSED, char **argv UNUSED)
{
    char *names = pool_names(t->cluster);

    if (!names)
        return -ENOMEM;
    for (const char *p = names; *p; p += strlen(p) + 1)
        puts(p);
    free(names);
    return 0;
}

/* ---- df ---- */

/* As genuine tools show bytes: "0 B", "1.4 GiB", "129 MiB", "1 GiB". */
static const char *bytes_text(uint64_t bytes, char buf[32])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned u = 0;
    double v;

    while (bytes >> (10 * u) >= 1024 && u + 1 < ARRAY_SIZE(units))
        u++;
    v = (double)bytes / (double)(UINT64_C(1) << (10 * u));
    snprintf(buf, 32, v < 9.95 && bytes % (UINT64_C(1) << (10 * u)) ? "%.1f %s" : "%.0f %s", v, units[u]);
    return buf;
}

#define DF_COLUMNS 14

struct df_pool {
    const char *name;
    int64_t id;
    struct rados_pool_stat_t stat;
    char cells[DF_COLUMNS][64];
};

static void df_cells(struct df_pool *p)
{
    const struct rados_pool_stat_t *s = &p->stat;
    const uint64_t counts[] = {s->num_objects,         s->num_object_clones,
                               s->num_object_copies,   s->num_objects_missing_on_primary,
                               s->num_objects_unfound, s->num_objects_degraded};
    char buf[32];

    snprintf(p->cells[0], 64, "%s", p->name);
    snprintf(p->cells[1], 64, "%s", bytes_text(s->num_bytes, buf));
    for (unsigned i = 0; i < ARRAY_SIZE(counts); i++)
        snprintf(p->cells[2 + i], 64, "%" PRIu64, counts[i]);
    snprintf(p->cells[8], 64, "%" PRIu64, s->num_rd);
    snprintf(p->cells[9], 64, "%s", bytes_text(s->num_rd_kb * 1024, buf));
    snprintf(p->cells[10], 64, "%" PRIu64, s->num_wr);
    snprintf(p->cells[11], 64, "%s", bytes_text(s->num_wr_kb * 1024, buf));
    snprintf(p->cells[12], 64, "%s", bytes_text(s->compressed_bytes_alloc, buf));
    snprintf(p->cells[13], 64, "%s", bytes_text(s->compressed_bytes_orig, buf));
}

/* 1: the monitors have no statistics of it. */
static int df_pool(struct rados_tool *t, const char *name, struct df_pool *out)
{
    rados_ioctx_t io;
    int r = rados_ioctx_create(t->cluster, name, &io);

    if (r < 0)
        return 1; /* it went meanwhile */
    *out = (struct df_pool){.name = name, .id = rados_ioctx_get_id(io)};
    r = rados_ioctx_pool_stat(io, &out->stat);
    rados_ioctx_destroy(io);
    if (r == -ENOENT)
        return 1;
    if (r < 0)
        return tool_error(r, "error fetching pool stats");
    df_cells(out);
    return 0;
}

static int compare_pools(const void *a, const void *b)
{
    const struct df_pool *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int df_pools(struct rados_tool *t, const char *names, struct df_pool **pools, unsigned *count)
{
    for (const char *p = names; *p; p += strlen(p) + 1) {
        struct df_pool *more;
        int r;

        if (t->pool && strcmp(t->pool, p) != 0)
            continue;
        more = realloc(*pools, (*count + 1) * sizeof(**pools));
        if (!more)
            return -ENOMEM;
        *pools = more;
        r = df_pool(t, p, &more[*count]);
        if (r < 0)
            return r;
        *count += r == 0;
    }
    if (*count > 0)
        qsort(*pools, *count, sizeof(**pools), compare_pools);
    return 0;
}

static void df_print(const struct df_pool *pools, unsigned count, const struct rados_cluster_stat_t *s)
{
    static const char *const heads[DF_COLUMNS] = {
        "POOL_NAME", "USED",   "OBJECTS", "CLONES", "COPIES", "MISSING_ON_PRIMARY", "UNFOUND",
        "DEGRADED",  "RD_OPS", "RD",      "WR_OPS", "WR",     "USED COMPR",         "UNDER COMPR"};
    size_t widths[DF_COLUMNS];
    char buf[32];

    for (unsigned c = 0; c < DF_COLUMNS; c++) {
        widths[c] = strlen(heads[c]);
        for (unsigned i = 0; i < count; i++)
            if (strlen(pools[i].cells[c]) > widths[c])
                widths[c] = strlen(pools[i].cells[c]);
    }
    for (unsigned c = 0; c < DF_COLUMNS; c++)
        printf(c == 0 ? "%-*s" : "  %*s", (int)widths[c], heads[c]);
    putchar('\n');
    for (unsigned i = 0; i < count; i++) {
        for (unsigned c = 0; c < DF_COLUMNS; c++)
            printf(c == 0 ? "%-*s" : "  %*s", (int)widths[c], pools[i].cells[c]);
        putchar('\n');
    }
    printf("\ntotal_objects    %" PRIu64 "\n", s->num_objects);
    printf("total_used       %s\n", bytes_text(s->kb_used * 1024, buf));
    printf("total_avail      %s\n", bytes_text(s->kb_avail * 1024, buf));
    printf("total_space      %s\n", bytes_text(s->kb * 1024, buf));
}

static void df_format_pool(struct formatter *f, const struct df_pool *p)
{
    const struct rados_pool_stat_t *s = &p->stat;

    formatter_open_object(f, NULL);
    formatter_string(f, "name", p->name);
    formatter_int(f, "id", p->id);
    formatter_uint(f, "size_bytes", s->num_bytes);
    formatter_uint(f, "size_kb", s->num_kb);
    formatter_uint(f, "num_objects", s->num_objects);
    formatter_uint(f, "num_object_clones", s->num_object_clones);
    formatter_uint(f, "num_object_copies", s->num_object_copies);
    formatter_uint(f, "num_objects_missing_on_primary", s->num_objects_missing_on_primary);
    formatter_uint(f, "num_objects_unfound", s->num_objects_unfound);
    formatter_uint(f, "num_objects_degraded", s->num_objects_degraded);
    formatter_uint(f, "read_ops", s->num_rd);
    formatter_uint(f, "read_bytes", s->num_rd_kb * 1024);
    formatter_uint(f, "write_ops", s->num_wr);
    formatter_uint(f, "write_bytes", s->num_wr_kb * 1024);
    formatter_uint(f, "compress_bytes_used", s->compressed_bytes_alloc);
    formatter_uint(f, "compress_under_bytes", s->compressed_bytes_orig);
    formatter_close(f);
}

static void df_format(struct rados_tool *t, const struct df_pool *pools, unsigned count,
                      const struct rados_cluster_stat_t *s)
{
    struct formatter f;

    tool_formatter_init(t, &f);
    formatter_open_object(&f, NULL);
    formatter_open_array(&f, "pools");
    for (unsigned i = 0; i < count; i++)
        df_format_pool(&f, &pools[i]);
    formatter_close(&f);
    formatter_uint(&f, "total_objects", s->num_objects);
    formatter_uint(&f, "total_used", s->kb_used);
    formatter_uint(&f, "total_avail", s->kb_avail);
    formatter_uint(&f, "total_space", s->kb);
    formatter_close(&f);
    tool_formatter_print(&f);
}

static int cmd_df(struct rados_tool *t, int argc UNUSED, char **argv UNUSED)
{
    struct rados_cluster_stat_t s;
    struct df_pool *pools = NULL;
    char *names = pool_names(t->cluster);
    unsigned count = 0;
    int r = names ? df_pools(t, names, &pools, &count) : -ENOMEM;

    if (r == 0) {
        r = rados_cluster_stat(t->cluster, &s);
        if (r < 0)
            tool_error(r, "error getting total cluster usage");
        else if (t->format)
            df_format(t, pools, count, &s);
        else
            df_print(pools, count, &s);
    }
    free(pools);
    free(names);
    return r;
}

/* ---- pools come and go ---- */

static int cmd_mkpool(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r = rados_pool_create(t->cluster, argv[0]);

    if (r < 0)
        return tool_error(r, "error creating pool %s", argv[0]);
    printf("successfully created pool %s\n", argv[0]);
    return 0;
}

static int cmd_rmpool(struct rados_tool *t, int argc, char **argv)
{
    int r;

    if (argc != 2 || strcmp(argv[0], argv[1]) != 0 || !t->yes)
        return tool_line(-EPERM,
                         "WARNING: this destroys the pool and all its objects for good.\n"
                         "To do it, give its name twice and --yes-i-really-really-mean-it:\n"
                         "  rados rmpool %s %s --yes-i-really-really-mean-it",
                         argv[0], argv[0]);
    r = rados_pool_delete(t->cluster, argv[0]);
    if (r < 0)
        return tool_error(r, "pool %s could not be removed", argv[0]);
    printf("successfully deleted pool %s\n", argv[0]);
    return 0;
}

static int cmd_purge(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r;

    if (!t->yes)
        return tool_line(-EPERM, "WARNING: this removes all objects of the pool for good.\n"
                                 "To do it, add --yes-i-really-really-mean-it behind its name.");
    if (t->io)
        rados_ioctx_destroy(t->io);
    t->io = NULL;
    r = rados_ioctx_create(t->cluster, argv[0], &t->io);
    if (r < 0)
        return tool_error(r, "error pool %s", argv[0]);
    rados_ioctx_set_namespace(t->io, LIBRADOS_ALL_NSPACES);
    r = rados_remove_listed(t, "");
    if (r == 0)
        printf("successfully purged pool %s\n", argv[0]);
    return r;
}

/* ---- snapshots of pools ---- */

#define SNAPS_MAX     4096
#define SNAP_NAME_MAX 4096

static int cmd_lssnap(struct rados_tool *t, int argc UNUSED, char **argv UNUSED)
{
    char name[SNAP_NAME_MAX], stamp[32];
    rados_snap_t *snaps = calloc(SNAPS_MAX, sizeof(*snaps));
    int count = snaps ? rados_ioctx_snap_list(t->io, snaps, SNAPS_MAX) : -ENOMEM;
    struct tm tm;
    time_t when;

    for (int i = 0; i < count; i++) {
        if (rados_ioctx_snap_get_name(t->io, snaps[i], name, sizeof(name)) < 0 ||
            rados_ioctx_snap_get_stamp(t->io, snaps[i], &when) < 0)
            continue;
        localtime_r(&when, &tm);
        strftime(stamp, sizeof(stamp), "%Y.%m.%d %H:%M:%S", &tm);
        printf("%" PRIu64 "\t%s\t%s\n", (uint64_t)snaps[i], name, stamp);
    }
    free(snaps);
    if (count < 0)
        return tool_error(count, "error listing snapshots of pool %s", t->pool);
    printf("%d snaps\n", count);
    return 0;
}

static int cmd_mksnap(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r = rados_ioctx_snap_create(t->io, argv[0]);

    if (r < 0)
        return tool_error(r, "error creating pool %s snapshot %s", t->pool, argv[0]);
    printf("created pool %s snap %s\n", t->pool, argv[0]);
    return 0;
}

static int cmd_rmsnap(struct rados_tool *t, int argc UNUSED, char **argv)
{
    int r = rados_ioctx_snap_remove(t->io, argv[0]);

    if (r < 0)
        return tool_error(r, "error removing pool %s snapshot %s", t->pool, argv[0]);
    printf("removed pool %s snap %s\n", t->pool, argv[0]);
    return 0;
}

const struct rados_command rados_pool_commands[] = {
    {"lspools", 0, 0, 0, cmd_lspools, "lspools                  list the pools"},
    {"df", 0, 0, 0, cmd_df, "df                       how full pools and cluster are"},
    {"mkpool", 1, 1, 0, cmd_mkpool, "mkpool POOL              make a pool"},
    {"rmpool", 1, 2, 0, cmd_rmpool,
     "rmpool POOL POOL --yes-i-really-really-mean-it   remove a pool and all that is in it"},
    {"purge", 1, 1, 0, cmd_purge, "purge POOL --yes-i-really-really-mean-it   remove all that is in it"},
    {"lssnap", 0, 0, NEEDS_POOL, cmd_lssnap, "lssnap                   list the pool's snapshots"},
    {"mksnap", 1, 1, NEEDS_POOL, cmd_mksnap, "mksnap NAME              make one"},
    {"rmsnap", 1, 1, NEEDS_POOL, cmd_rmsnap, "rmsnap NAME              remove one"},
    {NULL, 0, 0, 0, NULL, NULL},
};
