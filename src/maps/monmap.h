/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * monmap: who the monitors of a cluster are, where they listen, and what they require of each other.
 *
 * Owner: the storage is the caller's; init (or a successful decode or copy) before use, destroy after.
 * Threads: none of its own. Errors: negative errno. Pure; building from host names asks the resolver.
 * See: src/test/unit/maps/test_monmap.c, doc/man/monmaptool.8.
 */
#ifndef CEPH_MAPS_MONMAP_H
#define CEPH_MAPS_MONMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/decode.h"
#include "common/encode.h"
#include "common/formatter_json.h"
#include "types/entity_addr.h"
#include "types/fsid.h"
#include "types/string_list.h"
#include "types/utime.h"

#define MONMAP_MAX_MONS 1024 /* that we accept from outside */

#define MON_PORT    6789 /* v1 and rdma */
#define MON_PORT_V2 3300

enum mon_election_strategy {
    MON_ELECTION_CLASSIC = 1,
    MON_ELECTION_DISALLOW = 2,
    MON_ELECTION_CONNECTIVITY = 3,
};

struct mon_info {
    char *name; /* "a" of mon.a */
    struct entity_addrvec addrs;
    uint16_t priority, weight;
    struct string_map crush_loc;
};

struct monmap {
    struct fsid fsid;
    uint32_t epoch;
    struct utime last_changed, created;
    uint64_t persistent_features, optional_features; /* MON_FEATURE_* */
    struct mon_info *mons;                           /* the index is the rank */
    unsigned count;
    uint8_t min_mon_release; /* enum ceph_release */
    uint32_t *removed_ranks; /* ascending */
    unsigned removed_rank_count;
    uint8_t strategy; /* enum mon_election_strategy */
    struct string_list disallowed_leaders;
    bool stretch_mode;
    char *tiebreaker; /* NULL: none */
    struct string_list stretch_marked_down;
};

void monmap_init(struct monmap *m); /* no monitors, epoch 0, classic strategy */
void monmap_destroy(struct monmap *m);
int monmap_copy(struct monmap *to, const struct monmap *from) MUST_CHECK; /* inits to */

/* Ranks, or -ENOENT. An address is a monitor's when any of the monitor's equals it. */
int monmap_find(const struct monmap *m, const char *name);
int monmap_find_addr(const struct monmap *m, const struct entity_addr *addr);

/*
 * Adds a monitor with copies of name and addrs. A map that requires nautilus appends it; an older one keeps
 * its ranks in the order of the addresses. -EEXIST: the name is there.
 */
int monmap_add(struct monmap *m, const char *name, const struct entity_addrvec *addrs) MUST_CHECK;
/* Removes it and notes its rank as removed. -ENOENT. */
int monmap_remove(struct monmap *m, const char *name) MUST_CHECK;
/* Gives rank r another name; -EEXIST: the name is there. */
int monmap_rename(struct monmap *m, unsigned r, const char *name) MUST_CHECK;
int monmap_set_addrs(struct monmap *m, unsigned r, const struct entity_addrvec *addrs) MUST_CHECK;

static inline uint64_t monmap_required_features(const struct monmap *m)
{
    return m->persistent_features | m->optional_features;
}

/*
 * What a peer with these features takes: {9,6} with SERVER_NAUTILUS; before it {5,3} with one address each;
 * without MONENC or MONNAMES the bare first version. A form with one address has the v1 one; without ADDR2
 * what has no v1 address is blank there.
 */
void monmap_encode(const struct monmap *m, uint64_t features, struct encode *e);
/* All versions, 1 to 9. Inits m; after a failure there is nothing to destroy. The cursor stands behind it. */
int monmap_decode(struct monmap *m, struct decode *d) MUST_CHECK;

/* The lines of monmaptool --print and of a plain `mon dump`. */
void monmap_print(const struct monmap *m, FILE *out);
/* The members of `mon dump -f json` but "quorum", into the object that is open. */
void monmap_format(const struct monmap *m, struct formatter *f);
/* The object as a tree; a new reference, NULL: no memory. */
json_t *monmap_dump(const struct monmap *m);

/*
 * How text without a type prefix becomes addresses: one address for each of these types (ms_type says which;
 * at most 4, at least 1). The port 3300 without a prefix means v2, as it does everywhere in Ceph.
 */
struct monmap_defaults {
    uint32_t types[4];
    unsigned count;
    bool resolve; /* ask the resolver about names */
};

/* Those of a value of ms_type, such as "rsockets,simple"; without any that is known, v1. Sets no resolving.
 */
void monmap_defaults_init(struct monmap_defaults *d, const char *ms_type);

/*
 * Reads "ip", "ip:port", "type:ip:port", "host:port" or a list of addresses in brackets into v (which it
 * inits): without a port the monitor's own. On -EINVAL err says what and where; -ENOENT: the name is unknown.
 */
int monmap_parse_addrs(struct entity_addrvec *v, const char *text, const struct monmap_defaults *defaults,
                       char *err, size_t err_size) MUST_CHECK;

/*
 * Adds the monitors of mon_host: such addresses, separated by commas, semicolons or spaces, as mon.noname-a
 * and so on. A name with several IP addresses gives one monitor for each.
 */
int monmap_add_mon_host(struct monmap *m, const char *mon_host, const struct monmap_defaults *defaults,
                        char *err, size_t err_size) MUST_CHECK;

/*
 * Makes mon_initial_members the only monitors: others go (their addresses into *removed, a list of texts in
 * the order of the texts, which it inits), and missing ones come in with a blank address.
 */
int monmap_set_initial_members(struct monmap *m, const struct string_list *names,
                               struct string_list *removed) MUST_CHECK;

#endif
