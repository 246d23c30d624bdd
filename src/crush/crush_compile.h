/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_compile: a crush map from its text: the bytes are those that genuine Ceph makes of it. Pure.
 * See: src/test/unit/crush/test_crush_text.c, qa/interop/test-crushtool.sh.
 */
#ifndef CEPH_CRUSH_CRUSH_COMPILE_H
#define CEPH_CRUSH_CRUSH_COMPILE_H

#include <stddef.h>

#include "crush/crush_map.h"

/* Inits m; after a failure there is nothing to destroy. file names the text in errors. -EINVAL: *err is
 * "file:line: " and what is wrong there; -ENOMEM. */
int crush_compile(struct crush_map *m, const char *text, size_t len, const char *file, char **err) MUST_CHECK;

#endif
