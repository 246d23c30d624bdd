/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/crash/disk_image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/compiler.h"
#include "common/file_io.h"

/* A file's bytes; or a directory's names. */
struct content {
    uint8_t *bytes;
    size_t len;
    struct name *names;
    unsigned count;
};

struct name {
    char *text;
    struct node *node;
};

/* A change to a file that is not synced. Its data lies in the journal. */
struct pending {
    uint64_t at; /* when: the number of its record */
    struct journal_record r;
    const uint8_t *data;
};

struct node {
    struct node *next; /* of all */
    uint64_t inode;
    bool is_dir, gone; /* gone: the number may be another's by now */
    struct content live, synced;
    uint64_t synced_at; /* when the sync of a directory's names began */
    struct pending *pending;
    unsigned pending_count;
};

struct open_sync {
    uint64_t token, at;
    struct node *node;
    struct content names; /* of a directory, when the sync began */
};

struct disk_image {
    struct node *nodes, *root;
    struct open_sync *syncs;
    unsigned sync_count;
    uint64_t records;
};

static _Noreturn void stop(const char *what, const char *path)
{
    printf("Bail out! %s %s: %s\n", what, path, strerror(errno));
    exit(99);
}

static void *must(void *p)
{
    if (!p)
        stop("no memory", "");
    return p;
}

struct disk_image *disk_image_create(void)
{
    return must(calloc(1, sizeof(struct disk_image)));
}

static void content_free(struct content *c)
{
    for (unsigned i = 0; i < c->count; i++)
        free(c->names[i].text);
    free(c->names);
    free(c->bytes);
    *c = (struct content){0};
}

void disk_image_destroy(struct disk_image *d)
{
    struct node *next;

    for (struct node *n = d->nodes; n; n = next) {
        next = n->next;
        content_free(&n->live);
        content_free(&n->synced);
        free(n->pending);
        free(n);
    }
    for (unsigned i = 0; i < d->sync_count; i++)
        content_free(&d->syncs[i].names);
    free(d->syncs);
    free(d);
}

const uint8_t *journal_next(const uint8_t *p, const uint8_t *end, struct journal_record *r, const char **text,
                            const uint8_t **data)
{
    if ((size_t)(end - p) < sizeof(*r))
        return NULL;
    memcpy(r, p, sizeof(*r));
    *text = (const char *)p + sizeof(*r);
    *data = p + sizeof(*r) + r->text_len;
    if (r->data_len + r->text_len > (size_t)(end - p) - sizeof(*r))
        return NULL;
    return *data + r->data_len;
}

/* ---- names ---- */

static struct content names_copy(const struct content *from)
{
    struct content c = {.count = from->count};

    c.names = must(calloc(c.count + 1, sizeof(*c.names)));
    for (unsigned i = 0; i < c.count; i++)
        c.names[i] = (struct name){must(strdup(from->names[i].text)), from->names[i].node};
    return c;
}

static struct name *name_find(const struct content *dir, const char *text)
{
    for (unsigned i = 0; i < dir->count; i++) {
        if (strcmp(dir->names[i].text, text) == 0)
            return &dir->names[i];
    }
    return NULL;
}

static void name_set(struct content *dir, const char *text, struct node *n)
{
    struct name *there = name_find(dir, text);

    if (!there) {
        dir->names = must(realloc(dir->names, (dir->count + 1) * sizeof(*dir->names)));
        there = &dir->names[dir->count++];
        there->text = must(strdup(text));
    }
    there->node = n;
}

static void name_remove(struct content *dir, const char *text)
{
    struct name *n = name_find(dir, text);

    if (!n)
        return;
    free(n->text);
    *n = dir->names[--dir->count];
}

/* The directory that holds the path's last part, which it gives; NULL: it is not known. */
static struct node *parent_of(const struct disk_image *d, const char *path, char last[static 256])
{
    struct node *n = d->root;

    for (;;) {
        size_t len = strcspn(path, "/");
        struct name *entry;

        if (len >= 256)
            stop("a name too long in", path);
        memcpy(last, path, len);
        last[len] = 0;
        path += len;
        path += strspn(path, "/");
        if (!*path)
            return n;
        entry = name_find(&n->live, last);
        if (!entry)
            return NULL;
        n = entry->node;
    }
}

static struct node *node_find(const struct disk_image *d, uint64_t inode)
{
    for (struct node *n = d->nodes; n; n = n->next) {
        if (n->inode == inode && !n->gone)
            return n;
    }
    return NULL;
}

