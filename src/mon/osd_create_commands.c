/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `osd new` takes as input {"cephx_secret": KEY, "crush_device_class": NAME}, both optional together. Both
 * commands may be repeated: an OSD that has the uuid is what was asked for.
 */
#include "mon/osd_create_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "crush/crush_class.h"
#include "mon/auth_monitor.h"
#include "mon/monitor.h"
#include "mon/osd_arguments.h"
#include "mon/osd_monitor.h"

struct request {
    struct fsid uuid; /* zero: none */
    int32_t wanted;   /* -1: any number */
    /* what the input has */
    bool has_key;
    struct crypto_key key;
    char device_class[64]; /* "": none */
};

static struct paxos_service *service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_OSD];
}

static struct paxos_service *auth_service(const struct mon_op *op)
{
    return op->mon->services[MON_SERVICE_AUTH];
}

static int read_secrets(struct mon_op *op, const json_t *secrets, struct request *q)
{
    const char *key = json_string_value(json_object_get(secrets, "cephx_secret"));
    const char *name = json_string_value(json_object_get(secrets, "crush_device_class"));

    if (!json_is_object(secrets))
        return mon_op_fail(op, -EINVAL, "the input is not a JSON object");
    if (json_object_get(secrets, "dmcrypt_key") || json_object_get(secrets, "cephx_lockbox_secret"))
        return mon_op_fail(op, -EOPNOTSUPP, "keys of encrypted disks are not kept here");
    if (!key)
        return mon_op_fail(op, -EINVAL, "requires a cephx secret.");
    if (crypto_key_parse(&q->key, key))
        return mon_op_fail(op, -EINVAL, "the cephx secret is not a key");
    q->has_key = true;
    if (name &&
        snprintf(q->device_class, sizeof(q->device_class), "%s", name) >= (int)sizeof(q->device_class))
        return mon_op_fail(op, -EINVAL, "the name of the device class is too long");
    return 0;
}

static int read_request(struct mon_op *op, struct request *q)
{
    const char *uuid = command_str(op->cmd, "uuid", NULL);
    int r = osd_argument_id(op, "id", -1, &q->wanted);

    if (r == 0 && uuid && fsid_parse(&q->uuid, uuid))
        r = mon_op_fail(op, -EINVAL, "'%s' is not a uuid", uuid);
    if (r == 0 && q->wanted >= conf_i64(op->mon->conf, OPT_mon_max_osd))
        r = mon_op_fail(op, -ERANGE, "osd.%" PRId32 " is not below mon_max_osd", q->wanted);
    return r;
}

static int read_input(struct mon_op *op, struct request *q)
{
    struct slice input;
    json_t *secrets;
    int r = op->input.len ? bufferlist_flatten(&op->input, &input) : 0;

    if (r || !op->input.len)
        return r;
    secrets = json_loadb((const char *)input.data, input.len, 0, NULL);
    slice_put(&input);
    r = read_secrets(op, secrets, q);
    json_decref(secrets);
    return r;
}

/* The OSD of the request, if there is one by now: its number; else -1. */
static int32_t find_by_uuid(const struct osdmap *map, const struct fsid *uuid)
{
    for (int32_t osd = 0; !fsid_is_zero(uuid) && osd < (int32_t)map->max_osd; osd++)
        if (osdmap_exists(map, osd) && fsid_equal(&map->osds[osd].uuid, uuid))
            return osd;
    return -1;
}

static bool is_pending(const struct osd_pending *p, const struct fsid *uuid)
{
    for (unsigned i = 0; !fsid_is_zero(uuid) && i < p->inc.new_uuid_count; i++)
        if (fsid_equal(&p->inc.new_uuid[i].uuid, uuid))
            return true;
    return false;
}

static int answer(struct mon_op *op, int32_t osd)
{
    if (op->json)
        return mon_op_json(op, json_pack("{s:i}", "osdid", osd), false);
    return mon_op_printf(op, "%" PRId32 "\n", osd);
}

