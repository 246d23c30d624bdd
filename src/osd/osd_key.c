/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/keyring.h"
#include "common/strbuf.h"

static int add_key(struct keyring *k, const struct entity_id *name, const char *path, char **err)
{
    struct keyring_entry *e = keyring_add(k, name);
    int r;

    if (!e)
        return -ENOMEM;
    if (crypto_key_is_usable(&e->key))
        return 0;
    r = crypto_key_generate(&e->key, utime_now());
    return r ? err_set(err, r, "can't make a key: %s", strerror(-r)) : keyring_write(k, path, 0, err);
}

int osd_key_make(const struct conf *conf, char **err)
{
    struct entity_id name = {.type = ENTITY_TYPE_OSD, .id = strdup(conf_id(conf))};
    char *path = conf_str(conf, OPT_keyring);
    struct keyring k;
    int r = name.id && path ? 0 : -ENOMEM;

    keyring_init(&k);
    if (r == 0 && access(path, F_OK) == 0)
        r = keyring_read(&k, path, err);
    if (r == 0)
        r = add_key(&k, &name, path, err);
    keyring_destroy(&k);
    free(path);
    entity_id_destroy(&name);
    return r;
}
