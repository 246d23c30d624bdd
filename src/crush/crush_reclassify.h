/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_reclassify: makes device classes of hierarchies. A map from before there were classes has a hierarchy
 * for each kind of device; afterwards it has one with all devices, and the old ones are its shadows, with the
 * ids that they had, so that rules take them as before and hardly any data moves.
 *
 * Errors: negative errno; the map is not usable any more then. Threads: none of its own. Pure. See:
 * src/test/unit/crush/test_crush_reclassify.c.
 */
#ifndef CEPH_CRUSH_CRUSH_RECLASSIFY_H
#define CEPH_CRUSH_CRUSH_RECLASSIFY_H

#include "common/strbuf.h"
#include "crush/crush_map.h"
#include "types/string_list.h"

struct crush_reclassify {
    struct string_map roots; /* bucket -> class: it and all below become the shadows for that class */
    /* Buckets of the other kinds by their names: BASE and "-ssd" for "%-ssd", "ssd-" and BASE for "ssd-%"; a
     * name without % goes for the parent itself. They become shadows of BASE for a class, and a BASE that is
     * in no bucket then is put into the parent. */
    struct string_map match_classes, match_parents;
};

void crush_reclassify_destroy(struct crush_reclassify *how);

/* told: a line for each thing done. *err says what is wrong with the map or what is asked for. -EINVAL,
 * -ENOMEM and the errors of crush_edit.h. */
int crush_reclassify(struct crush_map *m, const struct crush_reclassify *how, struct strbuf *told,
                     char **err) MUST_CHECK;

#endif
