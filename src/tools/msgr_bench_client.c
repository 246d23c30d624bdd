/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_client.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/mutex.h"
#include "msg/messenger.h"
#include "tools/msgr_bench_progress.h"

/* librdmacm accepts one after the other: of many, the last would run out of time. */
#define OPENING_AT_ONCE 16
#define HELLO_GO        0                     /* the tid of a hello whose answer sets traffic going */
#define SETTLE_NS       (200 * NSEC_PER_MSEC) /* before memory is looked at */
#define ANSWER_NS       (30 * NSEC_PER_SEC)   /* for what the server owes, when the traffic stops */

/* What one thread of the messenger has counted; others read the atomics while it runs. */
struct tally {
    struct tally *next;
    atomic_uint_least64_t messages, bad; /* while measuring */
    struct latency_histogram latency;    /* while measuring */
};

struct bench_con {
    struct msgr_bench_client *client;
    struct connection *con; /* a reference */
    /* The connection's worker, while traffic runs. */
    uint64_t sent, acked;          /* tids: ping-pong and send */
    uint64_t pulled, arrived;      /* tids: receive */
    uint64_t *sent_ns, *pulled_ns; /* by tid % depth */
};

struct msgr_bench_client {
    struct messenger *m;
    struct entity_addrvec server;
    struct connection *control; /* a reference */
    struct bench_con **cons;
    unsigned count;

    struct msgr_bench_case what; /* fixed while traffic runs */
    unsigned ack_every, pull_batch;
    atomic_bool running, measuring;

    struct mutex lock;
    struct cond changed;
    uint64_t round;                       /* lock: of hellos on all connections */
    unsigned greeted;                     /* lock: how many of this round came back */
    uint64_t stats_tid;                   /* lock: asked for last */
    bool have_stats;                      /* lock */
    struct msgr_bench_stats server_stats; /* lock */
    int error;                            /* lock: the first thing that went wrong */
    char reason[160];                     /* lock */
    struct tally *tallies;                /* lock; entries live as long as the client */
};

static _Thread_local struct tally *own_tally;
static _Thread_local struct msgr_bench_client *own_tally_of;

static void failed(struct msgr_bench_client *c, int error, const char *reason)
{
    mutex_lock(&c->lock);
    if (!c->error) {
        c->error = error;
        snprintf(c->reason, sizeof(c->reason), "%s", reason);
    }
    cond_broadcast(&c->changed);
    mutex_unlock(&c->lock);
    atomic_store(&c->running, false);
}

static struct tally *tally_of_this_thread(struct msgr_bench_client *c)
{
    struct tally *t = own_tally;

    if (LIKELY(t && own_tally_of == c))
        return t;
    t = calloc(1, sizeof(*t));
    if (!t) {
        failed(c, -ENOMEM, "out of memory");
        return NULL;
    }
    latency_histogram_init(&t->latency);
    mutex_lock(&c->lock);
    t->next = c->tallies;
    c->tallies = t;
    mutex_unlock(&c->lock);
    own_tally = t;
    own_tally_of = c;
    return t;
}

/* For counters with one writer: cheaper than an atomic addition. */
static void add(atomic_uint_least64_t *n, uint64_t by)
{
    atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + by, memory_order_relaxed);
}

/* ---- traffic, on the connection's worker ---- */

static bool send_message(struct bench_con *b, struct message *m)
{
    if (!m) {
        failed(b->client, -ENOMEM, "out of memory");
        return false;
    }
    return connection_send(b->con, m) == 0; /* a dead connection is reported as such */
}

static unsigned checked(const struct msgr_bench_client *c)
{
    return c->what.check ? MSGR_BENCH_CHECKED : 0;
}

static void push(struct bench_con *b)
{
    struct msgr_bench_client *c = b->client;
    bool echo = c->what.pattern == MSGR_BENCH_PING_PONG;

    while (b->sent - b->acked < c->what.depth) {
        unsigned type = (echo ? MSGR_BENCH_ECHO : MSGR_BENCH_STREAM) | checked(c);
        uint64_t tid = b->sent + 1;
        if (!echo && tid % c->ack_every == 0)
            type |= MSGR_BENCH_ACK_WANTED;
        b->sent_ns[tid % c->what.depth] = clock_monotonic_ns();
        b->sent = tid;
        if (!send_message(b, msgr_bench_with_data(type, tid, c->what.size)))
            return;
    }
}

