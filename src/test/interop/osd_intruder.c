/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_intruder: a client that sends an OSD what only monitors send, and ends when the OSD has seen it.
 *
 *     osd_intruder ADDRESS
 *
 * For clusters without authentication, where everybody is let in. Status 1 when the OSD does not answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/auth_client.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/mutex.h"
#include "messages/m_ping.h"
#include "messages/message_types.h"
#include "msg/messenger.h"

static struct mutex lock;
static struct cond changed;
static bool answered;

static bool dispatch(void *arg UNUSED, struct message *m)
{
    if (m->type != MSG_PING)
        return false;
    mutex_lock(&lock);
    answered = true;
    cond_broadcast(&changed);
    mutex_unlock(&lock);
    message_put(m);
    return true;
}

static const struct dispatcher_ops ops = {.dispatch = dispatch};

static struct messenger *make_messenger(const struct conf *conf, struct auth_client *auth)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = getpid()};
    struct policy policy = policy_lossy_client(0);
    struct auth_upcalls upcalls = auth->ops->connector;
    char err[256] = "";
    struct messenger *m =
        messenger_create(conf, "simple", name, "intruder", (uint32_t)getpid(), err, sizeof(err));

    if (!m) {
        fprintf(stderr, "osd_intruder: %s\n", err);
        return NULL;
    }
    upcalls.connector_arg = auth;
    messenger_set_auth(m, &upcalls);
    messenger_set_default_policy(m, &policy);
    messenger_add_dispatcher(m, &ops, NULL);
    return m;
}

static void intrude(struct connection *con)
{
    static const uint16_t types[] = {MSG_OSD_MAP, MSG_OSD_PG_CREATE2, MSG_OSD_MARK_ME_DOWN, MSG_MGR_MAP};
    struct m_ping ping = {0};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        connection_send(con, message_create(types[i], 1, 1));
    connection_send(con, m_ping_message(&ping));
    mutex_lock(&lock);
    cond_wait_until(&changed, &lock, clock_monotonic_ns() + 60 * NSEC_PER_SEC);
    mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    struct conf *conf = conf_create("ceph", "client", "admin", false);
    struct entity_id id = {.type = ENTITY_TYPE_CLIENT, .id = (char[]){"intruder"}};
    struct auth_client *auth = auth_none_client_create(&id);
    struct entity_addrvec addrs = {0};
    char err[256] = "";
    struct messenger *m;
    struct connection *con;

    if (argc != 2 || entity_addrvec_parse(&addrs, argv[1], ENTITY_ADDR_V1, NULL, err, sizeof(err))) {
        fprintf(stderr, "osd_intruder ADDRESS: %s\n", err);
        return EXIT_FAILURE;
    }
    mutex_init(&lock, "intruder", LOCK_RANK_DAEMON);
    cond_init(&changed);
    m = make_messenger(conf, auth);
    if (!m || messenger_start(m))
        return EXIT_FAILURE;
    con = messenger_get_connection(m, ENTITY_TYPE_OSD, &addrs);
    if (con)
        intrude(con);
    connection_put(con);
    messenger_shutdown(m);
    messenger_destroy(m);
    auth_client_free(auth);
    entity_addrvec_destroy(&addrs);
    conf_free(conf);
    return answered ? EXIT_SUCCESS : EXIT_FAILURE;
}
