/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_v1_handshake: the dialogue that opens a session, for the side that dials and the side that listens.
 *
 * The machine does no I/O, takes no lock, reads no clock. Its driver does, in any order:
 *
 *     feed()  hands it bytes; it takes those that belong to the handshake, the rest belongs to the session
 *     pull()  gives bytes to send, sent() says how many went
 *     next()  says what it waits for: the socket, an answer from the driver, or nothing any more
 *
 * A step that asks for an answer stays until the answer is given; feed() takes nothing meanwhile. READY comes
 * only after everything was sent. The driver imposes the deadline.
 *
 * Connector: NEED_SELF_ADDR, NEED_AUTHORIZER, then per reply CHECK_REPLY, NEED_AUTHORIZER (challenged),
 * NEED_GLOBAL_SEQ, RESET_SESSION; ends in READY, TOLD_TO_WAIT or FAILED.
 * Acceptor: per connect NEED_POLICY, CHECK_AUTHORIZER, NEED_VERDICT; ends in READY or FAILED.
 *
 * Owner: the driver's storage (init/destroy). Threads: one at a time. Errors: FAILED with a negative errno
 * (-EBADMSG malformed, -EPROTO illegal step, -EPROTONOSUPPORT version or features, -EACCES refused
 * authorizer, -E2BIG over a limit, -ENOMEM) and one line. See: doc/msgr-v1-accept.md,
 * src/test/unit/msg/test_msgr_v1_handshake*.c, src/test/fuzz/fuzz_handshake_*.c.
 */
#ifndef CEPH_MSG_MSGR_V1_HANDSHAKE_H
#define CEPH_MSG_MSGR_V1_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encode.h"
#include "msg/msgr_v1_accept_verdict.h"
#include "msg/msgr_v1_wire.h"
#include "types/entity_addr.h"

/* What a connector knows when its socket is connected. */
struct msgr_v1_connect_facts {
    /* Every address that the peer is known by (what was dialled among them). The address it announces must be
     * one of these in ip, port and nonce; v1 and rdma count as the same. Copied; at most ENTITY_ADDRVEC_MAX.
     */
    const struct entity_addr *peer_addrs;
    unsigned peer_addr_count;

    uint32_t host_type; /* what we are */
    uint64_t features_supported, features_required;
    uint32_t protocol_version;
    bool lossy; /* own policy: only a hint to the peer, who decides */

    /* The session's, which must not change while this handshake lives, but for what the steps say. */
    uint32_t global_seq; /* a fresh one */
    uint32_t connect_seq;
    uint64_t in_seq;
};

/* What an acceptor knows when a socket has come in. */
struct msgr_v1_accept_init {
    struct entity_addr self_addr; /* announced: our canonical address */
    struct entity_addr seen_addr; /* the peer's end of the socket; its nonce is sent as 0 */
};

enum msgr_v1_step {
    MSGR_V1_NEED_IO, /* bytes from the peer, or what pull() has must go first */

    /* connector */
    MSGR_V1_NEED_SELF_ADDR,  /* peer_addr and seen_self are known -> give_self_addr() */
    MSGR_V1_NEED_AUTHORIZER, /* challenge in bytes/len, if this is an answer to one -> give_authorizer() */
    MSGR_V1_CHECK_REPLY,     /* authorizer reply in bytes/len (may be empty) -> give_reply_check() */
    MSGR_V1_NEED_GLOBAL_SEQ, /* one above reply.global_seq -> give_global_seq() */
    MSGR_V1_RESET_SESSION,   /* the peer has no such session: reset ours -> give_session_reset() */
    MSGR_V1_TOLD_TO_WAIT,    /* final: close; the peer's own dial is to come */

    /* acceptor */
    MSGR_V1_NEED_POLICY,      /* connect and peer_addr are known -> give_policy() */
    MSGR_V1_CHECK_AUTHORIZER, /* authorizer in bytes/len, protocol in connect -> give_authorizer_verdict() */
    MSGR_V1_NEED_VERDICT,     /* look the session up -> give_verdict() */

    /* both, final */
    MSGR_V1_READY,  /* the session is open: see the facts marked READY */
    MSGR_V1_FAILED, /* error and reason say why; drop the socket */
};

/* The acceptor's rules for this peer, after its type and features are known. */
struct msgr_v1_accept_policy {
    uint32_t protocol_version; /* the only one we take */
    uint64_t features_supported, features_required;
    bool lossy;
};

enum msgr_v1_auth_verdict { MSGR_V1_AUTH_OK, MSGR_V1_AUTH_BAD, MSGR_V1_AUTH_CHALLENGE };

struct msgr_v1_handshake {
    /* ---- for the driver to read ---- */
    bool acceptor;
    enum msgr_v1_step step; /* what next() gives once output is gone */
    int error;              /* FAILED */
    char reason[256];       /* FAILED: one line, names what was wrong and where */

    /* With a step: its bytes (challenge, authorizer reply, authorizer). Borrowed until it is answered. */
    const uint8_t *bytes;
    size_t len;

