/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options_table: one row for each option; common/options.h explains the columns. Included by it alone.
 *
 *   X(name, type, level, default, daemon default or NULL, flags, range, allowed values or NULL, description)
 *
 * Names and defaults are genuine Ceph 16.2's where it has the option. The debug_* options are not here: each
 * row of LOG_SUBSYSTEMS (common/log.h) makes one. Inside a block rows stand in the order people read them.
 */
#ifndef CEPH_COMMON_OPTIONS_TABLE_H
#define CEPH_COMMON_OPTIONS_TABLE_H

/* clang-format off */
#define ANY         {-__builtin_inf(), __builtin_inf()}
#define RANGE(a, b) {(a), (b)}
#define MIN(a)      {(a), __builtin_inf()}

#define OPTIONS_TABLE(X) \
    OPTIONS_CLUSTER(X)   \
    OPTIONS_DAEMON(X)    \
    OPTIONS_LOG(X)       \
    OPTIONS_AUTH(X)      \
    OPTIONS_MSGR(X)      \
    OPTIONS_MSGR_TEST(X) \
    OPTIONS_RSOCKETS(X)  \
    OPTIONS_MON(X)       \
    OPTIONS_CLIENT(X)    \
    OPTIONS_OSD(X)

#define OPTIONS_CLUSTER(X) \
    X(fsid, UUID, BASIC, "00000000-0000-0000-0000-000000000000", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "identity of the cluster; all zeroes: not known yet") \
    X(host, STR, BASIC, "", NULL, OPTION_NO_MON_UPDATE, ANY, NULL, \
      "name of this machine; empty: what the system says, up to the first dot") \
    X(mon_host, STR, BASIC, "", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "addresses or names of monitors to try first, separated by commas, semicolons or blanks") \
    X(mon_host_override, STR, ADVANCED, "", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "monitors to try instead of mon_host and of the monmap that was saved last") \
    X(mon_initial_members, STR, ADVANCED, "", NULL, OPTION_NO_MON_UPDATE | OPTION_CLUSTER_CREATE, ANY, NULL, \
      "names of the monitors that form the first quorum of a new cluster") \
    X(public_addr, ADDR, BASIC, "-", NULL, OPTION_STARTUP, ANY, NULL, \
      "address where a daemon listens for clients, and for everybody when there is no cluster_addr") \
    X(public_addrv, ADDRVEC, BASIC, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "the same as a list of addresses: [rdma:192.0.2.1:6789,v1:192.0.2.1:6789]") \
    X(public_bind_addr, ADDR, ADVANCED, "-", NULL, OPTION_STARTUP, ANY, NULL, \
      "address to listen at where it differs from the published one") \
    X(cluster_addr, ADDR, BASIC, "-", NULL, OPTION_STARTUP, ANY, NULL, \
      "address where an OSD listens for other OSDs") \
    X(public_network, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "subnets, such as 192.0.2.0/24, from which daemons pick a public address they have") \
    X(cluster_network, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "subnets from which OSDs pick an address for their traffic among each other")

#define OPTIONS_DAEMON(X) \
    X(run_dir, STR, ADVANCED, "/var/run/ceph", NULL, OPTION_STARTUP, ANY, NULL, \
      "folder of sockets and pid files") \
    X(admin_socket, STR, ADVANCED, "", "$run_dir/$cluster-$name.asok", OPTION_STARTUP, ANY, NULL, \
      "path of the UNIX socket that answers `ceph daemon`; empty: none") \
    X(admin_socket_mode, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "permissions of the admin socket in octal; empty: as the umask has it") \
    X(daemonize, BOOL, ADVANCED, "false", "true", OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "go to the background once the daemon is ready") \
    X(pid_file, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "file that holds the daemon's process id while it runs; empty: none") \
    X(setuser, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "user, by name or number, to become after start-up") \
    X(setgroup, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "group, by name or number, to become after start-up; empty: the user's own") \
    X(setuser_match_path, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "change the user only when this path belongs to that user") \
    X(chdir, STR, ADVANCED, "", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "folder to change to after going to the background; empty: stay") \
    X(fatal_signal_handlers, BOOL, ADVANCED, "true", NULL, OPTION_STARTUP, ANY, NULL, \
      "on a crash, write a backtrace and the recent log entries before ending") \
    X(crash_dir, STR, ADVANCED, "/var/lib/ceph/crash", NULL, OPTION_STARTUP, ANY, NULL, \
      "known for the sake of shared files: genuine daemons leave reports of crashes there, ours use the log")

