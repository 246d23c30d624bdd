/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* messenger_bind: the listening addresses of a messenger. See msg/messenger.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/conf.h"
#include "common/log.h"
#include "msg/accepter.h"
#include "msg/simple_messenger.h"
#include "msg/transport_choice.h"

void messenger_unbind(struct messenger *m)
{
    while (m->accepter_count)
        accepter_free(m->accepters[--m->accepter_count]);
}

/* One address, on its own port or on the one given. */
static int bind_one(struct messenger *m, struct entity_addr *a, char *err, size_t err_size)
{
    struct messenger_transport *mt = messenger_transport_for(m, a->type);
    char text[ENTITY_ADDR_TEXT_MAX];
    int r = -EPROTONOSUPPORT;

    if (!mt) {
        snprintf(err, err_size, "cannot listen on %s: %s%s%s", entity_addr_print(a, text),
                 transport_for_addr_type(a->type) ? "ms_type names no transport for "
                                                  : "this build has none for ",
                 entity_addr_type_name(a->type),
                 a->type == ENTITY_ADDR_RDMA && !transport_for_addr_type(a->type)
                     ? " addresses: configure with --with-rsockets=yes, which needs librdmacm-dev and "
                       "libibverbs-dev"
                     : " addresses");
        return r;
    }
    r = messenger_transport_open(m, mt, err, err_size);
    if (r < 0)
        return r;
    r = accepter_create(m, mt, a, &m->accepters[m->accepter_count]);
    if (r == 0)
        m->accepter_count++;
    else
        snprintf(err, err_size, "cannot listen on %s: %s", entity_addr_print(a, text), strerror(-r));
    return r;
}

/* All addresses that have no port get this one. */
static int bind_all(struct messenger *m, struct entity_addrvec *v, uint16_t port, char *err, size_t err_size)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < v->count; i++) {
        if (entity_addr_port(&v->addrs[i]) == 0)
            entity_addr_set_port(&v->addrs[i], port);
        r = bind_one(m, &v->addrs[i], err, err_size);
    }
    if (r < 0)
        messenger_unbind(m);
    return r;
}

static bool port_taken(int r)
{
    return r == -EADDRINUSE || r == -EADDRNOTAVAIL;
}

static int bind_some_port(struct messenger *m, const struct entity_addrvec *wanted,
                          struct entity_addrvec *got, char *err, size_t err_size)
{
    int first = (int)conf_i64(m->conf, OPT_ms_bind_port_min),
        last = (int)conf_i64(m->conf, OPT_ms_bind_port_max);
    bool choose = false;
    int r = -EADDRINUSE;

    for (unsigned i = 0; i < wanted->count; i++)
        choose |= entity_addr_port(&wanted->addrs[i]) == 0;
    for (int port = first; port_taken(r) && port <= last; port++) {
        if (entity_addrvec_copy(got, wanted) < 0)
            return -ENOMEM;
        r = bind_all(m, got, (uint16_t)port, err, err_size);
        if (r < 0)
            entity_addrvec_destroy(got);
        if (!choose)
            break;
    }
    return r;
}

int messenger_bind(struct messenger *m, const struct entity_addrvec *addrs, char *err, size_t err_size)
{
    int tries = (int)conf_i64(m->conf, OPT_ms_bind_retry_count);
    struct timespec delay = {.tv_sec = conf_i64(m->conf, OPT_ms_bind_retry_delay)};
    struct entity_addrvec got;
    int r;

    entity_addrvec_init(&got);
    for (;;) {
        r = bind_some_port(m, addrs, &got, err, err_size);
        if (!port_taken(r) || --tries <= 0)
            break;
        derr(ms, "%s: %s; trying again in %ld s", m->lname, err, (long)delay.tv_sec);
        nanosleep(&delay, NULL);
    }
    if (r < 0)
        return r;
    for (unsigned i = 0; i < got.count; i++)
        got.addrs[i].nonce = m->nonce;
    mutex_lock(&m->lock);
    entity_addrvec_destroy(&m->addrs);
    m->addrs = got;
    m->canonical = *entity_addrvec_canonical(&m->addrs);
    mutex_unlock(&m->lock);
    return 0;
}
