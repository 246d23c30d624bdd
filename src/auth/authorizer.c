/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/authorizer.h"

#include <stdlib.h>
#include <string.h>

void auth_identity_destroy(struct auth_identity *id)
{
    free(id->entity_id);
    free(id->caps);
    memset(id, 0, sizeof(*id));
}
