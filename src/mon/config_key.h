/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config_key: the monitors' store of keys and values that mean nothing to them (`ceph config-key`). The
 * options of the cluster and their history lie there too, below config/ and config-history/. Locks: the
 * monitor's.
 */
#ifndef CEPH_MON_CONFIG_KEY_H
#define CEPH_MON_CONFIG_KEY_H

#include "mon/mon_op.h"

#define CONFIG_KEY_PREFIX "mon_config_key" /* in the store */

int config_key_get(struct mon_op *op);    /* config-key get <key> */
int config_key_set(struct mon_op *op);    /* config-key set|put <key> [<val>] */
int config_key_rm(struct mon_op *op);     /* config-key rm|del <key> */
int config_key_exists(struct mon_op *op); /* config-key exists <key> */
int config_key_ls(struct mon_op *op);     /* config-key ls */
int config_key_dump(struct mon_op *op);   /* config-key dump [<prefix>] */

#endif
