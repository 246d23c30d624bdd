/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/config_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "common/conf_dump.h"
#include "common/conf_file.h"
#include "common/formatter.h"
#include "common/text_table.h"
#include "maps/monmap.h"
#include "mon/config_monitor.h"
#include "mon/json_text.h"
#include "mon/monitor.h"
#include "types/utime.h"

enum { LOG_DEFAULT = 10 };

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_CONFIG];
}

/* "who/name", written in the one way. Malloc'ed; NULL with *r set. */
static char *make_key(struct mon_op *op, const char *who, const char *name, int *r)
{
    struct config_who w;
    char *canonical, *key = NULL;

    *r = config_who_parse(&w, who);
    if (*r) {
        if (*r == -EINVAL)
            mon_op_status(op, "unrecognized config target '%s'", who);
        return NULL;
    }
    canonical = config_who_print(&w);
    config_who_destroy(&w);
    if (!canonical || asprintf(&key, "%s/%s", canonical, name) < 0) {
        key = NULL;
        *r = -ENOMEM;
    }
    free(canonical);
    return key;
}

/* The option's own name ("debug-ms" is debug_ms) and the value as the option's type writes it, malloc'ed. */
static int normalize(struct mon_op *op, const char *name, const char *value, const char **own_name,
                     char **out)
{
    enum option_id id = option_find(name);
    union option_value v;
    char *err = NULL;
    int r;

    *out = NULL;
    *own_name = name;
    if (id == OPT_COUNT) {
        if (!command_bool(op->cmd, "force", false))
            return mon_op_fail(op, -EINVAL, "unrecognized config option '%s'", name);
        *out = strdup(value);
        return *out ? 0 : -ENOMEM;
    }
    *own_name = option_get(id)->name;
    if (option_get(id)->flags & OPTION_NO_MON_UPDATE)
        return mon_op_fail(op, -EINVAL, "%s is special and cannot be stored by the mon", *own_name);
    r = option_parse(option_get(id), value, &v, &err);
    if (r)
        mon_op_status(op, "error parsing value: %s", err ? err : strerror(-r));
    free(err);
    if (r)
        return -EINVAL;
    *out = option_format(option_get(id), v, value);
    return *out ? 0 : -ENOMEM;
}

int config_command_set(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "name", ""), *own_name;
    struct paxos_service *s = service(op);
    char *key, *value;
    bool changed = false;
    int r;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    r = normalize(op, name, command_str(op->cmd, "value", ""), &own_name, &value);
    if (r)
        return r;
    key = make_key(op, command_str(op->cmd, "who", ""), own_name, &r);
    if (key)
        r = config_monitor_change(s, key, value, &changed);
    free(key);
    free(value);
    return r || !changed ? r : paxos_service_commit(s, op);
}

int config_command_rm(struct mon_op *op)
{
    const char *name = command_str(op->cmd, "name", "");
    enum option_id id = option_find(name);
    struct paxos_service *s = service(op);
    bool changed = false;
    char *key;
    int r;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    key = make_key(op, command_str(op->cmd, "who", ""), id == OPT_COUNT ? name : option_get(id)->name, &r);
    if (key)
        r = config_monitor_change(s, key, NULL, &changed);
    free(key);
    return r || !changed ? r : paxos_service_commit(s, op);
}

/* ---- showing ---- */

static const char *level_of(const char *name)
{
    enum option_id id = option_find(name);

    return id == OPT_COUNT ? "unknown" : option_level_name(option_get(id)->level);
}

static bool changes_at_runtime(const char *name)
{
    enum option_id id = option_find(name);

    return id != OPT_COUNT && !(option_get(id)->flags & OPTION_STARTUP);
}

/* location_type and such, for `config dump`. */
static void dump_mask_parts(json_t *o, const struct config_who *w)
{
    if (w->location_type[0]) {
        json_object_set_new(o, "location_type", json_text(w->location_type));
        json_object_set_new(o, "location_value", json_text(w->location_value));
    }
    if (w->device_class[0])
        json_object_set_new(o, "device_class", json_text(w->device_class));
}

