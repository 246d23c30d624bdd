/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* osdmap_internal: what the codecs of full and incremental maps share. */
#ifndef CEPH_MAPS_OSDMAP_INTERNAL_H
#define CEPH_MAPS_OSDMAP_INTERNAL_H

#include "maps/osdmap.h"
#include "types/bit_names.h"

#define OSD_INFO_WIRE_LEN 25

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

/* For what prints and dumps. */
extern const struct bit_names osdmap_flag_names, osd_state_names;
/* The name of the snapshot that this epoch is, or "". */
const char *osdmap_cluster_snapshot(const struct osdmap *m);
uint8_t osdmap_min_compat_client(const struct osdmap *m);

#endif
