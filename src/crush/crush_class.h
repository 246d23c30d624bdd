/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_class: device classes (ssd, hdd, ...), and for each class the shadow trees "root~class" that hold
 * only the devices of that class, so that rules can take them.
 *
 * Shadows are made anew by every change of the hierarchy; they keep their ids. Errors: negative errno; after
 * -ENOMEM the map is not usable any more. Pure. See: src/test/unit/crush/test_crush_edit.c.
 */
#ifndef CEPH_CRUSH_CRUSH_CLASS_H
#define CEPH_CRUSH_CRUSH_CLASS_H

#include "crush/crush_map.h"

/* The class of a device, NULL: none. Of a shadow, the class it is for. */
const char *crush_class_of(const struct crush_map *m, int32_t item);
/* The number of a class, -ENOENT: there is none of that name. */
int crush_class_id(const struct crush_map *m, const char *name);
/* The same; a new class is added. -ENOMEM. */
int crush_class_add(struct crush_map *m, const char *name) MUST_CHECK;

bool crush_class_is_shadow(const struct crush_map *m, int32_t id);
/* The shadow of a bucket for a class, 0: none. */
int32_t crush_class_shadow(const struct crush_map *m, int32_t bucket, int class_id);
/* What id shadows, or id itself. */
int32_t crush_class_original(const struct crush_map *m, int32_t id);

/* Says what class an item has, and that a bucket has this shadow for a class, and makes no shadow tree. 0,
 * -ENOMEM. */
int crush_class_set(struct crush_map *m, int32_t item, const char *name) MUST_CHECK;
int crush_class_set_shadow(struct crush_map *m, int32_t bucket, int class_id, int32_t shadow) MUST_CHECK;
/* The same for a bucket that is there already: it gets the name of a shadow and the class, too. */
int crush_class_name_shadow(struct crush_map *m, int32_t original, int class_id, int32_t shadow) MUST_CHECK;
/* The bucket has no shadows any more, whatever becomes of those. */
void crush_class_forget_shadows(struct crush_map *m, int32_t bucket);

/* Gives a device its class, which is added when it is new. 1; 0: it has it already; -EBUSY: it has another
 * one. */
int crush_class_assign(struct crush_map *m, int32_t device, const char *name) MUST_CHECK;
/* The item has no class any more. 0. */
int crush_class_unassign(struct crush_map *m, int32_t item) MUST_CHECK;
/* -ENOENT: no such class; -EEXIST: the other name is taken. */
int crush_class_rename(struct crush_map *m, const char *from, const char *to) MUST_CHECK;
/* The item is gone. */
void crush_class_forget(struct crush_map *m, int32_t item);

/* Makes the shadow trees of all classes. -EEXIST: a bucket has the id that a shadow had. */
int crush_class_populate(struct crush_map *m) MUST_CHECK;
/* The same; classes without devices that no rule uses go. */
int crush_class_rebuild(struct crush_map *m) MUST_CHECK;

#endif
