/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * authorizer: the upcalls by which a messenger proves who it is when it dials and checks who dials it, and
 * the security of the session that comes out of it. A messenger without upcalls sends no authorizer and
 * accepts any peer.
 *
 * Threads: every call runs on a worker of the messenger, with no lock held; it must not block.
 * Errors: negative errno; -EACCES for a refusal.
 */
#ifndef CEPH_AUTH_AUTHORIZER_H
#define CEPH_AUTH_AUTHORIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

enum auth_protocol {
    AUTH_PROTOCOL_UNKNOWN = 0,
    AUTH_PROTOCOL_NONE = 1,
    AUTH_PROTOCOL_CEPHX = 2,
};

/* What a message signature covers: the final crcs and lengths, all in the clear. */
struct signature_input {
    uint32_t header_crc, front_crc, middle_crc, data_crc;
    uint32_t front_len, middle_len, data_len;
    uint64_t seq;
};

/* Signs and checks the messages of one session. Counted, because a replaced socket's may outlive it. */
struct session_security {
    uint64_t (*sign)(struct session_security *s, const struct signature_input *in);
    bool (*check)(struct session_security *s, const struct signature_input *in, uint64_t signature,
                  bool is_signed);
    void (*put)(struct session_security *s);
};

/* One dial's authorizer. bytes is malloc'ed; state is the upcall owner's, released by its release_dial(). */
struct authorizer {
    uint32_t protocol; /* enum auth_protocol */
    uint8_t *bytes;
    size_t len;
    void *state;
};

/* What is known of a peer whose authorizer was good. */
struct auth_identity {
    uint32_t protocol; /* enum auth_protocol */
    uint32_t entity_type;
    char *entity_id; /* malloc'ed, as in "client.ID" */
    uint64_t global_id;
    char *caps; /* malloc'ed, for the service that was dialled, as text; NULL: none */
    bool caps_allow_all;
};
void auth_identity_destroy(struct auth_identity *id);

enum auth_verdict {
    AUTH_OK,        /* reply and, where there is one, security are filled in */
    AUTH_CHALLENGE, /* reply holds the challenge */
    AUTH_BAD,
};

/* The state of one incoming connection's authorization, kept by the messenger between its connects. */
struct auth_accept {
    void *state; /* the upcall owner's, released by release_accept() */
};

struct auth_upcalls {
    void *connector_arg, *acceptor_arg; /* each half gets its own */

    /* Connector; NULL in a messenger that only accepts. Fills in a (bytes NULL and len 0: none is needed).
     * With a challenge, a holds the authorizer that was challenged and is changed to answer it. */
    int (*get_authorizer)(void *arg, uint32_t peer_type, const uint8_t *challenge, size_t challenge_len,
                          struct authorizer *a);
    /* Connector: checks the acceptor's reply; *security NULL where messages are not signed. */
    int (*check_reply)(void *arg, struct authorizer *a, const uint8_t *reply, size_t len, uint64_t features,
                       struct session_security **security);
    /* Connector: the acceptor did not take a. */
    void (*refused)(void *arg, uint32_t peer_type, struct authorizer *a);
    void (*release_dial)(void *arg, struct authorizer *a);

    /* Acceptor; NULL in a messenger that only dials. reply is malloc'ed and becomes the messenger's. */
    enum auth_verdict (*check_authorizer)(void *arg, struct auth_accept *accept, uint32_t peer_type,
                                          uint32_t protocol, const uint8_t *bytes, size_t len,
                                          uint64_t features, uint8_t **reply, size_t *reply_len,
                                          struct auth_identity *identity, struct session_security **security);
    void (*release_accept)(void *arg, struct auth_accept *accept);

    /* Features that must be had from a peer which uses this protocol. */
    uint64_t (*required_features)(void *arg, uint32_t peer_type, uint32_t protocol);
};

#endif
