/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal_preload: a library for LD_PRELOAD that writes down what a process does to the files below a
 * directory (journal.h). A call that changes something and its record are made under one lock, so the records
 * are in the order of the changes; a sync has two, since others may write while it runs. A process can be
 * killed after a certain record.
 *
 * It also makes RocksDB's memtables small, so that a short run has flushes and compactions in it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "test/crash/journal.h"

enum { FDS = 4096, MEMTABLE_BYTES = 1 << 20 };

#define REAL(name)                 \
    static __typeof__(name) *real; \
    if (!real)                     \
    real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int journal = -1; /* -1: nothing is written down */
static const char *root;
static size_t root_len;
static _Atomic uint64_t inodes[FDS]; /* by descriptor; 0: none of ours */
static atomic_ullong tokens;
static unsigned long records, last_record; /* lock; 0: there is none */

static void add(struct journal_record r, const void *text, const void *data)
{
    int saved = errno;
    struct iovec v[3] = {{&r, sizeof(r)}, {(void *)text, r.text_len}, {(void *)data, r.data_len}};

    /* Not by writev(), which is watched. */
    if (syscall(SYS_writev, journal, v, 3) != (long)(sizeof(r) + r.text_len + r.data_len))
        abort();
    if (++records == last_record)
        syscall(SYS_kill, getpid(), SIGKILL);
    errno = saved;
}

static void start(void)
{
    const char *file = getenv(JOURNAL_FILE_ENV), *last = getenv(JOURNAL_RECORDS_ENV);
    struct stat st;

    root = getenv(JOURNAL_ROOT_ENV);
    if (!file || !root || stat(root, &st) < 0)
        return;
    root_len = strlen(root);
    last_record = last ? strtoul(last, NULL, 10) : 0;
    journal = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0)
        abort();
    atomic_store(&tokens, (unsigned long long)getpid() << 32);
    add((struct journal_record){.kind = JOURNAL_ROOT, .inode = st.st_ino}, NULL, NULL);
}

/* The path relative to the directory, or NULL: not below it. */
static const char *below(const char *path)
{
    pthread_once(&once, start);
    if (journal < 0 || strncmp(path, root, root_len) != 0)
        return NULL;
    path += root_len;
    if (*path && *path != '/')
        return NULL;
    while (*path == '/')
        path++;
    return path;
}

static uint64_t inode_of(int fd)
{
    return fd >= 0 && fd < FDS ? atomic_load(&inodes[fd]) : 0;
}

static void add_path(enum journal_kind kind, const char *path, uint64_t inode, uint64_t length)
{
    struct journal_record r = {kind, (uint32_t)strlen(path), .inode = inode, .length = length};

    add(r, path, NULL);
}

static void add_two(enum journal_kind kind, const char *from, const char *to)
{
    char text[8192];
    int n = snprintf(text, sizeof(text), "%s%c%s", from, 0, to);

    if (n < 0 || (size_t)n >= sizeof(text))
        abort();
    add((struct journal_record){kind, (uint32_t)n}, text, NULL);
}

static void add_size(enum journal_kind kind, uint64_t inode, uint64_t length)
{
    add((struct journal_record){.kind = kind, .inode = inode, .length = length}, NULL, NULL);
}

/* With the lock held, after a successful open. */
static void opened(const char *path, int fd, int flags)
{
    struct stat st;

    if (fd >= FDS || fstat(fd, &st) < 0)
        abort();
    atomic_store(&inodes[fd], st.st_ino);
    if (flags & (O_CREAT | O_TRUNC))
        add_path(JOURNAL_OPEN, path, st.st_ino, (flags & O_TRUNC) != 0);
}

#define OPEN(name)                             \
    int name(const char *path, int flags, ...) \
    {                                          \
        const char *p = below(path);           \
        mode_t mode = 0;                       \
        int fd;                                \
        REAL(name);                            \
        if (flags & O_CREAT) {                 \
            va_list ap;                        \
            va_start(ap, flags);               \
            mode = va_arg(ap, mode_t);         \
            va_end(ap);                        \
        }                                      \
        if (!p)                                \
            return real(path, flags, mode);    \
        pthread_mutex_lock(&lock);             \
        fd = real(path, flags, mode);          \
        if (fd >= 0)                           \
            opened(p, fd, flags);              \
        pthread_mutex_unlock(&lock);           \
        return fd;                             \
    }
OPEN(open)
OPEN(open64)

int mkostemp(char *template, int flags)
{
    const char *p = below(template);
    int fd;
    REAL(mkostemp);

    pthread_mutex_lock(&lock);
    fd = real(template, flags);
    if (p && fd >= 0)
        opened(p, fd, O_CREAT);
    pthread_mutex_unlock(&lock);
    return fd;
}

int close(int fd)
{
    REAL(close);
    if (inode_of(fd))
        atomic_store(&inodes[fd], 0);
    return real(fd);
}

/* What a call wrote, if it did, at the end of the lock. */
static ssize_t wrote(uint64_t inode, const void *data, ssize_t n, off_t offset)
{
    struct journal_record r = {.kind = JOURNAL_WRITE, .inode = inode, .offset = (uint64_t)offset};

    if (n > 0) {
        r.data_len = (uint64_t)n;
        add(r, NULL, data);
    }
    pthread_mutex_unlock(&lock);
    return n;
}

