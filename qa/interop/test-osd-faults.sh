#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# test-librados-faults.sh with our OSD: what it acknowledged outlives kill -9, and what is sent again is not done again.
export faults_osd=ours
exec "${srcdir:-.}/qa/interop/test-librados-faults.sh"
