/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/policy.h"

#include "include/ceph_features.h"

static struct policy policy_of(bool lossy, bool server, bool standby, bool resetcheck, uint64_t required)
{
    return (struct policy){
        .lossy = lossy,
        .server = server,
        .standby = standby,
        .resetcheck = resetcheck,
        .features_supported = CEPH_FEATURES_ALL,
        .features_required = required,
    };
}

struct policy policy_stateless_server(uint64_t required)
{
    return policy_of(true, true, false, false, required);
}

struct policy policy_stateful_server(uint64_t required)
{
    return policy_of(false, true, true, true, required);
}

struct policy policy_lossless_peer(uint64_t required)
{
    return policy_of(false, false, true, false, required);
}

struct policy policy_lossless_peer_reuse(uint64_t required)
{
    return policy_of(false, false, true, true, required);
}

struct policy policy_lossy_client(uint64_t required)
{
    return policy_of(true, false, false, false, required);
}

struct policy policy_lossless_client(uint64_t required)
{
    return policy_of(false, false, false, true, required);
}
