/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands to monitors, OSDs and placement groups, and what is made of them: applications, the blocklist. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/formatter.h"
#include "librados/librados_internal.h"

/* ---- handing over ---- */

static int give(const void *data, size_t len, char **out, size_t *out_len)
{
    if (out) {
        *out = NULL;
        if (len > 0) {
            *out = malloc(len + 1);
            if (!*out)
                return -ENOMEM;
            memcpy(*out, data, len);
            (*out)[len] = '\0';
        }
    }
    if (out_len)
        *out_len = len;
    return 0;
}

static int give_reply(int result, const char *status, const struct bufferlist *output, char **outbuf,
                      size_t *outbuflen, char **outs, size_t *outslen)
{
    struct slice flat;
    int r = bufferlist_flatten(output, &flat);

    if (r)
        return r;
    r = give(flat.data, flat.len, outbuf, outbuflen);
    if (r == 0)
        r = give(status, strlen(status), outs, outslen);
    slice_put(&flat);
    return r ? r : result;
}

void rados_buffer_free(char *buf)
{
    free(buf);
}

/* The one text of a command, and its input. */
static int take_command(const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen,
                        struct bufferlist *input)
{
    bufferlist_init(input);
    if (cmdlen != 1 || !cmd[0])
        return -EINVAL;
    return inbuflen > 0 ? bufferlist_append_copy(input, inbuf, inbuflen) : 0;
}

/* ---- monitors ---- */

int rados_mon_command_target(rados_t cluster, const char *name, const char **cmd, size_t cmdlen,
                             const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen,
                             char **outs, size_t *outslen)
{
    struct rados_cluster *c = cluster;
    struct mon_command_reply reply = {0};
    struct bufferlist input;
    int r = cluster_check(c);

    if (r)
        return r;
    r = take_command(cmd, cmdlen, inbuf, inbuflen, &input);
    if (r == 0)
        r = name ? mon_client_tell_wait(c->mon_client, name, cmd[0], &input, 0, &reply)
                 : mon_client_command_wait(c->mon_client, cmd[0], &input, 0, &reply);
    if (r == 0) {
        r = give_reply(reply.result, reply.status, &reply.output, outbuf, outbuflen, outs, outslen);
        mon_command_reply_destroy(&reply);
    }
    bufferlist_destroy(&input);
    return r;
}

int rados_mon_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen,
                      char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
{
    return rados_mon_command_target(cluster, NULL, cmd, cmdlen, inbuf, inbuflen, outbuf, outbuflen, outs,
                                    outslen);
}

int rados_ping_monitor(rados_t cluster, const char *mon_id, char **outstr, size_t *outstrlen)
{
    struct rados_cluster *c = cluster;
    struct mon_command_reply reply = {0};
    int r = cluster_check(c);

    if (r)
        return r;
    r = mon_client_ping_wait(c->mon_client, mon_id, cluster_mon_timeout_ns(c), &reply);
    if (r)
        return r;
    r = reply.result;
    if (r == 0)
        r = give(reply.status, strlen(reply.status), outstr, outstrlen);
    mon_command_reply_destroy(&reply);
    return r;
}

/* ---- OSDs ---- */

struct osd_reply {
    struct sync_call call;
    char **outbuf, **outs;
    size_t *outbuflen, *outslen;
};

static void osd_replied(void *arg, int result, const char *status, struct bufferlist *output)
{
    struct osd_reply *q = arg;

    sync_call_end(&q->call, give_reply(result, status, output, q->outbuf, q->outbuflen, q->outs, q->outslen));
}

static int osd_command(struct rados_cluster *c, int32_t osd, const struct pg_id *pg, const char **cmd,
                       size_t cmdlen, const char *inbuf, size_t inbuflen, struct osd_reply *q)
{
    struct rados_ioctx none = {.cluster = c};
    struct bufferlist input;
    uint64_t tid = 0;
    int r = cluster_check(c);

    if (r)
        return r;
    r = take_command(cmd, cmdlen, inbuf, inbuflen, &input);
    if (r == 0) {
        sync_call_init(&q->call, &none);
        tid = pg ? objecter_pg_command(c->objecter, *pg, cmd[0], &input, osd_replied, q)
                 : objecter_osd_command(c->objecter, osd, cmd[0], &input, osd_replied, q);
        if (!tid)
            sync_call_end(&q->call, -ENOMEM);
        r = sync_call_wait(&q->call);
    }
    bufferlist_destroy(&input);
    return r;
}

