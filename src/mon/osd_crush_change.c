/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_crush_change.h"

#include <errno.h>
#include <string.h>

#include "common/command_sig.h"
#include "crush/crush_edit.h"
#include "mon/monitor.h"
#include "mon/osd_monitor.h"
#include "types/ceph_release.h"

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

const struct crush_map *osd_crush_map(const struct mon_op *op)
{
    return osd_monitor_crush(service(op));
}

struct osd_pending *osd_crush_pending(const struct mon_op *op)
{
    return osd_monitor_pending(service(op));
}

static int check_clients(struct mon_op *op, const struct crush_map *map)
{
    uint8_t needs = crush_map_min_release(map),
            least = osd_monitor_map(service(op))->require_min_compat_client;

    if (least == 0 || needs <= least)
        return 0;
    return mon_op_fail(op, -EINVAL,
                       "the crush map would need clients of %s, but those of %s are to be let in",
                       ceph_release_name(needs), ceph_release_name(least));
}

static int finish(struct mon_op *op, struct crush_map *map, int r)
{
    struct paxos_service *s = service(op);

    if (r > 0) {
        int bad = check_clients(op, map);
        r = bad ? bad : r;
    }
    if (r <= 0)
        crush_map_destroy(map);
    if (r < 0)
        return r;
    if (r == 0 && osd_monitor_unchanged(s))
        return 0;
    if (r > 0)
        osd_pending_set_crush(osd_monitor_pending(s), map);
    return osd_monitor_commit(s, op);
}

int osd_crush_change(struct mon_op *op, osd_crush_edit edit)
{
    struct paxos_service *s = service(op);
    struct crush_map map;
    int r;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    r = osd_pending_copy_crush(osd_monitor_pending(s), &map);
    return r ? r : finish(op, &map, edit(op, &map));
}

int osd_crush_location(struct mon_op *op, struct string_map *loc)
{
    const json_t *args = json_object_get(op->cmd, "args"), *arg;
    int r = 0;
    size_t i;

    string_map_init(loc);
    json_array_foreach(args, i, arg)
    {
        const char *text = json_string_value(arg);
        r = text ? crush_location_add(loc, text) : -EINVAL;
        if (r == -EINVAL)
            mon_op_status(op, "'%s' is not a place: it must be TYPE=NAME", text ? text : "");
        if (r)
            break;
    }
    if (json_is_string(args))
        r = crush_location_add(loc, json_string_value(args));
    if (r)
        string_map_destroy(loc);
    return r;
}

int osd_crush_weight(struct mon_op *op, uint32_t *weight)
{
    double w = command_double(op->cmd, "weight", -1);
    int r = crush_weight_from_double(w, weight);

    return r ? mon_op_fail(op, r, "%g is not a weight: it must be from 0 to below 65536", w) : 0;
}
