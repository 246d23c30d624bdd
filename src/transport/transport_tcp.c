/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport_tcp: the table of calls for the kernel's TCP, "simple" in ms_type. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "transport/tcp_accepter.h"
#include "transport/tcp_closer.h"
#include "transport/tcp_connector.h"
#include "transport/tcp_poller.h"
#include "transport/tcp_service.h"
#include "transport/tcp_socket.h"
#include "transport/transport.h"

/* Unranked: taken before anything else of the transport exists, and with nothing below it but thread
 * creation. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static unsigned started;

static int tcp_start(const struct conf *conf UNUSED, char *err, size_t err_size)
{
    int r = 0;

    pthread_mutex_lock(&starting);
    if (!started)
        r = tcp_service_start();
    if (!r)
        started++;
    pthread_mutex_unlock(&starting);
    if (r && err_size)
        snprintf(err, err_size, "cannot start the TCP service thread: %s", strerror(-r));
    return r;
}

static void tcp_stop(void)
{
    pthread_mutex_lock(&starting);
    if (!--started)
        tcp_service_stop();
    pthread_mutex_unlock(&starting);
}

static void tcp_status(struct transport_status *st)
{
    const struct tcp_counters *c = &tcp_counters;

    memset(st, 0, sizeof(*st));
    st->sockets = c->sockets + c->closing;
    st->listeners = c->listeners;
    st->dialling = c->dialling;
    st->closing = c->closing;
    st->accepted = c->accepted;
    st->dialled = c->dialled;
    st->accept_errors = c->accept_errors;
    st->bytes_received = c->bytes_received;
    st->bytes_sent = c->bytes_sent;
}

const struct transport transport_tcp = {
    .name = "simple",
    .start = tcp_start,
    .stop = tcp_stop,
    .listen = tcp_accepter_listen,
    .unlisten = tcp_accepter_unlisten,
    .dial = tcp_connector_dial,
    .cancel = tcp_connector_cancel,
    .recv = tcp_socket_recv,
    .sendv = tcp_socket_sendv,
    .names = tcp_socket_names,
    .close = tcp_closer_close,
    .max_pollers = UINT_MAX,
    .poller_create = tcp_poller_create,
    .poller_destroy = tcp_poller_destroy,
    .poller_add = tcp_poller_add,
    .poller_set = tcp_poller_set,
    .poller_remove = tcp_poller_remove,
    .poller_wait = tcp_poller_wait,
    .poller_wake = tcp_poller_wake,
    .status = tcp_status,
};
