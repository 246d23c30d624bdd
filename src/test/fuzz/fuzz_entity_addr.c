/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as addresses: on the wire, in a handshake slot and as text. What was read is written and read
 * again. */
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "test/fuzz/fuzz.h"
#include "types/entity_addr.h"

static void wire(const uint8_t *data, size_t size)
{
    struct entity_addrvec v, again;
    struct encode e;
    struct decode d;

    decode_init(&d, data, size);
    entity_addrvec_decode(&v, &d);
    if (!decode_error(&d)) {
        encode_init(&e);
        entity_addrvec_encode(&v, CEPH_FEATURES_ALL, &e);
        decode_init(&d, e.data, e.len);
        entity_addrvec_decode(&again, &d);
        if (decode_finish(&d) || !entity_addrvec_equal(&v, &again))
            abort();
        entity_addrvec_destroy(&again);
        encode_destroy(&e);
    }
    entity_addrvec_destroy(&v);
}

static void slot(const uint8_t *data, size_t size)
{
    struct entity_addr a, again;
    struct encode e;
    struct decode d;

    decode_init(&d, data, size);
    entity_addr_decode_slot(&a, &d);
    if (decode_error(&d) || a.type == ENTITY_ADDR_V2)
        return;
    encode_init(&e);
    entity_addr_encode_slot(&a, &e);
    decode_init(&d, e.data, e.len);
    entity_addr_decode_slot(&again, &d);
    if (decode_finish(&d) || (a.type == ENTITY_ADDR_RDMA && !entity_addr_equal(&a, &again)))
        abort();
    encode_destroy(&e);
}

static void text(const uint8_t *data, size_t size)
{
    char *given = malloc(size + 1), err[160], *printed;
    struct entity_addrvec v, again;

    if (!given)
        abort();
    memcpy(given, data, size);
    given[size] = '\0';
    if (entity_addrvec_parse(&v, given, ENTITY_ADDR_ANY, NULL, err, sizeof(err)) == 0) {
        printed = entity_addrvec_print(&v);
        if (!printed || entity_addrvec_parse(&again, printed, ENTITY_ADDR_ANY, NULL, err, sizeof(err)) ||
            !entity_addrvec_equal(&v, &again))
            abort();
        entity_addrvec_destroy(&again);
        free(printed);
    } else if (!strstr(err, "character ")) {
        abort(); /* the error says where */
    }
    entity_addrvec_destroy(&v);
    free(given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire(data, size);
    slot(data, size);
    text(data, size);
    return 0;
}
