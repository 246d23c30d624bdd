/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/conf.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/conf_expand.h"
#include "common/mutex.h"
#include "common/strbuf.h"

struct conf_slot {
    _Atomic uint64_t bits; /* the effective number, as union option_value */
    char *text[CONF_SOURCE_COUNT];
};

struct conf {
    /* fixed after start-up */
    char *cluster, *type, *id, *name;
    bool is_daemon;

    struct mutex lock; /* texts, observers, started */
    struct cond idle;  /* an observer's call ended */
    struct conf_slot slots[OPT_COUNT];
    struct conf_observer *observers;
    bool started;
};

static _Thread_local struct conf_observer *calling; /* whom this thread is calling right now */

static void out_of_memory(void)
{
    fputs("out of memory\n", stderr);
    abort();
}

static char *copy_or_die(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        out_of_memory();
    return copy;
}

static enum conf_source source_locked(const struct conf *c, enum option_id id)
{
    for (int s = CONF_SOURCE_COUNT - 1; s > CONF_DEFAULT; s--)
        if (c->slots[id].text[s])
            return (enum conf_source)s;
    return CONF_DEFAULT;
}

static const char *text_locked(const struct conf *c, enum option_id id)
{
    return c->slots[id].text[source_locked(c, id)];
}

/* conf_expand.h asks for the value of a name by this. The lock is held. */
static const char *lookup_locked(void *arg, const char *name, size_t len)
{
    const struct conf *c = arg;
    enum option_id id;

#define IS(s) (len == sizeof(s) - 1 && !memcmp(name, s, len))
    if (IS("cluster"))
        return c->cluster;
    if (IS("type"))
        return c->type;
    if (IS("id"))
        return c->id;
    if (IS("name"))
        return c->name;
    if (IS("data_dir")) {
        char data[64];
        snprintf(data, sizeof(data), "%s_data", c->type);
        id = option_find(data);
        return id == OPT_COUNT ? NULL : text_locked(c, id);
    }
#undef IS
    id = option_find_n(name, len);
    if (id == OPT_COUNT || (id == OPT_host && !*text_locked(c, id)))
        return NULL;
    return text_locked(c, id);
}

static char *expand_locked(const struct conf *c, const char *self, const char *text)
{
    return conf_expand_text(self, text, lookup_locked, (void *)c);
}

/* Takes the effective text of a number into its bits. */
static int refresh_locked(struct conf *c, enum option_id id, char **err)
{
    const struct option_def *o = option_get(id);
    union option_value v;
    char *text;
    int r;

    text = expand_locked(c, option_get(id)->name, text_locked(c, id));
    if (!text)
        return -ENOMEM;
    r = option_parse(o, text, &v, err);
    if (!r && option_is_number(o))
        atomic_store_explicit(&c->slots[id].bits, v.u, memory_order_relaxed);
    free(text);
    return r;
}

struct conf *conf_create(const char *cluster, const char *type, const char *id, bool is_daemon)
{
    struct conf *c = calloc(1, sizeof(*c));
    struct strbuf name = STRBUF_INIT;

    if (!c)
        return NULL;
    mutex_init(&c->lock, "conf", LOCK_RANK_CONF);
    cond_init(&c->idle);
    c->cluster = copy_or_die(cluster);
    c->type = copy_or_die(type);
    c->id = copy_or_die(id);
    strbuf_printf(&name, "%s.%s", type, id);
    c->name = strbuf_steal(&name);
    c->is_daemon = is_daemon;
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_def *o = option_get((enum option_id)i);
        c->slots[i].text[CONF_DEFAULT] = copy_or_die(is_daemon && o->daemon_def ? o->daemon_def : o->def);
    }
    for (int i = 0; i < OPT_COUNT; i++)
        if (refresh_locked(c, (enum option_id)i, NULL)) {
            fprintf(stderr, "option %s: bad default\n", option_get((enum option_id)i)->name);
            abort();
        }
    return c;
}

void conf_free(struct conf *c)
{
    if (!c)
        return;
    for (int i = 0; i < OPT_COUNT; i++)
        for (int s = 0; s < CONF_SOURCE_COUNT; s++)
            free(c->slots[i].text[s]);
    free(c->cluster);
    free(c->type);
    free(c->id);
    free(c->name);
    cond_destroy(&c->idle);
    mutex_destroy(&c->lock);
    free(c);
}

const char *conf_cluster(const struct conf *c)
{
    return c->cluster;
}
const char *conf_type(const struct conf *c)
{
    return c->type;
}
const char *conf_id(const struct conf *c)
{
    return c->id;
}
const char *conf_name(const struct conf *c)
{
    return c->name;
}
bool conf_is_daemon(const struct conf *c)
{
    return c->is_daemon;
}

