/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mgr_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "include/ceph_features.h"

#define MGR_MAP_VERSION 12
#define MGR_MAP_COMPAT  6
#define STRUCT_HEAD     6 /* bytes of a versioned struct's head */
#define ADDRVEC_MIN     4

/* An array for n decoded items, or a failure in d. */
static void *items_for(struct decode *d, uint32_t n, size_t size)
{
    void *items = n ? calloc(n, size) : NULL;

    if (n && !items)
        decode_fail(d, -ENOMEM);
    return items;
}

static void decode_standbys(struct m_mgr_map *m, struct decode *d, const struct slice *front)
{
    uint32_t n = decode_count(d, 8 + STRUCT_HEAD);

    m->standbys = items_for(d, n, sizeof(*m->standbys));
    for (; m->standbys && m->standby_count < n && !decode_error(d); m->standby_count++) {
        m->standbys[m->standby_count].gid = decode_u64(d);
        slice_decode_struct(&m->standbys[m->standby_count].info, d, front);
    }
}

static void decode_available_modules(struct m_mgr_map *m, struct decode *d, const struct slice *front)
{
    uint32_t n = decode_count(d, STRUCT_HEAD);

    m->available_modules = items_for(d, n, sizeof(*m->available_modules));
    for (; m->available_modules && m->available_module_count < n && !decode_error(d);
         m->available_module_count++)
        slice_decode_struct(&m->available_modules[m->available_module_count], d, front);
}

static void decode_always_on(struct m_mgr_map *m, struct decode *d)
{
    uint32_t n = decode_count(d, 4 + 4);

    m->always_on = items_for(d, n, sizeof(*m->always_on));
    for (; m->always_on && m->always_on_count < n && !decode_error(d); m->always_on_count++) {
        m->always_on[m->always_on_count].release = decode_u32(d);
        string_list_decode(&m->always_on[m->always_on_count].modules, d);
    }
}

static void decode_clients(struct m_mgr_map *m, struct decode *d)
{
    uint32_t n = decode_count(d, ADDRVEC_MIN);

    m->clients = items_for(d, n, sizeof(*m->clients));
    for (; m->clients && m->client_count < n && !decode_error(d); m->client_count++)
        entity_addrvec_decode(&m->clients[m->client_count], d);
}

static void mgr_map_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                           const struct message *msg)
{
    struct m_mgr_map *m = payload;
    uint8_t v;
    struct decode body = decode_struct(d, MGR_MAP_VERSION, &v);

    if (v < MGR_MAP_COMPAT) /* the form for releases before Nautilus */
        decode_fail(&body, -EOPNOTSUPP);
    m->epoch = decode_u32(&body);
    entity_addrvec_decode(&m->active_addrs, &body);
    m->active_gid = decode_u64(&body);
    m->available = decode_bool(&body);
    m->active_name = decode_string(&body);
    decode_standbys(m, &body, &msg->front);
    string_list_decode(&m->modules, &body);
    string_map_decode(&m->services, &body);
    decode_available_modules(m, &body, &msg->front);
    m->active_change = utime_decode(&body);
    if (v >= 7)
        decode_always_on(m, &body);
    if (v >= 8)
        m->active_mgr_features = decode_u64(&body);
    if (v >= 9)
        m->last_failure_osd_epoch = decode_u32(&body);
    if (v >= 11)
        decode_clients(m, &body);
    if (v >= 12)
        string_list_decode(&m->client_names, &body);
    decode_end(d, &body);
}

static void mgr_map_encode(const void *payload, struct encode *e, uint64_t features,
                           struct message_version *version UNUSED)
{
    const struct m_mgr_map *m = payload;
    size_t place = encode_begin_struct(e, MGR_MAP_VERSION, MGR_MAP_COMPAT);

    encode_u32(e, m->epoch);
    entity_addrvec_encode(&m->active_addrs, features, e);
    encode_u64(e, m->active_gid);
    encode_bool(e, m->available);
    encode_string(e, m->active_name);
    encode_u32(e, m->standby_count);
    for (uint32_t i = 0; i < m->standby_count; i++) {
        encode_u64(e, m->standbys[i].gid);
        encode_bytes(e, m->standbys[i].info.data, m->standbys[i].info.len);
    }
    string_list_encode(&m->modules, e);
    string_map_encode(&m->services, e);
    encode_u32(e, m->available_module_count);
    for (uint32_t i = 0; i < m->available_module_count; i++)
        encode_bytes(e, m->available_modules[i].data, m->available_modules[i].len);
    utime_encode(m->active_change, e);
    encode_u32(e, m->always_on_count);
    for (uint32_t i = 0; i < m->always_on_count; i++) {
        encode_u32(e, m->always_on[i].release);
        string_list_encode(&m->always_on[i].modules, e);
    }
    encode_u64(e, m->active_mgr_features);
    encode_u32(e, m->last_failure_osd_epoch);
    encode_u32(e, m->client_count);
    for (uint32_t i = 0; i < m->client_count; i++)
        entity_addrvec_encode(&m->clients[i], features, e);
    string_list_encode(&m->client_names, e);
    encode_end_struct(e, place);
}

static void mgr_map_destroy(void *payload)
{
    struct m_mgr_map *m = payload;

    entity_addrvec_destroy(&m->active_addrs);
    free(m->active_name);
    for (uint32_t i = 0; i < m->standby_count; i++)
        slice_put(&m->standbys[i].info);
    free(m->standbys);
    string_list_destroy(&m->modules);
    string_map_destroy(&m->services);
    for (uint32_t i = 0; i < m->available_module_count; i++)
        slice_put(&m->available_modules[i]);
    free(m->available_modules);
    for (uint32_t i = 0; i < m->always_on_count; i++)
        string_list_destroy(&m->always_on[i].modules);
    free(m->always_on);
    for (uint32_t i = 0; i < m->client_count; i++)
        entity_addrvec_destroy(&m->clients[i]);
    free(m->clients);
    string_list_destroy(&m->client_names);
}

static void mgr_map_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mgr_map *m = payload;
    bool active = m->active_name && m->active_name[0];

    snprintf(buf, size, "e %" PRIu32 "%s%s", m->epoch, active ? " active " : "",
             active ? m->active_name : "");
}

const struct message_codec m_mgr_map_codec = {
    .type = MSG_MGR_MAP,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_mgr_map),
    .features_mask = CEPH_FEATURE_MSG_ADDR2,
    .decode = mgr_map_decode,
    .encode = mgr_map_encode,
    .destroy = mgr_map_destroy,
    .describe = mgr_map_describe,
};
