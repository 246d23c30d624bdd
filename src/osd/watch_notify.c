/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/watch_notify.h"

#include <errno.h>

void watch_changes_apply(struct op_context *c UNUSED)
{
}
void watch_changes_drop(struct op_context *c UNUSED)
{
}
void watch_notify_started(struct op_context *c UNUSED)
{
}
void watch_restore(struct pg *pg UNUSED)
{
}
void watch_drop_all(struct pg *pg UNUSED)
{
}
void watch_connection_lost(struct osd *osd UNUSED, struct connection *con UNUSED)
{
}
int step_watch(struct op_context *c UNUSED, struct osd_op *op UNUSED)
{
    return -EOPNOTSUPP;
}
int step_notify(struct op_context *c UNUSED, struct osd_op *op UNUSED)
{
    return -EOPNOTSUPP;
}
int step_notify_ack(struct op_context *c UNUSED, struct osd_op *op UNUSED)
{
    return -EOPNOTSUPP;
}
int step_list_watchers(struct op_context *c UNUSED, struct osd_op *op UNUSED)
{
    return -EOPNOTSUPP;
}
int step_call(struct op_context *c UNUSED, struct osd_op *op UNUSED)
{
    return -EOPNOTSUPP;
}
