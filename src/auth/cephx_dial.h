/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cephx_dial: the connector's side of one connection with cephx: the authorizer, the answer to the acceptor's
 * challenge, the check of its reply. Pure but for the nonce, which is an argument.
 *
 * The state hangs in struct authorizer; cephx_dial_release() frees it. Errors: as of cephx_protocol.h.
 */
#ifndef CEPH_AUTH_CEPHX_DIAL_H
#define CEPH_AUTH_CEPHX_DIAL_H

#include "auth/authorizer.h"
#include "auth/cephx_protocol.h"

/* Copies ticket and key. */
int cephx_dial_start(struct authorizer *a, uint64_t global_id, uint32_t service,
                     const struct cephx_ticket_blob *ticket, const struct crypto_key *session_key,
                     uint64_t nonce) MUST_CHECK;
int cephx_dial_answer(struct authorizer *a, const uint8_t *challenge, size_t len) MUST_CHECK;
int cephx_dial_check_reply(struct authorizer *a, const uint8_t *reply, size_t len, uint64_t features,
                           bool sign_messages, struct session_security **security) MUST_CHECK;
void cephx_dial_release(struct authorizer *a);

/* The ticket it was made with, to know later whether it is still the one in use. */
uint64_t cephx_dial_secret_id(const struct authorizer *a);

#endif
