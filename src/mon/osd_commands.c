/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "common/text_table.h"
#include "maps/osd_tree.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"
#include "mon/osd_names.h"
#include "mon/text_age.h"
#include "types/entity_addr_dump.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

static const struct osdmap *newest(const struct mon_op *op)
{
    return osd_monitor_map(service(op));
}

/* The map that "epoch" names, or the newest; inits map. */
static int load(struct mon_op *op, struct osdmap *map)
{
    int64_t epoch = command_int(op->cmd, "epoch", 0);
    int r = osd_monitor_load(service(op), (uint64_t)epoch, map);

    return r == -ENOENT ? mon_op_fail(op, r, "there is no map for epoch %" PRId64, epoch) : r;
}

/* What print() writes, as output. */
static int print(struct mon_op *op, const struct osdmap *map)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    int r;

    if (f) {
        osdmap_print(map, false, f);
        fclose(f);
    }
    r = text ? mon_op_bytes(op, text, len) : -ENOMEM;
    free(text);
    return r;
}

int osd_command_dump(struct mon_op *op)
{
    struct osdmap map;
    int r = load(op, &map);

    if (r)
        return r;
    r = op->json ? mon_op_json(op, osdmap_dump(&map), false) : print(op, &map);
    osdmap_destroy(&map);
    return r;
}

/* ---- summaries ---- */

json_t *osd_stat_dump(const struct osdmap *map)
{
    struct osd_counts n;

    osd_monitor_count(map, &n);
    return json_pack("{s:I, s:i, s:i, s:I, s:i, s:I, s:i}", "epoch", (json_int_t)map->epoch, "num_osds",
                     (int)n.osds, "num_up_osds", (int)n.up, "osd_up_since", (json_int_t)n.up_since,
                     "num_in_osds", (int)n.in, "osd_in_since", (json_int_t)n.in_since, "num_remapped_pgs", 0);
}

static void print_since(uint64_t since, struct strbuf *out)
{
    char age[TEXT_AGE_MAX];

    if (since)
        strbuf_printf(out, " (since %s)", text_age_since(age, since));
}

static void print_counts(const struct osdmap *map, struct strbuf *out)
{
    struct osd_counts n;

    osd_monitor_count(map, &n);
    strbuf_printf(out, "%u osds: %u up", n.osds, n.up);
    print_since(n.up_since, out);
    strbuf_printf(out, ", %u in", n.in);
    print_since(n.in_since, out);
}

static void print_flags(const struct osdmap *map, const char *prefix, struct strbuf *out)
{
    char text[OSDMAP_FLAGS_TEXT_MAX];
    uint32_t unusual = map->flags & ~OSDMAP_FLAGS_DEFAULT;

    if (unusual)
        strbuf_printf(out, "\n%sflags %s", prefix, osdmap_flags_print(unusual, text));
}

void osd_stat_print(const struct osdmap *map, const char *prefix, struct strbuf *out)
{
    print_counts(map, out);
    print_flags(map, prefix, out);
}

int osd_command_stat(struct mon_op *op)
{
    struct strbuf text = STRBUF_INIT;

    if (op->json)
        return mon_op_json(op, osd_stat_dump(newest(op)), false);
    print_counts(newest(op), &text);
    strbuf_printf(&text, "; epoch: e%u", newest(op)->epoch);
    print_flags(newest(op), "", &text);
    strbuf_addc(&text, '\n');
    return mon_op_steal_text(op, &text);
}

/* ---- crush ---- */

static struct osd_tree_filter read_filter(const struct mon_op *op)
{
    const json_t *states = json_object_get(op->cmd, "states"), *state;
    struct osd_tree_filter f = {0};
    size_t i;

    json_array_foreach(states, i, state)
    {
        const char *s = json_string_value(state);
        f.up |= strcmp(s, "up") == 0;
        f.down |= strcmp(s, "down") == 0;
        f.in |= strcmp(s, "in") == 0;
        f.out |= strcmp(s, "out") == 0;
        f.destroyed |= strcmp(s, "destroyed") == 0;
    }
    f.shadows = command_str(op->cmd, "shadow", NULL) != NULL;
    return f;
}

