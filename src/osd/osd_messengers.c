/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "osd/osd_messengers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/auth_service.h"
#include "osd/osd_heartbeat.h"
#include "osd/osd_mgr.h"
#include "osdc/objecter.h"

enum { OSD_PROTOCOL = 10 };

/* What the conf says for this side, else any address of this machine: as the types of the side have it. */
static int configured_addr(const struct osd *osd, enum messenger_side side, struct entity_addr *a, char *err,
                           size_t err_size)
{
    enum option_id id = side == MESSENGER_CLUSTER && !conf_str_empty(osd->conf, OPT_cluster_addr)
                            ? OPT_cluster_addr
                            : OPT_public_addr;
    char *text = conf_str(osd->conf, id), detail[128];
    int r = 0;

    if (conf_str_empty(osd->conf, id)) {
        snprintf(err, err_size, "public_addr is not set");
        r = -EDESTADDRREQ;
    } else if (entity_addr_parse(a, text, ENTITY_ADDR_V1, NULL, detail, sizeof(detail))) {
        snprintf(err, err_size, "'%s' is no address: %s", text, detail);
        r = -EINVAL;
    }
    free(text);
    return r;
}

/* One address for each transport of the side's ms_type, at one port. */
static int addrs_for(const char *ms_type, const struct entity_addr *base, struct entity_addrvec *out)
{
    struct entity_addr a = *base;
    int r = 0;

    entity_addrvec_init(out);
    if (strstr(ms_type, "rsockets")) {
        a.type = ENTITY_ADDR_RDMA;
        r = entity_addrvec_push(out, &a);
    }
    if (r == 0 && (strstr(ms_type, "simple") || strstr(ms_type, "async"))) {
        a.type = ENTITY_ADDR_V1;
        r = entity_addrvec_push(out, &a);
    }
    return r;
}

int osd_messenger_bind(struct osd *osd, struct messenger *m, enum messenger_side side, char *err,
                       size_t err_size)
{
    char *ms_type = messenger_type_for(osd->conf, side);
    struct entity_addrvec addrs;
    struct entity_addr base;
    int r = ms_type ? configured_addr(osd, side, &base, err, err_size) : -ENOMEM;

    if (r == 0) {
        r = addrs_for(ms_type, &base, &addrs);
        if (r == 0)
            r = messenger_bind(m, &addrs, err, err_size);
        entity_addrvec_destroy(&addrs);
    }
    free(ms_type);
    return r;
}

static struct messenger *create(struct osd *osd, enum messenger_side side, const char *lname, char *err,
                                size_t err_size)
{
    struct entity_name name = {ENTITY_TYPE_OSD, osd->whoami};
    char *ms_type = messenger_type_for(osd->conf, side);
    struct messenger *m =
        ms_type ? messenger_create(osd->conf, ms_type, name, lname, (uint32_t)getpid(), err, err_size) : NULL;

    free(ms_type);
    return m;
}

static void set_public_policies(struct osd *osd)
{
    struct policy server = policy_stateless_server(0), client = policy_lossy_client(0);

    messenger_set_default_policy(osd->public, &server);
    messenger_set_policy(osd->public, ENTITY_TYPE_MON, &client);
    messenger_set_policy(osd->public, ENTITY_TYPE_MGR, &client);
    server.throttle_bytes = &osd->client_bytes;
    server.throttle_messages = &osd->client_messages;
    messenger_set_policy(osd->public, ENTITY_TYPE_CLIENT, &server);
}

static void set_cluster_policies(struct osd *osd)
{
    struct policy server = policy_stateless_server(0), peer = policy_lossless_peer(0);

    messenger_set_default_policy(osd->cluster, &server);
    messenger_set_policy(osd->cluster, ENTITY_TYPE_OSD, &peer);
}

void osd_messenger_set_auth(struct osd *osd, struct messenger *m)
{
    struct auth_upcalls upcalls = mon_client_auth_upcalls(osd->monc);

    auth_service_fill(osd->auth, &upcalls);
    messenger_set_auth(m, &upcalls);
}

