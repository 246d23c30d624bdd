/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message_types: the numbers of all messages that monitors, OSDs, managers and clients exchange, and their
 * names in logs. Numbers as of Ceph 16.2.
 */
#ifndef CEPH_MESSAGES_MESSAGE_TYPES_H
#define CEPH_MESSAGES_MESSAGE_TYPES_H

#include <stdint.h>

/* number, constant, name in logs */
#define MESSAGE_TYPES(X)                                            \
    X(1, SHUTDOWN, "shutdown")                                      \
    X(2, PING, "ping")                                              \
    X(4, MON_MAP, "mon_map")                                        \
    X(5, MON_GET_MAP, "mon_getmap")                                 \
    X(6, MON_GET_OSDMAP, "mon_get_osdmap")                          \
    X(13, STATFS, "statfs")                                         \
    X(14, STATFS_REPLY, "statfs_reply")                             \
    X(15, MON_SUBSCRIBE, "mon_subscribe")                           \
    X(16, MON_SUBSCRIBE_ACK, "mon_subscribe_ack")                   \
    X(17, AUTH, "auth")                                             \
    X(18, AUTH_REPLY, "auth_reply")                                 \
    X(19, MON_GET_VERSION, "mon_get_version")                       \
    X(20, MON_GET_VERSION_REPLY, "mon_get_version_reply")           \
    X(41, OSD_MAP, "osd_map")                                       \
    X(42, OSD_OP, "osd_op")                                         \
    X(43, OSD_OPREPLY, "osd_op_reply")                              \
    X(44, WATCH_NOTIFY, "watch-notify")                             \
    X(45, FS_MAP, "fsmap")                                          \
    X(46, FORWARD, "forward")                                       \
    X(47, ROUTE, "route")                                           \
    X(48, POOLOP_REPLY, "poolop_reply")                             \
    X(49, POOLOP, "poolop")                                         \
    X(50, MON_COMMAND, "mon_command")                               \
    X(51, MON_COMMAND_ACK, "mon_command_ack")                       \
    X(52, LOG, "log")                                               \
    X(53, LOGACK, "logack")                                         \
    X(54, KV_DATA, "kv_data")                                       \
    X(58, GETPOOLSTATS, "getpoolstats")                             \
    X(59, GETPOOLSTATSREPLY, "getpoolstatsreply")                   \
    X(60, MON_GLOBAL_ID, "mon_global_id")                           \
    X(61, OSD_BACKOFF, "osd_backoff")                               \
    X(62, CONFIG, "config")                                         \
    X(65, MON_ELECTION, "election")                                 \
    X(66, MON_PAXOS, "paxos")                                       \
    X(67, MON_PROBE, "mon_probe")                                   \
    X(70, OSD_PING, "osd_ping")                                     \
    X(71, OSD_BOOT, "osd_boot")                                     \
    X(72, OSD_FAILURE, "osd_failure")                               \
    X(73, OSD_ALIVE, "osd_alive")                                   \
    X(74, OSD_MARK_ME_DOWN, "osd_mark_me_down")                     \
    X(75, OSD_FULL, "osd_full")                                     \
    X(76, MON_GET_PURGED_SNAPS, "mon_get_purged_snaps")             \
    X(77, MON_GET_PURGED_SNAPS_REPLY, "mon_get_purged_snaps_reply") \
    X(78, OSD_PGTEMP, "osd_pgtemp")                                 \
    X(79, OSD_BEACON, "osd_beacon")                                 \
    X(80, OSD_PG_NOTIFY, "pg_notify")                               \
    X(83, OSD_PG_LOG, "pg_log")                                     \
    X(84, OSD_PG_REMOVE, "pg_remove")                               \
    X(86, OSD_PG_TRIM, "pg_trim")                                   \
    X(87, PGSTATS, "pg_stats")                                      \
    X(88, PGSTATSACK, "pg_stats_ack")                               \
    X(92, OSD_SCRUB_RESERVE, "scrub_reserve")                       \
    X(93, OSD_REP_SCRUB, "rep_scrub")                               \
    X(94, OSD_PG_SCAN, "pg_scan")                                   \
    X(95, OSD_PG_BACKFILL, "pg_backfill")                           \
    X(97, COMMAND, "command")                                       \
    X(98, COMMAND_REPLY, "command_reply")                           \
    X(105, OSD_PG_PUSH, "pg_push")                                  \
    X(106, OSD_PG_PULL, "pg_pull")                                  \
    X(107, OSD_PG_PUSH_REPLY, "pg_push_reply")                      \
    X(112, OSD_REPOP, "osd_repop")                                  \
    X(113, OSD_REPOPREPLY, "osd_repop_reply")                       \
    X(116, OSD_PG_CREATED, "osd_pg_created")                        \
    X(117, OSD_REP_SCRUBMAP, "rep_scrubmap")                        \
    X(118, OSD_PG_RECOVERY_DELETE, "recovery_delete")               \
    X(119, OSD_PG_RECOVERY_DELETE_REPLY, "recovery_delete_reply")   \
    X(120, OSD_PG_CREATE2, "pg_create2")                            \
    X(130, OSD_PG_NOTIFY2, "pg_notify2")                            \
    X(131, OSD_PG_QUERY2, "pg_query2")                              \
    X(132, OSD_PG_INFO2, "pg_info2")                                \
    X(133, OSD_PG_LEASE, "pg_lease")                                \
    X(134, OSD_PG_LEASE_ACK, "pg_lease_ack")                        \
    X(140, MON_PING, "mon_ping")                                    \
    X(150, RECOVERY_RESERVE, "recovery_reserve")                    \
    X(1544, MON_HEALTH_CHECKS, "mon_health_checks")                 \
    X(1545, TIMECHECK2, "time_check2")                              \
    X(1792, MGR_OPEN, "mgropen")                                    \
    X(1793, MGR_CONFIGURE, "mgrconfigure")                          \
    X(1794, MGR_REPORT, "mgrreport")                                \
    X(1796, MGR_MAP, "mgrmap")                                      \
    X(1797, MGR_DIGEST, "mgrdigest")                                \
    X(1798, MON_MGR_REPORT, "monmgrreport")                         \
    X(1799, SERVICE_MAP, "service_map")

enum message_type {
#define X(number, constant, name) MSG_##constant = number,
    MESSAGE_TYPES(X)
#undef X
};

/* "mon_map"; "unknown" for a number that is not above. */
const char *message_type_name(uint16_t type);

#endif
