/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmap_internal: what the codecs of full and incremental maps share. */
#ifndef CEPH_MAPS_OSDMAP_INTERNAL_H
#define CEPH_MAPS_OSDMAP_INTERNAL_H

#include "include/ceph_features.h"
#include "maps/osdmap.h"
#include "types/bit_names.h"

#define OSD_INFO_WIRE_LEN 25

/* The form of every address in a map. */
#define OSDMAP_ADDR_FEATURES (CEPH_FEATURE_MSG_ADDR2 | CEPH_FEATURE_SERVER_NAUTILUS)

/* count zeroed elements, or NULL for none and on failure (*count is 0 then): what is NULL has nothing to
 * read. */
void *osdmap_take_array(struct decode *d, unsigned *count, size_t size);
/* Reads a crc, which covers everything but itself: from start to here, and what newer versions put behind it.
 */
void osdmap_check_crc(const uint8_t *start, struct decode *body);

void osd_info_encode(const struct osd_info *i, struct encode *e);
void osd_info_decode(struct osd_info *i, struct decode *d);
void osd_xinfo_encode(const struct osd_xinfo *x, struct encode *e);
void osd_xinfo_decode(struct osd_xinfo *x, struct decode *d);

/* Maps from a placement group to OSDs; with width 2 each element is a pair. Decoding gives a new array, also
 * after a failure. */
void osdmap_pg_osds_encode(const struct osdmap_pg_osds *list, unsigned count, unsigned width,
                           struct encode *e);
struct osdmap_pg_osds *osdmap_pg_osds_decode(unsigned *count, unsigned width, struct decode *d);

void osdmap_pool_snaps_encode(const struct osdmap_pool_snaps *list, unsigned count, struct encode *e);
struct osdmap_pool_snaps *osdmap_pool_snaps_decode(unsigned *count, struct decode *d);

void osdmap_blocklist_encode(const struct osdmap_blocked *list, unsigned count, struct encode *e);
struct osdmap_blocked *osdmap_blocklist_decode(unsigned *count, struct decode *d);
void osdmap_flags_of_encode(const struct osdmap_flags_of *list, unsigned count, struct encode *e);
struct osdmap_flags_of *osdmap_flags_of_decode(unsigned *count, struct decode *d);
void osdmap_profiles_encode(const struct osdmap_profile *list, unsigned count, struct encode *e);
struct osdmap_profile *osdmap_profiles_decode(unsigned *count, struct decode *d);
void osdmap_primaries_encode(const struct osdmap_pg_primary *list, unsigned count, struct encode *e);
struct osdmap_pg_primary *osdmap_primaries_decode(unsigned *count, struct decode *d);

/* Freeing what an array holds, and it. */
void osdmap_pg_osds_free(struct osdmap_pg_osds *list, unsigned count);
void osdmap_pool_snaps_free(struct osdmap_pool_snaps *list, unsigned count);
void osdmap_profiles_free(struct osdmap_profile *list, unsigned count);
void osdmap_pools_free(struct osdmap_pool *list, unsigned count);

/* For what prints and dumps. */
extern const struct bit_names osdmap_flag_names, osd_state_names;
/* The name of the snapshot that this epoch is, or "". */
const char *osdmap_cluster_snapshot(const struct osdmap *m);
uint8_t osdmap_min_compat_client(const struct osdmap *m);

#endif
