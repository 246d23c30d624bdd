/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * messenger_end: a messenger of a test with one dispatcher, which counts what it is told, checks what it
 * receives and answers if it should.
 *
 * Over TCP on loopback; or as the environment says, for a machine with RDMA: TEST_MS_TYPES="TYPE_OF_ONE_END
 * TYPE_OF_THE_OTHER" (such as "rsockets rsockets", or "rsockets,simple simple,rsockets": one end dials by
 * RDMA, the other by TCP) and TEST_IP, the address to listen on. Ends of even number are of the first kind.
 */
#ifndef CEPH_TEST_UNIT_MSG_MESSENGER_END_H
#define CEPH_TEST_UNIT_MSG_MESSENGER_END_H

#include "test/unit/unit.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "msg/messenger.h"

#define END_MESSAGE_TYPE 1000
#define END_PATIENCE     (60 * NSEC_PER_SEC)

struct end {
    struct messenger *m;
    struct mutex lock; /* of a dispatcher: held around every send, as daemons do */
    struct cond changed;
    uint64_t received, last_tid, out_of_order, bad;
    unsigned connects, accepts, resets, remote_resets, refused;
    bool echo, fast;
    struct connection *last_con; /* a reference */
    struct message *kept[64];
    unsigned keep, kept_count;
    const char *ms_type;
};

/* For cmocka: the configuration that all ends share, and its end. */
int end_setup(void **state);
int end_teardown(void **state);
void end_set(const char *option, const char *value);
extern const char *end_listen_ip; /* where end_bind() binds */

void end_init(struct end *e, uint8_t type, int64_t num, struct policy policy);
void end_bind(struct end *e, uint16_t port); /* 0: any port */
void end_start(struct end *e);
void end_stop(struct end *e);

/* An OSD that knows nothing of its clients, and one of them. */
void end_init_server_and_client(struct end *server, struct end *client);
/* Two OSDs that keep their session. */
void end_init_peers(struct end *a, struct end *b);

struct connection *end_dial(struct end *from, struct end *to, uint32_t type);
/* Binds to, an OSD, to any port, starts both and dials it. */
struct connection *end_connect(struct end *from, struct end *to);
/* Its front and each byte of its len bytes of data tell the tid. */
struct message *end_message(uint64_t tid, size_t len);
/* Sends one with the end's lock held. */
void end_send(struct end *e, struct connection *c, uint64_t tid, size_t len);

/* Waits until *counter is at least n. */
#define WAIT_FOR(e, counter, n)                                                            \
    do {                                                                                   \
        uint64_t deadline = clock_monotonic_ns() + END_PATIENCE;                           \
        mutex_lock(&(e)->lock);                                                            \
        while ((e)->counter < (n) && cond_wait_until(&(e)->changed, &(e)->lock, deadline)) \
            ;                                                                              \
        assert_true((e)->counter >= (n));                                                  \
        mutex_unlock(&(e)->lock);                                                          \
    } while (0)

#endif
