/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/osdmap_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "crush/crush_map.h"
#include "types/ceph_release.h"

void osdmap_init(struct osdmap *m)
{
    memset(m, 0, sizeof(*m));
}

static void destroy_osd(struct osdmap_osd *o)
{
    entity_addrvec_destroy(&o->public_addrs);
    entity_addrvec_destroy(&o->cluster_addrs);
    entity_addrvec_destroy(&o->hb_back_addrs);
    entity_addrvec_destroy(&o->hb_front_addrs);
}

void osdmap_pg_osds_free(struct osdmap_pg_osds *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(list[i].osds);
    free(list);
}

void osdmap_pool_snaps_free(struct osdmap_pool_snaps *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        interval_set_destroy(&list[i].snaps);
    free(list);
}

void osdmap_profiles_free(struct osdmap_profile *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(list[i].name);
        string_map_destroy(&list[i].settings);
    }
    free(list);
}

void osdmap_pools_free(struct osdmap_pool *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(list[i].name);
        pg_pool_destroy(&list[i].pool);
    }
    free(list);
}

void osdmap_destroy(struct osdmap *m)
{
    osdmap_pools_free(m->pools, m->pool_count);
    for (unsigned i = 0; i < m->max_osd; i++)
        destroy_osd(&m->osds[i]);
    free(m->osds);
    osdmap_pg_osds_free(m->pg_temp, m->pg_temp_count);
    osdmap_pg_osds_free(m->pg_upmap, m->pg_upmap_count);
    osdmap_pg_osds_free(m->pg_upmap_items, m->pg_upmap_item_count);
    free(m->primary_temp);
    free(m->crush);
    osdmap_profiles_free(m->erasure_code_profiles, m->profile_count);
    osdmap_pool_snaps_free(m->new_removed_snaps, m->new_removed_count);
    osdmap_pool_snaps_free(m->new_purged_snaps, m->new_purged_count);
    osdmap_pool_snaps_free(m->removed_snaps_queue, m->removed_queue_count);
    free(m->blocklist);
    free(m->range_blocklist);
    free(m->cluster_snapshot);
    free(m->crush_node_flags);
    free(m->device_class_flags);
    osdmap_init(m);
}

int osdmap_copy(struct osdmap *to, const struct osdmap *from)
{
    struct encode e;
    struct decode d;
    int r;

    osdmap_init(to);
    encode_init(&e);
    osdmap_encode(from, &e, NULL);
    r = encode_error(&e);
    if (r == 0) {
        decode_init(&d, e.data, e.len);
        r = osdmap_decode(to, &d);
    }
    encode_destroy(&e);
    return r;
}

static int set_default_crush(struct osdmap *m)
{
    struct crush_map crush;
    struct encode e;
    size_t len;
    int r = crush_map_create_default(&crush);

    if (r < 0)
        return r;
    encode_init(&e);
    crush_map_encode(&crush, &e);
    crush_map_destroy(&crush);
    m->crush = encode_steal(&e, &len);
    m->crush_len = (uint32_t)len;
    m->crush_version = 1;
    return m->crush ? 0 : -ENOMEM;
}

int osdmap_set_default_profile(struct osdmap *m)
{
    static const char *const settings[][2] = {
        {"k", "2"}, {"m", "2"}, {"plugin", "jerasure"}, {"technique", "reed_sol_van"}};
    struct osdmap_profile *p = calloc(1, sizeof(*p));
    int r = 0;

    if (!p)
        return -ENOMEM;
    m->erasure_code_profiles = p;
    m->profile_count = 1;
    p->name = strdup("default");
    if (!p->name)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(settings); i++)
        r = string_map_set(&p->settings, settings[i][0], settings[i][1]);
    return r;
}

