/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/msgr_bench_auth.h"

#include <errno.h>

#include "auth/cephx_dial.h"
#include "auth/cephx_protocol.h"
#include "auth/cephx_service.h"
#include "common/clock.h"
#include "common/log.h"
#include "include/ceph_features.h"
#include "msg/messenger.h"

#define SECRET_ID 1
#define TICKET_NS (24 * 3600 * NSEC_PER_SEC)

const char *const msgr_bench_auth_names[MSGR_BENCH_AUTHS] = {
    [MSGR_BENCH_AUTH_NONE] = "none",
    [MSGR_BENCH_AUTH_CEPHX] = "cephx",
    [MSGR_BENCH_AUTH_SIGNED] = "cephx-signed",
};

static struct crypto_key shared_key(void)
{
    struct crypto_key key;

    crypto_key_set(&key, (const uint8_t *)"ceph-msgr-bench.", (struct utime){0});
    return key;
}

/* ---- client ---- */

static int start_dial(uint32_t service, struct authorizer *a)
{
    struct crypto_key key = shared_key();
    struct cephx_ticket_info info = {
        .name = {.type = ENTITY_TYPE_CLIENT, .id = (char *)"bench"}, .global_id = 1, .created = utime_now()};
    struct cephx_ticket_blob blob = {0};
    uint64_t nonce;
    int r = crypto_key_generate(&info.session_key, info.created);

    info.expires = utime_from_ns(utime_to_ns(info.created) + TICKET_NS);
    if (r == 0)
        r = crypto_random(&nonce, sizeof(nonce));
    if (r == 0)
        r = cephx_ticket_seal(&info, &key, SECRET_ID, &blob);
    if (r == 0)
        r = cephx_dial_start(a, info.global_id, service, &blob, &info.session_key, nonce);
    cephx_ticket_blob_destroy(&blob);
    return r;
}

static int get_authorizer(void *arg UNUSED, uint32_t peer_type, const uint8_t *challenge,
                          size_t challenge_len, struct authorizer *a)
{
    return challenge ? cephx_dial_answer(a, challenge, challenge_len) : start_dial(peer_type, a);
}

static int check_reply(void *arg UNUSED, struct authorizer *a, const uint8_t *reply, size_t len,
                       uint64_t features, struct session_security **security)
{
    return cephx_dial_check_reply(a, reply, len, features, true, security);
}

static void refused(void *arg UNUSED, uint32_t peer_type UNUSED, struct authorizer *a UNUSED)
{
    derr(none, "the server does not know the bench's ticket");
}

static void release_dial(void *arg UNUSED, struct authorizer *a)
{
    cephx_dial_release(a);
}

void msgr_bench_auth_dial(enum msgr_bench_auth how, struct auth_upcalls *u, struct policy *policy)
{
    *u = (struct auth_upcalls){0};
    if (how != MSGR_BENCH_AUTH_SIGNED)
        policy->features_supported &= ~CEPH_FEATURE_MSG_AUTH;
    if (how == MSGR_BENCH_AUTH_NONE)
        return;
    u->get_authorizer = get_authorizer;
    u->check_reply = check_reply;
    u->refused = refused;
    u->release_dial = release_dial;
}

/* ---- server ---- */

static enum auth_verdict check(void *arg, struct auth_accept *accept, uint32_t peer_type, uint32_t protocol,
                               const uint8_t *bytes, size_t len, uint64_t features, uint8_t **reply,
                               size_t *reply_len, struct auth_identity *identity,
                               struct session_security **security)
{
    if (protocol == AUTH_PROTOCOL_UNKNOWN)
        return AUTH_OK;
    return cephx_service_check(arg, accept, peer_type, bytes, len, features, reply, reply_len, identity,
                               security);
}

static void release_accept(void *arg UNUSED, struct auth_accept *accept)
{
    cephx_service_release(accept);
}

int msgr_bench_auth_accept(const struct conf *conf, struct auth_upcalls *u)
{
    static struct cephx_service *service; /* of all servers of the process */
    struct rotating_keys keys = {.count = 1, .max_id = SECRET_ID, .keys = {{.id = SECRET_ID}}};

    if (!service)
        service = cephx_service_create(conf, ENTITY_TYPE_OSD);
    if (!service)
        return -ENOMEM;
    keys.keys[0].key = shared_key();
    cephx_service_set_keys(service, &keys);
    *u = (struct auth_upcalls){
        .acceptor_arg = service, .check_authorizer = check, .release_accept = release_accept};
    return 0;
}