/* Maps that other OSDs send it are taken up by the OSD, which hands them in. */
static int create_objecter(struct osd *osd, char *err, size_t err_size)
{
    struct messenger *m = create(osd, MESSENGER_PUBLIC, "objecter", err, err_size);
    struct policy client = policy_lossy_client(0);
    struct cluster_map *map = osd_current_map(osd);

    if (m) {
        osd->objecter_client = m;
        messenger_set_default_policy(m, &client);
        osd_messenger_set_auth(osd, m);
        messenger_add_dispatcher(m, &osd_cluster_dispatcher, osd);
        osd->objecter = objecter_create(osd->conf, m, osd->monc);
        if (!osd->objecter)
            snprintf(err, err_size, "no memory");
    }
    if (!osd->objecter) {
        cluster_map_put(map);
        return -EINVAL;
    }
    if (map)
        objecter_take_map(osd->objecter, map);
    objecter_start_fed(osd->objecter);
    return 0;
}

static int create_all(struct osd *osd, char *err, size_t err_size)
{
    osd->public = create(osd, MESSENGER_PUBLIC, "public", err, err_size);
    osd->cluster = osd->public ? create(osd, MESSENGER_CLUSTER, "cluster", err, err_size) : NULL;
    if (!osd->cluster)
        return -EINVAL;
    set_public_policies(osd);
    set_cluster_policies(osd);
    messenger_set_cluster_protocol(osd->cluster, OSD_PROTOCOL); /* on the public side they are clients */
    osd->monc = mon_client_create(osd->conf, osd->public, err, err_size);
    if (!osd->monc)
        return -EINVAL;
    osd->auth = auth_service_create(osd->conf, ENTITY_TYPE_OSD);
    if (!osd->auth)
        return -ENOMEM;
    mon_client_set_auth_service(osd->monc, osd->auth);
    osd_messenger_set_auth(osd, osd->public);
    osd_messenger_set_auth(osd, osd->cluster);
    messenger_add_dispatcher(osd->public, &osd_public_dispatcher, osd);
    messenger_add_dispatcher(osd->cluster, &osd_cluster_dispatcher, osd);
    return create_objecter(osd, err, err_size);
}

int osd_messengers_start(struct osd *osd, char *err, size_t err_size)
{
    int r = create_all(osd, err, err_size);

    if (r == 0)
        r = osd_messenger_bind(osd, osd->public, MESSENGER_PUBLIC, err, err_size);
    if (r == 0)
        r = osd_messenger_bind(osd, osd->cluster, MESSENGER_CLUSTER, err, err_size);
    if (r == 0)
        r = messenger_addrs(osd->public, &osd->public_addrs);
    if (r == 0)
        r = messenger_addrs(osd->cluster, &osd->cluster_addrs);
    if (r == 0)
        r = osd_heartbeat_create(osd, err, err_size);
    if (r == 0)
        r = messenger_start(osd->public);
    if (r == 0)
        r = messenger_start(osd->cluster);
    if (r == 0)
        r = messenger_start(osd->objecter_client);
    return r;
}

void osd_messengers_stop(struct osd *osd)
{
    osd_heartbeat_stop(osd);
    if (osd->public)
        messenger_shutdown(osd->public);
    if (osd->cluster)
        messenger_shutdown(osd->cluster);
    if (osd->objecter)
        objecter_stop(osd->objecter);
    if (osd->objecter_client)
        messenger_shutdown(osd->objecter_client);
}

void osd_messengers_destroy(struct osd *osd)
{
    osd_heartbeat_destroy(osd);
    messenger_destroy(osd->public);
    messenger_destroy(osd->cluster);
    objecter_free(osd->objecter);
    messenger_destroy(osd->objecter_client);
    osd->objecter = NULL;
    osd->public = osd->cluster = osd->objecter_client = NULL;
    auth_service_free(osd->auth);
    osd->auth = NULL;
    entity_addrvec_destroy(&osd->public_addrs);
    entity_addrvec_destroy(&osd->cluster_addrs);
}
