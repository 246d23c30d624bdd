/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options: the schema of the configuration: every option's name, type, default, range and meaning.
 *
 * The rows are in common/options_table.h; adding one there is all it takes to have the option in ceph.conf,
 * on the command line, in `config show`, in --help and in the man pages. Read the values by common/conf.h.
 * Threads: everything here is constant. Errors: -EINVAL (not of the type), -ERANGE, with a message.
 * See: src/test/unit/common/test_options.c.
 */
#ifndef CEPH_COMMON_OPTIONS_H
#define CEPH_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/log.h"
#include "common/options_table.h"

enum option_type {
    OPTION_INT,     /* int64_t; K, M, G, T, P, E are powers of 1000 */
    OPTION_UINT,    /* uint64_t, the same units */
    OPTION_FLOAT,   /* double */
    OPTION_BOOL,    /* true, yes, on, 1 and their opposites */
    OPTION_STR,     /* text */
    OPTION_SIZE,    /* uint64_t bytes; K, Ki, KB, M ... are powers of 1024 */
    OPTION_SECS,    /* uint64_t whole seconds; "1h", "10m", "1h30m" */
    OPTION_SECONDS, /* double seconds, not negative; also "500ms", "10m" */
    OPTION_ADDR,    /* an address; checked by its user */
    OPTION_ADDRVEC, /* a list of addresses; checked by its user */
    OPTION_UUID,    /* 8-4-4-4-12 hexadecimal digits */
    OPTION_DEBUG,   /* a subsystem's levels: "log/gather" or one number for both, 0 to 99 (-1: nothing) */
};

enum option_level { OPTION_BASIC, OPTION_ADVANCED, OPTION_DEV };

/* Flags. Without OPTION_STARTUP an option may be changed while the program runs. */
enum {
    OPTION_STARTUP = 1,         /* read once at the start */
    OPTION_RUNTIME = 2,         /* every change takes effect at once, also on what exists */
    OPTION_NO_MON_UPDATE = 4,   /* never taken from the monitors */
    OPTION_CREATE = 8,          /* read when a daemon's data is made */
    OPTION_CLUSTER_CREATE = 16, /* read when a cluster is made */
    OPTION_LIST = 32,           /* several of the allowed values, separated by commas or blanks */
    OPTION_SECRET = 64,         /* never shown by a running program */
};

struct option_range {
    double min, max; /* infinite where there is no limit */
};

struct option_def {
    const char *name;
    enum option_type type;
    enum option_level level;
    const char *def;        /* default as text */
    const char *daemon_def; /* default of daemons where it differs, else NULL */
    unsigned flags;
    struct option_range range;
    const char *values; /* "a|b|c": the only ones allowed, else NULL */
    const char *desc;
};

enum option_id {
#define X(name, ...) OPT_##name,
    OPTIONS_TABLE(X)
#undef X
#define X(name, ...) OPT_debug_##name,
        LOG_SUBSYSTEMS(X)
#undef X
            OPT_COUNT
};

/* A value of a numeric or boolean option; text of the others stays with its owner. */
union option_value {
    int64_t i;
    uint64_t u; /* bool: 0 or 1; debug: log level in the low, gather level in the high half */
    double d;
};

const struct option_def *option_get(enum option_id id);

/* Finds an option by its name, in which ' ', '-' and '_' are alike; OPT_COUNT when there is none. */
enum option_id option_find(const char *name);
enum option_id option_find_n(const char *name, size_t len);

/* The subsystem whose levels option id holds, or LOG_SUBSYS_COUNT. */
enum log_subsys option_debug_subsys(enum option_id id);

/* Reads text as a value of the option and checks its range; on failure *err gets what is wrong with it
 * ("'12x' is not an integer"), malloc'ed. */
int option_parse(const struct option_def *o, const char *text, union option_value *v, char **err) MUST_CHECK;

/* True when values of the type are numbers or booleans (and so live in union option_value). */
bool option_is_number(const struct option_def *o);

/* The value as genuine Ceph's `config show` writes it, malloc'ed. text is used for non-numbers. */
char *option_format(const struct option_def *o, union option_value v, const char *text);

const char *option_type_name(enum option_type type); /* as Ceph's schema names it */
const char *option_level_name(enum option_level level);

#endif
