/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/text_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes the text. */
static void add_cell(struct text_table *t, char *text)
{
    if (t->count == t->room) {
        unsigned room = t->room ? 2 * t->room : 32;
        char **more = reallocarray(t->cells, room, sizeof(*more));
        if (!more) {
            t->failed = true;
            free(text);
            return;
        }
        t->cells = more;
        t->room = room;
    }
    t->failed |= !text;
    t->cells[t->count++] = text;
}

void text_table_init(struct text_table *t, const char *columns)
{
    memset(t, 0, sizeof(*t));
    for (const char *p = columns;; p++) {
        size_t len;
        t->right[t->columns] = *p == '>';
        p += *p == '>';
        len = strcspn(p, "|");
        add_cell(t, strndup(p, len));
        t->columns++;
        p += len;
        if (!*p || t->columns == TEXT_TABLE_MAX_COLUMNS)
            return;
    }
}

void text_table_destroy(struct text_table *t)
{
    for (unsigned i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
}

void text_table_row(struct text_table *t, const char *const *cells)
{
    for (unsigned i = 0; i < t->columns; i++)
        add_cell(t, strdup(cells[i]));
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

int text_table_print(const struct text_table *t, struct strbuf *out)
{
    size_t widths[TEXT_TABLE_MAX_COLUMNS] = {0};

    if (t->failed)
        return -ENOMEM;
    for (unsigned i = 0; i < t->count; i++) {
        size_t w = width_of(t->cells[i]);
        if (w > widths[i % t->columns])
            widths[i % t->columns] = w;
    }
    for (unsigned i = 0; i < t->count; i++) {
        unsigned column = i % t->columns;
        size_t blanks = widths[column] - width_of(t->cells[i]);
        bool right = t->right[column] && i >= t->columns;
        if (column)
            strbuf_add(out, "  ");
        if (right)
            strbuf_pad(out, ' ', blanks);
        strbuf_add(out, t->cells[i]);
        if (!right)
            strbuf_pad(out, ' ', blanks);
        if (column == t->columns - 1)
            strbuf_addc(out, '\n');
    }
    return out->failed ? -ENOMEM : 0;
}
