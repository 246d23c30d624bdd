/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

static int decode_crush(struct crush_map *crush, const uint8_t *bytes, uint32_t len)
{
    struct decode d;

    decode_init(&d, bytes, len);
    return crush_map_decode(crush, &d);
}

int osd_pending_init(struct osd_pending *p, const struct osdmap *map)
{
    int r = osdmap_incremental_init(&p->inc, &map->fsid, map->epoch + 1);

    p->map = map;
    p->crush_changed = false;
    crush_map_init(&p->crush);
    if (r == 0 && map->crush_len)
        r = decode_crush(&p->crush, map->crush, map->crush_len);
    if (r)
        osdmap_incremental_destroy(&p->inc);
    return r;
}

int osd_pending_init_first(struct osd_pending *p, const struct osdmap *first)
{
    static const struct osdmap none;
    struct encode e;
    size_t len;
    int r = osd_pending_init(p, &none);

    if (r)
        return r;
    encode_init(&e);
    osdmap_encode(first, &e, NULL);
    r = encode_error(&e);
    p->inc.fsid = first->fsid;
    p->inc.full = encode_steal(&e, &len);
    p->inc.full_len = (uint32_t)len;
    if (r)
        osd_pending_destroy(p);
    return r;
}

void osd_pending_destroy(struct osd_pending *p)
{
    osdmap_incremental_destroy(&p->inc);
    crush_map_destroy(&p->crush);
    p->map = NULL;
}

/* ---- the next epoch ---- */

static int put_crush(struct osd_pending *p)
{
    struct encode e;
    size_t len;
    int r;

    if (!p->crush_changed)
        return 0;
    encode_init(&e);
    crush_map_encode(&p->crush, &e);
    r = encode_error(&e);
    free(p->inc.crush);
    p->inc.crush = encode_steal(&e, &len);
    p->inc.crush_len = (uint32_t)len;
    return r;
}

/* When an OSD came up or went down, in or out. */
static void note_changes(struct osd_pending *p, struct utime now)
{
    for (unsigned i = 0; i < p->inc.new_state.count; i++)
        if (p->inc.new_state.list[i].value == 0 || p->inc.new_state.list[i].value & OSD_UP)
            p->inc.last_up_change = now;
    if (p->inc.new_up_client.count)
        p->inc.last_up_change = now;
    for (unsigned i = 0; i < p->inc.new_weight.count; i++) {
        int32_t osd = p->inc.new_weight.list[i].osd;
        bool was_in = osdmap_is_in(p->map, osd), is_in = p->inc.new_weight.list[i].value > 0;
        if (was_in != is_in)
            p->inc.last_in_change = now;
    }
}

int osd_pending_encode(struct osd_pending *p, struct utime modified, struct encode *inc, struct encode *full)
{
    struct osdmap next;
    int r = put_crush(p);

    if (r == 0)
        r = osdmap_copy(&next, p->map);
    if (r)
        return r;
    p->inc.modified = modified;
    note_changes(p, modified);
    r = osdmap_apply(&next, &p->inc);
    if (r == 0) {
        osdmap_encode(&next, full, &p->inc.full_crc);
        osdmap_incremental_encode(&p->inc, inc);
        r = encode_error(full) ? encode_error(full) : encode_error(inc);
    }
    osdmap_destroy(&next);
    return r;
}

/* ---- flags and OSDs ---- */

uint32_t osd_pending_flags(const struct osd_pending *p)
{
    return p->inc.new_flags == OSDMAP_UNCHANGED ? p->map->flags : (uint32_t)p->inc.new_flags;
}

void osd_pending_set_flags(struct osd_pending *p, uint32_t flags)
{
    p->inc.new_flags = flags == p->map->flags ? OSDMAP_UNCHANGED : (int32_t)flags;
}

unsigned osd_pending_max_osd(const struct osd_pending *p)
{
    return p->inc.new_max_osd == OSDMAP_UNCHANGED ? p->map->max_osd : (unsigned)p->inc.new_max_osd;
}

static uint32_t present_state(const struct osd_pending *p, int32_t osd)
{
    return osd >= 0 && (uint32_t)osd < p->map->max_osd ? p->map->osds[osd].state : 0;
}

static bool comes_up(const struct osd_pending *p, int32_t osd)
{
    for (unsigned i = 0; i < p->inc.new_up_client.count; i++)
        if (p->inc.new_up_client.list[i].osd == osd)
            return true;
    return false;
}

