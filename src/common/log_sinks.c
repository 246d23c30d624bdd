/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/log_sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file_io.h"
#include "common/strbuf.h"

#define BATCH_BYTES (64 << 10) /* written by one call at most, but for a longer entry */

static struct {
    int fd;     /* of the file; -1: none */
    char *path; /* NULL: none */
    bool to_stderr, err_to_stderr, to_syslog, err_to_syslog, to_journald, err_to_journald;
    char *stderr_prefix;

    struct strbuf batch;    /* lines for the file */
    unsigned batch_entries; /* in batch */
    uint64_t lost;          /* entries that the file did not take */

    struct log_queue recent;
    unsigned max_recent;

    time_t offset_until; /* utc_offset is right before this time */
    int utc_offset;
} sinks = {.fd = -1, .to_stderr = true, .max_recent = 500, .recent = LOG_QUEUE_INIT(sinks.recent)};

static int open_file(const char *path, char **err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    return fd < 0 ? err_set(err, -errno, "cannot open log file %s: %s", path, strerror(errno)) : fd;
}

static void close_file(void)
{
    if (sinks.fd >= 0)
        close(sinks.fd);
    sinks.fd = -1;
    free(sinks.path);
    sinks.path = NULL;
}

static int choose_file(const char *path, char **err)
{
    int fd;

    if (!path || !*path) {
        close_file();
        return 0;
    }
    if (sinks.path && !strcmp(sinks.path, path))
        return 0;
    fd = open_file(path, err);
    if (fd < 0)
        return fd;
    close_file();
    sinks.fd = fd;
    sinks.path = strdup(path);
    return 0;
}

int log_sinks_configure(const struct log_config *config, char **err)
{
    bool journal = config->to_journald || config->err_to_journald;
    int r = choose_file(config->to_file ? config->file : NULL, err);

    sinks.to_stderr = config->to_stderr;
    sinks.err_to_stderr = config->err_to_stderr;
    sinks.to_syslog = config->to_syslog;
    sinks.err_to_syslog = config->err_to_syslog;
    if (journal && log_journald_available()) {
        r = err_set(err, -ENOSYS, "log_to_journald: built without libsystemd");
        journal = false;
    }
    sinks.to_journald = journal && config->to_journald;
    sinks.err_to_journald = journal && config->err_to_journald;
    free(sinks.stderr_prefix);
    sinks.stderr_prefix =
        config->stderr_prefix && *config->stderr_prefix ? strdup(config->stderr_prefix) : NULL;
    if (config->max_recent)
        sinks.max_recent = config->max_recent;
    return r;
}

void log_sinks_chown(unsigned uid, unsigned gid)
{
    if (sinks.fd >= 0 && fchown(sinks.fd, uid, gid))
        fprintf(stderr, "cannot give log file %s to user %u: %s\n", sinks.path, uid, strerror(errno));
}

int log_sinks_reopen(char **err)
{
    int fd;

    if (!sinks.path)
        return 0;
    fd = open_file(sinks.path, err);
    if (fd < 0)
        return fd;
    if (sinks.fd >= 0)
        close(sinks.fd);
    sinks.fd = fd;
    return 0;
}

void log_sinks_close(void)
{
    close_file();
    free(sinks.stderr_prefix);
    sinks.stderr_prefix = NULL;
    strbuf_destroy(&sinks.batch);
    for (struct log_entry *e; (e = log_queue_pop(&sinks.recent));)
        free(e);
}

/* Says on standard error that the file takes no more, once, and in the file how much it has missed when it
 * does again. */
static void account_lost(int r)
{
    if (r) {
        if (!sinks.lost)
            fprintf(stderr, "cannot write to log file %s: %s\n", sinks.path, strerror(-r));
        sinks.lost += sinks.batch_entries;
    } else if (sinks.lost) {
        char line[128];
        int n = snprintf(line, sizeof(line), "--- %llu log entries could not be written here ---\n",
                         (unsigned long long)sinks.lost);
        sinks.lost = 0;
        (void)!fd_write(sinks.fd, line, (size_t)n);
    }
}

static void write_batch(void)
{
    if (sinks.batch.len && sinks.fd >= 0)
        account_lost(fd_write(sinks.fd, sinks.batch.text, sinks.batch.len));
    strbuf_clear(&sinks.batch);
    sinks.batch_entries = 0;
}

static int utc_offset(time_t at)
{
    if (at >= sinks.offset_until || at < sinks.offset_until - 900) {
        sinks.utc_offset = log_utc_offset(at);
        sinks.offset_until = (at / 900 + 1) * 900; /* clocks change at a quarter of an hour */
    }
    return sinks.utc_offset;
}

