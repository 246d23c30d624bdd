/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_options.h"

#include <errno.h>

#include "common/conf.h"

struct rsockets_options rsockets_options;

int rsockets_options_read(const struct conf *conf)
{
    struct conf *defaults = NULL;

    if (!conf) {
        conf = defaults = conf_create("ceph", "client", "admin", false);
        if (!conf)
            return -ENOMEM;
    }
    rsockets_options = (struct rsockets_options){
        .max_connections = (unsigned)conf_u64(conf, OPT_ms_rsockets_max_connections),
        .closers = (unsigned)conf_u64(conf, OPT_ms_rsockets_closers),
        .sndbuf = (int)conf_i64(conf, OPT_ms_rsockets_sndbuf),
        .rcvbuf = (int)conf_i64(conf, OPT_ms_rsockets_rcvbuf),
        .sqsize = (unsigned)conf_u64(conf, OPT_ms_rsockets_sqsize),
        .rqsize = (unsigned)conf_u64(conf, OPT_ms_rsockets_rqsize),
        .inline_size = (int)conf_i64(conf, OPT_ms_rsockets_inline),
        .accept_tick_ns = conf_seconds_ns(conf, OPT_ms_rsockets_accept_tick),
        .connect_timeout_ns = conf_seconds_ns(conf, OPT_ms_rsockets_connect_timeout),
        .close_timeout_ns = conf_seconds_ns(conf, OPT_ms_rsockets_close_timeout),
    };
    if (defaults)
        conf_free(defaults);
    return 0;
}
