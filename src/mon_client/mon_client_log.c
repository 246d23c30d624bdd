/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client's entries for the cluster log: kept and sent again until a monitor has acknowledged them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "mon_client/mon_client_internal.h"

#define LOG_MESSAGE_ENTRIES 1000  /* that go out at once */
#define LOG_QUEUE_ENTRIES   10000 /* that are kept; then the oldest go */

void mon_client_log_destroy(struct mon_client *mc)
{
    for (unsigned i = 0; i < mc->log_count; i++)
        log_entry_destroy(&mc->log_entries[i]);
    free(mc->log_entries);
    mc->log_entries = NULL;
    mc->log_count = 0;
}

static void drop_first(struct mon_client *mc, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        log_entry_destroy(&mc->log_entries[i]);
    memmove(mc->log_entries, mc->log_entries + n, (mc->log_count - n) * sizeof(*mc->log_entries));
    mc->log_count -= n;
}

void mon_client_send_log_locked(struct mon_client *mc, bool again)
{
    struct m_log log = {.paxos = PAXOS_PREFIX_INIT(0), .fsid = mc->monmap.fsid};
    struct message *m;

    if (again)
        mc->log_sent_seq = 0;
    if (!mon_client_is_ready_locked(mc))
        return;
    log.entries = calloc(LOG_MESSAGE_ENTRIES, sizeof(*log.entries));
    for (unsigned i = 0; log.entries && i < mc->log_count && log.count < LOG_MESSAGE_ENTRIES; i++) {
        if (mc->log_entries[i].seq <= mc->log_sent_seq)
            continue;
        if (log_entry_copy(&log.entries[log.count], &mc->log_entries[i]))
            break;
        log.count++;
    }
    if (log.count == 0) {
        m_log_destroy(&log);
        return;
    }
    mc->log_sent_seq = log.entries[log.count - 1].seq;
    m = m_log_message(&log);
    if (m)
        connection_send(mc->session->con, m);
}

void mon_client_handle_log_ack_locked(struct mon_client *mc, const struct message *m)
{
    struct m_log_ack ack;
    unsigned n = 0;

    if (m_log_ack_decode(&ack, m))
        return;
    while (n < mc->log_count && mc->log_entries[n].seq <= ack.last_seq)
        n++;
    drop_first(mc, n);
    m_log_ack_destroy(&ack);
    mon_client_send_log_locked(mc, false);
}

/* Borrows channel and text. */
static int add_entry(struct mon_client *mc, enum log_entry_priority priority, const char *channel,
                     const char *text)
{
    struct log_entry entry = {
        .name = mc->name,
        .rank = messenger_name(mc->messenger),
        .stamp = utime_now(),
        .seq = mc->log_last_seq + 1,
        .priority = (uint16_t)priority,
        .message = (char *)text,
        .channel = (char *)channel,
    };
    struct log_entry *grown;
    int r;

    if (mc->log_count == LOG_QUEUE_ENTRIES)
        drop_first(mc, 1);
    grown = realloc(mc->log_entries, (mc->log_count + 1) * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    mc->log_entries = grown;
    r = messenger_addrs(mc->messenger, &entry.addrs);
    if (r)
        return r;
    r = log_entry_copy(&grown[mc->log_count], &entry);
    entity_addrvec_destroy(&entry.addrs);
    if (r)
        return r;
    mc->log_last_seq++;
    mc->log_count++;
    return 0;
}

int mon_client_log(struct mon_client *mc, enum log_entry_priority priority, const char *channel,
                   const char *text)
{
    int r;

    mon_client_lock(mc);
    r = mc->stopping ? -ESHUTDOWN : add_entry(mc, priority, channel, text);
    if (r == 0)
        mon_client_send_log_locked(mc, false);
    mon_client_unlock(mc);
    return r;
}