static json_t *dump_item(const struct config_item *item)
{
    char *mask = config_who_mask(&item->who);
    json_t *o = json_object();

    json_object_set_new(o, "section", json_text(item->who.section));
    json_object_set_new(o, "name", json_text(item->name));
    json_object_set_new(o, "value", json_text(item->value));
    json_object_set_new(o, "level", json_string(level_of(item->name)));
    json_object_set_new(o, "can_update_at_runtime", json_boolean(changes_at_runtime(item->name)));
    json_object_set_new(o, "mask", json_text(mask ? mask : ""));
    dump_mask_parts(o, &item->who);
    free(mask);
    return o;
}

static void table_row(struct text_table *t, const struct config_item *item, bool indent)
{
    const char *section = item->who.section;
    char *mask = config_who_mask(&item->who), *who;
    unsigned blanks = !indent || strcmp(section, "global") == 0 ? 0 : strchr(section, '.') ? 4 : 2;

    if (asprintf(&who, "%*s%s", (int)blanks, "", section) >= 0) {
        text_table_row(t, (const char *[]){who, mask ? mask : "", level_of(item->name), item->name,
                                           item->value, changes_at_runtime(item->name) ? "" : "*"});
        free(who);
    }
    free(mask);
}

/* Prints and destroys the table. */
static int print_table(struct mon_op *op, struct text_table *t)
{
    struct strbuf text = STRBUF_INIT;
    int r = text_table_print(t, &text);

    text_table_destroy(t);
    if (r == 0)
        r = mon_op_steal_text(op, &text);
    strbuf_destroy(&text);
    return r;
}

int config_command_dump(struct mon_op *op)
{
    const struct config_map *map = config_monitor_map(service(op));
    struct text_table t;

    if (op->json) {
        json_t *list = json_array();
        for (unsigned i = 0; i < map->count; i++)
            json_array_append_new(list, dump_item(&map->items[i]));
        return mon_op_json(op, list, false);
    }
    text_table_init(&t, "WHO|MASK|LEVEL|OPTION|VALUE|RO");
    for (unsigned i = 0; i < map->count; i++)
        table_row(&t, &map->items[i], true);
    return print_table(op, &t);
}

/* "mon.a" or "client": type and id, id NULL when there is none. */
static int parse_entity(struct mon_op *op, const char *who, struct config_entity *e, char type[static 16])
{
    size_t len = strcspn(who, ".");

    *e = (struct config_entity){.type = type};
    if (len >= 16 || entity_type_parse(who, len) == ENTITY_TYPE_NONE)
        return mon_op_fail(op, -EINVAL, "unrecognized entity '%s'", who);
    memcpy(type, who, len);
    type[len] = 0;
    e->id = who[len] ? who + len + 1 : NULL;
    return 0;
}

/* One option's value for the entity: what the cluster says, else the default. */
static int get_one(struct mon_op *op, const struct config_item **items, unsigned n, const char *key)
{
    enum option_id id = option_find(key);
    const char *name = id == OPT_COUNT ? key : option_get(id)->name;

    for (unsigned i = 0; i < n; i++)
        if (strcmp(items[i]->name, name) == 0)
            return mon_op_printf(op, "%s\n", items[i]->value);
    if (id == OPT_COUNT)
        return mon_op_fail(op, -ENOENT, "unrecognized key '%s'", key);
    if (option_get(id)->flags & OPTION_NO_MON_UPDATE)
        return mon_op_fail(op, -EINVAL, "%s is special and cannot be stored by the mon", name);
    return mon_op_printf(op, "%s\n",
                         option_get(id)->daemon_def ? option_get(id)->daemon_def : option_get(id)->def);
}

