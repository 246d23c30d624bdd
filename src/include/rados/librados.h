/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * librados: objects in the pools of a Ceph cluster, for C programs. API and ABI of librados.so.2 of
 * Ceph 16.2.
 *
 *     rados_create2(&cluster, "ceph", "client.admin", 0);
 *     rados_conf_read_file(cluster, NULL);
 *     rados_connect(cluster);
 *     rados_ioctx_create(cluster, "pool", &io);
 *     rados_write_full(io, "object", "text", 4);
 *     rados_ioctx_destroy(io);
 *     rados_shutdown(cluster);
 *
 * Handles: a cluster handle is made, configured, connected and shut down; I/O contexts, completions, builders
 * and iterators belong to who made them, until the call that ends them. Threads: every call from any thread;
 * the settings of one I/O context (namespace, locator, snapshots) and one builder by one thread at a time.
 * Errors: negative errno; calls that read give the number of bytes. Buffers of synchronous calls are used
 * until the call returns; those of rados_aio_write() and of builders are copied before it returns; those that
 * are read into belong to the library until the completion. Callbacks run one after the other on a thread of
 * the library's, and may call back. After fork() the child's handles give -ENOTCONN for everything that would
 * need the cluster. Times in seconds unless the name says ms.
 */
#ifndef CEPH_LIBRADOS_H
#define CEPH_LIBRADOS_H

#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIBRADOS_VER_MAJOR              3
#define LIBRADOS_VER_MINOR              0
#define LIBRADOS_VER_EXTRA              0
#define LIBRADOS_VERSION(maj, min, ext) (((maj) << 16) + ((min) << 8) + (ext))
#define LIBRADOS_VERSION_CODE           LIBRADOS_VERSION(LIBRADOS_VER_MAJOR, LIBRADOS_VER_MINOR, LIBRADOS_VER_EXTRA)

#define LIBRADOS_SUPPORTS_WATCH        1
#define LIBRADOS_SUPPORTS_SERVICES     1
#define LIBRADOS_SUPPORTS_GETADDRS     1
#define LIBRADOS_SUPPORTS_APP_METADATA 1

/* Flags of rados_lock_exclusive() and rados_lock_shared(). */
#define LIBRADOS_LOCK_FLAG_RENEW      (1u << 0) /* it may be held by the same cookie: hold it longer */
#define LIBRADOS_LOCK_FLAG_MAY_RENEW  LIBRADOS_LOCK_FLAG_RENEW
#define LIBRADOS_LOCK_FLAG_MUST_RENEW (1u << 1) /* it must be */

/* rados_write_op_create() */
#define LIBRADOS_CREATE_EXCLUSIVE  1
#define LIBRADOS_CREATE_IDEMPOTENT 0

/* Flags of one step: rados_write_op_set_flags(), rados_read_op_set_flags(). */
enum {
    LIBRADOS_OP_FLAG_EXCL = 0x1,
    LIBRADOS_OP_FLAG_FAILOK = 0x2,
    LIBRADOS_OP_FLAG_FADVISE_RANDOM = 0x4,
    LIBRADOS_OP_FLAG_FADVISE_SEQUENTIAL = 0x8,
    LIBRADOS_OP_FLAG_FADVISE_WILLNEED = 0x10,
    LIBRADOS_OP_FLAG_FADVISE_DONTNEED = 0x20,
    LIBRADOS_OP_FLAG_FADVISE_NOCACHE = 0x40,
    LIBRADOS_OP_FLAG_FADVISE_FUA = 0x80,
};

/* How stored values are compared with given ones. */
enum {
    LIBRADOS_CMPXATTR_OP_EQ = 1,
    LIBRADOS_CMPXATTR_OP_NE = 2,
    LIBRADOS_CMPXATTR_OP_GT = 3,
    LIBRADOS_CMPXATTR_OP_GTE = 4,
    LIBRADOS_CMPXATTR_OP_LT = 5,
    LIBRADOS_CMPXATTR_OP_LTE = 6,
};

/* Flags of a whole operation. */
enum {
    LIBRADOS_OPERATION_NOFLAG = 0,
    LIBRADOS_OPERATION_BALANCE_READS = 1,
    LIBRADOS_OPERATION_LOCALIZE_READS = 2,
    LIBRADOS_OPERATION_ORDER_READS_WRITES = 4,
    LIBRADOS_OPERATION_IGNORE_CACHE = 8,
    LIBRADOS_OPERATION_SKIPRWLOCKS = 16,
    LIBRADOS_OPERATION_IGNORE_OVERLAY = 32,
    LIBRADOS_OPERATION_FULL_TRY = 64,
    LIBRADOS_OPERATION_FULL_FORCE = 128,
    LIBRADOS_OPERATION_IGNORE_REDIRECT = 256,
    LIBRADOS_OPERATION_ORDERSNAP = 512,
    LIBRADOS_OPERATION_RETURNVEC = 1024,
};

/* What will be done with an object. */
enum {
    LIBRADOS_ALLOC_HINT_FLAG_SEQUENTIAL_WRITE = 1,
    LIBRADOS_ALLOC_HINT_FLAG_RANDOM_WRITE = 2,
    LIBRADOS_ALLOC_HINT_FLAG_SEQUENTIAL_READ = 4,
    LIBRADOS_ALLOC_HINT_FLAG_RANDOM_READ = 8,
    LIBRADOS_ALLOC_HINT_FLAG_APPEND_ONLY = 16,
    LIBRADOS_ALLOC_HINT_FLAG_IMMUTABLE = 32,
    LIBRADOS_ALLOC_HINT_FLAG_SHORTLIVED = 64,
    LIBRADOS_ALLOC_HINT_FLAG_LONGLIVED = 128,
    LIBRADOS_ALLOC_HINT_FLAG_COMPRESSIBLE = 256,
    LIBRADOS_ALLOC_HINT_FLAG_INCOMPRESSIBLE = 512,
};

