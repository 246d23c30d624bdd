/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * health_checks: what is wrong with the cluster at a moment: a list of codes with severity, summary, count
 * and details. Codes are genuine Ceph's where it has one for the matter. Pure.
 * Owner: init and destroy on the caller's storage. Errors: out of memory sticks and drops what did not fit.
 */
#ifndef CEPH_MAPS_HEALTH_CHECKS_H
#define CEPH_MAPS_HEALTH_CHECKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/formatter.h"
#include "common/strbuf.h"
#include "types/string_list.h"

enum health_severity { HEALTH_OK, HEALTH_WARN, HEALTH_ERR };

const char *health_severity_name(enum health_severity s); /* "HEALTH_OK" */

struct health_check {
    char *code;
    enum health_severity severity;
    char *summary;
    int64_t count;
    struct string_list detail;
    bool muted;
};

struct health_checks {
    struct health_check *checks; /* in the order of their codes */
    unsigned count;
};

void health_checks_init(struct health_checks *c);
void health_checks_destroy(struct health_checks *c);

/* Adds a check; borrowed, until the next one is added. NULL: no memory. */
struct health_check *health_checks_add(struct health_checks *c, const char *code,
                                       enum health_severity severity, int64_t count, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
void health_check_detail(struct health_check *check, const char *fmt, ...)
    PRINTF_LIKE(2, 3); /* NULL is fine */

const struct health_check *health_checks_find(const struct health_checks *c, const char *code);
/* The worst of those that are not muted. */
enum health_severity health_checks_overall(const struct health_checks *c);

/* The object "checks" of `health -f json`. */
json_t *health_checks_dump(const struct health_checks *c, bool detail);
/* "HEALTH_WARN first; second (muted: CODE)": the line of a plain `health`. */
void health_checks_line(const struct health_checks *c, struct strbuf *out);
/* Codes and what they have, without mutes, into the object that is open. */
void health_checks_format(const struct health_checks *c, struct formatter *f);
/* The lines "[WRN] CODE: summary" and details of a plain `health detail`. */
void health_checks_details(const struct health_checks *c, struct strbuf *out);

#endif
