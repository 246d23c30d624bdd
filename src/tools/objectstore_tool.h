/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objectstore_tool: what ceph-objectstore-tool was asked for, and the store that it looks at. Operations
 * print their result and their errors and return what the program ends with: 0 or 1.
 */
#ifndef CEPH_TOOLS_OBJECTSTORE_TOOL_H
#define CEPH_TOOLS_OBJECTSTORE_TOOL_H

#include "common/formatter.h"
#include "os/object_store.h"
#include "types/osd_superblock.h"
#include "types/pg_id.h"

struct objectstore_tool {
    const char *data_path, *type, *op, *pgid, *file, *nspace;
    enum formatter_style style;
    bool force, dry_run;
    char **words; /* an object, what to do with it, and with what */
    int word_count;

    struct object_store *store;
    struct osd_superblock superblock;
};

/* The collection of --pgid, for the caller to put; NULL, and a line, when there is none. */
struct os_collection *objectstore_tool_pg(const struct objectstore_tool *t, struct pg_id *id);
/* "(2) No such file or directory" with what failed. Returns 1. */
int objectstore_tool_failed(const char *what, int error);

int objectstore_tool_list(const struct objectstore_tool *t);
int objectstore_tool_list_pgs(const struct objectstore_tool *t);
int objectstore_tool_info(const struct objectstore_tool *t);
int objectstore_tool_fsck(const struct objectstore_tool *t);
int objectstore_tool_remove(const struct objectstore_tool *t);
int objectstore_tool_export(const struct objectstore_tool *t);
int objectstore_tool_import(const struct objectstore_tool *t);
/* "OBJECT get-bytes" and its kind. */
int objectstore_tool_object(const struct objectstore_tool *t);

/* Collections of placement groups, in order; free() them. */
int objectstore_tool_collections(struct object_store *s, struct coll_id **ids, unsigned *count) MUST_CHECK;

#endif
