/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/interop/raw_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/conf.h"
#include "crush/crush_hash.h"
#include "types/hobject.h"

static bool dispatch(void *arg, struct message *m)
{
    struct raw_client *c = arg;

    mutex_lock(&c->lock);
    if (m->type == c->wanted && !c->got) {
        c->got = message_get(m);
        cond_broadcast(&c->changed);
    }
    mutex_unlock(&c->lock);
    message_put(m);
    return true;
}

static const struct dispatcher_ops ops = {.dispatch = dispatch};

static int make_messenger(struct raw_client *c)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = getpid()};
    struct policy policy = policy_lossy_client(0);
    struct auth_upcalls upcalls = c->auth->ops->connector;
    char err[256] = "";

    c->messenger = messenger_create(c->conf, "simple", name, "raw", (uint32_t)getpid(), err, sizeof(err));
    if (!c->messenger) {
        fprintf(stderr, "raw_client: %s\n", err);
        return -1;
    }
    upcalls.connector_arg = c->auth;
    messenger_set_auth(c->messenger, &upcalls);
    messenger_set_default_policy(c->messenger, &policy);
    messenger_add_dispatcher(c->messenger, &ops, c);
    return messenger_start(c->messenger);
}

static int dial(struct raw_client *c, const char *address)
{
    struct entity_addrvec addrs;
    char err[256] = "";

    entity_addrvec_init(&addrs);
    if (entity_addrvec_parse(&addrs, address, ENTITY_ADDR_V1, NULL, err, sizeof(err)))
        fprintf(stderr, "raw_client: %s: %s\n", address, err);
    else
        c->con = messenger_get_connection(c->messenger, ENTITY_TYPE_OSD, &addrs);
    entity_addrvec_destroy(&addrs);
    return c->con ? 0 : -1;
}

int raw_client_start(struct raw_client *c, char *name, const char *address)
{
    struct entity_id id = {.type = ENTITY_TYPE_CLIENT, .id = name};

    memset(c, 0, sizeof(*c));
    mutex_init(&c->lock, "raw client", LOCK_RANK_DAEMON);
    cond_init(&c->changed);
    c->conf = conf_create("ceph", "client", name, false);
    c->auth = auth_none_client_create(&id);
    if (!c->conf || !c->auth || make_messenger(c))
        return -1;
    return dial(c, address);
}

void raw_client_stop(struct raw_client *c)
{
    connection_put(c->con);
    if (c->messenger)
        messenger_shutdown(c->messenger);
    messenger_destroy(c->messenger);
    auth_client_free(c->auth);
    conf_free(c->conf);
    cond_destroy(&c->changed);
    mutex_destroy(&c->lock);
}

struct message *raw_client_op(const char *name, int64_t pool, uint32_t pg_num, uint32_t epoch, uint32_t flags,
                              const struct osd_op *step)
{
    uint32_t hash = crush_hash_name(name, strlen(name));
    struct m_osd_op m = {.pg = {.pool = pool, .seed = hash & (pg_num - 1)},
                         .hash = hash,
                         .osdmap_epoch = epoch,
                         .flags = flags | OSD_FLAG_ONDISK,
                         .oid = strdup(name),
                         .ops = malloc(sizeof(*step)),
                         .op_count = 1,
                         .snapid = SNAP_HEAD};

    if (!m.oid || !m.ops || object_locator_init(&m.locator, pool, NULL, NULL))
        abort();
    m.ops[0] = *step;
    return m_osd_op_send(&m);
}

void raw_client_send(struct raw_client *c, struct message *m)
{
    connection_send(c->con, m);
}

struct message *raw_client_ask(struct raw_client *c, struct message *m, uint16_t type, uint64_t patience_ns)
{
    uint64_t deadline_ns = clock_monotonic_ns() + patience_ns;
    struct message *got;

    mutex_lock(&c->lock);
    c->wanted = type;
    mutex_unlock(&c->lock);
    connection_send(c->con, m);
    mutex_lock(&c->lock);
    while (!c->got && cond_wait_until(&c->changed, &c->lock, deadline_ns))
        ;
    got = c->got;
    c->got = NULL;
    c->wanted = 0;
    mutex_unlock(&c->lock);
    return got;
}
