/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test/unit/msg/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"

static void vector_path(char *path, size_t size, const char *name)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, size, "%s/src/test/vectors/msgr/%s", srcdir ? srcdir : ".", name);
}

json_t *capture_index(void)
{
    char path[4096];
    json_error_t error;
    json_t *index;

    vector_path(path, sizeof(path), "index.json");
    index = json_load_file(path, 0, &error);
    if (!index)
        fail_msg("%s: %s", path, error.text);
    return index;
}

static void read_stream(struct capture *c, enum capture_dir dir)
{
    char file[256], path[4096];
    FILE *f;
    long size;

    snprintf(file, sizeof(file), "%s.%s.bin", c->name, dir == CAPTURE_C2S ? "c2s" : "s2c");
    vector_path(path, sizeof(path), file);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be opened", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    size = ftell(f);
    rewind(f);
    c->len[dir] = (size_t)size;
    c->bytes[dir] = malloc(c->len[dir]);
    assert_non_null(c->bytes[dir]);
    assert_int_equal(fread(c->bytes[dir], 1, c->len[dir], f), c->len[dir]);
    fclose(f);
}

void capture_open(struct capture *c, const char *name, json_t *session)
{
    memset(c, 0, sizeof(*c));
    c->name = name;
    c->session = session;
    c->features = capture_u64(session, "features");
    read_stream(c, CAPTURE_C2S);
    read_stream(c, CAPTURE_S2C);
}

void capture_close(struct capture *c)
{
    free(c->bytes[0]);
    free(c->bytes[1]);
}

const json_t *capture_next(const struct capture *c, enum capture_dir dir, const char *prefix, size_t *at)
{
    const json_t *frames = json_object_get(c->session, "frames");
    const char *want = dir == CAPTURE_C2S ? "c2s" : "s2c";

    while (*at < json_array_size(frames)) {
        const json_t *frame = json_array_get(frames, (*at)++);
        if (strcmp(capture_text(frame, "dir"), want) == 0 &&
            strncmp(capture_text(frame, "kind"), prefix, strlen(prefix)) == 0)
            return frame;
    }
    return NULL;
}

static bool is_handshake(const char *kind)
{
    static const char *const kinds[] = {"banner", "addr",      "connect", "authorizer",
                                        "reply",  "challenge", "acceptor"};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strncmp(kind, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

size_t capture_handshake_len(const struct capture *c, enum capture_dir dir)
{
    const json_t *frame;
    size_t at = 0, end = 0;

    while ((frame = capture_next(c, dir, "", &at)))
        if (is_handshake(capture_text(frame, "kind")))
            end = capture_u64(frame, "off") + capture_frame_len(frame);
    return end;
}

uint64_t capture_u64(const json_t *frame, const char *key)
{
    const json_t *v = json_object_get(frame, key);

    return json_is_string(v) ? strtoull(json_string_value(v), NULL, 16) : (uint64_t)json_integer_value(v);
}

const char *capture_text(const json_t *frame, const char *key)
{
    const char *s = json_string_value(json_object_get(frame, key));

    assert_non_null(s);
    return s;
}

const uint8_t *capture_bytes(const struct capture *c, const json_t *frame)
{
    enum capture_dir dir = strcmp(capture_text(frame, "dir"), "c2s") == 0 ? CAPTURE_C2S : CAPTURE_S2C;

    return c->bytes[dir] + capture_u64(frame, "off");
}

size_t capture_frame_len(const json_t *frame)
{
    return capture_u64(frame, "len");
}

size_t capture_piece(unsigned *cut, size_t left)
{
    size_t n = left;

    if (*cut == 1) {
        n = 1;
    } else if (*cut > 1) {
        n = 1 + (size_t)rand_r(cut) % 97;
        *cut += 2; /* never becomes one of the two special values */
    }
    return n < left ? n : left;
}
