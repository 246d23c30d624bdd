/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages/message_types.h"

const char *message_type_name(uint16_t type)
{
    switch (type) {
#define X(number, constant, name) \
    case number:                  \
        return name;
        MESSAGE_TYPES(X)
#undef X
    }
    return "unknown";
}
