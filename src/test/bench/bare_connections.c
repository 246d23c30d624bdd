/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bare_connections: what connections take without a messenger: the transport alone, connected to itself.
 *
 *     bare_connections ADDRESS COUNT [--OPTION VALUE]...
 *
 * Options are those of ceph.conf. Prints the bytes of memory that an idle connection takes, at one end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/conf.h"
#include "common/mutex.h"
#include "msg/transport_choice.h"
#include "types/entity_addr.h"

#define WARM_UP 10 /* connections that do not count: tables and threads come with them */
#define DIAL_NS (60 * NSEC_PER_SEC)

static struct {
    struct mutex lock;
    struct cond changed;
    struct transport_socket **sockets; /* lock: both ends */
    unsigned count;                    /* lock */
    int error;                         /* lock */
} all;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bare_connections: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void take(struct transport_socket *s, int error)
{
    mutex_lock(&all.lock);
    if (s)
        all.sockets[all.count++] = s;
    if (error)
        all.error = error;
    cond_signal(&all.changed);
    mutex_unlock(&all.lock);
}

static void accepted(void *arg UNUSED, struct transport_socket *s, const struct sockaddr *peer UNUSED)
{
    take(s, 0);
}

static void dialled(void *arg UNUSED, int error, struct transport_socket *s)
{
    take(s, error);
}

static void connect_once(const struct transport *t, const struct sockaddr_storage *to, socklen_t len)
{
    const struct transport_socket_options options = {.nodelay = true};
    struct transport_dial *d;
    unsigned want = all.count + 2;
    int r = t->dial((const struct sockaddr *)to, len, NULL, 0, &options, clock_monotonic_ns() + DIAL_NS,
                    dialled, NULL, &d);

    if (r)
        die("cannot connect", strerror(-r));
    mutex_lock(&all.lock);
    while (all.count < want && !all.error)
        cond_wait(&all.changed, &all.lock);
    mutex_unlock(&all.lock);
    t->cancel(d);
    if (all.error)
        die("cannot connect", strerror(-all.error));
}

static unsigned long long resident(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long long pages, in_memory;

    if (!f || fscanf(f, "%llu %llu", &pages, &in_memory) != 2)
        die("/proc/self/statm", "cannot be read");
    fclose(f);
    return in_memory * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void run(const struct transport *t, const struct entity_addr *at, unsigned count)
{
    const struct transport_socket_options options = {.nodelay = true};
    struct transport_listener *listener;
    struct sockaddr_storage bound;
    unsigned long long before = 0;
    int r = t->listen(&at->sa, entity_addr_socklen(at), &options, accepted, NULL, &bound, &listener);

    if (r)
        die("cannot listen", strerror(-r));
    for (unsigned i = 0; i < count + WARM_UP; i++) {
        if (i == WARM_UP)
            before = resident();
        connect_once(t, &bound, entity_addr_socklen(at));
    }
    printf("%llu\n", (resident() - before) / (2ull * count));
    t->unlisten(listener);
    for (unsigned i = 0; i < all.count; i++)
        t->close(all.sockets[i]);
}

int main(int argc, char **argv)
{
    struct conf *conf = conf_create("ceph", "client", "bench", true);
    const struct transport *t;
    struct entity_addr at;
    char err[512] = "", *why = NULL;
    unsigned count;

    if (!conf || argc < 3 || entity_addr_parse(&at, argv[1], ENTITY_ADDR_V1, NULL, err, sizeof(err)))
        die("usage: bare_connections ADDRESS COUNT [--OPTION VALUE]...", err);
    for (int i = 3; i < argc; i += 2)
        if (strncmp(argv[i], "--", 2) || i + 1 == argc ||
            conf_set(conf, CONF_CMDLINE, argv[i] + 2, argv[i + 1], &why) < 0)
            die("options are --OPTION VALUE", why ? why : argv[i]);
    count = (unsigned)atoi(argv[2]);
    mutex_init(&all.lock, "bare connections", LOCK_RANK_DAEMON);
    cond_init(&all.changed);
    all.sockets = calloc(2 * (count + WARM_UP), sizeof(struct transport_socket *));
    t = transport_for_addr_type(at.type);
    if (!all.sockets || !count || !t || t->start(conf, err, sizeof(err)) < 0)
        die(argv[1], err);
    run(t, &at, count);
    t->stop();
    free(all.sockets);
    conf_free(conf);
    return EXIT_SUCCESS;
}
