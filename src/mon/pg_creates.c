/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_creates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

#define ITEM_LEN (PG_ID_WIRE_LEN + 4 + 8)

void pg_creates_init(struct pg_creates *c)
{
    *c = (struct pg_creates){0};
}

void pg_creates_destroy(struct pg_creates *c)
{
    free(c->items);
    pg_creates_init(c);
}

int pg_creates_copy(struct pg_creates *to, const struct pg_creates *from)
{
    pg_creates_init(to);
    if (!from->count)
        return 0;
    to->items = malloc(from->count * sizeof(*to->items));
    if (!to->items)
        return -ENOMEM;
    memcpy(to->items, from->items, from->count * sizeof(*to->items));
    to->count = from->count;
    return 0;
}

void pg_creates_encode(const struct pg_creates *c, struct encode *e)
{
    size_t at = encode_begin_struct(e, 1, 1);

    encode_u32(e, c->count);
    for (unsigned i = 0; i < c->count; i++) {
        pg_id_encode(c->items[i].pg, e);
        encode_u32(e, c->items[i].created);
        utime_encode(c->items[i].stamp, e);
    }
    encode_end_struct(e, at);
}

int pg_creates_decode(struct pg_creates *c, struct decode *d)
{
    uint8_t v;
    struct decode body = decode_struct(d, 1, &v);

    pg_creates_init(c);
    c->count = decode_count(&body, ITEM_LEN);
    c->items = c->count ? calloc(c->count, sizeof(*c->items)) : NULL;
    if (c->count && !c->items) {
        c->count = 0;
        decode_fail(&body, -ENOMEM);
    }
    for (unsigned i = 0; i < c->count; i++) {
        c->items[i].pg = pg_id_decode(&body);
        c->items[i].created = decode_u32(&body);
        c->items[i].stamp = utime_decode(&body);
        c->items[i].primary = -1;
    }
    decode_end(d, &body);
    if (decode_error(d))
        pg_creates_destroy(c);
    return decode_error(d);
}

static int compare_item(const void *item, const void *pg)
{
    return pg_id_compare(((const struct pg_creates_item *)item)->pg, *(const struct pg_id *)pg);
}

/* The first item that is not before pg. */
static unsigned lower_bound(const struct pg_creates *c, struct pg_id pg)
{
    return array_lower_bound(c->items, c->count, sizeof(*c->items), &pg, compare_item);
}

static struct pg_creates_item *find(const struct pg_creates *c, struct pg_id pg)
{
    return array_find(c->items, c->count, sizeof(*c->items), &pg, compare_item);
}

int pg_creates_add_pool(struct pg_creates *c, int64_t pool, uint32_t pg_num, uint32_t epoch,
                        struct utime stamp)
{
    unsigned at = lower_bound(c, (struct pg_id){.pool = pool});
    struct pg_creates_item *grown;

    if (!pg_num)
        return 0;
    grown = reallocarray(c->items, (size_t)c->count + pg_num, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    c->items = grown;
    memmove(&grown[at + pg_num], &grown[at], (c->count - at) * sizeof(*grown));
    c->count += pg_num;
    for (uint32_t seed = 0; seed < pg_num; seed++)
        grown[at + seed] = (struct pg_creates_item){
            .pg = {.pool = pool, .seed = seed}, .created = epoch, .stamp = stamp, .primary = -1};
    return 0;
}

void pg_creates_remove_pool(struct pg_creates *c, int64_t pool)
{
    unsigned from = lower_bound(c, (struct pg_id){.pool = pool});
    unsigned to = lower_bound(c, (struct pg_id){.pool = pool + 1});

    if (from == to)
        return;
    memmove(&c->items[from], &c->items[to], (c->count - to) * sizeof(*c->items));
    c->count -= to - from;
}

bool pg_creates_has_pool(const struct pg_creates *c, int64_t pool)
{
    unsigned at = lower_bound(c, (struct pg_id){.pool = pool});

    return at < c->count && c->items[at].pg.pool == pool;
}

bool pg_creates_has(const struct pg_creates *c, struct pg_id pg)
{
    return find(c, pg);
}

bool pg_creates_done(struct pg_creates *c, struct pg_id pg)
{
    struct pg_creates_item *item = find(c, pg);

    if (item)
        array_remove(c->items, c->count--, sizeof(*c->items), item - c->items);
    return item;
}

void pg_creates_keep_places(struct pg_creates *c, const struct pg_creates *before)
{
    for (unsigned i = 0; i < c->count; i++) {
        const struct pg_creates_item *was = find(before, c->items[i].pg);
        if (!was)
            continue;
        c->items[i].primary = was->primary;
        c->items[i].mapped = was->mapped;
    }
}

void pg_creates_place(struct pg_creates *c, const struct osdmap_mapping *mapping)
{
    for (unsigned i = 0; i < c->count; i++) {
        struct pg_creates_item *item = &c->items[i];
        struct pg_osds where;
        int32_t primary = osdmap_map_pg(mapping, item->pg, &where) == 0 ? where.acting.primary : -1;

        if (primary == item->primary)
            continue;
        item->primary = primary;
        item->mapped = mapping->map->epoch;
    }
}
