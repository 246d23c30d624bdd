/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version: what the programs say they are. The release is the genuine Ceph release whose encodings, commands
 * and defaults they follow.
 */
#ifndef CEPH_COMMON_VERSION_H
#define CEPH_COMMON_VERSION_H

#define CEPH_VERSION      PACKAGE_VERSION
#define CEPH_RELEASE      "pacific"
#define CEPH_RELEASE_TYPE "dev"
#define CEPH_GIT_VERSION  GIT_VERSION

/* One line, as `--version` and daemons' metadata have it. */
#define CEPH_VERSION_TEXT \
    "ceph version " CEPH_VERSION "-rsockets (" CEPH_GIT_VERSION ") " CEPH_RELEASE " (" CEPH_RELEASE_TYPE ")"

#endif
