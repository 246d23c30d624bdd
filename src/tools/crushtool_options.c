/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/version.h"
#include "tools/crushtool.h"
#include "tools/tool_words.h"

static const char usage[] =
    "usage: crushtool [FLAGS] [LAYERS]\n"
    "Makes, shows, changes and tries crush maps: which devices a cluster puts data on. What is asked for is "
    "done in\n"
    "the order of this list, whatever the order of the flags.\n"
    "\n"
    "Where the map comes from:\n"
    "  -i, --infn FILE             a map as bytes; - is standard input\n"
    "  -d, --decompile FILE        the same, and show it as text, or write that to the file of -o\n"
    "  -c, --compile FILE          a map as text\n"
    "  --build --num_osds N LAYERS a new one; a layer is NAME uniform|list|tree|straw|straw2 SIZE, lowest "
    "first,\n"
    "                              and puts up to SIZE (0: all) of what is below into each of its buckets\n"
    "  --enable-unsafe-tunables    nothing: all tunables may be set\n"
    "\n"
    "Tunables:\n"
    "  --set-choose-local-tries N, --set-choose-local-fallback-tries N, --set-choose-total-tries N,\n"
    "  --set-chooseleaf-descend-once 0|1, --set-chooseleaf-vary-r N, --set-chooseleaf-stable 0|1,\n"
    "  --set-straw-calc-version 0|1, --set-allowed-bucket-algs BITS\n"
    "\n"
    "Changes; LOC is any number of --loc TYPE NAME:\n"
    "  --reweight-item NAME WEIGHT          what an item weighs, and all it is in\n"
    "  --remove-item NAME\n"
    "  --add-item ID WEIGHT NAME LOC        puts an item into a bucket\n"
    "  --update-item ID WEIGHT NAME LOC     the same for one that may be elsewhere already\n"
    "  --add-bucket NAME TYPE [LOC]         a new bucket, without items\n"
    "  --move NAME LOC                      takes an item to another place\n"
    "  --create-simple-rule NAME ROOT TYPE firstn|indep\n"
    "  --create-replicated-rule NAME ROOT TYPE\n"
    "  --device-class CLASS                 the new rule takes only devices of this class\n"
    "  --remove-rule NAME\n"
    "  --reweight                           has all buckets weigh what is in them\n"
    "  --rebuild-class-roots                makes the shadow trees of device classes anew\n"
    "  --set-subtree-class BUCKET CLASS     the class of all devices below; may be repeated, and is done in "
    "the\n"
    "                                       order of names. The next run may make the shadow trees of it\n"
    "  --reclassify                         makes device classes of hierarchies for one kind of device "
    "each,\n"
    "                                       which become shadow trees with the ids they had; which they "
    "are:\n"
    "     --reclassify-root BUCKET CLASS    what is called as it is to be; may be repeated\n"
    "     --reclassify-bucket MATCH CLASS PARENT\n"
    "                                       what is called %SUFFIX or PREFIX% and becomes part of a bucket\n"
    "                                       called %, which is put into PARENT if it is new; or what is\n"
    "                                       called MATCH and becomes part of PARENT itself; may be repeated\n"
    "\n"
    "What is shown:\n"
    "  --show-location ID          where a device is\n"
    "  --tree                      the hierarchy\n"
    "  --bucket-tree --bucket-name NAME\n"
    "                              the devices below a bucket\n"
    "  --dump [-f json|json-pretty]\n"
    "  --check [MAX-ID]            rules that overlap; with a number also names that are missing\n"
    "  -t, --test                  tries rules on numbers from --min-x to --max-x (0 to 1023), or --x, for "
    "rules\n"
    "                              from --min-rule to --max-rule (all), or --rule or --ruleset, for "
    "--num-rep\n"
    "                              replicas (all that the rule is for) of pool --pool-id, with devices out "
    "or in\n"
    "                              part by --weight ID WEIGHT; and shows of it what these ask for:\n"
    "     --show-mappings, --show-bad-mappings, --show-statistics, --show-utilization, "
    "--show-utilization-all,\n"
    "     --show-choose-tries\n"
    "  --compare FILE              how many mappings of --test are others in that map\n"
    "\n"
    "Where the map goes:\n"
    "  -o, --outfn FILE\n"
    "  -v, --verbose\n"
    "  -h, --help; --version\n";

