/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole crush map that comes as a file. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "common/command_sig.h"
#include "mon/monitor.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_crush_commands.h"
#include "mon/osd_monitor.h"
#include "mon/osd_pools.h"

static const struct osdmap *newest(const struct mon_op *op)
{
    return osd_monitor_map(op->mon->services[MON_SERVICE_OSD]);
}

/* The sender may say which version it has edited. 1: it is that one, 0: what it sends is there already. */
static int check_version(struct mon_op *op, const struct slice *bytes)
{
    const struct osdmap *map = newest(op);
    int64_t prior = command_int(op->cmd, "prior_version", -1);

    if (prior < 0 || prior == map->crush_version)
        return 1;
    if (prior == map->crush_version - 1 && map->crush_len == bytes->len &&
        memcmp(map->crush, bytes->data, bytes->len) == 0) {
        mon_op_status(op, "%d", map->crush_version);
        return 0;
    }
    return mon_op_fail(op, -EPERM, "prior_version %" PRId64 " != crush version %d", prior,
                       map->crush_version);
}

/* Rules are found by their numbers only, and pools need theirs. */
static int check_rules(struct mon_op *op, const struct crush_map *crush)
{
    const struct osdmap *map = newest(op);
    struct strbuf why = STRBUF_INIT;
    int r = 0;

    for (uint32_t i = 0; i < crush->max_rules; i++)
        if (crush->rules[i].exists && crush->rules[i].ruleset != i)
            return mon_op_fail(op, -EINVAL, "rule %u has ruleset %u: they must be the same", i,
                               crush->rules[i].ruleset);
    for (unsigned i = 0; r == 0 && i < map->pool_count; i++) {
        const struct pg_pool *pool = &map->pools[i].pool;
        r = osd_pools_check_rule(crush, pool->crush_rule, pool->size, &why);
        if (r)
            mon_op_status(op, "pool '%s' needs crush rule %u: %s", map->pools[i].name, pool->crush_rule,
                          strbuf_text(&why));
    }
    strbuf_destroy(&why);
    return r;
}

static int edit_import(struct mon_op *op, struct crush_map *map)
{
    struct crush_map fresh;
    struct slice bytes;
    struct decode d;
    int r = bufferlist_flatten(&op->input, &bytes);

    if (r)
        return r;
    decode_init(&d, bytes.data, bytes.len);
    r = crush_map_decode(&fresh, &d);
    if (r) {
        slice_put(&bytes);
        return r == -ENOMEM ? r : mon_op_fail(op, -EINVAL, "what was sent is not a crush map");
    }
    r = check_version(op, &bytes);
    slice_put(&bytes);
    if (r > 0 && check_rules(op, &fresh))
        r = -EINVAL;
    if (r <= 0) {
        crush_map_destroy(&fresh);
        return r;
    }
    crush_map_destroy(map);
    *map = fresh;
    mon_op_status(op, "%d", newest(op)->crush_version + 1);
    return 1;
}

int osd_crush_command_import(struct mon_op *op)
{
    struct paxos_service *s = op->mon->services[MON_SERVICE_OSD];

    /* Versions count commits: what others changed since the last one comes first. */
    if (paxos_service_writable(s) && osd_monitor_pending(s)->crush_changed) {
        osd_monitor_commit(s, NULL);
        return paxos_service_wait_writable(s, op);
    }
    return osd_crush_change(op, edit_import);
}
