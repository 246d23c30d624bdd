/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_pools.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf.h"
#include "crush/crush_rules.h"
#include "crush/crush_weight_sets.h"
#include "messages/m_pool_op.h"
#include "mon/osd_monitor.h"

enum {
    MAX_SIZE = 1,    /* OSDs do not replicate yet */
    FEWEST_OSDS = 3, /* a small cluster may have the placement groups of that many */
};

int osd_pools_fail(struct strbuf *why, int r, const char *fmt, ...)
{
    va_list ap;

    strbuf_clear(why);
    va_start(ap, fmt);
    strbuf_vprintf(why, fmt, ap);
    va_end(ap);
    return r;
}

/* ---- limits ---- */

static unsigned count_in(const struct osd_pending *p)
{
    unsigned in = 0;

    for (unsigned i = 0; i < osd_pending_max_osd(p); i++)
        in += osd_pending_exists(p, (int32_t)i) && osd_pending_weight(p, (int32_t)i) > 0;
    return in;
}

static int64_t highest_pool(const struct osd_pending *p)
{
    return p->inc.new_pool_max != OSDMAP_UNCHANGED ? p->inc.new_pool_max : p->map->pool_max;
}

int osd_pools_check_pg_num(struct monitor *mon, const struct osd_pending *p, int64_t id, int64_t pg_num,
                           int64_t size, struct strbuf *why)
{
    int64_t limit = conf_i64(mon->conf, OPT_mon_max_pool_pg_num),
            per_osd = conf_i64(mon->conf, OPT_mon_max_pg_per_osd);
    unsigned osds = count_in(p);
    int64_t total = pg_num * size;

    if (pg_num < 1 || pg_num > limit)
        return osd_pools_fail(why, -ERANGE, "pg_num must be from 1 to %" PRId64 " (mon_max_pool_pg_num)",
                              limit);
    if (osds < FEWEST_OSDS)
        osds = FEWEST_OSDS;
    for (int64_t other = 1; other <= highest_pool(p); other++) {
        const struct pg_pool *pool = other == id ? NULL : osd_pending_find_pool(p, other);
        if (pool)
            total += (int64_t)pool->pg_num_target * pool->size;
    }
    if (total > per_osd * osds)
        return osd_pools_fail(why, -ERANGE,
                              "pg_num %" PRId64 " size %" PRId64 " would mean %" PRId64
                              " total pgs, which exceeds max %" PRId64 " (mon_max_pg_per_osd %" PRId64
                              " * num_in_osds %u)",
                              pg_num, size, total, per_osd * osds, per_osd, osds);
    return 0;
}

int osd_pools_check_rule(const struct crush_map *crush, int rule, int64_t size, struct strbuf *why)
{
    const struct crush_rule *r = crush_rules_get(crush, rule);

    if (!r || r->type != CRUSH_RULE_REPLICATED)
        return osd_pools_fail(why, -EINVAL, "crush rule %d is not one for replicated pools", rule);
    if (size < r->min_size)
        return osd_pools_fail(why, -EINVAL,
                              "pool size %" PRId64 " is smaller than the crush rule's least, %u", size,
                              r->min_size);
    if (size > r->max_size)
        return osd_pools_fail(why, -EINVAL, "pool size %" PRId64 " is bigger than the crush rule's most, %u",
                              size, r->max_size);
    return 0;
}

/* ---- new ones ---- */

/* The number of the rule that spec asks for. */
static int choose_rule(struct monitor *mon, const struct osd_pending *p, const struct osd_pool_spec *spec,
                       struct strbuf *why)
{
    int id = spec->rule_id < 0 ? (int)conf_i64(mon->conf, OPT_osd_pool_default_crush_rule) : spec->rule_id;

