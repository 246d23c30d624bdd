/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/formatter.h"
#include "common/log.h"
#include "messages/m_mon_command.h"
#include "mon/mon_perf.h"
#include "mon/monitor.h"

char *mon_command_descriptions(void)
{
    struct formatter f;
    char name[16], *text;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    for (unsigned i = 0; i < mon_command_count; i++) {
        const struct mon_command *c = &mon_commands[i];
        snprintf(name, sizeof(name), "cmd%03u", i);
        formatter_open_object(&f, name);
        command_sig_describe(&f, c->sig);
        formatter_string(&f, "help", c->help);
        formatter_string(&f, "module", c->module);
        formatter_string(&f, "perm", c->perm);
        formatter_int(&f, "flags", c->flags);
        formatter_close(&f);
    }
    formatter_close(&f);
    text = formatter_steal(&f);
    formatter_destroy(&f);
    return text;
}

/* The first one of that name whose arguments these are, or else the last one. */
static const struct mon_command *find(const char *prefix, const json_t *cmd)
{
    const struct mon_command *found = NULL;
    bool fits = false;

    for (unsigned i = 0; i < mon_command_count && !fits; i++) {
        char *err = NULL;
        if (!command_sig_matches(mon_commands[i].sig, prefix))
            continue;
        found = &mon_commands[i];
        fits = command_sig_check(found->sig, cmd, &err) == 0;
        free(err);
    }
    return found;
}

static bool writes(const struct mon_op *op)
{
    return op->command && strchr(op->command->perm, 'w');
}

/* Every command that gets to its handler stands in the audit channel, and again when it has changed
 * something.
 */
static void audit(struct mon_op *op, const char *quote, const char *what)
{
    const struct mon_session *s = op->session;
    char *addrs = s && s->con ? entity_addrvec_print(connection_peer_addrs(s->con)) : NULL;

    monitor_clog(op->mon, writes(op) ? LOG_ENTRY_INFO : LOG_ENTRY_DEBUG, "audit",
                 "from='%s.%s %s' entity='%s.%s' cmd=%s[%s]%s: %s",
                 s ? entity_type_name(s->name.type) : "admin", s ? "?" : "socket", addrs ? addrs : "-",
                 s ? entity_type_name(s->id.type) : "admin", s && s->id.id ? s->id.id : "socket", quote,
                 op->text, quote, what);
    free(addrs);
}

/* In the monitor's own log, too: it is there at once. */
static void log_denial(const struct mon_op *op)
{
    const struct mon_session *s = op->session;
    char *addrs = s->con ? entity_addrvec_print(connection_peer_addrs(s->con)) : NULL;

    dout(mon, 0, "%s.%s at %s may not: %s: access denied", entity_type_name(s->id.type),
         s->id.id ? s->id.id : "?", addrs ? addrs : "-", op->text);
    free(addrs);
}

/* op->run of commands: from the start, also when it was run before. */
static void run(struct mon_op *op)
{
    int r;

    bufferlist_destroy(&op->output);
    bufferlist_init(&op->output);
    strbuf_clear(&op->status);
    r = op->command->handler(op);
    if (r != MON_OP_WAITS)
        mon_op_reply(op, r);
}

/* 0: op->command may be run. */
static int prepare(struct mon_op *op, const char *text)
{
    const char *prefix, *format;
    json_error_t error;
    char *err = NULL;
    int r;

    op->cmd = json_loads(text, 0, &error);
    if (!json_is_object(op->cmd))
        return mon_op_fail(op, -EINVAL, "the command is not a JSON object: %s",
                           op->cmd ? "something else" : error.text);
    prefix = command_str(op->cmd, "prefix", NULL);
    if (!prefix)
        return mon_op_fail(op, -EINVAL, "the command has no prefix");
    op->text = command_loggable(text);
    if (!op->text)
        return -ENOMEM;
    format = command_str(op->cmd, "format", "plain");
    op->json = strncmp(format, "json", 4) == 0;
    op->pretty = strcmp(format, "json-pretty") == 0;
    op->command = find(prefix, op->cmd);
    if (!op->command)
        return mon_op_fail(op, -EINVAL, "command not known");
    if (op->session && !mon_session_may(op->session, op->command->module, op->command->perm, op->cmd)) {
        audit(op, "", "access denied");
        log_denial(op);
        return mon_op_fail(op, -EACCES, "access denied");
    }
    r = command_sig_check(op->command->sig, op->cmd, &err);
    if (r)
        mon_op_status(op, "%s", err ? err : strerror(-r));
    free(err);
    return r;
}

static int describe(struct mon_op *op)
{
    char *text = mon_command_descriptions();
    int r = text ? mon_op_text(op, text) : -ENOMEM;

    free(text);
    return r;
}

void mon_command_run(struct mon_op *op, const char *text)
{
    int r = prepare(op, text);

    dout(mon, 5, "command %s: %s", op->text ? op->text : "that is none",
         r ? strbuf_text(&op->status) : "accepted");
    if (r == -EINVAL && strcmp(command_str(op->cmd, "prefix", ""), "get_command_descriptions") == 0) {
        strbuf_clear(&op->status);
        mon_op_reply(op, describe(op));
        return;
    }
    if (r) {
        mon_op_reply(op, r);
        return;
    }
    perf_inc(op->mon->perf, MON_PERF_COMMANDS);
    audit(op, "", "dispatch");
    op->run = run;
    run(op);
}

/* ---- MMonCommand ---- */

static void reply(struct mon_op *op, int r)
{
    struct m_mon_command_ack ack = {.paxos = PAXOS_PREFIX_INIT(op->version), .result = r};
    struct m_mon_command request;
    struct message *m;

    if (r == 0 && writes(op))
        audit(op, "'", "finished");
    ack.status = strdup(strbuf_text(&op->status));
    if (m_mon_command_decode(&request, op->msg) == 0) {
        ack.cmd = request.cmd;
        string_list_init(&request.cmd);
        m_mon_command_destroy(&request);
    }
    m = m_mon_command_ack_message(&ack);
    if (m) {
        m->tid = op->msg->tid;
        m->data = op->output;
        bufferlist_init(&op->output);
    }
    mon_session_send(op->session, m);
}

void mon_command_handle(struct mon_op *op)
{
    struct m_mon_command m;
    char *text;
    int r = m_mon_command_decode(&m, op->msg);

    if (r) {
        dout(mon, 0, "a command that cannot be read: %s", strerror(-r));
        mon_op_free(op);
        return;
    }
    op->reply = reply;
    if (bufferlist_append_list(&op->input, &op->msg->data))
        r = -ENOMEM;
    text = string_list_join(&m.cmd, "");
    if (!text)
        r = -ENOMEM;
    /* A daemon that starts may not know the cluster's id yet. */
    if (r == 0 && !fsid_is_zero(&m.fsid) && !fsid_equal(&m.fsid, &op->mon->store.fsid))
        r = mon_op_fail(op, -EPERM, "wrong fsid");
    m_mon_command_destroy(&m);
    if (r)
        mon_op_reply(op, r);
    else
        mon_command_run(op, text);
    free(text);
}
