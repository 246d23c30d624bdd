/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * endpoint: the smallest messenger that obeys the rules: one session with one peer over links in memory,
 * driven by hand. Links carry bytes in two directions and can be cut anywhere; what a test asserts is what
 * arrives.
 */
#ifndef CEPH_TEST_UNIT_MSG_ENDPOINT_H
#define CEPH_TEST_UNIT_MSG_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg/msgr_v1_handshake.h"
#include "msg/msgr_v1_rx.h"
#include "msg/msgr_v1_tx.h"
#include "msg/session.h"

struct endpoint;
struct link_end;

/* Bytes on the way between two ends; [i] is what end i wrote. */
struct link {
    struct link_end *ends[2];
    uint8_t *bytes[2];
    size_t written[2], read[2];
    size_t budget[2]; /* bytes that will be carried before the link dies; SIZE_MAX: no limit */
    bool dead;        /* nothing more gets in; what is on the way may still come out */
    bool done;        /* both ends have let go */
};

struct link_end {
    struct endpoint *owner;
    struct link *link;
    int side; /* 0 dialled */
    bool open, gone;
    struct msgr_v1_handshake hs;
    struct msgr_v1_rx rx;
    struct msgr_v1_tx tx;
};

enum endpoint_state {
    ENDPOINT_NONE,
    ENDPOINT_STANDBY,
    ENDPOINT_BACKOFF, /* wants to dial */
    ENDPOINT_DIALLING,
    ENDPOINT_WAIT,
    ENDPOINT_OPEN, /* by our reply, or by the peer's */
};

#define ENDPOINT_PRIORITIES 2
#define ENDPOINT_LOG        4096

struct endpoint_message {
    uint32_t sender_life, number;
    unsigned resets; /* that the receiver had been told of */
    unsigned priority;
};

struct endpoint {
    /* set before use */
    const char *name;
    struct entity_addr addr, peer_addr;
    bool resetcheck, server;
    uint64_t features;
    bool challenge; /* as acceptor: demand a second authorizer */

    enum endpoint_state state;
    struct session session;
    struct link_end *active; /* of the session; NULL in NONE, STANDBY, BACKOFF, WAIT */
    bool must_dial;          /* the peer was told to wait for us */
    uint32_t global_seq;

    uint32_t life; /* counts restarts */
    uint32_t next_number[ENDPOINT_PRIORITIES];
    struct endpoint_message log[ENDPOINT_LOG]; /* what arrived in this life */
    unsigned received, repeats, remote_resets, faults;
    char last_fault[256];
};

void endpoint_init(struct endpoint *e, const char *name, const char *addr, const char *peer_addr);
void endpoint_destroy(struct endpoint *e);
/* The process dies and comes back at the same address, without memory. */
void endpoint_restart(struct endpoint *e);

/* Queues the next message of that priority (an index), with about len bytes of payload. */
void endpoint_send(struct endpoint *e, unsigned priority, size_t len);
bool endpoint_wants_dial(const struct endpoint *e);
/* A socket between two: from dials, to accepts. */
struct link *endpoint_connect(struct endpoint *from, struct endpoint *to);
void link_free(struct link *l);

/* Lets the end write what it can, then read at most n bytes. False: nothing happened. */
bool link_end_run(struct link_end *end, size_t n);
/* Nothing more gets through; lose: nor what is on the way. */
void link_cut(struct link *l, bool lose);
/* The end learns that its socket is dead. */
void link_end_fault(struct link_end *end, const char *why);

#endif