    if (spec->rule && spec->rule[0]) {
        id = crush_rules_find(&p->crush, spec->rule);
        return id >= 0 ? id : osd_pools_fail(why, -ENOENT, "specified rule %s doesn't exist", spec->rule);
    }
    for (uint32_t i = 0; id < 0 && i < p->crush.max_rules; i++)
        if (p->crush.rules[i].exists && p->crush.rules[i].type == CRUSH_RULE_REPLICATED)
            id = (int)i;
    return id >= 0 ? id : osd_pools_fail(why, -ENOENT, "there is no crush rule for replicated pools");
}

static int check_size(int64_t size, struct strbuf *why)
{
    if (size > MAX_SIZE)
        return osd_pools_fail(
            why, -EINVAL, "pools have one copy of everything here: size %" PRId64 " is not supported", size);
    return 0;
}

/* What the spec leaves open is filled in; all is checked. */
static int complete(struct monitor *mon, const struct osd_pending *p, struct osd_pool_spec *spec,
                    struct strbuf *why)
{
    int r;

    if (!spec->name[0])
        return osd_pools_fail(why, -EINVAL, "a pool must have a name");
    if (osd_pending_pool_by_name(p, spec->name) >= 0)
        return osd_pools_fail(why, -EEXIST, "pool '%s' already exists", spec->name);
    if (spec->size == 0)
        spec->size = conf_i64(mon->conf, OPT_osd_pool_default_size);
    if (spec->pg_num == 0)
        spec->pg_num = conf_i64(mon->conf, OPT_osd_pool_default_pg_num);
    if (spec->pgp_num == 0)
        spec->pgp_num = conf_i64(mon->conf, OPT_osd_pool_default_pgp_num);
    if (spec->pgp_num == 0)
        spec->pgp_num = spec->pg_num;
    r = check_size(spec->size, why);
    if (r == 0)
        r = osd_pools_check_pg_num(mon, p, -1, spec->pg_num, spec->size, why);
    if (r)
        return r;
    if (spec->pgp_num > spec->pg_num)
        return osd_pools_fail(why, -ERANGE, "pgp_num must be from 1 to pg_num, which is %" PRId64,
                              spec->pg_num);
    spec->rule_id = choose_rule(mon, p, spec, why);
    return spec->rule_id < 0 ? spec->rule_id
                             : osd_pools_check_rule(&p->crush, spec->rule_id, spec->size, why);
}

/* As genuine monitors make them; cache tiers are not used, but their defaults are in the map. */
static void fill(struct pg_pool *pool, const struct osd_pool_spec *spec, uint32_t epoch)
{
    pool->type = PG_POOL_REPLICATED;
    pool->size = (uint8_t)spec->size;
    pool->min_size = (uint8_t)(spec->size - spec->size / 2);
    pool->crush_rule = (uint8_t)spec->rule_id;
    pool->object_hash = PG_POOL_HASH_RJENKINS;
    pool->flags = PG_POOL_HASHPSPOOL | PG_POOL_CREATING;
    pool->pg_num = pool->pg_num_target = pool->pg_num_pending = (uint32_t)spec->pg_num;
    pool->pgp_num = pool->pgp_num_target = (uint32_t)spec->pgp_num;
    pool->last_change = epoch;
    pool->create_time = utime_from_ns(clock_realtime_ns());
    pool->expected_num_objects = spec->expected_objects;
    pool->use_gmt_hitset = true;
    pool->cache_target_dirty_ratio_micro = 400000;
    pool->cache_target_dirty_high_ratio_micro = 600000;
    pool->cache_target_full_ratio_micro = 800000;
    pool->autoscale_mode = PG_AUTOSCALE_OFF;
}

int osd_pools_create(struct monitor *mon, struct osd_pending *p, const struct osd_pool_spec *spec,
                     struct pg_pool **pool, struct strbuf *why)
{
    struct osd_pool_spec full = *spec;
    int64_t id;
    int r = complete(mon, p, &full, why);

