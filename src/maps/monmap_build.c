/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A monmap from what stands in ceph.conf: mon_host and mon_initial_members. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/resolve.h"
#include "maps/monmap_internal.h"

#define UNPREFIXED      UINT32_MAX /* what an address without a type prefix parses to */
#define IPS_OF_A_NAME   16
#define HOST_MAX        253
#define ENTRY_SEPARATOR ",; \t\n"

void monmap_defaults_init(struct monmap_defaults *d, const char *ms_type)
{
    memset(d, 0, sizeof(*d));
    for (const char *p = ms_type; *p && d->count < ARRAY_SIZE(d->types);) {
        size_t n;
        uint32_t type;
        unsigned i = 0;

        p += strspn(p, ENTRY_SEPARATOR);
        n = strcspn(p, ENTRY_SEPARATOR);
        type = n == strlen("rsockets") && strncmp(p, "rsockets", n) == 0 ? ENTITY_ADDR_RDMA : ENTITY_ADDR_V1;
        while (i < d->count && d->types[i] != type)
            i++;
        if (n > 0 && i == d->count)
            d->types[d->count++] = type;
        p += n;
    }
    if (d->count == 0)
        d->types[d->count++] = ENTITY_ADDR_V1;
}

/* a as every type that the defaults name, onto v. */
static int push_unprefixed(struct entity_addrvec *v, struct entity_addr a,
                           const struct monmap_defaults *defaults)
{
    if (entity_addr_port(&a) == MON_PORT_V2) {
        a.type = ENTITY_ADDR_V2;
        return entity_addrvec_push(v, &a);
    }
    if (entity_addr_port(&a) == 0)
        entity_addr_set_port(&a, MON_PORT);
    for (unsigned i = 0; i < defaults->count; i++) {
        int r;

        a.type = defaults->types[i];
        r = entity_addrvec_push(v, &a);
        if (r < 0)
            return r;
    }
    return 0;
}

static int push_addr(struct entity_addrvec *v, struct entity_addr a, const struct monmap_defaults *defaults)
{
    if (a.type == UNPREFIXED)
        return push_unprefixed(v, a, defaults);
    if (entity_addr_port(&a) == 0)
        entity_addr_set_port(&a, a.type == ENTITY_ADDR_V2 ? MON_PORT_V2 : MON_PORT);
    return entity_addrvec_push(v, &a);
}

/* "[type:]host[:port]" whose last label starts with a letter; "1.2.3.4x" is a misspelt address, no name. */
struct host_text {
    char name[HOST_MAX + 1];
    uint32_t type;
    uint16_t port;
};

static bool parse_host(const char *text, struct host_text *h)
{
    static const uint32_t types[] = {ENTITY_ADDR_V1, ENTITY_ADDR_V2, ENTITY_ADDR_RDMA};
    const char *label;
    size_t len;

    h->type = UNPREFIXED;
    h->port = 0;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        const char *name = entity_addr_type_name(types[i]);
        if (strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == ':') {
            h->type = types[i];
            text += strlen(name) + 1;
            break;
        }
    }
    for (len = 0; isalnum((unsigned char)text[len]) || (len > 0 && text[len] && strchr("-._", text[len]));)
        len++;
    if (len == 0 || len > HOST_MAX)
        return false;
    memcpy(h->name, text, len);
    h->name[len] = '\0';
    label = strrchr(h->name, '.');
    if (label && label[1] == '\0' && label > h->name) { /* a full name may end in a dot */
        while (label > h->name && label[-1] != '.')
            label--;
    } else {
        label = label ? label + 1 : h->name;
    }
    if (!isalpha((unsigned char)*label))
        return false;
    if (text[len] == ':') {
        char *end;
        unsigned long port;
        if (!isdigit((unsigned char)text[len + 1]))
            return false;
        port = strtoul(text + len + 1, &end, 10);
        if (*end != '\0' || port > UINT16_MAX)
            return false;
        h->port = (uint16_t)port;
        return true;
    }
    return text[len] == '\0';
}

/* One entry of mon_host: what each is given to take gets the addresses of one monitor. */
struct entry_sink {
    int (*take)(void *arg, const struct entity_addrvec *v); /* > 0: enough */
    void *arg;
};

static int resolve_entry(const struct host_text *h, const struct monmap_defaults *defaults,
                         const struct entry_sink *sink, char *err, size_t err_size)
{
    struct sockaddr_storage ips[IPS_OF_A_NAME];
    int n = resolve_host(h->name, ips, ARRAY_SIZE(ips)), r = 0;

    if (n < 0) {
        snprintf(err, err_size, "cannot find the address of host '%s': %s", h->name,
                 n == -ENOENT ? "no such name" : strerror(-n));
        return n;
    }
    for (int i = 0; r == 0 && i < n; i++) {
        struct entity_addr a = {.type = h->type};
        struct entity_addrvec v;

        entity_addr_set_sockaddr(&a, (struct sockaddr *)&ips[i]);
        entity_addr_set_port(&a, h->port);
        entity_addrvec_init(&v);
        r = push_addr(&v, a, defaults);
        if (r == 0)
            r = sink->take(sink->arg, &v);
        entity_addrvec_destroy(&v);
    }
    return r;
}

