/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_mkfs.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/file_io.h"
#include "include/ceph_features.h"
#include "mon/mon_store.h"
#include "mon_client/mon_client.h"

enum { FILE_MAX_BYTES = 16 << 20 };

#define NONAME "noname-"

/* ---- files ---- */

/* The whole file, malloc'ed. */
static int read_file(const char *path, uint8_t **bytes, size_t *len, char *err, size_t err_size)
{
    int r = file_read(path, FILE_MAX_BYTES, bytes, len);

    if (r)
        snprintf(err, err_size, "%s: %s", path, strerror(-r));
    return r;
}

static int write_file(const char *path, mode_t mode, const void *bytes, size_t len, char *err,
                      size_t err_size)
{
    int r = file_write(path, bytes, len, mode);

    if (r)
        snprintf(err, err_size, "%s: %s", path, strerror(-r));
    return r;
}

static int read_monmap(const char *path, struct monmap *map, char *err, size_t err_size)
{
    struct decode d;
    uint8_t *bytes;
    size_t len;
    int r = read_file(path, &bytes, &len, err, err_size);

    if (r)
        return r;
    decode_init(&d, bytes, len);
    r = monmap_decode(map, &d);
    if (r)
        snprintf(err, err_size, "%s: not a monmap: %s", path, strerror(-r));
    free(bytes);
    return r;
}

/* ---- which of the monitors are we ---- */

static bool is_our_addr(const struct conf *conf, const struct entity_addr *a)
{
    char *text = conf_str(conf, OPT_public_addr);
    struct entity_addr public_addr;
    char err[128];
    bool has_public = !conf_str_empty(conf, OPT_public_addr) &&
                      entity_addr_parse(&public_addr, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)) == 0;
    struct ifaddrs *all = NULL;
    bool ours = has_public && entity_addr_same_ip(&public_addr, a);

    free(text);
    if (ours || has_public || getifaddrs(&all))
        return ours;
    for (const struct ifaddrs *i = all; i && !ours; i = i->ifa_next) {
        struct entity_addr own = {0};
        if (!i->ifa_addr || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
            continue;
        entity_addr_set_sockaddr(&own, i->ifa_addr);
        ours = entity_addr_same_ip(&own, a);
    }
    freeifaddrs(all);
    return ours;
}

/* Monitors of mon_host have no names: the one at an address of ours is we. */
static int name_ourselves(const struct conf *conf, struct monmap *map, char *err, size_t err_size)
{
    if (monmap_find(map, conf_id(conf)) >= 0)
        return 0;
    for (unsigned r = 0; r < map->count; r++) {
        const struct mon_info *m = &map->mons[r];
        if (strncmp(m->name, NONAME, strlen(NONAME)) == 0 && m->addrs.count &&
            is_our_addr(conf, &m->addrs.addrs[0]))
            return monmap_rename(map, r, conf_id(conf));
    }
    snprintf(err, err_size,
             "mon.%s is not in the monmap, and none of the monitors there has an address of ours",
             conf_id(conf));
    return -ENOENT;
}

/* Nobody is named: a new cluster of this monitor alone, at public_addrv or public_addr. */
static int add_ourselves(const struct conf *conf, struct monmap *map, char *err, size_t err_size)
{
    bool list = !conf_str_empty(conf, OPT_public_addrv);
    char *text = conf_str(conf, list ? OPT_public_addrv : OPT_public_addr);
    char *ms_type = messenger_type_for(conf, MESSENGER_PUBLIC);
    struct monmap_defaults defaults;
    struct entity_addrvec addrs;
    int r;

    monmap_defaults_init(&defaults, ms_type ? ms_type : "");
    if (!list && conf_str_empty(conf, OPT_public_addr)) {
        snprintf(err, err_size, "no monmap: give one by --monmap, or mon_host, or public_addr");
        r = -ENOENT;
    } else {
        r = monmap_parse_addrs(&addrs, text, &defaults, err, err_size);
        if (r == 0) {
            r = monmap_add(map, conf_id(conf), &addrs);
            entity_addrvec_destroy(&addrs);
        }
    }
    free(ms_type);
    free(text);
    return r;
}

/* Inits map. */
static int build_monmap(const struct conf *conf, const char *path, struct monmap *map, char *err,
                        size_t err_size)
{
    char *text = conf_str(conf, OPT_fsid);
    struct fsid fsid;
    int r;

    if (path)
        r = read_monmap(path, map, err, err_size);
    else if (conf_str_empty(conf, OPT_mon_host)) {
        monmap_init(map);
        r = add_ourselves(conf, map, err, err_size);
    } else
        r = mon_client_initial_monmap(conf, map, err, err_size);
    if (r == 0)
        r = name_ourselves(conf, map, err, err_size);
    if (r == 0 && fsid_parse(&fsid, text) == 0 && !fsid_is_zero(&fsid))
        map->fsid = fsid;
    free(text);
    return r;
}

/* ---- mkfs ---- */

static int put_monmap(struct kv_batch *tx, const struct monmap *map)
{
    struct encode e;
    int r;

    encode_init(&e);
    monmap_encode(map, CEPH_FEATURES_ALL, &e);
    r = encode_error(&e);
    if (r == 0)
        mon_tx_put(tx, "mkfs", "monmap", e.data, e.len);
    encode_destroy(&e);
    return r;
}

