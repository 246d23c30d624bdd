/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keyring: entities with their keys and capabilities, and the files that hold them.
 *
 * A keyring file is INI text, a section per entity, as `ceph-authtool` writes it; an old binary form is read,
 * too. Entries are ordered by type, then by id; capabilities by service.
 *
 * Owner: init and destroy on the caller's storage; keys are zeroed. Threads: none of its own. Errors:
 * negative errno and, where there is an err, a malloc'ed line. No message ever holds a key. Format:
 * doc/cephx.md, "Keyrings".
 */
#ifndef CEPH_AUTH_KEYRING_H
#define CEPH_AUTH_KEYRING_H

#include <stdbool.h>
#include <sys/types.h>

#include "auth/crypto_key.h"
#include "common/strbuf.h"
#include "types/entity_name.h"
#include "types/string_list.h"

struct conf;

/* EntityAuth: what an entity is and may do. caps: service ("mon", "osd", ...) to text. */
struct keyring_entry {
    struct entity_id name;
    struct crypto_key key;
    struct string_map caps;
};

struct keyring {
    struct keyring_entry *entries;
    unsigned count, room;
};

void keyring_init(struct keyring *k);
void keyring_destroy(struct keyring *k);
int keyring_copy(struct keyring *to, const struct keyring *from) MUST_CHECK; /* inits to */

struct keyring_entry *keyring_find(const struct keyring *k, const struct entity_id *name);
/* The entry of that name, made without key and caps when there was none; NULL: no memory. */
struct keyring_entry *keyring_add(struct keyring *k, const struct entity_id *name);
bool keyring_remove(struct keyring *k, const struct entity_id *name);
/* Puts a copy of from in the place of what is there. */
int keyring_put(struct keyring *k, const struct keyring_entry *from) MUST_CHECK;
/* Everything of from, over what is there. */
int keyring_import(struct keyring *k, const struct keyring *from) MUST_CHECK;

/* ---- encodings ---- */

/* Adds what a keyring of either form holds; path is what messages call it. On failure k must be destroyed. */
int keyring_parse(struct keyring *k, const char *path, const void *data, size_t len, char **err) MUST_CHECK;
/* Text with keys: out should have been inited as secret. */
void keyring_print(const struct keyring *k, struct strbuf *out);
void keyring_entry_print(const struct keyring_entry *e, struct strbuf *out);

/* EntityAuth and the map of them. */
void keyring_entry_encode(const struct keyring_entry *e, struct encode *out); /* without the name */
void keyring_entry_decode(struct keyring_entry *e, struct decode *d); /* over key and caps; name is kept */
void keyring_encode(const struct keyring *k, struct encode *out);
void keyring_entry_destroy(struct keyring_entry *e);

/* ---- files ---- */

/* Reads a file of at most KEYRING_FILE_MAX bytes; a mode that lets others read it, or more than its owner
 * write it, is warned of in the log. */
#define KEYRING_FILE_MAX (4 << 20)
int keyring_read(struct keyring *k, const char *path, char **err) MUST_CHECK;
/* Replaces the file as a whole. mode 0: as the file has it; 0600 where there is none. */
int keyring_write(const struct keyring *k, const char *path, mode_t mode, char **err) MUST_CHECK;

/*
 * The key to authenticate with under this configuration: of `key`, else of `keyfile`, else of the first file
 * of `keyring` that can be read. -ENOENT: there is none, with a line that says where was looked.
 */
int keyring_find_key(const struct conf *conf, const struct entity_id *name, struct crypto_key *key,
                     char **err) MUST_CHECK;
/* The keyring itself, for what needs caps: k is initialized here. */
int keyring_load(const struct conf *conf, struct keyring *k, char **err) MUST_CHECK;

#endif
