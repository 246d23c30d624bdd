/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mon_op: one request to the monitor on its way: a message, or a command from the admin socket.
 *
 * An op is run by op->run(). That either ends it (mon_op_free(), mon_op_reply()) or puts it into a list to
 * wait: for a service to become writable, after which run() is called again from the start, or for a commit.
 *
 * Owner: whoever runs it, or the list it waits in. Locks: the monitor's, for everything here.
 */
#ifndef CEPH_MON_MON_OP_H
#define CEPH_MON_MON_OP_H

#include <jansson.h>
#include <stdbool.h>

#include "common/compiler.h"
#include "common/list.h"
#include "common/strbuf.h"
#include "msg/message.h"

struct fsid;
struct monitor;
struct mon_session;
struct mon_command;

/* What a command's handler returns when the op waits and is not answered yet. */
#define MON_OP_WAITS 0x7fffffff

struct mon_op {
    struct list entry;
    struct monitor *mon;
    struct mon_session *session; /* a reference; NULL: from the admin socket */
    struct message *msg;         /* a reference; NULL likewise */
    void (*run)(struct mon_op *op);
    void (*committed)(
        struct mon_op *op); /* the commit it waited for is done; ends it or lets it wait again */

    /* commands */
    json_t *cmd;                       /* {"prefix": ...} */
    char *text;                        /* the same as it came, for the echo and the audit log */
    const struct mon_command *command; /* fixed once found */
    bool json, pretty;                 /* what "format" asked for */
    struct bufferlist input;
    struct bufferlist output;
    struct strbuf status; /* the line beside the output */
    uint64_t version;     /* of the map that has the change; goes into the ack */
    int result;           /* what is answered once the commit is done */
    uint64_t result_u64;  /* the same, for messages: a sequence number */
    void (*reply)(struct mon_op *op, int r);
    void *reply_arg;
};

/* Takes references of session and msg. NULL: no memory. */
struct mon_op *mon_op_create(struct monitor *mon, struct mon_session *session, struct message *msg);
void mon_op_free(struct mon_op *op);

/* Ends a command: answers and frees. */
void mon_op_reply(struct mon_op *op, int r);

/* ---- for handlers of messages ---- */

/* r: of a message's decoder. False: it failed, and the op ended with a line in the log. */
bool mon_op_decoded(struct mon_op *op, int r);
/* False: the message was for another cluster, and the op ended. All zero is fine: a daemon that starts may
 * not know the id yet. */
bool mon_op_right_cluster(struct mon_op *op, const struct fsid *fsid);
/* Answers with the request's tid and ends the op. Takes m; NULL: it could not be made. */
void mon_op_answer(struct mon_op *op, struct message *m);

/* ---- for command handlers; arguments are read by common/command_sig.h ---- */

/* The line beside the output. */
void mon_op_status(struct mon_op *op, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Sets the line and returns r: `return mon_op_fail(op, -ENOENT, "...")`. */
int mon_op_fail(struct mon_op *op, int r, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Output as text or bytes, which are zeroed once they are sent: it may be a key. 0 or -ENOMEM. */
int mon_op_text(struct mon_op *op, const char *text);
int mon_op_printf(struct mon_op *op, const char *fmt, ...) PRINTF_LIKE(2, 3);
int mon_op_steal_text(struct mon_op *op, struct strbuf *s); /* takes what s holds */
int mon_op_bytes(struct mon_op *op, const void *data, size_t len);
/* Output as JSON, in the style that was asked for; pretty when none was and plain_is_pretty. Takes the
 * reference; NULL gives -ENOMEM. */
int mon_op_json(struct mon_op *op, json_t *value, bool plain_is_pretty);

#endif