int rados_osd_command(rados_t cluster, int osdid, const char **cmd, size_t cmdlen, const char *inbuf,
                      size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
{
    struct osd_reply q = {.outbuf = outbuf, .outs = outs, .outbuflen = outbuflen, .outslen = outslen};

    return osd_command(cluster, osdid, NULL, cmd, cmdlen, inbuf, inbuflen, &q);
}

int rados_pg_command(rados_t cluster, const char *pgstr, const char **cmd, size_t cmdlen, const char *inbuf,
                     size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
{
    struct osd_reply q = {.outbuf = outbuf, .outs = outs, .outbuflen = outbuflen, .outslen = outslen};
    struct pg_id pg;

    if (!pg_id_parse(pgstr, &pg))
        return -EINVAL;
    return osd_command(cluster, -1, &pg, cmd, cmdlen, inbuf, inbuflen, &q);
}

/* Managers are reached by way of their monitors' map, which this library does not follow. */
int rados_mgr_command_target(rados_t cluster UNUSED, const char *name UNUSED, const char **cmd UNUSED,
                             size_t cmdlen UNUSED, const char *inbuf UNUSED, size_t inbuflen UNUSED,
                             char **outbuf UNUSED, size_t *outbuflen UNUSED, char **outs UNUSED,
                             size_t *outslen UNUSED)
{
    return -EOPNOTSUPP;
}

int rados_mgr_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen,
                      char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
{
    return rados_mgr_command_target(cluster, NULL, cmd, cmdlen, inbuf, inbuflen, outbuf, outbuflen, outs,
                                    outslen);
}

int rados_service_register(rados_t cluster UNUSED, const char *service UNUSED, const char *daemon UNUSED,
                           const char *metadata_dict UNUSED)
{
    return -EOPNOTSUPP;
}

int rados_service_update_status(rados_t cluster UNUSED, const char *status_dict UNUSED)
{
    return -EOPNOTSUPP;
}

int rados_inconsistent_pg_list(rados_t cluster UNUSED, int64_t pool UNUSED, char *buf UNUSED,
                               size_t len UNUSED)
{
    return -EOPNOTSUPP;
}

/* The cluster's log has no way to programs yet. */
int rados_monitor_log2(rados_t cluster UNUSED, const char *level UNUSED, rados_log_callback2_t cb,
                       void *arg UNUSED)
{
    return cb ? -EOPNOTSUPP : 0;
}

int rados_monitor_log(rados_t cluster UNUSED, const char *level UNUSED, rados_log_callback_t cb,
                      void *arg UNUSED)
{
    return cb ? -EOPNOTSUPP : 0;
}

/* ---- made of commands ---- */

/* Sends what f holds. out (may be NULL): malloc'ed output. */
static int send_formatted(struct rados_cluster *c, struct formatter *f, char **out)
{
    char *text = formatter_steal(f);
    const char *cmd = text;
    size_t len;
    int r = text ? rados_mon_command(c, &cmd, 1, NULL, 0, out, &len, NULL, NULL) : -ENOMEM;

    formatter_destroy(f);
    free(text);
    return r;
}

static void begin_command(struct formatter *f, const char *prefix)
{
    formatter_init(f, FORMATTER_JSON);
    formatter_open_object(f, NULL);
    formatter_string(f, "prefix", prefix);
}

static int blocklist_add(struct rados_cluster *c, const char *prefix, const char *op, const char *addr,
                         uint32_t expire_seconds)
{
    struct formatter f;

    begin_command(&f, prefix);
    formatter_string(&f, op, "add");
    formatter_string(&f, "addr", addr);
    if (expire_seconds)
        formatter_double(&f, "expire", expire_seconds);
    formatter_close(&f);
    return send_formatted(c, &f, NULL);
}

int rados_blocklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds)
{
    struct rados_cluster *c = cluster;
    int r = cluster_check(c);

    if (r)
        return r;
    r = blocklist_add(c, "osd blocklist", "blocklistop", client_address, expire_seconds);
    if (r == -EINVAL) /* monitors before 16 have another name for it */
        r = blocklist_add(c, "osd blacklist", "blacklistop", client_address, expire_seconds);
    return r ? r : objecter_wait_for_latest(c->objecter, cluster_mon_timeout_ns(c));
}

int rados_blacklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds)
{
    return rados_blocklist_add(cluster, client_address, expire_seconds);
}