    struct entity_addr self_addr; /* ours, as told to the peer */
    struct entity_addr
        peer_addr; /* connector: as announced, ip filled in; acceptor: as claimed, ip filled in */
    struct entity_addr seen_self; /* connector: what the peer takes us for */

    struct msgr_v1_connect connect;     /* the last one, sent or received; features corrected for bit 63 */
    struct msgr_v1_connect_reply reply; /* the last one, received or sent */

    /* READY */
    uint64_t features;        /* of the session */
    uint32_t connect_seq;     /* of the session; connector: also in between, what was last sent */
    uint32_t peer_global_seq; /* the peer's */
    bool lossy;               /* what the acceptor decided */
    bool have_peer_in_seq;    /* the peer told how far it has received: drop requeued messages up to there */
    uint64_t peer_in_seq;

    /* ---- the machine's own ---- */
    unsigned state, connects;
    uint64_t features_supported, features_required;
    uint32_t protocol_version;
    bool policy_lossy;
    uint64_t own_in_seq;
    struct entity_addr seen_addr;                 /* acceptor: the peer's end of the socket */
    struct entity_addr known[ENTITY_ADDRVEC_MAX]; /* connector: who may answer */
    unsigned known_count;
    uint8_t in[2 * ENTITY_ADDR_LEGACY_LEN]; /* the fixed part that is being received */
    size_t have, need;                      /* of in, or of blob */
    uint8_t *blob; /* malloc'ed: the peer's authorizer, authorizer reply or challenge */
    size_t blob_len;
    /* malloc'ed. Connector: the authorizer, repeated with every connect. Acceptor: the authorizer reply that
     * goes with whatever we answer. */
    uint8_t *own_blob;
    size_t own_blob_len;
    struct encode out;
    size_t out_sent;
};

/* After init the machine can be fed and pulled at once; destroy it in any state. */
void msgr_v1_handshake_init_connector(struct msgr_v1_handshake *hs,
                                      const struct msgr_v1_connect_facts *facts);
void msgr_v1_handshake_init_acceptor(struct msgr_v1_handshake *hs, const struct msgr_v1_accept_init *facts);
void msgr_v1_handshake_destroy(struct msgr_v1_handshake *hs);

/* Takes up to len bytes and says how many: fewer when a step wants an answer or the handshake is over. */
size_t msgr_v1_handshake_feed(struct msgr_v1_handshake *hs, const void *bytes, size_t len);

/* Bytes to send; NULL and 0 when there are none. Borrowed until sent(), feed() or an answer. */
const uint8_t *msgr_v1_handshake_pull(const struct msgr_v1_handshake *hs, size_t *len);
void msgr_v1_handshake_sent(struct msgr_v1_handshake *hs, size_t n);

enum msgr_v1_step msgr_v1_handshake_next(const struct msgr_v1_handshake *hs);

const char *msgr_v1_step_name(enum msgr_v1_step step);

/* ---- connector's answers ---- */

/* Fills a blank ip of self from what the peer saw; type, port and nonce stay. True if it changed. */
bool msgr_v1_learn_addr(struct entity_addr *self, const struct entity_addr *seen);

/* What to claim; may have a blank ip (the peer then takes the one of the socket). */
void msgr_v1_handshake_give_self_addr(struct msgr_v1_handshake *hs, const struct entity_addr *self);
/* bytes are copied; protocol 0 and no bytes where none is needed. */
void msgr_v1_handshake_give_authorizer(struct msgr_v1_handshake *hs, uint32_t protocol, const void *bytes,
                                       size_t len);
/* 0: the reply is genuine. Else a negative errno: FAILED. */
void msgr_v1_handshake_give_reply_check(struct msgr_v1_handshake *hs, int error);
void msgr_v1_handshake_give_global_seq(struct msgr_v1_handshake *hs, uint32_t global_seq);
/* The driver has reset the session (session_reset()): connect_seq and in_seq are 0 from here on. */
void msgr_v1_handshake_give_session_reset(struct msgr_v1_handshake *hs);

/* ---- acceptor's answers ---- */

void msgr_v1_handshake_give_policy(struct msgr_v1_handshake *hs, const struct msgr_v1_accept_policy *policy);
/* bytes: the authorizer reply, or the challenge; copied. With BAD they are not sent. */
void msgr_v1_handshake_give_authorizer_verdict(struct msgr_v1_handshake *hs,
                                               enum msgr_v1_auth_verdict verdict, const void *bytes,
                                               size_t len);
/*
 * global_seq: an opening verdict tells the peer this fresh one of ours. in_seq: how far the session has
 * received, told to the peer by SEQ (0 for new ones). When this returns with the machine not FAILED the
 * session is the socket's: a later failure is a fault of the session.
 */
void msgr_v1_handshake_give_verdict(struct msgr_v1_handshake *hs, const struct msgr_v1_verdict *verdict,
                                    uint32_t global_seq, uint64_t in_seq);

/* The machine gives up for a reason of the driver's (deadline, shutdown): FAILED. */
void msgr_v1_handshake_fail(struct msgr_v1_handshake *hs, int error, const char *reason);

#endif