static int get_all(struct mon_op *op, const struct config_item **items, unsigned n)
{
    struct text_table t;
    json_t *all;

    if (!op->json) {
        text_table_init(&t, "WHO|MASK|LEVEL|OPTION|VALUE|RO");
        for (unsigned i = 0; i < n; i++)
            table_row(&t, items[i], false);
        return print_table(op, &t);
    }
    all = json_object();
    for (unsigned i = 0; i < n; i++) {
        json_t *o = json_object(), *mask = json_object();
        dump_mask_parts(mask, &items[i]->who);
        json_object_set_new(o, "value", json_text(items[i]->value));
        json_object_set_new(o, "section", json_text(items[i]->who.section));
        json_object_set_new(o, "mask", mask);
        json_object_set_new(o, "can_update_at_runtime", json_boolean(changes_at_runtime(items[i]->name)));
        json_object_set_new(all, items[i]->name, o);
    }
    return mon_op_json(op, all, false);
}

int config_command_get(struct mon_op *op)
{
    const char *key = command_str(op->cmd, "key", NULL);
    const struct config_item **items;
    struct config_entity e;
    char type[16];
    unsigned n;
    int r = parse_entity(op, command_str(op->cmd, "who", ""), &e, type);

    if (r == 0)
        r = config_map_resolve(config_monitor_map(service(op)), &e, &items, &n);
    if (r)
        return r;
    r = key ? get_one(op, items, n, key) : get_all(op, items, n);
    free(items);
    return r;
}

int config_command_ls(struct mon_op *op)
{
    json_t *list = json_array();
    struct strbuf text = STRBUF_INIT;

    for (int i = 0; i < OPT_COUNT; i++) {
        const char *name = option_get((enum option_id)i)->name;
        if (op->json)
            json_array_append_new(list, json_string(name));
        else
            strbuf_printf(&text, "%s\n", name);
    }
    if (op->json)
        return mon_op_json(op, list, false);
    json_decref(list);
    return mon_op_steal_text(op, &text);
}

int config_command_help(struct mon_op *op)
{
    const char *key = command_str(op->cmd, "key", "");
    enum option_id id = option_find(key);
    const struct option_def *o;
    struct strbuf text = STRBUF_INIT;
    struct formatter f;

    if (id == OPT_COUNT)
        return mon_op_fail(op, -ENOENT, "configuration option '%s' not recognized", key);
    o = option_get(id);
    if (op->json) {
        formatter_init(&f, op->pretty ? FORMATTER_JSON_PRETTY : FORMATTER_JSON);
        option_describe(id, &f, NULL);
        strbuf_add(&text, formatter_text(&f));
        formatter_destroy(&f);
        return mon_op_steal_text(op, &text);
    }
    strbuf_printf(&text, "%s - %s\n  (%s, %s)\n  Default: %s\n", o->name, o->desc, option_type_name(o->type),
                  option_level_name(o->level), o->def);
    if (o->daemon_def)
        strbuf_printf(&text, "  Default (daemons): %s\n", o->daemon_def);
    if (o->values)
        strbuf_printf(&text, "  Possible values: %s\n", o->values);
    strbuf_printf(&text, "  Can update at runtime: %s\n", o->flags & OPTION_STARTUP ? "false" : "true");
    return mon_op_steal_text(op, &text);
}

static int show_one(struct mon_op *op, const char *key)
{
    enum option_id id = option_find(key);
    char *value;
    int r;

    if (id == OPT_COUNT)
        return mon_op_fail(op, -ENOENT, "unrecognized key '%s'", key);
    value = conf_str(op->mon->conf, id);
    r = mon_op_printf(op, "%s\n", value);
    free(value);
    return r;
}

