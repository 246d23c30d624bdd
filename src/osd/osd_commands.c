/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an OSD answers on its admin socket and to `ceph tell`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "messages/m_command.h"
#include "osd/osd.h"
#include "osd/osd_session.h"

static int cmd_status(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                      char **err UNUSED)
{
    struct osd *osd = arg;
    char text[FSID_TEXT_LEN + 1];

    formatter_open_object(f, NULL);
    mutex_lock(&osd->lock);
    formatter_string(f, "cluster_fsid", fsid_print(&osd->superblock.cluster_fsid, text));
    formatter_string(f, "osd_fsid", fsid_print(&osd->superblock.osd_fsid, text));
    formatter_int(f, "whoami", osd->whoami);
    formatter_string(f, "state", osd_state_name(osd->state));
    formatter_uint(f, "oldest_map", osd->superblock.oldest_map);
    formatter_uint(f, "newest_map", osd->superblock.newest_map);
    mutex_unlock(&osd->lock);
    mutex_lock(&osd->pgs_lock);
    formatter_uint(f, "num_pgs", osd->pg_count);
    mutex_unlock(&osd->pgs_lock);
    formatter_close(f);
    return 0;
}

static int cmd_ops(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                   char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_ops(&osd->tracker, f);
    return 0;
}

static int cmd_historic(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                        char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_history(&osd->tracker, false, f);
    return 0;
}

static int cmd_historic_by_duration(void *arg, const json_t *cmd UNUSED, struct formatter *f,
                                    struct strbuf *out UNUSED, char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_history(&osd->tracker, true, f);
    return 0;
}

static void dump_pg(void *arg, struct pg *pg)
{
    pg_lock(pg);
    pg_dump(pg, arg);
    pg_unlock(pg);
}

static int cmd_pgs(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                   char **err UNUSED)
{
    formatter_open_array(f, NULL);
    osd_each_pg(arg, dump_pg, f);
    formatter_close(f);
    return 0;
}

static int cmd_messengers(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                          char **err UNUSED)
{
    struct osd *osd = arg;

    formatter_open_object(f, NULL);
    formatter_open_object(f, "public");
    messenger_dump(osd->public, f);
    formatter_close(f);
    formatter_open_object(f, "cluster");
    messenger_dump(osd->cluster, f);
    formatter_close(f);
    formatter_close(f);
    return 0;
}

int osd_commands_register(struct osd *osd)
{
    static const struct {
        const char *sig, *help;
        admin_socket_fn *fn;
    } commands[] = {
        {"status", "how the OSD is: state, maps, number of placement groups", cmd_status},
        {"ops", "operations that are under way", cmd_ops},
        {"dump_ops_in_flight", "the same", cmd_ops},
        {"dump_historic_ops", "operations of late that took longest to reach their end", cmd_historic},
        {"dump_historic_ops_by_duration", "the slowest operations since the start", cmd_historic_by_duration},
        {"dump_pgs", "placement groups: state, versions, who serves them", cmd_pgs},
        {"messenger dump", "connections of the OSD's messengers", cmd_messengers},
    };

    for (size_t i = 0; osd->asok && i < ARRAY_SIZE(commands); i++) {
        int r = admin_socket_register(osd->asok, commands[i].sig, commands[i].help, commands[i].fn, osd);
        if (r)
            return r;
    }
    return 0;
}

/* ---- ceph tell ---- */

static int run_command(struct osd *osd, const char *text, struct strbuf *out, char **err)
{
    json_error_t e;
    json_t *cmd = json_loads(text, 0, &e);
    int r;

    if (!json_is_object(cmd)) {
        json_decref(cmd);
        return err_set(err, -EINVAL, "what came is no JSON object");
    }
    r = osd->asok ? admin_socket_call(osd->asok, cmd, out, err)
                  : err_set(err, -EOPNOTSUPP, "this OSD has no admin socket, so no commands");
    json_decref(cmd);
    return r;
}

static bool may_administer(struct connection *con)
{
    const struct osd_session *s = osd_session_of(con);
    const struct auth_identity *id = connection_identity(con);

    if (s && s->everything)
        return true;
    dout(osd, 0, "%s.%s may not give commands: refused", id ? entity_type_name(id->entity_type) : "?",
         id ? id->entity_id : "?");
    return false;
}

void osd_handle_command(struct osd *osd, struct message *msg)
{
    struct m_command_reply reply = {0};
    struct strbuf out = STRBUF_INIT;
    struct m_command m;
    struct message *answer;
    char *err = NULL;

    if (m_command_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "command");
        return;
    }
    if (!may_administer(msg->con))
        reply.result = err_set(&err, -EACCES, "access denied");
    else
        reply.result = m.cmd.count ? run_command(osd, m.cmd.items[0], &out, &err) : -EINVAL;
    m_command_destroy(&m);
    reply.status = err ? err : strdup("");
    answer = m_command_reply_message(&reply);
    if (answer && out.len && bufferlist_append_copy(&answer->data, out.text, out.len)) {
        message_put(answer);
        answer = NULL;
    }
    strbuf_destroy(&out);
    if (!answer)
        return;
    answer->tid = msg->tid;
    connection_send(msg->con, answer);
}
