/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an OSD that is given the disk finds: it must open and load its groups, and in each lane's object there
 * must be exactly the changes up to one that is not older than what was acknowledged, and in the group's log
 * that change as the object's last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/strbuf.h"
#include "osd/object_info.h"
#include "osd/osd.h"
#include "test/crash/osd_change.h"

/* A lane's object. */
struct look {
    struct osd *osd;
    char name[LANE_NAME_MAX];
    struct pg *pg; /* where it is; NULL: it is not there */
    struct hobject object;
    const struct pg_log_entry *last; /* of the object's in the log; NULL: none */
    bool failed;
};

/* ---- finding it ---- */

struct found {
    const char *name;
    struct hobject object;
    bool there;
};

static bool is_another(void *arg, const struct hobject *o)
{
    struct found *f = arg;

    f->there = strcmp(o->name, f->name) == 0;
    if (f->there && hobject_copy(&f->object, o))
        abort();
    return !f->there;
}

static bool entry_follows(const struct pg_log *log, unsigned i)
{
    return i == 0 || pg_log_at(log, i)->version.version == pg_log_at(log, i - 1)->version.version + 1;
}

static void look_at_log(struct look *l, const struct pg *pg)
{
    const struct pg_log *log = &pg->log;

    for (unsigned i = 0; i < log->count; i++) {
        const struct pg_log_entry *e = pg_log_at(log, i);
        l->failed |= !entry_follows(log, i);
        if (e->kind != PG_LOG_ERROR && strcmp(e->object.name, l->name) == 0)
            l->last = e;
    }
    l->failed |= log->count && eversion_compare(log->head, pg->last_update) != 0;
    if (l->failed)
        printf("# pg %" PRId64 ".%x has a log with gaps\n", pg->id.pool, pg->id.seed);
}

static void look_at_pg(void *arg, struct pg *pg)
{
    struct look *l = arg;
    struct found f = {.name = l->name};
    struct hobject min;

    if (hobject_init_min(&min))
        abort();
    l->failed |= object_store_list(l->osd->store, pg->coll, &min, is_another, &f) != 0;
    hobject_destroy(&min);
    if (f.there) {
        l->pg = pg;
        l->object = f.object;
    }
    look_at_log(l, pg);
}

/* ---- what is in it ---- */

static bool show_key(void *arg, const struct slice *key, const struct slice *value)
{
    strbuf_printf(arg, " %.*s=%" PRIu64, (int)key->len, (const char *)key->data,
                  value->len == sizeof(uint64_t) ? get_le64(value->data) : 0);
    return true;
}

static bool get_number(const struct look *l, uint64_t *number)
{
    struct slice value;

    if (object_store_getattr(l->osd->store, l->pg->coll, &l->object, USER_ATTR_PREFIX CHANGE_ATTR, &value))
        return false;
    *number = get_le64(value.data);
    slice_put(&value);
    return true;
}

/* As lane_model_show(). */
static char *show_object(const struct look *l, uint64_t number)
{
    struct object_store *store = l->osd->store;
    struct strbuf text = STRBUF_INIT;
    struct slice none = {0};
    struct bufferlist bl;

    bufferlist_init(&bl);
    if (object_store_read(store, l->pg->coll, &l->object, 0, sizeof(((struct lane_model *)0)->data), &bl))
        strbuf_add(&text, "unreadable data, ");
    strbuf_printf(&text, "change %" PRIu64 " %zu bytes %08x", number, (size_t)bl.len,
                  bufferlist_crc32c(&bl, 0));
    bufferlist_destroy(&bl);
    if (object_store_omap_scan(store, l->pg->coll, &l->object, &none, false, show_key, &text))
        strbuf_add(&text, ", unreadable keys");
    return strbuf_steal(&text);
}