static void pull(struct bench_con *b)
{
    struct msgr_bench_client *c = b->client;

    while (b->pulled - b->arrived + c->pull_batch <= c->what.depth) {
        uint64_t tid = b->pulled + 1, now = clock_monotonic_ns();
        for (unsigned i = 0; i < c->pull_batch; i++)
            b->pulled_ns[(tid + i) % c->what.depth] = now;
        b->pulled += c->pull_batch;
        if (!send_message(b, msgr_bench_pull(MSGR_BENCH_PULL | checked(c), tid, c->what.size, c->pull_batch)))
            return;
    }
}

static void go_on(struct bench_con *b)
{
    enum msgr_bench_pattern p = b->client->what.pattern;

    if (!atomic_load_explicit(&b->client->running, memory_order_relaxed))
        return;
    if (p != MSGR_BENCH_PATTERN_RECEIVE)
        push(b);
    if (p == MSGR_BENCH_PATTERN_RECEIVE || p == MSGR_BENCH_PATTERN_BOTH)
        pull(b);
}

/* n messages are done; the last of them began at began_ns. */
static void note_done(struct msgr_bench_client *c, struct tally *t, uint64_t n, uint64_t began_ns)
{
    if (!atomic_load_explicit(&c->measuring, memory_order_relaxed))
        return;
    add(&t->messages, n);
    latency_histogram_add(&t->latency, clock_monotonic_ns() - began_ns);
}

static void came_back(struct bench_con *b, struct tally *t, const struct message *m)
{
    struct msgr_bench_client *c = b->client;

    if (m->tid != b->acked + 1 || m->tid > b->sent || m->data.len != c->what.size) {
        failed(c, -EPROTO, "an answer is missing, out of order or of the wrong size");
        return;
    }
    if (c->what.check && !msgr_bench_data_is_good(m, c->what.size))
        add(&t->bad, 1);
    b->acked = m->tid;
    note_done(c, t, 1, b->sent_ns[m->tid % c->what.depth]);
}

static void acknowledged(struct bench_con *b, struct tally *t, const struct message *m)
{
    if (m->tid <= b->acked || m->tid > b->sent) {
        failed(b->client, -EPROTO, "an acknowledgement is out of order");
        return;
    }
    note_done(b->client, t, m->tid - b->acked, b->sent_ns[m->tid % b->client->what.depth]);
    b->acked = m->tid;
}

static void streamed(struct bench_con *b, struct tally *t, const struct message *m)
{
    struct msgr_bench_client *c = b->client;

    if (m->tid != b->arrived + 1 || m->tid > b->pulled || m->data.len != c->what.size) {
        failed(c, -EPROTO, "a message is missing, out of order or of the wrong size");
        return;
    }
    if (c->what.check && !msgr_bench_data_is_good(m, c->what.size))
        add(&t->bad, 1);
    b->arrived = m->tid;
    note_done(c, t, 1, b->pulled_ns[m->tid % c->what.depth]);
}

static void greeted(struct msgr_bench_client *c, struct bench_con *b, uint64_t round)
{
    if (round == HELLO_GO) {
        go_on(b);
        return;
    }
    mutex_lock(&c->lock);
    if (round == c->round)
        c->greeted++;
    cond_signal(&c->changed);
    mutex_unlock(&c->lock);
}

static void got_stats(struct msgr_bench_client *c, const struct message *m)
{
    struct msgr_bench_stats s;

    if (msgr_bench_read_stats(m, &s) < 0) {
        failed(c, -EBADMSG, "the server's figures cannot be read");
        return;
    }
    mutex_lock(&c->lock);
    if (m->tid == c->stats_tid) {
        c->server_stats = s;
        c->have_stats = true;
        cond_signal(&c->changed);
    }
    mutex_unlock(&c->lock);
}

static void take(void *arg, struct message *m)
{
    struct msgr_bench_client *c = arg;
    struct bench_con *b = connection_private(m->con); /* NULL: the control connection */
    struct tally *t = tally_of_this_thread(c);
    unsigned op = m->type & MSGR_BENCH_OP_MASK;

    if (!t) {
        message_put(m);
        return;
    }
    if (op == MSGR_BENCH_STATS)
        got_stats(c, m);
    else if (!b)
        failed(c, -EPROTO, "the server sent what nobody asked for");
    else if (op == MSGR_BENCH_HELLO)
        greeted(c, b, m->tid);
    else if (op == MSGR_BENCH_ECHO)
        came_back(b, t, m);
    else if (op == MSGR_BENCH_ACK)
        acknowledged(b, t, m);
    else if (op == MSGR_BENCH_STREAM)
        streamed(b, t, m);
    message_put(m);
    if (b && op != MSGR_BENCH_HELLO)
        go_on(b);
}

