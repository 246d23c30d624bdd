/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a map holds: where a device is, the hierarchy, JSON; and whether something is wrong with it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/formatter.h"
#include "crush/crush_class.h"
#include "crush/crush_edit.h"
#include "crush/crush_format.h"
#include "crush/crush_tree.h"
#include "crush/crush_weight_sets.h"
#include "common/text_table.h"
#include "tools/crushtool.h"
#include "tools/tool_words.h"

static void show_location(const struct crush_map *m, int32_t id)
{
    const struct crush_bucket *b;
    struct string_map loc;

    string_map_init(&loc);
    for (; crush_names_find(&m->items, id) && (b = crush_edit_parent(m, id)); id = b->id) {
        const char *type = crush_names_find(&m->types, b->type), *name = crush_names_find(&m->items, b->id);
        if (type && name && !string_map_get(&loc, type) && string_map_set(&loc, type, name))
            tool_out_of_memory();
    }
    for (unsigned i = 0; i < loc.count; i++)
        printf("%s\t%s\n", loc.pairs[i].key, loc.pairs[i].value);
    string_map_destroy(&loc);
}

/* ---- tree ---- */

#define CELL_MAX 320

static void weight_cell(char cell[static CELL_MAX], uint32_t weight)
{
    double w = (double)((float)weight / 65536.0f);

    if (w < 0.00001)
        strcpy(cell, "0");
    else
        snprintf(cell, CELL_MAX, "%.5f", w);
}

/* What the item weighs in a weight set of its parent, or nothing. */
static void weight_set_cell(char cell[static CELL_MAX], const struct crush_choose_args *args,
                            const struct crush_tree_node *n)
{
    const struct crush_choose_arg *a = n->parent ? crush_weight_sets_of(args, n->parent) : NULL;

    *cell = '\0';
    if (a && n->place < a->positions[0].count)
        weight_cell(cell, a->positions[0].weights[n->place]);
}

static void name_cell(char cell[static CELL_MAX], const struct crush_map *m, const struct crush_tree_node *n)
{
    const struct crush_bucket *b = crush_map_bucket(m, n->id);
    const char *name = crush_names_find(&m->items, n->id),
               *type = b ? crush_names_find(&m->types, b->type) : NULL;

    if (n->id >= 0)
        snprintf(cell, CELL_MAX, "%*sosd.%d", (int)(4 * n->depth), "", n->id);
    else
        snprintf(cell, CELL_MAX, "%*s%s %s", (int)(4 * n->depth), "", type ? type : "", name ? name : "");
}

/* Weight sets that there is room for. */
static unsigned weight_sets(const struct crush_map *m)
{
    return m->choose_args_count < TEXT_TABLE_MAX_COLUMNS - 4 ? m->choose_args_count
                                                             : TEXT_TABLE_MAX_COLUMNS - 4;
}

static void start_table(struct text_table *t, const struct crush_map *m)
{
    struct strbuf columns = STRBUF_INIT;

    strbuf_add(&columns, ">ID|>CLASS|>WEIGHT");
    for (unsigned i = 0; i < weight_sets(m); i++)
        if (m->choose_args[i].key == -1)
            strbuf_add(&columns, "|>(compat)");
        else
            strbuf_printf(&columns, "|>%" PRId64, m->choose_args[i].key);
    strbuf_add(&columns, "|TYPE NAME");
    text_table_init(t, strbuf_text(&columns));
    strbuf_destroy(&columns);
}

static void add_row(struct text_table *t, const struct crush_map *m, const struct crush_tree_node *n)
{
    char cells[TEXT_TABLE_MAX_COLUMNS][CELL_MAX];
    const char *row[TEXT_TABLE_MAX_COLUMNS], *class = crush_class_of(m, n->id);
    unsigned count = 3 + weight_sets(m) + 1;

    snprintf(cells[0], CELL_MAX, "%d", n->id);
    snprintf(cells[1], CELL_MAX, "%s", class ? class : "");
    weight_cell(cells[2], n->weight);
    for (unsigned i = 0; i < weight_sets(m); i++)
        weight_set_cell(cells[3 + i], &m->choose_args[i], n);
    name_cell(cells[count - 1], m, n);
    for (unsigned i = 0; i < count; i++)
        row[i] = cells[i];
    text_table_row(t, row);
}

static void take_nodes(const struct crush_map *m, bool shadows, struct crush_tree_node **nodes,
                       unsigned *count)
{
    if (crush_tree_list(m, shadows, nodes, count))
        tool_out_of_memory();
}

static void show_tree(const struct crush_map *m)
{
    struct strbuf out = STRBUF_INIT;
    struct crush_tree_node *nodes;
    struct text_table t;
    unsigned count;

    take_nodes(m, true, &nodes, &count);
    start_table(&t, m);
    for (unsigned i = 0; i < count; i++)
        add_row(&t, m, &nodes[i]);
    free(nodes);
    if (text_table_print(&t, &out) || out.failed)
        tool_out_of_memory();
    fputs(strbuf_text(&out), stdout);
    strbuf_destroy(&out);
    text_table_destroy(&t);
}

