/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * args: the part of the command line that all programs share, and with it the configuration.
 *
 * Arguments of CEPH_ARGS count as if they stood before those of the command line. Taken are: -c/--conf,
 * --cluster, -i/--id/--user, -n/--name, -m, -k, --version/-v, --help/-h, --help-all, --show-config,
 * --show-config-value,
 * --no-config-file, for daemons -f and -d, and --any-option of the configuration (" --option value",
 * "--option=value", for booleans also "--option" and "--no-option"; '-' and '_' alike). What is left is the
 * program's, up to and including everything behind "--".
 * Owner: args_parse() fills it, args_destroy() frees all but what was moved out. Errors: negative errno and a
 * line.
 */
#ifndef CEPH_COMMON_ARGS_H
#define CEPH_COMMON_ARGS_H

#include <stdbool.h>

#include "common/conf.h"
#include "common/strbuf.h"

enum {
    ARGS_DAEMON = 1, /* a daemon: its defaults, -f and -d; an id is needed unless id below is set */
    ARGS_QUIET =
        2, /* unknown options in the file are not printed; right for tools, which may share it with others */
    ARGS_NO_SHORT_ID = 4,      /* -i means something else to this program */
    ARGS_NO_SHORT_VERSION = 8, /* so does -v */
    ARGS_LENIENT = 16,         /* bad values in the file are warnings */
};

struct args_program {
    const char *name;      /* "ceph-mon" */
    const char *usage;     /* "ceph-mon -i ID [--mkfs] ..." and what the program's own options mean; lines */
    const char *type;      /* what it is when -n does not say: "mon", "client" */
    const char *id;        /* the same; NULL: must be given */
    const char *stop_word; /* an argument from which on nothing is taken, or NULL */
    unsigned flags;
    void (*defaults)(struct conf *c); /* sets the program's own by conf_set_default(); NULL: it has none */
};

struct args {
    struct conf *conf; /* may be moved out: set to NULL then */
    int argc;          /* what is left, argv[0] included */
    char **argv;       /* NULL behind the last one */
    char *conf_path;   /* the file that was read, or NULL */
    bool no_mon_config;
    struct strbuf warnings; /* lines; printed already unless ARGS_QUIET */
    char **strings;         /* private: what argv points to */
};

/* 0: go on. 1: help, version or a value was asked for and printed; end with status 0. Negative: end with 1;
 * *err says why. args_destroy() is needed in every case. */
int args_parse(struct args *a, const struct args_program *p, int argc, char **argv, char **err) MUST_CHECK;
void args_destroy(struct args *a);

/* Takes the --any-option out of argv up to "--", and nothing else. rest (may be NULL, may be argv) gets argc
 * places: what is left, then NULLs. Returns how many are left. */
int args_take_options(struct conf *c, enum conf_source source, int argc, const char *const *argv,
                      const char **rest, char **err) MUST_CHECK;

/* Sets options while running from text such as "--debug_ms 1 --ms-crc-data=false". */
int args_inject(struct conf *c, const char *text, char **err) MUST_CHECK;

/* Prints what --help shows (all: --help-all). */
void args_print_help(const struct args_program *p, bool all);

#endif
