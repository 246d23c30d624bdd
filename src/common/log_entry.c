/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log_entry.h"

#include <stdlib.h>

#include "common/clock.h"

int log_utc_offset(time_t at)
{
    struct tm tm;

    return localtime_r(&at, &tm) ? (int)tm.tm_gmtoff : 0;
}

static char *put_digits(char *p, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + width;
}

static char *put_hex(char *p, uint64_t v)
{
    int digits = 1;

    while (digits < 16 && v >> (4 * digits))
        digits++;
    for (int i = digits - 1; i >= 0; i--, v >>= 4)
        p[i] = "0123456789abcdef"[v & 15];
    return p + digits;
}

/* Year, month and day of a number of days since 1970, by counting years from March on, so that the leap day
 * is a year's last: 146,097 days in 400 years, 153 days in five months from March. */
static void civil_date(int64_t days, uint64_t *year, uint64_t *month, uint64_t *day)
{
    uint64_t d = (uint64_t)(days + 719468), era = d / 146097, of_era = d % 146097;
    uint64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    uint64_t m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

unsigned log_entry_head(const struct log_entry *e, int utc_offset, char out[static LOG_HEAD_MAX])
{
    int64_t local = (int64_t)(e->stamp_ns / NSEC_PER_SEC) + utc_offset;
    unsigned of_day = (unsigned)(local % 86400), ahead = (unsigned)abs(utc_offset) / 60;
    uint64_t year, month, day;
    char *p = out;

    civil_date(local / 86400, &year, &month, &day);
    p = put_digits(p, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day, 2);
    *p++ = 'T';
    p = put_digits(p, of_day / 3600, 2);
    *p++ = ':';
    p = put_digits(p, of_day / 60 % 60, 2);
    *p++ = ':';
    p = put_digits(p, of_day % 60, 2);
    *p++ = '.';
    p = put_digits(p, e->stamp_ns % NSEC_PER_SEC / NSEC_PER_USEC, 6);
    *p++ = utc_offset < 0 ? '-' : '+';
    p = put_digits(p, ahead / 60, 2);
    p = put_digits(p, ahead % 60, 2);
    *p++ = ' ';
    p = put_hex(p, e->thread);
    *p++ = ' ';
    if (e->level < 10)
        *p++ = e->level < 0 ? '-' : ' ';
    p = put_digits(p, (uint64_t)(e->level < 0 ? -e->level : e->level), e->level < 10 ? 1 : 2);
    *p++ = ' ';
    return (unsigned)(p - out);
}