static union option_value value(const struct conf *c, enum option_id id)
{
    return (union option_value){.u = atomic_load_explicit(&c->slots[id].bits, memory_order_relaxed)};
}

int64_t conf_i64(const struct conf *c, enum option_id id)
{
    enum option_type t = option_get(id)->type;

    assert(t == OPTION_INT || t == OPTION_UINT || t == OPTION_SIZE || t == OPTION_SECS);
    return value(c, id).i;
}

uint64_t conf_u64(const struct conf *c, enum option_id id)
{
    return (uint64_t)conf_i64(c, id);
}

double conf_double(const struct conf *c, enum option_id id)
{
    enum option_type t = option_get(id)->type;

    assert(t == OPTION_FLOAT || t == OPTION_SECONDS);
    return value(c, id).d;
}

bool conf_bool(const struct conf *c, enum option_id id)
{
    assert(option_get(id)->type == OPTION_BOOL);
    return value(c, id).u != 0;
}

uint64_t conf_seconds_ns(const struct conf *c, enum option_id id)
{
    switch (option_get(id)->type) {
    case OPTION_SECONDS:
    case OPTION_FLOAT: {
        double ns = value(c, id).d * (double)NSEC_PER_SEC;
        return ns <= 0 ? 0 : ns >= 9.2e18 ? (uint64_t)INT64_MAX : (uint64_t)(ns + 0.5);
    }
    default: {
        int64_t s = conf_i64(c, id);
        return s <= 0                                  ? 0
               : s > INT64_MAX / (int64_t)NSEC_PER_SEC ? (uint64_t)INT64_MAX
                                                       : (uint64_t)s * NSEC_PER_SEC;
    }
    }
}

void conf_levels(const struct conf *c, enum option_id id, int *log_level, int *gather_level)
{
    uint64_t bits = value(c, id).u;

    assert(option_get(id)->type == OPTION_DEBUG);
    *log_level = (int)(uint32_t)bits;
    *gather_level = (int)(uint32_t)(bits >> 32);
}

char *conf_str(const struct conf *c, enum option_id id)
{
    const struct option_def *o = option_get(id);
    struct mutex *lock = (struct mutex *)&c->lock;
    char *text;

    if (option_is_number(o)) {
        text = option_format(o, value(c, id), NULL);
    } else {
        mutex_lock(lock);
        text = expand_locked(c, option_get(id)->name, text_locked(c, id));
        mutex_unlock(lock);
    }
    if (!text)
        out_of_memory();
    return text;
}

bool conf_str_empty(const struct conf *c, enum option_id id)
{
    char *text = conf_str(c, id);
    bool empty = !*text || !strcmp(text, "-");

    free(text);
    return empty;
}

enum conf_source conf_source(const struct conf *c, enum option_id id)
{
    struct mutex *lock = (struct mutex *)&c->lock;
    enum conf_source s;

    mutex_lock(lock);
    s = source_locked(c, id);
    mutex_unlock(lock);
    return s;
}

char *conf_raw(const struct conf *c, enum option_id id, enum conf_source source)
{
    struct mutex *lock = (struct mutex *)&c->lock;
    const char *text;
    char *copy;

    mutex_lock(lock);
    text = c->slots[id].text[source];
    copy = text ? copy_or_die(text) : NULL;
    mutex_unlock(lock);
    return copy;
}

const char *conf_source_name(enum conf_source source)
{
    static const char *const names[] = {"default", "mon", "file", "env", "cmdline", "override"};
    return names[source];
}

char *conf_expand(const struct conf *c, const char *text)
{
    struct mutex *lock = (struct mutex *)&c->lock;
    char *out;

    mutex_lock(lock);
    out = expand_locked(c, NULL, text);
    mutex_unlock(lock);
    return out;
}

static bool observes(const struct conf_observer *o, enum option_id id)
{
    if (!o->options)
        return true;
    for (const enum option_id *i = o->options; *i != OPT_COUNT; i++)
        if (*i == id)
            return true;
    return false;
}

/* Calls whoever observes one of the changed options. Observers are only appended and the ones being called
 * cannot be removed, so the list may be walked while the lock is let go for a call. */
static void notify(struct conf *c, const enum option_id *changed, size_t count)
{
    if (!count)
        return;
    mutex_lock(&c->lock);
    for (struct conf_observer *o = c->started ? c->observers : NULL, *before; o; o = o->next) {
        bool wanted = false;
        for (size_t i = 0; i < count && !wanted; i++)
            wanted = observes(o, changed[i]);
        if (!wanted)
            continue;
        o->running++;
        mutex_unlock(&c->lock);
        before = calling;
        calling = o;
        o->changed(o->arg, c, changed, count);
        calling = before;
        mutex_lock(&c->lock);
        o->running--;
        cond_broadcast(&c->idle);
    }
    mutex_unlock(&c->lock);
}

