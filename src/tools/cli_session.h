/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli_session: a tool's messenger, mon client and, for commands to OSDs, objecter, from start to end.
 * Owner: open and close on the caller's storage; closing one that was never opened is fine.
 */
#ifndef CEPH_TOOLS_CLI_SESSION_H
#define CEPH_TOOLS_CLI_SESSION_H

#include "common/conf.h"
#include "mon_client/mon_client.h"
#include "msg/messenger.h"
#include "osdc/objecter.h"

struct cli_session {
    struct messenger *messenger;
    struct mon_client *mon_client;
    struct objecter *objecter;
    bool has_osds; /* the objecter has been started */
};

/* Makes both and starts the messenger; no monitor is looked for yet. ops (may be NULL): for messages that the
 * mon client leaves. */
int cli_session_open(struct cli_session *s, struct conf *conf, const struct dispatcher_ops *ops, void *arg,
                     char *err, size_t err_size) MUST_CHECK;
/* Gets the OSD map, the first time; the mon client's session is there. Waits. */
int cli_session_want_osds(struct cli_session *s) MUST_CHECK;
void cli_session_close(struct cli_session *s);

#endif
