/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a placement group shows of itself. */
#include "osd/osd.h"

static void dump_set(struct formatter *f, const char *name, const struct osd_set *s)
{
    formatter_open_array(f, name);
    for (unsigned i = 0; i < s->count; i++)
        formatter_int(f, NULL, s->osds[i]);
    formatter_close(f);
}

void pg_dump(struct pg *pg, struct formatter *f)
{
    char text[EVERSION_TEXT_MAX], state[PG_STATE_TEXT_MAX], pgid[PG_ID_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "pgid", pg_id_print(pg->id, pgid));
    formatter_string(f, "state", pg_state_print(pg_state(pg), state));
    if (pg->inactive_why[0])
        formatter_string(f, "inactive_because", pg->inactive_why);
    formatter_string(f, "last_update", eversion_print(pg->last_update, text));
    formatter_string(f, "last_committed", eversion_print(pg->last_committed, text));
    formatter_uint(f, "log_entries", pg->log.count);
    dump_set(f, "up", &pg->where.up);
    dump_set(f, "acting", &pg->where.acting);
    formatter_uint(f, "same_interval_since", pg->history.same_interval_since);
    formatter_int(f, "num_objects", pg->stats.objects);
    formatter_int(f, "num_bytes", pg->stats.bytes);
    formatter_close(f);
}

static void dump_history(const struct pg_history *h, struct formatter *f)
{
    formatter_open_object(f, "history");
    formatter_uint(f, "epoch_created", h->epoch_created);
    formatter_uint(f, "epoch_pool_created", h->epoch_pool_created);
    formatter_uint(f, "last_epoch_started", h->last_epoch_started);
    formatter_uint(f, "last_interval_started", h->last_interval_started);
    formatter_uint(f, "last_epoch_clean", h->last_epoch_clean);
    formatter_uint(f, "last_interval_clean", h->last_interval_clean);
    formatter_uint(f, "last_epoch_split", h->last_epoch_split);
    formatter_uint(f, "same_up_since", h->same_up_since);
    formatter_uint(f, "same_interval_since", h->same_interval_since);
    formatter_uint(f, "same_primary_since", h->same_primary_since);
    formatter_close(f);
}

void pg_dump_info(const struct pg *pg, const char *name, struct formatter *f)
{
    char text[EVERSION_TEXT_MAX], pgid[PG_ID_TEXT_MAX];

    formatter_open_object(f, name);
    formatter_string(f, "pgid", pg_id_print(pg->id, pgid));
    formatter_string(f, "last_update", eversion_print(pg->last_update, text));
    formatter_string(f, "last_complete", eversion_print(pg->last_update, text));
    formatter_string(f, "log_tail", eversion_print(pg->disk_tail, text));
    formatter_uint(f, "last_user_version", pg->last_user_version);
    formatter_string(f, "last_backfill", "MAX");
    dump_history(&pg->history, f);
    formatter_open_object(f, "stats");
    formatter_open_object(f, "stat_sum");
    formatter_int(f, "num_bytes", pg->stats.bytes);
    formatter_int(f, "num_objects", pg->stats.objects);
    formatter_uint(f, "num_read", pg->stats.reads);
    formatter_uint(f, "num_read_kb", pg->stats.read_bytes >> 10);
    formatter_uint(f, "num_write", pg->stats.writes);
    formatter_uint(f, "num_write_kb", pg->stats.written_bytes >> 10);
    formatter_close(f);
    formatter_close(f);
    formatter_int(f, "empty", pg->last_update.version == 0);
    formatter_int(f, "dne", pg->history.epoch_created == 0);
    formatter_int(f, "incomplete", 0);
    formatter_uint(f, "last_epoch_started", pg->history.last_epoch_started);
    formatter_close(f);
}

static void dump_step(const char *name, struct utime since, const char *comment, struct formatter *f)
{
    char text[UTIME_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "name", name);
    formatter_string(f, "enter_time", utime_print(since, text));
    if (comment[0])
        formatter_string(f, "comment", comment);
    formatter_close(f);
}

void pg_query(const struct pg *pg, struct formatter *f)
{
    char state[PG_STATE_TEXT_MAX];

    formatter_open_object(f, NULL);
    formatter_string(f, "snap_trimq", "[]");
    formatter_uint(f, "snap_trimq_len", 0);
    formatter_string(f, "state", pg_state_print(pg_state(pg), state));
    formatter_uint(f, "epoch", pg->map->map.epoch);
    dump_set(f, "up", &pg->where.up);
    dump_set(f, "acting", &pg->where.acting);
    formatter_open_array(f, "acting_recovery_backfill");
    for (unsigned i = 0; i < pg->where.acting.count; i++)
        formatter_printf(f, NULL, "%d", pg->where.acting.osds[i]);
    formatter_close(f);
    pg_dump_info(pg, "info", f);
    formatter_open_array(f, "peer_info");
    formatter_close(f);
    formatter_open_array(f, "recovery_state");
    if (pg->active)
        dump_step("Started/Primary/Active", pg->last_became_active, "", f);
    else
        dump_step(pg->coll ? "Started/Primary/Peering" : "Started/Primary/Peering/Incomplete",
                  pg->last_change, pg->inactive_why, f);
    dump_step("Started", pg->last_change, "", f);
    formatter_close(f);
    formatter_close(f);
}
