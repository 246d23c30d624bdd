/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list: a circular intrusive list. An entry that is in no list points to itself. */
#ifndef CEPH_COMMON_LIST_H
#define CEPH_COMMON_LIST_H

#include <stdbool.h>

#include "common/compiler.h"

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_insert_before(struct list *at, struct list *entry)
{
    entry->next = at;
    entry->prev = at->prev;
    at->prev->next = entry;
    at->prev = entry;
}

static inline void list_add_tail(struct list *head, struct list *entry)
{
    list_insert_before(head, entry);
}

static inline void list_add_head(struct list *head, struct list *entry)
{
    list_insert_before(head->next, entry);
}

static inline void list_remove(struct list *entry)
{
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    list_init(entry);
}

/* Moves everything in from to the tail of to. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(ptr, type, memb)  CONTAINER_OF(ptr, type, memb)
#define list_first(head, type, memb) list_entry((head)->next, type, memb)
#define list_for_each(pos, head, type, memb)                                     \
    for (type *pos = list_entry((head)->next, type, memb); &pos->memb != (head); \
         pos = list_entry(pos->memb.next, type, memb))
/* pos may be removed in the body. */
#define list_for_each_safe(pos, head, type, memb)                   \
    for (type *pos = list_entry((head)->next, type, memb),          \
              *pos##_next = list_entry(pos->memb.next, type, memb); \
         &pos->memb != (head); pos = pos##_next, pos##_next = list_entry(pos->memb.next, type, memb))

#endif
