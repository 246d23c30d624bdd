/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * formatter: writes JSON piece by piece, laid out as genuine Ceph's `-f json` and `-f json-pretty`.
 *
 * Every value has a name inside an object and none (NULL) inside an array or at the top. Names and strings
 * may hold anything: they are escaped, and bytes that are no UTF-8 become U+FFFD. Numbers are exact, doubles
 * have the 17 digits that bring them back; what is not finite becomes null. Owner: init and destroy on the
 * caller's storage. Threads: none of its own. Errors: out of memory sticks.
 */
#ifndef CEPH_COMMON_FORMATTER_H
#define CEPH_COMMON_FORMATTER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/strbuf.h"

enum formatter_style {
    FORMATTER_JSON,        /* one line, no blanks, no newline at the end */
    FORMATTER_JSON_PRETTY, /* indented by four, newline at the end */
};

#define FORMATTER_DEPTH 64 /* objects and arrays inside each other; more is a bug and aborts */

struct formatter {
    /* private */
    struct strbuf out;
    enum formatter_style style;
    unsigned depth;
    uint64_t arrays; /* bit d: the d-th open section is an array */
    bool has_members;
};

void formatter_init(struct formatter *f, enum formatter_style style);
void formatter_destroy(struct formatter *f);

/* Reads "json" or "json-pretty"; false for anything else, and *style is left alone. */
bool formatter_style_parse(const char *name, enum formatter_style *style);

void formatter_open_object(struct formatter *f, const char *name);
void formatter_open_array(struct formatter *f, const char *name);
void formatter_close(struct formatter *f); /* the innermost object or array */

void formatter_string(struct formatter *f, const char *name, const char *value);
void formatter_stringn(struct formatter *f, const char *name, const char *value, size_t len);
void formatter_printf(struct formatter *f, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4); /* a string */
void formatter_int(struct formatter *f, const char *name, int64_t value);
void formatter_uint(struct formatter *f, const char *name, uint64_t value);
void formatter_double(struct formatter *f, const char *name, double value);
void formatter_bool(struct formatter *f, const char *name, bool value);
void formatter_null(struct formatter *f, const char *name);
/* A value in JSON already, such as a number with a fixed count of digits. */
void formatter_raw(struct formatter *f, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* What was written so far, borrowed; everything that was opened should be closed. */
const char *formatter_text(const struct formatter *f);
/* Hands it over (free() it) and starts afresh; NULL when out of memory. */
char *formatter_steal(struct formatter *f);

#endif
