/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A monmap for people and for programs, in the shapes of genuine tools. */
#include <stdlib.h>

#include "maps/mon_features.h"
#include "maps/monmap_internal.h"
#include "types/ceph_release.h"
#include "types/entity_addr_dump.h"

/* "a,b" */
static void add_list(const struct string_list *l, struct strbuf *s)
{
    for (unsigned i = 0; i < l->count; i++)
        strbuf_printf(s, "%s%s", i ? "," : "", l->items[i]);
}

/* "{host=h1,rack=r1}" */
static void add_crush_loc(const struct string_map *loc, struct strbuf *s)
{
    strbuf_addc(s, '{');
    for (unsigned i = 0; i < loc->count; i++)
        strbuf_printf(s, "%s%s=%s", i ? "," : "", loc->pairs[i].key, loc->pairs[i].value);
    strbuf_addc(s, '}');
}

static void add_removed_ranks(const struct monmap *m, struct strbuf *s)
{
    for (unsigned i = 0; i < m->removed_rank_count; i++)
        strbuf_printf(s, "%s%u", i ? "," : "", m->removed_ranks[i]);
}

void monmap_print(const struct monmap *m, FILE *out)
{
    char fsid[FSID_TEXT_LEN + 1], time[UTIME_TEXT_MAX];

    fprintf(out, "epoch %u\n", m->epoch);
    fprintf(out, "fsid %s\n", fsid_print(&m->fsid, fsid));
    fprintf(out, "last_changed %s\n", utime_print(m->last_changed, time));
    fprintf(out, "created %s\n", utime_print(m->created, time));
    fprintf(out, "min_mon_release %u (%s)\n", m->min_mon_release, ceph_release_name(m->min_mon_release));
    fprintf(out, "election_strategy: %u\n", m->strategy);
    if (m->stretch_mode)
        fprintf(out, "stretch_mode_enabled 1\ntiebreaker_mon %s\n", m->tiebreaker ? m->tiebreaker : "");
    if (m->stretch_mode || m->disallowed_leaders.count) {
        struct strbuf leaders = STRBUF_INIT;
        add_list(&m->disallowed_leaders, &leaders);
        fprintf(out, "disallowed_leaders %s\n", strbuf_text(&leaders));
        strbuf_destroy(&leaders);
    }
    for (unsigned i = 0; i < m->count; i++) {
        char *addrs = entity_addrvec_print(&m->mons[i].addrs);

        fprintf(out, "%u: %s mon.%s", i, addrs ? addrs : "?", m->mons[i].name);
        free(addrs);
        if (m->mons[i].crush_loc.count) {
            struct strbuf loc = STRBUF_INIT;
            add_crush_loc(&m->mons[i].crush_loc, &loc);
            fprintf(out, "; crush_location %s", strbuf_text(&loc));
            strbuf_destroy(&loc);
        }
        fputc('\n', out);
    }
}

static void format_mon(const struct mon_info *info, unsigned rank, struct formatter *f)
{
    struct strbuf loc = STRBUF_INIT;
    char addr[ENTITY_ADDR_TEXT_MAX];

    entity_addr_print_bare(mon_info_one_addr(info), addr);
    add_crush_loc(&info->crush_loc, &loc);
    formatter_open_object(f, NULL);
    formatter_uint(f, "rank", rank);
    formatter_string(f, "name", info->name);
    entity_addrvec_format(&info->addrs, "public_addrs", f);
    formatter_string(f, "addr", addr);
    formatter_string(f, "public_addr", addr);
    formatter_uint(f, "priority", info->priority);
    formatter_uint(f, "weight", info->weight);
    formatter_string(f, "crush_location", strbuf_text(&loc));
    formatter_close(f);
    strbuf_destroy(&loc);
}

void monmap_format(const struct monmap *m, struct formatter *f)
{
    char fsid[FSID_TEXT_LEN + 1], time[UTIME_TEXT_MAX];
    struct strbuf leaders = STRBUF_INIT, ranks = STRBUF_INIT;

    add_list(&m->disallowed_leaders, &leaders);
    add_removed_ranks(m, &ranks);
    formatter_uint(f, "epoch", m->epoch);
    formatter_string(f, "fsid", fsid_print(&m->fsid, fsid));
    formatter_string(f, "modified", utime_print_utc(m->last_changed, time));
    formatter_string(f, "created", utime_print_utc(m->created, time));
    formatter_uint(f, "min_mon_release", m->min_mon_release);
    formatter_string(f, "min_mon_release_name", ceph_release_name(m->min_mon_release));
    formatter_uint(f, "election_strategy", m->strategy);
    /* The colons and blanks in the keys are genuine Ceph's, and programs look for them. */
    formatter_string(f, "disallowed_leaders: ", strbuf_text(&leaders));
    formatter_bool(f, "stretch_mode", m->stretch_mode);
    formatter_string(f, "tiebreaker_mon", m->tiebreaker ? m->tiebreaker : "");
    formatter_string(f, "removed_ranks: ", strbuf_text(&ranks));
    formatter_open_object(f, "features");
    mon_features_format(m->persistent_features, "persistent", f);
    mon_features_format(m->optional_features, "optional", f);
    formatter_close(f);
    formatter_open_array(f, "mons");
    for (unsigned i = 0; i < m->count; i++)
        format_mon(&m->mons[i], i, f);
    formatter_close(f);
    strbuf_destroy(&leaders);
    strbuf_destroy(&ranks);
}

json_t *monmap_dump(const struct monmap *m)
{
    struct formatter f;

    formatter_init(&f, FORMATTER_JSON);
    formatter_open_object(&f, NULL);
    monmap_format(m, &f);
    formatter_close(&f);
    return formatter_to_json(&f);
}
