/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/config_monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/log.h"
#include "messages/m_config.h"
#include "mon/config_key.h"
#include "mon/monitor.h"
#include "types/utime.h"

#define OPTIONS "config/"
#define HISTORY "config-history/"

struct pending_change {
    struct list entry;
    char *key, *value; /* value NULL: remove */
};

struct config_monitor {
    struct paxos_service base;
    struct config_map map;
    struct list pending; /* of pending_change */
};

static struct config_monitor *of(const struct paxos_service *s)
{
    return CONTAINER_OF(s, struct config_monitor, base);
}

const struct config_map *config_monitor_map(const struct paxos_service *s)
{
    return &of(s)->map;
}

/* ---- versions ---- */

static void clear_pending(struct config_monitor *c)
{
    list_for_each_safe(p, &c->pending, struct pending_change, entry) {
        list_remove(&p->entry);
        free(p->key);
        free(p->value);
        free(p);
    }
}

static int create_initial(struct paxos_service *s UNUSED)
{
    return 0;
}

static int load_map(struct paxos_service *s, struct config_map *map)
{
    struct kv_iter *it = kv_store_iterate(s->mon->store.kv, CONFIG_KEY_PREFIX);
    size_t prefix = strlen(OPTIONS), key_len, value_len;
    int r = it ? 0 : -ENOMEM;

    config_map_init(map);
    for (bool more = it && kv_iter_seek(it, OPTIONS, prefix); more && r == 0; more = kv_iter_next(it)) {
        const uint8_t *k = kv_iter_key(it, &key_len), *v = kv_iter_value(it, &value_len);
        char *key, *value;
        if (key_len <= prefix || memcmp(k, OPTIONS, prefix) != 0)
            break;
        key = strndup((const char *)k + prefix, key_len - prefix);
        value = strndup((const char *)v, value_len);
        r = key && value ? config_map_add(map, key, value) : -ENOMEM;
        if (r == -EINVAL) {
            dout(mon, 0, "config-key config/%s is no option of anybody's and is passed over", key);
            r = 0;
        }
        free(key);
        free(value);
    }
    kv_iter_close(it);
    return r;
}

/* The options that are this monitor's own take effect in it like anybody else's. */
static int apply_to_self(struct paxos_service *s)
{
    struct config_entity self = {.type = "mon", .id = s->mon->store.name};
    const struct config_item **items;
    const char **names, **values;
    unsigned n;
    int r = config_map_resolve(&of(s)->map, &self, &items, &n);

    if (r)
        return r;
    names = calloc(n + 1, sizeof(*names));
    values = calloc(n + 1, sizeof(*values));
    if (names && values) {
        for (unsigned i = 0; i < n; i++) {
            names[i] = items[i]->name;
            values[i] = items[i]->value;
        }
        conf_replace_mon(s->mon->conf, names, values, n);
    } else {
        r = -ENOMEM;
    }
    free(names);
    free(values);
    free(items);
    return r;
}

static int update_from_store(struct paxos_service *s)
{
    struct config_map map;
    int r = load_map(s, &map);

    if (r) {
        config_map_destroy(&map);
        return r;
    }
    config_map_destroy(&of(s)->map);
    of(s)->map = map;
    clear_pending(of(s));
    return apply_to_self(s);
}

static void put_history(struct paxos_service *s, struct kv_batch *tx, uint64_t version)
{
    char prefix[64], *key;
    struct encode e;

    snprintf(prefix, sizeof(prefix), HISTORY "%" PRIu64 "/", version);
    encode_init(&e);
    utime_encode(utime_now(), &e);
    encode_string(&e, ""); /* a name for the change */
    mon_tx_put(tx, CONFIG_KEY_PREFIX, prefix, e.data, e.len);
    encode_destroy(&e);
    list_for_each(p, &of(s)->pending, struct pending_change, entry) {
        const struct config_item *old = config_map_find(&of(s)->map, p->key);
        if (old && asprintf(&key, "%s-%s", prefix, p->key) >= 0) {
            mon_tx_put(tx, CONFIG_KEY_PREFIX, key, old->value, strlen(old->value));
            free(key);
        }
        if (p->value && asprintf(&key, "%s+%s", prefix, p->key) >= 0) {
            mon_tx_put(tx, CONFIG_KEY_PREFIX, key, p->value, strlen(p->value));
            free(key);
        }
    }
}

