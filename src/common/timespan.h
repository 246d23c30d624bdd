/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timespan: lengths of time as people write them: "30", "1.5", "500ms", "10 minutes", "1h30m".
 * A number without a unit is seconds. Units: ns, us, ms, s, m, h, d, w, mo (30 days), y (365 days) and their
 * longer names. Threads: none of its own. Errors: -EINVAL (not a length of time), -ERANGE (over 584 years).
 */
#ifndef CEPH_COMMON_TIMESPAN_H
#define CEPH_COMMON_TIMESPAN_H

#include <stdint.h>

#include "common/clock.h"
#include "common/compiler.h"

int timespan_parse(const char *text, uint64_t *ns) MUST_CHECK;

#endif
