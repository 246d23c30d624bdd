/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * osd_intruder: a client that sends an OSD what only monitors send, and ends when the OSD has seen it.
 *
 *     osd_intruder ADDRESS
 *
 * Status 1 when the OSD does not answer a ping behind that.
 */
#include <stdlib.h>

#include "common/clock.h"
#include "messages/m_ping.h"
#include "messages/message_types.h"
#include "test/interop/raw_client.h"

int main(int argc, char **argv)
{
    static const uint16_t types[] = {MSG_OSD_MAP, MSG_OSD_PG_CREATE2, MSG_OSD_MARK_ME_DOWN, MSG_MGR_MAP};
    struct m_ping ping = {0};
    struct message *answer = NULL;
    struct raw_client c;

    if (argc == 2 && raw_client_start(&c, (char[]){"intruder"}, argv[1]) == 0) {
        for (size_t i = 0; i < ARRAY_SIZE(types); i++)
            raw_client_send(&c, message_create(types[i], 1, 1));
        answer = raw_client_ask(&c, m_ping_message(&ping), MSG_PING, 60 * NSEC_PER_SEC);
        message_put(answer);
        raw_client_stop(&c);
    }
    return answer ? EXIT_SUCCESS : EXIT_FAILURE;
}
