/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* monmaptool: makes, shows and changes monmap files. */
#include "tools/monmaptool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_file.h"
#include "include/ceph_features.h"
#include "maps/mon_features.h"
#include "tools/map_tool.h"
#include "types/ceph_release.h"

static const struct args_program program = {
    .name = "monmaptool",
    .usage = "monmaptool [FLAGS] MONMAP-FILE\n"
             "What is asked for is done in this order, whatever the order of the flags:\n"
             "  --create                     start from a new, empty map\n"
             "  --clobber                    --create may replace a file\n"
             "  --generate                   add the monitors of mon_host, or of the [mon.ID] sections\n"
             "  --set-min-mon-release NAME   the oldest release that monitors may be of\n"
             "  --enable-all-features        make all features persistent\n"
             "  --set-initial-members        keep to mon_initial_members (also: --filter-initial-members)\n"
             "  --fsid UUID                  set the cluster's id\n"
             "  --add NAME IP[:PORT]         add a monitor; may be repeated, as the next three\n"
             "  --addv NAME ADDRESSES        the same, with [rdma:IP:PORT,v1:IP:PORT] or the like\n"
             "  --rm NAME                    remove a monitor\n"
             "  --feature-set, --feature-unset FEATURE [--persistent|--optional]\n"
             "  --feature-list [plain|parseable]\n"
             "  --contains NAME              status 1 when there is no such monitor\n"
             "  -p, --print                  show the map\n"
             "An address without a type (v1:, rdma:) is of those that ms_type says.",
    .type = "client",
    .id = "admin",
    .flags = ARGS_QUIET,
};

static int usage_error(const char *what, const char *name)
{
    fprintf(stderr, "monmaptool: %s%s\nmonmaptool -h for usage\n", what, name);
    return MONMAPTOOL_USAGE_ERROR;
}

static int file_error(int err, const char *doing, const char *path)
{
    fprintf(stderr, "monmaptool: %s %s: (%d) %s\n", doing, path, -err, strerror(-err));
    return MONMAPTOOL_FILE_ERROR;
}

static int decode_map(void *map, struct decode *d)
{
    return monmap_decode(map, d);
}

static int read_map(const char *path, struct monmap *m)
{
    int r = map_tool_read(path, decode_map, m);

    if (r < 0)
        return file_error(r, "couldn't open", path);
    if (r == 0)
        return 0;
    fprintf(stderr, "monmaptool: unable to read monmap file %s: it is none, damaged, or of a newer release\n",
            path);
    return MONMAPTOOL_FILE_ERROR;
}

static int write_map(const char *path, const struct monmap *m)
{
    struct encode e;
    int r;

    encode_init(&e);
    monmap_encode(m, CEPH_FEATURES_ALL, &e);
    r = map_tool_write(path, &e);
    if (r == 0)
        return 0;
    fprintf(stderr, "monmaptool: error writing to '%s': (%d) %s\n", path, -r, strerror(-r));
    return 1;
}

/* Takes the fsid that the configuration names; false: none, and the map's stays. */
static bool take_conf_fsid(const struct conf *c, struct monmap *m)
{
    char *text = conf_str(c, OPT_fsid);
    struct fsid fsid;
    bool named = fsid_parse(&fsid, text) == 0 && !fsid_is_zero(&fsid);

    free(text);
    if (named)
        m->fsid = fsid;
    return named;
}

static int start_map(const struct monmaptool_request *q, const struct conf *c, struct monmap *m)
{
    char text[FSID_TEXT_LEN + 1];
    int r;

    if (!q->create)
        return read_map(q->path, m);
    if (access(q->path, F_OK) == 0 && !q->clobber) {
        fprintf(stderr, "monmaptool: %s exists, --clobber to overwrite\n", q->path);
        return MONMAPTOOL_FILE_ERROR;
    }
    monmap_init(m);
    m->created = m->last_changed = utime_now();
    if (take_conf_fsid(c, m))
        return 0;
    r = fsid_generate(&m->fsid);
    if (r < 0)
        return file_error(r, "cannot generate", "an fsid");
    printf("monmaptool: generated fsid %s\n", fsid_print(&m->fsid, text));
    return 0;
}

