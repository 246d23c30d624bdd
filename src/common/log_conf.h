/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log_conf: the log as the configuration wants it, at the start and whenever that changes. */
#ifndef CEPH_COMMON_LOG_CONF_H
#define CEPH_COMMON_LOG_CONF_H

#include "common/compiler.h"

struct conf;

/* Sets levels, ring and sinks. Errors are those of log_configure(), and everything else is in effect then. */
int log_apply_conf(struct conf *c, char **err) MUST_CHECK;

/* Follows changes of debug_*, log_* and err_* from here on; one configuration per process. */
void log_follow_conf(struct conf *c);
void log_unfollow_conf(struct conf *c);

#endif
