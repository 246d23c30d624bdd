/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mon client's beginning: which monitors the conf names, and the short session that fetches options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/conf.h"
#include "include/ceph_features.h"
#include "mon_client/mon_client_internal.h"

static uint32_t addr_type_of(const char *ms_type)
{
    return strcmp(ms_type, "rsockets") == 0 ? ENTITY_ADDR_RDMA : ENTITY_ADDR_V1;
}

unsigned mon_client_addr_types(const struct conf *conf, uint32_t *types, unsigned max)
{
    char *text = messenger_type_for(conf, MESSENGER_CLIENT);
    struct string_list names = {0};
    unsigned count = 0;

    if (text && string_list_split(&names, text, ",; \t") == 0) {
        for (unsigned i = 0; i < names.count && count < max; i++) {
            uint32_t type = addr_type_of(names.items[i]);
            unsigned known = 0;

            while (known < count && types[known] != type)
                known++;
            if (known == count)
                types[count++] = type;
        }
    }
    string_list_destroy(&names);
    free(text);
    return count;
}

int mon_client_initial_monmap(const struct conf *conf, struct monmap *map, char *err, size_t err_size)
{
    enum option_id option =
        conf_str_empty(conf, OPT_mon_host_override) ? OPT_mon_host : OPT_mon_host_override;
    struct monmap_defaults defaults = {.resolve = true};
    char *mon_host, why[256];
    int r;

    monmap_init(map);
    if (conf_str_empty(conf, option)) {
        snprintf(err, err_size, "no monitor is named: set mon_host, or give -m ADDRESS");
        return -ENOENT;
    }
    defaults.count = mon_client_addr_types(conf, defaults.types, ARRAY_SIZE(defaults.types));
    mon_host = conf_str(conf, option);
    r = monmap_add_mon_host(map, mon_host, &defaults, why, sizeof(why));
    if (r) {
        snprintf(err, err_size, "%s '%s': %s", option_get(option)->name, mon_host, why);
        monmap_destroy(map);
    }
    free(mon_host);
    return r;
}

/* What is left of timeout since start; at least a moment, and 0 for none. */
static uint64_t left_of(uint64_t timeout_ns, uint64_t start_ns)
{
    uint64_t passed = clock_monotonic_ns() - start_ns;

    if (timeout_ns == 0)
        return 0;
    return passed < timeout_ns ? timeout_ns - passed : 1;
}

static int fetch(struct mon_client *mc, uint64_t timeout_ns, struct monmap *map, char *err, size_t err_size)
{
    uint64_t start = clock_monotonic_ns();
    int r = mon_client_authenticate(mc, timeout_ns, err, err_size);

    if (r)
        return r;
    r = mon_client_wait_config(mc, left_of(timeout_ns, start));
    if (r) {
        snprintf(err, err_size, "the monitors' options did not come: %s", strerror(-r));
        return r;
    }
    return map ? mon_client_copy_monmap(mc, map) : 0;
}

int mon_client_fetch_config(struct conf *conf, uint64_t timeout_ns, struct monmap *map, char *err,
                            size_t err_size)
{
    struct entity_name client = {.type = ENTITY_TYPE_CLIENT, .num = ENTITY_NUM_NEW};
    struct policy policy = policy_lossy_client(0);
    char *ms_type = messenger_type_for(conf, MESSENGER_CLIENT);
    struct messenger *m;
    struct mon_client *mc = NULL;
    int r = -ENOMEM;

    snprintf(err, err_size, "no memory");
    m = ms_type
            ? messenger_create(conf, ms_type, client, "temp_mon_client", (uint32_t)getpid(), err, err_size)
            : NULL;
    free(ms_type);
    if (!m)
        return -EINVAL;
    messenger_set_default_policy(m, &policy);
    mc = mon_client_create(conf, m, err, err_size);
    if (!mc) {
        r = -EINVAL;
        goto out;
    }
    r = messenger_start(m);
    if (r) {
        snprintf(err, err_size, "cannot start the messenger: %s", strerror(-r));
        goto out;
    }
    r = fetch(mc, timeout_ns, map, err, err_size);
    mon_client_stop(mc);
    messenger_shutdown(m);
out:
    mon_client_free(mc);
    messenger_destroy(m);
    return r;
}