static struct node *node_make(struct disk_image *d, uint64_t inode, bool is_dir)
{
    struct node *n = must(calloc(1, sizeof(*n))), *old = node_find(d, inode);

    if (old)
        old->gone = true;
    n->inode = inode;
    n->is_dir = is_dir;
    n->next = d->nodes;
    d->nodes = n;
    return n;
}

/* ---- changes ---- */

static void bytes_resize(struct content *c, size_t len)
{
    c->bytes = must(realloc(c->bytes, len + 1));
    if (len > c->len)
        memset(c->bytes + c->len, 0, len - c->len);
    c->len = len;
}

/* data_len: as much of the record's data as counts. */
static void bytes_change(struct content *c, const struct journal_record *r, const uint8_t *data,
                         size_t data_len)
{
    size_t end = r->offset + data_len;

    if (r->kind == JOURNAL_TRUNCATE || (r->kind == JOURNAL_EXTEND && r->length > c->len))
        bytes_resize(c, r->length);
    if (r->kind != JOURNAL_WRITE)
        return;
    if (end > c->len)
        bytes_resize(c, end);
    memcpy(c->bytes + r->offset, data, data_len);
}

static void file_change(struct disk_image *d, struct node *n, const struct journal_record *r,
                        const uint8_t *data)
{
    bytes_change(&n->live, r, data, r->data_len);
    n->pending = must(realloc(n->pending, (n->pending_count + 1) * sizeof(*n->pending)));
    n->pending[n->pending_count++] = (struct pending){d->records, *r, data};
}

static void apply_open(struct disk_image *d, const struct journal_record *r, const char *path)
{
    struct journal_record empty = {.kind = JOURNAL_TRUNCATE};
    char last[256];
    struct node *dir = parent_of(d, path, last);
    struct name *there = dir ? name_find(&dir->live, last) : NULL;

    if (!dir)
        stop("no directory for", path);
    if (!there)
        name_set(&dir->live, last, node_make(d, r->inode, r->kind == JOURNAL_MKDIR));
    else if (r->length)
        file_change(d, there->node, &empty, NULL);
}

static void apply_unlink(struct disk_image *d, const char *path)
{
    char last[256];
    struct node *dir = parent_of(d, path, last);

    if (dir)
        name_remove(&dir->live, last);
}

/* A file that was not seen being made (RocksDB's log for people is written by stdio) stays unknown. */
static void apply_link(struct disk_image *d, const char *from, const char *to, bool keep)
{
    char last[256], new_last[256];
    struct node *dir = parent_of(d, from, last), *new_dir = parent_of(d, to, new_last);
    struct name *there = dir ? name_find(&dir->live, last) : NULL;
    struct node *n = there ? there->node : NULL;

    if (!n || !new_dir)
        return;
    if (!keep)
        name_remove(&dir->live, last);
    name_set(&new_dir->live, new_last, n);
}

static void sync_begin(struct disk_image *d, struct node *n, uint64_t token)
{
    struct open_sync s = {token, d->records, n, {0}};

    if (n->is_dir)
        s.names = names_copy(&n->live);
    d->syncs = must(realloc(d->syncs, (d->sync_count + 1) * sizeof(*d->syncs)));
    d->syncs[d->sync_count++] = s;
}

static void sync_end(struct disk_image *d, uint64_t token)
{
    struct open_sync *s = d->syncs;
    unsigned done = 0;
    struct node *n;

    while (s < d->syncs + d->sync_count && s->token != token)
        s++;
    if (s == d->syncs + d->sync_count)
        return;
    n = s->node;
    if (n->is_dir && s->at >= n->synced_at) {
        content_free(&n->synced);
        n->synced = s->names;
        n->synced_at = s->at;
    } else {
        content_free(&s->names); /* another thread's sync, which began later, has ended before */
    }
    for (; done < n->pending_count && n->pending[done].at < s->at; done++)
        bytes_change(&n->synced, &n->pending[done].r, n->pending[done].data, n->pending[done].r.data_len);
    n->pending_count -= done;
    if (done)
        memmove(n->pending, n->pending + done, n->pending_count * sizeof(*n->pending));
    *s = d->syncs[--d->sync_count];
}

