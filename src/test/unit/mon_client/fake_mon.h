/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake_mon: a monitor of a test's own making, on the real messenger: it answers what a mon client sends, or
 * does what the test wants to see handled. Threads: its fields are read and set under its lock.
 */
#ifndef CEPH_TEST_UNIT_MON_CLIENT_FAKE_MON_H
#define CEPH_TEST_UNIT_MON_CLIENT_FAKE_MON_H

#include "common/conf.h"
#include "common/mutex.h"
#include "maps/monmap.h"
#include "msg/messenger.h"

struct fake_mon {
    struct messenger *m;
    struct entity_addrvec addrs;
    struct mutex lock;
    struct cond changed;
    struct connection *session; /* the last that authenticated; a reference */

    /* how it behaves */
    const struct monmap *map;               /* what it sends; fixed */
    int auth_result;                        /* of every MAuth */
    bool mute;                              /* takes everything and says nothing */
    unsigned commands_to_ignore;            /* before the first that is answered */
    const char *config_name, *config_value; /* NULL: an empty MConfig */

    /* what came */
    unsigned auths, commands, gets, pings, log_entries;
    uint64_t auth_global_id; /* that the last first round asked for */
    char subs[256];          /* of the last subscription: "config=0+,monmap=2+" */
    char last_log[64];
};

void fake_mon_start(struct fake_mon *f, const struct conf *conf, int rank);
/* An address where it listened, so that a client finds nobody there. */
void fake_mon_stop(struct fake_mon *f);
/* Closes the session from its side. */
void fake_mon_cut(struct fake_mon *f);
void fake_mon_send_monmap(struct fake_mon *f, const struct monmap *map);
/* Waits up to a minute until *counter is at least n. */
void fake_mon_wait(struct fake_mon *f, const unsigned *counter, unsigned n);

#endif
