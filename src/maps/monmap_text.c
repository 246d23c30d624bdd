/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A monmap for people and for programs, in the shapes of genuine tools. */
#include <stdlib.h>

#include "maps/mon_features.h"
#include "maps/monmap_internal.h"
#include "types/ceph_release.h"
#include "types/dump_util.h"
#include "types/entity_addr_dump.h"

static void print_list(const struct string_list *l, FILE *out)
{
    for (unsigned i = 0; i < l->count; i++)
        fprintf(out, "%s%s", i ? "," : "", l->items[i]);
}

static void print_crush_loc(const struct string_map *loc, FILE *out)
{
    fputc('{', out);
    for (unsigned i = 0; i < loc->count; i++)
        fprintf(out, "%s%s=%s", i ? "," : "", loc->pairs[i].key, loc->pairs[i].value);
    fputc('}', out);
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
        fputs("disallowed_leaders ", out);
        print_list(&m->disallowed_leaders, out);
        fputc('\n', out);
    }
    for (unsigned i = 0; i < m->count; i++) {
        char *addrs = entity_addrvec_print(&m->mons[i].addrs);

        fprintf(out, "%u: %s mon.%s", i, addrs ? addrs : "?", m->mons[i].name);
        free(addrs);
        if (m->mons[i].crush_loc.count) {
            fputs("; crush_location ", out);
            print_crush_loc(&m->mons[i].crush_loc, out);
        }
        fputc('\n', out);
    }
}

/* What print writes about value, as a JSON string. */
#define DUMP_PRINTED(print, value)           \
    char *text = NULL;                       \
    size_t len;                              \
    FILE *out = open_memstream(&text, &len); \
    if (!out)                                \
        return NULL;                         \
    print(value, out);                       \
    fclose(out);                             \
    return dump_text_steal(text)

static json_t *dump_list(const struct string_list *l)
{
    DUMP_PRINTED(print_list, l);
}

static json_t *dump_crush_loc(const struct string_map *loc)
{
    DUMP_PRINTED(print_crush_loc, loc);
}

static void print_ranks(const struct monmap *m, FILE *out)
{
    for (unsigned i = 0; i < m->removed_rank_count; i++)
        fprintf(out, "%s%u", i ? "," : "", m->removed_ranks[i]);
}

static json_t *dump_removed_ranks(const struct monmap *m)
{
    DUMP_PRINTED(print_ranks, m);
}

static json_t *dump_mon(const struct mon_info *info, unsigned rank)
{
    char addr[ENTITY_ADDR_TEXT_MAX];

    entity_addr_print_bare(mon_info_one_addr(info), addr);
    return json_pack("{s:i, s:o, s:o, s:s, s:s, s:i, s:i, s:o}", "rank", rank, "name", dump_text(info->name),
                     "public_addrs", entity_addrvec_dump(&info->addrs), "addr", addr, "public_addr", addr,
                     "priority", info->priority, "weight", info->weight, "crush_location",
                     dump_crush_loc(&info->crush_loc));
}

json_t *monmap_dump(const struct monmap *m)
{
    char fsid[FSID_TEXT_LEN + 1], changed[UTIME_TEXT_MAX], created[UTIME_TEXT_MAX];
    json_t *mons = json_array();

    for (unsigned i = 0; i < m->count; i++)
        if (json_array_append_new(mons, dump_mon(&m->mons[i], i)) < 0) {
            json_decref(mons);
            return NULL;
        }
    /* The keys with a colon and a blank are genuine Ceph's, and programs look for them. */
    return json_pack("{s:I, s:s, s:s, s:s, s:i, s:s, s:i, s:o, s:b, s:o, s:o, s:{s:o, s:o}, s:o}", "epoch",
                     (json_int_t)m->epoch, "fsid", fsid_print(&m->fsid, fsid), "modified",
                     utime_print_utc(m->last_changed, changed), "created",
                     utime_print_utc(m->created, created), "min_mon_release", m->min_mon_release,
                     "min_mon_release_name", ceph_release_name(m->min_mon_release), "election_strategy",
                     m->strategy, "disallowed_leaders: ", dump_list(&m->disallowed_leaders), "stretch_mode",
                     m->stretch_mode, "tiebreaker_mon", dump_text(m->tiebreaker),
                     "removed_ranks: ", dump_removed_ranks(m), "features", "persistent",
                     mon_features_dump(m->persistent_features), "optional",
                     mon_features_dump(m->optional_features), "mons", mons);
}