ssize_t write(int fd, const void *data, size_t len)
{
    uint64_t inode = inode_of(fd);
    ssize_t n;
    REAL(write);

    if (!inode)
        return real(fd, data, len);
    pthread_mutex_lock(&lock);
    n = real(fd, data, len);
    return wrote(inode, data, n, lseek(fd, 0, SEEK_CUR) - (n > 0 ? n : 0));
}

#define PWRITE(name)                                                    \
    ssize_t name(int fd, const void *data, size_t len, off_t offset)    \
    {                                                                   \
        uint64_t inode = inode_of(fd);                                  \
        REAL(name);                                                     \
        if (!inode)                                                     \
            return real(fd, data, len, offset);                         \
        pthread_mutex_lock(&lock);                                      \
        return wrote(inode, data, real(fd, data, len, offset), offset); \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

#define TRUNCATE(name)                                           \
    int name(int fd, off_t length)                               \
    {                                                            \
        uint64_t inode = inode_of(fd);                           \
        int r;                                                   \
        REAL(name);                                              \
        if (!inode)                                              \
            return real(fd, length);                             \
        pthread_mutex_lock(&lock);                               \
        r = real(fd, length);                                    \
        if (r == 0)                                              \
            add_size(JOURNAL_TRUNCATE, inode, (uint64_t)length); \
        pthread_mutex_unlock(&lock);                             \
        return r;                                                \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    uint64_t inode = inode_of(fd);
    int r;
    REAL(fallocate);

    pthread_mutex_lock(&lock);
    r = real(fd, mode, offset, length);
    if (r == 0 && inode && (mode & ~FALLOC_FL_KEEP_SIZE))
        abort(); /* holes: nobody has made any so far */
    if (r == 0 && inode && !(mode & FALLOC_FL_KEEP_SIZE))
        add_size(JOURNAL_EXTEND, inode, (uint64_t)(offset + length));
    pthread_mutex_unlock(&lock);
    return r;
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
    uint64_t inode = inode_of(fd);
    int r;
    REAL(posix_fallocate);

    pthread_mutex_lock(&lock);
    r = real(fd, offset, length);
    if (r == 0 && inode)
        add_size(JOURNAL_EXTEND, inode, (uint64_t)(offset + length));
    pthread_mutex_unlock(&lock);
    return r;
}

#define TWO_PATHS(name, kind)                              \
    int name(const char *from, const char *to)             \
    {                                                      \
        const char *f = below(from), *t = below(to);       \
        int r;                                             \
        REAL(name);                                        \
        if (!f && !t)                                      \
            return real(from, to);                         \
        if (!f || !t)                                      \
            abort(); /* nobody moves anything in or out */ \
        pthread_mutex_lock(&lock);                         \
        r = real(from, to);                                \
        if (r == 0)                                        \
            add_two(kind, f, t);                           \
        pthread_mutex_unlock(&lock);                       \
        return r;                                          \
    }
TWO_PATHS(rename, JOURNAL_RENAME)
TWO_PATHS(link, JOURNAL_LINK)

#define REMOVE(name)                           \
    int name(const char *path)                 \
    {                                          \
        const char *p = below(path);           \
        int r;                                 \
        REAL(name);                            \
        if (!p)                                \
            return real(path);                 \
        pthread_mutex_lock(&lock);             \
        r = real(path);                        \
        if (r == 0)                            \
            add_path(JOURNAL_UNLINK, p, 0, 0); \
        pthread_mutex_unlock(&lock);           \
        return r;                              \
    }
REMOVE(unlink)
REMOVE(rmdir)

int mkdir(const char *path, mode_t mode)
{
    const char *p = below(path);
    struct stat st;
    int r;
    REAL(mkdir);

    if (!p)
        return real(path, mode);
    pthread_mutex_lock(&lock);
    r = real(path, mode);
    if (r == 0 && stat(path, &st) == 0)
        add_path(JOURNAL_MKDIR, p, st.st_ino, 0);
    pthread_mutex_unlock(&lock);
    return r;
}

#define SYNC(name)                                                        \
    int name(int fd)                                                      \
    {                                                                     \
        uint64_t inode = inode_of(fd);                                    \
        struct journal_record s = {.kind = JOURNAL_SYNC, .inode = inode}; \
        int r;                                                            \
        REAL(name);                                                       \
        if (!inode)                                                       \
            return real(fd);                                              \
        s.token = atomic_fetch_add(&tokens, 1);                           \
        pthread_mutex_lock(&lock);                                        \
        add(s, NULL, NULL);                                               \
        pthread_mutex_unlock(&lock);                                      \
        r = real(fd);                                                     \
        s.kind = JOURNAL_SYNCED;                                          \
        pthread_mutex_lock(&lock);                                        \
        if (r == 0)                                                       \
            add(s, NULL, NULL);                                           \
        pthread_mutex_unlock(&lock);                                      \
        return r;                                                         \
    }
SYNC(fsync)
SYNC(fdatasync)

/* Not between what another thread does and its record. */
void _exit(int status)
{
    pthread_mutex_lock(&lock);
    syscall(SYS_exit_group, status);
    abort();
}

void rocksdb_options_set_write_buffer_size(rocksdb_options_t *o, size_t bytes)
{
    REAL(rocksdb_options_set_write_buffer_size);
    pthread_once(&once, start);
    real(o, journal < 0 ? bytes : MEMTABLE_BYTES);
}
