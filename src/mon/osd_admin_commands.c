/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_admin_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/command_sig.h"
#include "common/conf.h"
#include "crush/crush_edit.h"
#include "mon/auth_monitor.h"
#include "mon/monitor.h"
#include "mon/osd_arguments.h"
#include "mon/osd_metadata.h"
#include "mon/osd_monitor.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

/* ---- lists of OSDs ---- */

/* Changes one OSD. 1: changed, 0: it was so; the status gets a sentence either way. */
typedef int (*change_fn)(struct mon_op *op, struct osd_pending *p, int32_t osd);

static int for_each(struct mon_op *op, change_fn change)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    struct osd_pending *p = osd_monitor_pending(service(op));
    unsigned count, changed = 0;
    int32_t *osds;
    int r;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    r = osd_argument_list(op, "ids", map, &osds, &count);
    if (r)
        return r;
    op->result = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!osdmap_exists(map, osds[i])) {
            strbuf_printf(&op->status, "osd.%" PRId32 " does not exist. ", osds[i]);
            continue;
        }
        r = change(op, p, osds[i]);
        if (r < 0)
            op->result = r;
        changed += r > 0;
    }
    free(osds);
    return changed ? osd_monitor_commit(service(op), op) : op->result;
}

static int change_out(struct mon_op *op, struct osd_pending *p, int32_t osd)
{
    uint32_t weight = osd_pending_weight(p, osd);
    struct osd_xinfo *x;

    if (weight == 0) {
        strbuf_printf(&op->status, "osd.%" PRId32 " is already out. ", osd);
        return 0;
    }
    x = weight == OSD_WEIGHT_ONE ? NULL : osd_pending_xinfo(p, osd);
    if (x)
        x->old_weight = weight;
    strbuf_printf(&op->status, "marked out osd.%" PRId32 ". ", osd);
    return osd_pending_set_weight(p, osd, 0) ? -ENOMEM : 1;
}

int osd_command_out(struct mon_op *op)
{
    return for_each(op, change_out);
}

static int change_in(struct mon_op *op, struct osd_pending *p, int32_t osd)
{
    struct osd_xinfo *x;
    uint32_t weight;

    if (osd_pending_weight(p, osd)) {
        strbuf_printf(&op->status, "osd.%" PRId32 " is already in. ", osd);
        return 0;
    }
    x = osd_pending_xinfo(p, osd);
    if (!x)
        return -ENOMEM;
    weight = x->old_weight ? x->old_weight : OSD_WEIGHT_ONE;
    x->old_weight = 0;
    strbuf_printf(&op->status, "marked in osd.%" PRId32 ". ", osd);
    return osd_pending_set_weight(p, osd, weight) ? -ENOMEM : 1;
}

int osd_command_in(struct mon_op *op)
{
    return for_each(op, change_in);
}

static int change_down(struct mon_op *op, struct osd_pending *p, int32_t osd)
{
    if (!osd_pending_is_up(p, osd)) {
        strbuf_printf(&op->status, "osd.%" PRId32 " is already down. ", osd);
        return 0;
    }
    strbuf_printf(&op->status, "marked down osd.%" PRId32 ". ", osd);
    return osd_pending_change_state(p, osd, OSD_UP, false) ? -ENOMEM : 1;
}

int osd_command_down(struct mon_op *op)
{
    return for_each(op, change_down);
}

/* From the map, with what it said of itself. */
static int remove_osd(struct mon_op *op, struct osd_pending *p, int32_t osd)
{
    static const struct fsid none;
    int r = osd_pending_change_state(p, osd, OSD_EXISTS, false);

    if (r == 0)
        r = osd_pending_set_uuid(p, osd, &none);
    osd_metadata_remove(osd_monitor_pending_tx(service(op)), osd);
    return r;
}

static int change_rm(struct mon_op *op, struct osd_pending *p, int32_t osd)
{
    if (osd_pending_is_up(p, osd)) {
        strbuf_printf(&op->status, "osd.%" PRId32 " is still up; must be down before removal. ", osd);
        return -EBUSY;
    }
    strbuf_printf(&op->status, "removed osd.%" PRId32, osd);
    return remove_osd(op, p, osd) ? -ENOMEM : 1;
}

