/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/log_tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mon/json_text.h"
#include "types/entity_addr_dump.h"

void log_tail_init(struct log_tail *t)
{
    list_init(&t->entries);
    t->count = 0;
}

static void forget(struct log_tail *t, struct log_tail_entry *e)
{
    list_remove(&e->entry);
    log_entry_destroy(&e->e);
    free(e);
    t->count--;
}

void log_tail_destroy(struct log_tail *t)
{
    list_for_each_safe(e, &t->entries, struct log_tail_entry, entry)
        forget(t, e);
}

static void forget_oldest(struct log_tail *t, const char *channel, unsigned keep)
{
    unsigned n = 0;

    list_for_each(e, &t->entries, struct log_tail_entry, entry)
        n += strcmp(e->e.channel, channel) == 0;
    list_for_each_safe(e, &t->entries, struct log_tail_entry, entry) {
        if (n <= keep)
            return;
        if (strcmp(e->e.channel, channel) == 0) {
            forget(t, e);
            n--;
        }
    }
}

int log_tail_add(struct log_tail *t, const struct log_entry *e, unsigned per_channel)
{
    struct log_tail_entry *copy = calloc(1, sizeof(*copy));

    if (!copy || log_entry_copy(&copy->e, e)) {
        free(copy);
        return -ENOMEM;
    }
    list_add_tail(&t->entries, &copy->entry);
    t->count++;
    forget_oldest(t, e->channel, per_channel);
    return 0;
}

bool log_tail_has(const struct log_tail *t, const struct log_entry *e)
{
    list_for_each(o, &t->entries, struct log_tail_entry, entry)
        if (o->e.seq == e->seq && o->e.rank.type == e->rank.type && o->e.rank.num == e->rank.num &&
            o->e.stamp.sec == e->stamp.sec && o->e.stamp.nsec == e->stamp.nsec)
            return true;
    return false;
}

bool log_entry_matches(const struct log_entry *e, const char *channel, unsigned level)
{
    return e->priority >= level && (strcmp(channel, "*") == 0 || strcmp(channel, e->channel) == 0);
}

int log_entry_level_parse(const char *name)
{
    static const char *const names[] = {"debug", "info", "sec", "warn", "error"};

    for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static void print_name(const struct log_entry *e, struct strbuf *out)
{
    strbuf_printf(out, "%s.%s", entity_type_name(e->name.type), e->name.id ? e->name.id : "");
}

void log_entry_print(const struct log_entry *e, struct strbuf *out)
{
    char stamp[UTIME_TEXT_MAX], rank[ENTITY_NAME_MAX];

    strbuf_printf(out, "%s ", utime_print(e->stamp, stamp));
    print_name(e, out);
    strbuf_printf(out, " (%s) %llu : %s [%s] %s", entity_name_print(&e->rank, rank),
                  (unsigned long long)e->seq, e->channel, log_entry_priority_name(e->priority), e->message);
}

json_t *log_entry_dump(const struct log_entry *e)
{
    char stamp[UTIME_TEXT_MAX], rank[ENTITY_NAME_MAX];
    struct strbuf name = STRBUF_INIT;
    json_t *o;

    print_name(e, &name);
    o = json_object();
    json_object_set_new(o, "name", json_text(strbuf_text(&name)));
    json_object_set_new(o, "rank", json_string(entity_name_print(&e->rank, rank)));
    json_object_set_new(o, "addrs", entity_addrvec_dump(&e->addrs));
    json_object_set_new(o, "stamp", json_string(utime_print(e->stamp, stamp)));
    json_object_set_new(o, "seq", json_integer((json_int_t)e->seq));
    json_object_set_new(o, "channel", json_text(e->channel));
    json_object_set_new(o, "priority", json_sprintf("[%s]", log_entry_priority_name(e->priority)));
    json_object_set_new(o, "message", json_text(e->message));
    strbuf_destroy(&name);
    return o;
}
