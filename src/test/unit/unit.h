/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unit: what every unit test includes first: cmocka with its prerequisites, and TAP output for automake. */
#ifndef CEPH_TEST_UNIT_UNIT_H
#define CEPH_TEST_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/compiler.h"

#define unit_run(name, tests) \
    (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests_name(name, tests, NULL, NULL))

#endif