#define AT(member) offsetof(struct crushtool_request, member)

static const struct tool_flag flags[] = {
    {"--infn", "-i", TOOL_WORDS, 1, AT(in)},
    {"--outfn", "-o", TOOL_WORDS, 1, AT(out)},
    {"--build", NULL, TOOL_SWITCH, 0, AT(build)},
    {"--verbose", "-v", TOOL_SWITCH, 0, AT(verbose)},
    {"--num-osds", NULL, TOOL_NUMBER, 0, AT(osds)},
    {"--set-choose-local-tries", NULL, TOOL_NUMBER, 0, AT(choose_local_tries)},
    {"--set-choose-local-fallback-tries", NULL, TOOL_NUMBER, 0, AT(choose_local_fallback_tries)},
    {"--set-choose-total-tries", NULL, TOOL_NUMBER, 0, AT(choose_total_tries)},
    {"--set-chooseleaf-descend-once", NULL, TOOL_NUMBER, 0, AT(chooseleaf_descend_once)},
    {"--set-chooseleaf-vary-r", NULL, TOOL_NUMBER, 0, AT(chooseleaf_vary_r)},
    {"--set-chooseleaf-stable", NULL, TOOL_NUMBER, 0, AT(chooseleaf_stable)},
    {"--set-straw-calc-version", NULL, TOOL_NUMBER, 0, AT(straw_calc_version)},
    {"--set-allowed-bucket-algs", NULL, TOOL_NUMBER, 0, AT(allowed_bucket_algs)},
    {"--add-item", NULL, TOOL_WORDS, 3, AT(add_item)},
    {"--update-item", NULL, TOOL_WORDS, 3, AT(update_item)},
    {"--reweight-item", NULL, TOOL_WORDS, 2, AT(reweight_item)},
    {"--remove-item", NULL, TOOL_WORDS, 1, AT(remove_item)},
    {"--add-bucket", NULL, TOOL_WORDS, 2, AT(add_bucket)},
    {"--move", NULL, TOOL_WORDS, 1, AT(move)},
    {"--create-simple-rule", NULL, TOOL_WORDS, 4, AT(simple_rule)},
    {"--create-replicated-rule", NULL, TOOL_WORDS, 3, AT(replicated_rule)},
    {"--remove-rule", NULL, TOOL_WORDS, 1, AT(remove_rule)},
    {"--device-class", NULL, TOOL_WORDS, 1, AT(device_class)},
    {"--reweight", NULL, TOOL_SWITCH, 0, AT(reweight)},
    {"--rebuild-class-roots", NULL, TOOL_SWITCH, 0, AT(rebuild_class_roots)},
    {"--reclassify", NULL, TOOL_SWITCH, 0, AT(reclassify)},
    {"--show-location", NULL, TOOL_NUMBER, 0, AT(show_location)},
    {"--tree", NULL, TOOL_SWITCH, 0, AT(tree)},
    {"--bucket-tree", NULL, TOOL_SWITCH, 0, AT(bucket_tree)},
    {"--bucket-name", NULL, TOOL_WORDS, 1, AT(bucket_name)},
    {"--dump", NULL, TOOL_SWITCH, 0, AT(dump)},
    {"--format", "-f", TOOL_WORDS, 1, AT(format)},
    {"--test", "-t", TOOL_SWITCH, 0, AT(test)},
    {"--compare", NULL, TOOL_WORDS, 1, AT(compare)},
    {"--show-mappings", NULL, TOOL_SWITCH, 0, AT(params.mappings)},
    {"--show-bad-mappings", NULL, TOOL_SWITCH, 0, AT(params.bad_mappings)},
    {"--show-statistics", NULL, TOOL_SWITCH, 0, AT(params.statistics)},
    {"--show-utilization", NULL, TOOL_SWITCH, 0, AT(params.utilization)},
    {"--show-utilization-all", NULL, TOOL_SWITCH, 0, AT(params.utilization_all)},
    {"--show-choose-tries", NULL, TOOL_SWITCH, 0, AT(params.tries)},
    {"--min-x", NULL, TOOL_NUMBER, 0, AT(params.min_x)},
    {"--max-x", NULL, TOOL_NUMBER, 0, AT(params.max_x)},
    {"--min-rule", NULL, TOOL_NUMBER, 0, AT(params.min_rule)},
    {"--max-rule", NULL, TOOL_NUMBER, 0, AT(params.max_rule)},
    {"--ruleset", NULL, TOOL_NUMBER, 0, AT(params.ruleset)},
    {"--num-rep", NULL, TOOL_NUMBER, 0, AT(params.replicas)},
    {"--pool-id", NULL, TOOL_NUMBER64, 0, AT(params.pool)},
};