/* The monitors of [mon.ID] sections with a mon_addr. */
static int add_sections(struct monmap *m, const char *path, const struct monmap_defaults *defaults,
                        char **err)
{
    struct conf_file f;
    int r;

    conf_file_init(&f);
    r = path ? conf_file_read(&f, path, err) : 0;
    for (size_t i = 0; r == 0 && i < f.count; i++) {
        const struct conf_file_entry *e = conf_file_entry(&f.sections[i], "mon_addr");
        struct entity_addrvec v;
        char why[256];

        if (strncmp(f.sections[i].name, "mon.", 4) != 0 || !e)
            continue;
        r = monmap_parse_addrs(&v, e->value, defaults, why, sizeof(why));
        if (r < 0)
            err_set(err, r, "%s:%u: mon_addr: %s", f.path, e->line, why);
        else
            r = monmap_add(m, f.sections[i].name + 4, &v);
        entity_addrvec_destroy(&v);
    }
    conf_file_destroy(&f);
    return r;
}

static int generate(const struct args *a, struct monmap *m)
{
    char *mon_host = conf_str(a->conf, OPT_mon_host), *err = NULL, why[256];
    struct monmap_defaults defaults;
    unsigned before = m->count;
    int r = 0;

    monmaptool_defaults(&defaults, a->conf);
    defaults.resolve = true;
    if (!*mon_host)
        r = add_sections(m, a->conf_path, &defaults, &err);
    else if (monmap_add_mon_host(m, mon_host, &defaults, why, sizeof(why)) < 0)
        r = err_set(&err, -EINVAL, "mon_host '%s': %s", mon_host, why);
    if (r == 0 && m->count == before)
        r = err_set(&err, -ENOENT, "the configuration names no monitor: set mon_host, or give -m ADDRESS");
    if (r < 0)
        fprintf(stderr, "monmaptool: %s\n", err ? err : strerror(-r));
    free(err);
    free(mon_host);
    return r & 0xff; /* genuine monmaptool ends with the low byte of the error, too */
}

static int set_initial_members(const struct conf *c, struct monmap *m)
{
    char *text = conf_str(c, OPT_mon_initial_members), *all, *gone;
    struct string_list names, removed;
    int r;

    string_list_init(&names);
    string_list_init(&removed);
    r = string_list_split(&names, text, ",; \t");
    free(text);
    if (r == 0 && names.count > 0) {
        r = monmap_set_initial_members(m, &names, &removed);
        all = string_list_join(&names, ",");
        gone = string_list_join(&removed, ",");
        if (r == 0 && all && gone)
            printf("initial_members %s, filtering seed monmap\nremoved %s\n", all, gone);
        free(all);
        free(gone);
    }
    string_list_destroy(&names);
    string_list_destroy(&removed);
    return r < 0 ? file_error(r, "cannot take", "mon_initial_members") : 0;
}

static int add_monitors(const struct monmaptool_request *q, struct monmap *m)
{
    for (unsigned i = 0; i < q->add_count; i++) {
        const struct monmaptool_add *add = &q->adds[i];

        if (monmap_find(m, add->name) >= 0)
            return usage_error("map already contains mon.", add->name);
        for (unsigned j = 0; j < add->addrs.count; j++)
            if (monmap_find_addr(m, &add->addrs.addrs[j]) >= 0) {
                char *text = entity_addrvec_print(&add->addrs);
                int r = usage_error("map already contains ", text ? text : "that address");
                free(text);
                return r;
            }
        if (monmap_add(m, add->name, &add->addrs) < 0)
            return file_error(-ENOMEM, "cannot add", add->name);
    }
    return 0;
}

static int remove_monitors(const struct monmaptool_request *q, struct monmap *m)
{
    for (unsigned i = 0; i < q->remove_count; i++) {
        int r;

        printf("monmaptool: removing %s\n", q->removes[i]);
        r = monmap_remove(m, q->removes[i]);
        if (r == -ENOENT)
            return usage_error("map does not contain ", q->removes[i]);
        if (r < 0)
            return file_error(r, "cannot remove", q->removes[i]);
    }
    return 0;
}

static void print_feature_line(const char *head, uint64_t features)
{
    fputs(head, stdout);
    mon_features_print(features, stdout);
    putchar('\n');
}

