/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_mkfs: makes a monitor's data: `ceph-mon --mkfs`; and reads and writes the monmap in it offline. */
#ifndef CEPH_MON_MON_MKFS_H
#define CEPH_MON_MON_MKFS_H

#include "common/compiler.h"
#include "maps/monmap.h"

struct conf;

/* Makes mon_data for the monitor that conf names. monmap_path: a monmap file; NULL: the monitors are those of
 * mon_host. Prints what it did. Errors: negative errno, with a line in err. */
int mon_mkfs(const struct conf *conf, const char *monmap_path, char *err, size_t err_size) MUST_CHECK;

/* Writes the newest monmap of a store that nobody has open to a file; likewise. */
int mon_extract_monmap(const struct conf *conf, const char *path, char *err, size_t err_size) MUST_CHECK;
/* Makes the map of the file the newest of the store. */
int mon_inject_monmap(const struct conf *conf, const char *path, char *err, size_t err_size) MUST_CHECK;

#endif
