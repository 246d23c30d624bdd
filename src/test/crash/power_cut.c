/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * power_cut: takes from a directory what a power failure would have taken.
 *
 *     power_cut begin JOURNAL DIR      begins a journal with what is in the directory, all of it synced
 *     power_cut cut JOURNAL DIR SEED   makes the directory, which may not exist, as a power failure at the
 *                                      end of the journal leaves it, and begins the journal again
 *
 * In between a process runs under journal_preload.so and is killed. An even seed keeps only what was synced,
 * an odd one some of the rest, too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/file_io.h"
#include "test/crash/disk_image.h"

static _Noreturn void stop(const char *what, const char *path)
{
    fprintf(stderr, "power_cut: cannot %s %s: %s\n", what, path, strerror(errno));
    exit(EXIT_FAILURE);
}

static uint64_t inode_of(const char *path, bool *is_dir)
{
    struct stat st;

    if (stat(path, &st) < 0)
        stop("look at", path);
    *is_dir = S_ISDIR(st.st_mode);
    return st.st_ino;
}

static void add(int journal, struct journal_record r, const void *text, const void *data)
{
    if (journal_append(journal, r, text, data))
        stop("append to", "the journal");
}

static void add_sync(int journal, uint64_t inode)
{
    static uint64_t token;

    add(journal, (struct journal_record){.kind = JOURNAL_SYNC, .inode = inode, .token = ++token}, NULL, NULL);
    add(journal, (struct journal_record){.kind = JOURNAL_SYNCED, .token = token}, NULL, NULL);
}

static void add_file(int journal, uint64_t inode, const char *path)
{
    uint8_t *bytes;
    size_t len;
    int r = file_read(path, SIZE_MAX, &bytes, &len);

    if (r) {
        errno = -r;
        stop("read", path);
    }
    add(journal, (struct journal_record){.kind = JOURNAL_WRITE, .inode = inode, .data_len = len}, NULL,
        bytes);
    free(bytes);
}

static void add_all(int journal, uint64_t dir_inode, const char *path, size_t root_len)
{
    DIR *dir = opendir(path);
    struct dirent *e;

    if (!dir)
        stop("open", path);
    while ((e = readdir(dir))) {
        struct journal_record r = {.kind = JOURNAL_OPEN};
        bool is_dir;
        char *below;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (asprintf(&below, "%s/%s", path, e->d_name) < 0)
            stop("look below", path);
        r.inode = inode_of(below, &is_dir);
        r.text_len = (uint32_t)(strlen(below) - root_len - 1);
        if (is_dir)
            r.kind = JOURNAL_MKDIR;
        add(journal, r, below + root_len + 1, NULL);
        if (is_dir)
            add_all(journal, r.inode, below, root_len);
        else
            add_file(journal, r.inode, below);
        add_sync(journal, r.inode);
        free(below);
    }
    closedir(dir);
    add_sync(journal, dir_inode);
}

static void begin(const char *path, const char *dir)
{
    int journal = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    struct journal_record root = {.kind = JOURNAL_ROOT};
    bool is_dir;

    if (journal < 0)
        stop("write", path);
    root.inode = inode_of(dir, &is_dir);
    add(journal, root, NULL, NULL);
    add_all(journal, root.inode, dir, strlen(dir));
    close(journal);
}

static void cut(const char *path, const char *dir, unsigned seed)
{
    struct disk_image *d = disk_image_create();
    struct journal_record r;
    const uint8_t *p, *data;
    const char *text;
    uint8_t *bytes;
    size_t len;

    if (file_read(path, SIZE_MAX, &bytes, &len))
        stop("read", path);
    for (p = bytes; (p = journal_next(p, bytes + len, &r, &text, &data));)
        disk_image_apply(d, &r, text, data);
    disk_image_write(d, seed % 2 ? DISK_SOME : DISK_SYNCED, seed, dir);
    disk_image_destroy(d);
    free(bytes);
}

int main(int argc, char **argv)
{
    bool is_cut = argc == 5 && strcmp(argv[1], "cut") == 0;

    if (!is_cut && (argc != 4 || strcmp(argv[1], "begin") != 0)) {
        fputs("power_cut begin JOURNAL DIR | cut JOURNAL DIR SEED\n", stderr);
        return EXIT_FAILURE;
    }
    if (is_cut)
        cut(argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
    begin(argv[2], argv[3]);
    return EXIT_SUCCESS;
}
