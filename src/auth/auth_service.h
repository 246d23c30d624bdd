/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * auth_service: the acceptor's half of a daemon's auth_upcalls: which protocol a peer may come with, and the
 * check of what it shows. Protocol none believes every word and allows everything.
 *
 *     s = auth_service_create(conf, ENTITY_TYPE_OSD);
 *     struct auth_upcalls u = mon_client_auth_upcalls(mc);      the connector's half, or zeroes
 *     auth_service_fill(s, &u); messenger_set_auth(m, &u);      u must stay where it is
 *     auth_service_set_keys(s, &ring);                          the mon client does it for OSDs
 *
 * Owner: create and free, after the messengers. Threads: everything from any thread.
 */
#ifndef CEPH_AUTH_AUTH_SERVICE_H
#define CEPH_AUTH_AUTH_SERVICE_H

#include "auth/authorizer.h"
#include "auth/cephx_service.h"

struct auth_service;
struct conf;

struct auth_service *auth_service_create(const struct conf *conf, uint32_t own_type);
void auth_service_free(struct auth_service *s);

/* Sets the acceptor's half of u. */
void auth_service_fill(struct auth_service *s, struct auth_upcalls *u);

/* The daemon stands in for one of another type, too: who dials that one shows a ticket for it. */
int auth_service_answer_for(struct auth_service *s, uint32_t other_type) MUST_CHECK;
void auth_service_set_other_keys(struct auth_service *s, const struct rotating_keys *keys);

void auth_service_set_keys(struct auth_service *s, const struct rotating_keys *keys);
void auth_service_set_mon_key(struct auth_service *s, const struct crypto_key *key);

#endif
