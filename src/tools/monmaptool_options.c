/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps/mon_features.h"
#include "tools/monmaptool.h"
#include "tools/tool_words.h"
#include "types/ceph_release.h"

static PRINTF_LIKE(1, 2) int usage_error(const char *fmt, ...)
{
    va_list ap;

    fputs("monmaptool: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputs("\nmonmaptool -h for usage\n", stderr);
    return MONMAPTOOL_USAGE_ERROR;
}

static int add_monitor(struct monmaptool_request *q, const char *flag, struct tool_words *w,
                       const struct monmap_defaults *defaults)
{
    struct monmaptool_add *add;
    const char *text;
    char err[256];
    int r;

    if (w->end - w->next < 2)
        return tool_words_missing(flag);
    q->adds = tool_grow(q->adds, &q->add_count, sizeof(*q->adds));
    add = &q->adds[q->add_count - 1];
    add->name = *w->next++;
    text = *w->next++;
    if (strcmp(flag, "--addv") == 0)
        r = entity_addrvec_parse(&add->addrs, text, defaults->types[0], NULL, err, sizeof(err));
    else
        r = monmap_parse_addrs(&add->addrs, text, defaults, err, sizeof(err));
    if (r == 0)
        return 0;
    fprintf(stderr, "monmaptool: invalid ip:port '%s': %s\n", text, err);
    return MONMAPTOOL_FILE_ERROR;
}

static int add_feature(struct monmaptool_request *q, enum monmaptool_feature_op op, const char *flag,
                       const char *value)
{
    struct monmaptool_feature *f;
    char *end;

    if (!value)
        return tool_words_missing(flag);
    q->features = tool_grow(q->features, &q->feature_count, sizeof(*q->features));
    f = &q->features[q->feature_count - 1];
    f->op = op;
    f->bits = mon_feature_parse(value);
    if (f->bits)
        return 0;
    errno = 0;
    f->bits = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || f->bits > INT64_MAX)
        return usage_error("%s: '%s' is neither the name of a feature nor a number", flag, value);
    return 0;
}

static void add_feature_list(struct monmaptool_request *q, struct tool_words *w)
{
    q->features = tool_grow(q->features, &q->feature_count, sizeof(*q->features));
    q->features[q->feature_count - 1].op = FEATURE_LIST;
    if (w->next < w->end && strcmp(*w->next, "parseable") == 0) {
        q->features[q->feature_count - 1].op = FEATURE_LIST_PARSEABLE;
        w->next++;
    } else if (w->next < w->end && strcmp(*w->next, "plain") == 0) {
        w->next++;
    }
}

/* --optional and --persistent say something of the --feature-set or --feature-unset before them. */
static int qualify_feature(struct monmaptool_request *q, const char *flag, bool optional)
{
    struct monmaptool_feature *last = q->feature_count ? &q->features[q->feature_count - 1] : NULL;

    if (!last || last->op == FEATURE_LIST || last->op == FEATURE_LIST_PARSEABLE)
        return usage_error("%s stands behind no --feature-set and no --feature-unset", flag);
    last->optional = optional;
    return 0;
}

static int set_release(struct monmaptool_request *q, const char *value)
{
    char *end;
    unsigned long n;

    if (!value)
        return tool_words_missing("--set-min-mon-release");
    q->min_mon_release = ceph_release_parse(value);
    if (q->min_mon_release)
        return 0;
    n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || n == 0 || n > CEPH_RELEASE_PACIFIC)
        return usage_error("--set-min-mon-release: '%s' is no release", value);
    q->min_mon_release = (uint8_t)n;
    return 0;
}

static bool take_plain_flag(struct monmaptool_request *q, struct tool_words *w)
{
    const struct {
        const char *flag;
        bool *set;
    } flags[] = {
        {"--print", &q->print},
        {"-p", &q->print},
        {"--create", &q->create},
        {"--clobber", &q->clobber},
        {"--generate", &q->generate},
        {"--set-initial-members", &q->initial_members},
        {"--filter-initial-members", &q->initial_members},
        {"--enable-all-features", &q->all_features},
    };

    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (tool_words_flag(w, flags[i].flag)) {
            *flags[i].set = true;
            return true;
        }
    return false;
}

#define NO_FLAG (-1)

/* NO_FLAG when the next word is none of ours, else 0 or the exit status. */
static int take_next(struct monmaptool_request *q, struct tool_words *w,
                     const struct monmap_defaults *defaults)
{
    const char *value;

    if (take_plain_flag(q, w))
        return 0;
    if (tool_words_flag(w, "--add"))
        return add_monitor(q, "--add", w, defaults);
    if (tool_words_flag(w, "--addv"))
        return add_monitor(q, "--addv", w, defaults);
    if (tool_words_flag(w, "--optional"))
        return qualify_feature(q, "--optional", true);
    if (tool_words_flag(w, "--persistent"))
        return qualify_feature(q, "--persistent", false);
    if (tool_words_flag(w, "--feature-list")) {
        add_feature_list(q, w);
        return 0;
    }
    if (tool_words_value(w, "--feature-set", &value))
        return add_feature(q, FEATURE_SET, "--feature-set", value);
    if (tool_words_value(w, "--feature-unset", &value))
        return add_feature(q, FEATURE_UNSET, "--feature-unset", value);
    if (tool_words_value(w, "--set-min-mon-release", &value))
        return set_release(q, value);
    if (tool_words_value(w, "--contains", &value)) {
        q->contains = value;
        return value ? 0 : tool_words_missing("--contains");
    }
    if (tool_words_value(w, "--rm", &value)) {
        q->removes = tool_grow(q->removes, &q->remove_count, sizeof(*q->removes));
        q->removes[q->remove_count - 1] = value;
        return value ? 0 : tool_words_missing("--rm");
    }
    return NO_FLAG;
}

void monmaptool_defaults(struct monmap_defaults *d, const struct conf *c)
{
    char *ms_type = conf_str(c, conf_str_empty(c, OPT_ms_public_type) ? OPT_ms_type : OPT_ms_public_type);

    monmap_defaults_init(d, ms_type);
    free(ms_type);
}

int monmaptool_parse(struct monmaptool_request *q, const struct args *a)
{
    struct tool_words w = {a->argv + 1, a->argv + a->argc};
    struct monmap_defaults defaults;

    memset(q, 0, sizeof(*q));
    if (w.next == w.end) {
        fputs("monmaptool: -h or --help for usage\n", stderr);
        return MONMAPTOOL_USAGE_ERROR;
    }
    monmaptool_defaults(&defaults, a->conf);
    for (bool flags = true; w.next < w.end;) {
        int r = NO_FLAG;

        if (flags && tool_words_flag(&w, "--")) {
            flags = false;
            continue;
        }
        if (flags)
            r = take_next(q, &w, &defaults);
        if (r == NO_FLAG && **w.next == '-' && flags)
            return usage_error("unknown flag '%s'", *w.next);
        if (r == NO_FLAG && q->path)
            return usage_error("too many arguments");
        if (r == NO_FLAG)
            q->path = *w.next++;
        else if (r)
            return r;
    }
    return q->path ? 0 : usage_error("must specify monmap filename");
}

void monmaptool_request_destroy(struct monmaptool_request *q)
{
    for (unsigned i = 0; i < q->add_count; i++)
        entity_addrvec_destroy(&q->adds[i].addrs);
    free(q->adds);
    free(q->removes);
    free(q->features);
}
