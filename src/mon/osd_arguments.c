/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_arguments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

int osd_argument_parse(const char *text, int32_t *osd)
{
    char *end;
    long n;

    if (strncmp(text, "osd.", 4) == 0)
        text += 4;
    errno = 0;
    n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < 0 || n > INT32_MAX)
        return -EINVAL;
    *osd = (int32_t)n;
    return 0;
}

static int read_value(struct mon_op *op, const json_t *value, int32_t *osd)
{
    char number[32];
    const char *text = json_string_value(value);

    if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = number;
    }
    if (text && osd_argument_parse(text, osd) == 0)
        return 0;
    return mon_op_fail(op, -EINVAL, "invalid osd id '%s'", text ? text : "?");
}

int osd_argument_id(struct mon_op *op, const char *name, int32_t missing, int32_t *osd)
{
    const json_t *value = json_object_get(op->cmd, name);

    *osd = missing;
    return value ? read_value(op, value, osd) : 0;
}

int osd_argument_existing(struct mon_op *op, const char *name, const struct osdmap *map, int32_t *osd)
{
    int r = osd_argument_id(op, name, -1, osd);

    if (r == 0 && !osdmap_exists(map, *osd))
        r = mon_op_fail(op, -ENOENT, "osd.%" PRId32 " does not exist", *osd);
    return r;
}

static int push(int32_t **osds, unsigned *count, int32_t osd)
{
    int32_t *grown = array_insert(*osds, *count, sizeof(*grown), *count);

    if (!grown)
        return -ENOMEM;
    *osds = grown;
    grown[(*count)++] = osd;
    return 0;
}

static int push_all(const struct osdmap *map, int32_t **osds, unsigned *count)
{
    int r = 0;

    for (int32_t osd = 0; r == 0 && osd < (int32_t)map->max_osd; osd++)
        if (osdmap_exists(map, osd))
            r = push(osds, count, osd);
    return r;
}

static bool means_all(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && (!strcmp(text, "all") || !strcmp(text, "any") || !strcmp(text, "*"));
}

int osd_argument_list(struct mon_op *op, const char *name, const struct osdmap *map, int32_t **osds,
                      unsigned *count)
{
    const json_t *list = json_object_get(op->cmd, name), *value;
    int32_t osd;
    size_t i;
    int r = 0;

    *osds = NULL;
    *count = 0;
    json_array_foreach(list, i, value)
    {
        if (r)
            break;
        if (means_all(value))
            r = push_all(map, osds, count);
        else if ((r = read_value(op, value, &osd)) == 0)
            r = push(osds, count, osd);
    }
    if (r)
        free(*osds);
    return r;
}
