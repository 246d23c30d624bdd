/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rotating_keys: the secrets of one service, with which tickets for it are sealed: the previous, the current
 * and the next, numbered 1, 2, 3...
 *
 * Tickets are made with the current one, which is the second oldest. When it has expired a new next one is
 * added and the oldest dropped, and with that every ticket dies that was sealed with it: that is how tickets
 * expire. Because the next key is known to the service before it is used, a service that fetches the ring now
 * and then can always open what the monitor seals.
 *
 * Owner: init and destroy; secrets are zeroed. Threads: none of its own. Times: utime of the wall clock.
 * Format: doc/cephx.md, "Rotating keys".
 */
#ifndef CEPH_AUTH_ROTATING_KEYS_H
#define CEPH_AUTH_ROTATING_KEYS_H

#include <stdbool.h>

#include "auth/crypto_key.h"

#define ROTATING_KEYS 3

struct rotating_key {
    uint64_t id;
    struct crypto_key key;
    struct utime expires;
};

struct rotating_keys {
    struct rotating_key keys[ROTATING_KEYS]; /* oldest first */
    unsigned count;
    uint64_t max_id; /* the newest that ever was */
};

void rotating_keys_wipe(struct rotating_keys *r);

/* For the monitor. Brings the ring up to date: true when it changed and has to be stored. ttl_ns: how long a
 * key is the current one. make() gives a new secret; a failure of it ends the update. */
bool rotating_keys_update(struct rotating_keys *r, struct utime now, uint64_t ttl_ns,
                          int (*make)(struct crypto_key *key, struct utime now), int *error);
/* The key to seal with; NULL: the ring is empty. */
const struct rotating_key *rotating_keys_current(const struct rotating_keys *r, struct utime now);

/* The key to open with; NULL: it is too old, or of another cluster. */
const struct crypto_key *rotating_keys_find(const struct rotating_keys *r, uint64_t id);

/* For a service: the ring should be fetched again. */
bool rotating_keys_need_refresh(const struct rotating_keys *r, struct utime now, uint64_t ttl_ns);

void rotating_keys_encode(const struct rotating_keys *r, struct encode *e);
/* On failure r is wiped. */
int rotating_keys_decode(struct rotating_keys *r, struct decode *d) MUST_CHECK;

#endif