uint32_t osd_pending_state(const struct osd_pending *p, int32_t osd)
{
    const uint32_t *mask = osd_values_find(&p->inc.new_state, osd);
    uint32_t state = present_state(p, osd);

    if (mask)
        state = state & *mask & OSD_EXISTS ? 0 : state ^ (*mask ? *mask : OSD_UP);
    return comes_up(p, osd) ? (state | OSD_EXISTS | OSD_UP) & ~OSD_STOP : state;
}

int osd_pending_change_state(struct osd_pending *p, int32_t osd, uint32_t mask, bool on)
{
    const uint32_t *asked = osd_values_find(&p->inc.new_state, osd);
    uint32_t present = present_state(p, osd), flip = asked ? *asked : 0;

    flip = (flip & ~mask) | ((on ? ~present : present) & mask);
    if (flip)
        return osd_values_set(&p->inc.new_state, osd, flip);
    osd_values_remove(&p->inc.new_state, osd);
    return 0;
}

uint32_t osd_pending_weight(const struct osd_pending *p, int32_t osd)
{
    const uint32_t *weight = osd_values_find(&p->inc.new_weight, osd);

    if (weight)
        return *weight;
    return osd >= 0 && (uint32_t)osd < p->map->max_osd ? p->map->osds[osd].weight : 0;
}

int osd_pending_set_weight(struct osd_pending *p, int32_t osd, uint32_t weight)
{
    return osd_values_set(&p->inc.new_weight, osd, weight);
}

int32_t osd_pending_free_osd(const struct osd_pending *p)
{
    int32_t osd = 0;

    while (osd_pending_exists(p, osd))
        osd++;
    return osd;
}

int osd_pending_set_uuid(struct osd_pending *p, int32_t osd, const struct fsid *uuid)
{
    struct osdmap_incremental *i = &p->inc;
    unsigned at = 0;

    while (at < i->new_uuid_count && i->new_uuid[at].osd < osd)
        at++;
    if (at == i->new_uuid_count || i->new_uuid[at].osd != osd) {
        struct osd_uuid *grown = array_insert(i->new_uuid, i->new_uuid_count, sizeof(*grown), at);
        if (!grown)
            return -ENOMEM;
        i->new_uuid = grown;
        i->new_uuid_count++;
    }
    i->new_uuid[at] = (struct osd_uuid){.osd = osd, .uuid = *uuid};
    return 0;
}

struct osd_xinfo *osd_pending_xinfo(struct osd_pending *p, int32_t osd)
{
    struct osdmap_incremental *i = &p->inc;
    unsigned at = 0;

    while (at < i->new_xinfo_count && i->new_xinfo[at].osd < osd)
        at++;
    if (at == i->new_xinfo_count || i->new_xinfo[at].osd != osd) {
        struct osd_xinfo_of *grown = array_insert(i->new_xinfo, i->new_xinfo_count, sizeof(*grown), at);
        if (!grown)
            return NULL;
        i->new_xinfo = grown;
        i->new_xinfo_count++;
        grown[at].osd = osd;
        if (osdmap_exists(p->map, osd))
            grown[at].xinfo = p->map->osds[osd].xinfo;
    }
    return &i->new_xinfo[at].xinfo;
}

int osd_pending_set_last_clean(struct osd_pending *p, int32_t osd, uint32_t begin, uint32_t end)
{
    struct osdmap_incremental *i = &p->inc;
    unsigned at = 0;

    while (at < i->new_last_clean_count && i->new_last_clean[at].osd < osd)
        at++;
    if (at == i->new_last_clean_count || i->new_last_clean[at].osd != osd) {
        void *grown =
            array_insert(i->new_last_clean, i->new_last_clean_count, sizeof(*i->new_last_clean), at);
        if (!grown)
            return -ENOMEM;
        i->new_last_clean = grown;
        i->new_last_clean_count++;
    }
    i->new_last_clean[at] = (struct osd_last_clean){.osd = osd, .begin = begin, .end = end};
    return 0;
}

/* ---- who is shut out ---- */

int osd_pending_block(struct osd_pending *p, const struct entity_addr *addr, struct utime until)
{
    struct osdmap_incremental *i = &p->inc;
    struct osdmap_blocked *grown;
    unsigned at = 0;

    for (unsigned k = 0; k < i->old_blocked_count; k++)
        if (entity_addr_equal(&i->old_blocklist[k], addr))
            array_remove(i->old_blocklist, i->old_blocked_count--, sizeof(*i->old_blocklist), k--);
    while (at < i->new_blocked_count && !entity_addr_equal(&i->new_blocklist[at].addr, addr))
        at++;
    if (at == i->new_blocked_count) {
        grown = array_insert(i->new_blocklist, i->new_blocked_count, sizeof(*grown), at);
        if (!grown)
            return -ENOMEM;
        i->new_blocklist = grown;
        i->new_blocked_count++;
    }
    i->new_blocklist[at] = (struct osdmap_blocked){.addr = *addr, .until = until};
    return 0;
}

