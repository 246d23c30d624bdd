/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transport/rsockets_library.h"

#include <link.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"

#define NAME "librdmacm.so"

static char file[PATH_MAX];
static char faults[512];
static bool breaks_growing_tables;

/* The faults that matter here: the release that mended each, and the update of release 44 that did. */
static const struct fault {
    const char *text;
    unsigned release, update_of_44;
    bool breaks_growing_tables;
} known[] = {
    {"its tables break when they grow (they are primed)", 53, 12, true},
    {"rpoll hangs after a time-out (none is used)", 63, 12, false},
    {"blocking connections never notice their peer's death (none are made)", 63, 12, false},
    {"one client that does not finish its handshake holds up all accepting", UINT_MAX, UINT_MAX, false},
    {"close can wait for ever for a vanished peer", UINT_MAX, UINT_MAX, false},
};

static int find(struct dl_phdr_info *info, size_t size UNUSED, void *arg UNUSED)
{
    if (!strstr(info->dlpi_name, NAME))
        return 0;
    if (!realpath(info->dlpi_name, file))
        snprintf(file, sizeof(file), "%s", info->dlpi_name);
    return 1;
}

/* ".../librdmacm.so.1.3.44.0": release 44, update 0. False where the name does not say. */
static bool parse_version(const char *path, unsigned *release, unsigned *update)
{
    const char *name = strstr(path, NAME ".");

    *update = 0;
    return name && sscanf(name + strlen(NAME), ".%*u.%*u.%u.%u", release, update) >= 1;
}

void rsockets_library_judge(const char *path, char *text, size_t size, bool *breaks)
{
    unsigned release, update;
    size_t len = 0;

    *breaks = false;
    text[0] = '\0';
    if (!parse_version(path, &release, &update))
        release = update = 0;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        const struct fault *f = &known[i];

        if (release >= f->release || (release == 44 && update >= f->update_of_44))
            continue;
        *breaks |= f->breaks_growing_tables;
        if (len < size)
            len += (size_t)snprintf(text + len, size - len, "%s%s", len ? "; " : "", f->text);
    }
}

void rsockets_library_identify(void)
{
    file[0] = '\0';
    dl_iterate_phdr(find, NULL);
    rsockets_library_judge(file, faults, sizeof(faults), &breaks_growing_tables);
}

const char *rsockets_library_file(void)
{
    return file;
}

const char *rsockets_library_faults(void)
{
    return faults;
}

bool rsockets_library_breaks_growing_tables(void)
{
    return breaks_growing_tables;
}
