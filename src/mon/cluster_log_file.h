/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cluster_log_file: appends entries of the cluster log to the files that mon_cluster_log_file names. */
#ifndef CEPH_MON_CLUSTER_LOG_FILE_H
#define CEPH_MON_CLUSTER_LOG_FILE_H

#include "messages/m_log.h"

struct conf;

struct cluster_log_file {
    char *complained_of; /* the file that could not be written; it is said once */
};

void cluster_log_file_destroy(struct cluster_log_file *f);
/* Opens, appends and closes: entries come a few times a second at most, and a rotated file is left at once.
 */
void cluster_log_file_write(struct cluster_log_file *f, const struct conf *conf, const struct log_entry *e);

#endif