static int read_entry(const char *text, const struct monmap_defaults *defaults, const struct entry_sink *sink,
                      char *err, size_t err_size)
{
    struct entity_addrvec read, v;
    struct host_text host;
    int r;

    if (defaults->resolve && parse_host(text, &host) && strchr("0123456789", host.name[0]) == NULL)
        return resolve_entry(&host, defaults, sink, err, err_size);
    entity_addrvec_init(&v);
    r = entity_addrvec_parse(&read, text, UNPREFIXED, NULL, err, err_size);
    for (unsigned i = 0; r == 0 && i < read.count; i++)
        r = push_addr(&v, read.addrs[i], defaults);
    if (r == 0 && v.count == 0) {
        snprintf(err, err_size, "'%s' holds no address", text);
        r = -EINVAL;
    }
    if (r == 0)
        r = sink->take(sink->arg, &v);
    entity_addrvec_destroy(&read);
    entity_addrvec_destroy(&v);
    return r;
}

static int take_first(void *arg, const struct entity_addrvec *v)
{
    int r = entity_addrvec_copy(arg, v);

    return r < 0 ? r : 1;
}

int monmap_parse_addrs(struct entity_addrvec *v, const char *text, const struct monmap_defaults *defaults,
                       char *err, size_t err_size)
{
    const struct entry_sink sink = {take_first, v};
    int r;

    entity_addrvec_init(v);
    r = read_entry(text, defaults, &sink, err, err_size);
    return r > 0 ? 0 : r;
}

static void noname(char buf[static 24], unsigned i)
{
    if (i < 26)
        snprintf(buf, 24, "noname-%c", 'a' + i);
    else
        snprintf(buf, 24, "noname-%u", i);
}

static bool holds_any(const struct monmap *m, const struct entity_addrvec *v)
{
    for (unsigned i = 0; i < v->count; i++)
        if (monmap_find_addr(m, &v->addrs[i]) >= 0)
            return true;
    return false;
}

static int take_mon(void *arg, const struct entity_addrvec *v)
{
    struct monmap *m = arg;
    char name[24];
    unsigned i = m->count;
    int r;

    if (holds_any(m, v)) /* said twice */
        return 0;
    do {
        noname(name, i++);
        r = monmap_add(m, name, v);
    } while (r == -EEXIST && i < MONMAP_MAX_MONS);
    return r;
}

/* The length of the first entry: separators inside brackets belong to it. */
static size_t entry_len(const char *text)
{
    unsigned depth = 0;
    size_t n;

    for (n = 0; text[n] && (depth > 0 || !strchr(ENTRY_SEPARATOR, text[n])); n++)
        if (text[n] == '[')
            depth++;
        else if (text[n] == ']' && depth > 0)
            depth--;
    return n;
}

int monmap_add_mon_host(struct monmap *m, const char *mon_host, const struct monmap_defaults *defaults,
                        char *err, size_t err_size)
{
    const struct entry_sink sink = {take_mon, m};
    unsigned before = m->count;

    for (const char *p = mon_host;;) {
        size_t n;
        char *entry;
        int r;

        p += strspn(p, ENTRY_SEPARATOR);
        n = entry_len(p);
        if (n == 0)
            break;
        entry = strndup(p, n);
        r = entry ? read_entry(entry, defaults, &sink, err, err_size) : -ENOMEM;
        free(entry);
        if (r < 0)
            return r;
        p += n;
    }
    if (m->count == before) {
        snprintf(err, err_size, "'%s' names no monitor", mon_host);
        return -EINVAL;
    }
    return 0;
}

static int compare_addrvecs(const struct entity_addrvec *a, const struct entity_addrvec *b)
{
    for (unsigned i = 0; i < a->count && i < b->count; i++) {
        int c = entity_addr_compare(&a->addrs[i], &b->addrs[i]);
        if (c)
            return c;
    }
    return (int)a->count - (int)b->count;
}

static int compare_mons(const void *a, const void *b)
{
    const struct mon_info *const *x = a, *const *y = b;

    return compare_addrvecs(&(*x)->addrs, &(*y)->addrs);
}

/* The addresses of the monitors that are not in names, in the order of the addresses. */
static int list_strangers(const struct monmap *m, const struct string_list *names, struct string_list *out)
{
    const struct mon_info **strangers = reallocarray(NULL, m->count + 1, sizeof(*strangers));
    unsigned n = 0;
    int r = strangers ? 0 : -ENOMEM;

    for (unsigned i = 0; r == 0 && i < m->count; i++)
        if (!string_list_contains(names, m->mons[i].name))
            strangers[n++] = &m->mons[i];
    if (n > 1)
        qsort(strangers, n, sizeof(*strangers), compare_mons);
    for (unsigned i = 0; r == 0 && i < n; i++) {
        char *text = entity_addrvec_print(&strangers[i]->addrs);
        r = text ? string_list_push(out, text) : -ENOMEM;
        free(text);
    }
    free(strangers);
    return r;
}

/* A place that nobody listens at, another for each: who takes the name later sets its own. */
static int add_blank(struct monmap *m, const char *name, uint32_t nonce)
{
    struct entity_addr blank = {.type = ENTITY_ADDR_V1, .nonce = nonce, .sin.sin_family = AF_INET};
    const struct entity_addrvec v = {.addrs = &blank, .count = 1};

    return monmap_add(m, name, &v);
}

int monmap_set_initial_members(struct monmap *m, const struct string_list *names, struct string_list *removed)
{
    uint32_t missing = 0;
    int r;

    string_list_init(removed);
    r = list_strangers(m, names, removed);
    for (unsigned i = 0; r == 0 && i < m->count;)
        if (string_list_contains(names, m->mons[i].name))
            i++;
        else
            r = monmap_remove(m, m->mons[i].name);
    for (unsigned i = 0; r == 0 && i < names->count; i++)
        if (monmap_find(m, names->items[i]) < 0)
            r = add_blank(m, names->items[i], ++missing);
    return r;
}
