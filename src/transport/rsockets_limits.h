/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rsockets_limits: what this machine and this process's limits allow, in words that help. */
#ifndef CEPH_TRANSPORT_RSOCKETS_LIMITS_H
#define CEPH_TRANSPORT_RSOCKETS_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/* Device, module and permissions. err gets one line. What will only hurt later is logged. */
int rsockets_limits_check(char *err, size_t err_size) MUST_CHECK;

/* What to add to the text of an error: " (...)", or nothing. */
const char *rsockets_limits_hint(int error);

/* Bytes that one end of a connection pins, by the options. */
uint64_t rsockets_limits_pinned_bytes(void);

#endif
