/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cluster handles: life, configuration, what is known about the cluster. */
#include "include/rados/librados.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/args.h"
#include "common/clock.h"
#include "common/conf_file.h"
#include "common/log.h"
#include "common/log_conf.h"
#include "include/ceph_features.h"
#include "librados/librados_internal.h"
#include "messages/message_factory.h"

#define DEFAULT_CLUSTER "ceph"
#define DEFAULT_NAME    "client.admin"

/* ---- fork ---- */

static atomic_uint generation = 1;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void forked(void)
{
    atomic_fetch_add(&generation, 1);
}

static void watch_fork(void)
{
    pthread_atfork(NULL, NULL, forked);
}

unsigned fork_generation(void)
{
    return atomic_load_explicit(&generation, memory_order_relaxed);
}

/* ---- handles ---- */

void rados_version(int *major, int *minor, int *extra)
{
    if (major)
        *major = LIBRADOS_VER_MAJOR;
    if (minor)
        *minor = LIBRADOS_VER_MINOR;
    if (extra)
        *extra = LIBRADOS_VER_EXTRA;
}

static void config_put(struct rados_config *config)
{
    if (!config || atomic_fetch_sub(&config->refs, 1) != 1)
        return;
    conf_free(config->conf);
    free(config);
}

/* Takes the reference of config, also on failure. */
static int cluster_create(rados_t *out, struct rados_config *config)
{
    struct rados_cluster *c = calloc(1, sizeof(*c));

    pthread_once(&fork_once, watch_fork);
    if (!c || !config) {
        config_put(config);
        free(c);
        return -ENOMEM;
    }
    c->refs = 1;
    c->config = config;
    c->fork_generation = fork_generation();
    mutex_init(&c->lock, "rados_cluster", LOCK_RANK_USER);
    *out = c;
    return 0;
}

static struct rados_config *config_create(const char *cluster_name, const char *type, const char *id)
{
    struct rados_config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->refs = 1;
    config->conf = conf_create(cluster_name, type, id, false);
    if (config->conf)
        return config;
    free(config);
    return NULL;
}

int rados_create2(rados_t *cluster, const char *cluster_name, const char *name, uint64_t flags UNUSED)
{
    struct entity_id id;
    struct rados_config *config;
    int r = entity_id_parse(&id, name && *name ? name : DEFAULT_NAME);

    if (r)
        return r;
    config = config_create(cluster_name && *cluster_name ? cluster_name : DEFAULT_CLUSTER,
                           entity_type_name(id.type), id.id);
    entity_id_destroy(&id);
    return cluster_create(cluster, config);
}

int rados_create(rados_t *cluster, const char *id)
{
    return cluster_create(cluster, config_create(DEFAULT_CLUSTER, "client", id ? id : "admin"));
}

int rados_create_with_context(rados_t *cluster, rados_config_t config)
{
    struct rados_config *c = config;

    atomic_fetch_add(&c->refs, 1);
    return cluster_create(cluster, c);
}

rados_config_t rados_cct(rados_t cluster)
{
    struct rados_cluster *c = cluster;

    return c->config;
}

struct rados_cluster *cluster_get(struct rados_cluster *c)
{
    atomic_fetch_add(&c->refs, 1);
    return c;
}

