/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/map_tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file_io.h"

int map_tool_read(const char *path, int (*decode)(void *map, struct decode *d), void *map)
{
    struct decode d;
    uint8_t *data;
    size_t len;
    int r = file_read(path, MAP_FILE_MAX, &data, &len);

    if (r < 0)
        return r;
    decode_init(&d, data, len);
    r = decode(map, &d);
    free(data);
    return r ? MAP_TOOL_BAD : 0;
}

int map_tool_write(const char *path, struct encode *e)
{
    int r = encode_error(e);

    if (r == 0)
        r = file_write(path, e->data, e->len, 0644);
    encode_destroy(e);
    return r;
}

int map_tool_end(const char *program, int status)
{
    if (fflush(stdout) == 0 || status != 0)
        return status;
    fprintf(stderr, "%s: standard output: %s\n", program, strerror(errno));
    return 1;
}
