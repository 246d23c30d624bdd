/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/auth_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_registry.h"
#include "auth/cephx_client.h"
#include "auth/cephx_dial.h"
#include "auth/keyring.h"
#include "common/log.h"

/* What clients and daemons dial; tickets for them are got beforehand. */
#define SERVICES_DIALLED (ENTITY_TYPE_MON | ENTITY_TYPE_OSD | ENTITY_TYPE_MGR)

static enum option_id protocols_option(const struct conf *conf)
{
    return strcmp(conf_type(conf), "client") == 0 ? OPT_auth_client_required : OPT_auth_cluster_required;
}

/* False, with a line in err: cephx is of no use without a key. */
static bool have_key(const struct conf *conf, const struct entity_id *name, char *err, size_t err_size)
{
    struct crypto_key key;
    char *why = NULL;
    int r = keyring_find_key(conf, name, &key, &why);

    crypto_key_wipe(&key);
    if (r)
        snprintf(err, err_size, "auth: %s: (%d) %s", why ? why : "no key", -r, strerror(-r));
    free(why);
    return r == 0;
}

unsigned auth_client_protocols(const struct conf *conf, const struct entity_id *name, uint32_t *protocols,
                               unsigned max, char *err, size_t err_size)
{
    enum option_id option = protocols_option(conf);
    struct auth_protocols list = auth_registry_list(conf, option);
    unsigned count = 0;
    char *text;

    if (list.count == 0) {
        text = conf_str(conf, option);
        snprintf(err, err_size, "%s = %s names no authentication protocol (none, cephx)",
                 option_get(option)->name, text);
        free(text);
        return 0;
    }
    for (unsigned i = 0; i < list.count && count < max; i++)
        if (list.p[i] != AUTH_PROTOCOL_CEPHX || have_key(conf, name, err, err_size))
            protocols[count++] = list.p[i];
    if (count && count < list.count)
        derr(auth, "%s: going on without cephx", err);
    return count;
}

static struct auth_client *create_cephx(const struct conf *conf, const struct entity_id *name,
                                        struct auth_service *service)
{
    struct crypto_key secret;
    struct cephx_client_config config = {
        .conf = conf,
        .name = name,
        .secret = &secret,
        .services = SERVICES_DIALLED,
        .service = service,
    };
    struct auth_client *c = NULL;
    char *err = NULL;

    if (keyring_find_key(conf, name, &secret, &err) == 0)
        c = cephx_client_create(&config);
    else
        derr(auth, "%s", err ? err : "no key");
    crypto_key_wipe(&secret);
    free(err);
    return c;
}

struct auth_client *auth_client_create(uint32_t protocol, const struct conf *conf,
                                       const struct entity_id *name, struct auth_service *service)
{
    switch (protocol) {
    case AUTH_PROTOCOL_NONE:
        return auth_none_client_create(name);
    case AUTH_PROTOCOL_CEPHX:
        return create_cephx(conf, name, service);
    default:
        return NULL;
    }
}

void auth_client_release_dial(struct authorizer *a)
{
    if (a->protocol == AUTH_PROTOCOL_CEPHX)
        cephx_dial_release(a);
}