/* Each device where it is. */
static void print_devices(const struct crush_map *m, int32_t id)
{
    const struct crush_bucket *b = crush_map_bucket(m, id);

    if (id >= 0)
        printf("osd.%d\n", id);
    for (uint32_t i = 0; b && i < b->size; i++)
        print_devices(m, b->items[i]);
}

static int show_bucket(const struct crush_map *m, const char *name)
{
    int32_t id;

    if (!crush_names_find_id(&m->items, name, &id))
        return crushtool_error(1, "there is no '%s'", name);
    print_devices(m, id);
    return 0;
}

/* ---- JSON ---- */

static int dump(const struct crush_map *m, const char *format)
{
    enum formatter_style style;
    struct formatter f;

    if (!formatter_style_parse(format, &style))
        return crushtool_error(1, "'%s' is neither json nor json-pretty", format);
    formatter_init(&f, style);
    formatter_open_object(&f, NULL);
    crush_map_format(m, &f);
    formatter_close(&f);
    printf("%s\n", formatter_text(&f));
    formatter_destroy(&f);
    return 0;
}

/* ---- checks ---- */

static bool is_of(const struct crush_rule *rule, unsigned ruleset, unsigned type, unsigned size)
{
    return rule->exists && rule->ruleset == ruleset && rule->type == type && rule->min_size <= size &&
           rule->max_size >= size;
}

/* The names of all rules that a pool could mean, joined; NULL: at most one. */
static char *rules_for(const struct crush_map *m, unsigned ruleset, unsigned type, unsigned size)
{
    struct string_list names;
    char *text = NULL;

    string_list_init(&names);
    for (uint32_t i = 0; i < m->max_rules; i++) {
        const char *name = crush_names_find(&m->rule_names, (int32_t)i);
        char plain[24];
        snprintf(plain, sizeof(plain), "rule%u", i);
        if (is_of(&m->rules[i], ruleset, type, size) && string_list_insert(&names, name ? name : plain))
            tool_out_of_memory();
    }
    if (names.count > 1)
        text = string_list_join(&names, ", ");
    string_list_destroy(&names);
    return text;
}

static void check_ruleset(const struct crush_map *m, unsigned ruleset, unsigned type)
{
    char *last = NULL;

    for (unsigned size = 0; size <= UINT8_MAX; size++) {
        char *names = rules_for(m, ruleset, type, size);
        if (names && !(last && strcmp(names, last) == 0))
            printf("overlapped rules in ruleset %u: %s\n", ruleset, names);
        free(last);
        last = names;
    }
    free(last);
}

/* Rules of one number for the same sizes: which one a pool gets is a matter of chance. */
static void check_overlaps(const struct crush_map *m)
{
    bool seen[UINT8_MAX + 1][UINT8_MAX + 1] = {{false}};

    for (uint32_t i = 0; i < m->max_rules; i++)
        if (m->rules[i].exists)
            seen[m->rules[i].ruleset][m->rules[i].type] = true;
    for (unsigned ruleset = 0; ruleset <= UINT8_MAX; ruleset++)
        for (unsigned type = 0; type <= UINT8_MAX; type++)
            if (seen[ruleset][type])
                check_ruleset(m, ruleset, type);
}

/* What is wrong with an item, or NULL. */
static const char *fault_of(const struct crush_map *m, int32_t id, int max_id)
{
    const struct crush_bucket *b = crush_map_bucket(m, id);

    if (id < 0 && !crush_names_find(&m->items, id))
        return "unknown item name";
    if (id >= 0 && max_id > 0 && id >= max_id)
        return "item id too large";
    return crush_names_find(&m->types, b ? b->type : 0) ? NULL : "unknown type name";
}

static int check_names(const struct crush_map *m, int max_id)
{
    struct crush_tree_node *nodes;
    const char *fault = NULL;
    int32_t id = 0;
    unsigned count;

    take_nodes(m, false, &nodes, &count);
    for (unsigned i = 0; !fault && i < count; i++) {
        id = nodes[i].id;
        fault = fault_of(m, id, max_id);
    }
    free(nodes);
    if (!fault && !crush_names_find(&m->types, 0)) {
        id = 0; /* for devices that are in no bucket */
        fault = "unknown type name";
    }
    if (fault)
        printf("%s: item#%d\n", fault, id);
    return fault ? 1 : 0;
}

int crushtool_show(const struct crushtool_request *q, const struct crush_map *m)
{
    int r = 0;

    if (q->show_location >= 0)
        show_location(m, q->show_location);
    if (q->tree)
        show_tree(m);
    if (q->bucket_tree)
        r = show_bucket(m, q->bucket_name);
    if (r == 0 && q->dump)
        r = dump(m, q->format);
    return r;
}

int crushtool_check(const struct crushtool_request *q, const struct crush_map *m)
{
    check_overlaps(m);
    return q->check_max >= 0 ? check_names(m, q->check_max) : 0;
}
