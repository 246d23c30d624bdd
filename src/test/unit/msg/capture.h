/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* capture: one recorded session of src/test/vectors/msgr: both byte streams and what index.json says of them.
 */
#ifndef CEPH_TEST_UNIT_MSG_CAPTURE_H
#define CEPH_TEST_UNIT_MSG_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum capture_dir { CAPTURE_C2S, CAPTURE_S2C };

struct capture {
    const char *name;
    json_t *session;
    uint64_t features; /* negotiated */
    uint8_t *bytes[2]; /* by direction */
    size_t len[2];
};

/* The whole index, by session name; the test fails when it cannot be read. json_decref() it. */
json_t *capture_index(void);
void capture_open(struct capture *c, const char *name, json_t *session);
void capture_close(struct capture *c);

/*
 * The next frame of that direction whose kind begins with prefix, from *at on; *at moves behind it. NULL: no
 * more.
 */
const json_t *capture_next(const struct capture *c, enum capture_dir dir, const char *prefix, size_t *at);
/* Where the bytes of the open session begin. */
size_t capture_handshake_len(const struct capture *c, enum capture_dir dir);

uint64_t capture_u64(const json_t *frame, const char *key); /* also of hex text; 0 where there is none */
const char *capture_text(const json_t *frame, const char *key);
const uint8_t *capture_bytes(const struct capture *c, const json_t *frame);
size_t capture_frame_len(const json_t *frame);

/* How a stream is cut into pieces: 0 in one piece, 1 byte by byte, else random pieces from this seed. */
size_t capture_piece(unsigned *cut, size_t left);

#endif
