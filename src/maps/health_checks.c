/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maps/health_checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *health_severity_name(enum health_severity s)
{
    static const char *const names[] = {"HEALTH_OK", "HEALTH_WARN", "HEALTH_ERR"};

    return names[s];
}

void health_checks_init(struct health_checks *c)
{
    *c = (struct health_checks){NULL, 0};
}

void health_checks_destroy(struct health_checks *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        free(c->checks[i].code);
        free(c->checks[i].summary);
        string_list_destroy(&c->checks[i].detail);
    }
    free(c->checks);
    health_checks_init(c);
}

struct health_check *health_checks_add(struct health_checks *c, const char *code,
                                       enum health_severity severity, int64_t count, const char *fmt, ...)
{
    struct health_check *more = reallocarray(c->checks, c->count + 1, sizeof(*more));
    unsigned at = 0;
    char *summary, *own = strdup(code);
    va_list ap;
    int n;

    if (more)
        c->checks = more;
    va_start(ap, fmt);
    n = more && own ? vasprintf(&summary, fmt, ap) : -1;
    va_end(ap);
    if (n < 0) {
        free(own);
        return NULL;
    }
    while (at < c->count && strcmp(c->checks[at].code, code) < 0)
        at++;
    memmove(&c->checks[at + 1], &c->checks[at], (c->count - at) * sizeof(*c->checks));
    c->checks[at] =
        (struct health_check){.code = own, .severity = severity, .summary = summary, .count = count};
    c->count++;
    return &c->checks[at];
}

void health_check_detail(struct health_check *check, const char *fmt, ...)
{
    char line[512];
    va_list ap;

    if (!check)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (string_list_push(&check->detail, line))
        return; /* one line less when there is no memory */
}

const struct health_check *health_checks_find(const struct health_checks *c, const char *code)
{
    for (unsigned i = 0; i < c->count; i++)
        if (strcmp(c->checks[i].code, code) == 0)
            return &c->checks[i];
    return NULL;
}

enum health_severity health_checks_overall(const struct health_checks *c)
{
    enum health_severity worst = HEALTH_OK;

    for (unsigned i = 0; i < c->count; i++)
        if (!c->checks[i].muted && c->checks[i].severity > worst)
            worst = c->checks[i].severity;
    return worst;
}

static json_t *dump_detail(const struct string_list *detail)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < detail->count; i++)
        json_array_append_new(list, json_pack("{s:s}", "message", detail->items[i]));
    return list;
}

json_t *health_checks_dump(const struct health_checks *c, bool detail)
{
    json_t *all = json_object();

    for (unsigned i = 0; i < c->count; i++) {
        const struct health_check *check = &c->checks[i];
        json_t *one = json_pack("{s:s, s:{s:s, s:I}}", "severity", health_severity_name(check->severity),
                                "summary", "message", check->summary, "count", (json_int_t)check->count);
        if (detail)
            json_object_set_new(one, "detail", dump_detail(&check->detail));
        json_object_set_new(one, "muted", json_boolean(check->muted));
        json_object_set_new(all, check->code, one);
    }
    return all;
}

void health_checks_format(const struct health_checks *c, struct formatter *f)
{
    for (unsigned i = 0; i < c->count; i++) {
        const struct health_check *check = &c->checks[i];
        formatter_open_object(f, check->code);
        formatter_string(f, "severity", health_severity_name(check->severity));
        formatter_open_object(f, "summary");
        formatter_string(f, "message", check->summary);
        formatter_int(f, "count", check->count);
        formatter_close(f);
        formatter_open_array(f, "detail");
        for (unsigned k = 0; k < check->detail.count; k++) {
            formatter_open_object(f, NULL);
            formatter_string(f, "message", check->detail.items[k]);
            formatter_close(f);
        }
        formatter_close(f);
        formatter_close(f);
    }
}

void health_checks_line(const struct health_checks *c, struct strbuf *out)
{
    const char *separator = " ";
    bool muted = false;

    strbuf_add(out, health_severity_name(health_checks_overall(c)));
    for (unsigned i = 0; i < c->count; i++) {
        muted |= c->checks[i].muted;
        if (c->checks[i].muted)
            continue;
        strbuf_printf(out, "%s%s", separator, c->checks[i].summary);
        separator = "; ";
    }
    if (!muted)
        return;
    separator = " (muted: ";
    for (unsigned i = 0; i < c->count; i++)
        if (c->checks[i].muted) {
            strbuf_printf(out, "%s%s", separator, c->checks[i].code);
            separator = " ";
        }
    strbuf_addc(out, ')');
}

void health_checks_details(const struct health_checks *c, struct strbuf *out)
{
    for (unsigned i = 0; i < c->count; i++) {
        const struct health_check *check = &c->checks[i];
        strbuf_printf(out, "\n%s[%s] %s: %s", check->muted ? "(MUTED) " : "",
                      check->severity == HEALTH_ERR ? "ERR" : "WRN", check->code, check->summary);
        for (unsigned d = 0; d < check->detail.count; d++)
            strbuf_printf(out, "\n    %s", check->detail.items[d]);
    }
}