/* Every option of this monitor that is not at its default, or one of any. */
int config_command_show(struct mon_op *op)
{
    const char *who = command_str(op->cmd, "who", ""), *key = command_str(op->cmd, "key", NULL);
    const struct conf *c = op->mon->conf;
    struct text_table t;
    json_t *list;

    if (strncmp(who, "mon.", 4) != 0 || strcmp(who + 4, op->mon->store.name) != 0)
        return mon_op_fail(op, -ENOENT, "no config state for daemon %s", who);
    if (key)
        return show_one(op, key);
    text_table_init(&t, "NAME|VALUE|SOURCE|OVERRIDES|IGNORES");
    list = json_array();
    for (int i = 0; i < OPT_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const char *name = option_get(id)->name;
        char *value;
        if (conf_source(c, id) == CONF_DEFAULT)
            continue;
        value = conf_str(c, id);
        text_table_row(&t, (const char *[]){name, value, conf_source_name(conf_source(c, id)), "", ""});
        json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "name", name, "value", json_text(value),
                                              "source", conf_source_name(conf_source(c, id))));
        free(value);
    }
    if (op->json) {
        text_table_destroy(&t);
        return mon_op_json(op, list, false);
    }
    json_decref(list);
    return print_table(op, &t);
}

/* ---- history ---- */

struct log_output {
    json_t *changes;
    struct strbuf *text;
};

static int log_change(void *arg, const struct config_change *c)
{
    struct log_output *o = arg;
    json_t *j = json_object();

    json_object_set_new(j, "name", json_text(c->key));
    if (c->old_value) {
        json_object_set_new(j, "previous_value", json_text(c->old_value));
        strbuf_printf(o->text, "- %s = %s\n", c->key, c->old_value);
    }
    if (c->new_value) {
        json_object_set_new(j, "new_value", json_text(c->new_value));
        strbuf_printf(o->text, "+ %s = %s\n", c->key, c->new_value);
    }
    return json_array_append_new(o->changes, j) ? -ENOMEM : 0;
}

/* Appends one version to both outputs. */
static int log_version(struct mon_op *op, uint64_t version, json_t *list, struct strbuf *text)
{
    struct strbuf changes = STRBUF_INIT;
    struct log_output out = {json_array(), &changes};
    struct utime stamp = {0, 0};
    char time_text[UTIME_TEXT_MAX], *name = NULL;
    int r = config_monitor_history(service(op), version, &stamp, &name, log_change, &out);

    if (r == -ENOENT) /* the first version has no history */
        r = 0;
    if (r == 0) {
        utime_print(stamp, time_text);
        strbuf_printf(text, "--- %" PRIu64 " --- %s ---%s%s\n%s", version, time_text,
                      name && name[0] ? " " : "", name && name[0] ? name : "", strbuf_text(&changes));
        json_array_append_new(list, json_pack("{s:I, s:s, s:o, s:O}", "version", (json_int_t)version,
                                              "timestamp", time_text, "name", json_text(name ? name : ""),
                                              "changes", out.changes));
    }
    json_decref(out.changes);
    strbuf_destroy(&changes);
    free(name);
    return r;
}

int config_command_log(struct mon_op *op)
{
    int64_t num = command_int(op->cmd, "num", LOG_DEFAULT);
    uint64_t newest = service(op)->last_committed;
    struct strbuf text = STRBUF_INIT;
    json_t *list = json_array();
    int r = 0;

    for (uint64_t v = newest; r == 0 && v > 0 && num-- > 0; v--)
        r = log_version(op, v, list, &text);
    if (r == 0 && op->json) {
        strbuf_destroy(&text);
        return mon_op_json(op, list, false);
    }
    json_decref(list);
    if (r) {
        strbuf_destroy(&text);
        return r;
    }
    return mon_op_steal_text(op, &text);
}

struct undo {
    struct paxos_service *s;
    bool changed;
};

static int undo_change(void *arg, const struct config_change *c)
{
    struct undo *u = arg;
    bool changed;
    int r = config_monitor_change(u->s, c->key, c->old_value, &changed);

    u->changed |= changed;
    return r;
}

