/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport_rsockets: the table of calls for rsockets, "rsockets" in ms_type. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/log.h"
#include "common/thread.h"
#include "transport/rsockets_accepter.h"
#include "transport/rsockets_closers.h"
#include "transport/rsockets_connector.h"
#include "transport/rsockets_library.h"
#include "transport/rsockets_limits.h"
#include "transport/rsockets_options.h"
#include "transport/rsockets_poller.h"
#include "transport/rsockets_prime.h"
#include "transport/rsockets_slots.h"
#include "transport/rsockets_socket.h"
#include "transport/rsockets_watchdog.h"
#include "transport/sockaddr.h"
#include "transport/transport.h"

/* How long stopping waits for a thread that is not a closer. */
#define THREAD_WAIT_NS (1 * NSEC_PER_SEC)

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static unsigned started;
static bool prepared; /* once in the life of the process */

/*
 * A forked child has the parent's rsockets, but neither the library's threads nor ours, and the kernel
 * refuses it the devices. So everything is refused by name there.
 */
static atomic_bool forked;

static void note_fork(void)
{
    if (prepared)
        atomic_store(&forked, true);
}

static int refuse_after_fork(const char *call)
{
    derr(rdma, "%s over rdma in a process that was forked after rdma had been started: refused", call);
    return -EPERM;
}

struct preparation {
    int r;
    char *err;
    size_t err_size;
};

/* The library's own threads inherit the signal mask of whoever first needs them: of a helper thread. */
static void *prepare(void *arg)
{
    struct preparation *p = arg;

    if (rsockets_library_breaks_growing_tables())
        p->r = rsockets_prime(rsockets_options.max_connections + RSOCKETS_RESERVE, RSOCKETS_MAX_LISTENERS,
                              p->err, p->err_size);
    return NULL;
}

static int prepare_library(const struct conf *conf, char *err, size_t err_size)
{
    struct preparation p = {.err = err, .err_size = err_size};
    struct thread thread;
    int r = rsockets_options_read(conf);

    if (!r)
        r = rsockets_limits_check(err, err_size);
    if (r)
        return r;
    rsockets_library_identify();
    /* Whoever runs a daemon has to know; what clients log may be on a terminal. */
    dout(rdma, conf_is_daemon(conf) ? 0 : 1, "rsockets by %s; known of it: %s", rsockets_library_file(),
         rsockets_library_faults()[0] ? rsockets_library_faults() : "no faults");
    r = thread_start(&thread, "ms_rs_prepare", prepare, &p);
    if (r)
        return r;
    thread_join(&thread);
    if (!p.r) {
        pthread_atfork(NULL, NULL, note_fork);
        prepared = true;
    }
    return p.r;
}

static int start_threads(void)
{
    int r = rsockets_closers_start();

    if (r)
        return r;
    r = rsockets_watchdog_start();
    if (r)
        goto out_closers;
    r = rsockets_connector_start();
    if (r)
        goto out_watchdog;
    r = rsockets_accepter_start();
    if (!r)
        return 0;
    rsockets_connector_begin_stop();
    rsockets_connector_end_stop(UINT64_MAX);
out_watchdog:
    rsockets_watchdog_stop();
out_closers:
    rsockets_closers_stop();
    return r;
}

static int rs_start(const struct conf *conf, char *err, size_t err_size)
{
    char none[1];
    int r = 0;

    if (!err_size) {
        err = none;
        err_size = sizeof(none);
    }
    err[0] = '\0';
    if (atomic_load(&forked)) {
        snprintf(err, err_size, "rdma: this process was forked after rdma had been started");
        return refuse_after_fork("starting");
    }
    pthread_mutex_lock(&starting);
    if (!prepared)
        r = prepare_library(conf, err, err_size);
    if (!r && !started)
        r = start_threads();
    if (!r)
        started++;
    pthread_mutex_unlock(&starting);
    if (r && !err[0])
        snprintf(err, err_size, "rdma: cannot start: %s", strerror(-r));
    return r;
}

static void rs_stop(void)
{
    uint64_t now;

    if (atomic_load(&forked))
        return;
    pthread_mutex_lock(&starting);
    if (!--started) {
        now = clock_monotonic_ns();
        rsockets_accepter_begin_stop();
        rsockets_connector_begin_stop();
        rsockets_accepter_end_stop(now + THREAD_WAIT_NS);
        rsockets_connector_end_stop(now + rsockets_options.close_timeout_ns);
        rsockets_closers_stop();
        rsockets_watchdog_stop();
    }
    pthread_mutex_unlock(&starting);
}

