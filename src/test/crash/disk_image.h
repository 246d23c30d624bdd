/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk_image: what a disk holds after the first so many records of a journal, in two versions: everything
 * that was done, and only what was synced. A file's data counts as synced up to the beginning of its last
 * finished sync; its name once the directory that it is in was synced since.
 *
 * Owner: create and destroy; the journal's bytes are borrowed. Threads: none of its own. What is malformed or
 * cannot be done ends the program with a line: this is for tests.
 */
#ifndef CEPH_TEST_CRASH_DISK_IMAGE_H
#define CEPH_TEST_CRASH_DISK_IMAGE_H

#include <stdbool.h>

#include "test/crash/journal.h"

struct disk_image;

enum disk_image_version {
    DISK_ALL,    /* the process was killed */
    DISK_SYNCED, /* the power went, and nothing that could be lost was kept */
    DISK_SOME,   /* the power went, and some of it was kept, up to anywhere in a write */
};

struct disk_image *disk_image_create(void);
void disk_image_destroy(struct disk_image *d);

/* The record at p; *text and *data lie in the journal. Gives what comes behind it, NULL at the end, where who
 * was killed may have left a part of a record. */
const uint8_t *journal_next(const uint8_t *p, const uint8_t *end, struct journal_record *r, const char **text,
                            const uint8_t **data);
void disk_image_apply(struct disk_image *d, const struct journal_record *r, const char *text,
                      const uint8_t *data);
/* Writes it into an empty directory. seed: for what is random. */
void disk_image_write(const struct disk_image *d, enum disk_image_version v, unsigned seed, const char *dir);
/* Whether the directory holds the same as DISK_ALL, apart from files whose names begin with `except`. */
bool disk_image_equals(const struct disk_image *d, const char *dir, const char *except);

#endif