#define OPTIONS_LOG(X) \
    X(log_file, STR, BASIC, "", "/var/log/ceph/$cluster-$name.log", 0, ANY, NULL, \
      "file that log entries are appended to; opened anew on SIGHUP") \
    X(log_to_file, BOOL, BASIC, "true", NULL, 0, ANY, NULL, \
      "write log entries to log_file") \
    X(log_to_stderr, BOOL, BASIC, "true", "false", 0, ANY, NULL, \
      "write log entries to standard error") \
    X(err_to_stderr, BOOL, BASIC, "false", "true", 0, ANY, NULL, \
      "write errors to standard error even where other entries are not") \
    X(log_stderr_prefix, STR, ADVANCED, "", NULL, 0, ANY, NULL, \
      "text put before each entry on standard error") \
    X(log_to_syslog, BOOL, BASIC, "false", NULL, 0, ANY, NULL, \
      "send log entries to syslog") \
    X(err_to_syslog, BOOL, BASIC, "false", NULL, 0, ANY, NULL, \
      "send errors to syslog") \
    X(log_to_journald, BOOL, BASIC, "false", NULL, 0, ANY, NULL, \
      "send log entries to the systemd journal, with subsystem and level as fields") \
    X(err_to_journald, BOOL, BASIC, "false", NULL, 0, ANY, NULL, \
      "send errors to the systemd journal") \
    X(log_max_recent, INT, ADVANCED, "500", "10000", OPTION_STARTUP, RANGE(1, 1000000), NULL, \
      "recent entries kept in memory, up to each subsystem's gather level, for a crash or `log dump`") \
    X(log_max_new, INT, ADVANCED, "1000", NULL, OPTION_STARTUP, RANGE(16, 1000000), NULL, \
      "entries that may wait for the log thread; more are dropped and counted (errors and level 0 have 8 times the room)")

#define OPTIONS_AUTH(X) \
    X(auth_cluster_required, STR, ADVANCED, "cephx", NULL, OPTION_LIST, ANY, "none|cephx", \
      "how daemons must prove to each other who they are") \
    X(auth_service_required, STR, ADVANCED, "cephx", NULL, OPTION_LIST, ANY, "none|cephx", \
      "how clients must prove to daemons who they are") \
    X(auth_client_required, STR, ADVANCED, "cephx, none", NULL, OPTION_LIST, ANY, "none|cephx", \
      "what clients accept from daemons") \
    X(auth_supported, STR, ADVANCED, "", NULL, OPTION_LIST, ANY, "none|cephx", \
      "old name for all three auth_*_required at once") \
    X(auth_mon_ticket_ttl, SECONDS, ADVANCED, "259200", NULL, 0, ANY, NULL, \
      "how long a ticket for the monitors is good, in seconds") \
    X(auth_service_ticket_ttl, SECONDS, ADVANCED, "3600", NULL, 0, ANY, NULL, \
      "how long a ticket for other daemons is good, in seconds") \
    X(auth_allow_insecure_global_id_reclaim, BOOL, ADVANCED, "true", NULL, 0, ANY, NULL, \
      "let clients reconnect under their id without proof that it was theirs") \
    X(cephx_require_signatures, BOOL, ADVANCED, "false", NULL, 0, ANY, NULL, \
      "refuse peers that do not sign their messages") \
    X(cephx_cluster_require_signatures, BOOL, ADVANCED, "false", NULL, 0, ANY, NULL, \
      "refuse daemons that do not sign their messages") \
    X(cephx_service_require_signatures, BOOL, ADVANCED, "false", NULL, 0, ANY, NULL, \
      "refuse clients that do not sign their messages") \
    X(cephx_require_version, INT, ADVANCED, "2", NULL, 0, ANY, NULL, \
      "oldest version of the cephx challenge that is accepted") \
    X(cephx_cluster_require_version, INT, ADVANCED, "2", NULL, 0, ANY, NULL, \
      "the same, among daemons") \
    X(cephx_service_require_version, INT, ADVANCED, "2", NULL, 0, ANY, NULL, \
      "the same, from clients") \
    X(cephx_sign_messages, BOOL, ADVANCED, "true", NULL, 0, ANY, NULL, \
      "sign messages where cephx is in use and the peer can check signatures") \
    X(key, STR, ADVANCED, "", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP | OPTION_SECRET, ANY, NULL, \
      "secret key in base64, instead of a keyring") \
    X(keyfile, STR, ADVANCED, "", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "file that holds nothing but the secret key") \
    X(keyring, STR, ADVANCED, \
      "/etc/ceph/$cluster.$name.keyring,/etc/ceph/$cluster.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin,", NULL, \
      OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "keyring files to try, in this order")

#define MS_TYPES "simple|rsockets|async|async+posix"

