/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_bench_auth: how the bench's connections are protected, so that the cost of it can be measured.
 *
 * Both ends know one secret, which protects nothing: the client writes itself tickets with it, as monitors do
 * among each other, and the server opens them. What is done for each connection and message is what every
 * client and OSD does.
 */
#ifndef CEPH_TOOLS_MSGR_BENCH_AUTH_H
#define CEPH_TOOLS_MSGR_BENCH_AUTH_H

#include "auth/authorizer.h"

struct conf;
struct policy;

enum msgr_bench_auth {
    MSGR_BENCH_AUTH_NONE,
    MSGR_BENCH_AUTH_CEPHX,  /* connections are authenticated */
    MSGR_BENCH_AUTH_SIGNED, /* and messages signed */
    MSGR_BENCH_AUTHS
};

extern const char *const msgr_bench_auth_names[MSGR_BENCH_AUTHS];

/* What the client's messenger needs; the policy loses what is not to be used. */
void msgr_bench_auth_dial(enum msgr_bench_auth how, struct auth_upcalls *u, struct policy *policy);
/* What the server's messenger needs: it takes all of them. Lives as long as the process, whose main thread
 * calls this. -ENOMEM. */
int msgr_bench_auth_accept(const struct conf *conf, struct auth_upcalls *u) MUST_CHECK;

#endif