void conf_observe(struct conf *c, struct conf_observer *o)
{
    struct conf_observer **at = &c->observers;

    o->next = NULL;
    o->running = 0;
    mutex_lock(&c->lock);
    while (*at)
        at = &(*at)->next;
    *at = o;
    mutex_unlock(&c->lock);
}

void conf_unobserve(struct conf *c, struct conf_observer *o)
{
    struct conf_observer **at = &c->observers;

    mutex_lock(&c->lock);
    while (o->running > (calling == o ? 1u : 0u))
        cond_wait(&c->idle, &c->lock);
    while (*at && *at != o)
        at = &(*at)->next;
    if (*at)
        *at = o->next;
    mutex_unlock(&c->lock);
}

bool conf_observed(struct conf *c, enum option_id id)
{
    bool found = false;

    mutex_lock(&c->lock);
    for (const struct conf_observer *o = c->observers; o && !found; o = o->next)
        found = observes(o, id);
    mutex_unlock(&c->lock);
    return found;
}

/* Puts text (taken over, may be NULL) in place of the source's; takes it back out when it is bad. */
static int exchange_locked(struct conf *c, enum conf_source source, enum option_id id, char *text,
                           bool *changed, char **err)
{
    struct conf_slot *slot = &c->slots[id];
    const char *effective = text_locked(c, id);
    char *old = slot->text[source];
    int r;

    slot->text[source] = text;
    r = refresh_locked(c, id, err);
    if (r) {
        slot->text[source] = old;
        free(text);
        return r;
    }
    *changed = strcmp(effective, text_locked(c, id)) != 0;
    free(old);
    return 0;
}

int conf_set_id(struct conf *c, enum conf_source source, enum option_id id, const char *text, char **err)
{
    const struct option_def *o = option_get(id);
    bool changed = false;
    int r = 0;

    if (source == CONF_DEFAULT && !text)
        return err_set(err, -EINVAL, "%s: a default cannot be removed", o->name);
    mutex_lock(&c->lock);
    if (c->started && (o->flags & OPTION_STARTUP))
        r = err_set(err, -EPERM, "%s can be set at start-up only", o->name);
    else
        r = exchange_locked(c, source, id, text ? copy_or_die(text) : NULL, &changed, err);
    mutex_unlock(&c->lock);
    if (!r && changed)
        notify(c, &id, 1);
    return r;
}

int conf_set(struct conf *c, enum conf_source source, const char *name, const char *text, char **err)
{
    enum option_id id = option_find(name);
    char *why = NULL;
    int r;

    if (id == OPT_COUNT)
        return err_set(err, -ENOENT, "there is no option '%s'", name);
    r = conf_set_id(c, source, id, text, &why);
    if (r == -EPERM || (r && !why))
        err_set(err, r, "%s", why ? why : strerror(-r));
    else if (r)
        err_set(err, r, "%s: %s", option_get(id)->name, why);
    free(why);
    return r;
}

void conf_set_default(struct conf *c, enum option_id id, const char *text)
{
    char *err = NULL;
    bool changed;
    int r;

    mutex_lock(&c->lock);
    r = exchange_locked(c, CONF_DEFAULT, id, copy_or_die(text), &changed, &err);
    mutex_unlock(&c->lock);
    if (r) {
        fprintf(stderr, "bad default of %s: %s\n", option_get(id)->name, err);
        abort();
    }
}

size_t conf_replace_mon(struct conf *c, const char *const *names, const char *const *texts, size_t n)
{
    enum option_id changed[OPT_COUNT];
    char *before[OPT_COUNT];
    size_t count = 0, passed = 0;
    bool ignored;

    mutex_lock(&c->lock);
    for (int i = 0; i < OPT_COUNT; i++) {
        before[i] = copy_or_die(text_locked(c, (enum option_id)i));
        if (c->slots[i].text[CONF_MON])
            (void)!exchange_locked(c, CONF_MON, (enum option_id)i, NULL, &ignored, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        enum option_id id = option_find(names[i]);
        unsigned barred = OPTION_NO_MON_UPDATE | (c->started ? OPTION_STARTUP : 0);
        if (id == OPT_COUNT || (option_get(id)->flags & barred) ||
            exchange_locked(c, CONF_MON, id, copy_or_die(texts[i]), &ignored, NULL))
            passed++;
    }
    for (int i = 0; i < OPT_COUNT; i++) {
        if (strcmp(before[i], text_locked(c, (enum option_id)i)))
            changed[count++] = (enum option_id)i;
        free(before[i]);
    }
    mutex_unlock(&c->lock);
    notify(c, changed, count);
    return passed;
}

void conf_started(struct conf *c)
{
    mutex_lock(&c->lock);
    c->started = true;
    mutex_unlock(&c->lock);
}
