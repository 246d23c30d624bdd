/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport_suite: what every transport has to do, as cmocka tests. A program sets suite and runs them. */
#ifndef CEPH_TEST_SUPPORT_TRANSPORT_SUITE_H
#define CEPH_TEST_SUPPORT_TRANSPORT_SUITE_H

#include "transport/transport.h"

struct transport_suite {
    const struct transport *t;
    struct sockaddr_storage v4, v6; /* addresses to listen on, port 0; v6 may be AF_UNSPEC: skipped */
    struct sockaddr_storage silent; /* never answers a dial; AF_UNSPEC: skipped */
    unsigned connections;           /* how many are many */
    uint64_t bulk;                  /* bytes of a large transfer */
};

extern struct transport_suite suite;

#define TRANSPORT_SUITE(X)                  \
    X(echo_and_names)                       \
    X(echo_over_ipv6)                       \
    X(large_transfers_both_ways)            \
    X(many_connections)                     \
    X(spinning_works_the_same)              \
    X(thousands_of_pieces_in_one_send)      \
    X(refused)                              \
    X(dial_deadline)                        \
    X(cancel_before_and_after)              \
    X(queued_data_arrives_after_close)      \
    X(removal_during_a_batch)               \
    X(wake_and_deadline)                    \
    X(hangup_is_told_once_without_interest) \
    X(sending_to_one_who_left)              \
    X(port_in_use_and_free_again)

#define X(name) void suite_##name(void **state);
TRANSPORT_SUITE(X)
#undef X
#define TRANSPORT_SUITE_TEST(name) cmocka_unit_test(suite_##name),
#define TRANSPORT_SUITE_TESTS      TRANSPORT_SUITE(TRANSPORT_SUITE_TEST)

#endif
