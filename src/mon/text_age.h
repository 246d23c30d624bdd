/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text_age: how long ago, as status lines have it: "59s", "3m", "2d". */
#ifndef CEPH_MON_TEXT_AGE_H
#define CEPH_MON_TEXT_AGE_H

#include <stdint.h>

#define TEXT_AGE_MAX 24

const char *text_age(char buf[static TEXT_AGE_MAX], uint64_t seconds);
/* Since a time in seconds since 1970. */
const char *text_age_since(char buf[static TEXT_AGE_MAX], uint64_t since);

#endif