/* An OSD with this uuid is there: it must be the one that was asked for. */
static int answer_existing(struct mon_op *op, const struct request *q, int32_t osd)
{
    const struct keyring_entry *e;
    char text[24];
    struct entity_id id;
    int r;

    if (q->wanted >= 0 && q->wanted != osd)
        return mon_op_fail(op, -EINVAL, "that uuid is in use by osd.%" PRId32, osd);
    snprintf(text, sizeof(text), "osd.%" PRId32, osd);
    r = q->has_key ? entity_id_parse(&id, text) : 0;
    if (r == 0 && q->has_key) {
        e = keyring_find(&auth_monitor_db(auth_service(op))->keyring, &id);
        entity_id_destroy(&id);
        if (!e || !crypto_key_equal(&e->key, &q->key))
            return mon_op_fail(op, -EEXIST, "%s exists but its key does not match", text);
    }
    return r ? r : answer(op, osd);
}

static int add_key(struct mon_op *op, int32_t osd, const struct request *q)
{
    static const char *const caps[][2] = {
        {"mgr", "allow profile osd"}, {"mon", "allow profile osd"}, {"osd", "allow *"}};
    struct keyring_entry e = {.key = q->key};
    char text[24];
    int r;

    snprintf(text, sizeof(text), "osd.%" PRId32, osd);
    r = entity_id_parse(&e.name, text);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(caps); i++)
        r = string_map_set(&e.caps, caps[i][0], caps[i][1]);
    if (r == 0)
        r = keyring_put(&auth_monitor_pending(auth_service(op))->keyring, &e);
    keyring_entry_destroy(&e);
    if (r == 0)
        paxos_service_commit(auth_service(op), NULL);
    return r;
}

static int set_class(struct osd_pending *p, int32_t osd, const char *name)
{
    struct crush_map copy;
    char text[24];
    int r = osd_pending_copy_crush(p, &copy);

    if (r)
        return r;
    snprintf(text, sizeof(text), "osd.%" PRId32, osd);
    r = crush_names_set(&copy.items, osd, text);
    if (r == 0)
        r = crush_class_assign(&copy, osd, name);
    if (r > 0)
        r = crush_class_rebuild(&copy);
    if (r == 0)
        osd_pending_set_crush(p, &copy);
    crush_map_destroy(&copy);
    return r;
}

static int create(struct mon_op *op, const struct request *q, int32_t osd)
{
    struct osd_pending *p = osd_monitor_pending(service(op));
    int r = 0;

    if ((unsigned)osd >= osd_pending_max_osd(p))
        p->inc.new_max_osd = osd + 1;
    r = osd_pending_change_state(p, osd, OSD_DESTROYED, false);
    if (r == 0)
        r = osd_pending_change_state(p, osd, OSD_EXISTS | OSD_NEW, true);
    if (r == 0)
        r = osd_pending_set_weight(p, osd, 0);
    if (r == 0 && !fsid_is_zero(&q->uuid))
        r = osd_pending_set_uuid(p, osd, &q->uuid);
    if (r == 0 && q->device_class[0])
        r = set_class(p, osd, q->device_class);
    if (r == 0 && q->has_key)
        r = add_key(op, osd, q);
    if (r == 0)
        r = answer(op, osd);
    return r ? r : osd_monitor_commit(service(op), op);
}

static int make(struct mon_op *op, const struct request *q)
{
    struct paxos_service *s = service(op);
    struct osd_pending *p = osd_monitor_pending(s);
    int32_t osd = find_by_uuid(osd_monitor_map(s), &q->uuid);

    if (osd >= 0)
        return answer_existing(op, q, osd);
    if (!paxos_service_writable(s) || is_pending(p, &q->uuid))
        return paxos_service_wait_writable(s, op);
    if (!paxos_service_writable(auth_service(op)))
        return paxos_service_wait_writable(auth_service(op), op);
    osd = q->wanted >= 0 ? q->wanted : osd_pending_free_osd(p);
    if (osd_pending_exists(p, osd) && !(osd_pending_state(p, osd) & OSD_DESTROYED))
        return mon_op_fail(op, -EEXIST, "osd.%" PRId32 " exists and was not destroyed", osd);
    return create(op, q, osd);
}

int osd_command_create(struct mon_op *op)
{
    struct request q = {.wanted = -1};
    int r = read_request(op, &q);

    return r ? r : make(op, &q);
}

int osd_command_new(struct mon_op *op)
{
    struct request q = {.wanted = -1};
    int r = read_request(op, &q);

    if (r == 0)
        r = read_input(op, &q);
    if (r == 0)
        r = make(op, &q);
    crypto_key_wipe(&q.key);
    return r;
}
