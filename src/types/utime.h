/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utime: Ceph's utime_t: u32 seconds and u32 nanoseconds since 1970, UTC. Pure, but for utime_now(). */
#ifndef CEPH_TYPES_UTIME_H
#define CEPH_TYPES_UTIME_H

#include <stdint.h>

#include "common/decode.h"
#include "common/encode.h"

struct utime {
    uint32_t sec, nsec;
};

#define UTIME_TEXT_MAX 48

static inline struct utime utime_from_ns(uint64_t ns)
{
    return (struct utime){.sec = (uint32_t)(ns / 1000000000u), .nsec = (uint32_t)(ns % 1000000000u)};
}
static inline uint64_t utime_to_ns(struct utime t)
{
    return (uint64_t)t.sec * 1000000000u + t.nsec;
}
struct utime utime_now(void); /* by the wall clock */
void utime_encode(struct utime t, struct encode *e);
struct utime utime_decode(struct decode *d);
/* As genuine tools print it: "2026-11-22T12:00:00.123456+0000" in local time; anything below ten years as a
 * plain number of seconds, so zero is "0.000000". */
const char *utime_print(struct utime t, char buf[static UTIME_TEXT_MAX]);
/* As genuine JSON has it in a few places: the same in UTC with a 'Z' for the zone. */
const char *utime_print_utc(struct utime t, char buf[static UTIME_TEXT_MAX]);

#endif
