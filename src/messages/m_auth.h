/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * m_auth: MAuth and MAuthReply, which carry the rounds of an authentication protocol, and the payload of the
 * first round, which is the same for all protocols.
 */
#ifndef CEPH_MESSAGES_M_AUTH_H
#define CEPH_MESSAGES_M_AUTH_H

#include "messages/message_codec.h"
#include "messages/payload.h"
#include "types/entity_name.h"

struct m_auth {
    struct paxos_prefix paxos;
    uint32_t protocol; /* enum auth_protocol; 0 in the first round */
    struct slice payload;
    uint32_t monmap_epoch; /* that the client has; 0: none */
};
MESSAGE_CODEC(m_auth)

struct m_auth_reply {
    uint32_t protocol; /* chosen by the monitor; 0: refused */
    int32_t result;    /* 0 or negative errno */
    uint64_t global_id;
    struct slice payload;
    char *message;
};
MESSAGE_CODEC(m_auth_reply)

#define AUTH_REQUEST_MAX_PROTOCOLS 16

/* The payload of the first MAuth. */
struct auth_request {
    uint32_t protocols[AUTH_REQUEST_MAX_PROTOCOLS]; /* what the client offers, best first */
    unsigned protocol_count;
    struct entity_id name;
    uint64_t global_id; /* to keep; 0: a new one */
};

void auth_request_encode(const struct auth_request *r, struct encode *e);
/* 0 or -EBADMSG, -ENOMEM. Offers beyond the maximum are ignored. On failure nothing is left in r. */
int auth_request_decode(struct auth_request *r, const struct slice *payload) MUST_CHECK;
void auth_request_destroy(struct auth_request *r);

#endif