typedef enum {
    LIBRADOS_CHECKSUM_TYPE_XXHASH32 = 0,
    LIBRADOS_CHECKSUM_TYPE_XXHASH64 = 1,
    LIBRADOS_CHECKSUM_TYPE_CRC32C = 2,
} rados_checksum_type_t;

/* Somebody who watches an object. */
struct obj_watch_t {
    char addr[256];
    int64_t watcher_id;
    uint64_t cookie;
    uint32_t timeout_seconds;
};

/* A watcher's answer to a notification. */
struct notify_ack_t {
    uint64_t notifier_id;
    uint64_t cookie;
    char *payload;
    uint64_t payload_len;
};

/* A watcher that did not answer in time. */
struct notify_timeout_t {
    uint64_t notifier_id;
    uint64_t cookie;
};

/* Instead of a namespace when listing: all of them. */
#define LIBRADOS_ALL_NSPACES "\001"

#define LIBRADOS_SNAP_HEAD ((uint64_t)(-2))
#define LIBRADOS_SNAP_DIR  ((uint64_t)(-1))

#ifndef VOIDPTR_RADOS_T
#define VOIDPTR_RADOS_T
typedef void *rados_t;
#endif
typedef void *rados_config_t;
typedef void *rados_ioctx_t;
typedef void *rados_list_ctx_t;
typedef void *rados_object_list_cursor;
typedef void *rados_xattrs_iter_t;
typedef void *rados_omap_iter_t;
typedef void *rados_write_op_t;
typedef void *rados_read_op_t;
typedef void *rados_completion_t;
typedef uint64_t rados_snap_t;

typedef struct {
    size_t oid_length;
    char *oid;
    size_t nspace_length;
    char *nspace;
    size_t locator_length;
    char *locator;
} rados_object_list_item;

struct rados_pool_stat_t {
    uint64_t num_bytes;
    uint64_t num_kb;
    uint64_t num_objects;
    uint64_t num_object_clones;
    uint64_t num_object_copies;
    uint64_t num_objects_missing_on_primary;
    uint64_t num_objects_unfound;
    uint64_t num_objects_degraded;
    uint64_t num_rd;
    uint64_t num_rd_kb;
    uint64_t num_wr;
    uint64_t num_wr_kb;
    uint64_t num_user_bytes;
    uint64_t compressed_bytes_orig;
    uint64_t compressed_bytes;
    uint64_t compressed_bytes_alloc;
};

struct rados_cluster_stat_t {
    uint64_t kb;
    uint64_t kb_used;
    uint64_t kb_avail;
    uint64_t num_objects;
};

#define CEPH_RADOS_API __attribute__((visibility("default")))

/* Which version of the API this is. */
CEPH_RADOS_API void rados_version(int *major, int *minor, int *extra);

/* Life of a cluster handle. create: id is "admin", create2: name is "client.admin". shutdown ends what is
 * under way and frees the handle. */
CEPH_RADOS_API int rados_create(rados_t *cluster, const char *id);
CEPH_RADOS_API int rados_create2(rados_t *cluster, const char *cluster_name, const char *name,
                                 uint64_t flags);
CEPH_RADOS_API int rados_create_with_context(rados_t *cluster, rados_config_t config);
CEPH_RADOS_API int rados_ping_monitor(rados_t cluster, const char *mon_id, char **outstr, size_t *outstrlen);
CEPH_RADOS_API int rados_connect(rados_t cluster);
CEPH_RADOS_API void rados_shutdown(rados_t cluster);

/* Configuration, before rados_connect(). path NULL: the usual places. The remainder is what was no option.
 * conf_get: -ENAMETOOLONG when there is no room. */
CEPH_RADOS_API int rados_conf_read_file(rados_t cluster, const char *path);
CEPH_RADOS_API int rados_conf_parse_argv(rados_t cluster, int argc, const char **argv);
CEPH_RADOS_API int rados_conf_parse_argv_remainder(rados_t cluster, int argc, const char **argv,
                                                   const char **remargv);
CEPH_RADOS_API int rados_conf_parse_env(rados_t cluster, const char *var);
CEPH_RADOS_API int rados_conf_set(rados_t cluster, const char *option, const char *value);
CEPH_RADOS_API int rados_conf_get(rados_t cluster, const char *option, char *buf, size_t len);

/* About the cluster and this client of it. Lists are names one behind the other, each with its NUL, and an
 * empty one; the result is the room they need. */
CEPH_RADOS_API int rados_cluster_stat(rados_t cluster, struct rados_cluster_stat_t *result);
CEPH_RADOS_API int rados_cluster_fsid(rados_t cluster, char *buf, size_t len);
CEPH_RADOS_API int rados_wait_for_latest_osdmap(rados_t cluster);
CEPH_RADOS_API int rados_pool_list(rados_t cluster, char *buf, size_t len);
CEPH_RADOS_API int rados_inconsistent_pg_list(rados_t cluster, int64_t pool, char *buf, size_t len);
CEPH_RADOS_API rados_config_t rados_cct(rados_t cluster);
CEPH_RADOS_API uint64_t rados_get_instance_id(rados_t cluster);
CEPH_RADOS_API int rados_get_min_compatible_osd(rados_t cluster, int8_t *require_osd_release);
CEPH_RADOS_API int rados_get_min_compatible_client(rados_t cluster, int8_t *min_compat_client,
                                                   int8_t *require_min_compat_client);
