/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compiler: attributes that the whole tree uses. */
#ifndef CEPH_COMMON_COMPILER_H
#define CEPH_COMMON_COMPILER_H

#include <stddef.h>

#define MUST_CHECK          __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, a) __attribute__((format(printf, fmt, a)))
#define UNUSED              __attribute__((unused))
#define LIKELY(x)           __builtin_expect(!!(x), 1)
#define UNLIKELY(x)         __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)                 (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, memb) ((type *)((char *)(ptr)-offsetof(type, memb)))

#endif
