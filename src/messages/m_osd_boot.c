/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/m_osd_boot.h"

#include <errno.h>
#include <stdio.h>

#include "include/ceph_features.h"

static void boot_decode(void *payload, struct decode *d, uint16_t version, const struct message *msg UNUSED)
{
    struct m_osd_boot *m = payload;

    if (version < 7) /* of releases before Nautilus */
        decode_fail(d, -EOPNOTSUPP);
    paxos_prefix_decode(&m->paxos, d);
    osd_superblock_decode(&m->superblock, d);
    entity_addrvec_decode(&m->hb_back, d);
    entity_addrvec_decode(&m->cluster, d);
    m->boot_epoch = decode_u32(d);
    entity_addrvec_decode(&m->hb_front, d);
    string_map_decode(&m->metadata, d);
    m->osd_features = decode_u64(d);
}

static void boot_encode(const void *payload, struct encode *e, uint64_t features,
                        struct message_version *v UNUSED)
{
    const struct m_osd_boot *m = payload;

    paxos_prefix_encode(&m->paxos, e);
    osd_superblock_encode(&m->superblock, e);
    entity_addrvec_encode(&m->hb_back, features, e);
    entity_addrvec_encode(&m->cluster, features, e);
    encode_u32(e, m->boot_epoch);
    entity_addrvec_encode(&m->hb_front, features, e);
    string_map_encode(&m->metadata, e);
    encode_u64(e, m->osd_features);
}

static void boot_destroy(void *payload)
{
    struct m_osd_boot *m = payload;

    osd_superblock_destroy(&m->superblock);
    entity_addrvec_destroy(&m->hb_back);
    entity_addrvec_destroy(&m->cluster);
    entity_addrvec_destroy(&m->hb_front);
    string_map_destroy(&m->metadata);
}

static void boot_describe(const void *payload, char *buf, size_t size)
{
    const struct m_osd_boot *m = payload;

    snprintf(buf, size, "osd.%d booted %u features %#llx v%llu", m->superblock.whoami, m->boot_epoch,
             (unsigned long long)m->osd_features, (unsigned long long)m->paxos.version);
}

const struct message_codec m_osd_boot_codec = {
    .type = MSG_OSD_BOOT,
    .version = 7,
    .compat = 7,
    .size = sizeof(struct m_osd_boot),
    .features_mask = CEPH_FEATURE_MSG_ADDR2,
    .decode = boot_decode,
    .encode = boot_encode,
    .destroy = boot_destroy,
    .describe = boot_describe,
};
