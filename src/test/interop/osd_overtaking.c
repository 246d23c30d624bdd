/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_overtaking: operations that wait for different things in one placement group, the only one of its pool.
 *
 *     osd_overtaking ADDRESS POOL EPOCH LATER COUNT
 *
 * EPOCH is that of the map. Objects o1 to oCOUNT are each written with "1", read, and "2" is appended, which
 * waits until the "1" is on disk and was read. Then comes an operation that waits for the map LATER, and
 * behind it all that come after it: "3" is appended to each object. Says "sent", and stays until it is ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "messages/message_types.h"
#include "test/interop/raw_client.h"

static int64_t pool;
static uint64_t last_tid;

static void say(struct raw_client *c, const char *name, uint32_t epoch, uint16_t code, const char *data)
{
    struct osd_op step = {.code = code, .in = slice_of(buffer_create_copy(data, strlen(data)))};
    struct message *m;

    osd_op_set_extent(&step, (struct osd_op_extent){.length = strlen(data)});
    m = raw_client_op(name, pool, 1, epoch, data[0] ? OSD_FLAG_WRITE : OSD_FLAG_READ, &step);
    m->tid = ++last_tid;
    raw_client_send(c, m);
}

int main(int argc, char **argv)
{
    uint32_t epoch;
    unsigned count;
    char name[32];
    struct raw_client c;

    if (argc != 6) {
        fputs("osd_overtaking ADDRESS POOL EPOCH LATER COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    if (raw_client_start(&c, (char[]){"overtaking"}, argv[1])) {
        raw_client_stop(&c);
        return EXIT_FAILURE;
    }
    pool = atoi(argv[2]);
    epoch = (uint32_t)atoi(argv[3]);
    count = (unsigned)atoi(argv[5]);
    for (unsigned i = 1; i <= count; i++) {
        snprintf(name, sizeof(name), "o%u", i);
        say(&c, name, epoch, OSD_OP_WRITEFULL, "1");
        say(&c, name, epoch, OSD_OP_STAT, "");
        say(&c, name, epoch, OSD_OP_APPEND, "2");
    }
    say(&c, "for-the-map", (uint32_t)atoi(argv[4]), OSD_OP_STAT, "");
    for (unsigned i = 1; i <= count; i++) {
        snprintf(name, sizeof(name), "o%u", i);
        say(&c, name, epoch, OSD_OP_APPEND, "3");
    }
    puts("sent");
    fflush(stdout);
    pause();
}
