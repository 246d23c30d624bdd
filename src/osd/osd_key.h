/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osd_key: the secret key that a new OSD makes for itself. */
#ifndef CEPH_OSD_OSD_KEY_H
#define CEPH_OSD_OSD_KEY_H

#include "common/conf.h"

/* Adds a random key to the keyring of the configuration, which is left alone when it has one already. Errors:
 * negative errno and a line. */
int osd_key_make(const struct conf *conf, char **err) MUST_CHECK;

#endif
