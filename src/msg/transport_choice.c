/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/transport_choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "msg/messenger.h"
#include "types/entity_addr.h"

static const struct {
    const char *name;
    uint32_t addr_type;
} names[] = {
    {"simple", ENTITY_ADDR_V1},
    {"async", ENTITY_ADDR_V1},
    {"async+posix", ENTITY_ADDR_V1},
    {"rsockets", ENTITY_ADDR_RDMA},
};

const struct transport *transport_for_addr_type(uint32_t addr_type)
{
    switch (addr_type) {
    case ENTITY_ADDR_V1:
        return &transport_tcp;
    case ENTITY_ADDR_RDMA:
        return transport_rsockets();
    default:
        return NULL;
    }
}

/* ENTITY_ADDR_NONE: no such transport. */
static uint32_t type_of(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strlen(names[i].name) == len && memcmp(names[i].name, name, len) == 0)
            return names[i].addr_type;
    return ENTITY_ADDR_NONE;
}

static int choose(const char *name, size_t len, struct transport_choice *c, char *err, size_t err_size)
{
    c->addr_type = type_of(name, len);
    c->transport = transport_for_addr_type(c->addr_type);
    if (c->transport)
        return 0;
    if (c->addr_type == ENTITY_ADDR_RDMA)
        snprintf(
            err, err_size,
            "ms_type names rsockets, but this build has none: install librdmacm-dev and libibverbs-dev and "
            "configure with --with-rsockets=yes");
    else if (len == strlen("async+rdma") && memcmp(name, "async+rdma", len) == 0)
        snprintf(err, err_size, "ms_type async+rdma is not supported: RDMA is spoken by ms_type = rsockets");
    else
        snprintf(err, err_size,
                 "ms_type '%.*s' is not a transport: use simple (TCP), rsockets (RDMA), or both", (int)len,
                 name);
    return -EINVAL;
}

int transport_choice_parse(const char *ms_type, struct transport_choice *out, unsigned max, char *err,
                           size_t err_size)
{
    unsigned n = 0;

    for (const char *p = ms_type + strspn(ms_type, ", "); *p; p += strspn(p, ", ")) {
        size_t len = strcspn(p, ", ");
        struct transport_choice c;
        bool again = false;
        int r = choose(p, len, &c, err, err_size);
        if (r < 0)
            return r;
        for (unsigned i = 0; i < n; i++)
            again |= out[i].transport == c.transport;
        if (!again && n < max)
            out[n++] = c;
        p += len;
    }
    if (n == 0) {
        snprintf(err, err_size, "ms_type is empty");
        return -EINVAL;
    }
    return (int)n;
}

char *messenger_type_for(const struct conf *conf, enum messenger_side side)
{
    static const enum option_id options[] = {
        [MESSENGER_PUBLIC] = OPT_ms_public_type,
        [MESSENGER_CLUSTER] = OPT_ms_cluster_type,
        [MESSENGER_CLIENT] = OPT_ms_client_type,
    };

    return conf_str(conf, conf_str_empty(conf, options[side]) ? OPT_ms_type : options[side]);
}

uint32_t messenger_default_addr_type(const char *ms_type)
{
    const char *p = ms_type + strspn(ms_type, ", ");
    uint32_t type = type_of(p, strcspn(p, ", "));

    return type == ENTITY_ADDR_NONE ? ENTITY_ADDR_V1 : type;
}
