/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/inject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/clock.h"
#include "common/conf.h"
#include "types/entity_name.h"

uint32_t inject_random(void)
{
    static _Thread_local uint64_t x;

    while (x == 0)
        if (getrandom(&x, sizeof(x), 0) != sizeof(x))
            x = clock_monotonic_ns();
    x ^= x << 13; /* xorshift64 */
    x ^= x >> 7;
    x ^= x << 17;
    return (uint32_t)(x >> 32);
}

bool inject_socket_failure(const struct conf *conf)
{
    uint64_t every = conf_u64(conf, OPT_ms_inject_socket_failures);

    return every && inject_random() % every == 0;
}

void inject_internal_delay(const struct conf *conf)
{
    uint64_t ns = conf_seconds_ns(conf, OPT_ms_inject_internal_delays);
    struct timespec ts = {.tv_sec = (time_t)(ns / NSEC_PER_SEC), .tv_nsec = (long)(ns % NSEC_PER_SEC)};

    if (ns)
        nanosleep(&ts, NULL);
}

/* Does the option's list of words contain this one? */
static bool list_has(const struct conf *conf, enum option_id option, const char *word)
{
    char *list = conf_str(conf, option), *rest = list, *item;
    bool found = false;

    while (!found && (item = strsep(&rest, ", ")))
        found = strcmp(item, word) == 0;
    free(list);
    return found;
}

static bool delays_message_type(const struct conf *conf, uint16_t type)
{
    char text[8];

    if (conf_str_empty(conf, OPT_ms_inject_delay_msg_type))
        return true;
    snprintf(text, sizeof(text), "%u", type);
    return list_has(conf, OPT_ms_inject_delay_msg_type, text);
}

uint64_t inject_message_delay(const struct conf *conf, uint32_t peer_type, uint16_t message_type)
{
    double probability = conf_double(conf, OPT_ms_inject_delay_probability);
    double roll;

    if (probability <= 0)
        return 0;
    roll = (double)inject_random() / 4294967296.0;
    if (roll >= probability || !list_has(conf, OPT_ms_inject_delay_type, entity_type_name(peer_type)) ||
        !delays_message_type(conf, message_type))
        return 0;
    return (uint64_t)((double)conf_seconds_ns(conf, OPT_ms_inject_delay_max) * inject_random() /
                      4294967296.0);
}

bool inject_blackhole(const struct conf *conf, uint32_t peer_type)
{
    switch (peer_type) {
    case ENTITY_TYPE_MON:
        return conf_bool(conf, OPT_ms_blackhole_mon);
    case ENTITY_TYPE_OSD:
        return conf_bool(conf, OPT_ms_blackhole_osd);
    case ENTITY_TYPE_MDS:
        return conf_bool(conf, OPT_ms_blackhole_mds);
    case ENTITY_TYPE_MGR:
        return conf_bool(conf, OPT_ms_blackhole_mgr);
    case ENTITY_TYPE_CLIENT:
        return conf_bool(conf, OPT_ms_blackhole_client);
    default:
        return false;
    }
}
