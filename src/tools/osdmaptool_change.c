/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New OSDMaps, and changes of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/file_io.h"
#include "crush/crush_edit.h"
#include "maps/osdmap_incremental.h"
#include "tools/osdmaptool.h"

#define CRUSH_FILE_MAX (256u << 20)

static int failed(int err, const char *doing)
{
    return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "%s: (%d) %s", doing, -err, strerror(-err));
}

/* ---- the crush map inside ---- */

/* Encodes crush into the map. */
static int put_crush(struct osdmap *m, const struct crush_map *crush)
{
    struct encode e;
    uint8_t *bytes;
    size_t len;

    encode_init(&e);
    crush_map_encode(crush, &e);
    bytes = encode_steal(&e, &len);
    if (!bytes)
        return -ENOMEM;
    free(m->crush);
    m->crush = bytes;
    m->crush_len = (uint32_t)len;
    return 0;
}

/* ---- a new map ---- */

/* All devices in one host of one rack. */
static int fill_crush(struct crush_map *crush, int osds)
{
    struct string_map loc;
    int r;

    string_map_init(&loc);
    r = string_map_set(&loc, "host", "localhost");
    if (r == 0)
        r = string_map_set(&loc, "rack", "localrack");
    if (r == 0)
        r = string_map_set(&loc, "root", "default");
    for (int i = 0; r == 0 && i < osds; i++) {
        char name[24];
        snprintf(name, sizeof(name), "osd.%d", i);
        r = crush_edit_insert_item(crush, i, CRUSH_WEIGHT_ONE, name, &loc);
    }
    string_map_destroy(&loc);
    return r;
}

static int create_crush(struct osdmap *m, int osds)
{
    struct crush_map crush;
    int r = crush_map_create_default(&crush);

    if (r)
        return r;
    r = fill_crush(&crush, osds);
    if (r == 0)
        r = put_crush(m, &crush);
    m->crush_version = 1;
    crush_map_destroy(&crush);
    return r;
}

static int create_pool(const struct osdmaptool_request *q, struct osdmap *m)
{
    struct osdmap_pool *p = m->pools = calloc(1, sizeof(*p));
    struct pg_pool *pool;

    if (!p)
        return -ENOMEM;
    m->pool_count = 1;
    m->pool_max = 1;
    p->id = 1;
    pool = &p->pool;
    pg_pool_init(pool);
    p->name = strdup("rbd");
    pool->applications = calloc(1, sizeof(*pool->applications));
    if (!p->name || !pool->applications)
        return -ENOMEM;
    pool->application_count = 1;
    pool->applications[0].name = strdup("rbd");
    pool->type = PG_POOL_REPLICATED;
    pool->size = (uint8_t)q->pool_size;
    pool->min_size = (uint8_t)(q->pool_min_size ? q->pool_min_size : q->pool_size - q->pool_size / 2);
    pool->object_hash = PG_POOL_HASH_RJENKINS;
    pool->pg_num = pool->pg_num_target = pool->pg_num_pending = (uint32_t)q->create << q->pg_bits;
    pool->pgp_num = pool->pgp_num_target = (uint32_t)q->create
                                           << (q->pgp_bits < q->pg_bits ? q->pgp_bits : q->pg_bits);
    pool->autoscale_mode = PG_AUTOSCALE_ON;
    pool->flags = PG_POOL_HASHPSPOOL;
    pool->use_gmt_hitset = true;
    return pool->applications[0].name ? 0 : -ENOMEM;
}

#define OSDS_MAX 10000
#define PGS_MAX  (1 << 24)

int osdmaptool_create(const struct osdmaptool_request *q, struct osdmap *m)
{
    int r;

    if (q->create < 1 || q->create > OSDS_MAX)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "--createsimple makes 1 to %d OSDs", OSDS_MAX);
    if ((int64_t)q->create << q->pg_bits > PGS_MAX)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "more than %d placement groups: use fewer --pg-bits",
                                PGS_MAX);
    osdmap_init(m);
    m->created = m->modified = utime_from_ns(clock_realtime_ns());
    r = osdmap_set_max_osd(m, (unsigned)q->create);
    if (r == 0)
        r = create_crush(m, q->create);
    if (r == 0)
        r = osdmap_set_default_profile(m);
    if (r == 0 && q->with_default_pool)
        r = create_pool(q, m);
    if (r == 0)
        return 0;
    osdmap_destroy(m);
    return failed(r, "cannot make a map");
}

/* ---- marks ---- */

static struct osdmap_osd *find_osd(struct osdmap *m, int id)
{
    return id >= 0 && (unsigned)id < m->max_osd ? &m->osds[id] : NULL;
}

static void mark_in(struct osdmap_osd *o)
{
    o->weight = OSD_WEIGHT_ONE;
    o->state |= OSD_EXISTS;
}

/* All OSDs are there, and so are their devices. */
static int mark_all_up_in(struct osdmap *m)
{
    struct crush_map crush;
    int r = osdmap_get_crush(m, &crush);

    if (r)
        return r;
    for (unsigned i = 0; r >= 0 && i < m->max_osd; i++) {
        m->osds[i].state |= OSD_UP;
        mark_in(&m->osds[i]);
        if (crush_edit_weight_of(&crush, (int32_t)i) == 0)
            r = crush_edit_reweight_item(&crush, (int32_t)i, CRUSH_WEIGHT_ONE);
        if (r == -ENOENT)
            r = 0;
    }
    if (r >= 0)
        r = put_crush(m, &crush);
    crush_map_destroy(&crush);
    return r;
}