int osd_command_rm(struct mon_op *op)
{
    return for_each(op, change_rm);
}

/* ---- for good ---- */

/* The entity of the OSD is let in no more. */
static int remove_key(struct mon_op *op, int32_t osd)
{
    struct paxos_service *auth = op->mon->services[MON_SERVICE_AUTH];
    char text[24];
    struct entity_id id;
    int r;

    snprintf(text, sizeof(text), "osd.%" PRId32, osd);
    r = entity_id_parse(&id, text);
    if (r)
        return r;
    if (keyring_remove(&auth_monitor_pending(auth)->keyring, &id))
        paxos_service_commit(auth, NULL);
    entity_id_destroy(&id);
    return 0;
}

static int remove_from_crush(struct osd_pending *p, int32_t osd)
{
    struct crush_map copy;
    int r = osd_pending_copy_crush(p, &copy);

    if (r)
        return r;
    r = crush_edit_remove_item(&copy, osd, false);
    if (r == 0)
        osd_pending_set_crush(p, &copy);
    crush_map_destroy(&copy);
    return r == -ENOENT ? 0 : r;
}

/* 0: the OSD of the argument is there and down, and the user is sure. MON_OP_WAITS: not yet. */
static int may_end(struct mon_op *op, int32_t *osd)
{
    struct paxos_service *auth = op->mon->services[MON_SERVICE_AUTH];
    int r = osd_argument_existing(op, "id", osd_monitor_map(service(op)), osd);

    if (r)
        return r;
    if (!command_bool(op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(op, -EPERM,
                           "Are you SURE?  Did you verify with 'ceph osd safe-to-destroy'?  "
                           "What osd.%" PRId32 " holds and its key are lost for good; "
                           "pass --yes-i-really-mean-it if you really do.",
                           *osd);
    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    if (!paxos_service_writable(auth))
        return paxos_service_wait_writable(auth, op);
    if (osd_pending_is_up(osd_monitor_pending(service(op)), *osd))
        return mon_op_fail(op, -EBUSY, "osd.%" PRId32 " is not `down`.", *osd);
    return 0;
}

int osd_command_destroy(struct mon_op *op)
{
    static const struct fsid none;
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd;
    int r = may_end(op, &osd);

    if (r)
        return r;
    r = osd_pending_change_state(p, osd, OSD_DESTROYED, true);
    if (r == 0)
        r = osd_pending_set_uuid(p, osd, &none);
    if (r == 0)
        r = remove_key(op, osd);
    if (r)
        return r;
    mon_op_status(op, "destroyed osd.%" PRId32, osd);
    return osd_monitor_commit(service(op), op);
}

int osd_command_purge(struct mon_op *op)
{
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd;
    int r = may_end(op, &osd);

    if (r)
        return r;
    r = remove_from_crush(p, osd);
    if (r == 0)
        r = remove_osd(op, p, osd);
    if (r == 0)
        r = remove_key(op, osd);
    if (r)
        return r;
    mon_op_status(op, "purged osd.%" PRId32, osd);
    return osd_monitor_commit(service(op), op);
}

int osd_command_lost(struct mon_op *op)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    struct osd_pending *p = osd_monitor_pending(service(op));
    int32_t osd;
    int r = osd_argument_existing(op, "id", map, &osd);

    if (r)
        return r;
    if (!command_bool(op->cmd, "yes_i_really_mean_it", false))
        return mon_op_fail(op, -EPERM,
                           "are you SURE?  what only this OSD has is given up; "
                           "pass --yes-i-really-mean-it if you really do.");
    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    if (osd_pending_is_up(p, osd))
        return mon_op_fail(op, -EBUSY, "osd.%" PRId32 " is not down", osd);
    r = osd_values_set(&p->inc.new_lost, osd, map->osds[osd].info.down_at);
    if (r)
        return r;
    mon_op_status(op, "marked osd lost in epoch %u", map->osds[osd].info.down_at);
    return osd_monitor_commit(service(op), op);
}

/* ---- how they count ---- */

/* A weight of 0 to 1 for one OSD, given by set(); "VERB osd.0WHAT to 0.5 (8000)" is said. */
static int change_weight(struct mon_op *op, int (*set)(struct osd_pending *p, int32_t osd, uint32_t weight),
                         const char *verb, const char *what)
{
    double weight = command_double(op->cmd, "weight", 1);
    uint32_t fixed = (uint32_t)(weight * OSD_WEIGHT_ONE);
    int32_t osd;
    int r = osd_argument_existing(op, "id", osd_monitor_map(service(op)), &osd);

    if (r)
        return r;
    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    r = set(osd_monitor_pending(service(op)), osd, fixed);
    if (r)
        return r;
    mon_op_status(op, "%s osd.%" PRId32 "%s to %g (%x)", verb, osd, what, weight, fixed);
    return osd_monitor_commit(service(op), op);
}

int osd_command_reweight(struct mon_op *op)
{
    return change_weight(op, osd_pending_set_weight, "reweighted", "");
}

static int set_affinity(struct osd_pending *p, int32_t osd, uint32_t affinity)
{
    return osd_values_set(&p->inc.new_primary_affinity, osd, affinity);
}

int osd_command_primary_affinity(struct mon_op *op)
{
    return change_weight(op, set_affinity, "set", " primary-affinity");
}

/* ---- who is shut out ---- */

static bool is_blocked(const struct osdmap *map, const struct entity_addr *addr)
{
    for (unsigned i = 0; i < map->blocked_count; i++)
        if (entity_addr_equal(&map->blocklist[i].addr, addr))
            return true;
    return false;
}

static int add_block(struct mon_op *op, const struct entity_addr *addr, const char *text)
{
    double seconds =
        command_double(op->cmd, "expire", conf_double(op->mon->conf, OPT_mon_osd_blocklist_default_expire));
    uint64_t until = clock_realtime_ns() + (uint64_t)(seconds * (double)NSEC_PER_SEC);
    char stamp[UTIME_TEXT_MAX];
    int r = osd_pending_block(osd_monitor_pending(service(op)), addr, utime_from_ns(until));

    if (r)
        return r;
    mon_op_status(op, "blocklisting %s until %s (%g sec)", text, utime_print(utime_from_ns(until), stamp),
                  seconds);
    return osd_monitor_commit(service(op), op);
}

static int remove_block(struct mon_op *op, const struct entity_addr *addr, const char *text)
{
    int r;

    if (!is_blocked(osd_monitor_map(service(op)), addr)) {
        mon_op_status(op, "%s isn't blocklisted", text);
        return 0;
    }
    r = osd_pending_unblock(osd_monitor_pending(service(op)), addr);
    if (r)
        return r;
    mon_op_status(op, "un-blocklisting %s", text);
    return osd_monitor_commit(service(op), op);
}

int osd_command_blocklist(struct mon_op *op)
{
    const char *text = command_str(op->cmd, "addr", ""), *end = NULL, *what;
    struct entity_addr addr;
    char printed[ENTITY_ADDR_TEXT_MAX], err[128];

    if (entity_addr_parse(&addr, text, ENTITY_ADDR_V1, &end, err, sizeof(err)) || (end && *end))
        return mon_op_fail(op, -EINVAL, "unable to parse address %s", text);
    addr.type = ENTITY_ADDR_ANY; /* whichever way the client comes */
    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    entity_addr_print(&addr, printed);
    what = command_str(op->cmd, "blocklistop", command_str(op->cmd, "blacklistop", ""));
    return strcmp(what, "add") == 0 ? add_block(op, &addr, printed) : remove_block(op, &addr, printed);
}

int osd_command_blocklist_clear(struct mon_op *op)
{
    const struct osdmap *map = osd_monitor_map(service(op));
    int r = 0;

    if (!paxos_service_writable(service(op)))
        return paxos_service_wait_writable(service(op), op);
    for (unsigned i = 0; r == 0 && i < map->blocked_count; i++)
        r = osd_pending_unblock(osd_monitor_pending(service(op)), &map->blocklist[i].addr);
    if (r)
        return r;
    mon_op_status(op, "removed all blocklist entries");
    return osd_monitor_commit(service(op), op);
}
