/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* formatter_json: from the pieces that a formatter wrote to a JSON tree that can still be changed. */
#ifndef CEPH_COMMON_FORMATTER_JSON_H
#define CEPH_COMMON_FORMATTER_JSON_H

#include <jansson.h>

#include "common/formatter.h"

/* What f holds as a tree, a new reference; NULL: no memory, or a number above what a tree can hold
 * (INT64_MAX). f is destroyed. */
json_t *formatter_to_json(struct formatter *f);

#endif
