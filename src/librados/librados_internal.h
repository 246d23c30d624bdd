/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * librados_internal: what the parts of librados share: the structs behind the handles, and the two ways of
 * carrying an operation out: sync_call, which waits, and rados_completion, which does not.
 */
#ifndef CEPH_LIBRADOS_LIBRADOS_INTERNAL_H
#define CEPH_LIBRADOS_LIBRADOS_INTERNAL_H

#include <stdatomic.h>

#include "common/conf.h"
#include "common/mutex.h"
#include "include/rados/librados.h"
#include "osdc/linger.h"
#include "osdc/objecter.h"

/* ---- configuration, shared by a handle and those made with its context ---- */

struct rados_config {
    atomic_uint refs;
    struct conf *conf;
};

/* ---- cluster ---- */

enum cluster_state { CLUSTER_NEW, CLUSTER_CONNECTED };

struct rados_log_watch;

struct rados_cluster {
    atomic_uint refs; /* the handle's and its I/O contexts' */
    struct rados_config *config;
    unsigned fork_generation; /* of the process that connected */
    struct mutex lock;        /* connecting, and what follows */
    atomic_int state;         /* enum cluster_state */
    struct messenger *messenger;
    struct mon_client *mon_client;
    struct objecter *objecter;
    struct lingers *lingers;
    struct rados_log_watch *log_watch;
};

/* -ENOTCONN: the handle is not connected, or another process's. */
int cluster_check(const struct rados_cluster *c);
struct rados_cluster *cluster_get(struct rados_cluster *c);
void cluster_put(struct rados_cluster *c);
uint64_t cluster_mon_timeout_ns(const struct rados_cluster *c);
unsigned fork_generation(void);

/* ---- I/O context ---- */

struct rados_ioctx {
    atomic_uint refs;
    struct rados_cluster *cluster;
    int64_t pool;
    char *key, *nspace;
    uint64_t read_snap, snap_seq;
    uint64_t *snaps; /* newest first */
    uint32_t snap_count;
    uint32_t flags; /* enum osd_flag, for every operation */
    atomic_uint_least64_t last_version;

    /* asynchronous writes, for flushing */
    struct mutex lock;
    struct cond flushed;
    struct list writes; /* rados_completion.write_entry, in order */
    uint64_t write_seq;
    struct list flushes; /* struct rados_completion, waiting */
};

struct rados_ioctx *ioctx_get(struct rados_ioctx *io);
void ioctx_put(struct rados_ioctx *io);
/* An operation with the context's pool, namespace, key, snapshots and flags; takes the steps. NULL: no
 * memory.
 */
struct objecter_op *ioctx_op(struct rados_ioctx *io, const char *oid, struct object_operation *steps,
                             objecter_done done, void *arg);
struct linger_object ioctx_object(const struct rados_ioctx *io, const char *oid);
uint32_t operation_flags(int librados_flags); /* LIBRADOS_OPERATION_X -> enum osd_flag */

/* ---- where bytes that are read go ---- */

struct read_target {
    char *buf;
    size_t len;
    size_t got;
    int error;
};
/* The last step's data goes there. */
void read_target_attach(struct read_target *t, struct object_operation *o, char *buf, size_t len);
/* Into memory of its own, with a NUL behind: *buf is for the program to free; NULL without an answer. result
 * may be NULL. */
void new_buffer_attach(struct object_operation *o, char **buf, size_t *len, int *result);

/* ---- one operation that is waited for ---- */

struct sync_call {
    struct object_operation steps;
    struct mutex lock;
    struct cond changed;
    bool done;
    unsigned borrowed; /* buffers of the caller's that messages refer to */
    bool copies;       /* the operation may end before its messages do */
    int result;
    uint64_t version;
    struct rados_ioctx *io;
    struct utime mtime; /* zero: now */
    uint32_t flags;     /* enum osd_flag */
};

void sync_call_init(struct sync_call *s, struct rados_ioctx *io);
/* The caller's bytes as data of a step: borrowed where that is safe. */
struct slice sync_call_data(struct sync_call *s, const void *buf, size_t len);
/* Carries the steps out and frees the call. */
int sync_call_run(struct sync_call *s, const char *oid);
/* The same for a call with one step whose data goes into buf: the number of bytes, or -ERANGE: no room. */
int sync_call_read(struct sync_call *s, const char *oid, char *buf, size_t len);
/* One that is carried out by other means; waits for sync_call_end(). */
int sync_call_wait(struct sync_call *s);
void sync_call_end(void *sync_call, int result);

/* ---- one that is not waited for ---- */

struct rados_completion {
    atomic_uint refs;
    struct mutex lock;
    struct cond changed;
    bool complete, called_back;
    int result;
    uint64_t version;
    rados_callback_t complete_cb, safe_cb;
    void *arg;
    unsigned fork_generation;

    /* the operation's */
    struct rados_ioctx *io; /* a reference while it is under way */
    struct read_target target;
    bool has_target;
    uint64_t tid;
    struct list write_entry; /* io.writes */
    uint64_t write_seq;
    struct list flush_entry; /* io.flushes */
    struct list finish_entry;
    void (*finish)(struct rados_completion *c, int *result); /* before it is complete; NULL: nothing */
    void *finish_to, *finish_to2;
};

struct rados_completion *completion_get(struct rados_completion *c);
void completion_put(struct rados_completion *c);
/* For something that was begun: takes a reference, which completion_end() drops. */
void completion_begin(struct rados_completion *c, struct rados_ioctx *io);
void completion_end(struct rados_completion *c, int result, uint64_t version);
/* Carries the steps out. Errors that show at once are returned, and the completion is left alone. */
int completion_run(struct rados_completion *c, struct rados_ioctx *io, const char *oid,
                   struct object_operation *steps, uint32_t flags, struct utime mtime);
/* Attach a target first: rados_completion.target. */
void completion_read_into(struct rados_completion *c, struct object_operation *steps, char *buf, size_t len);
/* Ends those that were waiting for writes up to now. */
void ioctx_write_done(struct rados_ioctx *io, struct rados_completion *c);

/* ---- the thread that calls back ---- */

int finisher_acquire(void) MUST_CHECK; /* for each connected cluster */
void finisher_release(void);           /* the last one waits for what is queued, unless it is that thread */
void finisher_queue(void (*run)(void *arg), void *arg);
void finisher_drain(void); /* waits until all that is queued now was called; at once on its own thread */

/* ---- helpers ---- */

struct m_pool_op;
/* Takes the contents of m; returns when our map has the change. snapid may be NULL. */
int pool_op(struct rados_cluster *c, struct m_pool_op *m, uint64_t *snapid);

/* "" for NULL. */
static inline const char *text_or_empty(const char *text)
{
    return text ? text : "";
}
/* Copies names one behind the other into a list as rados_pool_list() gives it. */
struct name_list {
    char *buf;
    size_t room, needed;
};
void name_list_add(struct name_list *l, const char *name);
/* A malloc'ed copy with a NUL behind it, NULL: no memory. */
char *bufferlist_dup(const struct bufferlist *bl);
int to_int(uint64_t n); /* not above INT_MAX */

#endif