static bool always(void *arg UNUSED, const struct message *m UNUSED)
{
    return true;
}

static void on_reset(void *arg, struct connection *con UNUSED)
{
    failed(arg, -ECONNRESET, "a connection to the server was lost");
}

static void on_refused(void *arg, struct connection *con UNUSED)
{
    failed(arg, -ECONNREFUSED, "nobody listens at the server's address");
}

static const struct dispatcher_ops client_ops = {
    .can_fast_dispatch = always,
    .fast_dispatch = take,
    .handle_reset = on_reset,
    .handle_refused = on_refused,
};

/* ---- the main thread ---- */

struct msgr_bench_client *msgr_bench_client_create(const struct conf *conf, const char *ms_type,
                                                   enum msgr_bench_auth auth,
                                                   const struct entity_addrvec *server, char *err,
                                                   size_t err_size)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = getpid()};
    struct policy policy = policy_lossy_client(0);
    struct auth_upcalls upcalls;
    struct msgr_bench_client *c = calloc(1, sizeof(*c));

    if (!c || entity_addrvec_copy(&c->server, server) < 0) {
        snprintf(err, err_size, "out of memory");
        free(c);
        return NULL;
    }
    mutex_init(&c->lock, "bench client", LOCK_RANK_DAEMON);
    cond_init(&c->changed);
    c->m = messenger_create(conf, ms_type, name, "bench-client", (uint32_t)getpid(), err, err_size);
    if (!c->m) {
        msgr_bench_client_free(c);
        return NULL;
    }
    msgr_bench_auth_dial(auth, &upcalls, &policy);
    messenger_set_auth(c->m, &upcalls);
    messenger_set_default_policy(c->m, &policy);
    messenger_add_dispatcher(c->m, &client_ops, c);
    if (messenger_start(c->m) == 0)
        c->control = messenger_get_new_connection(c->m, ENTITY_TYPE_OSD, &c->server);
    if (!c->control) {
        char *text = entity_addrvec_print(&c->server);
        snprintf(err, err_size, "%s cannot be reached with ms_type = %s", text ? text : "?", ms_type);
        free(text);
        msgr_bench_client_free(c);
        return NULL;
    }
    return c;
}

void msgr_bench_client_free(struct msgr_bench_client *c)
{
    if (!c)
        return;
    if (c->m)
        messenger_shutdown(c->m);
    for (unsigned i = 0; i < c->count; i++) {
        connection_put(c->cons[i]->con);
        free(c->cons[i]->sent_ns);
        free(c->cons[i]->pulled_ns);
        free(c->cons[i]);
    }
    free(c->cons);
    connection_put(c->control);
    messenger_destroy(c->m);
    while (c->tallies) {
        struct tally *t = c->tallies;
        c->tallies = t->next;
        free(t);
    }
    entity_addrvec_destroy(&c->server);
    mutex_destroy(&c->lock);
    cond_destroy(&c->changed);
    free(c);
}

static int error_locked(struct msgr_bench_client *c, char *err, size_t err_size)
{
    if (c->error)
        snprintf(err, err_size, "%s: %s", c->reason, strerror(-c->error));
    return c->error;
}

static int ask_stats(struct msgr_bench_client *c, struct msgr_bench_stats *out, char *err, size_t err_size)
{
    uint64_t deadline = clock_monotonic_ns() + ANSWER_NS;
    struct message *m;
    uint64_t tid;
    int r;

    mutex_lock(&c->lock);
    tid = ++c->stats_tid;
    c->have_stats = false;
    mutex_unlock(&c->lock);
    m = msgr_bench_plain(MSGR_BENCH_STATS, tid);
    if (m)
        (void)connection_send(c->control, m); /* if it is dead, that is reported */
    mutex_lock(&c->lock);
    while (!c->have_stats && !c->error && cond_wait_until(&c->changed, &c->lock, deadline))
        ;
    r = error_locked(c, err, err_size);
    if (r == 0 && !c->have_stats) {
        snprintf(err, err_size, "the server does not answer");
        r = -ETIMEDOUT;
    }
    *out = c->server_stats;
    mutex_unlock(&c->lock);
    return r;
}

