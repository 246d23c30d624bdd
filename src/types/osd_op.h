/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_op: Ceph's ceph_osd_op: one step of an operation on an object: 38 bytes of code, flags and arguments,
 * and the data that goes in and comes out.
 *
 * Arguments lie in a union of 28 bytes whose meaning depends on the code; they are kept as bytes and read by
 * osd_op_X(), written by osd_op_set_X(), so that what is not understood passes through unchanged. Pure.
 */
#ifndef CEPH_TYPES_OSD_OP_H
#define CEPH_TYPES_OSD_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/decode.h"
#include "common/encode.h"

#define OSD_OP_WIRE_LEN  38
#define OSD_OP_UNION_LEN 28

/* name, code */
#define OSD_OPS(X)               \
    X(READ, 0x1201)              \
    X(STAT, 0x1202)              \
    X(MAPEXT, 0x1203)            \
    X(SPARSE_READ, 0x1205)       \
    X(NOTIFY, 0x1206)            \
    X(NOTIFY_ACK, 0x1207)        \
    X(ASSERT_VER, 0x1208)        \
    X(LIST_WATCHERS, 0x1209)     \
    X(LIST_SNAPS, 0x120a)        \
    X(OMAPGETKEYS, 0x1211)       \
    X(OMAPGETVALS, 0x1212)       \
    X(OMAPGETHEADER, 0x1213)     \
    X(OMAPGETVALSBYKEYS, 0x1214) \
    X(OMAP_CMP, 0x1219)          \
    X(COPY_GET, 0x121e)          \
    X(CHECKSUM, 0x121f)          \
    X(CMPEXT, 0x1220)            \
    X(GETXATTR, 0x1301)          \
    X(GETXATTRS, 0x1302)         \
    X(CMPXATTR, 0x1303)          \
    X(CALL, 0x1401)              \
    X(PGLS, 0x1501)              \
    X(PGNLS, 0x1505)             \
    X(WRITE, 0x2201)             \
    X(WRITEFULL, 0x2202)         \
    X(TRUNCATE, 0x2203)          \
    X(ZERO, 0x2204)              \
    X(DELETE, 0x2205)            \
    X(APPEND, 0x2206)            \
    X(CREATE, 0x220d)            \
    X(ROLLBACK, 0x220e)          \
    X(WATCH, 0x220f)             \
    X(OMAPSETVALS, 0x2215)       \
    X(OMAPSETHEADER, 0x2216)     \
    X(OMAPCLEAR, 0x2217)         \
    X(OMAPRMKEYS, 0x2218)        \
    X(COPY_FROM, 0x221a)         \
    X(SETALLOCHINT, 0x2223)      \
    X(WRITESAME, 0x2226)         \
    X(OMAPRMKEYRANGE, 0x222c)    \
    X(COPY_FROM2, 0x222d)        \
    X(SETXATTR, 0x2301)          \
    X(RMXATTR, 0x2304)

enum osd_op_code {
#define X(name, code) OSD_OP_##name = code,
    OSD_OPS(X)
#undef X
};

const char *osd_op_name(uint16_t code); /* "writefull"; "???" */

/* Codes tell what they do: bit 12 reads, bit 13 writes. */
static inline bool osd_op_writes(uint16_t code)
{
    return code & 0x2000;
}

enum osd_op_flag {
    OSD_OP_FLAG_EXCL = 1,
    OSD_OP_FLAG_FAILOK = 2, /* the operation goes on although this step failed */
};

/* Of the whole operation (MOSDOp.flags). */
enum osd_flag {
    OSD_FLAG_ACK = 0x1,
    OSD_FLAG_ONDISK = 0x4,
    OSD_FLAG_READ = 0x10,
    OSD_FLAG_WRITE = 0x20,
    OSD_FLAG_ORDERSNAP = 0x40,
    OSD_FLAG_PGOP = 0x400,
    OSD_FLAG_RWORDERED = 0x4000,
    OSD_FLAG_IGNORE_OVERLAY = 0x20000,
    OSD_FLAG_FULL_TRY = 0x800000,
    OSD_FLAG_FULL_FORCE = 0x1000000,
    OSD_FLAG_KNOWN_REDIR = 0x400000,
};

enum osd_watch_op {
    OSD_WATCH_UNWATCH = 0,
    OSD_WATCH_LEGACY = 1,
    OSD_WATCH = 3,
    OSD_WATCH_RECONNECT = 5,
    OSD_WATCH_PING = 7
};