CEPH_RADOS_API int rados_getaddrs(rados_t cluster, char **addrs);

/* I/O contexts: one pool, as one part of a program uses it. A key instead of the name decides where objects
 * are; NULL or "": none. */
CEPH_RADOS_API int rados_ioctx_create(rados_t cluster, const char *pool_name, rados_ioctx_t *ioctx);
CEPH_RADOS_API int rados_ioctx_create2(rados_t cluster, int64_t pool_id, rados_ioctx_t *ioctx);
CEPH_RADOS_API void rados_ioctx_destroy(rados_ioctx_t io);
CEPH_RADOS_API rados_config_t rados_ioctx_cct(rados_ioctx_t io);
CEPH_RADOS_API rados_t rados_ioctx_get_cluster(rados_ioctx_t io);
CEPH_RADOS_API int rados_ioctx_pool_stat(rados_ioctx_t io, struct rados_pool_stat_t *stats);
CEPH_RADOS_API int64_t rados_ioctx_get_id(rados_ioctx_t io);
CEPH_RADOS_API int rados_ioctx_get_pool_name(rados_ioctx_t io, char *buf, unsigned maxlen);
CEPH_RADOS_API void rados_ioctx_locator_set_key(rados_ioctx_t io, const char *key);
CEPH_RADOS_API void rados_ioctx_set_namespace(rados_ioctx_t io, const char *nspace);
CEPH_RADOS_API int rados_ioctx_get_namespace(rados_ioctx_t io, char *buf, unsigned maxlen);

/* Pools. */
CEPH_RADOS_API int64_t rados_pool_lookup(rados_t cluster, const char *pool_name);
CEPH_RADOS_API int rados_pool_reverse_lookup(rados_t cluster, int64_t id, char *buf, size_t maxlen);
CEPH_RADOS_API int rados_pool_create(rados_t cluster, const char *pool_name);
CEPH_RADOS_API int rados_pool_create_with_auid(rados_t cluster, const char *pool_name, uint64_t auid);
CEPH_RADOS_API int rados_pool_create_with_crush_rule(rados_t cluster, const char *pool_name,
                                                     uint8_t crush_rule_num);
CEPH_RADOS_API int rados_pool_create_with_all(rados_t cluster, const char *pool_name, uint64_t auid,
                                              uint8_t crush_rule_num);
CEPH_RADOS_API int rados_pool_get_base_tier(rados_t cluster, int64_t pool, int64_t *base_tier);
CEPH_RADOS_API int rados_pool_delete(rados_t cluster, const char *pool_name);
CEPH_RADOS_API int rados_ioctx_pool_set_auid(rados_ioctx_t io, uint64_t auid);
CEPH_RADOS_API int rados_ioctx_pool_get_auid(rados_ioctx_t io, uint64_t *auid);
CEPH_RADOS_API int rados_ioctx_pool_requires_alignment(rados_ioctx_t io);
CEPH_RADOS_API int rados_ioctx_pool_requires_alignment2(rados_ioctx_t io, int *req);
CEPH_RADOS_API uint64_t rados_ioctx_pool_required_alignment(rados_ioctx_t io);
CEPH_RADOS_API int rados_ioctx_pool_required_alignment2(rados_ioctx_t io, uint64_t *alignment);

/* The objects of a pool in the order of their hashes. next: -ENOENT at the end; strings are good until the
 * next call. */
CEPH_RADOS_API int rados_nobjects_list_open(rados_ioctx_t io, rados_list_ctx_t *ctx);
CEPH_RADOS_API uint32_t rados_nobjects_list_get_pg_hash_position(rados_list_ctx_t ctx);
CEPH_RADOS_API uint32_t rados_nobjects_list_seek(rados_list_ctx_t ctx, uint32_t pos);
CEPH_RADOS_API uint32_t rados_nobjects_list_seek_cursor(rados_list_ctx_t ctx,
                                                        rados_object_list_cursor cursor);
CEPH_RADOS_API int rados_nobjects_list_get_cursor(rados_list_ctx_t ctx, rados_object_list_cursor *cursor);
CEPH_RADOS_API int rados_nobjects_list_next(rados_list_ctx_t ctx, const char **entry, const char **key,
                                            const char **nspace);
CEPH_RADOS_API int rados_nobjects_list_next2(rados_list_ctx_t ctx, const char **entry, const char **key,
                                             const char **nspace, size_t *entry_size, size_t *key_size,
                                             size_t *nspace_size);
CEPH_RADOS_API void rados_nobjects_list_close(rados_list_ctx_t ctx);
CEPH_RADOS_API int rados_objects_list_open(rados_ioctx_t io, rados_list_ctx_t *ctx);
CEPH_RADOS_API uint32_t rados_objects_list_get_pg_hash_position(rados_list_ctx_t ctx);
CEPH_RADOS_API uint32_t rados_objects_list_seek(rados_list_ctx_t ctx, uint32_t pos);
CEPH_RADOS_API int rados_objects_list_next(rados_list_ctx_t ctx, const char **entry, const char **key);
CEPH_RADOS_API void rados_objects_list_close(rados_list_ctx_t ctx);

