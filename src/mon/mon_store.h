/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_store: a monitor's data: versioned values for each service, in a kv_store, behind the stamps that say
 * which cluster and which monitor it belongs to.
 *
 * Every service has a prefix. Under it "1", "2"... hold its versions, first_committed and last_committed
 * (u64) say which of them are there, and whatever else the service wants has its own key. The prefix
 * "monitor" holds the stamps: magic, cluster_uuid, name, and mkfs (the service maps that a new store starts
 * from).
 *
 * Changes are collected in a kv_batch and applied by mon_store_apply() alone.
 *
 * Owner: open and close. Threads: any. Errors: negative errno as of kv_store.h, with a line in err where
 * there is one. -EPERM: the store is of another cluster or monitor; -EPROTO: not a monitor's.
 */
#ifndef CEPH_MON_MON_STORE_H
#define CEPH_MON_MON_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "kv/kv_store.h"
#include "types/fsid.h"

#define MON_STORE_MAGIC "ceph mon volume v012"

struct mon_store {
    struct kv_store *kv;
    struct fsid fsid;
    char *name; /* of the monitor: "a" */
    char *path; /* of the monitor's data; "" for a store in memory */
};

/* Makes the store below mon_data (made if missing) with its stamps and what else is in first, all in one
 * commit. -EEXIST: there is a store. */
int mon_store_create(const char *kind, const char *mon_data, const struct fsid *fsid, const char *name,
                     const struct kv_batch *first, char *err, size_t err_size) MUST_CHECK;
/* fsid, name: whose it must be; NULL or all zero: any. */
int mon_store_open(struct mon_store *s, const char *kind, const char *mon_data, const struct fsid *fsid,
                   const char *name, char *err, size_t err_size) MUST_CHECK;
void mon_store_close(struct mon_store *s);

/* Writes the stamps and first into a fresh kv store and takes the store over: for tests in memory. */
int mon_store_format(struct mon_store *s, struct kv_store *kv, const struct fsid *fsid, const char *name,
                     const struct kv_batch *first, char *err, size_t err_size) MUST_CHECK;

/* Makes the batch durable, all of it or nothing. */
int mon_store_apply(struct mon_store *s, const struct kv_batch *tx, char *err, size_t err_size) MUST_CHECK;

/* Reads. -ENOENT: not there. The caller puts the slice. */
int mon_store_get(struct mon_store *s, const char *prefix, const char *key, struct slice *value) MUST_CHECK;
int mon_store_get_version(struct mon_store *s, const char *prefix, uint64_t version,
                          struct slice *value) MUST_CHECK;
/* 0 when the key is not there or no u64. */
uint64_t mon_store_get_u64(struct mon_store *s, const char *prefix, const char *key);
bool mon_store_exists(struct mon_store *s, const char *prefix, const char *key);

/* Into a transaction. */
void mon_tx_put(struct kv_batch *tx, const char *prefix, const char *key, const void *value, size_t len);
void mon_tx_put_u64(struct kv_batch *tx, const char *prefix, const char *key, uint64_t value);
void mon_tx_delete(struct kv_batch *tx, const char *prefix, const char *key);
/* The value of a version, and last_committed with it. */
void mon_tx_put_version(struct kv_batch *tx, const char *prefix, uint64_t version, const void *value,
                        size_t len);
/* Drops the versions from..to-1 and makes to the first. */
void mon_tx_trim(struct kv_batch *tx, const char *prefix, uint64_t from, uint64_t to);

/* Percent of the file system below the store that is free, and bytes; -errno where it cannot be asked. */
struct mon_store_space {
    uint64_t total_bytes, avail_bytes;
    unsigned avail_percent;
};
int mon_store_space(const struct mon_store *s, struct mon_store_space *out) MUST_CHECK;

#endif
