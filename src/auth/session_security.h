/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * session_security: signs the messages of one cephx session and checks those of its peer. Pure.
 *
 * Two forms: the older protects hardly more than the crc of the header; the newer, for peers with CEPHX_V2,
 * all crcs, the lengths and the sequence number, so that messages can be neither replayed nor swapped in a
 * session.
 *
 * Threads: sign() by one thread at a time, check() by one at a time; both may run at once.
 */
#ifndef CEPH_AUTH_SESSION_SECURITY_H
#define CEPH_AUTH_SESSION_SECURITY_H

#include "auth/authorizer.h"
#include "auth/crypto_key.h"

/*
 * features: negotiated. *out is NULL where messages of such a peer are not signed, which is no error: it
 * lacks MSG_AUTH, or sign_messages is false. -ENOMEM.
 */
int session_security_create(const struct crypto_key *session_key, uint64_t features, bool sign_messages,
                            struct session_security **out) MUST_CHECK;

#endif
