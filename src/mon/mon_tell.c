/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_tell.h"

#include <errno.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "common/log.h"
#include "daemon/tell_command.h"
#include "mon/json_text.h"
#include "mon/mon_status.h"
#include "mon/monitor.h"
#include "msg/messenger.h"

/* A report that is made under the lock. Takes what make() gives. */
static int show(struct monitor *mon, struct formatter *f, json_t *(*make)(struct monitor *mon))
{
    json_t *o;

    monitor_lock(mon);
    o = make(mon);
    monitor_unlock(mon);
    if (!o)
        return -ENOMEM;
    json_to_formatter(f, NULL, o);
    json_decref(o);
    return 0;
}

#define REPORT(name, make)                                                                               \
    static int name(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED, \
                    char **err UNUSED)                                                                   \
    {                                                                                                    \
        return show(arg, f, make);                                                                       \
    }

REPORT(mon_status, mon_status_monitor)
REPORT(quorum_status, mon_status_quorum)
REPORT(sessions, mon_status_sessions)

static int dump_messenger(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                          char **err UNUSED)
{
    struct monitor *mon = arg;

    messenger_dump(mon->messenger, f);
    return 0;
}

static int compact(void *arg, const json_t *cmd UNUSED, struct formatter *f UNUSED, struct strbuf *out,
                   char **err UNUSED)
{
    struct monitor *mon = arg;

    kv_store_compact(mon->store.kv);
    strbuf_add(out, "compacted the store\n");
    return 0;
}

static int dump_store(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                      char **err UNUSED)
{
    struct monitor *mon = arg;
    struct kv_stats s;

    kv_store_stats(mon->store.kv, &s);
    formatter_open_object(f, NULL);
    formatter_string(f, "kind", kv_store_kind(mon->store.kv));
    formatter_uint(f, "keys", s.keys);
    formatter_uint(f, "bytes_on_disk", s.bytes_on_disk);
    formatter_uint(f, "gets", s.gets);
    formatter_uint(f, "commits", s.commits);
    formatter_uint(f, "commit_bytes", s.commit_bytes);
    formatter_double(f, "commit_seconds", (double)s.commit_ns / 1e9);
    formatter_close(f);
    return 0;
}

static const struct admin_socket_command commands[] = {
    {"mon_status", "show this monitor's state", mon_status},
    {"quorum_status", "show which monitors work together", quorum_status},
    {"sessions", "list who is connected", sessions},
    {"messenger dump", "show every connection: peer, transport, state, queues, bytes, age", dump_messenger},
    {"store stats", "show how big the store is and what it did", dump_store},
    {"compact", "make the store on disk as small as it can be", compact},
};

int mon_tell_register(struct monitor *mon, struct admin_socket *as)
{
    return admin_socket_register_all(as, commands, ARRAY_SIZE(commands), mon);
}

/* Who may tell: whoever is in and may do anything. */
static bool may_tell(struct monitor *mon, struct connection *con)
{
    const struct mon_session *s;
    bool may;

    monitor_lock(mon);
    s = mon_sessions_find(con);
    may = s && s->authenticated && mon_session_may(s, "mon", "rwx", NULL);
    monitor_unlock(mon);
    return may;
}

void mon_tell_handle(struct monitor *mon, struct message *msg)
{
    tell_command_handle(mon->asok, msg, may_tell(mon, msg->con));
}
