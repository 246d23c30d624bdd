/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/text_age.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/compiler.h"

const char *text_age(char buf[static TEXT_AGE_MAX], uint64_t seconds)
{
    /* Each unit serves until the next one would show at least two. */
    static const struct {
        uint64_t seconds;
        char unit;
    } units[] = {{365 * 86400, 'y'}, {30 * 86400, 'M'}, {7 * 86400, 'w'},
                 {86400, 'd'},       {3600, 'h'},       {60, 'm'}};

    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (seconds >= 2 * units[i].seconds) {
            snprintf(buf, TEXT_AGE_MAX, "%" PRIu64 "%c", seconds / units[i].seconds, units[i].unit);
            return buf;
        }
    snprintf(buf, TEXT_AGE_MAX, "%" PRIu64 "s", seconds);
    return buf;
}

const char *text_age_since(char buf[static TEXT_AGE_MAX], uint64_t since)
{
    uint64_t now = clock_realtime_ns() / NSEC_PER_SEC;

    return text_age(buf, now > since ? now - since : 0);
}
