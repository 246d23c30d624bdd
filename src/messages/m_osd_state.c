/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "include/ceph_features.h"

static void nothing_to_free(void *payload UNUSED)
{
}

/* ---- alive ---- */

static void alive_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                         const struct message *msg UNUSED)
{
    struct m_osd_alive *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->want_up_thru = decode_u32(d);
}

static void alive_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                         struct message_version *v UNUSED)
{
    const struct m_osd_alive *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->want_up_thru);
}

static void alive_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_alive *m = payload;

    snprintf(buf, size, "want up_thru %u have %llu", m->want_up_thru, (unsigned long long)m->paxos.version);
}

const struct message_codec m_osd_alive_codec = {
    .type = MSG_OSD_ALIVE,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_osd_alive),
    .decode = alive_decode,
    .encode = alive_encode,
    .destroy = nothing_to_free,
    .describe = alive_describe,
};

/* ---- full ---- */

static void full_decode(void *payload, struct decode *d, uint16_t version UNUSED,
                        const struct message *msg UNUSED)
{
    struct m_osd_full *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->epoch = decode_u32(d);
    m->state = decode_u32(d);
}

static void full_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                        struct message_version *v UNUSED)
{
    const struct m_osd_full *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->epoch);
    encode_u32(e, m->state);
}

static void full_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_full *m = payload;

    snprintf(buf, size, "e%u state %#x v%llu", m->epoch, m->state, (unsigned long long)m->paxos.version);
}

const struct message_codec m_osd_full_codec = {
    .type = MSG_OSD_FULL,
    .version = 1,
    .compat = 1,
    .size = sizeof(struct m_osd_full),
    .decode = full_decode,
    .encode = full_encode,
    .destroy = nothing_to_free,
    .describe = full_describe,
};

/* ---- beacon ---- */

static void beacon_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg UNUSED)
{
    struct m_osd_beacon *m = payload;

    paxos_prefix_decode(&m->paxos, d);
    m->pg_count = decode_count(d, PG_ID_WIRE_LEN);
    m->pgs = calloc(m->pg_count ? m->pg_count : 1, sizeof(*m->pgs));
    if (!m->pgs) {
        m->pg_count = 0;
        decode_fail(d, -ENOMEM);
    }
    for (uint32_t i = 0; i < m->pg_count; i++)
        m->pgs[i] = pg_id_decode(d);
    m->min_last_epoch_clean = decode_u32(d);
    if (version >= 2)
        m->last_purged_snaps_scrub = utime_decode(d);
    if (version >= 3)
        m->report_interval = decode_u32(d);
}

static void beacon_encode(const void *payload, struct encode *e, uint64_t features UNUSED,
                          struct message_version *v UNUSED)
{
    const struct m_osd_beacon *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    encode_u32(e, m->pg_count);
    for (uint32_t i = 0; i < m->pg_count; i++)
        pg_id_encode(m->pgs[i], e);
    encode_u32(e, m->min_last_epoch_clean);
    utime_encode(m->last_purged_snaps_scrub, e);
    encode_u32(e, m->report_interval);
}

static void beacon_destroy(void *payload)
{
    struct m_osd_beacon *m = payload;

    free(m->pgs);
}

static void beacon_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_beacon *m = payload;

    snprintf(buf, size, "pgs %u lec %u v%llu", m->pg_count, m->min_last_epoch_clean,
             (unsigned long long)m->paxos.version);
}

const struct message_codec m_osd_beacon_codec = {
    .type = MSG_OSD_BEACON,
    .version = 3,
    .compat = 1,
    .size = sizeof(struct m_osd_beacon),
    .decode = beacon_decode,
    .encode = beacon_encode,
    .destroy = beacon_destroy,
    .describe = beacon_describe,
};

/* ---- about some OSD ---- */

static void target_decode(struct osd_target *t, struct decode *d)
{
    paxos_prefix_decode(&t->paxos, d);
    fsid_decode(&t->fsid, d);
    t->osd = decode_s32(d);
    entity_addrvec_decode(&t->addrs, d);
    t->epoch = decode_u32(d);
}

static void target_encode(const struct osd_target *t, uint64_t features, struct encode *e)
{
    paxos_prefix_encode(&t->paxos, e);
    fsid_encode(&t->fsid, e);
    encode_s32(e, t->osd);
    entity_addrvec_encode(&t->addrs, features, e);
    encode_u32(e, t->epoch);
}

/* ---- failure ---- */

static void failure_decode(void *payload, struct decode *d, uint16_t version,
                           const struct message *msg UNUSED)
{
    struct m_osd_failure *m = payload;

    if (version < 4) /* of releases before Nautilus */
        decode_fail(d, -EOPNOTSUPP);
    target_decode(&m->target, d);
    m->flags = decode_u8(d);
    m->failed_for = decode_s32(d);
}

static void failure_encode(const void *payload, struct encode *e, uint64_t features,
                           struct message_version *v UNUSED)
{
    const struct m_osd_failure *m = payload;

    target_encode(&m->target, features, e);
    encode_u8(e, m->flags);
    encode_s32(e, m->failed_for);
}

static void failure_destroy(void *payload)
{
    struct m_osd_failure *m = payload;

    entity_addrvec_destroy(&m->target.addrs);
}

static void failure_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_failure *m = payload;

    snprintf(buf, size, "%s%s osd.%d for %dsec e%u v%llu",
             m->flags & OSD_FAILURE_FAILED ? "failed" : "recovered",
             m->flags & OSD_FAILURE_IMMEDIATE ? " immediate" : "", m->target.osd, m->failed_for,
             m->target.epoch, (unsigned long long)m->target.paxos.version);
}

const struct message_codec m_osd_failure_codec = {
    .type = MSG_OSD_FAILURE,
    .version = 4,
    .compat = 4,
    .size = sizeof(struct m_osd_failure),
    .features_mask = CEPH_FEATURE_MSG_ADDR2,
    .decode = failure_decode,
    .encode = failure_encode,
    .destroy = failure_destroy,
    .describe = failure_describe,
};

/* ---- mark me down ---- */

static void mark_me_down_decode(void *payload, struct decode *d, uint16_t version,
                                const struct message *msg UNUSED)
{
    struct m_osd_mark_me_down *m = payload;

    if (version < 3) /* of releases before Nautilus */
        decode_fail(d, -EOPNOTSUPP);
    target_decode(&m->target, d);
    m->request_ack = decode_bool(d);
    if (version >= 4)
        m->down_and_dead = decode_bool(d);
}

static void mark_me_down_encode(const void *payload, struct encode *e, uint64_t features,
                                struct message_version *v UNUSED)
{
    const struct m_osd_mark_me_down *m = payload;

    target_encode(&m->target, features, e);
    encode_bool(e, m->request_ack);
    encode_bool(e, m->down_and_dead);
}

static void mark_me_down_destroy(void *payload)
{
    struct m_osd_mark_me_down *m = payload;

    entity_addrvec_destroy(&m->target.addrs);
}

static void mark_me_down_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_mark_me_down *m = payload;

    snprintf(buf, size, "request_ack=%d osd.%d e%u", m->request_ack, m->target.osd, m->target.epoch);
}

const struct message_codec m_osd_mark_me_down_codec = {
    .type = MSG_OSD_MARK_ME_DOWN,
    .version = 4,
    .compat = 3,
    .size = sizeof(struct m_osd_mark_me_down),
    .features_mask = CEPH_FEATURE_MSG_ADDR2,
    .decode = mark_me_down_decode,
    .encode = mark_me_down_encode,
    .destroy = mark_me_down_destroy,
    .describe = mark_me_down_describe,
};
