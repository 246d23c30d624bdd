/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/admin_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/admin_socket_path.h"
#include "common/bytes.h"
#include "common/clock.h"
#include "common/command_sig.h"
#include "common/log.h"
#include "common/mutex.h"
#include "common/thread.h"

#define CLIENTS_MAX    32
#define REQUEST_MAX    (1 << 20)
#define CLIENT_TIMEOUT (10 * NSEC_PER_SEC) /* to send a whole request, or to take a whole answer */

struct command {
    const char *sig, *help;
    admin_socket_fn *fn;
    void *arg;
};

struct client {
    int fd; /* -1: free place */
    char *in;
    size_t in_len;
    char *out; /* once there is an answer */
    size_t out_len, out_sent;
    uint64_t deadline_ns;
};

struct admin_socket {
    /* fixed after start */
    char *path;
    int listener, stop_event;
    ino_t inode;
    struct thread thread;
    bool has_thread;

    struct mutex lock; /* commands */
    struct cond idle;  /* the running command ended */
    struct command *commands;
    size_t count;
    const void *running; /* arg of the command that runs now; NULL: none */

    /* its thread only */
    struct client clients[CLIENTS_MAX];
};

static _Thread_local struct admin_socket *serving; /* the one whose thread this is */

static void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    free(c->in);
    free(c->out);
    *c = (struct client){.fd = -1};
}

/* Makes the answer from a length and len bytes of text. */
static void client_answer(struct client *c, const char *text, size_t len)
{
    c->out = malloc(len + 4);
    if (!c->out) {
        client_close(c);
        return;
    }
    put_be32(c->out, (uint32_t)len);
    memcpy(c->out + 4, text, len);
    c->out_len = len + 4;
    c->out_sent = 0;
    c->deadline_ns = clock_monotonic_ns() + CLIENT_TIMEOUT;
}

static void client_answer_error(struct client *c, int r, const char *why)
{
    struct strbuf s = STRBUF_INIT;

    strbuf_printf(&s, "ERROR: (%d) %s\n%s%s", -r, strerror(-r), why ? why : "", why ? "\n" : "");
    client_answer(c, strbuf_text(&s), s.len);
    strbuf_destroy(&s);
}

/* Finds the command and marks it as running; false when there is none. */
static bool begin_command(struct admin_socket *as, const char *prefix, struct command *out)
{
    bool found = false;

    mutex_lock(&as->lock);
    while (as->running)
        cond_wait(&as->idle, &as->lock);
    for (size_t i = 0; i < as->count && !found; i++)
        if (command_sig_matches(as->commands[i].sig, prefix)) {
            *out = as->commands[i];
            as->running = out->arg;
            found = true;
        }
    mutex_unlock(&as->lock);
    return found;
}

static void end_command(struct admin_socket *as)
{
    mutex_lock(&as->lock);
    as->running = NULL;
    cond_broadcast(&as->idle);
    mutex_unlock(&as->lock);
}

int admin_socket_call(struct admin_socket *as, const json_t *cmd, struct strbuf *out, char **err)
{
    const char *prefix = command_str(cmd, "prefix", NULL);
    enum formatter_style style = FORMATTER_JSON_PRETTY;
    size_t before = out->len;
    struct formatter f;
    struct command k;
    int r;

    if (!prefix)
        return err_set(err, -EINVAL, "invalid json, missing format and/or prefix");
    if (!begin_command(as, prefix, &k))
        return err_set(err, -EINVAL, "unknown command prefix %s", prefix);
    (void)formatter_style_parse(command_str(cmd, "format", "json-pretty"), &style);
    formatter_init(&f, style);
    r = command_sig_check(k.sig, cmd, err);
    if (!r) {
        dout(asok, 1, "admin socket: '%s'", prefix);
        r = k.fn(k.arg, cmd, &f, out, err);
    }
    end_command(as);
    if (!r && out->len == before && !f.out.len) {
        formatter_open_object(&f, NULL);
        formatter_close(&f);
    }
    if (!r && out->len == before)
        strbuf_addn(out, f.out.text, f.out.len);
    if (!r && (out->failed || f.out.failed))
        r = -ENOMEM;
    formatter_destroy(&f);
    return r;
}

static void run_command(struct admin_socket *as, struct client *c, const json_t *cmd)
{
    struct strbuf out = STRBUF_INIT;
    char *err = NULL;
    int r = admin_socket_call(as, cmd, &out, &err);

    if (r)
        client_answer_error(c, r, err);
    else
        client_answer(c, strbuf_text(&out), out.len);
    strbuf_destroy(&out);
    free(err);
}