static int application_command(struct rados_ioctx *io, const char *prefix, const char *app, const char *key,
                               const char *value, bool force)
{
    struct formatter f;
    char pool[512];
    int r = rados_ioctx_get_pool_name(io, pool, sizeof(pool));

    if (r < 0)
        return r;
    begin_command(&f, prefix);
    formatter_string(&f, "pool", pool);
    formatter_string(&f, "app", app);
    if (key)
        formatter_string(&f, "key", key);
    if (value)
        formatter_string(&f, "value", value);
    if (force)
        formatter_bool(&f, "yes_i_really_mean_it", true);
    formatter_close(&f);
    r = send_formatted(io->cluster, &f, NULL);
    return r ? r : objecter_wait_for_latest(io->cluster->objecter, cluster_mon_timeout_ns(io->cluster));
}

int rados_application_enable(rados_ioctx_t io, const char *app_name, int force)
{
    return application_command(io, "osd pool application enable", app_name, NULL, NULL, force != 0);
}

int rados_application_metadata_set(rados_ioctx_t io, const char *app_name, const char *key, const char *value)
{
    return application_command(io, "osd pool application set", app_name, key, value, false);
}

int rados_application_metadata_remove(rados_ioctx_t io, const char *app_name, const char *key)
{
    return application_command(io, "osd pool application rm", app_name, key, NULL, false);
}

/* The pool in the newest map that we have; the map is the caller's to put. */
static const struct osdmap_pool *find_pool(struct rados_ioctx *io, struct cluster_map **m)
{
    *m = NULL;
    if (cluster_check(io->cluster))
        return NULL;
    *m = objecter_map(io->cluster->objecter);
    return osdmap_find_pool(&(*m)->map, io->pool);
}

static const struct pool_application *find_application(const struct osdmap_pool *pool, const char *name)
{
    for (unsigned i = 0; pool && i < pool->pool.application_count; i++)
        if (strcmp(pool->pool.applications[i].name, name) == 0)
            return &pool->pool.applications[i];
    return NULL;
}

int rados_application_list(rados_ioctx_t io, char *values, size_t *values_len)
{
    struct name_list l = {.buf = values, .room = *values_len};
    struct cluster_map *m;
    const struct osdmap_pool *pool = find_pool(io, &m);

    for (unsigned i = 0; pool && i < pool->pool.application_count; i++)
        name_list_add(&l, pool->pool.applications[i].name);
    cluster_map_put(m);
    if (!pool)
        return m ? -ENOENT : -ENOTCONN;
    if (l.needed > *values_len) {
        *values_len = l.needed;
        return -ERANGE;
    }
    *values_len = l.needed;
    return 0;
}

int rados_application_metadata_get(rados_ioctx_t io, const char *app_name, const char *key, char *value,
                                   size_t *value_len)
{
    struct cluster_map *m;
    const struct pool_application *app = find_application(find_pool(io, &m), app_name);
    const char *found = app ? string_map_get(&app->metadata, key) : NULL;
    size_t size = found ? strlen(found) + 1 : 0;
    int r = found ? 0 : -ENOENT;

    if (found && size > *value_len)
        r = -ERANGE;
    else if (found)
        memcpy(value, found, size);
    if (found)
        *value_len = size;
    cluster_map_put(m);
    return r;
}

int rados_application_metadata_list(rados_ioctx_t io, const char *app_name, char *keys, size_t *key_len,
                                    char *values, size_t *vals_len)
{
    struct name_list k = {keys, *key_len, 0}, v = {values, *vals_len, 0};
    struct cluster_map *m;
    const struct pool_application *app = find_application(find_pool(io, &m), app_name);
    int r = app ? 0 : -ENOENT;

    for (unsigned i = 0; app && i < app->metadata.count; i++) {
        name_list_add(&k, app->metadata.pairs[i].key);
        name_list_add(&v, app->metadata.pairs[i].value);
    }
    if (k.needed > *key_len || v.needed > *vals_len)
        r = -ERANGE;
    *key_len = k.needed;
    *vals_len = v.needed;
    cluster_map_put(m);
    return r;
}
