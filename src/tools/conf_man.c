/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes ceph.conf(5) from the table of options, at build time. */
#include <stdio.h>

#include "common/conf_dump.h"

static const char head[] =
    ".TH CEPH.CONF 5\n"
    ".SH NAME\n"
    "ceph.conf \\- configuration of Ceph programs\n"
    ".SH DESCRIPTION\n"
    "A file of sections, each a name in brackets, and below it lines \"key = value\". Blanks, dashes and "
    "underscores in\n"
    "a key are the same. Section [global] is for all programs, [mon], [osd] and [client] for those of one "
    "type,\n"
    "[mon.a] for one of them; what is more special wins, and in one section the last line does.\n"
    ".PP\n"
    "A # or a ; starts a comment, unless a backslash stands before it or quotes around it. A backslash at "
    "the end of\n"
    "a line joins it with the next one.\n"
    ".PP\n"
    "A value may name $cluster, $type, $id, $name (type.id), $host, $pid and other options, such as "
    "${run_dir}.\n"
    "Integers take the units K, M, G, T, P and E (powers of 1000), sizes the same as powers of 1024, times "
    "s, m, h, d\n"
    "and w besides shorter and longer ones, as in 1h30m. Options that do not exist are reported and have no "
    "effect;\n"
    "values that an option cannot have are an error.\n"
    ".PP\n"
    "Every option can also be given to every program as\n"
    ".BI \\-\\- name \" value\" ,\n"
    "on the command line or in the environment variable\n"
    ".BR CEPH_ARGS .\n"
    "Those that are not marked as read at start-up can be changed in a running daemon by\n"
    ".B ceph daemon\n"
    ".IR name\n"
    ".BR \"config set\" .\n"
    ".SH FILES\n"
    "The first of these that exists is read, unless option -c or the variable CEPH_CONF names another:\n"
    ".PP\n"
    "$data_dir/config, /etc/ceph/$cluster.conf, ~/.ceph/$cluster.conf, $cluster.conf\n"
    ".SH OPTIONS\n";

/* Text for roff: a backslash, and a dot or quote at the start, mean something to it. */
static void put_text(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\' || *p == '-')
            putchar('\\');
        if (p == text && (*p == '.' || *p == '\''))
            fputs("\\&", stdout);
        putchar(*p);
    }
}

static void put_option(const struct option_def *o)
{
    fputs(".TP\n.B ", stdout);
    put_text(o->name);
    printf(" \\fR(%s", option_type_name(o->type));
    if (*o->def) {
        fputs(", default ", stdout);
        put_text(o->def);
    }
    if (o->daemon_def) {
        fputs(", of daemons ", stdout);
        put_text(o->daemon_def);
    }
    if (o->range.min > -__builtin_inf() && o->range.max < __builtin_inf())
        printf(", %.10g to %.10g", o->range.min, o->range.max);
    printf("%s)\n", o->flags & OPTION_STARTUP ? ", read at start-up" : "");
    put_text(o->desc);
    putchar('\n');
}

int main(void)
{
    enum option_id ids[OPT_COUNT];

    fputs(head, stdout);
    conf_sorted(ids);
    for (int i = 0; i < OPT_COUNT; i++)
        put_option(option_get(ids[i]));
    fputs(".SH SEE ALSO\n.BR ceph-conf (8)\n", stdout);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
