/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/entity_addr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"

#define MARKER_VECTOR 2

/* Marker, frame, type, nonce and length of an ADDR2 address without a sockaddr. */
#define ADDR2_MIN_LEN 19

void entity_addrvec_init(struct entity_addrvec *v)
{
    v->addrs = NULL;
    v->count = 0;
}

void entity_addrvec_destroy(struct entity_addrvec *v)
{
    free(v->addrs);
    entity_addrvec_init(v);
}

int entity_addrvec_push(struct entity_addrvec *v, const struct entity_addr *a)
{
    struct entity_addr *addrs;

    if (v->count >= ENTITY_ADDRVEC_MAX)
        return -E2BIG;
    addrs = realloc(v->addrs, (v->count + 1) * sizeof(*addrs));
    if (!addrs)
        return -ENOMEM;
    addrs[v->count++] = *a;
    v->addrs = addrs;
    return 0;
}

int entity_addrvec_copy(struct entity_addrvec *to, const struct entity_addrvec *from)
{
    entity_addrvec_init(to);
    if (from->count == 0)
        return 0;
    to->addrs = malloc(from->count * sizeof(*to->addrs));
    if (!to->addrs)
        return -ENOMEM;
    memcpy(to->addrs, from->addrs, from->count * sizeof(*to->addrs));
    to->count = from->count;
    return 0;
}

bool entity_addrvec_equal(const struct entity_addrvec *a, const struct entity_addrvec *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (!entity_addr_equal(&a->addrs[i], &b->addrs[i]))
            return false;
    return true;
}

const struct entity_addr *entity_addrvec_find(const struct entity_addrvec *v, uint32_t type)
{
    for (unsigned i = 0; i < v->count; i++)
        if (v->addrs[i].type == type)
            return &v->addrs[i];
    return NULL;
}

const struct entity_addr *entity_addrvec_canonical(const struct entity_addrvec *v)
{
    const struct entity_addr *a = entity_addrvec_find(v, ENTITY_ADDR_V1);

    return a ? a : entity_addrvec_find(v, ENTITY_ADDR_RDMA);
}

void entity_addrvec_encode(const struct entity_addrvec *v, uint64_t features, struct encode *e)
{
    static const struct entity_addr blank;

    if (!ceph_has_feature(features, CEPH_FEATURE_MSG_ADDR2)) {
        const struct entity_addr *v1 = entity_addrvec_find(v, ENTITY_ADDR_V1);
        entity_addr_encode_legacy(v1 ? v1 : &blank, e);
        return;
    }
    encode_u8(e, MARKER_VECTOR);
    encode_u32(e, v->count);
    for (unsigned i = 0; i < v->count; i++)
        entity_addr_encode(&v->addrs[i], features, e);
}

void entity_addrvec_decode(struct entity_addrvec *v, struct decode *d)
{
    unsigned count = 1;

    entity_addrvec_init(v);
    if (decode_left(d) > 0 && *d->p == MARKER_VECTOR) {
        decode_u8(d);
        count = decode_count(d, ADDR2_MIN_LEN);
        if (count > ENTITY_ADDRVEC_MAX)
            decode_fail(d, -EBADMSG);
    }
    for (unsigned i = 0; i < count && !decode_error(d); i++) {
        struct entity_addr a;
        int r;

        entity_addr_decode(&a, d);
        r = decode_error(d) ? 0 : entity_addrvec_push(v, &a);
        if (r < 0)
            decode_fail(d, r);
    }
}