void cluster_put(struct rados_cluster *c)
{
    if (atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    config_put(c->config);
    mutex_destroy(&c->lock);
    free(c);
}

int cluster_check(const struct rados_cluster *c)
{
    return atomic_load_explicit(&c->state, memory_order_acquire) == CLUSTER_CONNECTED &&
                   c->fork_generation == fork_generation()
               ? 0
               : -ENOTCONN;
}

uint64_t cluster_mon_timeout_ns(const struct rados_cluster *c)
{
    return conf_seconds_ns(c->config->conf, OPT_rados_mon_op_timeout);
}

/* ---- connecting ---- */

static void close_cluster(struct rados_cluster *c)
{
    if (c->lingers)
        lingers_stop(c->lingers);
    if (c->objecter)
        objecter_stop(c->objecter);
    if (c->mon_client)
        mon_client_stop(c->mon_client);
    if (c->messenger)
        messenger_shutdown(c->messenger);
    lingers_free(c->lingers);
    objecter_free(c->objecter);
    mon_client_free(c->mon_client);
    messenger_destroy(c->messenger);
    c->lingers = NULL;
    c->objecter = NULL;
    c->mon_client = NULL;
    c->messenger = NULL;
}

static uint32_t random_nonce(void)
{
    uint32_t nonce;

    if (getentropy(&nonce, sizeof(nonce)))
        nonce = (uint32_t)clock_monotonic_ns();
    return nonce;
}

static int open_parts(struct rados_cluster *c, char *err, size_t err_size)
{
    struct entity_name name = {.type = ENTITY_TYPE_CLIENT, .num = ENTITY_NUM_NEW};
    struct policy policy = policy_lossy_client(CEPH_FEATURE_OSDREPLYMUX);
    struct conf *conf = c->config->conf;
    char *ms_type = messenger_type_for(conf, MESSENGER_CLIENT);

    c->messenger =
        ms_type ? messenger_create(conf, ms_type, name, "radosclient", random_nonce(), err, err_size) : NULL;
    free(ms_type);
    if (!c->messenger)
        return -EINVAL;
    messenger_set_default_policy(c->messenger, &policy);
    c->mon_client = mon_client_create(conf, c->messenger, err, err_size);
    if (!c->mon_client)
        return -EINVAL;
    c->objecter = objecter_create(conf, c->messenger, c->mon_client);
    c->lingers = c->objecter ? lingers_create(c->objecter, c->messenger) : NULL;
    return c->lingers ? 0 : -ENOMEM;
}

static int connect_parts(struct rados_cluster *c, char *err, size_t err_size)
{
    uint64_t timeout = conf_seconds_ns(c->config->conf, OPT_client_mount_timeout);
    int r = open_parts(c, err, err_size);

    if (r)
        return r;
    r = messenger_start(c->messenger);
    if (r)
        return r;
    r = mon_client_authenticate(c->mon_client, timeout, err, err_size);
    if (r)
        return r;
    r = mon_client_wait_config(c->mon_client, timeout);
    return r ? r : objecter_start(c->objecter, timeout);
}

int rados_connect(rados_t cluster)
{
    struct rados_cluster *c = cluster;
    char err[512] = "";
    int r = 0;

    if (c->fork_generation != fork_generation())
        return -ENOTCONN;
    mutex_lock(&c->lock);
    if (c->state == CLUSTER_CONNECTED)
        r = -EISCONN;
    else
        r = finisher_acquire();
    if (r == 0) {
        if (log_apply_conf(c->config->conf, NULL))
            derr(rados, "the log could not be set up");
        messenger_set_describer(message_describe);
        r = connect_parts(c, err, sizeof(err));
        if (r) {
            close_cluster(c);
            finisher_release();
        } else {
            atomic_store_explicit(&c->state, CLUSTER_CONNECTED, memory_order_release);
        }
    }
    mutex_unlock(&c->lock);
    if (r < 0 && r != -EISCONN)
        dout(rados, 0, "cannot connect: %s", *err ? err : strerror(-r));
    return r;
}

void rados_shutdown(rados_t cluster)
{
    struct rados_cluster *c = cluster;

    if (!c)
        return;
    if (cluster_check(c) == 0) {
        mutex_lock(&c->lock);
        close_cluster(c);
        atomic_store(&c->state, CLUSTER_NEW);
        mutex_unlock(&c->lock);
        finisher_release();
    }
    if (c->fork_generation == fork_generation())
        cluster_put(c); /* what another process has of it is of no use, and of no harm */
}

/* ---- configuration ---- */

int rados_conf_read_file(rados_t cluster, const char *path)
{
    struct rados_cluster *c = cluster;
    struct conf_file f;
    char *err = NULL;
    int r;

    conf_file_init(&f);
    r = conf_find_file(c->config->conf, path, &f, &err);
    if (r == 0)
        r = conf_apply_file(c->config->conf, &f, NULL, NULL, &err);
    if (r && err)
        derr(rados, "%s", err);
    free(err);
    conf_file_destroy(&f);
    return r;
}

int rados_conf_parse_argv_remainder(rados_t cluster, int argc, const char **argv, const char **remargv)
{
    struct rados_cluster *c = cluster;
    char *err = NULL;
    int r = args_take_options(c->config->conf, CONF_CMDLINE, argc, argv, remargv, &err);

    if (r < 0 && err)
        derr(rados, "%s", err);
    free(err);
    return r < 0 ? r : 0;
}

int rados_conf_parse_argv(rados_t cluster, int argc, const char **argv)
{
    return rados_conf_parse_argv_remainder(cluster, argc, argv, NULL);
}

int rados_conf_parse_env(rados_t cluster, const char *var)
{
    struct rados_cluster *c = cluster;
    const char *text = getenv(var ? var : "CEPH_ARGS");
    struct string_list words = {0};
    char *err = NULL;
    int r = text ? string_list_split(&words, text, " \t\n") : 0;

    if (r == 0)
        r = args_take_options(c->config->conf, CONF_ENV, (int)words.count, (const char *const *)words.items,
                              NULL, &err);
    if (r < 0 && err)
        derr(rados, "%s", err);
    free(err);
    string_list_destroy(&words);
    return r < 0 ? r : 0;
}

int rados_conf_set(rados_t cluster, const char *option, const char *value)
{
    struct rados_cluster *c = cluster;

    return conf_set(c->config->conf, CONF_OVERRIDE, option, value, NULL);
}

int rados_conf_get(rados_t cluster, const char *option, char *buf, size_t len)
{
    struct rados_cluster *c = cluster;
    enum option_id id = option_find(option);
    char *text;
    size_t n;

    if (id == OPT_COUNT)
        return -ENOENT;
    text = conf_str(c->config->conf, id);
    n = strlen(text);
    if (n < len)
        memcpy(buf, text, n + 1);
    free(text);
    return n < len ? 0 : -ENAMETOOLONG;
}

/* ---- about the cluster ---- */

int rados_cluster_fsid(rados_t cluster, char *buf, size_t len)
{
    struct rados_cluster *c = cluster;
    int r = cluster_check(c);
    struct fsid fsid;

    if (r)
        return r;
    if (len < FSID_TEXT_LEN + 1)
        return -ERANGE;
    fsid = mon_client_fsid(c->mon_client);
    fsid_print(&fsid, buf);
    return FSID_TEXT_LEN;
}

uint64_t rados_get_instance_id(rados_t cluster)
{
    struct rados_cluster *c = cluster;

    return cluster_check(c) ? 0 : mon_client_global_id(c->mon_client);
}

int rados_wait_for_latest_osdmap(rados_t cluster)
{
    struct rados_cluster *c = cluster;
    int r = cluster_check(c);

    return r ? r : objecter_wait_for_latest(c->objecter, cluster_mon_timeout_ns(c));
}

static int release_in_map(rados_t cluster, bool of_clients)
{
    struct rados_cluster *c = cluster;
    struct cluster_map *m;
    int r = cluster_check(c);

    if (r)
        return r;
    m = objecter_map(c->objecter);
    r = of_clients ? m->map.require_min_compat_client : m->map.require_osd_release;
    cluster_map_put(m);
    return r;
}

int rados_get_min_compatible_osd(rados_t cluster, int8_t *require_osd_release)
{
    int r = release_in_map(cluster, false);

    if (r >= 0)
        *require_osd_release = (int8_t)r;
    return r < 0 ? r : 0;
}

int rados_get_min_compatible_client(rados_t cluster, int8_t *min_compat_client,
                                    int8_t *require_min_compat_client)
{
    int r = release_in_map(cluster, true);

    if (r >= 0)
        *min_compat_client = *require_min_compat_client = (int8_t)r;
    return r < 0 ? r : 0;
}

int rados_getaddrs(rados_t cluster, char **addrs)
{
    struct rados_cluster *c = cluster;
    struct entity_addrvec v;
    int r = cluster_check(c);

    if (r)
        return r;
    r = messenger_addrs(c->messenger, &v);
    if (r)
        return r;
    *addrs = entity_addrvec_print(&v);
    entity_addrvec_destroy(&v);
    return *addrs ? 0 : -ENOMEM;
}