static bool is_last_in_log(const struct look *l)
{
    struct object_info info;
    struct slice value;
    struct decode d;
    bool same;

    if (object_store_getattr(l->osd->store, l->pg->coll, &l->object, OBJECT_INFO_ATTR, &value))
        return false;
    decode_init(&d, value.data, value.len);
    object_info_decode(&info, &d);
    same = !decode_error(&d) && l->last && l->last->kind == PG_LOG_MODIFY &&
           eversion_compare(l->last->version, info.version) == 0;
    object_info_destroy(&info);
    slice_put(&value);
    return same;
}

/* ---- what should be ---- */

static struct lane_model *model_after(unsigned lane, uint64_t changes)
{
    struct lane_model *m = calloc(1, sizeof(*m));

    if (!m)
        abort();
    for (uint64_t n = 0; n < changes; n++)
        lane_model_change(m, lane, n);
    return m;
}

/* One of the changes that can have been the last removed it, or there has been none. */
static bool may_be_missing(unsigned lane, int64_t durable)
{
    bool may = durable < 0;

    for (int n = 0; n <= CHANGES_AT_ONCE && !may; n++) {
        struct lane_model *m = model_after(lane, (uint64_t)(durable + n + 1));
        may = !m->exists;
        free(m);
    }
    return may;
}

static bool check_object(const struct look *l, unsigned lane, int64_t durable)
{
    struct lane_model *m;
    char *have, *want;
    uint64_t number = 0;
    bool same;

    if (!get_number(l, &number) || (int64_t)number < durable || (int64_t)number > durable + CHANGES_AT_ONCE) {
        printf("# lane %u: %" PRId64 " was acknowledged; the object has %" PRId64 "\n", lane, durable,
               (int64_t)number);
        return false;
    }
    m = model_after(lane, number + 1);
    have = show_object(l, number);
    want = lane_model_show(m);
    same = strcmp(have, want) == 0;
    if (!same)
        printf("# lane %u: there is %s\n# instead of %s\n", lane, have, want);
    else if (!is_last_in_log(l))
        printf("# lane %u: the log does not end with what the object is, %s\n", lane, have);
    same = same && is_last_in_log(l);
    free(have);
    free(want);
    free(m);
    return same;
}

static bool check_lane(struct osd *osd, unsigned lane, int64_t durable)
{
    struct look l = {.osd = osd};
    bool good;

    lane_name(lane, l.name);
    osd_each_pg(osd, look_at_pg, &l);
    if (l.pg)
        good = check_object(&l, lane, durable);
    else
        good = may_be_missing(lane, durable) && (!l.last || l.last->kind == PG_LOG_DELETE);
    if (!l.pg && !good)
        printf("# lane %u: %" PRId64 " was acknowledged; there is no object\n", lane, durable);
    hobject_destroy(&l.object);
    return good && !l.failed;
}

/* As ceph-osd does it before it turns to the monitor. */
static int open_osd(struct osd *osd, const char *dir, char *err, size_t err_size)
{
    static const struct perf_counter_def defs[OSD_COUNTER_COUNT]; /* nobody reads them */
    struct conf *conf = conf_create("ceph", "osd", "0", true);
    int r = conf ? conf_set_id(conf, CONF_OVERRIDE, OPT_osd_data, dir, NULL) : -1;

    if (r == 0)
        r = osd_open(osd, conf, err, err_size);
    if (r)
        return r;
    osd->counters = perf_counters_create("osd", defs, ARRAY_SIZE(defs));
    osd->queue = op_queue_create(1, 1, &osd_queue_ops, osd);
    return osd->counters && osd->queue ? osd_load_pgs(osd, err, err_size) : -1;
}

/* The process ends right after: nothing is closed. */
bool crash_osd_check(const char *dir, const struct crash_marks *marks)
{
    struct osd *osd = calloc(1, sizeof(*osd));
    char err[512] = "";
    bool good = true;

    if (!osd || open_osd(osd, dir, err, sizeof(err))) {
        if (marks->made)
            printf("# %s\n", err);
        return !marks->made;
    }
    for (unsigned lane = 0; lane < CRASH_LANES && good; lane++)
        good = check_lane(osd, lane, marks->durable[lane]);
    return good;
}
