/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_decompile: a crush map as the text that crushtool and people work on, character for character as
 * genuine Ceph writes it. Pure. See: src/test/unit/crush/test_crush_text.c.
 */
#ifndef CEPH_CRUSH_CRUSH_DECOMPILE_H
#define CEPH_CRUSH_CRUSH_DECOMPILE_H

#include "common/strbuf.h"
#include "crush/crush_map.h"

/* Appends the text to out. -EINVAL: the map cannot be said in text (a rule takes what has no name); *err says
 * why and the text ends where that was found. -ENOMEM. */
int crush_decompile(const struct crush_map *m, struct strbuf *out, char **err) MUST_CHECK;

#endif
