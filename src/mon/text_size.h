/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text_size: amounts in few characters, as genuine Ceph prints them: "879 KiB", "2.0 GiB", "1.21k". */
#ifndef CEPH_MON_TEXT_SIZE_H
#define CEPH_MON_TEXT_SIZE_H

#include <stdint.h>

#define TEXT_SIZE_MAX 24

const char *text_size_bytes(char buf[static TEXT_SIZE_MAX], uint64_t bytes);
const char *text_size_count(char buf[static TEXT_SIZE_MAX], uint64_t count);

#endif