static void serve_request(struct admin_socket *as, struct client *c)
{
    json_t *cmd = NULL;

    if (!strcmp(c->in, "0")) { /* old clients ask for the version of the protocol so */
        client_answer(c, "2", 1);
        return;
    }
    cmd = json_loads(c->in, 0, NULL);
    if (!json_is_object(cmd))
        client_answer_error(c, -EINVAL, "invalid json");
    else
        run_command(as, c, cmd);
    json_decref(cmd);
}

/* Takes what the client sent; serves it when it is whole. */
static void client_read(struct admin_socket *as, struct client *c)
{
    char chunk[4096], *in, *end;
    ssize_t n = recv(c->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || c->in_len + (size_t)n > REQUEST_MAX) {
        client_close(c);
        return;
    }
    in = realloc(c->in, c->in_len + (size_t)n + 1);
    if (!in) {
        client_close(c);
        return;
    }
    c->in = in;
    memcpy(in + c->in_len, chunk, (size_t)n);
    in[c->in_len + (size_t)n] = '\0';
    end = in + c->in_len + strcspn(in + c->in_len, "\n");
    c->in_len += (size_t)n;
    if (end == in + c->in_len)
        return;
    *end = '\0';
    serve_request(as, c);
}

static void client_write(struct client *c)
{
    ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        c->out_sent += (size_t)n;
    if (n <= 0 || c->out_sent == c->out_len)
        client_close(c);
}

/* Takes a new client; false when that failed in a way that will not go away at once. */
static bool accept_client(struct admin_socket *as)
{
    struct client *c = as->clients;
    int fd = accept4(as->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS;
    while (c->fd >= 0)
        c++; /* there is a free place, or the listener would not have been asked */
    c->fd = fd;
    c->deadline_ns = clock_monotonic_ns() + CLIENT_TIMEOUT;
    return true;
}

/* Fills fds: stop event, listener (when there is room), clients in their order. Gives the milliseconds to the
 * next deadline, or -1. */
static int prepare_poll(const struct admin_socket *as, struct pollfd fds[static CLIENTS_MAX + 2],
                        bool listen_now)
{
    uint64_t now = clock_monotonic_ns(), next = UINT64_MAX;
    bool room = false;

    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        const struct client *c = &as->clients[i];
        fds[i + 2] = (struct pollfd){.fd = c->fd, .events = c->out ? POLLOUT : POLLIN};
        if (c->fd < 0)
            room = true;
        else if (c->deadline_ns < next)
            next = c->deadline_ns;
    }
    fds[0] = (struct pollfd){.fd = as->stop_event, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = room && listen_now ? as->listener : -1, .events = POLLIN};
    if (!listen_now && next > now + 100 * NSEC_PER_MSEC)
        next = now + 100 * NSEC_PER_MSEC;
    return next == UINT64_MAX ? -1 : next <= now ? 0 : (int)((next - now) / NSEC_PER_MSEC) + 1;
}

static void *serve(void *arg)
{
    struct admin_socket *as = arg;
    struct pollfd fds[CLIENTS_MAX + 2];
    bool listen_now = true;

    serving = as;
    for (;;) {
        int n = poll(fds, ARRAY_SIZE(fds), prepare_poll(as, fds, listen_now));
        uint64_t now = clock_monotonic_ns();
        if (n < 0)
            continue;
        if (fds[0].revents)
            break;
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
            struct client *c = &as->clients[i];
            if (c->fd >= 0 && fds[i + 2].revents) {
                if (c->out)
                    client_write(c);
                else
                    client_read(as, c);
            }
            if (c->fd >= 0 && now >= c->deadline_ns)
                client_close(c);
        }
        listen_now = !fds[1].revents || accept_client(as);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        client_close(&as->clients[i]);
    return NULL;
}

static int help(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                char **err UNUSED)
{
    struct admin_socket *as = arg;

    mutex_lock(&as->lock);
    formatter_open_object(f, NULL);
    for (size_t i = 0; i < as->count; i++) {
        char *prefix = as->commands[i].help ? command_sig_prefix(as->commands[i].sig) : NULL;
        if (prefix)
            formatter_string(f, prefix, as->commands[i].help);
        free(prefix);
    }
    formatter_close(f);
    mutex_unlock(&as->lock);
    return 0;
}

