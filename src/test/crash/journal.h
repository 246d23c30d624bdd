/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal: everything that a process did to the files below a directory, in order, as journal_preload.so
 * writes it down: records one after the other, each followed by its text and its data. Who uses the store
 * adds marks: what it was told to be durable.
 *
 * Records are appended whole by any number of processes. Numbers are the machine's own.
 */
#ifndef CEPH_TEST_CRASH_JOURNAL_H
#define CEPH_TEST_CRASH_JOURNAL_H

#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define JOURNAL_FILE_ENV "CRASH_JOURNAL"      /* the journal's path */
#define JOURNAL_ROOT_ENV "CRASH_JOURNAL_ROOT" /* the directory, absolute */
#define JOURNAL_RECORDS_ENV \
    "CRASH_JOURNAL_RECORDS" /* after so many the process is killed; unset or 0: never */

enum journal_kind {
    JOURNAL_ROOT = 1, /* inode: of the directory itself */
    JOURNAL_OPEN,     /* text: path; made if there is none, length 1: emptied */
    JOURNAL_MKDIR,    /* text: path */
    JOURNAL_WRITE,    /* inode, offset, data */
    JOURNAL_TRUNCATE, /* inode, length: its size from now on */
    JOURNAL_EXTEND,   /* inode, length: its size is at least this */
    JOURNAL_RENAME,   /* text: path, NUL, new path */
    JOURNAL_LINK,     /* the same */
    JOURNAL_UNLINK,   /* text: path, of a directory, too */
    JOURNAL_SYNC,     /* inode, token: a sync begins, of what is there by now */
    JOURNAL_SYNCED,   /* token: and has succeeded */
    JOURNAL_MARK,     /* text */
};

/* Paths are relative to the directory. */
struct journal_record {
    uint32_t kind, text_len;
    uint64_t inode, offset, length, token, data_len;
};

static inline int journal_append(int fd, struct journal_record r, const void *text, const void *data)
{
    struct iovec v[3] = {{&r, sizeof(r)}, {(void *)text, r.text_len}, {(void *)data, r.data_len}};
    size_t all = sizeof(r) + r.text_len + r.data_len;

    return writev(fd, v, 3) == (ssize_t)all ? 0 : -1;
}

static inline int journal_mark(int fd, const char *text)
{
    return journal_append(fd, (struct journal_record){JOURNAL_MARK, (uint32_t)strlen(text)}, text, NULL);
}

#endif
