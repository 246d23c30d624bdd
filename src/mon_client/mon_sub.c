/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon_client/mon_sub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_SEC UINT64_C(1000000000)

void mon_sub_destroy(struct mon_sub *s)
{
    for (unsigned i = 0; i < s->count; i++)
        free(s->items[i].what);
    free(s->items);
    *s = (struct mon_sub){0};
}

static struct mon_sub_item *find(struct mon_sub *s, const char *what)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (strcmp(s->items[i].what, what) == 0)
            return &s->items[i];
    }
    return NULL;
}

static struct mon_sub_item *add(struct mon_sub *s, const char *what)
{
    struct mon_sub_item *grown = realloc(s->items, (s->count + 1) * sizeof(*grown));
    char *copy = strdup(what);

    if (grown)
        s->items = grown;
    if (!grown || !copy) {
        free(copy);
        return NULL;
    }
    grown[s->count] = (struct mon_sub_item){.what = copy};
    return &grown[s->count++];
}

bool mon_sub_want(struct mon_sub *s, const char *what, uint64_t start, uint8_t flags, int *error)
{
    struct mon_sub_item *item = find(s, what);
    bool onetime = flags & MON_SUBSCRIBE_ONETIME;

    if (item) {
        bool standing = !(item->flags & MON_SUBSCRIBE_ONETIME);

        if (item->start == start && item->flags == flags)
            return !item->asked;
        /* What stands covers every epoch from item->start on, and goes on standing. */
        if (onetime && standing && start >= item->start)
            return !item->asked;
        if (onetime && standing)
            flags = item->flags;
    } else {
        item = add(s, what);
        if (!item) {
            *error = -ENOMEM;
            return false;
        }
    }
    item->start = start;
    item->flags = flags;
    item->asked = false;
    return true;
}

static void drop(struct mon_sub *s, struct mon_sub_item *item)
{
    free(item->what);
    *item = s->items[--s->count];
}

void mon_sub_unwant(struct mon_sub *s, const char *what)
{
    struct mon_sub_item *item = find(s, what);

    if (item)
        drop(s, item);
}

void mon_sub_got(struct mon_sub *s, const char *what, uint64_t epoch)
{
    struct mon_sub_item *item = find(s, what);

    if (!item || epoch < item->start)
        return;
    if (item->flags & MON_SUBSCRIBE_ONETIME)
        drop(s, item);
    else
        item->start = epoch + 1;
}

void mon_sub_new_session(struct mon_sub *s)
{
    for (unsigned i = 0; i < s->count; i++)
        s->items[i].asked = false;
    s->asked_ns = 0;
    s->renew_at_ns = 0;
}

static bool must_renew(const struct mon_sub *s, uint64_t now_ns)
{
    return s->renew_at_ns && now_ns >= s->renew_at_ns;
}

bool mon_sub_must_ask(const struct mon_sub *s, uint64_t now_ns)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (!s->items[i].asked || must_renew(s, now_ns))
            return true;
    }
    return false;
}

int mon_sub_ask(struct mon_sub *s, uint64_t now_ns, struct m_mon_subscribe *out)
{
    bool all = must_renew(s, now_ns);

    for (unsigned i = 0; i < s->count; i++) {
        const struct mon_sub_item *item = &s->items[i];
        int r = all || !item->asked ? m_mon_subscribe_add(out, item->what, item->start, item->flags) : 0;

        if (r)
            return r;
    }
    for (unsigned i = 0; i < s->count; i++)
        s->items[i].asked = true;
    s->asked_ns = now_ns;
    s->renew_at_ns = 0;
    return 0;
}

void mon_sub_acked(struct mon_sub *s, uint32_t interval_sec)
{
    /* Half of it: the other half is for monitors that are slow to answer. */
    if (s->asked_ns)
        s->renew_at_ns = s->asked_ns + (uint64_t)interval_sec * NSEC_PER_SEC / 2;
    s->asked_ns = 0;
}
