/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* map_tool: what the tools for files of maps have in common. */
#ifndef CEPH_TOOLS_MAP_TOOL_H
#define CEPH_TOOLS_MAP_TOOL_H

#include "common/decode.h"
#include "common/encode.h"

#define MAP_FILE_MAX (512u << 20)
#define MAP_TOOL_BAD 1 /* the file is there, but is no such map, or damaged */

/* Reads a map by its decoder. 0, MAP_TOOL_BAD, or the error of reading the file. */
int map_tool_read(const char *path, int (*decode)(void *map, struct decode *d), void *map) MUST_CHECK;
/* Writes what was encoded, which is destroyed. */
int map_tool_write(const char *path, struct encode *e) MUST_CHECK;

/* The exit status: that one, or 1 after a line on standard error when standard output could not take all. */
int map_tool_end(const char *program, int status);

#endif
