/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of a monmap on the wire and in files. Source: msgr-v1 captures and files of monmaptool 16.2. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/ceph_features.h"
#include "maps/mon_features.h"
#include "maps/monmap_internal.h"
#include "types/entity_name.h"

#define MONMAP_VERSION        9
#define MONMAP_COMPAT         6
#define MON_INFO_VERSION      5
#define MON_INFO_MIN_LEN      10 /* its frame and the length of its name */
#define ENTITY_INST_MIN_LEN   (ENTITY_NAME_WIRE_LEN + 19)
#define NAME_AND_ADDR_MIN_LEN (4 + 19)

static void encode_features(uint64_t features, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_u64(e, features);
    encode_end_struct(e, at);
}

static uint64_t decode_features(struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);
    uint64_t features = decode_u64(&body);

    decode_end(d, &body);
    return features;
}

static void encode_mon_info(const struct mon_info *info, bool nautilus, uint64_t features, struct encode *e)
{
    size_t at;

    if (!nautilus) {
        at = encode_begin_struct(e, 2, 1);
        encode_string(e, info->name);
        entity_addr_encode(mon_info_one_addr(info), features, e);
        encode_u16(e, info->priority);
        encode_end_struct(e, at);
        return;
    }
    at = encode_begin_struct(e, MON_INFO_VERSION, 1);
    encode_string(e, info->name);
    entity_addrvec_encode(&info->addrs, features, e);
    encode_u16(e, info->priority);
    encode_u16(e, info->weight);
    string_map_encode(&info->crush_loc, e);
    encode_end_struct(e, at);
}

static void decode_mon_info(struct mon_info *info, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, MON_INFO_VERSION, &v);

    memset(info, 0, sizeof(*info));
    info->name = decode_string(&body);
    entity_addrvec_decode(&info->addrs, &body);
    if (v >= 2)
        info->priority = decode_u16(&body);
    if (v >= 4)
        info->weight = decode_u16(&body);
    if (v >= 5)
        string_map_decode(&info->crush_loc, &body);
    decode_end(d, &body);
}

static int compare_by_name(const void *a, const void *b)
{
    const struct mon_info *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* The monitors in the order of their names, as maps on the wire have them; free() it. */
static const struct mon_info **by_name(const struct monmap *m, struct encode *e)
{
    const struct mon_info **sorted = reallocarray(NULL, m->count + 1, sizeof(*sorted));

    if (!sorted) {
        e->error = -ENOMEM;
        return NULL;
    }
    for (unsigned i = 0; i < m->count; i++)
        sorted[i] = &m->mons[i];
    if (m->count > 1)
        qsort(sorted, m->count, sizeof(*sorted), compare_by_name);
    return sorted;
}

static void encode_mon_info_map(const struct monmap *m, const struct mon_info **sorted, bool nautilus,
                                uint64_t features, struct encode *e)
{
    encode_u32(e, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        encode_string(e, sorted[i]->name);
        encode_mon_info(sorted[i], nautilus, features, e);
    }
}

/* For peers without names or without frames: who is mon.N follows from its place. */
static void encode_v1(const struct monmap *m, struct encode *e)
{
    encode_u16(e, 1);
    fsid_encode(&m->fsid, e);
    encode_u32(e, m->epoch);
    encode_u32(e, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        entity_name_encode(&(struct entity_name){.type = ENTITY_TYPE_MON, .num = i}, e);
        entity_addr_encode_legacy(mon_info_one_addr(&m->mons[i]), e);
    }
    utime_encode(m->last_changed, e);
    utime_encode(m->created, e);
}

static void encode_v5(const struct monmap *m, const struct mon_info **sorted, uint64_t features,
                      struct encode *e)
{
    size_t at = encode_begin_struct(e, 5, 3);

    fsid_encode(&m->fsid, e);
    encode_u32(e, m->epoch);
    encode_u32(e, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        encode_string(e, sorted[i]->name);
        entity_addr_encode(mon_info_one_addr(sorted[i]), features, e);
    }
    utime_encode(m->last_changed, e);
    utime_encode(m->created, e);
    encode_features(m->persistent_features, e);
    encode_features(m->optional_features, e);
    encode_mon_info_map(m, sorted, false, features, e);
    encode_end_struct(e, at);
}

static void encode_v9(const struct monmap *m, const struct mon_info **sorted, uint64_t features,
                      struct encode *e)
{
    size_t at = encode_begin_struct(e, MONMAP_VERSION, MONMAP_COMPAT);

    fsid_encode(&m->fsid, e);
    encode_u32(e, m->epoch);
    utime_encode(m->last_changed, e);
    utime_encode(m->created, e);
    encode_features(m->persistent_features, e);
    encode_features(m->optional_features, e);
    encode_mon_info_map(m, sorted, true, features, e);
    encode_u32(e, m->count);
    for (unsigned i = 0; i < m->count; i++)
        encode_string(e, m->mons[i].name);
    encode_u8(e, m->min_mon_release);
    encode_u32(e, m->removed_rank_count);
    for (unsigned i = 0; i < m->removed_rank_count; i++)
        encode_u32(e, m->removed_ranks[i]);
    encode_u8(e, m->strategy);
    string_list_encode(&m->disallowed_leaders, e);
    encode_bool(e, m->stretch_mode);
    encode_string(e, m->tiebreaker);
    string_list_encode(&m->stretch_marked_down, e);
    encode_end_struct(e, at);
}

void monmap_encode(const struct monmap *m, uint64_t features, struct encode *e)
{
    const struct mon_info **sorted;

    if (!ceph_has_feature(features, CEPH_FEATURE_MONENC) ||
        !ceph_has_feature(features, CEPH_FEATURE_MONNAMES)) {
        encode_v1(m, e);
        return;
    }
    sorted = by_name(m, e);
    if (!sorted)
        return;
    if (ceph_has_feature(features, CEPH_FEATURE_SERVER_NAUTILUS))
        encode_v9(m, sorted, features, e);
    else
        encode_v5(m, sorted, features, e);
    free(sorted);
}

/* Puts a decoded monitor last, or drops it when something was wrong. */
static void append(struct monmap *m, struct mon_info *info, struct decode *d)
{
    if (!decode_error(d) && (monmap_find(m, info->name) >= 0 || m->count >= MONMAP_MAX_MONS))
        decode_fail(d, -EBADMSG);
    if (decode_error(d))
        mon_info_destroy(info);
    else if (monmap_insert(m, m->count, info) < 0)
        decode_fail(d, -ENOMEM);
}

static void decode_insts(struct monmap *m, struct decode *d)
{
    unsigned n = decode_count(d, ENTITY_INST_MIN_LEN);

    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        struct mon_info info = {0};
        struct entity_name who;

        entity_name_decode(&who, d);
        entity_addrvec_decode(&info.addrs, d);
        if (asprintf(&info.name, "%u", i) < 0) {
            info.name = NULL;
            decode_fail(d, -ENOMEM);
        }
        append(m, &info, d);
    }
}

