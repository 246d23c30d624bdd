/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/utime.h"

#include <stdio.h>
#include <time.h>

#include "common/clock.h"

/* Genuine tools take anything below ten years for a duration and print it as plain seconds. */
#define LONGEST_DURATION (10u * 365 * 24 * 3600)

struct utime utime_now(void)
{
    return utime_from_ns(clock_realtime_ns());
}

void utime_encode(struct utime t, struct encode *e)
{
    encode_u32(e, t.sec);
    encode_u32(e, t.nsec);
}

struct utime utime_decode(struct decode *d)
{
    struct utime t;

    t.sec = decode_u32(d);
    t.nsec = decode_u32(d);
    return t;
}

const char *utime_print(struct utime t, char buf[static UTIME_TEXT_MAX])
{
    time_t sec = t.sec;
    char day[24], zone[8];
    struct tm tm;

    if (t.sec < LONGEST_DURATION || !localtime_r(&sec, &tm)) {
        snprintf(buf, UTIME_TEXT_MAX, "%u.%06u", t.sec, t.nsec / 1000);
        return buf;
    }
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);
    snprintf(buf, UTIME_TEXT_MAX, "%s.%06u%s", day, t.nsec / 1000, zone);
    return buf;
}

const char *utime_print_utc(struct utime t, char buf[static UTIME_TEXT_MAX])
{
    time_t sec = t.sec;
    char day[24];
    struct tm tm;

    if (t.sec < LONGEST_DURATION || !gmtime_r(&sec, &tm))
        return utime_print(t, buf);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(buf, UTIME_TEXT_MAX, "%s.%06uZ", day, t.nsec / 1000);
    return buf;
}
