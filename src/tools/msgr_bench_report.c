/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_report.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/formatter.h"

/* With fewer connections their memory drowns in what a process takes anyway. */
#define CONNECTIONS_FOR_MEMORY 50

static double per_second(const struct msgr_bench_result *r, uint64_t n)
{
    return r->elapsed_ns ? (double)n * 1e9 / (double)r->elapsed_ns : 0;
}

static double megabytes(const struct msgr_bench_result *r)
{
    return per_second(r, r->messages) * r->size / 1e6;
}

static double quantile_us(const struct msgr_bench_result *r, double q)
{
    return (double)latency_histogram_quantile(&r->latency, q) / 1e3;
}

static double per_message_us(const struct msgr_bench_result *r, uint64_t ns)
{
    return r->messages ? (double)ns / 1e3 / (double)r->messages : 0;
}

static double per_connection(const struct msgr_bench_opened *o, const struct msgr_bench_stats *before,
                             const struct msgr_bench_stats *after)
{
    return ((double)after->rss - (double)before->rss) / o->connections;
}

static bool crc_on(const struct msgr_bench_report *r)
{
    return !r->options->raw && conf_bool(r->conf, OPT_ms_crc_data);
}

static uint64_t spin_us(const struct msgr_bench_report *r)
{
    bool tcp = strcmp(r->opened.transport, "simple") == 0;

    return conf_u64(r->conf, tcp ? OPT_ms_tcp_spin_us : OPT_ms_rsockets_spin_us);
}

/* ---- JSON ---- */

static void end_as_json(struct formatter *f, const char *name, const struct msgr_bench_opened *o,
                        const struct msgr_bench_stats *before, const struct msgr_bench_stats *after)
{
    formatter_open_object(f, name);
    formatter_uint(f, "threads", after->threads);
    formatter_uint(f, "memory", after->rss);
    formatter_raw(f, "memory_per_connection", "%.0f", per_connection(o, before, after));
    formatter_close(f);
}

static void result_as_json(struct formatter *f, const struct msgr_bench_result *r)
{
    formatter_open_object(f, NULL);
    formatter_string(f, "auth", msgr_bench_auth_names[r->auth]);
    formatter_uint(f, "size", r->size);
    formatter_uint(f, "messages", r->messages);
    formatter_uint(f, "bad", r->bad);
    formatter_raw(f, "seconds", "%.6f", (double)r->elapsed_ns / 1e9);
    formatter_raw(f, "messages_per_second", "%.1f", per_second(r, r->messages));
    formatter_raw(f, "megabytes_per_second", "%.3f", megabytes(r));
    formatter_open_object(f, "latency_us");
    formatter_raw(f, "min", "%.3f", r->latency.count ? (double)r->latency.min / 1e3 : 0);
    formatter_raw(f, "mean", "%.3f", latency_histogram_mean(&r->latency) / 1e3);
    formatter_raw(f, "p50", "%.3f", quantile_us(r, 0.5));
    formatter_raw(f, "p99", "%.3f", quantile_us(r, 0.99));
    formatter_raw(f, "p999", "%.3f", quantile_us(r, 0.999));
    formatter_raw(f, "max", "%.3f", (double)r->latency.max / 1e3);
    formatter_close(f);
    formatter_open_object(f, "cpu_us_per_message");
    formatter_raw(f, "client", "%.3f", per_message_us(r, r->client_cpu_ns));
    formatter_raw(f, "server", "%.3f", per_message_us(r, r->server_cpu_ns));
    formatter_close(f);
    formatter_close(f);
}

