/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of `rados` on watches and notifications. A notification carries a string of Ceph's encoding.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "include/rados/librados_more.h"
#include "tools/rados_tool.h"

#define NOTIFY_TIMEOUT_MS 10000

struct watching {
    rados_ioctx_t io;
    const char *oid;
};

/* What came is sent back as the answer. */
static void notified(void *arg, uint64_t notify_id, uint64_t handle, uint64_t notifier, void *data,
                     size_t len)
{
    const struct watching *w = arg;

    printf("NOTIFY cookie %" PRIu64 " notify_id %" PRIu64 " from %" PRIu64 "\n", handle, notify_id, notifier);
    tool_hexdump(data, len);
    fflush(stdout);
    rados_notify_ack(w->io, w->oid, notify_id, handle, data, (int)len);
}

static void watch_failed(void *arg UNUSED, uint64_t cookie, int err)
{
    printf("ERROR cookie %" PRIu64 " err (%d) %s\n", cookie, -err, strerror(-err));
    fflush(stdout);
}

static int cmd_watch(struct rados_tool *t, int argc UNUSED, char **argv)
{
    struct watching w = {.io = t->io, .oid = argv[0]};
    uint64_t cookie;
    int r = rados_watch2(t->io, argv[0], &cookie, notified, watch_failed, &w);

    if (r < 0)
        return tool_error(r, "error calling watch");
    printf("press enter to exit...\n");
    fflush(stdout);
    getchar();
    rados_unwatch2(t->io, cookie);
    rados_watch_flush(t->cluster);
    return 0;
}

static void print_answers(const char *reply, size_t len)
{
    struct notify_timeout_t *timeouts;
    struct notify_ack_t *acks;
    size_t ack_count, timeout_count;

    if (!reply ||
        rados_decode_notify_response((char *)reply, len, &acks, &ack_count, &timeouts, &timeout_count))
        return;
    for (size_t i = 0; i < ack_count; i++) {
        printf("reply client.%" PRIu64 " cookie %" PRIu64 " : %" PRIu64 " bytes\n", acks[i].notifier_id,
               acks[i].cookie, acks[i].payload_len);
        if (acks[i].payload_len)
            tool_hexdump(acks[i].payload, acks[i].payload_len);
    }
    for (size_t i = 0; i < timeout_count; i++)
        printf("timeout client.%" PRIu64 " cookie %" PRIu64 "\n", timeouts[i].notifier_id,
               timeouts[i].cookie);
    rados_free_notify_response(acks, ack_count, timeouts);
}

static int cmd_notify(struct rados_tool *t, int argc UNUSED, char **argv)
{
    struct encode e;
    char *reply = NULL;
    size_t len = 0;
    int r;

    encode_init(&e);
    encode_string(&e, argv[1]);
    r = encode_error(&e) ? -ENOMEM
                         : rados_notify2(t->io, argv[0], (const char *)e.data, (int)e.len, NOTIFY_TIMEOUT_MS,
                                         &reply, &len);
    encode_destroy(&e);
    if (r < 0)
        tool_error(r, "error calling notify");
    print_answers(reply, len);
    rados_buffer_free(reply);
    return r < 0 ? r : 0;
}

static int cmd_listwatchers(struct rados_tool *t, int argc UNUSED, char **argv)
{
    struct rados_watcher *watchers;
    size_t count;
    int r = rados_list_watchers(t->io, argv[0], &watchers, &count);

    if (r < 0)
        return tool_error(r, "error listing watchers %s/%s", t->pool, argv[0]);
    for (size_t i = 0; i < count; i++)
        printf("watcher=%s client.%" PRId64 " cookie=%" PRIu64 "\n", watchers[i].addr, watchers[i].watcher_id,
               watchers[i].cookie);
    free(watchers);
    return 0;
}

const struct rados_command rados_watch_commands[] = {
    {"watch", 1, 1, NEEDS_POOL | REPEATS_ERROR, cmd_watch,
     "watch OBJECT             print notifications until enter is pressed"},
    {"notify", 2, 2, NEEDS_POOL | REPEATS_ERROR, cmd_notify,
     "notify OBJECT MESSAGE    notify who watches it"},
    {"listwatchers", 1, 1, NEEDS_POOL, cmd_listwatchers, "listwatchers OBJECT      who watches it"},
    {NULL, 0, 0, 0, NULL, NULL},
};
