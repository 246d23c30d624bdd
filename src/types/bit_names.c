/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/bit_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 64

/* The names of the bits that are set, in the order of the table. */
static unsigned pick(const struct bit_names *n, uint64_t bits, const char *out[static NAMES_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; i < n->count && count < NAMES_MAX; i++)
        if (bits & n->names[i].bit)
            out[count++] = n->names[i].name;
    return count;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static unsigned pick_sorted(const struct bit_names *n, uint64_t bits, const char *out[static NAMES_MAX])
{
    unsigned count = pick(n, bits, out);

    qsort(out, count, sizeof(*out), compare);
    return count;
}

static const char *join(const char *const *names, unsigned count, char *buf, size_t size)
{
    size_t used = 0;

    buf[0] = '\0';
    for (unsigned i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? "," : "", names[i]);
    return buf;
}

const char *bit_names_print(const struct bit_names *n, uint64_t bits, char *buf, size_t size)
{
    const char *names[NAMES_MAX];
    unsigned count = pick(n, bits, names);

    return join(names, count, buf, size);
}

const char *bit_names_print_sorted(const struct bit_names *n, uint64_t bits, char *buf, size_t size)
{
    const char *names[NAMES_MAX];
    unsigned count = pick_sorted(n, bits, names);

    return join(names, count, buf, size);
}

void bit_names_format(const struct bit_names *n, uint64_t bits, const char *name, struct formatter *f)
{
    const char *names[NAMES_MAX];
    unsigned count = pick_sorted(n, bits, names);

    formatter_open_array(f, name);
    for (unsigned i = 0; i < count; i++)
        formatter_string(f, NULL, names[i]);
    formatter_close(f);
}

uint64_t bit_names_parse(const struct bit_names *n, const char *name)
{
    for (unsigned i = 0; i < n->count; i++)
        if (strcmp(n->names[i].name, name) == 0)
            return n->names[i].bit;
    return 0;
}