static void decode_name_addr_map(struct monmap *m, struct decode *d)
{
    unsigned n = decode_count(d, NAME_AND_ADDR_MIN_LEN);

    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        struct mon_info info = {0};

        info.name = decode_string(d);
        entity_addrvec_decode(&info.addrs, d);
        append(m, &info, d);
    }
}

static void decode_mon_info_map(struct monmap *m, struct decode *d)
{
    unsigned n = decode_count(d, 4 + MON_INFO_MIN_LEN);

    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        struct mon_info info;
        char *name = decode_string(d);

        decode_mon_info(&info, d);
        if (!decode_error(d) && strcmp(name, info.name) != 0)
            decode_fail(d, -EBADMSG);
        free(name);
        append(m, &info, d);
    }
}

/* Brings the monitors, which came in the order of their names, into that of their ranks. */
static void decode_ranks(struct monmap *m, struct decode *d)
{
    unsigned n = decode_count(d, 4);

    if (n != m->count)
        decode_fail(d, -EBADMSG);
    for (unsigned i = 0; i < n && !decode_error(d); i++) {
        char *name = decode_string(d);
        int at = name ? monmap_find(m, name) : -ENOENT;

        if (at < (int)i) { /* no such monitor, or named twice */
            decode_fail(d, -EBADMSG);
        } else {
            struct mon_info moved = m->mons[i];
            m->mons[i] = m->mons[at];
            m->mons[at] = moved;
        }
        free(name);
    }
}

static void decode_since_v8(struct monmap *m, uint8_t v, struct decode *d)
{
    unsigned n = decode_count(d, 4);

    for (unsigned i = 0; i < n && !decode_error(d); i++)
        if (i >= MONMAP_MAX_MONS)
            decode_fail(d, -EBADMSG);
        else if (monmap_note_removed_rank(m, decode_u32(d)) < 0)
            decode_fail(d, -ENOMEM);
    m->strategy = decode_u8(d);
    string_list_decode(&m->disallowed_leaders, d);
    if (v < 9)
        return;
    m->stretch_mode = decode_bool(d);
    m->tiebreaker = decode_string(d);
    string_list_decode(&m->stretch_marked_down, d);
}

static void decode_body(struct monmap *m, uint8_t v, struct decode *d)
{
    fsid_decode(&m->fsid, d);
    m->epoch = decode_u32(d);
    if (v == 1)
        decode_insts(m, d);
    else if (v < 6)
        decode_name_addr_map(m, d);
    m->last_changed = utime_decode(d);
    m->created = utime_decode(d);
    if (v >= 4) {
        m->persistent_features = decode_features(d);
        m->optional_features = decode_features(d);
    }
    if (v == 5) { /* says the same again, and more */
        for (unsigned i = 0; i < m->count; i++)
            mon_info_destroy(&m->mons[i]);
        m->count = 0;
    }
    if (v >= 5)
        decode_mon_info_map(m, d);
    if (v >= 6)
        decode_ranks(m, d);
    else if (v > 1 && !decode_error(d))
        monmap_sort_by_addr(m);
    if (v >= 7)
        m->min_mon_release = decode_u8(d);
    else
        m->min_mon_release = mon_features_release(m->persistent_features);
    if (v >= 8)
        decode_since_v8(m, v, d);
}

int monmap_decode(struct monmap *m, struct decode *d)
{
    monmap_init(m);
    if (decode_left(d) > 0 && *d->p < 3) { /* before frames: a bare u16 version */
        uint16_t v = decode_u16(d);
        if (v < 1 || v > 2)
            decode_fail(d, -EBADMSG);
        else
            decode_body(m, (uint8_t)v, d);
    } else {
        uint8_t v;
        struct decode body = decode_struct(d, MONMAP_VERSION, &v);
        decode_body(m, v, &body);
        decode_end(d, &body);
    }
    if (decode_error(d))
        monmap_destroy(m);
    return decode_error(d);
}
