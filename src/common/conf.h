/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conf: the configuration of one program: the value of every option, where it came from, who wants to know
 * when it changes.
 *
 * Each option holds one text per source; the highest source that has one decides: default, monitors, file,
 * environment, command line, override (set while running). Texts may name $cluster $type $id $name $host $pid
 * $data_dir and other options ($run_dir, ${run_dir}); they are expanded when read, so a later change of one
 * shows in the others. Numbers are expanded and checked when they are set.
 *
 * Owner: conf_create() and conf_free(). Threads: all calls from any thread, with any lock of a rank below
 * LOCK_RANK_CONF held; numbers and booleans are read without a lock. Observers are called from the thread
 * that makes a change, without a lock. Errors: negative errno and a message in *err (malloc'ed; err may be
 * NULL). See: src/test/unit/common/test_conf.c.
 */
#ifndef CEPH_COMMON_CONF_H
#define CEPH_COMMON_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/options.h"

enum conf_source {
    CONF_DEFAULT,
    CONF_MON,
    CONF_FILE,
    CONF_ENV,
    CONF_CMDLINE,
    CONF_OVERRIDE,
    CONF_SOURCE_COUNT
};

struct conf;
struct conf_file;

/* All options at their defaults; a daemon's where is_daemon. type is "mon", "osd", "client"..., id "a", "0",
 * "admin"...: together they make $name. NULL: out of memory. */
struct conf *conf_create(const char *cluster, const char *type, const char *id, bool is_daemon);
void conf_free(struct conf *c);

/* Borrowed; unchanged after start-up. */
const char *conf_cluster(const struct conf *c);
const char *conf_type(const struct conf *c);
const char *conf_id(const struct conf *c);
const char *conf_name(const struct conf *c); /* type.id */
bool conf_is_daemon(const struct conf *c);

/* Values by enum, such as OPT_ms_bind_port_min; using the wrong call for an option's type is a bug and
 * aborts. */
int64_t conf_i64(const struct conf *c, enum option_id id);  /* int, uint, size, secs */
uint64_t conf_u64(const struct conf *c, enum option_id id); /* the same, not for negative values */
double conf_double(const struct conf *c, enum option_id id);
bool conf_bool(const struct conf *c, enum option_id id);
/* Any number of seconds (also int and uint), as nanoseconds. */
uint64_t conf_seconds_ns(const struct conf *c, enum option_id id);
/* The two levels of a debug_* option. */
void conf_levels(const struct conf *c, enum option_id id, int *log_level, int *gather_level);
/* Any option as text, expanded; a copy that the caller frees, never NULL (aborts when out of memory). */
char *conf_str(const struct conf *c, enum option_id id);
/* True when the option's text is empty, or "-" for an address. */
bool conf_str_empty(const struct conf *c, enum option_id id);

/* Where the value comes from: CONF_DEFAULT when nobody set it. */
enum conf_source conf_source(const struct conf *c, enum option_id id);
/* The text of one source, unexpanded; a copy, or NULL when that source has none. */
char *conf_raw(const struct conf *c, enum option_id id, enum conf_source source);
const char *conf_source_name(enum conf_source source);

/* Expands the variables in text; a copy, NULL when out of memory. */
char *conf_expand(const struct conf *c, const char *text);

/*
 * Sets or (text NULL) unsets the value of one source. -ENOENT: no such option; -EINVAL, -ERANGE: bad value;
 * -EPERM: a start-up option, after conf_started(). Observers hear of it when the value changed.
 */
int conf_set(struct conf *c, enum conf_source source, const char *name, const char *text,
             char **err) MUST_CHECK;
int conf_set_id(struct conf *c, enum conf_source source, enum option_id id, const char *text,
                char **err) MUST_CHECK;
/* What the program has for a default, such as "$mon_data/keyring"; aborts on a bad one. */
void conf_set_default(struct conf *c, enum option_id id, const char *text);

/* Replaces everything the monitors have set by the n pairs names[i], texts[i]. Pairs that are unknown, bad or
 * not theirs to set are passed over; their number is returned. */
size_t conf_replace_mon(struct conf *c, const char *const *names, const char *const *texts, size_t n);

/* From here on start-up options cannot be changed and changes reach observers. */
void conf_started(struct conf *c);

/*
 * Observers. changed holds count options whose value is another now. A call may come at once after
 * conf_observe() and until conf_unobserve() returns, which waits for a call under way (unless made from it).
 */
struct conf_observer {
    void (*changed)(void *arg, struct conf *c, const enum option_id *changed, size_t count);
    void *arg;
    const enum option_id *options; /* ended by OPT_COUNT; NULL: all. Kept alive by the observer */
    /* private */
    struct conf_observer *next;
    unsigned running;
};
void conf_observe(struct conf *c, struct conf_observer *o);
void conf_unobserve(struct conf *c, struct conf_observer *o);

/* True when somebody observes the option, so that a change shows without a restart. */
bool conf_observed(struct conf *c, enum option_id id);

/*
 * Takes what a parsed file says for this program: [type.id] before [type] before [global]. Unknown options
 * are reported to warn (may be NULL), a line each, without a newline. A bad value fails with a message
 * that names file and line; with err NULL it is reported to warn, too, and passed over.
 */
int conf_apply_file(struct conf *c, const struct conf_file *f, void (*warn)(void *arg, const char *line),
                    void *arg, char **err) MUST_CHECK;

/*
 * Finds and parses the configuration file into *f, which the caller inits and destroys. paths is a list
 * separated by commas or semicolons; NULL: what CEPH_CONF says, else the usual places. -ENOENT when none of
 * them exists; whether that matters is the caller's to say.
 */
int conf_find_file(const struct conf *c, const char *paths, struct conf_file *f, char **err) MUST_CHECK;

/* Takes the options that have environment variables of their own (CEPH_KEYRING). */
int conf_apply_env(struct conf *c, char **err) MUST_CHECK;

#endif