void disk_image_apply(struct disk_image *d, const struct journal_record *r, const char *text,
                      const uint8_t *data)
{
    char path[8192];
    struct node *n = node_find(d, r->inode);

    if (r->text_len >= sizeof(path))
        stop("a path too long in", "the journal");
    memcpy(path, text, r->text_len);
    path[r->text_len] = 0;
    d->records++;
    switch (r->kind) {
    case JOURNAL_ROOT:
        if (!d->root)
            d->root = node_make(d, r->inode, true);
        break;
    case JOURNAL_OPEN:
    case JOURNAL_MKDIR:
        apply_open(d, r, path);
        break;
    case JOURNAL_WRITE:
    case JOURNAL_TRUNCATE:
    case JOURNAL_EXTEND:
        if (n)
            file_change(d, n, r, data);
        break;
    case JOURNAL_RENAME:
    case JOURNAL_LINK:
        apply_link(d, path, path + strlen(path) + 1, r->kind == JOURNAL_LINK);
        break;
    case JOURNAL_UNLINK:
        apply_unlink(d, path);
        break;
    case JOURNAL_SYNC:
        if (n)
            sync_begin(d, n, r->token);
        break;
    case JOURNAL_SYNCED:
        sync_end(d, r->token);
        break;
    }
}

/* ---- directories on the real disk ---- */

static void write_bytes(const struct content *c, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, c->bytes, c->len) != (ssize_t)c->len || close(fd) < 0)
        stop("cannot write", path);
}

/* What was synced and some of what followed, the last of it perhaps in part. */
static struct content some_of(const struct node *n, unsigned *seed)
{
    unsigned keep = n->pending_count ? (unsigned)rand_r(seed) % (n->pending_count + 1) : 0;
    struct content c = {0};

    bytes_resize(&c, n->synced.len);
    if (n->synced.len)
        memcpy(c.bytes, n->synced.bytes, n->synced.len);
    for (unsigned i = 0; i < keep; i++) {
        const struct pending *p = &n->pending[i];
        size_t len = p->r.data_len;
        if (i == keep - 1 && len)
            len = (size_t)rand_r(seed) % (len + 1);
        bytes_change(&c, &p->r, p->data, len);
    }
    return c;
}

static void write_node(const struct node *n, enum disk_image_version v, unsigned *seed, const char *path)
{
    bool live = v == DISK_ALL || (v == DISK_SOME && n->is_dir && rand_r(seed) % 2);
    const struct content *names = live ? &n->live : &n->synced;
    struct content some = {0};

    if (!n->is_dir) {
        if (v == DISK_SOME)
            some = some_of(n, seed);
        write_bytes(v == DISK_SOME ? &some : v == DISK_ALL ? &n->live : &n->synced, path);
        content_free(&some);
        return;
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        stop("cannot make", path);
    for (unsigned i = 0; i < names->count; i++) {
        char *below;
        if (asprintf(&below, "%s/%s", path, names->names[i].text) < 0)
            stop("no memory", "");
        write_node(names->names[i].node, v, seed, below);
        free(below);
    }
}

void disk_image_write(const struct disk_image *d, enum disk_image_version v, unsigned seed, const char *dir)
{
    if (d->root)
        write_node(d->root, v, &seed, dir);
}

static bool file_equals(const struct content *c, const char *path)
{
    uint8_t *bytes;
    size_t len;
    bool same;

    if (file_read(path, SIZE_MAX, &bytes, &len))
        return false;
    same = len == c->len && (!len || memcmp(bytes, c->bytes, len) == 0);
    free(bytes);
    return same;
}

static bool node_equals(const struct node *n, const char *path, const char *except)
{
    DIR *dir = n->is_dir ? opendir(path) : NULL;
    unsigned seen = 0, expected = 0;
    bool same = true;
    struct dirent *e;

    if (!n->is_dir)
        return file_equals(&n->live, path);
    for (unsigned i = 0; i < n->live.count; i++)
        expected += strncmp(n->live.names[i].text, except, strlen(except)) != 0;
    while (same && dir && (e = readdir(dir))) {
        struct name *there = name_find(&n->live, e->d_name);
        char *below;
        if (e->d_name[0] == '.' || strncmp(e->d_name, except, strlen(except)) == 0)
            continue;
        if (asprintf(&below, "%s/%s", path, e->d_name) < 0)
            stop("no memory", "");
        same = there && node_equals(there->node, below, except);
        if (!same)
            printf("# %s is not as the journal says\n", below);
        free(below);
        seen++;
    }
    if (dir)
        closedir(dir);
    return same && dir && seen == expected;
}

bool disk_image_equals(const struct disk_image *d, const char *dir, const char *except)
{
    return d->root && node_equals(d->root, dir, except);
}
