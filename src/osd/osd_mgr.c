/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_mgr.h"

#include "messages/message_types.h"

/* Which manager is active: nothing is reported to it yet. */
bool osd_mgr_dispatch(struct osd *osd UNUSED, struct message *m)
{
    if (m->type != MSG_MGR_MAP)
        return false;
    message_put(m);
    return true;
}

void osd_mgr_connection_lost(struct osd *osd UNUSED, struct connection *con UNUSED)
{
}

void osd_mgr_tick(struct osd *osd UNUSED, uint64_t now_ns UNUSED)
{
}