int osd_pending_unblock(struct osd_pending *p, const struct entity_addr *addr)
{
    struct osdmap_incremental *i = &p->inc;
    struct entity_addr *grown;

    for (unsigned k = 0; k < i->new_blocked_count; k++)
        if (entity_addr_equal(&i->new_blocklist[k].addr, addr))
            array_remove(i->new_blocklist, i->new_blocked_count--, sizeof(*i->new_blocklist), k--);
    for (unsigned k = 0; k < i->old_blocked_count; k++)
        if (entity_addr_equal(&i->old_blocklist[k], addr))
            return 0;
    grown = array_insert(i->old_blocklist, i->old_blocked_count, sizeof(*grown), i->old_blocked_count);
    if (!grown)
        return -ENOMEM;
    i->old_blocklist = grown;
    grown[i->old_blocked_count++] = *addr;
    return 0;
}

/* ---- pools ---- */

static bool is_removed(const struct osd_pending *p, int64_t id)
{
    for (unsigned k = 0; k < p->inc.old_pool_count; k++)
        if (p->inc.old_pools[k] == id)
            return true;
    return false;
}

static struct osdmap_pool *changed_pool(const struct osd_pending *p, int64_t id)
{
    for (unsigned k = 0; k < p->inc.new_pool_count; k++)
        if (p->inc.new_pools[k].id == id)
            return &p->inc.new_pools[k];
    return NULL;
}

const struct pg_pool *osd_pending_find_pool(const struct osd_pending *p, int64_t id)
{
    const struct osdmap_pool *changed = changed_pool(p, id), *present = osdmap_find_pool(p->map, id);

    if (is_removed(p, id))
        return NULL;
    if (changed)
        return &changed->pool;
    return present ? &present->pool : NULL;
}

static struct pool_name *changed_name(const struct osd_pending *p, int64_t id)
{
    for (unsigned k = 0; k < p->inc.new_pool_name_count; k++)
        if (p->inc.new_pool_names[k].pool == id)
            return &p->inc.new_pool_names[k];
    return NULL;
}

const char *osd_pending_pool_name(const struct osd_pending *p, int64_t id)
{
    const struct pool_name *changed = changed_name(p, id);
    const struct osdmap_pool *present = osdmap_find_pool(p->map, id);

    if (is_removed(p, id))
        return NULL;
    if (changed)
        return changed->name;
    return present ? present->name : NULL;
}

int64_t osd_pending_pool_by_name(const struct osd_pending *p, const char *name)
{
    const struct osdmap_pool *present = osdmap_find_pool_by_name(p->map, name);

    for (unsigned k = 0; k < p->inc.new_pool_name_count; k++)
        if (strcmp(p->inc.new_pool_names[k].name, name) == 0 && !is_removed(p, p->inc.new_pool_names[k].pool))
            return p->inc.new_pool_names[k].pool;
    return present && !is_removed(p, present->id) && !changed_name(p, present->id) ? present->id : -1;
}

/* Room for a pool that the increment does not have yet; its contents are to be set. */
static struct osdmap_pool *insert_pool(struct osd_pending *p, int64_t id)
{
    struct osdmap_incremental *i = &p->inc;
    struct osdmap_pool *grown;
    unsigned at = 0;

    while (at < i->new_pool_count && i->new_pools[at].id < id)
        at++;
    grown = array_insert(i->new_pools, i->new_pool_count, sizeof(*grown), at);
    if (!grown)
        return NULL;
    i->new_pools = grown;
    i->new_pool_count++;
    grown[at].id = id;
    return &grown[at];
}

struct pg_pool *osd_pending_edit_pool(struct osd_pending *p, int64_t id)
{
    struct osdmap_pool *changed = changed_pool(p, id);
    const struct osdmap_pool *present = osdmap_find_pool(p->map, id);
    struct pg_pool copy;

    if (is_removed(p, id))
        return NULL;
    if (changed)
        return &changed->pool;
    if (!present || pg_pool_copy(&copy, &present->pool))
        return NULL;
    changed = insert_pool(p, id);
    if (!changed) {
        pg_pool_destroy(&copy);
        return NULL;
    }
    changed->pool = copy;
    return &changed->pool;
}

struct pg_pool *osd_pending_add_pool(struct osd_pending *p, const char *name, int64_t *id)
{
    struct osdmap_pool *pool;

