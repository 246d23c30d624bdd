/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-objectstore-tool: a look into the store of an OSD that does not run, and placement groups out and in.
 */
#include "tools/objectstore_tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file_io.h"
#include "common/log.h"
#include "common/version.h"
#include "osd/osd.h"

enum { KIND_MAX = 64 };

static const struct operation {
    const char *name;
    int (*run)(const struct objectstore_tool *t);
} operations[] = {
    {"list", objectstore_tool_list},     {"list-pgs", objectstore_tool_list_pgs},
    {"info", objectstore_tool_info},     {"fsck", objectstore_tool_fsck},
    {"export", objectstore_tool_export}, {"import", objectstore_tool_import},
    {"remove", objectstore_tool_remove},
};

static const char usage[] =
    "usage: ceph-objectstore-tool --data-path PATH --op OPERATION [OPTIONS]\n"
    "       ceph-objectstore-tool --data-path PATH [--pgid PG] OBJECT COMMAND [ARGUMENT]\n"
    "The OSD must not run.\n"
    "  --data-path PATH   the OSD's folder\n"
    "  --type KIND        of its store; known from the folder otherwise\n"
    "  --op OPERATION     list, list-pgs, info, fsck, export, import, remove\n"
    "  --pgid PG          the placement group, such as 1.1f; for info, export and remove it is needed\n"
    "  --file PATH        where to export to or to import from; - or nothing: standard output or input\n"
    "  --namespace NAME   only objects of this namespace\n"
    "  --format FORMAT    json or json-pretty\n"
    "  --force            needed for remove; import what came from another cluster\n"
    "  --dry-run          change nothing\n"
    "OBJECT is a name, or what list prints of an object. COMMAND is one of\n"
    "  get-bytes [FILE], list-attrs, get-attr NAME, list-omap, get-omap KEY, get-omaphdr, remove\n";

static int usage_error(const char *what)
{
    fprintf(stderr, "ceph-objectstore-tool: %s\nceph-objectstore-tool --help for usage\n", what);
    return 1;
}

int objectstore_tool_failed(const char *what, int error)
{
    fprintf(stderr, "ceph-objectstore-tool: %s: (%d) %s\n", what, -error, strerror(-error));
    return 1;
}

struct os_collection *objectstore_tool_pg(const struct objectstore_tool *t, struct pg_id *id)
{
    struct os_collection *c = NULL;

    if (!t->pgid)
        usage_error("this needs --pgid");
    else if (!pg_id_parse(t->pgid, id))
        fprintf(stderr, "Invalid pgid '%s' specified\n", t->pgid);
    else if (!(c = object_store_collection(t->store, (struct coll_id){id->pool, id->seed})))
        fprintf(stderr, "PG '%s' not found\n", t->pgid);
    return c;
}

/* The kind of store that the folder says it has; malloc'ed. */
static char *kind_of(const char *data_path)
{
    char *path, *kind = NULL;
    uint8_t *bytes;
    size_t len;

    if (asprintf(&path, "%s/type", data_path) < 0)
        return NULL;
    if (file_read(path, KIND_MAX, &bytes, &len) == 0) {
        kind = (char *)bytes;
        kind[strcspn(kind, "\n")] = 0;
    }
    free(path);
    return kind;
}

static int open_store(struct objectstore_tool *t)
{
    char *kind = t->type ? strdup(t->type) : kind_of(t->data_path), *path = NULL, *repaired = NULL, err[512];
    int r;

    if (!kind) {
        fprintf(stderr, "ceph-objectstore-tool: %s is no folder of an OSD, or says no type; try --type\n",
                t->data_path);
        return -EINVAL;
    }
    if (asprintf(&path, "%s/store", t->data_path) < 0) {
        free(kind);
        return -ENOMEM;
    }
    r = object_store_open(kind, path, OS_AT_REST, UINT64_MAX, &t->store, &repaired, err, sizeof(err));
    if (r == -EBUSY)
        fputs("OSD has the store locked\n", stderr);
    else if (r)
        fprintf(stderr, "Mount failed with '%s'\n", err);
    else if (repaired)
        fputs(repaired, stderr);
    if (r == 0)
        r = osd_read_superblock(t->store, &t->superblock, err, sizeof(err));
    if (r && t->store)
        fprintf(stderr, "ceph-objectstore-tool: %s\n", err);
    free(repaired);
    free(path);
    free(kind);
    return r;
}

static int run(struct objectstore_tool *t, const struct operation *op)
{
    int r = open_store(t) ? 1 : op ? op->run(t) : objectstore_tool_object(t);

    osd_superblock_destroy(&t->superblock);
    object_store_close(t->store);
    if (fflush(stdout) || ferror(stdout))
        r = objectstore_tool_failed("cannot write to standard output", -EIO);
    return r;
}

enum { FLAG_HELP = 1, FLAG_FORCE, FLAG_DRY_RUN, FLAG_FORMAT, FLAG_VERSION, FLAG_IGNORED, FLAG_VALUE };

static int parse(struct objectstore_tool *t, int argc, char **argv)
{
    const char **values[] = {&t->data_path, &t->type, &t->op, &t->pgid, &t->file, &t->nspace};
    static const struct option flags[] = {
        {"data-path", required_argument, NULL, FLAG_VALUE},
        {"type", required_argument, NULL, FLAG_VALUE + 1},
        {"op", required_argument, NULL, FLAG_VALUE + 2},
        {"pgid", required_argument, NULL, FLAG_VALUE + 3},
        {"file", required_argument, NULL, FLAG_VALUE + 4},
        {"namespace", required_argument, NULL, FLAG_VALUE + 5},
        {"format", required_argument, NULL, FLAG_FORMAT},
        {"help", no_argument, NULL, FLAG_HELP},
        {"version", no_argument, NULL, FLAG_VERSION},
        {"force", no_argument, NULL, FLAG_FORCE},
        {"dry-run", no_argument, NULL, FLAG_DRY_RUN},
        {"no-mon-config", no_argument, NULL, FLAG_IGNORED},
        {NULL, 0, NULL, 0},
    };
    int flag;

    while ((flag = getopt_long(argc, argv, "h", flags, NULL)) != -1) {
        switch (flag) {
        case 'h':
        case FLAG_HELP:
            fputs(usage, stdout);
            exit(0);
        case FLAG_VERSION:
            puts(CEPH_VERSION_TEXT);
            exit(0);
        case FLAG_FORCE:
            t->force = true;
            break;
        case FLAG_DRY_RUN:
            t->dry_run = true;
            break;
        case FLAG_FORMAT:
            if (!formatter_style_parse(optarg, &t->style))
                return usage_error("--format is json or json-pretty");
            break;
        case FLAG_IGNORED:
            break;
        case '?':
            return usage_error("what is asked for is not known");
        default:
            *values[flag - FLAG_VALUE] = optarg;
        }
    }
    t->words = argv + optind;
    t->word_count = argc - optind;
    return 0;
}

int main(int argc, char **argv)
{
    struct objectstore_tool t = {.style = FORMATTER_JSON_PRETTY};
    const struct operation *op = NULL;

    if (parse(&t, argc, argv))
        return 1;
    if (!t.data_path)
        return usage_error("Must provide --data-path");
    for (size_t i = 0; t.op && i < ARRAY_SIZE(operations); i++) {
        if (strcmp(operations[i].name, t.op) == 0)
            op = &operations[i];
    }
    if (t.op && !op)
        return usage_error("--op: no such operation");
    if (!op && t.word_count < 2)
        return usage_error("Must provide --op or an object and a command");
    return run(&t, op);
}
