/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * raw_client: a client that sends a daemon whatever a test likes, in a cluster without authentication.
 *
 * Threads: one caller. Errors: a line on standard error.
 */
#ifndef CEPH_TEST_INTEROP_RAW_CLIENT_H
#define CEPH_TEST_INTEROP_RAW_CLIENT_H

#include "auth/auth_client.h"
#include "common/mutex.h"
#include "messages/m_osd_op.h"
#include "msg/messenger.h"

struct raw_client {
    struct conf *conf;
    struct auth_client *auth;
    struct messenger *messenger;
    struct connection *con;
    struct mutex lock;
    struct cond changed;
    uint16_t wanted; /* lock: the type of the message that is waited for */
    struct message *got;
};

/* client.NAME, and its connection to the OSD at that address. Stop it also when that fails. */
int raw_client_start(struct raw_client *c, char *name, const char *address);
void raw_client_stop(struct raw_client *c);

/* A request of one step on an object, for the primary of its placement group; takes over what step holds. */
struct message *raw_client_op(const char *name, int64_t pool, uint32_t pg_num, uint32_t epoch, uint32_t flags,
                              const struct osd_op *step);
void raw_client_send(struct raw_client *c, struct message *m);
/* Sends m, and waits that long for a message of that type. NULL: none came. */
struct message *raw_client_ask(struct raw_client *c, struct message *m, uint16_t type, uint64_t patience_ns);

#endif