static int show_tree(struct mon_op *op, bool states)
{
    struct osd_tree_filter filter = read_filter(op);
    struct strbuf text = STRBUF_INIT;
    struct crush_map crush;
    struct osdmap map;
    int r;

    if ((filter.up && filter.down) || (filter.in && filter.out))
        return mon_op_fail(op, -EINVAL, "no OSD is both %s",
                           filter.up && filter.down ? "up and down" : "in and out");
    r = load(op, &map);
    if (r)
        return r;
    r = osdmap_get_crush(&map, &crush);
    if (r == 0 && op->json)
        r = mon_op_json(op, osd_tree_dump(&map, &crush, states, &filter), false);
    else if (r == 0 && (r = osd_tree_print(&map, &crush, states, &filter, &text)) == 0)
        r = mon_op_steal_text(op, &text);
    strbuf_destroy(&text);
    crush_map_destroy(&crush);
    osdmap_destroy(&map);
    return r;
}

int osd_command_tree(struct mon_op *op)
{
    return show_tree(op, true);
}

int osd_command_crush_tree(struct mon_op *op)
{
    return show_tree(op, false);
}

/* ---- lists ---- */

int osd_command_ls(struct mon_op *op)
{
    struct osdmap map;
    json_t *list;
    int r = load(op, &map);

    if (r)
        return r;
    list = json_array();
    for (unsigned i = 0; i < map.max_osd; i++)
        if (osdmap_exists(&map, (int32_t)i))
            json_array_append_new(list, json_integer(i));
    osdmap_destroy(&map);
    return osd_names_show(op, list);
}

int osd_command_profiles(struct mon_op *op)
{
    const struct osdmap *map = newest(op);
    json_t *list = json_array();

    for (unsigned i = 0; i < map->profile_count; i++)
        json_array_append_new(list, json_text(map->erasure_code_profiles[i].name));
    return osd_names_show(op, list);
}

int osd_command_lspools(struct mon_op *op)
{
    const struct osdmap *map = newest(op);
    struct strbuf text = STRBUF_INIT;
    json_t *list = json_array();

    for (unsigned i = 0; i < map->pool_count; i++) {
        const struct osdmap_pool *p = &map->pools[i];
        strbuf_printf(&text, "%" PRId64 " %s\n", p->id, p->name);
        json_array_append_new(
            list, json_pack("{s:I, s:o}", "poolnum", (json_int_t)p->id, "poolname", json_text(p->name)));
    }
    if (!op->json) {
        json_decref(list);
        return mon_op_steal_text(op, &text);
    }
    strbuf_destroy(&text);
    return mon_op_json(op, list, false);
}

int osd_command_blocklist_ls(struct mon_op *op)
{
    const struct osdmap *map = newest(op);
    struct strbuf text = STRBUF_INIT;
    json_t *list = json_array();

    for (unsigned i = 0; i < map->blocked_count; i++) {
        char addr[ENTITY_ADDR_TEXT_MAX], until[UTIME_TEXT_MAX];
        entity_addr_print(&map->blocklist[i].addr, addr);
        utime_print(map->blocklist[i].until, until);
        strbuf_printf(&text, "%s %s\n", addr, until);
        json_array_append_new(list, json_pack("{s:s, s:s}", "addr", addr, "until", until));
    }
    mon_op_status(op, "listed %u entries", map->blocked_count);
    if (!op->json) {
        json_decref(list);
        return mon_op_steal_text(op, &text);
    }
    strbuf_destroy(&text);
    return mon_op_json(op, list, false);
}

/* ---- maps as bytes ---- */

int osd_command_getmap(struct mon_op *op)
{
    struct osdmap map;
    struct encode e;
    int r = load(op, &map);

    if (r)
        return r;
    encode_init(&e);
    osdmap_encode(&map, &e, NULL);
    r = encode_error(&e) ? encode_error(&e) : mon_op_bytes(op, e.data, e.len);
    mon_op_status(op, "got osdmap epoch %u", map.epoch);
    encode_destroy(&e);
    osdmap_destroy(&map);
    return r;
}

