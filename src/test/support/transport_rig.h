/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transport_rig: connections of any transport, driven by one poller on the thread of the test: what was sent
 * is compared with what arrives, byte for byte.
 */
#ifndef CEPH_TEST_SUPPORT_TRANSPORT_RIG_H
#define CEPH_TEST_SUPPORT_TRANSPORT_RIG_H

#include <pthread.h>

#include "common/clock.h"
#include "common/list.h"
#include "transport/transport.h"

#define RIG_BUFFER 65536

enum rig_mode {
    RIG_ECHO,   /* sends back what it receives */
    RIG_SOURCE, /* sends to_send bytes of its pattern and expects to_receive of the same back */
    RIG_SINK,   /* receives and compares with the pattern of seed */
    RIG_MUTE,   /* in the poller with no interest */
    RIG_FLOOD,  /* sends without end, never receives */
    RIG_CHURN,  /* sends without end and receives without looking */
};

struct rig_end {
    struct list link;     /* ends, or arrivals */
    struct list dialling; /* while it is being dialled */
    struct rig *rig;
    struct transport_socket *socket; /* NULL: not connected yet, or closed */
    struct transport_dial *dial;
    struct sockaddr_storage peer; /* as told to accepted */
    enum rig_mode mode;
    bool accepted;
    uint64_t seed, to_send, to_receive, sent, received;
    size_t held; /* bytes in buffer: to be echoed */
    unsigned interest, hangups;
    bool ended, corrupt;
    int error; /* of dial, recv or send */
    uint8_t buffer[RIG_BUFFER];
};

struct rig {
    const struct transport *t;
    struct transport_poller *poller;
    struct transport_socket_options options;
    struct transport_listener *listener;
    struct sockaddr_storage bound;
    enum rig_mode accept_mode;
    uint64_t spin_ns;
    struct list ends;
    struct list dialling;
    unsigned waits; /* calls of poller_wait */
    pthread_mutex_t lock;
    /* lock */
    struct list arrivals; /* connected or failed, not in the poller yet */
};

/* What the transport is started with; NULL: the defaults. */
extern const struct conf *rig_conf;

/* Starts the transport; the test fails where that does not work. */
void rig_init(struct rig *rig, const struct transport *t);
void rig_destroy(struct rig *rig);

void rig_listen(struct rig *rig, const struct sockaddr *sa, enum rig_mode mode);
/* A connection to what the rig listens on. */
struct rig_end *rig_dial(struct rig *rig, enum rig_mode mode, uint64_t bytes);
struct rig_end *rig_dial_to(struct rig *rig, const struct sockaddr *sa, enum rig_mode mode, uint64_t bytes,
                            uint64_t timeout_ns);
/* With a local address; a MUTE one. */
struct rig_end *rig_dial_from(struct rig *rig, const struct sockaddr *local, const struct sockaddr *sa);
/* Takes it out of the poller and closes its socket; what was counted stays readable. */
void rig_hang_up(struct rig_end *e);

/* Serves all ends until done says true; false when that took longer than timeout_ms. */
typedef bool (*rig_done_fn)(struct rig *rig, void *arg);
bool rig_run(struct rig *rig, rig_done_fn done, void *arg, unsigned timeout_ms);

/* Conditions for rig_run. */
bool rig_sources_done(struct rig *rig, void *unused); /* all SOURCEs have it all back, or failed */
bool rig_all_arrived(struct rig *rig, void *unused);  /* nobody is still dialling */
bool rig_accepted(struct rig *rig, void *count);      /* that many (unsigned *) were accepted */

/* The end that was accepted last, NULL if none was. */
struct rig_end *rig_last_accepted(struct rig *rig);

void rig_fill(uint64_t seed, uint64_t offset, uint8_t *buf, size_t len);
bool rig_matches(uint64_t seed, uint64_t offset, const uint8_t *buf, size_t len);

#endif