/* The same by cursors, in pieces and in parallel. Cursors and items are the caller's to free. */
CEPH_RADOS_API rados_object_list_cursor rados_object_list_begin(rados_ioctx_t io);
CEPH_RADOS_API rados_object_list_cursor rados_object_list_end(rados_ioctx_t io);
CEPH_RADOS_API int rados_object_list_is_end(rados_ioctx_t io, rados_object_list_cursor cur);
CEPH_RADOS_API void rados_object_list_cursor_free(rados_ioctx_t io, rados_object_list_cursor cur);
CEPH_RADOS_API int rados_object_list_cursor_cmp(rados_ioctx_t io, rados_object_list_cursor lhs,
                                                rados_object_list_cursor rhs);
CEPH_RADOS_API int rados_object_list(rados_ioctx_t io, rados_object_list_cursor start,
                                     rados_object_list_cursor finish, size_t result_size,
                                     const char *filter_buf, size_t filter_buf_len,
                                     rados_object_list_item *results, rados_object_list_cursor *next);
CEPH_RADOS_API void rados_object_list_free(size_t result_size, rados_object_list_item *results);
CEPH_RADOS_API void rados_object_list_slice(rados_ioctx_t io, rados_object_list_cursor start,
                                            rados_object_list_cursor finish, size_t n, size_t m,
                                            rados_object_list_cursor *split_start,
                                            rados_object_list_cursor *split_finish);

/* Snapshots of pools, by name or number, and those that the program itself numbers. */
CEPH_RADOS_API int rados_ioctx_snap_create(rados_ioctx_t io, const char *snapname);
CEPH_RADOS_API int rados_ioctx_snap_remove(rados_ioctx_t io, const char *snapname);
CEPH_RADOS_API int rados_ioctx_snap_rollback(rados_ioctx_t io, const char *oid, const char *snapname);
CEPH_RADOS_API int rados_rollback(rados_ioctx_t io, const char *oid, const char *snapname);
CEPH_RADOS_API void rados_ioctx_snap_set_read(rados_ioctx_t io, rados_snap_t snap);
CEPH_RADOS_API int rados_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid);
CEPH_RADOS_API void rados_aio_ioctx_selfmanaged_snap_create(rados_ioctx_t io, rados_snap_t *snapid,
                                                            rados_completion_t c);
CEPH_RADOS_API int rados_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid);
CEPH_RADOS_API void rados_aio_ioctx_selfmanaged_snap_remove(rados_ioctx_t io, rados_snap_t snapid,
                                                            rados_completion_t c);
CEPH_RADOS_API int rados_ioctx_selfmanaged_snap_rollback(rados_ioctx_t io, const char *oid,
                                                         rados_snap_t snapid);
CEPH_RADOS_API int rados_ioctx_selfmanaged_snap_set_write_ctx(rados_ioctx_t io, rados_snap_t seq,
                                                              rados_snap_t *snaps, int num_snaps);
CEPH_RADOS_API int rados_ioctx_snap_list(rados_ioctx_t io, rados_snap_t *snaps, int maxlen);
CEPH_RADOS_API int rados_ioctx_snap_lookup(rados_ioctx_t io, const char *name, rados_snap_t *id);
CEPH_RADOS_API int rados_ioctx_snap_get_name(rados_ioctx_t io, rados_snap_t id, char *name, int maxlen);
CEPH_RADOS_API int rados_ioctx_snap_get_stamp(rados_ioctx_t io, rados_snap_t id, time_t *t);

/* Objects, synchronously. */
CEPH_RADOS_API uint64_t rados_get_last_version(rados_ioctx_t io);
CEPH_RADOS_API int rados_write(rados_ioctx_t io, const char *oid, const char *buf, size_t len, uint64_t off);
CEPH_RADOS_API int rados_write_full(rados_ioctx_t io, const char *oid, const char *buf, size_t len);
CEPH_RADOS_API int rados_writesame(rados_ioctx_t io, const char *oid, const char *buf, size_t data_len,
                                   size_t write_len, uint64_t off);
CEPH_RADOS_API int rados_append(rados_ioctx_t io, const char *oid, const char *buf, size_t len);
CEPH_RADOS_API int rados_read(rados_ioctx_t io, const char *oid, char *buf, size_t len, uint64_t off);
CEPH_RADOS_API int rados_checksum(rados_ioctx_t io, const char *oid, rados_checksum_type_t type,
                                  const char *init_value, size_t init_value_len, size_t len, uint64_t off,
                                  size_t chunk_size, char *pchecksum, size_t checksum_len);
CEPH_RADOS_API int rados_remove(rados_ioctx_t io, const char *oid);
CEPH_RADOS_API int rados_trunc(rados_ioctx_t io, const char *oid, uint64_t size);
CEPH_RADOS_API int rados_cmpext(rados_ioctx_t io, const char *oid, const char *cmp_buf, size_t cmp_len,
                                uint64_t off);
CEPH_RADOS_API int rados_stat(rados_ioctx_t io, const char *oid, uint64_t *psize, time_t *pmtime);
CEPH_RADOS_API int rados_exec(rados_ioctx_t io, const char *oid, const char *cls, const char *method,
                              const char *in_buf, size_t in_len, char *buf, size_t out_len);
CEPH_RADOS_API int rados_cache_pin(rados_ioctx_t io, const char *oid);
CEPH_RADOS_API int rados_cache_unpin(rados_ioctx_t io, const char *oid);
CEPH_RADOS_API int rados_set_alloc_hint(rados_ioctx_t io, const char *oid, uint64_t expected_object_size,
                                        uint64_t expected_write_size);
