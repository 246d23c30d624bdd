/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/text_size.h"

#include <inttypes.h>
#include <stdio.h>

/* As many decimals, up to two, as leave the text at most seven characters long. */
static const char *print(char *buf, uint64_t n, unsigned step, const char *const *units, unsigned last)
{
    uint64_t unit = 1;
    unsigned i = 0;

    while (n / unit >= step && i < last) {
        unit *= step;
        i++;
    }
    if (n % unit == 0) {
        snprintf(buf, TEXT_SIZE_MAX, "%" PRIu64 "%s", n / unit, units[i]);
        return buf;
    }
    for (int decimals = 2; decimals >= 0; decimals--)
        if (snprintf(buf, TEXT_SIZE_MAX, "%.*f%s", decimals, (double)n / (double)unit, units[i]) <= 7)
            break;
    return buf;
}

const char *text_size_bytes(char buf[static TEXT_SIZE_MAX], uint64_t bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

    return print(buf, bytes, 1024, units, 6);
}

const char *text_size_count(char buf[static TEXT_SIZE_MAX], uint64_t count)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};

    return print(buf, count, 1000, units, 6);
}
