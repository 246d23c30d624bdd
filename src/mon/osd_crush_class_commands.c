/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Device classes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_location.h"
#include "crush/crush_rules.h"
#include "mon/json_text.h"
#include "mon/osd_arguments.h"
#include "mon/osd_crush_change.h"
#include "mon/osd_crush_commands.h"
#include "mon/osd_names.h"

/* What a command that takes several OSDs does with each; adds to note what is worth saying. 1: changed, 0:
 * not. */
typedef int (*for_osd)(struct mon_op *op, struct crush_map *map, int32_t osd, struct strbuf *note);

struct each_osd {
    struct mon_op *op;
    struct crush_map *map;
    for_osd call;
    struct strbuf note, done; /* done: the OSDs that were changed, "0,1" */
};

static int do_one(struct each_osd *e, int32_t osd)
{
    int r;

    if (!osd_pending_exists(osd_crush_pending(e->op), osd)) {
        strbuf_printf(&e->note, "osd.%d does not exist. ", osd);
        return 0;
    }
    r = e->call(e->op, e->map, osd, &e->note);
    if (r > 0)
        strbuf_printf(&e->done, "%s%d", e->done.len ? "," : "", osd);
    return r < 0 ? r : 0;
}

static int do_all(struct each_osd *e)
{
    const struct osd_pending *p = osd_crush_pending(e->op);
    int r = 0;

    for (unsigned i = 0; r == 0 && i < osd_pending_max_osd(p); i++)
        if (osd_pending_exists(p, (int32_t)i))
            r = do_one(e, (int32_t)i);
    return r;
}

static bool means_all(const char *text)
{
    return strcmp(text, "all") == 0 || strcmp(text, "any") == 0 || strcmp(text, "*") == 0;
}

static int do_listed(struct each_osd *e)
{
    const json_t *ids = json_object_get(e->op->cmd, "ids"), *id;
    size_t i;
    int r = 0;

    json_array_foreach(ids, i, id)
    {
        const char *text = json_string_value(id) ? json_string_value(id) : "";
        int32_t osd;

        if (i == 0 && means_all(text))
            return do_all(e);
        if (osd_argument_parse(text, &osd))
            return mon_op_fail(e->op, -EINVAL, "'%s' is not an OSD", text);
        r = do_one(e, osd);
        if (r)
            break;
    }
    return r;
}

/* Runs call for the OSDs in "ids". The status becomes the notes and then text, with the OSDs in place of its
 * %s. */
static int change_classes(struct mon_op *op, struct crush_map *map, for_osd call, const char *before,
                          const char *after)
{
    struct each_osd e = {.op = op, .map = map, .call = call, .note = STRBUF_INIT, .done = STRBUF_INIT};
    int r = do_listed(&e);

    if (r == 0) {
        mon_op_status(op, "%s%s%s%s", strbuf_text(&e.note), before, strbuf_text(&e.done), after);
        r = e.done.len > 0;
    }
    strbuf_destroy(&e.note);
    strbuf_destroy(&e.done);
    return r;
}

static int set_class(struct mon_op *op, struct crush_map *map, int32_t osd, struct strbuf *note)
{
    const char *class = command_str(op->cmd, "class", "");
    char name[24];
    int r = 0;

    snprintf(name, sizeof(name), "osd.%d", osd);
    if (map->max_devices <= osd)
        map->max_devices = osd + 1;
    if (!crush_names_find(&map->items, osd))
        r = crush_names_set(&map->items, osd, name);
    if (r == 0)
        r = crush_class_assign(map, osd, class);
    if (r == -EBUSY)
        return mon_op_fail(
            op, r, "%s is in class '%s' already; take it out by 'ceph osd crush rm-device-class' first", name,
            crush_class_of(map, osd));
    if (r == 0)
        strbuf_printf(note, "%s is in class %s already. ", name, class);
    return r;
}

static int edit_set_class(struct mon_op *op, struct crush_map *map)
{
    const char *class = command_str(op->cmd, "class", "");
    struct strbuf after = STRBUF_INIT;
    int r;

    if (!crush_name_is_valid(class))
        return mon_op_fail(op, -EINVAL, "'%s' cannot be the name of a device class", class);
    strbuf_printf(&after, " to class '%s'", class);
    r = change_classes(op, map, set_class, "set osd(s) ", strbuf_text(&after));
    strbuf_destroy(&after);
    return r;
}

int osd_crush_command_set_class(struct mon_op *op)
{
    return osd_crush_change(op, edit_set_class);
}

static int rm_class(struct mon_op *op UNUSED, struct crush_map *map, int32_t osd, struct strbuf *note)
{
    int r;

    if (!crush_class_of(map, osd)) {
        strbuf_printf(note, "osd.%d belongs to no class, ", osd);
        return 0;
    }
    r = crush_class_unassign(map, osd);
    return r ? r : 1;
}

static int edit_rm_class(struct mon_op *op, struct crush_map *map)
{
    return change_classes(op, map, rm_class, "done removing class of osd(s): ", "");
}