static void write_stderr(const char *head, unsigned head_len, const struct log_entry *e)
{
    const char *prefix = sinks.stderr_prefix ? sinks.stderr_prefix : "";
    struct iovec iov[] = {{(void *)prefix, strlen(prefix)},
                          {(void *)head, head_len},
                          {(void *)e->text, e->len},
                          {(void *)"\n", 1}};

    (void)!writev(STDERR_FILENO, iov, 4);
}

static void write_syslog(const struct log_entry *e)
{
    int priority = e->level < 0 ? LOG_ERR : e->level == 0 ? LOG_NOTICE : e->level == 1 ? LOG_INFO : LOG_DEBUG;

    syslog(LOG_USER | priority, "%llx %2d %s", (unsigned long long)e->thread, e->level, e->text);
}

static void write_entry(const struct log_entry *e)
{
    bool error = e->level < 0;
    char head[LOG_HEAD_MAX];
    unsigned n = log_entry_head(e, utc_offset((time_t)(e->stamp_ns / NSEC_PER_SEC)), head);

    if (sinks.fd >= 0) {
        strbuf_addn(&sinks.batch, head, n);
        strbuf_addn(&sinks.batch, e->text, e->len);
        strbuf_addc(&sinks.batch, '\n');
        sinks.batch_entries++;
        if (sinks.batch.len >= BATCH_BYTES)
            write_batch();
    }
    if (sinks.to_stderr || (error && sinks.err_to_stderr))
        write_stderr(head, n, e);
    if (sinks.to_syslog || (error && sinks.err_to_syslog))
        write_syslog(e);
    if (sinks.to_journald || (error && sinks.err_to_journald))
        log_journald_write(e);
}

void log_sinks_write(struct log_queue *entries)
{
    for (struct log_entry *e; (e = log_queue_pop(entries));) {
        if (e->to_sinks)
            write_entry(e);
        log_queue_push(&sinks.recent, e);
        while (sinks.recent.count > sinks.max_recent)
            free(log_queue_pop(&sinks.recent));
    }
    write_batch();
}

/* Text into *p, up to a width on the left filled with blanks; snprintf() is not for signal handlers. */
static char *put_number(char *p, int v, int width)
{
    char digits[12];
    int n = 0, magnitude = v < 0 ? -v : v;

    do
        digits[n++] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (v < 0)
        digits[n++] = '-';
    for (int i = n; i < width; i++)
        *p++ = ' ';
    while (n)
        *p++ = digits[--n];
    return p;
}

static void dump_queue(int fd, const struct log_queue *q, int *left)
{
    for (const struct log_entry *e = q ? q->first : NULL; e; e = e->next) {
        char number[16], head[LOG_HEAD_MAX], *end = put_number(number, -(--*left), 6);
        struct iovec iov[] = {{number, 0},
                              {head, log_entry_head(e, sinks.utc_offset, head)},
                              {(void *)e->text, e->len},
                              {(void *)"\n", 1}};
        *end++ = '>';
        *end++ = ' ';
        iov[0].iov_len = (size_t)(end - number);
        (void)!writev(fd, iov, 4);
    }
}

static void dump_text(int fd, const char *text)
{
    (void)!fd_write(fd, text, strlen(text));
}

static void dump_levels(int fd)
{
    for (int i = 0; i < LOG_SUBSYS_COUNT; i++) {
        char line[64], *p;
        int log_level, gather_level;
        log_get_levels((enum log_subsys)i, &log_level, &gather_level);
        p = put_number(line, log_level, 4);
        *p++ = '/';
        p = put_number(p, gather_level, 2);
        *p++ = ' ';
        (void)!fd_write(fd, line, (size_t)(p - line));
        dump_text(fd, log_subsys_name((enum log_subsys)i));
        dump_text(fd, "\n");
    }
}

void log_sinks_dump(const struct log_queue *waiting)
{
    int fd = sinks.fd >= 0 ? sinks.fd : STDERR_FILENO;
    int left = (int)(sinks.recent.count + (waiting ? waiting->count : 0));

    dump_text(fd, "--- begin dump of recent events ---\n");
    dump_queue(fd, &sinks.recent, &left);
    dump_queue(fd, waiting, &left);
    dump_text(fd, "--- logging levels ---\n");
    dump_levels(fd);
    dump_text(fd, "--- end dump of recent events ---\n");
}

void log_sinks_raw(const char *text, size_t len)
{
    if (sinks.fd >= 0)
        (void)!fd_write(sinks.fd, text, len);
    (void)!fd_write(STDERR_FILENO, text, len);
}

void log_sinks_fds(int fds[static 2])
{
    fds[0] = sinks.fd;
    fds[1] = STDERR_FILENO;
}
