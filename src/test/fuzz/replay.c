/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The main() of fuzz targets that are not linked with libFuzzer: feeds them every file named on the command
 * line and every file in the folders named there. Arguments that start with '-' are libFuzzer's and skipped.
 * The last line says how many inputs there were; a crash is the sanitizer's or the kernel's to report, after
 * the name of the input.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test/fuzz/fuzz.h"

static unsigned long inputs;

static bool replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    uint8_t *data;
    bool good = false;

    if (!f || fstat(fileno(f), &st)) {
        perror(path);
        if (f)
            fclose(f);
        return false;
    }
    /* as much as the input, so that a sanitizer sees each byte read behind it */
    data = malloc(st.st_size ? (size_t)st.st_size : 1);
    if (data && fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size) {
        printf("%s\n", path);
        fflush(stdout);
        LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
        inputs++;
        good = true;
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    free(data);
    fclose(f);
    return good;
}

static bool replay(const char *path)
{
    DIR *dir = opendir(path);
    bool good = true;

    if (!dir)
        return replay_file(path);
    for (struct dirent *e; (e = readdir(dir));) {
        char inside[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(inside, sizeof(inside), "%s/%s", path, e->d_name);
        good &= replay_file(inside);
    }
    closedir(dir);
    return good;
}

int main(int argc, char **argv)
{
    bool good = true;

    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            good &= replay(argv[i]);
    printf("%lu inputs\n", inputs);
    return good ? 0 : 1;
}