/* Two words behind a flag that may be repeated. */
static int take_pair(struct string_map *pairs, struct tool_words *w, const char *flag, const char *first)
{
    const char *words[2];
    int r = tool_words_take(w, flag, first, 2, words);

    if (r == 0 && string_map_set(pairs, words[0], words[1]))
        tool_out_of_memory();
    return r;
}

/* A match, its class and its parent. */
static int take_reclassify_bucket(struct crush_reclassify *how, struct tool_words *w, const char *first)
{
    const char *words[3];
    int r = tool_words_take(w, "--reclassify-bucket", first, 3, words);

    if (r == 0 && (string_map_set(&how->match_classes, words[0], words[1]) ||
                   string_map_set(&how->match_parents, words[0], words[2])))
        tool_out_of_memory();
    return r;
}

static int take_weight(struct crushtool_request *q, struct tool_words *w, const char *device)
{
    struct crushtool_weight *weights;
    const char *words[2];
    int id, r = tool_words_take(w, "--weight", device, 2, words);
    float weight;

    if (r == 0)
        r = tool_words_int("--weight", device, &id);
    if (r)
        return r;
    weight = (float)atof(words[1]);
    weights = q->params.weights = tool_grow(q->params.weights, &q->params.weight_count, sizeof(*weights));
    weights[q->params.weight_count - 1] =
        (struct crushtool_weight){id, !(weight > 0) ? 0
                                      : weight >= 1 ? 0x10000
                                                    : (uint32_t)(weight * 65536.0f)};
    return 0;
}

/* --check takes a number if one follows. */
static void take_check(struct crushtool_request *q, struct tool_words *w)
{
    q->check = true;
    if (w->next < w->end && **w->next >= '0' && **w->next <= '9')
        q->check_max = atoi(*w->next++);
}

static int take_next(struct crushtool_request *q, struct tool_words *w)
{
    struct crushtool_test *t = &q->params;
    const char *value;
    int r;

    if (tool_words_value(w, "--decompile", &value) || tool_words_value(w, "-d", &value)) {
        q->decompile = true;
        return tool_words_take(w, "--decompile", value, 1, &q->in);
    }
    if (tool_words_value(w, "--compile", &value) || tool_words_value(w, "-c", &value)) {
        q->compile = true;
        return tool_words_take(w, "--compile", value, 1, &q->source);
    }
    if (tool_words_value(w, "--x", &value)) {
        r = tool_words_int("--x", value, &t->min_x);
        t->max_x = t->min_x;
        return r;
    }
    if (tool_words_value(w, "--rule", &value)) {
        r = tool_words_int("--rule", value, &t->min_rule);
        t->max_rule = t->min_rule;
        return r;
    }
    if (tool_words_flag(w, "--check")) {
        take_check(q, w);
        return 0;
    }
    if (tool_words_value(w, "--loc", &value))
        return take_pair(&q->loc, w, "--loc", value);
    if (tool_words_value(w, "--set-subtree-class", &value))
        return take_pair(&q->subtree_classes, w, "--set-subtree-class", value);
    if (tool_words_value(w, "--reclassify-root", &value))
        return take_pair(&q->reclassify_how.roots, w, "--reclassify-root", value);
    if (tool_words_value(w, "--reclassify-bucket", &value))
        return take_reclassify_bucket(&q->reclassify_how, w, value);
    if (tool_words_value(w, "--weight", &value) || tool_words_value(w, "-w", &value))
        return take_weight(q, w, value);
    if (tool_words_flag(w, "--enable-unsafe-tunables"))
        return 0;
    return tool_flags_take(w, flags, ARRAY_SIZE(flags), q);
}