CEPH_RADOS_API int rados_set_alloc_hint2(rados_ioctx_t io, const char *oid, uint64_t expected_object_size,
                                         uint64_t expected_write_size, uint32_t flags);

/* Extended attributes. The iterator is freed by getxattrs_end; next gives a NULL name at the end. */
CEPH_RADOS_API int rados_getxattr(rados_ioctx_t io, const char *oid, const char *name, char *buf, size_t len);
CEPH_RADOS_API int rados_setxattr(rados_ioctx_t io, const char *oid, const char *name, const char *buf,
                                  size_t len);
CEPH_RADOS_API int rados_rmxattr(rados_ioctx_t io, const char *oid, const char *name);
CEPH_RADOS_API int rados_getxattrs(rados_ioctx_t io, const char *oid, rados_xattrs_iter_t *iter);
CEPH_RADOS_API int rados_getxattrs_next(rados_xattrs_iter_t iter, const char **name, const char **val,
                                        size_t *len);
CEPH_RADOS_API void rados_getxattrs_end(rados_xattrs_iter_t iter);

/* Results of omap steps; get_next gives NULL at the end. */
CEPH_RADOS_API int rados_omap_get_next(rados_omap_iter_t iter, char **key, char **val, size_t *len);
CEPH_RADOS_API int rados_omap_get_next2(rados_omap_iter_t iter, char **key, char **val, size_t *key_len,
                                        size_t *val_len);
CEPH_RADOS_API unsigned int rados_omap_iter_size(rados_omap_iter_t iter);
CEPH_RADOS_API void rados_omap_get_end(rados_omap_iter_t iter);

/* Completions: one for each asynchronous operation. Callbacks are called after it is complete; "safe" is the
 * same moment as "complete". Release it when it is of no more interest, also before it is complete. */
typedef void (*rados_callback_t)(rados_completion_t c, void *arg);
CEPH_RADOS_API int rados_aio_create_completion(void *arg, rados_callback_t complete, rados_callback_t safe,
                                               rados_completion_t *pc);
CEPH_RADOS_API int rados_aio_create_completion2(void *arg, rados_callback_t complete, rados_completion_t *pc);
CEPH_RADOS_API int rados_aio_wait_for_complete(rados_completion_t c);
CEPH_RADOS_API int rados_aio_wait_for_safe(rados_completion_t c);
CEPH_RADOS_API int rados_aio_is_complete(rados_completion_t c);
CEPH_RADOS_API int rados_aio_is_safe(rados_completion_t c);
CEPH_RADOS_API int rados_aio_wait_for_complete_and_cb(rados_completion_t c);
CEPH_RADOS_API int rados_aio_wait_for_safe_and_cb(rados_completion_t c);
CEPH_RADOS_API int rados_aio_is_complete_and_cb(rados_completion_t c);
CEPH_RADOS_API int rados_aio_is_safe_and_cb(rados_completion_t c);
CEPH_RADOS_API int rados_aio_get_return_value(rados_completion_t c);
CEPH_RADOS_API uint64_t rados_aio_get_version(rados_completion_t c);
CEPH_RADOS_API void rados_aio_release(rados_completion_t c);

/* Objects, asynchronously: the completion gets what the synchronous call returns. */
CEPH_RADOS_API int rados_aio_write(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf,
                                   size_t len, uint64_t off);
CEPH_RADOS_API int rados_aio_append(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf,
                                    size_t len);
CEPH_RADOS_API int rados_aio_write_full(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                        const char *buf, size_t len);
CEPH_RADOS_API int rados_aio_writesame(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                       const char *buf, size_t data_len, size_t write_len, uint64_t off);
CEPH_RADOS_API int rados_aio_remove(rados_ioctx_t io, const char *oid, rados_completion_t c);
CEPH_RADOS_API int rados_aio_read(rados_ioctx_t io, const char *oid, rados_completion_t c, char *buf,
                                  size_t len, uint64_t off);
CEPH_RADOS_API int rados_aio_flush(rados_ioctx_t io);
CEPH_RADOS_API int rados_aio_flush_async(rados_ioctx_t io, rados_completion_t c);
CEPH_RADOS_API int rados_aio_stat(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *psize,
                                  time_t *pmtime);
CEPH_RADOS_API int rados_aio_cmpext(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                    const char *cmp_buf, size_t cmp_len, uint64_t off);
CEPH_RADOS_API int rados_aio_cancel(rados_ioctx_t io, rados_completion_t c);
CEPH_RADOS_API int rados_aio_exec(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *cls,
                                  const char *method, const char *in_buf, size_t in_len, char *buf,
                                  size_t out_len);
CEPH_RADOS_API int rados_aio_getxattr(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                      const char *name, char *buf, size_t len);
CEPH_RADOS_API int rados_aio_setxattr(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                      const char *name, const char *buf, size_t len);
CEPH_RADOS_API int rados_aio_rmxattr(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                     const char *name);
CEPH_RADOS_API int rados_aio_getxattrs(rados_ioctx_t io, const char *oid, rados_completion_t c,
                                       rados_xattrs_iter_t *iter);

/* Watching an object, and telling all who do. Every notification has to be answered by rados_notify_ack().
 * err is -ENOTCONN when the watch was lost: the program begins another. watch_check: ms since it was last
 * confirmed. */
typedef void (*rados_watchcb_t)(uint8_t opcode, uint64_t ver, void *arg);
typedef void (*rados_watchcb2_t)(void *arg, uint64_t notify_id, uint64_t handle, uint64_t notifier_id,
                                 void *data, size_t data_len);
