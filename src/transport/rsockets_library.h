/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rsockets_library: which librdmacm this process has, and what is known to be wrong with that one. */
#ifndef CEPH_TRANSPORT_RSOCKETS_LIBRARY_H
#define CEPH_TRANSPORT_RSOCKETS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* There is no call for the version: it is part of the name of the file that was loaded. */
void rsockets_library_identify(void);

/* Its path, with symbolic links resolved. */
const char *rsockets_library_file(void);
/* One line, empty when none is known. */
const char *rsockets_library_faults(void);

/* What is unknown is taken for faulty. */
bool rsockets_library_breaks_growing_tables(void);

/* For tests. The faults of the library in a file of that name. */
void rsockets_library_judge(const char *file, char *faults, size_t size, bool *breaks_growing_tables);

#endif