int osdmap_create_initial(struct osdmap *m, const struct fsid *fsid, struct utime now)
{
    int r;

    osdmap_init(m);
    m->fsid = *fsid;
    m->epoch = 1;
    m->created = m->modified = now;
    m->flags = OSDMAP_FLAGS_DEFAULT;
    m->nearfull_ratio = 0.85f;
    m->full_ratio = 0.95f;
    m->backfillfull_ratio = 0.90f;
    m->require_min_compat_client = CEPH_RELEASE_LUMINOUS;
    m->require_osd_release = CEPH_RELEASE_PACIFIC;
    r = set_default_crush(m);
    if (r == 0)
        r = osdmap_set_default_profile(m);
    if (r < 0)
        osdmap_destroy(m);
    return r;
}

int osdmap_set_max_osd(struct osdmap *m, unsigned n)
{
    struct osdmap_osd *osds;

    if (n > OSDMAP_MAX_OSDS)
        return -E2BIG;
    for (unsigned i = n; i < m->max_osd; i++)
        destroy_osd(&m->osds[i]);
    if (n < m->max_osd)
        m->max_osd = n;
    if (n == 0 || n == m->max_osd)
        return 0;
    osds = reallocarray(m->osds, n, sizeof(*osds));
    if (!osds)
        return -ENOMEM;
    m->osds = osds;
    for (; m->max_osd < n; m->max_osd++) {
        memset(&osds[m->max_osd], 0, sizeof(*osds));
        osds[m->max_osd].primary_affinity = OSD_WEIGHT_ONE;
    }
    return 0;
}

int osdmap_get_crush(const struct osdmap *m, struct crush_map *crush)
{
    struct decode d;

    decode_init(&d, m->crush, m->crush_len);
    return crush_map_decode(crush, &d);
}

static int compare_pool(const void *pool, const void *id)
{
    int64_t a = ((const struct osdmap_pool *)pool)->id, b = *(const int64_t *)id;

    return (a > b) - (a < b);
}

/* An entry without port and nonce is about a host. */
static bool is_blocked_by(const struct entity_addr *entry, const struct entity_addr *a)
{
    if (!entity_addr_same_ip(entry, a))
        return false;
    if (!entity_addr_port(entry) && !entry->nonce)
        return true;
    return entity_addr_port(entry) == entity_addr_port(a) && entry->nonce == a->nonce;
}

/* The nonce of a network's entry is the number of bits that count. */
static bool is_in_network(const struct entity_addr *entry, const struct entity_addr *a)
{
    bool v4 = a->sa.sa_family == AF_INET;
    const uint8_t *x = v4 ? (const uint8_t *)&a->sin.sin_addr : a->sin6.sin6_addr.s6_addr;
    const uint8_t *y = v4 ? (const uint8_t *)&entry->sin.sin_addr : entry->sin6.sin6_addr.s6_addr;
    uint32_t bits = entry->nonce, bytes = bits / 8;

    if (entry->sa.sa_family != a->sa.sa_family || bits > (v4 ? 32 : 128) || memcmp(x, y, bytes) != 0)
        return false;
    return bits % 8 == 0 || (x[bytes] ^ y[bytes]) >> (8 - bits % 8) == 0;
}

bool osdmap_is_blocklisted(const struct osdmap *m, const struct entity_addr *a)
{
    if (a->sa.sa_family != AF_INET && a->sa.sa_family != AF_INET6)
        return false;
    for (unsigned i = 0; i < m->blocked_count; i++) {
        if (is_blocked_by(&m->blocklist[i].addr, a))
            return true;
    }
    for (unsigned i = 0; i < m->range_blocked_count; i++) {
        if (is_in_network(&m->range_blocklist[i].addr, a))
            return true;
    }
    return false;
}

struct osdmap_pool *osdmap_find_pool(const struct osdmap *m, int64_t id)
{
    return array_find(m->pools, m->pool_count, sizeof(*m->pools), &id, compare_pool);
}

struct osdmap_pool *osdmap_find_pool_by_name(const struct osdmap *m, const char *name)
{
    for (unsigned i = 0; i < m->pool_count; i++)
        if (m->pools[i].name && strcmp(m->pools[i].name, name) == 0)
            return &m->pools[i];
    return NULL;
}
