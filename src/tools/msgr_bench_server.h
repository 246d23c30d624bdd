/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msgr_bench_server: the end of ceph-msgr-bench that answers. */
#ifndef CEPH_TOOLS_MSGR_BENCH_SERVER_H
#define CEPH_TOOLS_MSGR_BENCH_SERVER_H

#include <stddef.h>

#include "common/compiler.h"

struct conf;
struct entity_addrvec;
struct messenger;

/* Listens and serves until it is stopped. NULL with a line in err. */
struct messenger *msgr_bench_server_start(const struct conf *conf, const char *ms_type,
                                          const struct entity_addrvec *addrs, char *err, size_t err_size);
void msgr_bench_server_stop(struct messenger *m);

#endif
