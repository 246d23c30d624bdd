/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz: what each fuzz target has: one function that takes any bytes and returns 0, under libFuzzer or under
 * the replay driver. It must not keep anything from one call to the next.
 */
#ifndef CEPH_TEST_FUZZ_FUZZ_H
#define CEPH_TEST_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