static int mark(const struct osdmaptool_request *q, struct osdmap *m)
{
    struct osdmap_osd *out = find_osd(m, q->mark_out), *up = find_osd(m, q->mark_up),
                      *in = find_osd(m, q->mark_in);

    if (q->mark_up_in) {
        int r;
        puts("marking all OSDs up and in");
        r = mark_all_up_in(m);
        if (r < 0)
            return failed(r, "cannot mark OSDs");
    }
    if (out) {
        printf("marking OSD@%d as out\n", q->mark_out);
        out->state |= OSD_UP;
        out->weight = 0;
    }
    if (up) {
        printf("marking OSD@%d as up\n", q->mark_up);
        up->state |= OSD_UP;
    }
    if (in) {
        printf("marking OSD@%d as in\n", q->mark_in);
        mark_in(in);
    }
    return 0;
}

/* ---- crush weights and maps ---- */

/* The next epoch, with another crush map or without; the bytes are taken. */
static int next_epoch(struct osdmap *m, uint8_t *crush, size_t len)
{
    struct osdmap_incremental inc;
    int r = osdmap_incremental_init(&inc, &m->fsid, m->epoch + 1);

    if (r) {
        free(crush);
        return r;
    }
    inc.crush = crush;
    inc.crush_len = (uint32_t)len;
    r = osdmap_apply(m, &inc);
    osdmap_incremental_destroy(&inc);
    return r;
}

static int set_crush_weight(struct osdmap *m, int32_t osd, uint32_t weight)
{
    struct crush_map crush;
    int r = osdmap_get_crush(m, &crush);

    if (r)
        return r;
    r = crush_edit_reweight_item(&crush, osd, weight);
    if (r >= 0)
        r = put_crush(m, &crush);
    crush_map_destroy(&crush);
    return r;
}

/* "0:1.5" */
static int adjust_one(struct osdmap *m, const char *text)
{
    uint32_t weight;
    float value;
    char *end;
    long osd = strtol(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != ':' || osd >= INT32_MAX)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "'%s' is not an OSD and its weight, such as 0:1.5",
                                text);
    value = strtof(end + 1, &end);
    if (*end || crush_weight_from_double((double)value, &weight))
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "'%s' has no weight that an OSD could have", text);
    if (set_crush_weight(m, (int32_t)osd, weight) < 0)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "osd.%ld is not in the crush map", osd);
    printf("Adjusted osd.%ld CRUSH weight to %g\n", osd, (double)value);
    return 0;
}

static int adjust_weights(const struct osdmaptool_request *q, struct osdmap *m, bool *modified)
{
    struct string_list parts;
    int r;

    string_list_init(&parts);
    r = string_list_split(&parts, q->crush_weights, ",");
    if (r)
        r = failed(r, "--adjust-crush-weight");
    for (unsigned i = 0; r == 0 && i < parts.count; i++) {
        r = adjust_one(m, parts.items[i]);
        if (r == 0 && q->save) {
            *modified = true;
            r = next_epoch(m, NULL, 0) ? failed(-ENOMEM, "cannot save") : 0;
        }
    }
    string_list_destroy(&parts);
    return r;
}

static int check_crush(const struct osdmap *m, const uint8_t *bytes, size_t len, const char *path)
{
    struct crush_map crush;
    struct decode d;
    int devices;

    decode_init(&d, bytes, len);
    if (crush_map_decode(&crush, &d))
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "%s is no crush map, or damaged", path);
    devices = crush.max_devices;
    crush_map_destroy(&crush);
    if (devices <= (int)m->max_osd)
        return 0;
    return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "crushmap max_devices %d > osdmap max_osd %u", devices,
                            m->max_osd);
}

static int import_crush(const char *path, struct osdmap *m)
{
    uint8_t *bytes;
    size_t len;
    int r = file_read(path, CRUSH_FILE_MAX, &bytes, &len);

    if (r)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "error reading crush map from %s: (%d) %s", path, -r,
                                strerror(-r));
    r = check_crush(m, bytes, len, path);
    if (r) {
        free(bytes);
        return r;
    }
    r = next_epoch(m, bytes, len);
    if (r)
        return failed(r, "cannot take the crush map");
    printf("osdmaptool: imported %zu byte crush map from %s\n", len, path);
    return 0;
}

static int export_crush(const char *path, const struct osdmap *m)
{
    int r = file_write(path, m->crush, m->crush_len, 0644);

    if (r)
        return osdmaptool_error(OSDMAPTOOL_USAGE_ERROR, "error writing crush map to %s: (%d) %s", path, -r,
                                strerror(-r));
    printf("osdmaptool: exported crush map to %s\n", path);
    return 0;
}

static void clear_temp(struct osdmap *m)
{
    puts("clearing pg/primary temp");
    for (unsigned i = 0; i < m->pg_temp_count; i++)
        free(m->pg_temp[i].osds);
    m->pg_temp_count = m->primary_temp_count = 0;
}

int osdmaptool_change(const struct osdmaptool_request *q, struct osdmap *m, bool *modified)
{
    int r = mark(q, m);

    if (r == 0 && q->crush_weights)
        r = adjust_weights(q, m, modified);
    if (r == 0 && q->clear_temp)
        clear_temp(m);
    if (r == 0 && q->import_crush) {
        r = import_crush(q->import_crush, m);
        *modified = true;
    }
    if (r == 0 && q->export_crush)
        r = export_crush(q->export_crush, m);
    return r;
}
