/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crush_text: words that a map's text has both ways. */
#ifndef CEPH_CRUSH_CRUSH_TEXT_H
#define CEPH_CRUSH_CRUSH_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* "set_choose_tries" and so on, of an enum crush_op; NULL: the step sets nothing. */
const char *crush_set_step_name(uint32_t op);
/* The other way; false: no such step. */
bool crush_set_step_parse(const char *name, uint32_t *op);

#endif
