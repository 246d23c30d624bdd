/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_edit: changing the hierarchy of a crush map: buckets and devices added, moved, weighed and removed.
 *
 * Weights are 16.16; those of all ancestors follow. Shadow trees of device classes and weight sets follow,
 * too. Names must be valid (crush_name_is_valid()). The map is acyclic, as decoded ones are. Errors: negative
 * errno. A change that fails may have been made in part, and after -ENOMEM the map is not usable any more:
 * change a copy. -ERANGE: weights add up to more than 32 bits. Threads: none of its own. Pure. See:
 * src/test/unit/crush/test_crush_edit.c, qa/interop/test-crush-edit.sh.
 */
#ifndef CEPH_CRUSH_CRUSH_EDIT_H
#define CEPH_CRUSH_CRUSH_EDIT_H

#include "crush/crush_location.h"
#include "crush/crush_map.h"

#define CRUSH_WEIGHT_ONE 0x10000u

int crush_map_copy(struct crush_map *to, const struct crush_map *from) MUST_CHECK; /* inits to */

/* A weight as people write it. -EINVAL: negative or not a number; -EOVERFLOW: 65536 or more. */
int crush_weight_from_double(double weight, uint32_t *out) MUST_CHECK;

/* ---- pieces; the shadow trees are left as they are ---- */

struct crush_bucket_spec {
    int32_t id; /* 0: the first that is free */
    uint16_t type;
    uint8_t alg; /* CRUSH_ALG_HOLE: the newest that the map's tunables allow */
    uint8_t hash;
    const int32_t *items;
    const uint32_t *weights;
    uint32_t size;
};

/* A bucket without a name. *id: its id; NULL: not wanted. -EEXIST: the id is taken. */
int crush_edit_add_bucket(struct crush_map *m, const struct crush_bucket_spec *spec, int32_t *id) MUST_CHECK;
/* Takes away a bucket, its name and its class; who has it as an item keeps that. */
void crush_edit_drop_bucket(struct crush_map *m, int32_t id);
/* The buckets that are in no other, shadows left out, ascending; free(*roots). */
int crush_edit_roots(const struct crush_map *m, int32_t **roots, unsigned *count) MUST_CHECK;
/* max_devices becomes one more than the highest device in any bucket or with a name. */
void crush_edit_finalize(struct crush_map *m);

/* ---- questions ---- */

/* Some bucket has the item. */
bool crush_edit_is_item(const struct crush_map *m, int32_t item);
/* The item's weight in the first bucket that has it; 0: none has. */
uint32_t crush_edit_weight_of(const struct crush_map *m, int32_t item);
/* The first bucket, shadows left out, that has it, or NULL. */
const struct crush_bucket *crush_edit_parent(const struct crush_map *m, int32_t item);
/* The item is the bucket or somewhere below it. */
bool crush_edit_contains(const struct crush_map *m, int32_t bucket, int32_t item);
/* The bucket of the lowest type that loc names exists and has the item; *weight (may be NULL): in it. */
bool crush_edit_is_at(const struct crush_map *m, int32_t item, const struct string_map *loc,
                      uint32_t *weight);
/* A rule takes the bucket or a shadow of it, or it is a shadow. */
bool crush_edit_in_use(const struct crush_map *m, int32_t bucket);

/* ---- changes ---- */

/*
 * Puts an item with this name into the bucket of the lowest type that loc names; buckets that do not exist
 * are made, and put into the next one. -EEXIST: another item has the name; -EINVAL: a name is not valid, loc
 * names no bucket that could hold it, one of another type, or one inside the item.
 */
int crush_edit_insert_item(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                           const struct string_map *loc) MUST_CHECK;
/* The same for an item that may be elsewhere: then it is taken from there, with the weight it had there. 1:
 * done; 0: it is at loc already, with whatever weight. */
int crush_edit_create_or_move(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                              const struct string_map *loc) MUST_CHECK;
/* The same, but the item gets weight and name in any case. 0: it has them. */
int crush_edit_set_item(struct crush_map *m, int32_t item, uint32_t weight, const char *name,
                        const struct string_map *loc) MUST_CHECK;
/* A bucket with all in it goes from its place to another, or is put into one more. -ENOENT. */
int crush_edit_move_bucket(struct crush_map *m, int32_t bucket, const struct string_map *loc) MUST_CHECK;
int crush_edit_link_bucket(struct crush_map *m, int32_t bucket, const struct string_map *loc) MUST_CHECK;

/* Takes the item out of all buckets, and, unless unlink_only, out of the map. -ENOENT: it was in none;
 * -ENOTEMPTY, -EBUSY: a bucket that has items, or that a rule takes. */
int crush_edit_remove_item(struct crush_map *m, int32_t item, bool unlink_only) MUST_CHECK;
/* Only from the buckets below ancestor; out of the map when it is in none any more. */
int crush_edit_remove_item_under(struct crush_map *m, int32_t item, int32_t ancestor,
                                 bool unlink_only) MUST_CHECK;

/* An item's weight in all buckets, in those that loc names, or of all devices below a bucket. Returns in how
 * many places; -ENOENT: in none. */
int crush_edit_reweight_item(struct crush_map *m, int32_t item, uint32_t weight) MUST_CHECK;
int crush_edit_reweight_item_at(struct crush_map *m, int32_t item, uint32_t weight,
                                const struct string_map *loc) MUST_CHECK;
int crush_edit_reweight_subtree(struct crush_map *m, int32_t bucket, uint32_t weight) MUST_CHECK;
/* All buckets weigh again what their items weigh. */
int crush_edit_reweight_all(struct crush_map *m) MUST_CHECK;

/* Two buckets exchange what they have, and their names. -EINVAL: one is inside the other. */
int crush_edit_swap_buckets(struct crush_map *m, int32_t a, int32_t b) MUST_CHECK;
/* A new name for a bucket. -ENOENT: no from; -EALREADY: no from but a to; -EEXIST: both; -ENOTDIR: no bucket;
 * -EINVAL: not a name. *err tells. */
int crush_edit_rename_bucket(struct crush_map *m, const char *from, const char *to, char **err) MUST_CHECK;

#endif
