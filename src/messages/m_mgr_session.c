/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_mgr_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- open ---- */

static void open_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg)
{
    struct m_mgr_open *m = payload;

    m->daemon_name = decode_string(d);
    if (version >= 2) {
        m->service_name = decode_string(d);
        m->service_daemon = decode_bool(d);
    }
    if (m->service_daemon) {
        string_map_decode(&m->metadata, d);
        string_map_decode(&m->status, d);
    }
    if (version >= 3) {
        slice_decode_blob(&m->config, d, &msg->front);
        slice_decode_blob(&m->config_defaults, d, &msg->front);
    }
}

static void open_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                        struct message_version *v UNUSED)
{
    const struct m_mgr_open *m = payload;

    encode_string(e, m->daemon_name);
    encode_string(e, m->service_name);
    encode_bool(e, m->service_daemon);
    if (m->service_daemon) {
        string_map_encode(&m->metadata, e);
        string_map_encode(&m->status, e);
    }
    slice_encode_blob(&m->config, e);
    slice_encode_blob(&m->config_defaults, e);
}

static void open_destroy(void *payload)
{
    struct m_mgr_open *m = payload;

    free(m->daemon_name);
    free(m->service_name);
    string_map_destroy(&m->metadata);
    string_map_destroy(&m->status);
    slice_put(&m->config);
    slice_put(&m->config_defaults);
}

static void open_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mgr_open *m = payload;

    snprintf(buf, size, "%s%s", m->daemon_name, m->service_daemon ? " daemon" : "");
}

const struct message_codec m_mgr_open_codec = {
    .type = MSG_MGR_OPEN,
    .version = 3,
    .compat = 1,
    .size = sizeof(struct m_mgr_open),
    .decode = open_decode,
    .encode = open_encode,
    .destroy = open_destroy,
    .describe = open_describe,
};

/* ---- configure ---- */

enum { CONFIGURE_REST = 5 }; /* no queries about clients, no query about metrics */

static void configure_decode(void *payload, struct decode *d, uint16_t version,
                             const struct message *msg UNUSED)
{
    struct m_mgr_configure *m = payload;

    m->stats_period = decode_u32(d);
    if (version >= 2)
        m->stats_threshold = decode_u32(d);
    if (version >= 4 && decode_left(d) < CONFIGURE_REST)
        decode_fail(d, -EBADMSG);
    (void)decode_take(d, decode_left(d)); /* queries, which we do not answer */
}

static void configure_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                             struct message_version *v UNUSED)
{
    const struct m_mgr_configure *m = payload;

    encode_u32(e, m->stats_period);
    encode_u32(e, m->stats_threshold);
    encode_zeroes(e, CONFIGURE_REST);
}

static void configure_destroy(void *payload UNUSED)
{
}

static void configure_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mgr_configure *m = payload;

    snprintf(buf, size, "period=%u, threshold=%u", m->stats_period, m->stats_threshold);
}

const struct message_codec m_mgr_configure_codec = {
    .type = MSG_MGR_CONFIGURE,
    .version = 4,
    .compat = 1,
    .size = sizeof(struct m_mgr_configure),
    .decode = configure_decode,
    .encode = configure_encode,
    .destroy = configure_destroy,
    .describe = configure_describe,
};

/* ---- report ---- */

enum { TYPE_AVERAGE = 4 /* a bit of the type */, COUNTER_MIN = 6 + 3 * 4 + 3 };
enum { REPORT_REST = 10 }; /* behind the health: nothing changed, no answers, no tasks, no metrics */

static void counter_encode(const struct mgr_counter *c, struct encode *e)
{
    size_t at = encode_begin_struct(e, 3, 1);

    encode_string(e, c->path);
    encode_string(e, c->description);
    encode_string(e, c->nick);
    encode_u8(e, c->type);
    encode_u8(e, c->priority);
    encode_u8(e, c->unit);
    encode_end_struct(e, at);
}

static void counter_decode(struct mgr_counter *c, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 3, &v);

    c->path = decode_string(&body);
    c->description = decode_string(&body);
    c->nick = decode_string(&body);
    c->type = decode_u8(&body);
    c->priority = v >= 2 ? decode_u8(&body) : 0;
    c->unit = v >= 3 ? decode_u8(&body) : 0;
    decode_end(d, &body);
}