int osd_command_getcrushmap(struct mon_op *op)
{
    struct osdmap map;
    int r = load(op, &map);

    if (r)
        return r;
    r = mon_op_bytes(op, map.crush, map.crush_len);
    mon_op_status(op, "%d", map.crush_version);
    osdmap_destroy(&map);
    return r;
}

/* ---- changes ---- */

int osd_command_getmaxosd(struct mon_op *op)
{
    const struct osdmap *map = newest(op);

    if (op->json)
        return mon_op_json(
            op, json_pack("{s:I, s:i}", "epoch", (json_int_t)map->epoch, "max_osd", (int)map->max_osd),
            false);
    return mon_op_printf(op, "max_osd = %u in epoch %u\n", map->max_osd, map->epoch);
}

int osd_command_setmaxosd(struct mon_op *op)
{
    int64_t n = command_int(op->cmd, "newmax", 0), limit = conf_i64(op->mon->conf, OPT_mon_max_osd);
    struct osd_pending *p;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    p = osd_monitor_pending(service(op));
    if (n > limit)
        return mon_op_fail(op, -ERANGE,
                           "cannot set max_osd to %" PRId64 " which is > conf.mon_max_osd (%" PRId64 ")", n,
                           limit);
    for (unsigned i = (unsigned)n; i < osd_pending_max_osd(p); i++)
        if (osd_pending_exists(p, (int32_t)i))
            return mon_op_fail(op, -EBUSY, "osd.%u exists: max_osd cannot go below it", i);
    p->inc.new_max_osd = (int32_t)n;
    mon_op_status(op, "set new max_osd = %" PRId64, n);
    return osd_monitor_commit(service(op), op);
}

static uint32_t flag_of(const char *key)
{
    static const struct {
        const char *key;
        uint32_t flag;
    } flags[] = {
        {"full", OSDMAP_FULL},
        {"pause", OSDMAP_PAUSERD | OSDMAP_PAUSEWR},
        {"noup", OSDMAP_NOUP},
        {"nodown", OSDMAP_NODOWN},
        {"noout", OSDMAP_NOOUT},
        {"noin", OSDMAP_NOIN},
        {"nobackfill", OSDMAP_NOBACKFILL},
        {"norebalance", OSDMAP_NOREBALANCE},
        {"norecover", OSDMAP_NORECOVER},
        {"noscrub", OSDMAP_NOSCRUB},
        {"nodeep-scrub", OSDMAP_NODEEP_SCRUB},
        {"notieragent", OSDMAP_NOTIERAGENT},
        {"nosnaptrim", OSDMAP_NOSNAPTRIM},
        {"pglog_hardlimit", OSDMAP_PGLOG_HARDLIMIT},
    };

    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (strcmp(flags[i].key, key) == 0)
            return flags[i].flag;
    return 0;
}

static int change_flag(struct mon_op *op, uint32_t flag, bool set)
{
    char text[OSDMAP_FLAGS_TEXT_MAX];
    struct osd_pending *p;
    uint32_t before;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    p = osd_monitor_pending(service(op));
    before = osd_pending_flags(p);
    osd_pending_set_flags(p, set ? before | flag : before & ~flag);
    mon_op_status(op, "%s is %s", osdmap_flags_print(flag, text), set ? "set" : "unset");
    return osd_monitor_unchanged(service(op)) && osd_pending_flags(p) == before
               ? 0
               : osd_monitor_commit(service(op), op);
}

int osd_command_set(struct mon_op *op)
{
    return change_flag(op, flag_of(command_str(op->cmd, "key", "")), true);
}

int osd_command_unset(struct mon_op *op)
{
    return change_flag(op, flag_of(command_str(op->cmd, "key", "")), false);
}

int osd_command_pause(struct mon_op *op)
{
    return change_flag(op, OSDMAP_PAUSERD | OSDMAP_PAUSEWR, true);
}

int osd_command_unpause(struct mon_op *op)
{
    return change_flag(op, OSDMAP_PAUSERD | OSDMAP_PAUSEWR, false);
}
