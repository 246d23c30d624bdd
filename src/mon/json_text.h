/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json_text: text from outside as a JSON string. Pure. */
#ifndef CEPH_MON_JSON_TEXT_H
#define CEPH_MON_JSON_TEXT_H

#include <jansson.h>

struct formatter;

/* Bytes that are no UTF-8 become U+FFFD. A new reference; NULL: no memory. */
json_t *json_text(const char *text);

/* Writes a JSON tree piece by piece. */
void json_to_formatter(struct formatter *f, const char *name, const json_t *value);

#endif
