/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_fixture: a monitor without a network, on a store in memory or on disk, and commands to it. */
#ifndef CEPH_TEST_UNIT_MON_FIXTURE_H
#define CEPH_TEST_UNIT_MON_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "common/conf.h"
#include "include/ceph_features.h"
#include "maps/monmap.h"
#include "mon/mon_command.h"
#include "mon/monitor.h"

#define FIXTURE_FSID "5d6e7f80-1122-4344-8566-77889900aabb"

struct fixture {
    struct conf *conf;
    struct monitor *mon;
    /* the last command's */
    int result;
    bool answered;
    char *status, *output;
};

static inline void fixture_first_batch(struct kv_batch *first)
{
    struct entity_addrvec addrs;
    struct monmap map;
    struct encode e;
    char err[128];

    monmap_init(&map);
    assert_int_equal(fsid_parse(&map.fsid, FIXTURE_FSID), 0);
    assert_int_equal(
        entity_addrvec_parse(&addrs, "v1:127.0.0.1:6789/0", ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    assert_int_equal(monmap_add(&map, "a", &addrs), 0);
    entity_addrvec_destroy(&addrs);
    encode_init(&e);
    monmap_encode(&map, CEPH_FEATURES_ALL, &e);
    kv_batch_init(first);
    mon_tx_put(first, "mkfs", "monmap", e.data, e.len);
    encode_destroy(&e);
    monmap_destroy(&map);
}

static inline struct conf *fixture_conf(void)
{
    struct conf *c = conf_create("ceph", "mon", "a", true);

    assert_non_null(c);
    assert_int_equal(conf_set(c, CONF_CMDLINE, "mon_cluster_log_to_file", "false", NULL), 0);
    assert_int_equal(conf_set(c, CONF_CMDLINE, "mon_data_avail_warn", "0", NULL), 0);
    assert_int_equal(conf_set(c, CONF_CMDLINE, "mon_data_avail_crit", "0", NULL), 0);
    conf_started(c);
    return c;
}

/* Takes the store. */
static inline void fixture_open(struct fixture *f, struct mon_store *store)
{
    char err[512];

    memset(f, 0, sizeof(*f));
    f->conf = fixture_conf();
    if (monitor_create(&f->mon, f->conf, store, err, sizeof(err)))
        fail_msg("%s", err);
}

static inline void fixture_open_memory(struct fixture *f)
{
    struct mon_store store;
    struct kv_store *kv;
    struct kv_batch first;
    struct fsid fsid;
    char err[512];

    assert_int_equal(fsid_parse(&fsid, FIXTURE_FSID), 0);
    assert_int_equal(kv_store_open("memory", "", KV_CREATE, &kv, err, sizeof(err)), 0);
    fixture_first_batch(&first);
    assert_int_equal(mon_store_format(&store, kv, &fsid, "a", &first, err, sizeof(err)), 0);
    kv_batch_destroy(&first);
    fixture_open(f, &store);
}

/* Commits what is pending now, as the committer would. */
static inline void fixture_settle(struct fixture *f)
{
    monitor_lock(f->mon);
    for (int i = 0; i < MON_SERVICES; i++)
        paxos_service_maybe_propose(f->mon->services[i], UINT64_MAX);
    mon_committer_drain(&f->mon->committer);
    monitor_unlock(f->mon);
}

static inline void fixture_close(struct fixture *f)
{
    assert_true(monitor_shutdown(f->mon));
    monitor_destroy(f->mon);
    conf_free(f->conf);
    free(f->status);
    free(f->output);
}

static inline void fixture_answer(struct mon_op *op, int r)
{
    struct fixture *f = op->reply_arg;
    struct slice out;

    f->answered = true;
    f->result = r;
    free(f->status);
    free(f->output);
    f->status = strdup(strbuf_text(&op->status));
    assert_int_equal(bufferlist_flatten(&op->output, &out), 0);
    f->output = strndup(out.data ? (const char *)out.data : "", out.len);
    slice_put(&out);
}

/* Sends a command, without waiting for a commit. */
static inline void fixture_send(struct fixture *f, const char *json, const char *input)
{
    struct mon_op *op;

    f->answered = false;
    monitor_lock(f->mon);
    op = mon_op_create(f->mon, NULL, NULL);
    assert_non_null(op);
    op->reply = fixture_answer;
    op->reply_arg = f;
    if (input)
        assert_int_equal(bufferlist_append_copy(&op->input, input, strlen(input)), 0);
    mon_command_run(op, json);
    monitor_unlock(f->mon);
}

/* Sends a command and waits for its answer: the output. */
static inline const char *fixture_ask_with(struct fixture *f, const char *json, const char *input)
{
    fixture_send(f, json, input);
    for (int i = 0; i < 4 && !f->answered; i++)
        fixture_settle(f);
    assert_true(f->answered);
    return f->output;
}
static inline const char *fixture_ask(struct fixture *f, const char *json)
{
    return fixture_ask_with(f, json, NULL);
}

static inline void fixture_expect(struct fixture *f, const char *json, int result, const char *status)
{
    fixture_ask(f, json);
    if (f->result != result || !strstr(f->status, status))
        fail_msg("%s: %d '%s', should be %d '%s'", json, f->result, f->status, result, status);
}

#endif
