/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

const char msgr_bench_usage[] =
    "ceph-msgr-bench server [ADDR] [options]\n"
    "       ceph-msgr-bench client ADDR [options]\n"
    "       ceph-msgr-bench self [ADDR] [options]\n"
    "\n"
    "Measures the messenger between two processes. ADDR: v1:192.0.2.1:6800, rdma:192.0.2.1:6800; without a\n"
    "type, what ms_type says; without a port, a free one. self starts a server of its own on this machine.\n"
    "\n"
    "  -b, --size SIZE[,SIZE...]  bytes of data in each message; one run for each (4K)\n"
    "  -t, --depth N              messages under way on each connection, in each direction (1)\n"
    "      --connections N        connections from the client to the server (1)\n"
    "      --pattern PATTERN      ping-pong, send, receive (seen from the client) or both (ping-pong)\n"
    "      --auth HOW[,HOW...]    none, cephx, cephx-signed; connections and runs for each (none)\n"
    "      --check                compare the data that arrives with the data that was sent\n"
    "      --time SECONDS         length of each run (5)\n"
    "      --warmup SECONDS       traffic before it that does not count (0.5)\n"
    "      --raw                  no messenger: a bare loop over the same transport, ping-pong or send\n"
    "      --no-progress          no line that shows how far it is\n"
    "  -f, --format FORMAT        plain, json or json-pretty\n";

static const char *const pattern_names[] = {
    [MSGR_BENCH_PING_PONG] = "ping-pong",
    [MSGR_BENCH_PATTERN_SEND] = "send",
    [MSGR_BENCH_PATTERN_RECEIVE] = "receive",
    [MSGR_BENCH_PATTERN_BOTH] = "both",
};

const char *msgr_bench_pattern_name(enum msgr_bench_pattern p)
{
    return pattern_names[p];
}

static const char *const format_names[] = {
    [MSGR_BENCH_PLAIN] = "plain", [MSGR_BENCH_JSON] = "json", [MSGR_BENCH_JSON_PRETTY] = "json-pretty"};

static const char *const role_names[] = {
    [MSGR_BENCH_SERVER] = "server", [MSGR_BENCH_CLIENT] = "client", [MSGR_BENCH_SELF] = "self"};

/* The place of text among the names, or -1. */
static int find_name(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return (int)i;
    return -1;
}

/* A number with an optional K, M or G (powers of 1024), ended by a comma or the text's end. */
static bool read_number(const char **text, uint64_t min, uint64_t max, uint64_t *out)
{
    static const char units[] = "KMG";
    const char *unit;
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    *out = strtoull(*text, &end, 10);
    unit = *end ? strchr(units, *end) : NULL;
    if (unit) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);
        if (*out > max >> shift)
            return false;
        *out <<= shift;
        end++;
    }
    *text = end;
    return (*end == '\0' || *end == ',') && *out >= min && *out <= max;
}

static bool read_count(const char *text, uint64_t max, unsigned *out)
{
    uint64_t n;

    if (!read_number(&text, 1, max, &n) || *text)
        return false;
    *out = (unsigned)n;
    return true;
}

static bool read_sizes(struct msgr_bench_options *o, const char *text)
{
    uint64_t n;

    for (o->size_count = 0; o->size_count < MSGR_BENCH_SIZES_MAX; text++) {
        if (!read_number(&text, 0, MSGR_BENCH_SIZE_MAX, &n))
            return false;
        o->sizes[o->size_count++] = (uint32_t)n;
        if (!*text)
            return true;
    }
    return false;
}

static bool read_auths(struct msgr_bench_options *o, const char *text)
{
    for (o->auth_count = 0; o->auth_count < MSGR_BENCH_AUTHS; text++) {
        char name[16] = "";
        size_t n = strcspn(text, ",");
        int how;

        if (n < sizeof(name))
            memcpy(name, text, n);
        how = find_name(name, msgr_bench_auth_names, MSGR_BENCH_AUTHS);
        if (how < 0)
            return false;
        o->auths[o->auth_count++] = (enum msgr_bench_auth)how;
        text += n;
        if (!*text)
            return true;
    }
    return false;
}

