/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/mon_metadata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "common/version.h"
#include "mon/json_text.h"

static void set(json_t *o, const char *key, const char *value)
{
    json_object_set_new(o, key, json_text(value));
}

/* Calls take(o, key, value) for each "key<separator>value" line of a file; blanks and quotes around them go.
 */
static void read_pairs(const char *path, char separator, json_t *o,
                       void (*take)(json_t *, const char *, const char *))
{
    FILE *f = fopen(path, "re");
    char line[1024];

    while (f && fgets(line, sizeof(line), f)) {
        char *value = strchr(line, separator), *end;
        if (!value)
            continue;
        *value++ = 0;
        line[strcspn(line, " \t")] = 0;
        value += strspn(value, " \t\"");
        end = value + strcspn(value, "\"\n");
        *end = 0;
        take(o, line, value);
    }
    if (f)
        fclose(f);
}

static void take_os_release(json_t *o, const char *key, const char *value)
{
    if (strcmp(key, "ID") == 0)
        set(o, "distro", value);
    else if (strcmp(key, "PRETTY_NAME") == 0)
        set(o, "distro_description", value);
    else if (strcmp(key, "VERSION_ID") == 0)
        set(o, "distro_version", value);
}

static void take_cpuinfo(json_t *o, const char *key, const char *value)
{
    if (strcmp(key, "model") == 0 && !json_object_get(o, "cpu") &&
        strspn(value, "0123456789") != strlen(value))
        set(o, "cpu", value);
}

static void take_meminfo(json_t *o, const char *key, const char *value)
{
    char kb[32];

    snprintf(kb, sizeof(kb), "%llu", strtoull(value, NULL, 10));
    if (strcmp(key, "MemTotal") == 0)
        set(o, "mem_total_kb", kb);
    else if (strcmp(key, "SwapTotal") == 0)
        set(o, "mem_swap_kb", kb);
}

json_t *mon_metadata_collect(void)
{
    json_t *o = json_object();
    struct utsname u;

    if (!o)
        return NULL;
    set(o, "ceph_release", CEPH_RELEASE);
    set(o, "ceph_version", CEPH_VERSION_TEXT);
    set(o, "ceph_version_short", CEPH_VERSION);
    if (uname(&u) == 0) {
        set(o, "arch", u.machine);
        set(o, "hostname", u.nodename);
        set(o, "kernel_description", u.version);
        set(o, "kernel_version", u.release);
        set(o, "os", u.sysname);
    }
    read_pairs("/etc/os-release", '=', o, take_os_release);
    read_pairs("/proc/cpuinfo", ':', o, take_cpuinfo);
    read_pairs("/proc/meminfo", ':', o, take_meminfo);
    return o;
}
