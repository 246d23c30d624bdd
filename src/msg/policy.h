/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy: how sessions with one type of peer behave. See msgr v1, "Policies". */
#ifndef CEPH_MSG_POLICY_H
#define CEPH_MSG_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct throttle;

struct policy {
    bool lossy;      /* a fault ends the session: queue dropped, reset event */
    bool server;     /* never dials */
    bool standby;    /* after a fault with nothing to send: wait instead of dialling */
    bool resetcheck; /* notice and announce that the peer lost its session */
    uint64_t features_supported;
    uint64_t features_required;
    struct throttle *throttle_bytes,
        *throttle_messages; /* borrowed, may be NULL; shared by all peers of the type */
};

struct policy policy_stateless_server(uint64_t required);
struct policy policy_stateful_server(uint64_t required);
struct policy policy_lossless_peer(uint64_t required);
struct policy policy_lossless_peer_reuse(uint64_t required);
struct policy policy_lossy_client(uint64_t required);
struct policy policy_lossless_client(uint64_t required);

#endif