static int descriptions(void *arg, const json_t *cmd UNUSED, struct formatter *f, struct strbuf *out UNUSED,
                        char **err UNUSED)
{
    struct admin_socket *as = arg;

    mutex_lock(&as->lock);
    formatter_open_object(f, NULL);
    for (size_t i = 0; i < as->count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "cmd%03zu", i);
        formatter_open_object(f, name);
        command_sig_describe(f, as->commands[i].sig);
        formatter_string(f, "help", as->commands[i].help ? as->commands[i].help : "");
        formatter_string(f, "module", "mon");
        formatter_string(f, "perm", "");
        formatter_int(f, "flags", 0);
        formatter_close(f);
    }
    formatter_close(f);
    mutex_unlock(&as->lock);
    return 0;
}

/* The protocol's version, under the names that clients of all ages use. */
static int protocol(void *arg UNUSED, const json_t *cmd UNUSED, struct formatter *f UNUSED,
                    struct strbuf *out, char **err UNUSED)
{
    strbuf_add(out, "2");
    return 0;
}

static int register_own(struct admin_socket *as)
{
    int r = admin_socket_register(as, "0", NULL, protocol, as);

    if (!r)
        r = admin_socket_register(as, "help", "list the commands and what they do", help, as);
    if (!r)
        r = admin_socket_register(as, "get_command_descriptions", "list the commands with their arguments",
                                  descriptions, as);
    return r;
}

int admin_socket_start(struct admin_socket **out, const char *path, int mode, char **err)
{
    struct admin_socket *as = calloc(1, sizeof(*as));
    int r = -ENOMEM;

    *out = NULL;
    if (!as)
        return r;
    mutex_init(&as->lock, "admin socket", LOCK_RANK_ADMIN_SOCKET);
    cond_init(&as->idle);
    as->listener = as->stop_event = -1;
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        as->clients[i].fd = -1;
    r = register_own(as);
    if (r)
        goto fail;
    if (!path) {
        *out = as;
        return 0;
    }
    as->path = strdup(path);
    r = as->path ? admin_socket_listen(path, mode, &as->listener, &as->inode, err) : -ENOMEM;
    if (r)
        goto fail;
    as->stop_event = eventfd(0, EFD_CLOEXEC);
    r = as->stop_event < 0 ? -errno : thread_start(&as->thread, "admin_socket", serve, as);
    if (r) {
        err_set(err, r, "admin socket: %s", strerror(-r));
        goto fail;
    }
    as->has_thread = true;
    *out = as;
    return 0;
fail:
    admin_socket_stop(as);
    return r;
}

void admin_socket_stop(struct admin_socket *as)
{
    if (!as)
        return;
    if (as->has_thread) {
        (void)!eventfd_write(as->stop_event, 1);
        thread_join(&as->thread);
    }
    if (as->listener >= 0) {
        admin_socket_remove(as->path, as->inode);
        close(as->listener);
    }
    if (as->stop_event >= 0)
        close(as->stop_event);
    free(as->commands);
    free(as->path);
    cond_destroy(&as->idle);
    mutex_destroy(&as->lock);
    free(as);
}

int admin_socket_register(struct admin_socket *as, const char *sig, const char *help_text,
                          admin_socket_fn *fn, void *arg)
{
    char *prefix = command_sig_prefix(sig);
    struct command *commands = NULL;
    size_t at = 0;
    int r = prefix ? 0 : -ENOMEM;

    mutex_lock(&as->lock);
    for (size_t i = 0; i < as->count && !r; i++)
        if (command_sig_matches(as->commands[i].sig, prefix))
            r = -EEXIST;
    if (!r) {
        commands = reallocarray(as->commands, as->count + 1, sizeof(*commands));
        r = commands ? 0 : -ENOMEM;
    }
    if (!r) {
        as->commands = commands;
        while (at < as->count && strcmp(commands[at].sig, sig) < 0)
            at++;
        memmove(&commands[at + 1], &commands[at], (as->count - at) * sizeof(*commands));
        commands[at] = (struct command){sig, help_text, fn, arg};
        as->count++;
    }
    mutex_unlock(&as->lock);
    free(prefix);
    return r;
}

int admin_socket_register_all(struct admin_socket *as, const struct admin_socket_command *commands,
                              size_t count, void *arg)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++)
        r = admin_socket_register(as, commands[i].sig, commands[i].help, commands[i].fn, arg);
    return r;
}

void admin_socket_unregister(struct admin_socket *as, const void *arg)
{
    size_t kept = 0;

    mutex_lock(&as->lock);
    for (size_t i = 0; i < as->count; i++)
        if (as->commands[i].arg != arg)
            as->commands[kept++] = as->commands[i];
    as->count = kept;
    while (as->running == arg && serving != as)
        cond_wait(&as->idle, &as->lock);
    mutex_unlock(&as->lock);
}
