/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/ceph_features.h"
#include "messages/message_factory.h"

/* Tells this client from others at the same address. */
static uint32_t random_nonce(void)
{
    uint32_t nonce;

    if (getentropy(&nonce, sizeof(nonce)))
        nonce = (uint32_t)getpid();
    return nonce;
}

int cli_session_open(struct cli_session *s, struct conf *conf, const struct dispatcher_ops *ops, void *arg,
                     char *err, size_t err_size)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = ENTITY_NUM_NEW};
    struct policy policy = policy_lossy_client(CEPH_FEATURE_OSDREPLYMUX);
    char *ms_type = messenger_type_for(conf, MESSENGER_CLIENT);
    int r;

    *s = (struct cli_session){0};
    snprintf(err, err_size, "no memory");
    if (!ms_type)
        return -ENOMEM;
    messenger_set_describer(message_describe);
    s->messenger = messenger_create(conf, ms_type, name, "client", random_nonce(), err, err_size);
    free(ms_type);
    if (!s->messenger)
        return -EINVAL;
    messenger_set_default_policy(s->messenger, &policy);
    s->mon_client = mon_client_create(conf, s->messenger, err, err_size);
    if (!s->mon_client) {
        cli_session_close(s);
        return -EINVAL;
    }
    s->objecter = objecter_create(conf, s->messenger, s->mon_client);
    if (!s->objecter) {
        cli_session_close(s);
        return -ENOMEM;
    }
    if (ops)
        messenger_add_dispatcher(s->messenger, ops, arg);
    r = messenger_start(s->messenger);
    if (r) {
        snprintf(err, err_size, "cannot start the messenger: %s", strerror(-r));
        cli_session_close(s);
    }
    return r;
}

int cli_session_want_osds(struct cli_session *s)
{
    int r = s->has_osds ? 0 : objecter_start(s->objecter, 0);

    if (r == 0)
        s->has_osds = true;
    return r;
}

void cli_session_close(struct cli_session *s)
{
    if (s->objecter)
        objecter_stop(s->objecter);
    if (s->mon_client)
        mon_client_stop(s->mon_client);
    if (s->messenger)
        messenger_shutdown(s->messenger);
    objecter_free(s->objecter);
    mon_client_free(s->mon_client);
    messenger_destroy(s->messenger);
    *s = (struct cli_session){0};
}
