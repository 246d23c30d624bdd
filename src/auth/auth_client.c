/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/auth_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "types/string_list.h"

static uint32_t protocol_by_name(const char *name)
{
    /* cephx will be named here when there is a client for it. */
    return strcmp(name, "none") == 0 ? AUTH_PROTOCOL_NONE : AUTH_PROTOCOL_UNKNOWN;
}

static enum option_id protocols_option(const struct conf *conf)
{
    if (!conf_str_empty(conf, OPT_auth_supported))
        return OPT_auth_supported;
    return strcmp(conf_type(conf), "client") == 0 ? OPT_auth_client_required : OPT_auth_cluster_required;
}

unsigned auth_client_protocols(const struct conf *conf, uint32_t *protocols, unsigned max, char *err,
                               size_t err_size)
{
    enum option_id option = protocols_option(conf);
    char *text = conf_str(conf, option);
    struct string_list names = {0};
    unsigned count = 0;

    if (string_list_split(&names, text, ",; \t") == 0) {
        for (unsigned i = 0; i < names.count && count < max; i++) {
            protocols[count] = protocol_by_name(names.items[i]);
            count += protocols[count] != AUTH_PROTOCOL_UNKNOWN;
        }
    }
    if (count == 0)
        snprintf(err, err_size, "%s = %s names no authentication protocol that is available here (none)",
                 option_get(option)->name, text);
    string_list_destroy(&names);
    free(text);
    return count;
}

struct auth_client *auth_client_create(uint32_t protocol, const struct conf *conf UNUSED,
                                       const struct entity_id *name)
{
    return protocol == AUTH_PROTOCOL_NONE ? auth_none_client_create(name) : NULL;
}

struct auth_upcalls auth_client_upcalls(struct auth_client *c)
{
    struct auth_upcalls upcalls = c->ops->connector;

    upcalls.arg = c;
    return upcalls;
}