#define OPTIONS_MSGR(X) \
    X(ms_type, STR, ADVANCED, "simple", NULL, OPTION_STARTUP | OPTION_LIST, ANY, MS_TYPES, \
      "transports in order of preference: simple (TCP), rsockets (RDMA) or both; async is simple") \
    X(ms_public_type, STR, ADVANCED, "", NULL, OPTION_STARTUP | OPTION_LIST, ANY, MS_TYPES, \
      "ms_type of the side that clients see; empty: ms_type") \
    X(ms_cluster_type, STR, ADVANCED, "", NULL, OPTION_STARTUP | OPTION_LIST, ANY, MS_TYPES, \
      "ms_type of the traffic among OSDs; empty: ms_type") \
    X(ms_client_type, STR, ADVANCED, "", NULL, OPTION_STARTUP | OPTION_LIST, ANY, MS_TYPES, \
      "transports a client dials with, in order of preference; empty: ms_type") \
    X(ms_worker_threads, UINT, ADVANCED, "3", NULL, OPTION_STARTUP, RANGE(1, 64), NULL, \
      "threads that serve all TCP connections of the process") \
    X(ms_tcp_nodelay, BOOL, ADVANCED, "true", NULL, 0, ANY, NULL, \
      "send small messages at once (TCP_NODELAY)") \
    X(ms_tcp_rcvbuf, SIZE, ADVANCED, "0", NULL, 0, RANGE(0, 1 << 30), NULL, \
      "receive buffer of TCP sockets (SO_RCVBUF); 0: the system's choice") \
    X(ms_tcp_sndbuf, SIZE, ADVANCED, "0", NULL, 0, RANGE(0, 1 << 30), NULL, \
      "send buffer of TCP sockets (SO_SNDBUF); 0: the system's choice") \
    X(ms_tcp_prefetch_max_size, SIZE, ADVANCED, "4096", NULL, 0, RANGE(0, 1 << 24), NULL, \
      "reads below this size go through the read-ahead") \
    X(ms_tcp_spin_us, UINT, ADVANCED, "0", NULL, OPTION_STARTUP, RANGE(0, 1000000), NULL, \
      "microseconds a TCP worker looks again before it sleeps; costs a core, saves wake-ups") \
    X(ms_max_data_bytes, SIZE, ADVANCED, "96M", NULL, OPTION_STARTUP, RANGE(1 << 20, 128 << 20), NULL, \
      "largest data section of a message that is taken from a peer") \
    X(ms_tcp_listen_backlog, INT, ADVANCED, "512", NULL, 0, RANGE(1, 65535), NULL, \
      "connections that may wait to be accepted") \
    X(ms_tcp_read_timeout, SECONDS, ADVANCED, "900", NULL, 0, ANY, NULL, \
      "seconds of silence after which a connection counts as broken; 0: never") \
    X(ms_connection_ready_timeout, UINT, ADVANCED, "10", NULL, 0, RANGE(0, 86400), NULL, \
      "seconds that dialling a peer may take until the session is open") \
    X(ms_connection_idle_timeout, UINT, ADVANCED, "900", NULL, 0, RANGE(0, 31536000), NULL, \
      "seconds after which an idle connection is closed; 0: never") \
    X(ms_handshake_timeout, SECONDS, ADVANCED, "10", NULL, 0, RANGE(0.01, 86400), NULL, \
      "seconds that a peer who connected to us has to finish the handshake") \
    X(ms_keepalive_interval, SECONDS, ADVANCED, "15", NULL, 0, RANGE(0, 86400), NULL, \
      "seconds between keepalives over TCP; 0: none") \
    X(ms_keepalive_timeout, SECONDS, ADVANCED, "60", NULL, 0, RANGE(0, 86400), NULL, \
      "seconds without any answer after which a TCP connection counts as broken; 0: never") \
    X(ms_initial_backoff, SECONDS, ADVANCED, "0.2", NULL, 0, RANGE(0.001, 3600), NULL, \
      "seconds before the first try to reconnect; doubled with each further one") \
    X(ms_max_backoff, SECONDS, ADVANCED, "15", NULL, 0, RANGE(0.001, 3600), NULL, \
      "longest pause between two tries to reconnect, in seconds") \
    X(ms_crc_data, BOOL, DEV, "true", NULL, 0, ANY, NULL, \
      "checksum the data part of messages") \
    X(ms_crc_header, BOOL, DEV, "true", NULL, 0, ANY, NULL, \
      "checksum headers, front and middle of messages") \
    X(ms_dispatch_throttle_bytes, SIZE, ADVANCED, "100M", NULL, 0, ANY, NULL, \
      "bytes of messages that may wait for dispatch before reading stops; 0: no limit") \
    X(ms_pq_max_tokens_per_priority, UINT, DEV, "16777216", NULL, OPTION_STARTUP, MIN(1), NULL, \
      "bytes that one priority of the dispatch queue may save up") \
    X(ms_pq_min_cost, SIZE, DEV, "64K", NULL, OPTION_STARTUP, ANY, NULL, \
      "least that a message costs its priority") \
    X(ms_bind_ipv4, BOOL, ADVANCED, "true", NULL, OPTION_STARTUP, ANY, NULL, \
      "listen at an IPv4 address when none is given") \
    X(ms_bind_ipv6, BOOL, ADVANCED, "false", NULL, OPTION_STARTUP, ANY, NULL, \
      "listen at an IPv6 address when none is given") \
    X(ms_bind_port_min, INT, ADVANCED, "6800", NULL, OPTION_STARTUP, RANGE(1, 65535), NULL, \
      "first port tried by daemons that may listen anywhere") \
    X(ms_bind_port_max, INT, ADVANCED, "7300", NULL, OPTION_STARTUP, RANGE(1, 65535), NULL, \
      "last port tried") \
    X(ms_bind_retry_count, INT, ADVANCED, "3", NULL, OPTION_STARTUP, RANGE(1, 1000), NULL, \
      "how often the whole range of ports is tried") \
    X(ms_bind_retry_delay, INT, ADVANCED, "5", NULL, OPTION_STARTUP, RANGE(0, 3600), NULL, \
      "seconds between these tries") \
    X(ms_bind_before_connect, BOOL, ADVANCED, "false", NULL, 0, ANY, NULL, \
      "dial from the daemon's own address") \
    X(ms_bind_msgr1, BOOL, ADVANCED, "true", NULL, OPTION_STARTUP, ANY, NULL, \
      "listen for messenger protocol 1; the only one spoken here") \
    X(ms_bind_msgr2, BOOL, ADVANCED, "false", NULL, OPTION_STARTUP, ANY, NULL, \
      "known for the sake of shared files; protocol 2 is not spoken") \
    X(ms_learn_addr_from_peer, BOOL, ADVANCED, "true", NULL, 0, ANY, NULL, \
      "believe what the first peer says our address is, when we do not know") \
    X(ms_max_accept_failures, INT, ADVANCED, "4", NULL, 0, RANGE(1, 1000000), NULL, \
      "errors of accept() in a row before a listener gives up") \
    X(ms_dump_corrupt_message_level, INT, ADVANCED, "1", NULL, 0, RANGE(-1, 99), NULL, \
      "log level at which messages that cannot be decoded are dumped")

