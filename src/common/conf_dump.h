/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conf_dump: the configuration in the shapes of genuine Ceph's `config show`, `config diff`, `config help`
 * and
 * --show-config. Options come in the order of their names. Threads: any. */
#ifndef CEPH_COMMON_CONF_DUMP_H
#define CEPH_COMMON_CONF_DUMP_H

#include "common/conf.h"
#include "common/formatter.h"

/* All options in the order of their names. */
void conf_sorted(enum option_id out[static OPT_COUNT]);

/* One object: name, cluster, then every option as text. */
/* conf_str(), but for secrets: a word in the place of one. */
char *conf_shown(const struct conf *c, enum option_id id);

void conf_show(const struct conf *c, struct formatter *f);

/* The same as lines "name = value". */
void conf_show_plain(const struct conf *c, struct strbuf *out);

/* Inside an object: for each option that anybody has set (or only the one named), what each source says and
 * what counts. */
void conf_diff(const struct conf *c, struct formatter *f, enum option_id only);

/* What there is to know of an option, as one object. */
void option_describe(enum option_id id, struct formatter *f, const char *name);

#endif
