/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config_monitor: the service that keeps the cluster's options and sends each subscriber its own.
 *
 * A version is a set of changes; the options themselves lie in the config-key store as config/WHO/OPTION, and
 * what each version changed as config-history/VERSION/+WHO/OPTION (the new value) and -WHO/OPTION (the old).
 * Locks: the monitor's.
 */
#ifndef CEPH_MON_CONFIG_MONITOR_H
#define CEPH_MON_CONFIG_MONITOR_H

#include "mon/config_map.h"
#include "mon/mon_session.h"
#include "mon/paxos_service.h"
#include "types/utime.h"

struct paxos_service *config_monitor_create(struct monitor *mon);
void config_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub);

/* ---- for the commands of config_commands.c ---- */

const struct config_map *config_monitor_map(const struct paxos_service *s);
/* Sets or (value NULL) removes WHO/OPTION in the pending version; false: that is how it is already. -ENOMEM.
 */
int config_monitor_change(struct paxos_service *s, const char *key, const char *value,
                          bool *changed) MUST_CHECK;

/* What version changed: calls change() for each option in order, old or new NULL where there was or is none.
 * -ENOENT: nothing is known of that version. */
struct config_change {
    const char *key, *old_value, *new_value;
};
int config_monitor_history(struct paxos_service *s, uint64_t version, struct utime *stamp, char **name,
                           int (*change)(void *arg, const struct config_change *c), void *arg) MUST_CHECK;

#endif
