/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/conf_expand.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/strbuf.h"

/* What is being expanded right now, innermost first: a variable must not contain itself. */
struct frame {
    const struct frame *outer;
    const char *name;
    size_t len;
    unsigned depth;
};

struct expansion {
    conf_lookup_fn *lookup;
    void *arg;
    struct strbuf out;
    unsigned count; /* variables met so far */
    char scratch[256];
};

static long pid_shown;

void conf_expand_pid(long pid)
{
    pid_shown = pid;
}

static const char *own_value(struct expansion *x, const char *name, size_t len)
{
    if (len == 3 && !memcmp(name, "pid", 3)) {
        snprintf(x->scratch, sizeof(x->scratch), "%ld", pid_shown ? pid_shown : (long)getpid());
        return x->scratch;
    }
    if (len == 4 && !memcmp(name, "host", 4)) {
        if (gethostname(x->scratch, sizeof(x->scratch)))
            return NULL;
        x->scratch[sizeof(x->scratch) - 1] = '\0';
        x->scratch[strcspn(x->scratch, ".")] = '\0';
        return x->scratch;
    }
    return NULL;
}

static void expand(struct expansion *x, const char *text, const struct frame *outer);

/* name is what stands in the text as spelled (with $ and braces), spelled_len bytes of it. */
static void expand_name(struct expansion *x, const char *name, size_t len, const char *spelled,
                        size_t spelled_len, const struct frame *outer)
{
    struct frame frame = {outer, name, len, outer ? outer->depth + 1 : 0};
    const char *value = NULL;
    bool loops = frame.depth >= CONF_EXPAND_DEPTH || ++x->count > CONF_EXPAND_COUNT;

    for (const struct frame *f = outer; f && !loops; f = f->outer)
        loops = f->len == len && !memcmp(f->name, name, len);
    if (!loops)
        value = x->lookup(x->arg, name, len);
    if (value && x->out.len + strlen(value) <= CONF_EXPAND_MAX) {
        expand(x, value, &frame);
        return;
    }
    if (!value && !loops)
        value = own_value(x, name, len);
    if (value && x->out.len + strlen(value) <= CONF_EXPAND_MAX)
        strbuf_add(&x->out, value);
    else
        strbuf_addn(&x->out, spelled, spelled_len);
}

static size_t name_length(const char *p)
{
    return strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static void expand(struct expansion *x, const char *text, const struct frame *outer)
{
    const char *p = text;

    while (*p) {
        size_t plain = strcspn(p, "$"), len;
        const char *name;

        strbuf_addn(&x->out, p, plain);
        p += plain;
        if (!*p)
            break;
        name = p + (p[1] == '{' ? 2 : 1);
        len = name_length(name);
        if (p[1] == '{' && len && name[len] == '}') {
            expand_name(x, name, len, p, len + 3, outer);
            p += len + 3;
        } else if (p[1] != '{' && len) {
            expand_name(x, name, len, p, len + 1, outer);
            p += len + 1;
        } else {
            strbuf_addc(&x->out, *p++);
        }
    }
}

char *conf_expand_text(const char *self, const char *text, conf_lookup_fn *lookup, void *arg)
{
    struct frame frame = {NULL, self, self ? strlen(self) : 0, 0};
    struct expansion x = {.lookup = lookup, .arg = arg, .out = STRBUF_INIT};

    expand(&x, text, self ? &frame : NULL);
    return strbuf_steal(&x.out);
}
