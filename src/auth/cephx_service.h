/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cephx_service: the acceptor's side of cephx in a daemon: it checks the authorizers of those who dial it,
 * with the rotating keys of its own service (and, for a monitor that is dialled by another, with the mon.
 * key).
 *
 * A good authorizer is challenged first where the peer can answer that, so one that was overheard is of no
 * use. Whether a ticket has expired shows by its key being out of the ring, not by the clock. What is refused
 * is logged with the reason.
 *
 * Owner: create and free, after the messenger that calls it. Threads: everything from any thread.
 */
#ifndef CEPH_AUTH_CEPHX_SERVICE_H
#define CEPH_AUTH_CEPHX_SERVICE_H

#include "auth/authorizer.h"
#include "auth/cephx_protocol.h"
#include "auth/rotating_keys.h"

struct conf;
struct cephx_service;

/* service: what the daemon is (enum entity_type). NULL: no memory. */
struct cephx_service *cephx_service_create(const struct conf *conf, uint32_t service);
void cephx_service_free(struct cephx_service *s);

/* Copies. */
void cephx_service_set_keys(struct cephx_service *s, const struct rotating_keys *keys);
void cephx_service_set_mon_key(struct cephx_service *s, const struct crypto_key *key);
/* For tests with fixed challenges; crypto_random() otherwise. */
void cephx_service_set_random(struct cephx_service *s, int (*random)(void *p, size_t n));

/* As in struct auth_upcalls, for protocol cephx. */
enum auth_verdict cephx_service_check(struct cephx_service *s, struct auth_accept *accept, uint32_t peer_type,
                                      const uint8_t *bytes, size_t len, uint64_t features, uint8_t **reply,
                                      size_t *reply_len, struct auth_identity *identity,
                                      struct session_security **security);
void cephx_service_release(struct auth_accept *accept);

#endif