enum osd_copy_from_flag {
    OSD_COPY_FROM_FLUSH = 1,
    OSD_COPY_FROM_IGNORE_OVERLAY = 2,
    OSD_COPY_FROM_IGNORE_CACHE = 4,
    OSD_COPY_FROM_MAP_SNAP_CLONE = 8,
    OSD_COPY_FROM_RWORDERED = 16,
    OSD_COPY_FROM_TRUNCATE = 32, /* COPY_FROM2: the data ends with truncate_seq and truncate_size */
    OSD_COPY_FROM_FLAGS = 63,
};

enum osd_cmp_op { OSD_CMP_EQ = 1, OSD_CMP_NE, OSD_CMP_GT, OSD_CMP_GTE, OSD_CMP_LT, OSD_CMP_LTE };
enum osd_cmp_mode { OSD_CMP_STRING = 1, OSD_CMP_U64 = 2 };

struct osd_op {
    uint16_t code;
    uint32_t flags; /* enum osd_op_flag, and fadvise hints */
    uint8_t args[OSD_OP_UNION_LEN];

    struct slice in;       /* requests: what the client gave; a reference or borrowed */
    struct bufferlist out; /* replies */
    int32_t result;        /* replies */
};

struct osd_op_extent {
    uint64_t offset, length, truncate_size;
    uint32_t truncate_seq;
};
struct osd_op_xattr {
    uint32_t name_len, value_len;
    uint8_t cmp_op, cmp_mode;
};
struct osd_op_cls {
    uint8_t class_len, method_len, argc;
    uint32_t in_len;
};
struct osd_op_pgls {
    uint64_t count;
    uint32_t start_epoch;
};
struct osd_op_watch {
    uint64_t cookie, version;
    uint8_t op;
    uint32_t generation, timeout; /* seconds */
};
struct osd_op_alloc_hint {
    uint64_t object_size, write_size;
    uint32_t flags;
};
struct osd_op_writesame {
    uint64_t offset, length, data_length;
};
/* enum osd_copy_from_flag in flags; fadvise: hints for reading the source */
struct osd_op_copy_from {
    uint64_t snapid, version; /* of the source; 0: whatever version it has */
    uint8_t flags;
    uint32_t fadvise;
};
struct osd_op_checksum {
    uint64_t offset, length;
    uint32_t chunk_size;
    uint8_t type;
};

struct osd_op_extent osd_op_extent(const struct osd_op *op);
struct osd_op_xattr osd_op_xattr(const struct osd_op *op);
struct osd_op_cls osd_op_cls(const struct osd_op *op);
struct osd_op_pgls osd_op_pgls(const struct osd_op *op);
struct osd_op_watch osd_op_watch(const struct osd_op *op);
struct osd_op_alloc_hint osd_op_alloc_hint(const struct osd_op *op);
struct osd_op_writesame osd_op_writesame(const struct osd_op *op);
struct osd_op_checksum osd_op_checksum(const struct osd_op *op);
struct osd_op_copy_from osd_op_copy_from(const struct osd_op *op);
uint64_t osd_op_u64(const struct osd_op *op, unsigned index); /* snapid 0, assert_ver 1, notify cookie 0 */

void osd_op_set_extent(struct osd_op *op, struct osd_op_extent a);
void osd_op_set_xattr(struct osd_op *op, struct osd_op_xattr a);
void osd_op_set_cls(struct osd_op *op, struct osd_op_cls a);
void osd_op_set_pgls(struct osd_op *op, struct osd_op_pgls a);
void osd_op_set_watch(struct osd_op *op, struct osd_op_watch a);
void osd_op_set_alloc_hint(struct osd_op *op, struct osd_op_alloc_hint a);
void osd_op_set_writesame(struct osd_op *op, struct osd_op_writesame a);
void osd_op_set_checksum(struct osd_op *op, struct osd_op_checksum a);
void osd_op_set_copy_from(struct osd_op *op, struct osd_op_copy_from a);
void osd_op_set_u64(struct osd_op *op, unsigned index, uint64_t v);

/* The 38 bytes; payload_len is the length of the data that goes with them (in or out). */
void osd_op_encode(const struct osd_op *op, uint32_t payload_len, struct encode *e);
/* Inits op; *payload_len says how much data is its. */
void osd_op_decode(struct osd_op *op, uint32_t *payload_len, struct decode *d);
void osd_op_destroy(struct osd_op *op);

#endif
