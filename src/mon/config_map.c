/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/config_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {"mon", "mgr", "osd", "mds", "client"};

/* The place of a section's type in the order of `config dump`; 0: global, -1: no section. */
static int type_order(const char *section)
{
    size_t len = strcspn(section, ".");

    if (strcmp(section, "global") == 0)
        return 0;
    for (int i = 0; i < (int)ARRAY_SIZE(types); i++)
        if (strlen(types[i]) == len && strncmp(section, types[i], len) == 0)
            return section[len] == '.' && !section[len + 1] ? -1 : i + 1;
    return -1;
}

void config_who_destroy(struct config_who *w)
{
    free(w->section);
    free(w->location_type);
    free(w->location_value);
    free(w->device_class);
    *w = (struct config_who){NULL, NULL, NULL, NULL};
}

/* "host:foo" or "class:ssd". */
static int parse_mask(struct config_who *w, const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    size_t name = colon ? (size_t)(colon - text) : 0;

    if (!name || name + 1 == len)
        return -EINVAL;
    if (name == 5 && strncmp(text, "class", 5) == 0) {
        if (w->device_class[0])
            return -EINVAL;
        free(w->device_class);
        w->device_class = strndup(colon + 1, len - name - 1);
        return w->device_class ? 0 : -ENOMEM;
    }
    if (w->location_type[0])
        return -EINVAL;
    free(w->location_type);
    free(w->location_value);
    w->location_type = strndup(text, name);
    w->location_value = strndup(colon + 1, len - name - 1);
    return w->location_type && w->location_value ? 0 : -ENOMEM;
}

int config_who_parse(struct config_who *w, const char *text)
{
    size_t len = strcspn(text, "/");
    int r = 0;

    w->section = strndup(text, len);
    w->location_type = strdup("");
    w->location_value = strdup("");
    w->device_class = strdup("");
    if (!w->section || !w->location_type || !w->location_value || !w->device_class)
        r = -ENOMEM;
    /* Just a mask means everybody there. */
    if (r == 0 && strchr(w->section, ':') && !strchr(w->section, '.')) {
        free(w->section);
        w->section = strdup("global");
        r = w->section ? parse_mask(w, text, len) : -ENOMEM;
    }
    if (r == 0 && type_order(w->section) < 0)
        r = -EINVAL;
    for (text += len; r == 0 && *text; text += len) {
        len = strcspn(++text, "/");
        r = parse_mask(w, text, len);
    }
    if (r)
        config_who_destroy(w);
    return r;
}

char *config_who_mask(const struct config_who *w)
{
    bool location = w->location_type[0], class = w->device_class[0];
    char *text;
    int n = asprintf(&text, "%s%s%s%s%s%s", w->location_type, location ? ":" : "", w->location_value,
                     location && class ? "/" : "", class ? "class:" : "", w->device_class);

    return n < 0 ? NULL : text;
}

char *config_who_print(const struct config_who *w)
{
    char *mask = config_who_mask(w), *text;
    int n = mask ? asprintf(&text, "%s%s%s", w->section, mask[0] ? "/" : "", mask) : -1;

    free(mask);
    return n < 0 ? NULL : text;
}

void config_map_init(struct config_map *m)
{
    *m = (struct config_map){NULL, 0};
}

static void item_destroy(struct config_item *i)
{
    config_who_destroy(&i->who);
    free(i->key);
    free(i->name);
    free(i->value);
}

void config_map_destroy(struct config_map *m)
{
    for (unsigned i = 0; i < m->count; i++)
        item_destroy(&m->items[i]);
    free(m->items);
    config_map_init(m);
}

/* Sections as `config dump` has them, then options, then masks. */
static int item_compare(const struct config_item *a, const struct config_item *b)
{
    int r = type_order(a->who.section) - type_order(b->who.section);

    if (!r)
        r = strcmp(a->who.section, b->who.section);
    if (!r)
        r = strcmp(a->name, b->name);
    return r ? r : strcmp(a->key, b->key);
}

int config_map_add(struct config_map *m, const char *key, const char *value)
{
    const char *slash = strrchr(key, '/');
    struct config_item item = {.key = strdup(key), .value = strdup(value)}, *more;
    char *who = slash ? strndup(key, (size_t)(slash - key)) : NULL;
    unsigned at = m->count;
    int r = slash && slash[1] ? -ENOMEM : -EINVAL;

    if (r == -ENOMEM && who && item.key && item.value && (item.name = strdup(slash + 1)))
        r = config_who_parse(&item.who, who);
    free(who);
    more = r == 0 ? reallocarray(m->items, m->count + 1, sizeof(*more)) : NULL;
    if (!more) {
        item_destroy(&item);
        return r ? r : -ENOMEM;
    }
    m->items = more;
    while (at && item_compare(&more[at - 1], &item) > 0)
        at--;
    memmove(&more[at + 1], &more[at], (m->count - at) * sizeof(*more));
    more[at] = item;
    m->count++;
    return 0;
}

const struct config_item *config_map_find(const struct config_map *m, const char *key)
{
    for (unsigned i = 0; i < m->count; i++)
        if (strcmp(m->items[i].key, key) == 0)
            return &m->items[i];
    return NULL;
}

/* How near the section is to the entity: 0 global, 1 its type, more for each part of its name; -1: another's.
 */
static int section_depth(const char *section, const struct config_entity *e)
{
    size_t type = strlen(e->type), id;
    int depth = 2;

    if (strcmp(section, "global") == 0)
        return 0;
    if (strncmp(section, e->type, type) != 0)
        return -1;
    if (!section[type])
        return 1;
    if (section[type] != '.')
        return -1;
    section += type + 1;
    id = strlen(section);
    if (!e->id || strncmp(section, e->id, id) != 0 || (e->id[id] && e->id[id] != '.'))
        return -1;
    for (; *section; section++)
        depth += *section == '.';
    return depth;
}

/* How exact the masks are; -1: they shut the entity out. */
static int mask_depth(const struct config_who *w, const struct config_entity *e)
{
    int depth = 0;

    if (w->location_type[0]) {
        if (strcmp(w->location_type, "host") != 0 || !e->host || strcmp(w->location_value, e->host) != 0)
            return -1;
        depth += 2;
    }
    if (w->device_class[0]) {
        if (!e->device_class || strcmp(w->device_class, e->device_class) != 0)
            return -1;
        depth += 1;
    }
    return depth;
}

static int rank_of(const struct config_item *item, const struct config_entity *e)
{
    int section = section_depth(item->who.section, e), mask = mask_depth(&item->who, e);

    return section < 0 || mask < 0 ? -1 : 4 * section + mask;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct config_item *const *)a)->name,
                  (*(const struct config_item *const *)b)->name);
}

int config_map_resolve(const struct config_map *m, const struct config_entity *e,
                       const struct config_item ***out, unsigned *count)
{
    const struct config_item **found = calloc(m->count + 1, sizeof(*found));
    unsigned n = 0;

    if (!found)
        return -ENOMEM;
    for (unsigned i = 0; i < m->count; i++) {
        const struct config_item *item = &m->items[i];
        unsigned at = 0;
        if (rank_of(item, e) < 0)
            continue;
        while (at < n && strcmp(found[at]->name, item->name) != 0)
            at++;
        if (at == n)
            found[n++] = item;
        else if (rank_of(item, e) >= rank_of(found[at], e))
            found[at] = item;
    }
    qsort(found, n, sizeof(*found), by_name);
    *out = found;
    *count = n;
    return 0;
}
