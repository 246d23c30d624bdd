/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_bad_ops: operations that no library sends, and what an OSD answers.
 *
 *     osd_bad_ops ADDRESS POOL PG_NUM EPOCH
 *
 * POOL is a pool's number, EPOCH that of the map. Prints a line for each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "messages/m_osd_op.h"
#include "messages/message_types.h"
#include "test/interop/raw_client.h"

#define NAME "strange"

struct bad_op {
    const char *what;
    uint16_t code;
    uint32_t flags;
    int64_t pool;  /* added to that of the command line */
    int32_t epoch; /* likewise */
};

static const struct bad_op bad_ops[] = {
    {"a good one, for an object that is not there", OSD_OP_STAT, OSD_FLAG_READ, 0, 0},
    {"a code that nobody knows", 0x1277, OSD_FLAG_READ, 0, 0},
    {"one that would write", 0x2277, OSD_FLAG_WRITE, 0, 0},
    {"a write that says it reads", OSD_OP_CREATE, OSD_FLAG_READ, 0, 0},
    {"a read that says it writes", OSD_OP_STAT, OSD_FLAG_WRITE, 0, 0},
    {"a pool that is not there", OSD_OP_STAT, OSD_FLAG_READ, 990, 0},
    {"a map of before the pool", OSD_OP_STAT, OSD_FLAG_READ, 0, -1000},
    {"a map that is not there yet", OSD_OP_STAT, OSD_FLAG_READ, 0, 1000},
    {"a good one, which waits behind that", OSD_OP_STAT, OSD_FLAG_READ, 0, 0},
};

static struct message *make(const struct bad_op *b, int64_t pool, uint32_t pg_num, int32_t epoch)
{
    const struct osd_op step = {.code = b->code};

    epoch += b->epoch;
    return raw_client_op(NAME, pool + b->pool, pg_num, epoch > 1 ? (uint32_t)epoch : 1, b->flags, &step);
}

static void show(const struct bad_op *b, struct message *answer)
{
    struct m_osd_op_reply r;

    if (!answer)
        printf("%s: no answer\n", b->what);
    else if (m_osd_op_reply_decode(&r, answer))
        printf("%s: an answer that cannot be read\n", b->what);
    else
        printf("%s: %" PRId32 "\n", b->what, r.result);
    if (answer)
        m_osd_op_reply_destroy(&r);
    message_put(answer);
}

int main(int argc, char **argv)
{
    struct raw_client c;
    int r = -1;

    if (argc != 5) {
        fputs("osd_bad_ops ADDRESS POOL PG_NUM EPOCH\n", stderr);
        return EXIT_FAILURE;
    }
    r = raw_client_start(&c, (char[]){"strange"}, argv[1]);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(bad_ops); i++) {
        struct message *m = make(&bad_ops[i], atoi(argv[2]), (uint32_t)atoi(argv[3]), atoi(argv[4]));

        m->tid = i + 1;
        show(&bad_ops[i], raw_client_ask(&c, m, MSG_OSD_OPREPLY, 3 * NSEC_PER_SEC));
    }
    raw_client_stop(&c);
    return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