static void values_encode(const struct m_mgr_report *m, struct encode *e)
{
    size_t blob = encode_begin_blob(e), at = encode_begin_struct(e, 1, 1);

    for (uint32_t i = 0; i < m->counter_count; i++) {
        const struct mgr_counter *c = &m->counters[i];
        encode_u64(e, c->value);
        if (c->type & TYPE_AVERAGE) {
            encode_u64(e, c->count);
            encode_u64(e, c->count);
        }
    }
    encode_end_struct(e, at);
    encode_end_blob(e, blob);
}

static void values_decode(struct m_mgr_report *m, struct decode *d)
{
    struct decode blob = decode_sub(d);
    uint8_t v;
    struct decode body = decode_struct(&blob, 1, &v);

    for (uint32_t i = 0; i < m->counter_count; i++) {
        struct mgr_counter *c = &m->counters[i];
        c->value = decode_u64(&body);
        if (c->type & TYPE_AVERAGE) {
            c->count = decode_u64(&body);
            (void)decode_u64(&body);
        }
    }
    decode_end(&blob, &body);
    decode_end(d, &blob);
}

static void health_encode(const struct m_mgr_report *m, struct encode *e)
{
    encode_u32(e, MGR_HEALTH_METRICS);
    for (unsigned i = 0; i < MGR_HEALTH_METRICS; i++) {
        size_t at = encode_begin_struct(e, 1, 1);
        encode_u8(e, (uint8_t)i);
        encode_u32(e, m->health[i].count);
        encode_u32(e, m->health[i].oldest);
        encode_end_struct(e, at);
    }
}

static void health_decode(struct m_mgr_report *m, struct decode *d)
{
    uint32_t n = decode_count(d, 6 + 9);
    uint8_t v;

    for (uint32_t i = 0; i < n && !decode_error(d); i++) {
        struct decode body = decode_struct(d, 1, &v);
        uint8_t type = decode_u8(&body);
        struct mgr_health h = {.count = decode_u32(&body)};
        h.oldest = decode_u32(&body);
        if (type < MGR_HEALTH_METRICS)
            m->health[type] = h;
        decode_end(d, &body);
    }
}

static void report_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                          const struct message *msg UNUSED)
{
    struct m_mgr_report *m = payload;
    uint32_t n;

    m->daemon_name = decode_string(d);
    n = decode_count(d, COUNTER_MIN);
    m->declares = n > 0;
    m->counters = n ? calloc(n, sizeof(*m->counters)) : NULL;
    if (n && !m->counters)
        decode_fail(d, -ENOMEM);
    for (; m->counter_count < n && !decode_error(d); m->counter_count++)
        counter_decode(&m->counters[m->counter_count], d);
    values_decode(m, d);
    if (decode_u32(d) || decode_u32(d) || decode_bool(d)) /* others' reports */
        decode_fail(d, -EOPNOTSUPP);
    health_decode(m, d);
    if (decode_left(d) < REPORT_REST)
        decode_fail(d, -EBADMSG);
    (void)decode_take(d, decode_left(d));
}

static void report_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                          struct message_version *v UNUSED)
{
    const struct m_mgr_report *m = payload;

    encode_string(e, m->daemon_name);
    encode_u32(e, m->declares ? m->counter_count : 0);
    for (uint32_t i = 0; m->declares && i < m->counter_count; i++)
        counter_encode(&m->counters[i], e);
    values_encode(m, e);
    encode_u32(e, 0);      /* counters that are no more */
    encode_string(e, "");  /* a service's name */
    encode_bool(e, false); /* and state */
    health_encode(m, e);
    encode_zeroes(e, REPORT_REST);
}

static void report_destroy(void *payload)
{
    struct m_mgr_report *m = payload;

    free(m->daemon_name);
    for (uint32_t i = 0; i < m->counter_count; i++) {
        free(m->counters[i].path);
        free(m->counters[i].description);
        free(m->counters[i].nick);
    }
    free(m->counters);
}

static void report_describe(const void *payload, char *buf, size_t size)
{
    const struct m_mgr_report *m = payload;

    snprintf(buf, size, "%s counters %u%s", m->daemon_name, m->counter_count, m->declares ? " declared" : "");
}

const struct message_codec m_mgr_report_codec = {
    .type = MSG_MGR_REPORT,
    .version = 9,
    .compat = 1,
    .size = sizeof(struct m_mgr_report),
    .decode = report_decode,
    .encode = report_encode,
    .destroy = report_destroy,
    .describe = report_describe,
};