static int hello(struct bench_con *b, uint64_t round)
{
    struct message *m = msgr_bench_plain(MSGR_BENCH_HELLO, round);

    return m ? connection_send(b->con, m) : -ENOMEM;
}

/* One more connection, and a message on it. */
static int open_one(struct msgr_bench_client *c)
{
    struct bench_con *b = calloc(1, sizeof(*b));

    if (!b)
        return -ENOMEM;
    b->client = c;
    b->con = messenger_get_new_connection(c->m, ENTITY_TYPE_OSD, &c->server);
    if (!b->con) {
        free(b);
        return -ENOTCONN;
    }
    connection_set_private(b->con, b, NULL);
    c->cons[c->count++] = b;
    return hello(b, c->round);
}

/* Until no more than at_once hellos are under way. */
static int wait_greeted(struct msgr_bench_client *c, unsigned at_once, uint64_t patience_ns, char *err,
                        size_t err_size)
{
    unsigned before = UINT32_MAX;
    int r;

    mutex_lock(&c->lock);
    while (c->count - c->greeted > at_once && !c->error) {
        if (cond_wait_until(&c->changed, &c->lock, clock_monotonic_ns() + patience_ns))
            continue;
        if (c->greeted == before) {
            snprintf(err, err_size, "%u of %u connections got no answer", c->count - c->greeted, c->count);
            mutex_unlock(&c->lock);
            return -ETIMEDOUT;
        }
        before = c->greeted;
    }
    r = error_locked(c, err, err_size);
    mutex_unlock(&c->lock);
    return r;
}

/* Everything on every connection has been answered when this returns: the server keeps their order. */
static int greet_all(struct msgr_bench_client *c, char *err, size_t err_size)
{
    mutex_lock(&c->lock);
    c->round++;
    c->greeted = 0;
    mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->count; i++)
        (void)hello(c->cons[i], c->round); /* one that is dead is reported as such */
    return wait_greeted(c, 0, ANSWER_NS, err, err_size);
}

static void settle(void)
{
    struct timespec ts = {.tv_nsec = (long)SETTLE_NS};

    nanosleep(&ts, NULL);
}

int msgr_bench_client_open(struct msgr_bench_client *c, unsigned connections, uint64_t patience_ns,
                           bool progress, struct msgr_bench_opened *out, char *err, size_t err_size)
{
    struct msgr_bench_progress bar;
    uint64_t began;
    int r;

    memset(out, 0, sizeof(*out));
    r = ask_stats(c, &out->server_before, err, err_size);
    if (r < 0)
        return r;
    snprintf(out->transport, sizeof(out->transport), "%s", connection_transport_name(c->control));
    c->cons = calloc(connections, sizeof(struct bench_con *));
    if (!c->cons)
        return -ENOMEM;
    msgr_bench_own_stats(&out->client_before);
    msgr_bench_progress_start(&bar, progress);
    began = clock_monotonic_ns();
    c->round = HELLO_GO + 1;
    while (r == 0 && c->count < connections) {
        r = open_one(c);
        if (r < 0)
            snprintf(err, err_size, "connection %u: %s", c->count + 1, strerror(-r));
        else
            r = wait_greeted(c, OPENING_AT_ONCE, patience_ns, err, err_size);
        msgr_bench_progress(&bar, "opening: %u of %u connections", c->count, connections);
    }
    if (r == 0)
        r = wait_greeted(c, 0, patience_ns, err, err_size);
    msgr_bench_progress_end(&bar);
    if (r < 0)
        return r;
    out->connections = c->greeted;
    out->elapsed_ns = clock_monotonic_ns() - began;
    settle();
    msgr_bench_own_stats(&out->client_after);
    return ask_stats(c, &out->server_after, err, err_size);
}

/* ---- a run ---- */

static uint64_t messages_so_far(struct msgr_bench_client *c)
{
    uint64_t n = 0;

    mutex_lock(&c->lock);
    for (struct tally *t = c->tallies; t; t = t->next)
        n += atomic_load_explicit(&t->messages, memory_order_relaxed);
    mutex_unlock(&c->lock);
    return n;
}