int osd_crush_command_rm_class(struct mon_op *op)
{
    return osd_crush_change(op, edit_rm_class);
}

int osd_crush_command_get_class(struct mon_op *op)
{
    const json_t *ids = json_object_get(op->cmd, "ids"), *id;
    struct strbuf text = STRBUF_INIT;
    json_t *list = json_array();
    size_t i;
    int r = 0;

    json_array_foreach(ids, i, id)
    {
        const char *name = json_string_value(id) ? json_string_value(id) : "", *class;
        int32_t osd;

        if (osd_argument_parse(name, &osd)) {
            r = mon_op_fail(op, -EINVAL, "'%s' is not an OSD", name);
            break;
        }
        class = crush_class_of(osd_crush_map(op), osd);
        if (!osd_pending_exists(osd_crush_pending(op), osd))
            continue;
        strbuf_printf(&text, "osd.%d %s\n", osd, class ? class : "");
        json_array_append_new(
            list, json_pack("{s:i, s:o}", "osd", osd, "device_class", json_text(class ? class : "")));
    }
    if (r == 0)
        r = op->json ? mon_op_json(op, json_incref(list), false) : mon_op_steal_text(op, &text);
    json_decref(list);
    strbuf_destroy(&text);
    return r;
}

/* ---- the classes themselves ---- */

static int edit_class_create(struct mon_op *op, struct crush_map *map)
{
    const char *class = command_str(op->cmd, "class", "");
    int id;

    if (!crush_name_is_valid(class))
        return mon_op_fail(op, -EINVAL, "'%s' cannot be the name of a device class", class);
    if (crush_class_id(map, class) >= 0) {
        mon_op_status(op, "class '%s' already exists", class);
        return 0;
    }
    id = crush_class_add(map, class);
    if (id < 0)
        return id;
    mon_op_status(op, "created class %s with id %d to crush map", class, id);
    return 1;
}

int osd_crush_command_class_create(struct mon_op *op)
{
    return osd_crush_change(op, edit_class_create);
}

/* A rule that takes a tree of the class, or NULL. */
static const char *rule_of_class(const struct crush_map *map, const char *class)
{
    for (unsigned i = 0; i < map->rule_names.count; i++)
        if (crush_rules_take_class(map, map->rule_names.names[i].id, class))
            return map->rule_names.names[i].name;
    return NULL;
}

static int edit_class_rm(struct mon_op *op, struct crush_map *map)
{
    const char *class = command_str(op->cmd, "class", ""), *rule;
    int id = crush_class_id(map, class);

    if (id < 0)
        return 0;
    rule = rule_of_class(map, class);
    if (rule)
        return mon_op_fail(op, -EBUSY, "class '%s' is still referenced by crush_rule '%s'", class, rule);
    for (int32_t osd = 0; osd < map->max_devices; osd++) {
        const char *has = crush_class_of(map, osd);
        if (has && strcmp(has, class) == 0)
            crush_class_forget(map, osd);
    }
    mon_op_status(op, "removed class %s with id %d from crush map", class, id);
    return crush_class_rebuild(map) ?: 1; /* which drops the class */
}

int osd_crush_command_class_rm(struct mon_op *op)
{
    return osd_crush_change(op, edit_class_rm);
}

static int edit_class_rename(struct mon_op *op, struct crush_map *map)
{
    const char *from = command_str(op->cmd, "srcname", ""), *to = command_str(op->cmd, "dstname", "");
    int r;

    if (!crush_name_is_valid(to))
        return mon_op_fail(op, -EINVAL, "'%s' cannot be the name of a device class", to);
    if (crush_class_id(map, from) < 0 && crush_class_id(map, to) >= 0) {
        mon_op_status(op, "already renamed to '%s'", to);
        return 0;
    }
    r = crush_class_rename(map, from, to);
    if (r)
        return mon_op_fail(op, r, "class '%s' cannot be renamed to '%s': %s", from, to, strerror(-r));
    mon_op_status(op, "rename class '%s' to '%s'", from, to);
    return 1;
}

int osd_crush_command_class_rename(struct mon_op *op)
{
    return osd_crush_change(op, edit_class_rename);
}

int osd_crush_command_class_ls(struct mon_op *op)
{
    const struct crush_names *classes = &osd_crush_map(op)->class_names;
    json_t *list = json_array();

    for (unsigned i = 0; i < classes->count; i++)
        json_array_append_new(list, json_text(classes->names[i].name));
    return mon_op_json(op, list, true);
}

int osd_crush_command_class_ls_osd(struct mon_op *op)
{
    const char *class = command_str(op->cmd, "class", "");
    const struct crush_map *map = osd_crush_map(op);
    json_t *list = json_array();

    for (int32_t osd = 0; osd < map->max_devices; osd++) {
        const char *has = crush_class_of(map, osd);
        if (has && strcmp(has, class) == 0)
            json_array_append_new(list, json_integer(osd));
    }
    return osd_names_show(op, list);
}
