/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_accept_verdict.h"

#include "common/compiler.h"

static struct msgr_v1_verdict opens(const struct msgr_v1_accept_facts *f, enum msgr_v1_verdict_action action,
                                    const char *why)
{
    return (struct msgr_v1_verdict){.action = action, .connect_seq = f->connect_seq + 1, .why = why};
}

static struct msgr_v1_verdict retry_global(const struct msgr_v1_accept_facts *f, const char *why)
{
    return (struct msgr_v1_verdict){
        .action = MSGR_V1_RETRY_GLOBAL, .global_seq = f->existing_peer_global_seq, .why = why};
}

static struct msgr_v1_verdict retry_session(const struct msgr_v1_accept_facts *f, const char *why)
{
    return (struct msgr_v1_verdict){
        .action = MSGR_V1_RETRY_SESSION, .connect_seq = f->existing_connect_seq + 1, .why = why};
}

static struct msgr_v1_verdict resetsession(const char *why)
{
    return (struct msgr_v1_verdict){.action = MSGR_V1_RESETSESSION, .why = why};
}

/* Both sides dialled, or the peer asks again for the connection that it has had. */
static struct msgr_v1_verdict same_connect_seq(const struct msgr_v1_accept_facts *f)
{
    switch (f->existing) {
    case MSGR_V1_EXISTING_OPEN:
    case MSGR_V1_EXISTING_STANDBY:
        /* connect_seq is 0 after a reset. Asking the peer for 1 would end in RESETSESSION below, for ever. */
        if (f->policy_resetcheck && f->existing_connect_seq == 0)
            return opens(f, MSGR_V1_REPLACE, "session was reset and never reconnected");
        return retry_session(f, "that connection has been open already");
    case MSGR_V1_EXISTING_BACKOFF:
        return opens(f, MSGR_V1_REPLACE, "our own dial is not on the way");
    case MSGR_V1_EXISTING_WAIT:
        return opens(f, MSGR_V1_REPLACE, "we were told to wait for this");
    default:
        break;
    }
    if (f->existing_server)
        return opens(f, MSGR_V1_REPLACE, "we never dial this peer");
    if (entity_addr_compare(f->peer_addr, f->self_addr) < 0)
        return opens(f, MSGR_V1_REPLACE, "both dialled, the lower address wins");
    return (struct msgr_v1_verdict){.action = MSGR_V1_WAIT, .why = "both dialled, our lower address wins"};
}

struct msgr_v1_verdict msgr_v1_accept_verdict(const struct msgr_v1_accept_facts *f)
{
    struct msgr_v1_verdict v;

    if (f->anonymous)
        return opens(f, MSGR_V1_OPEN_NEW, "no sessions are kept for such peers");
    if (f->existing == MSGR_V1_EXISTING_NONE)
        return f->connect_seq > 0 ? resetsession("we have no such session")
                                  : opens(f, MSGR_V1_OPEN_NEW, "new session");
    if (f->existing == MSGR_V1_EXISTING_REPLACING)
        return retry_global(f, "the session is being replaced");
    if (f->global_seq < f->existing_peer_global_seq)
        return retry_global(f, "an older attempt than the session's");
    if (f->existing_lossy)
        return opens(f, MSGR_V1_REPLACE_LOSSY, "a lossy session gives way");

    if (f->connect_seq == 0 && f->existing_connect_seq > 0) {
        v = opens(f, MSGR_V1_REPLACE_RESET, "the peer restarted");
        v.drop_queues = f->policy_resetcheck;
        return v;
    }
    if (f->connect_seq < f->existing_connect_seq)
        return retry_session(f, "the peer missed a connection");
    if (f->connect_seq == f->existing_connect_seq)
        return same_connect_seq(f);
    if (f->policy_resetcheck && f->existing_connect_seq == 0)
        return resetsession("our session was reset");
    return opens(f, MSGR_V1_REPLACE, "the peer reconnects");
}

const char *msgr_v1_verdict_action_name(enum msgr_v1_verdict_action a)
{
    static const char *const names[] = {
        [MSGR_V1_OPEN_NEW] = "open_new",           [MSGR_V1_REPLACE] = "replace",
        [MSGR_V1_REPLACE_LOSSY] = "replace_lossy", [MSGR_V1_REPLACE_RESET] = "replace_reset",
        [MSGR_V1_RETRY_GLOBAL] = "retry_global",   [MSGR_V1_RETRY_SESSION] = "retry_session",
        [MSGR_V1_RESETSESSION] = "resetsession",   [MSGR_V1_WAIT] = "wait",
    };

    return (size_t)a < ARRAY_SIZE(names) ? names[a] : "?";
}
