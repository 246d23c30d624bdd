/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_data: the small files in an OSD's folder, as genuine Ceph has them: whoami, fsid, ceph_fsid, type,
 * magic, ready; beside them lies the object store. Errors: negative errno and a line in err.
 */
#ifndef CEPH_OSD_OSD_DATA_H
#define CEPH_OSD_OSD_DATA_H

#include "common/conf.h"
#include "types/fsid.h"

struct osd_data {
    struct fsid fsid, cluster_fsid;
    int whoami;
    char *kind; /* of the object store, malloc'ed */
};

/* Makes the folder and all files but `ready`. uuid zero: osd_uuid's, or a random one. -EEXIST: it is all
 * there and ready. */
int osd_data_make(const struct conf *conf, const struct fsid *uuid, struct osd_data *d, char *err,
                  size_t err_size) MUST_CHECK;
int osd_data_finish(const struct conf *conf, char *err, size_t err_size) MUST_CHECK;
int osd_data_read(const struct conf *conf, struct osd_data *d, char *err, size_t err_size) MUST_CHECK;
void osd_data_destroy(struct osd_data *d);
/* Folder of the object store; malloc'ed. */
char *osd_data_store_path(const struct conf *conf);

#endif