static int prepare(struct msgr_bench_client *c, const struct msgr_bench_case *what)
{
    c->what = *what;
    c->ack_every = what->depth >= 4 ? what->depth / 4 : 1;
    c->pull_batch = what->depth >= 4 ? what->depth / 4 : 1;
    mutex_lock(&c->lock);
    for (struct tally *t = c->tallies; t; t = t->next) {
        atomic_store(&t->messages, 0);
        atomic_store(&t->bad, 0);
        latency_histogram_init(&t->latency);
    }
    mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->count; i++) {
        struct bench_con *b = c->cons[i];
        free(b->sent_ns);
        free(b->pulled_ns);
        b->sent_ns = calloc(what->depth, sizeof(uint64_t));
        b->pulled_ns = calloc(what->depth, sizeof(uint64_t));
        if (!b->sent_ns || !b->pulled_ns)
            return -ENOMEM;
        b->sent = b->acked = b->pulled = b->arrived = 0;
    }
    return 0;
}

static void sleep_and_show(struct msgr_bench_client *c, struct msgr_bench_progress *bar, uint64_t ns)
{
    uint64_t began = clock_monotonic_ns(), messages, now;
    double seconds;

    while (atomic_load(&c->running) && (now = clock_monotonic_ns()) - began < ns) {
        uint64_t left = ns - (now - began), tick = bar->shown ? 100 * NSEC_PER_MSEC : NSEC_PER_SEC;
        struct timespec ts;
        if (left > tick)
            left = tick;
        ts = (struct timespec){.tv_sec = (time_t)(left / NSEC_PER_SEC),
                               .tv_nsec = (long)(left % NSEC_PER_SEC)};
        nanosleep(&ts, NULL);
        if (!bar->shown || !atomic_load(&c->measuring))
            continue;
        messages = messages_so_far(c);
        seconds = (double)(clock_monotonic_ns() - began) / 1e9;
        msgr_bench_progress(bar, "%u B: %.1f of %.1f s, %.0f messages/s, %.1f MB/s", c->what.size, seconds,
                            (double)ns / 1e9, (double)messages / seconds,
                            (double)messages * c->what.size / seconds / 1e6);
    }
}

/* Waits for what is under way, so that the next run begins with none of it. A connection's worker may have
 * sent once more before it saw that the run is over, but not after its first hello came back. */
static int drain(struct msgr_bench_client *c, char *err, size_t err_size)
{
    int r = greet_all(c, err, err_size);

    return r < 0 ? r : greet_all(c, err, err_size);
}

static void gather(struct msgr_bench_client *c, struct msgr_bench_result *out)
{
    mutex_lock(&c->lock);
    for (struct tally *t = c->tallies; t; t = t->next) {
        out->messages += atomic_load(&t->messages);
        out->bad += atomic_load(&t->bad);
        latency_histogram_merge(&out->latency, &t->latency);
    }
    mutex_unlock(&c->lock);
}

int msgr_bench_client_run(struct msgr_bench_client *c, const struct msgr_bench_case *what,
                          struct msgr_bench_result *out, char *err, size_t err_size)
{
    struct msgr_bench_stats server_before, server_after, before, after;
    struct msgr_bench_progress bar;
    uint64_t began;
    int r = prepare(c, what);

    memset(out, 0, sizeof(*out));
    latency_histogram_init(&out->latency);
    if (r < 0) {
        snprintf(err, err_size, "out of memory");
        return r;
    }
    msgr_bench_progress_start(&bar, what->progress);
    atomic_store(&c->running, true);
    for (unsigned i = 0; i < c->count; i++)
        (void)hello(c->cons[i], HELLO_GO); /* its answer sets the connection's traffic going */
    sleep_and_show(c, &bar, what->warmup_ns);
    r = ask_stats(c, &server_before, err, err_size);
    if (r == 0) {
        msgr_bench_own_stats(&before);
        began = clock_monotonic_ns();
        atomic_store(&c->measuring, true);
        sleep_and_show(c, &bar, what->time_ns);
        atomic_store(&c->measuring, false);
        out->elapsed_ns = clock_monotonic_ns() - began;
        msgr_bench_own_stats(&after);
        r = ask_stats(c, &server_after, err, err_size);
    }
    atomic_store(&c->running, false);
    msgr_bench_progress_end(&bar);
    if (r == 0)
        r = drain(c, err, err_size);
    if (r < 0)
        return r;
    gather(c, out);
    out->bad += server_after.bad - server_before.bad;
    out->client_cpu_ns = after.cpu_ns - before.cpu_ns;
    out->server_cpu_ns = server_after.cpu_ns - server_before.cpu_ns;
    return 0;
}