typedef void (*rados_watcherrcb_t)(void *pre, uint64_t cookie, int err);
CEPH_RADOS_API int rados_watch(rados_ioctx_t io, const char *oid, uint64_t ver, uint64_t *cookie,
                               rados_watchcb_t notified, void *arg);
CEPH_RADOS_API int rados_watch2(rados_ioctx_t io, const char *oid, uint64_t *cookie,
                                rados_watchcb2_t notified, rados_watcherrcb_t failed, void *arg);
CEPH_RADOS_API int rados_watch3(rados_ioctx_t io, const char *oid, uint64_t *cookie,
                                rados_watchcb2_t notified, rados_watcherrcb_t failed, uint32_t timeout,
                                void *arg);
CEPH_RADOS_API int rados_aio_watch(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *handle,
                                   rados_watchcb2_t notified, rados_watcherrcb_t failed, void *arg);
CEPH_RADOS_API int rados_aio_watch2(rados_ioctx_t io, const char *oid, rados_completion_t c, uint64_t *handle,
                                    rados_watchcb2_t notified, rados_watcherrcb_t failed, uint32_t timeout,
                                    void *arg);
CEPH_RADOS_API int rados_watch_check(rados_ioctx_t io, uint64_t cookie);
CEPH_RADOS_API int rados_unwatch(rados_ioctx_t io, const char *oid, uint64_t cookie);
CEPH_RADOS_API int rados_unwatch2(rados_ioctx_t io, uint64_t cookie);
CEPH_RADOS_API int rados_aio_unwatch(rados_ioctx_t io, uint64_t cookie, rados_completion_t c);
CEPH_RADOS_API int rados_notify(rados_ioctx_t io, const char *oid, uint64_t ver, const char *buf,
                                int buf_len);
CEPH_RADOS_API int rados_aio_notify(rados_ioctx_t io, const char *oid, rados_completion_t c, const char *buf,
                                    int buf_len, uint64_t timeout_ms, char **reply_buffer,
                                    size_t *reply_buffer_len);
CEPH_RADOS_API int rados_notify2(rados_ioctx_t io, const char *oid, const char *buf, int buf_len,
                                 uint64_t timeout_ms, char **reply_buffer, size_t *reply_buffer_len);
CEPH_RADOS_API int rados_decode_notify_response(char *reply_buffer, size_t reply_buffer_len,
                                                struct notify_ack_t **acks, size_t *nr_acks,
                                                struct notify_timeout_t **timeouts, size_t *nr_timeouts);
CEPH_RADOS_API void rados_free_notify_response(struct notify_ack_t *acks, size_t nr_acks,
                                               struct notify_timeout_t *timeouts);
CEPH_RADOS_API int rados_notify_ack(rados_ioctx_t io, const char *oid, uint64_t notify_id, uint64_t cookie,
                                    const char *buf, int buf_len);
CEPH_RADOS_API int rados_watch_flush(rados_t cluster);
CEPH_RADOS_API int rados_aio_watch_flush(rados_t cluster, rados_completion_t c);

/* Builders of operations that write: all steps happen, or none. Data is copied when a step is added. Results
 * of steps (prval) are there when the operation is over. */
CEPH_RADOS_API rados_write_op_t rados_create_write_op(void);
CEPH_RADOS_API void rados_release_write_op(rados_write_op_t op);
CEPH_RADOS_API void rados_write_op_set_flags(rados_write_op_t op, int flags);
CEPH_RADOS_API void rados_write_op_assert_exists(rados_write_op_t op);
CEPH_RADOS_API void rados_write_op_assert_version(rados_write_op_t op, uint64_t ver);
CEPH_RADOS_API void rados_write_op_cmpext(rados_write_op_t op, const char *cmp_buf, size_t cmp_len,
                                          uint64_t off, int *prval);
CEPH_RADOS_API void rados_write_op_cmpxattr(rados_write_op_t op, const char *name, uint8_t cmp_op,
                                            const char *value, size_t value_len);
CEPH_RADOS_API void rados_write_op_omap_cmp(rados_write_op_t op, const char *key, uint8_t cmp_op,
                                            const char *val, size_t val_len, int *prval);
CEPH_RADOS_API void rados_write_op_omap_cmp2(rados_write_op_t op, const char *key, uint8_t cmp_op,
                                             const char *val, size_t key_len, size_t val_len, int *prval);
CEPH_RADOS_API void rados_write_op_setxattr(rados_write_op_t op, const char *name, const char *value,
                                            size_t value_len);
CEPH_RADOS_API void rados_write_op_rmxattr(rados_write_op_t op, const char *name);
CEPH_RADOS_API void rados_write_op_create(rados_write_op_t op, int exclusive, const char *category);
CEPH_RADOS_API void rados_write_op_write(rados_write_op_t op, const char *buffer, size_t len,
                                         uint64_t offset);
CEPH_RADOS_API void rados_write_op_write_full(rados_write_op_t op, const char *buffer, size_t len);
CEPH_RADOS_API void rados_write_op_writesame(rados_write_op_t op, const char *buffer, size_t data_len,
                                             size_t write_len, uint64_t offset);
CEPH_RADOS_API void rados_write_op_append(rados_write_op_t op, const char *buffer, size_t len);
CEPH_RADOS_API void rados_write_op_remove(rados_write_op_t op);
CEPH_RADOS_API void rados_write_op_truncate(rados_write_op_t op, uint64_t offset);
CEPH_RADOS_API void rados_write_op_zero(rados_write_op_t op, uint64_t offset, uint64_t len);
CEPH_RADOS_API void rados_write_op_exec(rados_write_op_t op, const char *cls, const char *method,
                                        const char *in_buf, size_t in_len, int *prval);
