/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/authorizer.h"
#include "common/log.h"
#include "mon/mon_perf.h"

void mon_sessions_init(struct mon_sessions *t)
{
    list_init(&t->all);
    for (int i = 0; i < MON_SUB_KINDS; i++)
        list_init(&t->subs[i]);
    t->count = 0;
}

void mon_sessions_destroy(struct mon_sessions *t)
{
    list_for_each_safe(s, &t->all, struct mon_session, entry)
        mon_session_close(s);
}

struct mon_session *mon_sessions_find(struct connection *con)
{
    return con ? connection_private(con) : NULL;
}

struct mon_session *mon_sessions_find_or_add(struct mon_sessions *t, struct connection *con, uint64_t now_ns)
{
    struct mon_session *s = mon_sessions_find(con);

    if (s)
        return s;
    s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->refs = 1;
    s->open = true;
    s->owner = t;
    s->con = con ? connection_get(con) : NULL;
    s->established_ns = s->renewed_ns = now_ns;
    s->name = con ? connection_peer_name(con) : (struct entity_name){ENTITY_TYPE_CLIENT, ENTITY_NUM_NEW};
    list_init(&s->subs);
    list_add_tail(&t->all, &s->entry);
    t->count++;
    perf_inc(t->perf, MON_PERF_SESSION_ADD);
    perf_set(t->perf, MON_PERF_NUM_SESSIONS, t->count);
    if (con)
        connection_set_private(con, s, NULL); /* borrowed: mon_session_close() takes it back */
    return s;
}

void mon_session_close(struct mon_session *s)
{
    if (!s->open)
        return;
    s->open = false;
    list_for_each_safe(sub, &s->subs, struct mon_sub, in_session)
        mon_sub_remove(sub);
    list_remove(&s->entry);
    s->owner->count--;
    perf_inc(s->owner->perf, MON_PERF_SESSION_RM);
    perf_set(s->owner->perf, MON_PERF_NUM_SESSIONS, s->owner->count);
    if (s->con)
        connection_set_private(s->con, NULL, NULL);
    mon_session_put(s);
}

struct mon_session *mon_session_get(struct mon_session *s)
{
    s->refs++;
    return s;
}

void mon_session_put(struct mon_session *s)
{
    if (!s || --s->refs)
        return;
    connection_put(s->con);
    entity_id_destroy(&s->id);
    caps_free(s->caps);
    free(s->remote_host);
    free(s->sent_config);
    free(s);
}

/* The arguments of a command as text, as capabilities compare them. */
static int command_arguments(const json_t *cmd, struct string_map *out)
{
    const char *key;
    json_t *value;
    int r = 0;

    string_map_init(out);
    json_object_foreach((json_t *)cmd, key, value)
    {
        char number[32];

        if (json_is_integer(value))
            snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        if (r == 0 && (json_is_string(value) || json_is_integer(value)))
            r = string_map_set(out, key, json_is_string(value) ? json_string_value(value) : number);
    }
    return r;
}

bool mon_session_may(const struct mon_session *s, const char *module, const char *perm, const json_t *cmd)
{
    struct entity_addr peer = s->con ? connection_peer_socket_addr(s->con) : (struct entity_addr){0};
    struct string_map arguments;
    char entity[128];
    struct caps_command command = {
        .module = module,
        .prefix = json_string_value(json_object_get(cmd, "prefix")),
        .arguments = &arguments,
        .entity = entity,
        .bits = caps_bits_parse(perm),
        .peer = &peer, /* where it is, not where it says it is */
    };
    bool may = s->caps_allow_all;

    if (may || !s->caps)
        return may;
    snprintf(entity, sizeof(entity), "%s.%s", entity_type_name(s->id.type), s->id.id);
    may = command_arguments(cmd, &arguments) == 0 && caps_allow_command(s->caps, &command);
    string_map_destroy(&arguments);
    return may;
}

int32_t mon_session_osd(const struct mon_session *s)
{
    char *end;
    long n;

    if (!s || s->id.type != ENTITY_TYPE_OSD || !s->id.id || !*s->id.id)
        return -1;
    errno = 0;
    n = strtol(s->id.id, &end, 10);
    return errno || *end || n < 0 || n > INT32_MAX ? -1 : (int32_t)n;
}

static enum mon_sub_kind sub_kind(const char *what)
{
    static const struct {
        const char *text;
        size_t len;
        enum mon_sub_kind kind;
    } kinds[] = {
        {"monmap", 7, MON_SUB_MONMAP},
        {"osdmap", 7, MON_SUB_OSDMAP},
        {"osd_pg_creates", 15, MON_SUB_PG_CREATES},
        {"mgrmap", 7, MON_SUB_MGRMAP},
        {"config", 7, MON_SUB_CONFIG},
        {"log-", 4, MON_SUB_LOG},
        {"kv:", 3, MON_SUB_KV},
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strncmp(what, kinds[i].text, kinds[i].len) == 0)
            return kinds[i].kind;
    return MON_SUB_OTHER;
}

struct mon_sub *mon_session_subscribe(struct mon_session *s, const char *what, uint64_t next, bool onetime)
{
    struct mon_sub *sub;

    list_for_each(old, &s->subs, struct mon_sub, in_session)
        if (strcmp(old->what, what) == 0) {
            old->next = next;
            old->onetime = onetime;
            return old;
        }
    sub = calloc(1, sizeof(*sub));
    if (!sub || !(sub->what = strdup(what))) {
        free(sub);
        return NULL;
    }
    sub->session = s;
    sub->kind = sub_kind(what);
    sub->next = next;
    sub->onetime = onetime;
    list_add_tail(&s->subs, &sub->in_session);
    list_add_tail(&s->owner->subs[sub->kind], &sub->in_kind);
    return sub;
}

void mon_sub_remove(struct mon_sub *sub)
{
    list_remove(&sub->in_session);
    list_remove(&sub->in_kind);
    free(sub->what);
    free(sub);
}

void mon_sub_sent(struct mon_sub *sub, uint64_t version)
{
    if (sub->onetime)
        mon_sub_remove(sub);
    else
        sub->next = version + 1;
}

void mon_session_send(struct mon_session *s, struct message *msg)
{
    if (!msg) {
        derr(mon, "no memory for a message to a client");
        return;
    }
    msg->priority = MESSAGE_PRIO_HIGH;
    if (s->con)
        (void)connection_send(s->con, msg);
    else
        message_put(msg);
}