#define OPTIONS_MSGR_TEST(X) \
    X(ms_die_on_bad_msg, BOOL, DEV, "false", NULL, 0, ANY, NULL, \
      "abort on a message that cannot be decoded") \
    X(ms_die_on_unhandled_msg, BOOL, DEV, "false", NULL, 0, ANY, NULL, \
      "abort on a message that no dispatcher takes") \
    X(ms_die_on_old_message, BOOL, DEV, "false", NULL, 0, ANY, NULL, \
      "abort on a message that was received before") \
    X(ms_die_on_skipped_message, BOOL, DEV, "false", NULL, 0, ANY, NULL, \
      "abort when a message is missing before this one") \
    X(ms_die_on_bug, BOOL, DEV, "false", NULL, 0, ANY, NULL, \
      "abort where the messenger meets a state that should be impossible") \
    X(ms_dump_on_send, BOOL, ADVANCED, "false", NULL, 0, ANY, NULL, \
      "log a hexadecimal dump of each message sent") \
    X(ms_inject_socket_failures, UINT, DEV, "0", NULL, 0, ANY, NULL, \
      "break a connection on every Nth socket operation, on average; 0: never") \
    X(ms_inject_delay_type, STR, DEV, "", NULL, OPTION_RUNTIME, ANY, NULL, \
      "types of peers (\"mon osd client\") whose messages are delayed") \
    X(ms_inject_delay_msg_type, STR, DEV, "", NULL, OPTION_RUNTIME, ANY, NULL, \
      "delay only messages of this type; empty: all") \
    X(ms_inject_delay_max, SECONDS, DEV, "1", NULL, 0, RANGE(0, 3600), NULL, \
      "longest delay, in seconds") \
    X(ms_inject_delay_probability, FLOAT, DEV, "0", NULL, 0, RANGE(0, 1), NULL, \
      "share of messages that are delayed") \
    X(ms_inject_internal_delays, SECONDS, DEV, "0", NULL, 0, RANGE(0, 60), NULL, \
      "seconds to sleep at places where races are likely") \
    X(ms_blackhole_osd, BOOL, DEV, "false", NULL, 0, ANY, NULL, "drop what OSDs send") \
    X(ms_blackhole_mon, BOOL, DEV, "false", NULL, 0, ANY, NULL, "drop what monitors send") \
    X(ms_blackhole_mds, BOOL, DEV, "false", NULL, 0, ANY, NULL, "drop what metadata servers send") \
    X(ms_blackhole_mgr, BOOL, DEV, "false", NULL, 0, ANY, NULL, "drop what managers send") \
    X(ms_blackhole_client, BOOL, DEV, "false", NULL, 0, ANY, NULL, "drop what clients send")