static void list_features(const struct monmap *m, bool parseable)
{
    if (!parseable)
        puts("MONMAP FEATURES:");
    print_feature_line(parseable ? "monmap:persistent:" : "    persistent: ", m->persistent_features);
    print_feature_line(parseable ? "monmap:optional:" : "    optional:   ", m->optional_features);
    print_feature_line(parseable ? "monmap:required:" : "    required:   ", monmap_required_features(m));
    if (!parseable)
        puts("\nAVAILABLE FEATURES:");
    print_feature_line(parseable ? "available:supported:" : "    supported:  ", MON_FEATURES_ALL);
    print_feature_line(parseable ? "available:persistent:" : "    persistent: ", MON_FEATURES_ALL);
}

/* True when the map has changed. */
static bool do_features(const struct monmaptool_request *q, struct monmap *m)
{
    bool changed = false;

    for (unsigned i = 0; i < q->feature_count; i++) {
        const struct monmaptool_feature *f = &q->features[i];
        uint64_t *features = f->optional ? &m->optional_features : &m->persistent_features;

        if (f->op == FEATURE_LIST || f->op == FEATURE_LIST_PARSEABLE) {
            list_features(m, f->op == FEATURE_LIST_PARSEABLE);
            continue;
        }
        if (f->op == FEATURE_SET)
            *features |= f->bits;
        else
            *features &= ~f->bits;
        changed = true;
    }
    return changed;
}

/* All that comes before the features. *changed tells whether the map has to be written. */
static int change(const struct monmaptool_request *q, const struct args *a, struct monmap *m, bool *changed)
{
    char text[FSID_TEXT_LEN + 1];
    int r = 0;

    *changed = q->create || q->generate || q->min_mon_release || q->all_features || q->initial_members ||
               q->add_count || q->remove_count;
    if (q->generate)
        r = generate(a, m);
    if (r == 0 && q->min_mon_release) {
        m->min_mon_release = q->min_mon_release;
        printf("setting min_mon_release = %s\n", ceph_release_name(q->min_mon_release));
    }
    if (q->all_features)
        m->persistent_features = MON_FEATURES_ALL;
    if (r == 0 && q->initial_members)
        r = set_initial_members(a->conf, m);
    if (r == 0 && take_conf_fsid(a->conf, m)) {
        printf("monmaptool: set fsid to %s\n", fsid_print(&m->fsid, text));
        *changed = true;
    }
    if (r == 0)
        r = add_monitors(q, m);
    if (r == 0)
        r = remove_monitors(q, m);
    return r;
}

static int check_contains(const struct monmap *m, const char *name)
{
    bool there = monmap_find(m, name) >= 0;

    printf("monmaptool: map %s mon.%s\n", there ? "contains" : "does not contain", name);
    return there ? 0 : 1;
}

static int run(const struct monmaptool_request *q, const struct args *a)
{
    struct monmap m;
    bool changed;
    int r, missing = 0;

    printf("monmaptool: monmap file %s\n", q->path);
    r = start_map(q, a->conf, &m);
    if (r)
        return r;
    r = change(q, a, &m, &changed);
    if (r == 0) {
        changed |= do_features(q, &m);
        if (!changed && !q->print && !q->contains && q->feature_count == 0) {
            fputs("no action specified\nmonmaptool -h for usage\n", stderr);
            r = MONMAPTOOL_USAGE_ERROR;
        }
    }
    if (r == 0 && q->contains)
        missing = check_contains(&m, q->contains);
    if (r == 0 && q->print)
        monmap_print(&m, stdout);
    if (r == 0 && changed) {
        printf("monmaptool: writing epoch %u to %s (%u monitors)\n", m.epoch, q->path, m.count);
        r = write_map(q->path, &m);
    }
    monmap_destroy(&m);
    return r ? r : missing;
}

int main(int argc, char **argv)
{
    struct monmaptool_request q = {0};
    char *err = NULL;
    struct args a;
    int r = args_parse(&a, &program, argc, argv, &err), status;

    if (r < 0)
        fprintf(stderr, "monmaptool: %s\n", err);
    if (r != 0) {
        status = r < 0 ? MONMAPTOOL_USAGE_ERROR : 0;
    } else {
        status = monmaptool_parse(&q, &a);
        if (status == 0)
            status = run(&q, &a);
    }
    monmaptool_request_destroy(&q);
    args_destroy(&a);
    free(err);
    return map_tool_end("monmaptool", status);
}
