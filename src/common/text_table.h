/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text_table: columns of text as genuine Ceph's plain output has them: headings flush left over numbers flush
 * right, two blanks between columns, every cell padded. (libsmartcols aligns a heading as its column.)
 * Owner: init and destroy on the caller's storage. Threads: none of its own. Errors: out of memory sticks.
 */
#ifndef CEPH_COMMON_TEXT_TABLE_H
#define CEPH_COMMON_TEXT_TABLE_H

#include <stdbool.h>

#include "common/strbuf.h"

#define TEXT_TABLE_MAX_COLUMNS 28

struct text_table {
    char **cells; /* line after line, the headings first */
    unsigned columns, count, room;
    bool right[TEXT_TABLE_MAX_COLUMNS];
    bool failed;
};

/* Columns separated by '|'; the values of one whose name begins with '>' are set flush right. */
void text_table_init(struct text_table *t, const char *columns);
void text_table_destroy(struct text_table *t);

/* One line: as many cells as there are columns, copied. */
void text_table_row(struct text_table *t, const char *const *cells);

/* Appends the table, each line ended. -ENOMEM. */
int text_table_print(const struct text_table *t, struct strbuf *out) MUST_CHECK;

#endif
