/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/accepter.h"

#include <errno.h>
#include <stdlib.h>

#include "msg/pipe.h"
#include "msg/simple_messenger.h"

struct accepter {
    struct messenger *messenger; /* borrowed: the accepter is the messenger's */
    const struct messenger_transport *mt;
    struct transport_listener *listener;
};

/* The transport's thread. */
static void accepted(void *arg, struct transport_socket *s, const struct sockaddr *peer)
{
    struct accepter *a = arg;

    (void)pipe_create_acceptor(a->messenger, worker_pool_pick(a->mt->pool), s, peer);
}

int accepter_create(struct messenger *m, const struct messenger_transport *mt, struct entity_addr *addr,
                    struct accepter **out)
{
    const struct transport *t = mt->transport;
    struct transport_socket_options options = {
        .nodelay = m->options.tcp_nodelay,
        .rcvbuf = m->options.tcp_rcvbuf,
        .sndbuf = m->options.tcp_sndbuf,
        .backlog = m->options.listen_backlog,
    };
    struct accepter *a = calloc(1, sizeof(*a));
    struct sockaddr_storage bound;
    int r;

    if (!a)
        return -ENOMEM;
    a->messenger = m;
    a->mt = mt;
    r = t->listen(&addr->sa, entity_addr_socklen(addr), &options, accepted, a, &bound, &a->listener);
    if (r < 0) {
        free(a);
        return r;
    }
    entity_addr_set_sockaddr(addr, (struct sockaddr *)&bound);
    *out = a;
    return 0;
}

void accepter_free(struct accepter *a)
{
    if (!a)
        return;
    a->mt->transport->unlisten(a->listener);
    free(a);
}
