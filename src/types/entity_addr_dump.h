/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* entity_addr_dump: addresses in JSON, in the shape of genuine Ceph. New references; NULL: no memory. Pure.
 */
#ifndef CEPH_TYPES_ENTITY_ADDR_DUMP_H
#define CEPH_TYPES_ENTITY_ADDR_DUMP_H

#include <jansson.h>

#include "types/entity_addr.h"

/* {"type": "rdma", "addr": "192.0.2.1:6789", "nonce": 0} */
json_t *entity_addr_dump(const struct entity_addr *a);
/* {"addrvec": [...]} */
json_t *entity_addrvec_dump(const struct entity_addrvec *v);

#endif
