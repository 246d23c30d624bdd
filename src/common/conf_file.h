/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conf_file: the text of a ceph.conf as sections of keys and values.
 *
 * Keys have their blanks and '-' turned into '_'. Of several values of one key in one section the last one
 * counts; sections of the same name are one. Nothing is expanded here. `#` and `;` start a comment unless
 * escaped by a backslash; a backslash at the end of a line continues it; values may stand in quotes.
 * Owner: the caller inits and destroys it. Threads: none of its own.
 * Errors: -EINVAL and a message "FILE:LINE: ..."; -ENOENT and the like from reading; -EFBIG; -ENOMEM.
 */
#ifndef CEPH_COMMON_CONF_FILE_H
#define CEPH_COMMON_CONF_FILE_H

#include <stddef.h>

#include "common/compiler.h"

struct conf_file_entry {
    char *key, *value;
    unsigned line;
};

struct conf_file_section {
    char *name;
    struct conf_file_entry *entries;
    size_t count, room;
};

struct conf_file {
    char *path; /* as messages name it */
    struct conf_file_section *sections;
    size_t count, room;
};

void conf_file_init(struct conf_file *f);
void conf_file_destroy(struct conf_file *f);

/* Parses len bytes of text; messages call it by the name path. f is empty before; on failure it must be
 * destroyed as well. */
int conf_file_parse(struct conf_file *f, const char *path, const char *text, size_t len,
                    char **err) MUST_CHECK;

/* Reads and parses a file of at most 16 MiB. */
int conf_file_read(struct conf_file *f, const char *path, char **err) MUST_CHECK;

const struct conf_file_section *conf_file_section(const struct conf_file *f, const char *name);

/* The entry of key (blanks and '-' are fine) in that section, or NULL. section may be NULL. */
const struct conf_file_entry *conf_file_entry(const struct conf_file_section *section, const char *key);

/* Turns blanks and '-' of a key into '_', in place. */
void conf_key_normalize(char *key);

#endif