#define OPTIONS_RSOCKETS(X) \
    X(ms_rsockets_max_connections, UINT, ADVANCED, "128", "1016", OPTION_STARTUP, RANGE(1, 65000), NULL, \
      "rsockets the process can have at once; fixed when the first rdma address is used, which then takes longer") \
    X(ms_rsockets_sndbuf, SIZE, ADVANCED, "0", NULL, OPTION_STARTUP, RANGE(0, 1 << 30), NULL, \
      "send buffer of each rsocket; 0: the library's choice") \
    X(ms_rsockets_rcvbuf, SIZE, ADVANCED, "0", NULL, OPTION_STARTUP, RANGE(0, 1 << 30), NULL, \
      "receive buffer of each rsocket; 0: the library's choice") \
    X(ms_rsockets_sqsize, UINT, ADVANCED, "0", NULL, OPTION_STARTUP, RANGE(0, 65535), NULL, \
      "entries of each send queue; 0: the library's choice") \
    X(ms_rsockets_rqsize, UINT, ADVANCED, "0", NULL, OPTION_STARTUP, RANGE(0, 65535), NULL, \
      "entries of each receive queue; 0: the library's choice") \
    X(ms_rsockets_inline, INT, ADVANCED, "-1", NULL, OPTION_STARTUP, RANGE(-1, 65535), NULL, \
      "bytes sent inline with a work request; -1: the library's choice") \
    X(ms_rsockets_spin_us, UINT, ADVANCED, "0", NULL, 0, RANGE(0, 1000000), NULL, \
      "microseconds the poller looks for work before it sleeps") \
    X(ms_rsockets_accept_tick, SECONDS, ADVANCED, "0.02", NULL, OPTION_STARTUP, RANGE(0.001, 10), NULL, \
      "seconds between two looks for new rsockets connections") \
    X(ms_rsockets_connect_timeout, SECONDS, ADVANCED, "10", NULL, 0, RANGE(0.1, 3600), NULL, \
      "seconds that connecting one rsocket may take") \
    X(ms_rsockets_close_timeout, SECONDS, ADVANCED, "5", NULL, 0, RANGE(0, 3600), NULL, \
      "seconds that stopping waits for one more rsocket to be closed") \
    X(ms_rsockets_closers, UINT, ADVANCED, "4", NULL, OPTION_STARTUP, RANGE(1, 1024), NULL, \
      "threads that close rsockets; one that the library holds up is lost") \
    X(ms_rsockets_keepalive_interval, SECONDS, ADVANCED, "5", NULL, 0, RANGE(0, 86400), NULL, \
      "seconds between keepalives over rsockets; 0: none") \
    X(ms_rsockets_keepalive_timeout, SECONDS, ADVANCED, "20", NULL, 0, RANGE(0, 86400), NULL, \
      "seconds without any answer after which an rsocket counts as broken; 0: never")

