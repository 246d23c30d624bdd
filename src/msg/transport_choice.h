/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transport_choice: what ms_type means: the one place where an address type and a table of transport calls
 * meet.
 */
#ifndef CEPH_MSG_TRANSPORT_CHOICE_H
#define CEPH_MSG_TRANSPORT_CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "transport/transport.h"

struct transport_choice {
    const struct transport *transport;
    uint32_t addr_type; /* ENTITY_ADDR_V1 or ENTITY_ADDR_RDMA */
};

/* "rsockets,simple" -> the tables in that order, each once. Returns how many, or a negative errno with a line
 * in err. */
int transport_choice_parse(const char *ms_type, struct transport_choice *out, unsigned max, char *err,
                           size_t err_size) MUST_CHECK;

/* The table that an address of this type is reached by; NULL: none here. */
const struct transport *transport_for_addr_type(uint32_t addr_type);

#endif