CEPH_RADOS_API void rados_write_op_omap_set(rados_write_op_t op, const char *const *keys,
                                            const char *const *vals, const size_t *lens, size_t num);
CEPH_RADOS_API void rados_write_op_omap_set2(rados_write_op_t op, const char *const *keys,
                                             const char *const *vals, const size_t *key_lens,
                                             const size_t *val_lens, size_t num);
CEPH_RADOS_API void rados_write_op_omap_rm_keys(rados_write_op_t op, const char *const *keys,
                                                size_t keys_len);
CEPH_RADOS_API void rados_write_op_omap_rm_keys2(rados_write_op_t op, const char *const *keys,
                                                 const size_t *key_lens, size_t keys_len);
CEPH_RADOS_API void rados_write_op_omap_rm_range2(rados_write_op_t op, const char *key_begin,
                                                  size_t key_begin_len, const char *key_end,
                                                  size_t key_end_len);
CEPH_RADOS_API void rados_write_op_omap_clear(rados_write_op_t op);
CEPH_RADOS_API void rados_write_op_set_alloc_hint(rados_write_op_t op, uint64_t expected_object_size,
                                                  uint64_t expected_write_size);
CEPH_RADOS_API void rados_write_op_set_alloc_hint2(rados_write_op_t op, uint64_t expected_object_size,
                                                   uint64_t expected_write_size, uint32_t flags);
CEPH_RADOS_API int rados_write_op_operate(rados_write_op_t op, rados_ioctx_t io, const char *oid,
                                          time_t *mtime, int flags);
CEPH_RADOS_API int rados_write_op_operate2(rados_write_op_t op, rados_ioctx_t io, const char *oid,
                                           struct timespec *mtime, int flags);
CEPH_RADOS_API int rados_aio_write_op_operate(rados_write_op_t op, rados_ioctx_t io, rados_completion_t c,
                                              const char *oid, time_t *mtime, int flags);

/* Builders of operations that read. Places for results must live until the operation is over. */
CEPH_RADOS_API rados_read_op_t rados_create_read_op(void);
CEPH_RADOS_API void rados_release_read_op(rados_read_op_t op);
CEPH_RADOS_API void rados_read_op_set_flags(rados_read_op_t op, int flags);
CEPH_RADOS_API void rados_read_op_assert_exists(rados_read_op_t op);
CEPH_RADOS_API void rados_read_op_assert_version(rados_read_op_t op, uint64_t ver);
CEPH_RADOS_API void rados_read_op_cmpext(rados_read_op_t op, const char *cmp_buf, size_t cmp_len,
                                         uint64_t off, int *prval);
CEPH_RADOS_API void rados_read_op_cmpxattr(rados_read_op_t op, const char *name, uint8_t cmp_op,
                                           const char *value, size_t value_len);
CEPH_RADOS_API void rados_read_op_getxattrs(rados_read_op_t op, rados_xattrs_iter_t *iter, int *prval);
CEPH_RADOS_API void rados_read_op_omap_cmp(rados_read_op_t op, const char *key, uint8_t cmp_op,
                                           const char *val, size_t val_len, int *prval);
CEPH_RADOS_API void rados_read_op_omap_cmp2(rados_read_op_t op, const char *key, uint8_t cmp_op,
                                            const char *val, size_t key_len, size_t val_len, int *prval);
CEPH_RADOS_API void rados_read_op_stat(rados_read_op_t op, uint64_t *psize, time_t *pmtime, int *prval);
CEPH_RADOS_API void rados_read_op_read(rados_read_op_t op, uint64_t offset, size_t len, char *buffer,
                                       size_t *bytes_read, int *prval);
CEPH_RADOS_API void rados_read_op_checksum(rados_read_op_t op, rados_checksum_type_t type,
                                           const char *init_value, size_t init_value_len, uint64_t offset,
                                           size_t len, size_t chunk_size, char *pchecksum,
                                           size_t checksum_len, int *prval);
CEPH_RADOS_API void rados_read_op_exec(rados_read_op_t op, const char *cls, const char *method,
                                       const char *in_buf, size_t in_len, char **out_buf, size_t *out_len,
                                       int *prval);