    *id = (p->inc.new_pool_max == OSDMAP_UNCHANGED ? p->map->pool_max : p->inc.new_pool_max) + 1;
    if (osd_pending_rename_pool(p, *id, name))
        return NULL;
    pool = insert_pool(p, *id);
    if (!pool)
        return NULL;
    p->inc.new_pool_max = *id;
    pg_pool_init(&pool->pool);
    return &pool->pool;
}

int osd_pending_rename_pool(struct osd_pending *p, int64_t id, const char *name)
{
    struct osdmap_incremental *i = &p->inc;
    struct pool_name *n = changed_name(p, id), *grown;
    char *copy = strdup(name);

    if (copy && !n) {
        grown =
            array_insert(i->new_pool_names, i->new_pool_name_count, sizeof(*grown), i->new_pool_name_count);
        if (grown) {
            i->new_pool_names = grown;
            n = &grown[i->new_pool_name_count++];
            n->pool = id;
        }
    }
    if (!copy || !n) {
        free(copy);
        return -ENOMEM;
    }
    free(n->name);
    n->name = copy;
    return 0;
}

/* Appends what takes pg out of one of the lists of exceptions. */
static int drop_pg(struct pg_ids *ids, struct pg_id pg)
{
    struct pg_id *grown = array_insert(ids->list, ids->count, sizeof(*grown), ids->count);

    if (!grown)
        return -ENOMEM;
    ids->list = grown;
    grown[ids->count++] = pg;
    return 0;
}

static int drop_temps(struct osd_pending *p, int64_t pool)
{
    struct osdmap_incremental *i = &p->inc;

    for (unsigned k = 0; k < p->map->pg_temp_count; k++) {
        struct osdmap_pg_osds *grown;
        if (p->map->pg_temp[k].pg.pool != pool)
            continue;
        grown = array_insert(i->new_pg_temp, i->new_pg_temp_count, sizeof(*grown), i->new_pg_temp_count);
        if (!grown)
            return -ENOMEM;
        i->new_pg_temp = grown;
        grown[i->new_pg_temp_count++].pg = p->map->pg_temp[k].pg;
    }
    for (unsigned k = 0; k < p->map->primary_temp_count; k++) {
        struct osdmap_pg_primary *grown;
        if (p->map->primary_temp[k].pg.pool != pool)
            continue;
        grown = array_insert(i->new_primary_temp, i->new_primary_temp_count, sizeof(*grown),
                             i->new_primary_temp_count);
        if (!grown)
            return -ENOMEM;
        i->new_primary_temp = grown;
        grown[i->new_primary_temp_count++] = (struct osdmap_pg_primary){p->map->primary_temp[k].pg, -1};
    }
    return 0;
}

static int drop_upmaps(struct osd_pending *p, int64_t pool)
{
    int r = 0;

    for (unsigned k = 0; r == 0 && k < p->map->pg_upmap_count; k++)
        if (p->map->pg_upmap[k].pg.pool == pool)
            r = drop_pg(&p->inc.old_pg_upmap, p->map->pg_upmap[k].pg);
    for (unsigned k = 0; r == 0 && k < p->map->pg_upmap_item_count; k++)
        if (p->map->pg_upmap_items[k].pg.pool == pool)
            r = drop_pg(&p->inc.old_pg_upmap_items, p->map->pg_upmap_items[k].pg);
    return r;
}

int osd_pending_remove_pool(struct osd_pending *p, int64_t id)
{
    struct osdmap_incremental *i = &p->inc;
    int64_t *grown;
    int r = drop_temps(p, id);

    if (r == 0)
        r = drop_upmaps(p, id);
    if (r)
        return r;
    grown = array_insert(i->old_pools, i->old_pool_count, sizeof(*grown), i->old_pool_count);
    if (!grown)
        return -ENOMEM;
    i->old_pools = grown;
    grown[i->old_pool_count++] = id;
    return 0;
}

/* ---- the crush map ---- */

int osd_pending_copy_crush(const struct osd_pending *p, struct crush_map *copy)
{
    struct encode e;
    int r;

    encode_init(&e);
    crush_map_encode(&p->crush, &e);
    r = encode_error(&e);
    if (r == 0)
        r = decode_crush(copy, e.data, (uint32_t)e.len);
    encode_destroy(&e);
    return r;
}

void osd_pending_set_crush(struct osd_pending *p, struct crush_map *map)
{
    crush_map_destroy(&p->crush);
    p->crush = *map;
    crush_map_init(map);
    p->crush_changed = true;
}