/* Something that changes the map or shows something of it. */
static bool has_action(const struct crushtool_request *q)
{
    return q->check || q->compile || q->decompile || q->build || q->test || q->reweight || q->tree ||
           q->bucket_tree || q->subtree_classes.count || q->dump || q->rebuild_class_roots || q->reclassify ||
           q->compare || q->show_location >= 0 || q->choose_local_tries >= 0 ||
           q->choose_local_fallback_tries >= 0 || q->choose_total_tries >= 0 ||
           q->chooseleaf_descend_once >= 0 || q->chooseleaf_vary_r >= 0 || q->chooseleaf_stable >= 0 ||
           q->straw_calc_version >= 0 || q->allowed_bucket_algs >= 0 || q->add_item[0] || q->update_item[0] ||
           q->reweight_item[0] || q->remove_item[0] || q->add_bucket[0] || q->move[0] || q->simple_rule[0] ||
           q->replicated_rule[0] || q->remove_rule[0];
}

static int check_request(const struct crushtool_request *q)
{
    const struct crushtool_test *t = &q->params;

    if (q->decompile + q->compile + q->build > 1)
        return crushtool_error(1, "only one of --compile, --decompile and --build");
    if (!has_action(q))
        return crushtool_error(1, "nothing to do; -h tells what there is");
    if (q->layer_words && !q->build)
        return crushtool_error(1, "'%s' is no flag; -h tells which there are", q->layers[0]);
    if (q->build && (q->layer_words == 0 || q->layer_words % 3))
        return crushtool_error(1, "--build needs layers, each of a name, a kind of bucket and a size");
    if (q->bucket_tree && !q->bucket_name)
        return crushtool_error(1, "--bucket-tree needs a --bucket-name");
    if (q->test && !q->check && !q->compare && !t->mappings && !t->bad_mappings && !t->statistics &&
        !t->utilization && !t->utilization_all && !t->tries)
        fputs("crushtool: --test shows nothing without one of the --show flags\n", stderr);
    return 0;
}

static int take_all(struct crushtool_request *q, struct tool_words *w)
{
    bool more_flags = true;

    while (w->next < w->end) {
        int r = TOOL_NO_FLAG;

        if (more_flags && tool_words_flag(w, "--")) {
            more_flags = false;
            continue;
        }
        if (more_flags)
            r = take_next(q, w);
        if (r > 0)
            return r;
        if (r == 0)
            continue;
        q->layers = tool_grow(q->layers, &q->layer_words, sizeof(*q->layers));
        q->layers[q->layer_words - 1] = *w->next++;
    }
    return check_request(q);
}

int crushtool_parse(struct crushtool_request *q, int argc, char **argv)
{
    struct tool_words w = {argv + 1, argv + argc};

    *q = (struct crushtool_request){
        .choose_local_tries = -1,
        .choose_local_fallback_tries = -1,
        .choose_total_tries = -1,
        .chooseleaf_descend_once = -1,
        .chooseleaf_vary_r = -1,
        .chooseleaf_stable = -1,
        .straw_calc_version = -1,
        .allowed_bucket_algs = -1,
        .check_max = -1,
        .show_location = -1,
        .format = "json-pretty",
        .params = {.min_x = -1,
                   .max_x = -1,
                   .min_rule = -1,
                   .max_rule = -1,
                   .ruleset = -1,
                   .replicas = -1,
                   .pool = -1},
    };
    if (argc < 2)
        return crushtool_error(1, "nothing to do; -h tells what there is");
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-h") != 0 && strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "--version") != 0)
            continue;
        fputs(strcmp(argv[i], "--version") == 0 ? CEPH_VERSION_TEXT "\n" : usage, stdout);
        return CRUSHTOOL_DONE;
    }
    return take_all(q, &w);
}

void crushtool_request_destroy(struct crushtool_request *q)
{
    string_map_destroy(&q->loc);
    string_map_destroy(&q->subtree_classes);
    crush_reclassify_destroy(&q->reclassify_how);
    free(q->layers);
    free(q->params.weights);
}