CEPH_RADOS_API void rados_read_op_exec_user_buf(rados_read_op_t op, const char *cls, const char *method,
                                                const char *in_buf, size_t in_len, char *out_buf,
                                                size_t out_len, size_t *used_len, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_vals(rados_read_op_t op, const char *start_after,
                                                const char *filter_prefix, uint64_t max_return,
                                                rados_omap_iter_t *iter, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_vals2(rados_read_op_t op, const char *start_after,
                                                 const char *filter_prefix, uint64_t max_return,
                                                 rados_omap_iter_t *iter, unsigned char *pmore, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_keys(rados_read_op_t op, const char *start_after,
                                                uint64_t max_return, rados_omap_iter_t *iter, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_keys2(rados_read_op_t op, const char *start_after,
                                                 uint64_t max_return, rados_omap_iter_t *iter,
                                                 unsigned char *pmore, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_vals_by_keys(rados_read_op_t op, const char *const *keys,
                                                        size_t keys_len, rados_omap_iter_t *iter, int *prval);
CEPH_RADOS_API void rados_read_op_omap_get_vals_by_keys2(rados_read_op_t op, const char *const *keys,
                                                         size_t num_keys, const size_t *key_lens,
                                                         rados_omap_iter_t *iter, int *prval);
CEPH_RADOS_API int rados_read_op_operate(rados_read_op_t op, rados_ioctx_t io, const char *oid, int flags);
CEPH_RADOS_API int rados_aio_read_op_operate(rados_read_op_t op, rados_ioctx_t io, rados_completion_t c,
                                             const char *oid, int flags);

/* Locks on objects, kept by the class "lock" on the OSD. duration NULL: for ever. list_lockers: the number of
 * them, or -ERANGE and the lengths that are needed. */
CEPH_RADOS_API int rados_lock_exclusive(rados_ioctx_t io, const char *oid, const char *name,
                                        const char *cookie, const char *desc, struct timeval *duration,
                                        uint8_t flags);
CEPH_RADOS_API int rados_lock_shared(rados_ioctx_t io, const char *oid, const char *name, const char *cookie,
                                     const char *tag, const char *desc, struct timeval *duration,
                                     uint8_t flags);
CEPH_RADOS_API int rados_unlock(rados_ioctx_t io, const char *oid, const char *name, const char *cookie);
CEPH_RADOS_API int rados_aio_unlock(rados_ioctx_t io, const char *oid, const char *name, const char *cookie,
                                    rados_completion_t c);
CEPH_RADOS_API ssize_t rados_list_lockers(rados_ioctx_t io, const char *oid, const char *name, int *exclusive,
                                          char *tag, size_t *tag_len, char *clients, size_t *clients_len,
                                          char *cookies, size_t *cookies_len, char *addrs, size_t *addrs_len);
CEPH_RADOS_API int rados_break_lock(rados_ioctx_t io, const char *oid, const char *name, const char *client,
                                    const char *cookie);

/* Keeps a client away from all OSDs. */
CEPH_RADOS_API int rados_blocklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds);
CEPH_RADOS_API int rados_blacklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds);

/* Operations of this context go on when the cluster or pool is full (and may get ENOSPC), instead of waiting.
 */
CEPH_RADOS_API void rados_set_osdmap_full_try(rados_ioctx_t io);
CEPH_RADOS_API void rados_unset_osdmap_full_try(rados_ioctx_t io);
CEPH_RADOS_API void rados_set_pool_full_try(rados_ioctx_t io);
CEPH_RADOS_API void rados_unset_pool_full_try(rados_ioctx_t io);

/* Names of the applications that use a pool, and what they note about it. */
CEPH_RADOS_API int rados_application_enable(rados_ioctx_t io, const char *app_name, int force);
CEPH_RADOS_API int rados_application_list(rados_ioctx_t io, char *values, size_t *values_len);
CEPH_RADOS_API int rados_application_metadata_get(rados_ioctx_t io, const char *app_name, const char *key,
                                                  char *value, size_t *value_len);
CEPH_RADOS_API int rados_application_metadata_set(rados_ioctx_t io, const char *app_name, const char *key,
                                                  const char *value);
CEPH_RADOS_API int rados_application_metadata_remove(rados_ioctx_t io, const char *app_name, const char *key);
CEPH_RADOS_API int rados_application_metadata_list(rados_ioctx_t io, const char *app_name, char *keys,
                                                   size_t *key_len, char *values, size_t *vals_len);

/* Commands, JSON texts. What comes back is malloc'ed: rados_buffer_free(). */
CEPH_RADOS_API int rados_mon_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf,
                                     size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs,
                                     size_t *outslen);
CEPH_RADOS_API int rados_mgr_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf,
                                     size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs,
                                     size_t *outslen);
CEPH_RADOS_API int rados_mgr_command_target(rados_t cluster, const char *name, const char **cmd,
                                            size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf,
                                            size_t *outbuflen, char **outs, size_t *outslen);
CEPH_RADOS_API int rados_mon_command_target(rados_t cluster, const char *name, const char **cmd,
                                            size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf,
                                            size_t *outbuflen, char **outs, size_t *outslen);
CEPH_RADOS_API void rados_buffer_free(char *buf);
CEPH_RADOS_API int rados_osd_command(rados_t cluster, int osdid, const char **cmd, size_t cmdlen,
                                     const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen,
                                     char **outs, size_t *outslen);
CEPH_RADOS_API int rados_pg_command(rados_t cluster, const char *pgstr, const char **cmd, size_t cmdlen,
                                    const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen,
                                    char **outs, size_t *outslen);

/* The cluster's log as it is written: from which level on ("debug", "info", "sec", "warn", "error"); cb NULL:
 * no more. */
typedef void (*rados_log_callback_t)(void *arg, const char *line, const char *who, uint64_t sec,
                                     uint64_t nsec, uint64_t seq, const char *level, const char *msg);
typedef void (*rados_log_callback2_t)(void *arg, const char *line, const char *channel, const char *who,
                                      const char *name, uint64_t sec, uint64_t nsec, uint64_t seq,
                                      const char *level, const char *msg);
CEPH_RADOS_API int rados_monitor_log(rados_t cluster, const char *level, rados_log_callback_t cb, void *arg);
CEPH_RADOS_API int rados_monitor_log2(rados_t cluster, const char *level, rados_log_callback2_t cb,
                                      void *arg);

/* Daemons that show in the cluster's status. */
CEPH_RADOS_API int rados_service_register(rados_t cluster, const char *service, const char *daemon,
                                          const char *metadata_dict);
CEPH_RADOS_API int rados_service_update_status(rados_t cluster, const char *status_dict);

#ifdef __cplusplus
}
#endif

#endif
