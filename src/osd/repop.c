/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/repop.h"

#include <errno.h>
#include <stdlib.h>

#include "common/log.h"
#include "osd/op_exec.h"
#include "osd/osd.h"

enum { TRIM_BATCH = 128 }; /* log entries removed from disk at once */

struct repop *repop_create(struct pg *pg, struct object_context *obc)
{
    struct repop *r = calloc(1, sizeof(*r));

    if (!r) {
        object_context_put(&pg->objects, obc);
        return NULL;
    }
    r->pg = pg_get(pg);
    r->obc = obc;
    list_init(&r->link);
    list_init(&r->duplicates);
    os_transaction_init(&r->txn, (struct coll_id){pg->id.pool, pg->id.seed});
    return r;
}

void repop_free(struct repop *r)
{
    struct pg *pg = r->pg;

    os_transaction_destroy(&r->txn);
    object_context_put(&pg->objects, r->obc);
    op_request_free(r->req);
    message_put(r->reply);
    free(r);
    pg_put(pg);
}

/* Every OSD has it. */
static void finish(struct repop *r)
{
    struct pg *pg = r->pg;
    struct object_context *o = r->obc;

    list_remove(&r->link);
    if (eversion_compare(pg->last_committed, r->version) < 0)
        pg->last_committed = r->version;
    if (r->reply)
        pg_send(pg, r->req->con, r->reply);
    r->reply = NULL;
    if (r->req)
        osd_count_latency(pg->osd, r->req);
    pg_run_works(pg, &r->duplicates);
    /* Who waited for the object's writes goes on, in order, until somebody's own write is in the way. */
    if (o && --o->writes == 0 && !list_empty(&o->waiting)) {
        object_context_ref(o);
        pg_run_works(pg, &o->waiting);
        object_context_put(&pg->objects, o);
    }
    repop_free(r);
}

static void committed_by(struct repop *r)
{
    if (--r->waiting == 0)
        finish(r);
}

/* From the store: on its thread, or on ours within object_store_queue(). */
static void committed_here(void *arg, int error)
{
    struct repop *r = arg;
    struct pg *pg = r->pg;
    bool locked = mutex_is_mine(&pg->lock);

    if (error) {
        osd_store_failed(pg->osd, error);
        return; /* nothing is acknowledged any more; the process ends */
    }
    if (locked) {
        committed_by(r);
        return;
    }
    pg_get(pg);
    pg_lock(pg);
    committed_by(r);
    pg_unlock(pg);
    pg_put(pg);
}

static int log_change(struct repop *r, struct pg_log_entry *entry)
{
    struct pg *pg = r->pg;
    char key[PG_LOG_KEY_MAX], end[PG_LOG_KEY_MAX];
    struct encode e;
    struct slice bytes;

    encode_init(&e);
    pg_log_entry_encode(entry, &e);
    bytes = (struct slice){.data = e.data, .len = e.len};
    os_coll_setkey(&r->txn, pg_log_key(entry->version, key), &bytes);
    encode_destroy(&e);
    pg->last_update = entry->version;
    if (pg_log_append(&pg->log, entry))
        return -ENOMEM;
    pg_log_trim(&pg->log, osd_pg_log_max(pg->osd));
    if (pg->log.tail.version >= pg->disk_tail.version + TRIM_BATCH) {
        pg_log_key(pg->disk_tail, key);
        pg_log_key(pg_log_at(&pg->log, 0)->version, end);
        os_coll_rmkeyrange(&r->txn, key, end);
        pg->disk_tail = pg->log.tail;
    }
    pg_save_info(pg, &r->txn);
    return 0;
}

void repop_start(struct repop *r, struct pg_log_entry *entry)
{
    struct pg *pg = r->pg;
    int err;

    r->version = entry->version;
    err = log_change(r, entry);
    r->waiting = 1;
    if (r->obc)
        r->obc->writes++;
    list_add_tail(&pg->repops, &r->link);
    if (err == 0)
        err = object_store_queue(osd_store(pg->osd), &r->txn, committed_here, r);
    if (err)
        osd_store_failed(pg->osd, err);
}

struct repop *repop_find(struct pg *pg, struct eversion version)
{
    list_for_each(r, &pg->repops, struct repop, link) {
        if (eversion_compare(r->version, version) == 0)
            return r;
    }
    return NULL;
}