static bool read_seconds(const char *text, uint64_t *ns)
{
    char *end;
    double v = strtod(text, &end);

    if (end == text || *end || !(v >= 0 && v <= 86400))
        return false;
    *ns = (uint64_t)(v * (double)NSEC_PER_SEC);
    return true;
}

static bool take_option(struct msgr_bench_options *o, int option, const char *text)
{
    int name;

    switch (option) {
    case 'b':
        return read_sizes(o, text);
    case 't':
        return read_count(text, MSGR_BENCH_DEPTH_MAX, &o->what.depth);
    case 'N':
        return read_count(text, MSGR_BENCH_CONNECTIONS_MAX, &o->connections);
    case 'p':
        name = find_name(text, pattern_names, ARRAY_SIZE(pattern_names));
        o->what.pattern = (enum msgr_bench_pattern)name;
        return name >= 0;
    case 'a':
        return read_auths(o, text);
    case 'T':
        return read_seconds(text, &o->what.time_ns) && o->what.time_ns;
    case 'w':
        return read_seconds(text, &o->what.warmup_ns);
    case 'f':
        name = find_name(text, format_names, ARRAY_SIZE(format_names));
        o->format = (enum msgr_bench_format)name;
        return name >= 0;
    case 'C':
        o->what.check = true;
        return true;
    case 'r':
        o->raw = true;
        return true;
    default: /* 'q' */
        o->what.progress = false;
        return true;
    }
}

static bool check_whole(const struct msgr_bench_options *o, char *err, size_t err_size)
{
    const char *wrong = NULL;

    if (o->role == MSGR_BENCH_CLIENT && !o->address)
        wrong = "client needs the address of the server";
    else if (o->raw && o->what.pattern != MSGR_BENCH_PING_PONG && o->what.pattern != MSGR_BENCH_PATTERN_SEND)
        wrong = "--raw knows the patterns ping-pong and send only";
    else if (o->raw && (o->auth_count != 1 || o->auths[0] != MSGR_BENCH_AUTH_NONE))
        wrong = "--raw has no authentication";
    else if (o->raw && (o->connections != 1 || o->what.check))
        wrong = "--raw has one connection and checks nothing";
    for (unsigned i = 0; o->raw && i < o->size_count; i++)
        if (!o->sizes[i])
            wrong = "--raw needs at least one byte";
    if (wrong)
        snprintf(err, err_size, "%s", wrong);
    return !wrong;
}

bool msgr_bench_options_parse(struct msgr_bench_options *o, int argc, char **argv, char *err, size_t err_size)
{
    static const struct option longs[] = {
        {"size", required_argument, NULL, 'b'},
        {"depth", required_argument, NULL, 't'},
        {"connections", required_argument, NULL, 'N'},
        {"pattern", required_argument, NULL, 'p'},
        {"auth", required_argument, NULL, 'a'},
        {"check", no_argument, NULL, 'C'},
        {"time", required_argument, NULL, 'T'},
        {"warmup", required_argument, NULL, 'w'},
        {"raw", no_argument, NULL, 'r'},
        {"no-progress", no_argument, NULL, 'q'},
        {"format", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    int option, role, index = 0;

    *o = (struct msgr_bench_options){
        .connections = 1,
        .sizes = {4096},
        .size_count = 1,
        .auth_count = 1, /* none */
        .what = {.depth = 1, .warmup_ns = NSEC_PER_SEC / 2, .time_ns = 5 * NSEC_PER_SEC, .progress = true},
    };
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":b:t:f:", longs, &index)) != -1) {
        if (option == '?' || option == ':') {
            snprintf(err, err_size, option == ':' ? "option %s requires an argument" : "unknown option %s",
                     argv[optind - 1]);
            return false;
        }
        if (!take_option(o, option, optarg)) {
            snprintf(err, err_size, "bad value '%s' of option %s", optarg, argv[optind - 2]);
            return false;
        }
    }
    role = optind < argc ? find_name(argv[optind], role_names, ARRAY_SIZE(role_names)) : -1;
    if (role < 0 || argc - optind > 2) {
        snprintf(err, err_size,
                 role < 0 ? "the first argument must be server, client or self"
                          : "there is one argument too many");
        return false;
    }
    o->role = (enum msgr_bench_role)role;
    o->address = optind + 1 < argc ? argv[optind + 1] : NULL;
    return check_whole(o, err, err_size);
}