static void encode_pending(struct paxos_service *s, struct kv_batch *tx)
{
    uint64_t version = s->last_committed + 1;

    list_for_each(p, &of(s)->pending, struct pending_change, entry) {
        char *key;
        if (asprintf(&key, OPTIONS "%s", p->key) < 0) {
            tx->ops.error = -ENOMEM;
            return;
        }
        if (p->value)
            mon_tx_put(tx, CONFIG_KEY_PREFIX, key, p->value, strlen(p->value));
        else
            mon_tx_delete(tx, CONFIG_KEY_PREFIX, key);
        free(key);
    }
    if (!list_empty(&of(s)->pending))
        put_history(s, tx, version);
    mon_tx_put_u64(tx, s->ops->name, "last_committed", version);
}

static void updated(struct paxos_service *s)
{
    list_for_each_safe(sub, &s->mon->sessions.subs[MON_SUB_CONFIG], struct mon_sub, in_kind)
        config_monitor_check_sub(s, sub);
}

static void destroy(struct paxos_service *s)
{
    paxos_service_destroy(s);
    config_map_destroy(&of(s)->map);
    clear_pending(of(s));
    free(of(s));
}

static const struct paxos_service_ops ops = {
    .name = "config",
    .create_initial = create_initial,
    .update_from_store = update_from_store,
    .encode_pending = encode_pending,
    .updated = updated,
    .destroy = destroy,
};

struct paxos_service *config_monitor_create(struct monitor *mon)
{
    struct config_monitor *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    paxos_service_init(&c->base, &ops, mon);
    config_map_init(&c->map);
    list_init(&c->pending);
    return &c->base;
}

/* ---- changes ---- */

static struct pending_change *find_pending(struct config_monitor *c, const char *key)
{
    list_for_each(p, &c->pending, struct pending_change, entry)
        if (strcmp(p->key, key) == 0)
            return p;
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

int config_monitor_change(struct paxos_service *s, const char *key, const char *value, bool *changed)
{
    struct config_monitor *c = of(s);
    struct pending_change *p = find_pending(c, key);
    const struct config_item *now = config_map_find(&c->map, key);
    const char *old = p ? p->value : now ? now->value : NULL;
    char *copy = value ? strdup(value) : NULL;

    *changed = !same_text(old, value);
    if (!*changed || (value && !copy)) {
        free(copy);
        return *changed ? -ENOMEM : 0;
    }
    if (!p) {
        p = calloc(1, sizeof(*p));
        if (!p || !(p->key = strdup(key))) {
            free(p);
            free(copy);
            return -ENOMEM;
        }
        list_add_tail(&c->pending, &p->entry);
    }
    free(p->value);
    p->value = copy;
    return 0;
}

/* ---- subscribers ---- */

/* "name=value" lines: what was sent, to see whether it has changed. */
static char *fingerprint(const struct config_item **items, unsigned n)
{
    struct strbuf s = STRBUF_INIT;

    for (unsigned i = 0; i < n; i++)
        strbuf_printf(&s, "%s=%s\n", items[i]->name, items[i]->value);
    return strbuf_steal(&s);
}

static struct message *config_message(const struct config_item **items, unsigned n)
{
    struct m_config m = {0};

