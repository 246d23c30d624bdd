/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file_io: whole files in and out, all of what is to be written, and names that stay. Errors: negative errno.
 * Threads: any.
 */
#ifndef CEPH_COMMON_FILE_IO_H
#define CEPH_COMMON_FILE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"

/* The bytes of a file of at most max bytes; free() *data, which ends in a NUL that *len does not count.
 * -EFBIG: there are more. */
int file_read(const char *path, size_t max, uint8_t **data, size_t *len) MUST_CHECK;

/*
 * Replaces a file by these bytes or leaves it as it was: they go to a new file beside it, to the disk, and
 * then under its name, which is on the disk on return. A file that is there keeps its mode; what is no
 * regular file (a device, a pipe) is written in place.
 */
int file_write(const char *path, const void *data, size_t len, mode_t mode) MUST_CHECK;

/* All of the bytes to a descriptor, a blocking one. */
int fd_write(int fd, const void *data, size_t len) MUST_CHECK;

/* Waits until the name is on the disk (or its absence): what is synced is lost if its name is. */
int file_sync_name(const char *path) MUST_CHECK;

#endif
