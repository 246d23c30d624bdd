/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/pg_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mon/text_age.h"
#include "mon/text_size.h"
#include "common/text_table.h"

enum { CELL_MAX = 64, CELLS_MAX = 28 };

/* The cells of one line while they are written; lists of OSDs and states may be longer than a cell. */
struct line {
    char text[CELLS_MAX][CELL_MAX];
    const char *cells[CELLS_MAX];
    struct strbuf kept[CELLS_MAX];
    unsigned count;
};

static void line_end(struct line *l, struct text_table *t)
{
    text_table_row(t, l->cells);
    for (unsigned i = 0; i < l->count; i++)
        strbuf_destroy(&l->kept[i]);
    l->count = 0;
}

static void add_text(struct line *l, const char *text)
{
    strbuf_add(&l->kept[l->count], text);
    l->cells[l->count] = strbuf_text(&l->kept[l->count]);
    l->count++;
}

static void add_int(struct line *l, int64_t n)
{
    snprintf(l->text[l->count], CELL_MAX, "%" PRId64, n);
    l->cells[l->count] = l->text[l->count];
    l->count++;
}

static void add_bytes(struct line *l, uint64_t bytes)
{
    char text[TEXT_SIZE_MAX];

    add_text(l, text_size_bytes(text, bytes));
}

static void add_stamp(struct line *l, struct utime stamp)
{
    char text[UTIME_TEXT_MAX];

    add_text(l, utime_print(stamp, text));
}

static void add_version(struct line *l, struct eversion v)
{
    snprintf(l->text[l->count], CELL_MAX, "%" PRIu32 "'%" PRIu64, v.epoch, v.version);
    l->cells[l->count] = l->text[l->count];
    l->count++;
}

static void add_reported(struct line *l, const struct pg_stat *s)
{
    snprintf(l->text[l->count], CELL_MAX, "%" PRIu32 ":%" PRIu64, s->reported_epoch, s->reported_seq);
    l->cells[l->count] = l->text[l->count];
    l->count++;
}

/* "[1,2]", and behind it "p1" when there is a primary. */
static void add_ids(struct line *l, const struct osd_ids *ids, const int32_t *primary)
{
    struct strbuf *s = &l->kept[l->count];

    strbuf_addc(s, '[');
    for (uint32_t i = 0; i < ids->count; i++)
        strbuf_printf(s, "%s%" PRId32, i ? "," : "", ids->ids[i]);
    strbuf_addc(s, ']');
    if (primary)
        strbuf_printf(s, "p%" PRId32, *primary);
    l->cells[l->count++] = strbuf_text(s);
}

static void add_pgid(struct line *l, struct pg_id pg)
{
    char text[PG_ID_TEXT_MAX];

    add_text(l, pg_id_print(pg, text));
}

static void add_state(struct line *l, uint64_t state)
{
    char text[PG_STATE_TEXT_MAX];

    add_text(l, pg_state_print(state, text));
}

static void add_damage(struct line *l, const struct object_stat_sum *s)
{
    add_int(l, s->num_objects_degraded);
    add_int(l, s->num_objects_misplaced);
    add_int(l, s->num_objects_unfound);
    add_int(l, s->num_bytes);
    add_int(l, s->num_omap_bytes);
    add_int(l, s->num_omap_keys);
}

/* The columns that groups, pools and their sum share. */
static void add_counts(struct line *l, const struct object_stat_sum *s, int64_t log, int64_t disk_log)
{
    add_int(l, s->num_objects);
    add_int(l, s->num_objects_missing_on_primary);
    add_damage(l, s);
    add_int(l, log);
    add_int(l, disk_log);
}

#define COUNT_COLUMNS                                                                                    \
    "|>OBJECTS|>MISSING_ON_PRIMARY|>DEGRADED|>MISPLACED|>UNFOUND|>BYTES|>OMAP_BYTES*|>OMAP_KEYS*|>LOG|>" \
    "DISK_LOG"
#define COUNT_COLUMNS_BARE "|>|>|>|>|>|>|>|>|>|>"

static int finish(struct text_table *t, struct strbuf *out)
{
    int r = text_table_print(t, out);

    text_table_destroy(t);
    return r;
}

/* ---- groups ---- */

int pg_tables_groups(const struct pg_map *m, struct strbuf *out)
{
    struct line l = {0};
    struct text_table t;

    text_table_init(&t, "PG_STAT" COUNT_COLUMNS
                        "|STATE|STATE_STAMP|>VERSION|>REPORTED|UP|>UP_PRIMARY|ACTING|>ACTING_PRIMARY|"
                        ">LAST_SCRUB|SCRUB_STAMP|>LAST_DEEP_SCRUB|DEEP_SCRUB_STAMP|>SNAPTRIMQ_LEN");
    for (unsigned i = 0; i < m->count; i++) {
        const struct pg_stat *s = &m->pgs[i].stat;
        add_pgid(&l, m->pgs[i].id);
        add_counts(&l, &s->stats, s->log_size, s->ondisk_log_size);
        add_state(&l, m->pgs[i].state);
        add_stamp(&l, s->last_change);
        add_version(&l, s->version);
        add_reported(&l, s);
        add_ids(&l, &s->up, NULL);
        add_int(&l, m->pgs[i].reported ? s->up_primary : -1);
        add_ids(&l, &s->acting, NULL);
        add_int(&l, m->pgs[i].reported ? s->acting_primary : -1);
        add_version(&l, s->last_scrub);
        add_stamp(&l, s->last_scrub_stamp);
        add_version(&l, s->last_deep_scrub);
        add_stamp(&l, s->last_deep_scrub_stamp);
        add_int(&l, s->snaptrimq_len);
        line_end(&l, &t);
    }
    return finish(&t, out);
}