static int rs_listen(const struct sockaddr *sa, socklen_t len, const struct transport_socket_options *options,
                     transport_accepted_fn accepted, void *arg, struct sockaddr_storage *bound,
                     struct transport_listener **out)
{
    if (atomic_load(&forked))
        return refuse_after_fork("listening");
    return rsockets_accepter_listen(sa, len, options, accepted, arg, bound, out);
}

static void rs_unlisten(struct transport_listener *l)
{
    if (!atomic_load(&forked))
        rsockets_accepter_unlisten(l);
}

static int rs_dial(const struct sockaddr *sa, socklen_t len, const struct sockaddr *local,
                   socklen_t local_len, const struct transport_socket_options *options, uint64_t deadline_ns,
                   transport_dialled_fn dialled, void *arg, struct transport_dial **out)
{
    if (atomic_load(&forked))
        return refuse_after_fork("connecting");
    return rsockets_connector_dial(sa, len, local, local_len, options, deadline_ns, dialled, arg, out);
}

static bool rs_cancel(struct transport_dial *d)
{
    return !atomic_load(&forked) && rsockets_connector_cancel(d);
}

static ssize_t rs_recv(struct transport_socket *s, void *buf, size_t len)
{
    return atomic_load_explicit(&forked, memory_order_relaxed) ? refuse_after_fork("receiving")
                                                               : rsockets_socket_recv(s, buf, len);
}

static ssize_t rs_sendv(struct transport_socket *s, const struct iovec *iov, int iovcnt)
{
    return atomic_load_explicit(&forked, memory_order_relaxed) ? refuse_after_fork("sending")
                                                               : rsockets_socket_sendv(s, iov, iovcnt);
}

static int rs_names(struct transport_socket *s, struct sockaddr_storage *local, struct sockaddr_storage *peer)
{
    return atomic_load(&forked) ? refuse_after_fork("asking for names")
                                : rsockets_socket_names(s, local, peer);
}

static void rs_close(struct transport_socket *s)
{
    if (!atomic_load(&forked))
        rsockets_socket_close(s);
}

static int rs_poller_create(struct transport_poller **out)
{
    return atomic_load(&forked) ? refuse_after_fork("polling") : rsockets_poller_create(out);
}

static int rs_poller_wait(struct transport_poller *p, uint64_t deadline_ns, uint64_t spin_ns,
                          struct transport_event **events)
{
    return atomic_load_explicit(&forked, memory_order_relaxed)
               ? refuse_after_fork("polling")
               : rsockets_poller_wait(p, deadline_ns, spin_ns, events);
}

static void rs_status(struct transport_status *st)
{
    const struct rsockets_counters *c = &rsockets_counters;
    unsigned left_alone;

    memset(st, 0, sizeof(*st));
    if (!prepared || atomic_load(&forked))
        return;
    st->sockets =
        rsockets_slots_taken(RSOCKETS_SLOT) + rsockets_slots_taken(RSOCKETS_RESERVE_SLOT) - c->dialling;
    st->capacity = rsockets_options.max_connections;
    st->listeners = c->listeners;
    st->dialling = c->dialling;
    rsockets_closers_count(&st->closing, &st->stuck_closes);
    rsockets_connector_count(&left_alone);
    st->closing += left_alone;
    st->accept_blocked_ns = rsockets_watchdog_longest_ns();
    st->accepted = c->accepted;
    st->dialled = c->dialled;
    st->refused_at_capacity = c->refused_at_capacity;
    st->accept_errors = c->accept_errors;
    st->bytes_received = c->bytes_received;
    st->bytes_sent = c->bytes_sent;
    snprintf(st->library, sizeof(st->library), "%s", rsockets_library_file());
    snprintf(st->library_faults, sizeof(st->library_faults), "%s", rsockets_library_faults());
}

static const struct transport table = {
    .name = "rsockets",
    .start = rs_start,
    .stop = rs_stop,
    .listen = rs_listen,
    .unlisten = rs_unlisten,
    .dial = rs_dial,
    .cancel = rs_cancel,
    .recv = rs_recv,
    .sendv = rs_sendv,
    .names = rs_names,
    .close = rs_close,
    .max_pollers = 1,
    .poller_create = rs_poller_create,
    .poller_destroy = rsockets_poller_destroy,
    .poller_add = rsockets_poller_add,
    .poller_set = rsockets_poller_set,
    .poller_remove = rsockets_poller_remove,
    .poller_wait = rs_poller_wait,
    .poller_wake = rsockets_poller_wake,
    .status = rs_status,
};

const struct transport *transport_rsockets(void)
{
    return &table;
}
