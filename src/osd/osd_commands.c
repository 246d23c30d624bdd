/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an OSD answers on its admin socket and to `ceph tell`. */
#include <errno.h>

#include "common/command_sig.h"
#include "common/log.h"
#include "daemon/tell_command.h"
#include "osd/osd.h"
#include "osd/osd_session.h"

/* One that should be served here, or whose objects are here, and is not served. */
static void dump_obstacle(void *f, struct pg *pg)
{
    char text[PG_ID_TEXT_MAX];

    pg_lock(pg);
    if (pg->map && !pg->active) {
        formatter_open_object(f, NULL);
        formatter_string(f, "pgid", pg_id_print(pg->id, text));
        formatter_string(f, "inactive_because", pg->inactive_why);
        formatter_close(f);
    }
    pg_unlock(pg);
}

static int cmd_status(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                      char **err UNUSED)
{
    struct osd *osd = arg;
    char text[FSID_TEXT_LEN + 1];

    formatter_open_object(f, NULL);
    mutex_lock(&osd->lock);
    formatter_string(f, "cluster_fsid", fsid_print(&osd->superblock.cluster_fsid, text));
    formatter_string(f, "osd_fsid", fsid_print(&osd->superblock.osd_fsid, text));
    formatter_int(f, "whoami", osd->whoami);
    formatter_string(f, "state", osd_state_name(osd->state));
    formatter_uint(f, "oldest_map", osd->superblock.oldest_map);
    formatter_uint(f, "newest_map", osd->superblock.newest_map);
    mutex_unlock(&osd->lock);
    mutex_lock(&osd->pgs_lock);
    formatter_uint(f, "num_pgs", osd->pg_count);
    mutex_unlock(&osd->pgs_lock);
    formatter_open_array(f, "inactive_pgs");
    osd_each_pg(osd, dump_obstacle, f);
    formatter_close(f);
    formatter_close(f);
    return 0;
}

static int cmd_ops(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                   char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_ops(&osd->tracker, f);
    return 0;
}

static int cmd_historic(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                        char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_history(&osd->tracker, false, f);
    return 0;
}

static int cmd_historic_by_duration(void *arg, const json_t *cmd UNUSED, struct formatter *f,
                                    struct strbuf *out UNUSED, char **err UNUSED)
{
    struct osd *osd = arg;

    op_tracker_dump_history(&osd->tracker, true, f);
    return 0;
}

static void dump_pg(void *arg, struct pg *pg)
{
    pg_lock(pg);
    pg_dump(pg, arg);
    pg_unlock(pg);
}

static int cmd_pgs(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                   char **err UNUSED)
{
    formatter_open_array(f, NULL);
    osd_each_pg(arg, dump_pg, f);
    formatter_close(f);
    return 0;
}

static int cmd_query(void *arg, const json_t *cmd, struct formatter *f, struct strbuf *out UNUSED, char **err)
{
    const char *text = command_str(cmd, "pgid", "");
    struct pg_id id;
    struct pg *pg;
    int r = 0;

    if (!text[0])
        return err_set(err, -EINVAL, "no pgid specified");
    if (!pg_id_parse(text, &id))
        return err_set(err, -EINVAL, "'%s' is no placement group", text);
    pg = osd_find_pg(arg, id);
    if (!pg)
        return err_set(err, -ENOENT, "placement group %s is not here", text);
    pg_lock(pg);
    if (pg->map && !pg->removed)
        pg_query(pg, f);
    else
        r = err_set(err, -EAGAIN, "placement group %s has no map yet", text);
    pg_unlock(pg);
    pg_put(pg);
    return r;
}

static int cmd_messengers(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                          char **err UNUSED)
{
    struct osd *osd = arg;

    formatter_open_array(f, NULL);
    messenger_dump(osd->public, f);
    messenger_dump(osd->cluster, f);
    formatter_close(f);
    return 0;
}

static const struct admin_socket_command commands[] = {
    {"status", "how the OSD is: state, maps, number of placement groups", cmd_status},
    {"ops", "operations that are under way", cmd_ops},
    {"dump_ops_in_flight", "the same", cmd_ops},
    {"dump_historic_ops", "operations of late that took longest to reach their end", cmd_historic},
    {"dump_historic_ops_by_duration", "the slowest operations since the start", cmd_historic_by_duration},
    {"dump_pgs", "placement groups: state, versions, who serves them", cmd_pgs},
    {"pg name=pgid,type=CephPgid name=cmd,type=CephChoices,strings=query", "everything about one of them",
     cmd_query},
    {"query name=pgid,type=CephPgid,req=false", "the same", cmd_query},
    {"messenger dump", "connections of the OSD's messengers", cmd_messengers},
};

int osd_commands_register(struct osd *osd)
{
    return osd->asok ? admin_socket_register_all(osd->asok, commands, ARRAY_SIZE(commands), osd) : 0;
}

static bool may_administer(struct connection *con)
{
    const struct osd_session *s = osd_session_of(con);

    return s && s->everything;
}

void osd_handle_command(struct osd *osd, struct message *msg)
{
    tell_command_handle(osd->asok, msg, may_administer(msg->con));
}
