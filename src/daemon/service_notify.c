/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/service_notify.h"

#ifdef HAVE_SYSTEMD

#include <systemd/sd-daemon.h>
#include <unistd.h>

void service_notify_ready(void)
{
    (void)!sd_notifyf(0, "READY=1\nMAINPID=%lu", (unsigned long)getpid());
}

void service_notify_stopping(void)
{
    (void)!sd_notify(0, "STOPPING=1");
}

#else

void service_notify_ready(void)
{
}

void service_notify_stopping(void)
{
}

#endif