#define OPTIONS_MON(X) \
    X(mon_data, STR, ADVANCED, "/var/lib/ceph/mon/$cluster-$id", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "folder of a monitor's data") \
    X(mon_tick_interval, INT, ADVANCED, "5", NULL, 0, RANGE(1, 3600), NULL, \
      "seconds between two rounds of a monitor's housekeeping") \
    X(mon_session_timeout, INT, ADVANCED, "300", NULL, 0, RANGE(1, 86400), NULL, \
      "seconds after which a monitor ends the session of a silent client") \
    X(mon_subscribe_interval, SECONDS, DEV, "86400", NULL, 0, ANY, NULL, \
      "seconds after which old clients renew their subscriptions") \
    X(mon_lease, SECONDS, ADVANCED, "5", NULL, 0, RANGE(0.1, 3600), NULL, \
      "seconds that a monitor may answer reads after hearing from the leader") \
    X(mon_client_bytes, SIZE, ADVANCED, "100M", NULL, 0, ANY, NULL, \
      "bytes of clients' messages that a monitor takes in at once") \
    X(mon_daemon_bytes, SIZE, ADVANCED, "400M", NULL, 0, ANY, NULL, \
      "bytes of daemons' messages that a monitor takes in at once") \
    X(mon_max_osd, INT, ADVANCED, "10000", NULL, 0, RANGE(0, 1000000), NULL, \
      "most OSDs that a cluster may have") \
    X(mon_min_osdmap_epochs, INT, ADVANCED, "500", NULL, 0, RANGE(1, 1000000), NULL, \
      "OSD maps that are kept") \
    X(mon_allow_pool_delete, BOOL, ADVANCED, "false", NULL, OPTION_RUNTIME, ANY, NULL, \
      "whether pools may be removed") \
    X(mon_max_pool_pg_num, INT, ADVANCED, "65536", NULL, OPTION_RUNTIME, RANGE(1, 65536), NULL, \
      "most placement groups that a pool may have") \
    X(mon_max_pg_per_osd, INT, ADVANCED, "250", NULL, OPTION_RUNTIME, RANGE(1, 1000000), NULL, \
      "most placement groups of all pools, for each OSD that is in") \
    X(osd_pool_default_size, INT, ADVANCED, "1", NULL, OPTION_RUNTIME, RANGE(1, 10), NULL, \
      "copies that a new pool keeps; more than one is not supported yet") \
    X(osd_pool_default_pg_num, INT, ADVANCED, "32", NULL, OPTION_RUNTIME, RANGE(1, 65536), NULL, \
      "placement groups of a new pool") \
    X(osd_pool_default_pgp_num, INT, ADVANCED, "0", NULL, OPTION_RUNTIME, RANGE(0, 65536), NULL, \
      "placement groups of a new pool by which it is placed; 0: all") \
    X(osd_pool_default_crush_rule, INT, ADVANCED, "-1", NULL, OPTION_RUNTIME, RANGE(-1, 255), NULL, \
      "crush rule of a new pool; -1: the first for replicated pools") \
    X(mon_osd_report_timeout, SECS, ADVANCED, "900", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "seconds without a beacon after which an OSD counts as down") \
    X(mon_osd_down_out_interval, SECS, ADVANCED, "600", NULL, OPTION_RUNTIME, ANY, NULL, \
      "seconds after which an OSD that is down is marked out; 0: never") \
    X(mon_osd_down_out_subtree_limit, STR, ADVANCED, "rack", NULL, OPTION_RUNTIME, ANY, NULL, \
      "crush type: OSDs stay in when all of such a subtree is down") \
    X(mon_osd_min_down_reporters, UINT, ADVANCED, "2", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "from how many different subtrees an OSD must be reported before it counts as down") \
    X(mon_osd_reporter_subtree_level, STR, ADVANCED, "host", NULL, OPTION_RUNTIME, ANY, NULL, \
      "crush type of subtrees that count as one reporter") \
    X(mon_osd_min_up_ratio, FLOAT, ADVANCED, "0.3", NULL, OPTION_RUNTIME, RANGE(0, 1), NULL, \
      "part of the OSDs that must be up for one to be marked down") \
    X(mon_osd_min_in_ratio, FLOAT, ADVANCED, "0.75", NULL, OPTION_RUNTIME, RANGE(0, 1), NULL, \
      "part of the OSDs that stays in when one is marked out for its silence") \
    X(mon_osd_auto_mark_in, BOOL, ADVANCED, "false", NULL, OPTION_RUNTIME, ANY, NULL, \
      "mark every OSD in that boots") \
    X(mon_osd_auto_mark_auto_out_in, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "mark an OSD in that boots and was marked out for its silence") \
    X(mon_osd_auto_mark_new_in, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "mark an OSD in that boots for the first time") \
    X(mon_warn_on_too_few_osds, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn of fewer OSDs than a pool has copies by default") \
    X(mon_pg_stuck_threshold, INT, ADVANCED, "60", NULL, OPTION_RUNTIME, MIN(0), NULL, \
      "seconds after which a placement group in a bad state counts as stuck in it") \
    X(mon_warn_on_pool_no_app, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn of pools with objects that no application is enabled on") \
    X(mon_warn_on_pool_no_redundancy, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn of pools that have one copy of everything") \
    X(mon_warn_on_pool_pg_num_not_power_of_two, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn of pools whose number of placement groups is no power of two") \
    X(mon_warn_on_legacy_crush_tunables, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn when the crush map is for releases before mon_crush_min_required_version") \
    X(mon_crush_min_required_version, STR, ADVANCED, "hammer", NULL, OPTION_RUNTIME, ANY, NULL, \
      "release that all which the crush map asks for should be of") \
    X(mon_warn_on_crush_straw_calc_version_zero, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "warn when the crush map has straw_calc_version 0") \
    X(mon_osd_blocklist_default_expire, SECONDS, ADVANCED, "3600", NULL, OPTION_RUNTIME, ANY, NULL, \
      "how long an address is shut out when nothing else is said") \
    X(paxos_propose_interval, SECONDS, ADVANCED, "1", NULL, OPTION_RUNTIME, ANY, NULL, \
      "how long changes that nobody waits for are collected before they are committed") \
    X(mon_max_log_epochs, INT, ADVANCED, "500", NULL, 0, RANGE(1, 1000000), NULL, \
      "versions of the cluster log that are kept") \
    X(mon_log_max_summary, UINT, ADVANCED, "50", NULL, 0, RANGE(1, 1000000), NULL, \
      "entries of each channel that the summary of the cluster log holds") \
    X(mon_max_log_entries_per_event, INT, ADVANCED, "4096", NULL, 0, RANGE(1, 1000000), NULL, \
      "most log entries committed at once") \
    X(mon_config_key_max_entry_size, SIZE, ADVANCED, "64K", NULL, 0, ANY, NULL, \
      "largest value that config-key takes") \
    X(mon_data_avail_crit, INT, ADVANCED, "5", NULL, 0, RANGE(0, 100), NULL, \
      "free space of the monitor's disk, in percent, below which the monitor stops") \
    X(mon_data_avail_warn, INT, ADVANCED, "30", NULL, 0, RANGE(0, 100), NULL, \
      "free space of the monitor's disk, in percent, below which health warns") \
    X(mon_cluster_log_to_file, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "append the cluster log to mon_cluster_log_file") \
    X(mon_cluster_log_file, STR, ADVANCED, \
      "default=/var/log/ceph/$cluster.$channel.log cluster=/var/log/ceph/$cluster.log", NULL, OPTION_RUNTIME, ANY, NULL, \
      "file of the cluster log, or a list of channel=file") \
    X(mon_cluster_log_file_level, STR, ADVANCED, "debug", NULL, OPTION_RUNTIME, ANY, "debug|info|sec|warn|error", \
      "least severity that is written to that file") \
    X(mon_cluster_log_to_stderr, BOOL, ADVANCED, "false", NULL, OPTION_RUNTIME, ANY, NULL, \
      "write the cluster log to standard error")

#define OPTIONS_CLIENT(X) \
    X(mon_client_hunt_parallel, UINT, ADVANCED, "3", NULL, 0, RANGE(1, 100), NULL, \
      "monitors tried at once when looking for one") \
    X(mon_client_hunt_interval, SECONDS, ADVANCED, "3", NULL, 0, RANGE(0.1, 3600), NULL, \
      "seconds before others are tried") \
    X(mon_client_hunt_interval_backoff, FLOAT, ADVANCED, "1.5", NULL, 0, RANGE(1, 100), NULL, \
      "factor by which that time grows with each try") \
    X(mon_client_hunt_interval_min_multiple, FLOAT, ADVANCED, "1", NULL, 0, RANGE(1, 1000), NULL, \
      "least multiple of mon_client_hunt_interval") \
    X(mon_client_hunt_interval_max_multiple, FLOAT, ADVANCED, "10", NULL, 0, RANGE(1, 1000), NULL, \
      "greatest multiple of mon_client_hunt_interval") \
    X(mon_client_ping_interval, SECONDS, ADVANCED, "10", NULL, 0, RANGE(0.1, 3600), NULL, \
      "seconds between keepalives to the monitor") \
    X(mon_client_ping_timeout, SECONDS, ADVANCED, "30", NULL, 0, RANGE(0.1, 3600), NULL, \
      "seconds without an answer after which another monitor is looked for") \
    X(rados_mon_op_timeout, SECS, ADVANCED, "0", NULL, OPTION_RUNTIME, ANY, NULL, \
      "seconds that a request to the monitors may take; 0: no limit") \
    X(rados_osd_op_timeout, SECS, ADVANCED, "0", NULL, OPTION_RUNTIME, ANY, NULL, \
      "seconds that an operation on an object may take; 0: no limit") \
    X(objecter_timeout, SECS, ADVANCED, "10", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "seconds without an answer from an OSD after which monitors are asked for a newer map") \
    X(objecter_inflight_ops, UINT, ADVANCED, "1024", NULL, OPTION_STARTUP, ANY, NULL, \
      "operations on objects that a client has under way at a time; 0: no limit") \
    X(objecter_inflight_op_bytes, SIZE, ADVANCED, "100M", NULL, OPTION_STARTUP, ANY, NULL, \
      "bytes that these write and read; 0: no limit") \
    X(client_mount_timeout, SECS, ADVANCED, "300", NULL, 0, ANY, NULL, \
      "seconds that connecting to the cluster may take")

#define OPTIONS_OSD(X) \
    X(osd_data, STR, ADVANCED, "/var/lib/ceph/osd/$cluster-$id", NULL, OPTION_NO_MON_UPDATE | OPTION_STARTUP, ANY, NULL, \
      "folder of the OSD's data") \
    X(osd_objectstore, STR, ADVANCED, "kvstore", NULL, OPTION_CREATE | OPTION_STARTUP, ANY, "memstore|kvstore", \
      "kind of object store that --mkfs makes") \
    X(osd_uuid, UUID, ADVANCED, "00000000-0000-0000-0000-000000000000", NULL, OPTION_CREATE, ANY, NULL, \
      "identity that --mkfs gives the OSD; all zeroes: a random one") \
    X(memstore_device_bytes, SIZE, ADVANCED, "1G", NULL, OPTION_STARTUP, ANY, NULL, \
      "size of a store in memory") \
    X(osd_memory_target, SIZE, ADVANCED, "4G", NULL, OPTION_STARTUP, ANY, NULL, \
      "memory of large objects that the OSD keeps for others once they are gone; beyond that it goes back to the system") \
    X(osd_crush_update_on_start, BOOL, ADVANCED, "true", NULL, OPTION_STARTUP, ANY, NULL, \
      "put the OSD where it belongs in the crush map at each start") \
    X(osd_class_update_on_start, BOOL, ADVANCED, "true", NULL, OPTION_STARTUP, ANY, NULL, \
      "set the OSD's device class at each start") \
    X(osd_crush_initial_weight, FLOAT, ADVANCED, "-1", NULL, OPTION_STARTUP, ANY, NULL, \
      "weight of a new OSD in the crush map; negative: its size in TiB") \
    X(crush_location, STR, ADVANCED, "", NULL, OPTION_STARTUP, ANY, NULL, \
      "where the OSD belongs in the crush map, such as 'host=a rack=b root=default'; empty: below its host") \
    X(osd_max_object_size, SIZE, ADVANCED, "128M", NULL, OPTION_STARTUP, ANY, NULL, "size that no object may exceed") \
    X(osd_max_attr_name_len, UINT, ADVANCED, "100", NULL, OPTION_STARTUP, ANY, NULL, \
      "length of attribute names") \
    X(osd_max_attr_size, SIZE, ADVANCED, "0", NULL, OPTION_STARTUP, ANY, NULL, \
      "size of attributes; 0: no limit") \
    X(osd_max_object_name_len, UINT, ADVANCED, "2048", NULL, OPTION_STARTUP, RANGE(1, 2048), NULL, \
      "length of object names and locator keys") \
    X(osd_max_object_namespace_len, UINT, ADVANCED, "256", NULL, OPTION_STARTUP, RANGE(1, 256), NULL, \
      "length of namespaces") \
    X(osd_max_omap_entries_per_request, UINT, ADVANCED, "1024", NULL, OPTION_STARTUP, MIN(1), NULL, \
      "omap keys in one answer") \
    X(osd_max_omap_bytes_per_request, SIZE, ADVANCED, "1G", NULL, OPTION_STARTUP, MIN(1), NULL, \
      "bytes of omap keys and values in one answer") \
    X(osd_copyfrom_max_chunk, SIZE, ADVANCED, "8M", NULL, OPTION_STARTUP, MIN(1), NULL, \
      "bytes fetched at once from an object that is copied") \
    X(osd_max_pg_log_entries, UINT, ADVANCED, "10000", NULL, OPTION_STARTUP, MIN(100), NULL, \
      "entries that a placement group's log keeps") \
    X(osd_client_message_size_cap, SIZE, ADVANCED, "500M", NULL, OPTION_STARTUP, ANY, NULL, \
      "bytes of clients' messages that are under way; more is not read meanwhile; 0: no limit") \
    X(osd_client_message_cap, UINT, ADVANCED, "256", NULL, OPTION_STARTUP, ANY, NULL, \
      "clients' messages that are under way; 0: no limit") \
    X(osd_op_num_shards, UINT, ADVANCED, "4", NULL, OPTION_STARTUP, RANGE(1, 256), NULL, \
      "queues that placement groups are spread over") \
    X(osd_op_num_threads_per_shard, UINT, ADVANCED, "1", NULL, OPTION_STARTUP, RANGE(1, 64), NULL, \
      "threads that work on one queue") \
    X(osd_map_message_max, UINT, ADVANCED, "40", NULL, 0, RANGE(1, 10000), NULL, \
      "how many epochs of the OSDMap go into one message") \
    X(osd_beacon_report_interval, SECS, ADVANCED, "300", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "time between beacons to the monitors") \
    X(osd_heartbeat_interval, SECS, ADVANCED, "6", NULL, OPTION_RUNTIME, RANGE(1, 86400), NULL, \
      "time between heartbeats to other OSDs") \
    X(osd_heartbeat_grace, SECS, ADVANCED, "20", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "silence after which an OSD is reported as failed") \
    X(osd_fast_fail_on_connection_refused, BOOL, ADVANCED, "true", NULL, OPTION_RUNTIME, ANY, NULL, \
      "report an OSD as failed at once when it refuses connections") \
    X(osd_mon_report_interval, SECS, ADVANCED, "5", NULL, OPTION_RUNTIME, MIN(1), NULL, \
      "time between reports to the monitors") \
    X(osd_op_complaint_time, SECONDS, ADVANCED, "30", NULL, OPTION_RUNTIME, ANY, NULL, \
      "age from which on operations that are under way are reported as slow") \
    X(osd_mon_shutdown_timeout, SECONDS, ADVANCED, "5", NULL, OPTION_RUNTIME, ANY, NULL, \
      "how long a stopping OSD waits for being marked down") \
    X(osd_failsafe_full_ratio, FLOAT, ADVANCED, "0.97", NULL, OPTION_RUNTIME, RANGE(0, 1), NULL, \
      "part of the store from which on nothing is written any more, whatever the map says") \
    X(osd_default_notify_timeout, UINT, ADVANCED, "30", NULL, OPTION_RUNTIME, ANY, NULL, \
      "seconds that watchers have to answer where the notifier gives none") \
    X(osd_client_watch_timeout, INT, ADVANCED, "30", NULL, OPTION_RUNTIME, ANY, NULL, \
      "seconds after which a silent watcher is dropped where it gives none")

/* clang-format on */
#endif