/* The keyring that was named goes into the store, and beside it, where the running monitor looks. */
static int take_keyring(const struct conf *conf, const char *mon_data, struct kv_batch *tx, char **copy_to,
                        uint8_t **bytes, size_t *len, char *err, size_t err_size)
{
    char *path = conf_str(conf, OPT_keyring);
    int r = 0;

    *copy_to = NULL;
    *bytes = NULL;
    if (conf_source(conf, OPT_keyring) != CONF_DEFAULT && access(path, F_OK) == 0) {
        r = read_file(path, bytes, len, err, err_size);
        if (r == 0) {
            mon_tx_put(tx, "mkfs", "keyring", *bytes, *len);
            r = asprintf(copy_to, "%s/keyring", mon_data) < 0 ? -ENOMEM : 0;
        }
    } else if (conf_source(conf, OPT_keyring) == CONF_CMDLINE) {
        snprintf(err, err_size, "%s: no such keyring", path);
        r = -ENOENT;
    }
    free(path);
    return r;
}

static int create(const struct conf *conf, const char *mon_data, struct monmap *map, char *err,
                  size_t err_size)
{
    struct kv_batch first;
    char *keyring_copy = NULL, text[FSID_TEXT_LEN + 1];
    uint8_t *keyring = NULL;
    size_t keyring_len = 0;
    int r;

    if (fsid_is_zero(&map->fsid)) {
        r = fsid_generate(&map->fsid);
        if (r) {
            snprintf(err, err_size, "cannot make up an fsid: %s", strerror(-r));
            return r;
        }
        printf("ceph-mon: generated fsid %s\n", fsid_print(&map->fsid, text));
    }
    kv_batch_init(&first);
    r = take_keyring(conf, mon_data, &first, &keyring_copy, &keyring, &keyring_len, err, err_size);
    if (r == 0)
        r = put_monmap(&first, map);
    if (r == 0)
        r = mon_store_create("rocksdb", mon_data, &map->fsid, conf_id(conf), &first, err, err_size);
    if (r == 0 && keyring_copy)
        r = write_file(keyring_copy, 0600, keyring, keyring_len, err, err_size);
    if (r == 0)
        printf("ceph-mon: created monfs at %s for mon.%s\n", mon_data, conf_id(conf));
    kv_batch_destroy(&first);
    free(keyring_copy);
    free(keyring);
    return r;
}

int mon_mkfs(const struct conf *conf, const char *monmap_path, char *err, size_t err_size)
{
    char *mon_data = conf_str(conf, OPT_mon_data);
    struct monmap map;
    int r;

    snprintf(err, err_size, "no memory");
    monmap_init(&map);
    r = build_monmap(conf, monmap_path, &map, err, err_size);
    if (r == 0)
        r = create(conf, mon_data, &map, err, err_size);
    monmap_destroy(&map);
    free(mon_data);
    return r;
}

/* ---- the monmap in a store ---- */

static int open_store(const struct conf *conf, struct mon_store *s, char *err, size_t err_size)
{
    char *mon_data = conf_str(conf, OPT_mon_data);
    int r = mon_store_open(s, "rocksdb", mon_data, NULL, conf_id(conf), err, err_size);

    free(mon_data);
    return r;
}

int mon_extract_monmap(const struct conf *conf, const char *path, char *err, size_t err_size)
{
    struct mon_store s;
    struct slice map;
    uint64_t newest;
    int r = open_store(conf, &s, err, err_size);

    if (r)
        return r;
    newest = mon_store_get_u64(&s, "monmap", "last_committed");
    r = newest ? mon_store_get_version(&s, "monmap", newest, &map)
               : mon_store_get(&s, "mkfs", "monmap", &map);
    if (r) {
        snprintf(err, err_size, "the store has no monmap: %s", strerror(-r));
    } else {
        r = write_file(path, 0644, map.data, map.len, err, err_size);
        slice_put(&map);
        if (r == 0)
            printf("ceph-mon: wrote monmap to %s\n", path);
    }
    mon_store_close(&s);
    return r;
}

int mon_inject_monmap(const struct conf *conf, const char *path, char *err, size_t err_size)
{
    struct mon_store s;
    struct monmap map;
    struct kv_batch tx;
    struct encode e;
    uint64_t newest;
    int r = read_monmap(path, &map, err, err_size);

    if (r)
        return r;
    r = open_store(conf, &s, err, err_size);
    if (r) {
        monmap_destroy(&map);
        return r;
    }
    newest = mon_store_get_u64(&s, "monmap", "last_committed");
    if (!fsid_equal(&map.fsid, &s.fsid)) {
        snprintf(err, err_size, "%s: the monmap is of another cluster than the store", path);
        r = -EPERM;
    }
    map.epoch = (uint32_t)newest + 1;
    kv_batch_init(&tx);
    encode_init(&e);
    monmap_encode(&map, CEPH_FEATURES_ALL, &e);
    if (newest)
        mon_tx_put_version(&tx, "monmap", newest + 1, e.data, e.len);
    else
        mon_tx_put(&tx, "mkfs", "monmap", e.data, e.len);
    if (r == 0)
        r = mon_store_apply(&s, &tx, err, err_size);
    encode_destroy(&e);
    kv_batch_destroy(&tx);
    monmap_destroy(&map);
    mon_store_close(&s);
    return r;
}
