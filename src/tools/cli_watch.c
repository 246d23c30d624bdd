/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "messages/m_log.h"

static void print_entry(const struct log_entry *e)
{
    char stamp[UTIME_TEXT_MAX];

    printf("%s %s.%s [%s] %s\n", utime_print(e->stamp, stamp), entity_type_name(e->name.type), e->name.id,
           log_entry_priority_name(e->priority), e->message);
}

static bool dispatch(void *arg, struct message *msg)
{
    struct cli_watch *w = arg;
    struct m_log log;

    if (msg->type != MSG_LOG)
        return false;
    if (w->level && m_log_decode(&log, msg) == 0) {
        char what[32];

        /* The version is the log's: another monitor may send what was seen already. */
        for (uint32_t i = 0; log.paxos.version > w->last_version && i < log.count; i++) {
            if (strcmp(w->channel, "*") == 0 || strcmp(w->channel, log.entries[i].channel) == 0)
                print_entry(&log.entries[i]);
        }
        fflush(stdout);
        if (log.paxos.version > w->last_version)
            w->last_version = log.paxos.version;
        snprintf(what, sizeof(what), "log-%s", w->level);
        mon_client_sub_got(w->mon_client, what, log.paxos.version);
        m_log_destroy(&log);
    }
    message_put(msg);
    return true;
}

const struct dispatcher_ops cli_watch_ops = {.dispatch = dispatch};

int cli_watch_run(struct cli_watch *w, struct mon_client *mc)
{
    char what[32];
    sigset_t signals;
    int r, got;

    w->mon_client = mc;
    snprintf(what, sizeof(what), "log-%s", w->level);
    r = mon_client_sub_want(mc, what, 0, 0);
    if (r)
        return r;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigwait(&signals, &got);
    return 0;
}
