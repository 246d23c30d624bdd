/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The class "hello", with which people try whether classes work. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "osd/class_call.h"

enum { NAME_MAX_LEN = 100, SPEECH_MAX = 1100 };

static void greet(const struct class_call *k, struct encode *e)
{
    static const char world[] = "world";

    encode_bytes(e, "Hello, ", 7);
    if (k->in.len)
        encode_bytes(e, k->in.data, k->in.len);
    else
        encode_bytes(e, world, sizeof(world) - 1);
    encode_bytes(e, "!", 1);
}

/* An attribute with "client.4123 v1:192.0.2.1:0/123". */
static int sign(struct class_call *k, const char *attr)
{
    char name[ENTITY_NAME_MAX], addr[ENTITY_ADDR_TEXT_MAX], text[ENTITY_NAME_MAX + ENTITY_ADDR_TEXT_MAX];
    struct entity_name who = class_caller(k);
    struct entity_addr from = class_caller_addr(k);
    struct encode e;
    int n;

    n = snprintf(text, sizeof(text), "%s %s", entity_name_print(&who, name), entity_addr_print(&from, addr));
    encode_init(&e);
    encode_bytes(&e, text, (size_t)n);
    return class_setattr(k, attr, &e);
}

static int say_hello(struct class_call *k)
{
    if (k->in.len > NAME_MAX_LEN)
        return -EINVAL;
    greet(k, &k->out);
    return 0;
}

static int record_hello(struct class_call *k)
{
    struct encode e;
    uint64_t size;
    int r;

    if (k->in.len > NAME_MAX_LEN)
        return -EINVAL;
    if (class_stat(k, &size) == 0)
        return -EEXIST;
    encode_init(&e);
    greet(k, &e);
    r = encode_error(&e) ? -ENOMEM : class_write_full(k, e.data, e.len);
    encode_destroy(&e);
    return r ? r : sign(k, "said_by");
}

static int replay(struct class_call *k)
{
    struct slice text;
    int r = class_read(k, 0, SPEECH_MAX, &text);

    if (r)
        return r;
    encode_bytes(&k->out, text.data, text.len);
    slice_put(&text);
    return 0;
}

static int turn_it_to_11(struct class_call *k)
{
    struct slice text;
    char *loud;
    int r;

    if (k->in.len)
        return -EINVAL;
    r = class_read(k, 0, SPEECH_MAX, &text);
    if (r)
        return r;
    loud = malloc(text.len + 1);
    for (size_t i = 0; loud && i < text.len; i++)
        loud[i] = (char)toupper(text.data[i]);
    r = loud ? class_write_full(k, loud, text.len) : -ENOMEM;
    free(loud);
    slice_put(&text);
    return r ? r : sign(k, "amplified_by");
}

static int write_and_say(struct class_call *k, const char *text, size_t len)
{
    static const char complaint[] = "too much input data!";
    struct encode e;
    int r;

    if (k->in.len) {
        encode_bytes(&k->out, complaint, sizeof(complaint) - 1);
        return -EINVAL;
    }
    encode_init(&e);
    encode_bytes(&e, "bar", 3);
    r = class_setattr(k, "foo", &e);
    encode_bytes(&k->out, text, len);
    return r ? r : 42;
}

/* Clients see the text and the 42 if they ask for results of writes. */
static int write_return_data(struct class_call *k)
{
    static const char text[] = "you might see this";

    return write_and_say(k, text, sizeof(text) - 1);
}

static int writes_dont_return_data(struct class_call *k)
{
    static const char text[] = "you will never see this";

    return write_and_say(k, text, sizeof(text) - 1);
}

/* These two do what their flags do not allow. */
static int bad_reader(struct class_call *k)
{
    struct slice text;
    int r = class_read(k, 0, SPEECH_MAX, &text);

    if (r == 0)
        slice_put(&text);
    return r;
}

static int bad_writer(struct class_call *k)
{
    return class_write_full(k, k->in.data, k->in.len);
}

const struct osd_class class_hello = {
    .name = "hello",
    .methods =
        (const struct class_method[]){
            {"say_hello", CLASS_RD, say_hello},
            {"record_hello", CLASS_WR, record_hello},
            {"write_return_data", CLASS_WR, write_return_data},
            {"writes_dont_return_data", CLASS_WR, writes_dont_return_data},
            {"replay", CLASS_RD, replay},
            {"turn_it_to_11", CLASS_RD | CLASS_WR, turn_it_to_11},
            {"bad_reader", CLASS_WR, bad_reader},
            {"bad_writer", CLASS_RD, bad_writer},
            {0},
        },
};
