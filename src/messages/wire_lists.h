/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_lists: what many payloads are made of: the prefix of messages to monitor services, lists and maps of
 * strings, maps from numbers to strings.
 *
 * Owner: everything inside is malloc'ed and goes with destroy; a zeroed struct is an empty one. Decoders
 * stick in the cursor; what they filled in by then is destroyed by the caller. Threads: none of its own.
 */
#ifndef CEPH_MESSAGES_WIRE_LISTS_H
#define CEPH_MESSAGES_WIRE_LISTS_H

#include <stdint.h>

#include "common/buffer.h"
#include "common/decode.h"
#include "common/encode.h"

/* version: the map epoch that the sender has, in acks the committed one, else 0. The rest is a constant of
 * old. */
struct paxos_prefix {
    uint64_t version;
    int16_t session_mon;
    uint64_t session_mon_tid;
};
#define PAXOS_PREFIX_INIT(v) ((struct paxos_prefix){.version = (v), .session_mon = -1})

void paxos_prefix_encode(const struct paxos_prefix *p, struct encode *e);
void paxos_prefix_decode(struct paxos_prefix *p, struct decode *d);

struct string_list {
    char **items;
    uint32_t count;
};

int string_list_push(struct string_list *l, const char *text) MUST_CHECK; /* a copy of text */
void string_list_encode(const struct string_list *l, struct encode *e);
void string_list_decode(struct string_list *l, struct decode *d);
void string_list_destroy(struct string_list *l);

struct string_pair {
    char *key, *value;
};

/* Sorted by key when it was built by string_map_set(); decoded ones keep the peer's order. */
struct string_map {
    struct string_pair *items;
    uint32_t count;
};

int string_map_set(struct string_map *m, const char *key, const char *value) MUST_CHECK; /* copies */
const char *string_map_find(const struct string_map *m, const char *key);                /* NULL: none */
void string_map_encode(const struct string_map *m, struct encode *e);
void string_map_decode(struct string_map *m, struct decode *d);
void string_map_destroy(struct string_map *m);

/* A blob {u32 length, bytes} as a slice of its own: a reference to parent's buffer where there is one, else a
 * copy. parent is what d reads. */
void slice_decode_blob(struct slice *s, struct decode *d, const struct slice *parent);
/* n bytes, the same way. */
void slice_decode_bytes(struct slice *s, size_t n, struct decode *d, const struct slice *parent);
/* A whole versioned struct, head included, not looked into. */
void slice_decode_struct(struct slice *s, struct decode *d, const struct slice *parent);
static inline void slice_encode_blob(const struct slice *s, struct encode *e)
{
    encode_blob(e, s->data, s->len);
}

#endif