    if (r)
        return r;
    *pool = osd_pending_add_pool(p, full.name, &id);
    if (!*pool)
        return osd_pools_fail(why, -ENOMEM, "out of memory");
    fill(*pool, &full, p->inc.epoch);
    return 0;
}

static int remove_weight_set(struct osd_pending *p, int64_t id)
{
    struct crush_map map;
    int r;

    if (!crush_weight_sets_find(&p->crush, id))
        return 0;
    r = osd_pending_copy_crush(p, &map);
    if (r)
        return r;
    crush_weight_sets_remove(&map, id);
    osd_pending_set_crush(p, &map);
    return 0;
}

int osd_pools_remove(struct monitor *mon, struct osd_pending *p, int64_t id, struct strbuf *why)
{
    const struct pg_pool *pool = osd_pending_find_pool(p, id);
    int r;

    if (!conf_bool(mon->conf, OPT_mon_allow_pool_delete))
        return osd_pools_fail(
            why, -EPERM,
            "pool deletion is disabled; you must first set the mon_allow_pool_delete config option "
            "to true before you can destroy a pool");
    if (pool->flags & PG_POOL_NODELETE)
        return osd_pools_fail(why, -EPERM,
                              "pool deletion is disabled; you must unset nodelete flag for the pool first");
    r = osd_pending_remove_pool(p, id);
    return r ? r : remove_weight_set(p, id);
}

/* ---- MPoolOp ---- */

static void answer(struct mon_op *op, int r)
{
    struct m_pool_op_reply reply = {.paxos = PAXOS_PREFIX_INIT(op->version),
                                    .fsid = op->mon->store.fsid,
                                    .result = r,
                                    .epoch = (uint32_t)op->version};

    mon_op_answer(op, m_pool_op_reply_message(&reply));
}

static void committed(struct mon_op *op)
{
    op->version = op->mon->services[MON_SERVICE_OSD]->last_committed;
    answer(op, 0);
}

/* 1: the pending map was changed; 0: it is so already. */
static int change(struct mon_op *op, struct osd_pending *p, const struct m_pool_op *m)
{
    struct osd_pool_spec spec = {.name = m->name ? m->name : "", .rule_id = m->crush_rule};
    struct strbuf why = STRBUF_INIT;
    struct pg_pool *pool;
    int r = -EOPNOTSUPP; /* snapshots */

    if (m->op == POOL_OP_CREATE)
        r = osd_pools_create(op->mon, p, &spec, &pool, &why) ?: 1;
    else if (m->op == POOL_OP_DELETE)
        r = osd_pending_find_pool(p, m->pool) ? osd_pools_remove(op->mon, p, m->pool, &why) ?: 1 : 0;
    dout(mon, r < 0 ? 1 : 5, "pool op %#x of '%s': %s", m->op, spec.name,
         why.len ? strbuf_text(&why)
         : r < 0 ? strerror(-r)
                 : "done");
    strbuf_destroy(&why);
    return r == -EEXIST ? 0 : r;
}

static void run(struct mon_op *op)
{
    struct paxos_service *s = op->mon->services[MON_SERVICE_OSD];
    struct m_pool_op m;
    int r;

    if (!paxos_service_writable(s)) {
        paxos_service_wait_writable(s, op);
        return;
    }
    if (!mon_op_decoded(op, m_pool_op_decode(&m, op->msg)))
        return;
    if (!mon_op_right_cluster(op, &m.fsid)) {
        m_pool_op_destroy(&m);
        return;
    }
    op->version = s->last_committed;
    r = mon_session_may(op->session, "osd", "w", NULL) ? change(op, osd_monitor_pending(s), &m) : -EPERM;
    m_pool_op_destroy(&m);
    if (r > 0 || (r == 0 && !osd_monitor_unchanged(s))) {
        op->committed = committed;
        osd_monitor_commit(s, op);
        return;
    }
    answer(op, r);
}

void osd_pools_handle_op(struct mon_op *op)
{
    op->run = run;
    run(op);
}
