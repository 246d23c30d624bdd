/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* entity_addr_dump: addresses in JSON, in the shape of genuine Ceph. Pure. */
#ifndef CEPH_TYPES_ENTITY_ADDR_DUMP_H
#define CEPH_TYPES_ENTITY_ADDR_DUMP_H

#include "common/formatter_json.h"
#include "types/entity_addr.h"

/* name: {"type": "rdma", "addr": "192.0.2.1:6789", "nonce": 0} */
void entity_addr_format(const struct entity_addr *a, const char *name, struct formatter *f);
/* name: {"addrvec": [...]}; as a tree: a new reference, NULL: no memory. */
void entity_addrvec_format(const struct entity_addrvec *v, const char *name, struct formatter *f);
json_t *entity_addrvec_dump(const struct entity_addrvec *v);

#endif
