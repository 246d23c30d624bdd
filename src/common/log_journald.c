/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log's way into the systemd journal. */
#include "common/log_sinks.h"

#include <errno.h>

#ifdef HAVE_SYSTEMD

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <syslog.h>

int log_journald_available(void)
{
    return 0;
}

void log_journald_write(const struct log_entry *e)
{
    int priority = e->level < 0 ? LOG_ERR : e->level == 0 ? LOG_NOTICE : e->level == 1 ? LOG_INFO : LOG_DEBUG;

    (void)!sd_journal_send("MESSAGE=%s", e->text, "PRIORITY=%d", priority, "LEVEL=%d", (int)e->level,
                           "SUBSYS=%s", log_subsys_name((enum log_subsys)e->subsys), "THREAD=%016llx",
                           (unsigned long long)e->thread, NULL);
}

#else

int log_journald_available(void)
{
    return -ENOSYS;
}

void log_journald_write(const struct log_entry *e UNUSED)
{
}

#endif