    string_map_init(&m.options);
    for (unsigned i = 0; i < n; i++)
        if (string_map_set(&m.options, items[i]->name, items[i]->value)) {
            m_config_destroy(&m);
            return NULL;
        }
    return m_config_message(&m);
}

void config_monitor_check_sub(struct paxos_service *s, struct mon_sub *sub)
{
    struct mon_session *session = sub->session;
    struct config_entity e = {
        .type = entity_type_name(session->id.type), .id = session->id.id, .host = session->remote_host};
    const struct config_item **items;
    unsigned n;
    char *text;

    if (sub->next > s->last_committed)
        return;
    if (config_map_resolve(&of(s)->map, &e, &items, &n))
        return;
    text = fingerprint(items, n);
    if (sub->next == 0 || !same_text(text, session->sent_config)) {
        mon_session_send(session, config_message(items, n));
        free(session->sent_config);
        session->sent_config = text;
        text = NULL;
    }
    free(text);
    free(items);
    mon_sub_sent(sub, s->last_committed);
}

/* ---- history ---- */

/* Old and new value of one option; sign is '+' or '-', and both may come for the same key. */
struct gathered {
    char *key, *old_value, *new_value;
};

static int gather(struct gathered **all, unsigned *n, char sign, const uint8_t *key, size_t key_len,
                  const uint8_t *value, size_t value_len)
{
    struct gathered *g;
    char *text = strndup((const char *)value, value_len);
    unsigned i = 0;

    while (i < *n && (strlen((*all)[i].key) != key_len || memcmp((*all)[i].key, key, key_len) != 0))
        i++;
    if (text && i == *n) {
        g = reallocarray(*all, *n + 1, sizeof(*g));
        if (g) {
            *all = g;
            g[i] = (struct gathered){.key = strndup((const char *)key, key_len)};
            *n += g[i].key != NULL;
        }
    }
    if (!text || i == *n) {
        free(text);
        return -ENOMEM;
    }
    if (sign == '+')
        (*all)[i].new_value = text;
    else
        (*all)[i].old_value = text;
    return 0;
}

static int read_meta(const uint8_t *v, size_t len, struct utime *stamp, char **name)
{
    struct decode d;

    decode_init(&d, v, len);
    *stamp = utime_decode(&d);
    *name = decode_string(&d);
    if (decode_error(&d)) {
        free(*name);
        *name = NULL;
    }
    return decode_error(&d);
}

int config_monitor_history(struct paxos_service *s, uint64_t version, struct utime *stamp, char **name,
                           int (*change)(void *arg, const struct config_change *c), void *arg)
{
    struct kv_iter *it = kv_store_iterate(s->mon->store.kv, CONFIG_KEY_PREFIX);
    struct gathered *all = NULL;
    unsigned n = 0;
    char prefix[64];
    size_t prefix_len = (size_t)snprintf(prefix, sizeof(prefix), HISTORY "%" PRIu64 "/", version);
    size_t key_len, value_len;
    int r = it ? -ENOENT : -ENOMEM;

    *name = NULL;
    for (bool more = it && kv_iter_seek(it, prefix, prefix_len); more; more = kv_iter_next(it)) {
        const uint8_t *k = kv_iter_key(it, &key_len), *v = kv_iter_value(it, &value_len);
        if (key_len < prefix_len || memcmp(k, prefix, prefix_len) != 0)
            break;
        if (key_len == prefix_len)
            r = read_meta(v, value_len, stamp, name);
        else
            r = gather(&all, &n, (char)k[prefix_len], k + prefix_len + 1, key_len - prefix_len - 1, v,
                       value_len);
        if (r)
            break;
    }
    kv_iter_close(it);
    for (unsigned i = 0; i < n; i++) {
        if (r == 0)
            r = change(arg, &(struct config_change){all[i].key, all[i].old_value, all[i].new_value});
        free(all[i].key);
        free(all[i].old_value);
        free(all[i].new_value);
    }
    free(all);
    if (r) {
        free(*name);
        *name = NULL;
    }
    return r;
}
