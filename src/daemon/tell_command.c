/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/tell_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "messages/m_command.h"
#include "msg/messenger.h"

static int run(struct admin_socket *as, const struct string_list *words, struct strbuf *out, char **err)
{
    char *text = string_list_join(words, "");
    json_t *cmd = text ? json_loads(text, 0, NULL) : NULL;
    int r;

    free(text);
    if (!json_is_object(cmd))
        r = err_set(err, -EINVAL, "the command is not a JSON object");
    else if (!as)
        r = err_set(err, -EOPNOTSUPP, "this daemon has no admin socket, so no commands");
    else
        r = admin_socket_call(as, cmd, out, err);
    json_decref(cmd);
    return r;
}

static int deny(struct connection *con, char **err)
{
    const struct auth_identity *id = connection_identity(con);
    char *addrs = entity_addrvec_print(connection_peer_addrs(con));

    dout(asok, 0, "%s.%s at %s may not give commands to this daemon: access denied",
         id ? entity_type_name(id->entity_type) : "?", id ? id->entity_id : "?", addrs ? addrs : "?");
    free(addrs);
    return err_set(err, -EACCES, "access denied");
}

void tell_command_handle(struct admin_socket *as, struct message *msg, bool allowed)
{
    struct m_command_reply reply = {0};
    struct strbuf out = STRBUF_INIT;
    struct message *answer;
    struct m_command m;
    char *err = NULL;

    if (m_command_decode(&m, msg)) {
        connection_bad_message(msg->con, msg, "command");
        return;
    }
    reply.result = allowed ? run(as, &m.cmd, &out, &err) : deny(msg->con, &err);
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
    (void)connection_send(msg->con, answer);
}
