/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>

#define X(name, log_level, gather_level) \
    [LOG_##name] = (log_level) > (gather_level) ? (log_level) : (gather_level),
atomic_int log_thresholds[LOG_SUBSYS_COUNT] = {LOG_SUBSYSTEMS(X)};
#undef X

void log_write(enum log_subsys subsys UNUSED, int level, const char *fmt, ...)
{
    va_list ap;

    if (level > 0)
        return;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}
