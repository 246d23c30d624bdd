/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message_factory: from a type number to its codec, and the one-line text of any message for logs.
 */
#ifndef CEPH_MESSAGES_MESSAGE_FACTORY_H
#define CEPH_MESSAGES_MESSAGE_FACTORY_H

#include "messages/message_codec.h"

#define MESSAGE_DESCRIBE_MAX 512

/* NULL: a type whose payload nobody here reads. */
const struct message_codec *message_factory_find(uint16_t type);
/* All codecs, for tests and the fuzzer; ends with NULL. */
const struct message_codec *const *message_factory_all(void);

/* "mon_subscribe({config=0+,monmap=0+}) v3"; a payload that cannot be read is said to be so. Returns buf. */
const char *message_describe(const struct message *m, char *buf, size_t size);

#endif
