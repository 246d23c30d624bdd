/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_mgr.h"

bool osd_mgr_dispatch(struct osd *osd UNUSED, struct message *m UNUSED)
{
    return false;
}

void osd_mgr_connection_lost(struct osd *osd UNUSED, struct connection *con UNUSED)
{
}

void osd_mgr_tick(struct osd *osd UNUSED, uint64_t now_ns UNUSED)
{
}