static const char brief_columns[] = "PG_STAT|STATE|UP|>UP_PRIMARY|ACTING|>ACTING_PRIMARY";

static void add_brief(struct text_table *t, const struct pg_map_pg *pg)
{
    struct line l = {0};

    add_pgid(&l, pg->id);
    add_state(&l, pg->state);
    add_ids(&l, &pg->stat.up, NULL);
    add_int(&l, pg->reported ? pg->stat.up_primary : -1);
    add_ids(&l, &pg->stat.acting, NULL);
    add_int(&l, pg->reported ? pg->stat.acting_primary : -1);
    line_end(&l, t);
}

int pg_tables_groups_brief(const struct pg_map *m, struct strbuf *out)
{
    struct text_table t;

    text_table_init(&t, brief_columns);
    for (unsigned i = 0; i < m->count; i++)
        add_brief(&t, &m->pgs[i]);
    return finish(&t, out);
}

int pg_tables_stuck(const struct pg_map_pg *const *pgs, unsigned count, struct strbuf *out)
{
    struct text_table t;

    text_table_init(&t, brief_columns);
    for (unsigned i = 0; i < count; i++)
        add_brief(&t, pgs[i]);
    return finish(&t, out);
}

int pg_tables_list(const struct pg_map_pg *const *pgs, unsigned count, struct strbuf *out)
{
    struct line l = {0};
    struct text_table t;

    text_table_init(&t,
                    "PG|>OBJECTS|>DEGRADED|>MISPLACED|>UNFOUND|>BYTES|>OMAP_BYTES*|>OMAP_KEYS*|>LOG|STATE|"
                    ">SINCE|>VERSION|>REPORTED|UP|ACTING|SCRUB_STAMP|DEEP_SCRUB_STAMP");
    for (unsigned i = 0; i < count; i++) {
        const struct pg_stat *s = &pgs[i]->stat;
        char age[TEXT_AGE_MAX];
        add_pgid(&l, pgs[i]->id);
        add_int(&l, s->stats.num_objects);
        add_damage(&l, &s->stats);
        add_int(&l, s->log_size);
        add_state(&l, pgs[i]->state);
        add_text(&l, text_age_since(age, s->last_change.sec));
        add_version(&l, s->version);
        add_reported(&l, s);
        add_ids(&l, &s->up, &s->up_primary);
        add_ids(&l, &s->acting, &s->acting_primary);
        add_stamp(&l, s->last_scrub_stamp);
        add_stamp(&l, s->last_deep_scrub_stamp);
        line_end(&l, &t);
    }
    return finish(&t, out);
}

/* ---- sums ---- */

int pg_tables_pools(const struct pg_map *m, bool headed, struct strbuf *out)
{
    struct line l = {0};
    struct text_table t;

    text_table_init(&t, headed ? "POOLID" COUNT_COLUMNS : COUNT_COLUMNS_BARE);
    for (unsigned i = 0; i < m->pool_count; i++) {
        struct pg_map_sum sum = pg_map_sum(m, m->pools[i].id);
        add_int(&l, m->pools[i].id);
        add_counts(&l, &sum.stats, sum.log_size, sum.ondisk_log_size);
        line_end(&l, &t);
    }
    return finish(&t, out);
}

int pg_tables_sum(const struct pg_map *m, bool headed, struct strbuf *out)
{
    struct pg_map_sum sum = pg_map_sum(m, PG_MAP_ALL_POOLS);
    struct line l = {0};
    struct text_table t;

    text_table_init(&t, headed ? "PG_STAT" COUNT_COLUMNS : COUNT_COLUMNS_BARE);
    add_text(&l, "sum");
    add_counts(&l, &sum.stats, sum.log_size, sum.ondisk_log_size);
    line_end(&l, &t);
    return finish(&t, out);
}

static void add_space(struct line *l, const struct pg_map_space *s)
{
    add_bytes(l, s->used);
    add_bytes(l, s->avail);
    add_bytes(l, s->used_raw);
    add_bytes(l, s->total);
}

static int64_t primaries_of(const struct pg_map *m, int32_t osd)
{
    int64_t n = 0;

    for (unsigned i = 0; i < m->count; i++)
        n += m->pgs[i].reported && m->pgs[i].stat.acting_primary == osd;
    return n;
}

int pg_tables_osds(const struct pg_map *m, bool each, struct strbuf *out)
{
    struct pg_map_space space = pg_map_space(m);
    struct line l = {0};
    struct text_table t;

    text_table_init(&t, each ? "OSD_STAT|>USED|>AVAIL|>USED_RAW|>TOTAL|>HB_PEERS|>PG_SUM|>PRIMARY_PG_SUM"
                             : "OSD_STAT|>USED|>AVAIL|>USED_RAW|>TOTAL");
    for (unsigned i = 0; each && i < m->osd_count; i++) {
        struct pg_map_space one = {0};
        if (!m->osds[i].num_osds)
            continue;
        pg_map_add_space(&one, &m->osds[i]);
        add_int(&l, i);
        add_space(&l, &one);
        add_ids(&l, &m->osds[i].hb_peers, NULL);
        add_int(&l, m->osds[i].num_pgs);
        add_int(&l, primaries_of(m, (int32_t)i));
        line_end(&l, &t);
    }
    add_text(&l, "sum");
    add_space(&l, &space);
    for (unsigned i = 0; each && i < 3; i++)
        add_text(&l, "");
    line_end(&l, &t);
    return finish(&t, out);
}

void pg_tables_print_set(const struct osd_set *s, struct strbuf *out)
{
    strbuf_addc(out, '[');
    for (unsigned i = 0; i < s->count; i++)
        strbuf_printf(out, "%s%" PRId32, i ? "," : "", s->osds[i]);
    strbuf_addc(out, ']');
}