int config_command_reset(struct mon_op *op)
{
    int64_t to = command_int(op->cmd, "num", 0);
    struct undo u = {.s = service(op)};
    int r = 0;

    if (!paxos_service_writable(u.s))
        return paxos_service_wait_writable(u.s, op);
    if (to < 1 || (uint64_t)to > u.s->last_committed)
        return mon_op_fail(op, -EINVAL, "there is no version %" PRId64 "; the newest is %" PRIu64, to,
                           u.s->last_committed);
    for (uint64_t v = u.s->last_committed; r == 0 && v > (uint64_t)to; v--) {
        struct utime stamp;
        char *name;
        r = config_monitor_history(u.s, v, &stamp, &name, undo_change, &u);
        free(name);
        if (r == -ENOENT)
            r = 0;
    }
    return r || !u.changed ? r : paxos_service_commit(u.s, op);
}

/* ---- files ---- */

int config_command_minimal_conf(struct mon_op *op)
{
    const struct monmap *map = monitor_monmap(op->mon);
    char fsid[FSID_TEXT_LEN + 1];
    struct strbuf text = STRBUF_INIT;

    fsid_print(&map->fsid, fsid);
    strbuf_printf(&text, "# minimal ceph.conf for %s\n[global]\n\tfsid = %s\n\tmon_host = ", fsid, fsid);
    for (unsigned i = 0; i < map->count; i++) {
        char *addrs = entity_addrvec_print(&map->mons[i].addrs);
        strbuf_printf(&text, "%s%s", i ? " " : "", addrs ? addrs : "");
        free(addrs);
    }
    strbuf_addc(&text, '\n');
    return mon_op_steal_text(op, &text);
}

/* Takes one entry of a file into the pending version; what cannot be taken is written to rest. */
static int assimilate_entry(struct mon_op *op, const char *section, const struct conf_file_entry *e,
                            struct strbuf *rest, bool *any)
{
    enum option_id id = option_find(e->key);
    char *key = NULL, *value = NULL;
    const char *name;
    bool changed = false;
    int r = id == OPT_COUNT ? -EINVAL : normalize(op, e->key, e->value, &name, &value);

    if (r == 0)
        key = make_key(op, section, name, &r);
    if (key && !config_map_find(config_monitor_map(service(op)), key))
        r = config_monitor_change(service(op), key, value, &changed);
    *any |= changed;
    if (r == -EINVAL) {
        strbuf_printf(rest, "\t%s = %s\n", e->key, e->value);
        r = 0;
    }
    free(key);
    free(value);
    return r;
}

int config_command_assimilate(struct mon_op *op)
{
    struct paxos_service *s = service(op);
    struct strbuf rest = STRBUF_INIT;
    struct conf_file file;
    struct slice input;
    bool any = false;
    char *err = NULL;
    int r;

    if (!paxos_service_writable(s))
        return paxos_service_wait_writable(s, op);
    r = bufferlist_flatten(&op->input, &input);
    if (r)
        return r;
    conf_file_init(&file);
    r = conf_file_parse(&file, "input", (const char *)input.data, input.len, &err);
    if (r)
        mon_op_status(op, "%s", err ? err : "cannot be parsed");
    free(err);
    for (size_t i = 0; r == 0 && i < file.count; i++) {
        const struct conf_file_section *section = &file.sections[i];
        struct strbuf left = STRBUF_INIT;
        for (size_t k = 0; r == 0 && k < section->count; k++)
            r = assimilate_entry(op, section->name, &section->entries[k], &left, &any);
        if (left.len)
            strbuf_printf(&rest, "[%s]\n%s", section->name, strbuf_text(&left));
        strbuf_destroy(&left);
    }
    conf_file_destroy(&file);
    slice_put(&input);
    if (r == 0) {
        strbuf_clear(&op->status);
        r = mon_op_steal_text(op, &rest);
    }
    strbuf_destroy(&rest);
    return r || !any ? r : paxos_service_commit(s, op);
}
