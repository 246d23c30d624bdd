/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msgr_bench_raw: a bare loop over a transport: what the messenger's figures are to be measured against.
 *
 * No messages, queues, locks or checksums; one thread, one connection for each run. With a spinning time
 * configured it never sleeps, as rstream does; without, it waits in the transport's poller. ping-pong: size
 * bytes go and come back. send: bursts of messages, each burst answered by one byte.
 */
#ifndef CEPH_TOOLS_MSGR_BENCH_RAW_H
#define CEPH_TOOLS_MSGR_BENCH_RAW_H

#include "tools/msgr_bench_client.h"
#include "types/entity_addr.h"

struct conf;

/* Serves one connection after the other and returns only with an error. bound is called once it listens. */
int msgr_bench_raw_serve(const struct conf *conf, const struct entity_addr *addr,
                         void (*bound)(void *arg, const struct entity_addr *addr), void *arg, char *err,
                         size_t err_size);

int msgr_bench_raw_run(const struct conf *conf, const struct entity_addr *server,
                       const struct msgr_bench_case *what, struct msgr_bench_result *out, char *err,
                       size_t err_size) MUST_CHECK;

#endif
