/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock_ranks: the one list of lock ranks. A thread may take a lock only when its rank is above the rank of
 * every lock it holds; common/mutex.h asserts it.
 */
#ifndef CEPH_COMMON_LOCK_RANKS_H
#define CEPH_COMMON_LOCK_RANKS_H

enum lock_rank {
    LOCK_RANK_USER =
        0, /* locks of programs and daemons that call into the tree: taken first, never checked down */
    LOCK_RANK_DAEMON = 10, /* a daemon's own big lock (monitor, osd) */
    LOCK_RANK_LIBRADOS = 11,
    LOCK_RANK_OBJECTER = 12,
    LOCK_RANK_OSD_SESSION_ORDER = 13,
    LOCK_RANK_OSD_SESSION = 14,
    LOCK_RANK_DAEMON_INNER = 15,
    LOCK_RANK_OSD_TABLES = 16,
    LOCK_RANK_OP_SHARD = 17,
    LOCK_RANK_OP_TRACKER = 18,
    LOCK_RANK_PG_SENDING = 19,
    LOCK_RANK_MON_CLIENT = 20,
    LOCK_RANK_MESSENGER = 30,
    LOCK_RANK_TX = 40,
    LOCK_RANK_SESSION = 50,
    LOCK_RANK_DISPATCH_QUEUE = 60,
    LOCK_RANK_WORKER = 65,
    LOCK_RANK_THROTTLE = 70,
    LOCK_RANK_MESSAGE = 75,
    LOCK_RANK_TIMER = 77,
    LOCK_RANK_OS_WAIT = 78,
    LOCK_RANK_AUTH = 79,
    LOCK_RANK_TRANSPORT = 80,
    LOCK_RANK_OS = 81,
    LOCK_RANK_OS_TABLE = 82,
    LOCK_RANK_KV = 83,
    LOCK_RANK_ADMIN_SOCKET = 84,
    LOCK_RANK_CONF = 85,
    LOCK_RANK_PERF = 87,
    LOCK_RANK_SYNC_CALL = 88, /* taken when the last reference to a buffer goes, wherever that is */
    LOCK_RANK_LOG_SINKS = 89,
    LOCK_RANK_LOG = 90,
    LOCK_RANK_LARGE_BLOCKS = 91, /* taken wherever a buffer is made or goes */
};

#endif