static int print_json(const struct msgr_bench_report *r)
{
    const struct msgr_bench_options *o = r->options;
    const struct msgr_bench_opened *op = &r->opened;
    struct utsname system;
    struct formatter f;
    char *text;

    formatter_init(&f, o->format == MSGR_BENCH_JSON ? FORMATTER_JSON : FORMATTER_JSON_PRETTY);
    formatter_open_object(&f, NULL);
    formatter_string(&f, "kernel", uname(&system) == 0 ? system.release : "");
    formatter_int(&f, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
    formatter_string(&f, "transport", op->transport);
    formatter_bool(&f, "raw", o->raw);
    formatter_uint(&f, "spin_us", spin_us(r));
    formatter_string(&f, "pattern", msgr_bench_pattern_name(o->what.pattern));
    formatter_uint(&f, "depth", o->what.depth);
    formatter_bool(&f, "crc_data", crc_on(r));
    formatter_bool(&f, "check", o->what.check);
    formatter_uint(&f, "connections", op->connections);
    formatter_raw(&f, "connect_seconds", "%.6f", (double)op->elapsed_ns / 1e9);
    end_as_json(&f, "client", op, &op->client_before, &op->client_after);
    end_as_json(&f, "server", op, &op->server_before, &op->server_after);
    formatter_open_array(&f, "results");
    for (unsigned i = 0; i < r->count; i++)
        result_as_json(&f, &r->results[i]);
    formatter_close(&f);
    formatter_close(&f);
    text = formatter_steal(&f);
    formatter_destroy(&f);
    if (!text)
        return -ENOMEM;
    fputs(text, stdout);
    if (o->format == MSGR_BENCH_JSON)
        putchar('\n');
    free(text);
    return 0;
}

/* ---- table ---- */

enum { AUTH, SIZE, MESSAGES, MEGABYTES, P50, P99, P999, CPU_CLIENT, CPU_SERVER, BAD, COLUMNS };

static const char *const column_names[COLUMNS] = {
    "AUTH",   "SIZE",     "MSG/S",          "MB/S",           "P50 US",
    "P99 US", "P99.9 US", "CPU/MSG CLIENT", "CPU/MSG SERVER", "BAD",
};

PRINTF_LIKE(3, 4) static int cell(struct libscols_line *line, size_t column, const char *fmt, ...)
{
    char text[64];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return scols_line_set_data(line, column, text);
}

static int fill_line(struct libscols_line *line, const struct msgr_bench_result *r)
{
    int e = 0;

    e |= cell(line, AUTH, "%s", msgr_bench_auth_names[r->auth]);
    e |= cell(line, SIZE, "%u", r->size);
    e |= cell(line, MESSAGES, "%.0f", per_second(r, r->messages));
    e |= cell(line, MEGABYTES, "%.1f", megabytes(r));
    e |= cell(line, P50, "%.1f", quantile_us(r, 0.5));
    e |= cell(line, P99, "%.1f", quantile_us(r, 0.99));
    e |= cell(line, P999, "%.1f", quantile_us(r, 0.999));
    e |= cell(line, CPU_CLIENT, "%.2f us", per_message_us(r, r->client_cpu_ns));
    e |= cell(line, CPU_SERVER, "%.2f us", per_message_us(r, r->server_cpu_ns));
    e |= cell(line, BAD, "%llu", (unsigned long long)r->bad);
    return e;
}

static void print_head(const struct msgr_bench_report *r)
{
    const struct msgr_bench_opened *o = &r->opened;
    struct utsname system;

    printf("%s%s, %s, %u connection%s, %u under way, crc %s, check %s, spinning %llu us; %s, %ld CPUs\n",
           o->transport, r->options->raw ? " (raw)" : "", msgr_bench_pattern_name(r->options->what.pattern),
           o->connections, o->connections == 1 ? "" : "s", r->options->what.depth, crc_on(r) ? "on" : "off",
           r->options->what.check ? "on" : "off", (unsigned long long)spin_us(r),
           uname(&system) == 0 ? system.release : "", sysconf(_SC_NPROCESSORS_ONLN));
    if (o->connections < CONNECTIONS_FOR_MEMORY)
        return;
    printf("connected in %.2f s; client: %.1f KiB for each connection, %llu threads; server: %.1f KiB, "
           "%llu threads\n",
           (double)o->elapsed_ns / 1e9, per_connection(o, &o->client_before, &o->client_after) / 1024,
           (unsigned long long)o->client_after.threads,
           per_connection(o, &o->server_before, &o->server_after) / 1024,
           (unsigned long long)o->server_after.threads);
}

static int print_table(const struct msgr_bench_report *r)
{
    struct libscols_table *table;
    int e = 0;

    print_head(r);
    fflush(stdout);
    scols_init_debug(0);
    table = scols_new_table();
    if (!table)
        return -ENOMEM;
    for (unsigned c = 0; c < COLUMNS && !e; c++)
        if (!scols_table_new_column(table, column_names[c], 0, SCOLS_FL_RIGHT))
            e = -ENOMEM;
    for (unsigned i = 0; i < r->count && !e; i++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        if (!line || fill_line(line, &r->results[i]))
            e = -ENOMEM;
    }
    if (!e)
        e = scols_print_table(table);
    scols_unref_table(table);
    return e;
}

int msgr_bench_report_print(const struct msgr_bench_report *r)
{
    int e = r->options->format == MSGR_BENCH_PLAIN ? print_table(r) : print_json(r);

    if (e == 0 && (fflush(stdout) || ferror(stdout)))
        e = -EIO;
    return e;
}
