/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crush/crush_tunables.h"

#include <errno.h>
#include <string.h>

#define OLD_ALGS    (1 << CRUSH_ALG_UNIFORM | 1 << CRUSH_ALG_LIST | 1 << CRUSH_ALG_STRAW)
#define HAMMER_ALGS (OLD_ALGS | 1 << CRUSH_ALG_STRAW2)

const struct crush_tunables crush_tunables_argonaut = {
    .choose_local_tries = 2,
    .choose_local_fallback_tries = 5,
    .choose_total_tries = 19,
    .allowed_bucket_algs = OLD_ALGS,
};

const struct crush_tunables crush_tunables_jewel = {
    .choose_total_tries = 50,
    .chooseleaf_descend_once = 1,
    .chooseleaf_vary_r = 1,
    .straw_calc_version = 1,
    .allowed_bucket_algs = HAMMER_ALGS,
    .chooseleaf_stable = 1,
};

static const struct crush_tunables bobtail = {
    .choose_total_tries = 50, .chooseleaf_descend_once = 1, .allowed_bucket_algs = OLD_ALGS};
static const struct crush_tunables firefly = {.choose_total_tries = 50,
                                              .chooseleaf_descend_once = 1,
                                              .chooseleaf_vary_r = 1,
                                              .allowed_bucket_algs = OLD_ALGS};
static const struct crush_tunables hammer = {.choose_total_tries = 50,
                                             .chooseleaf_descend_once = 1,
                                             .chooseleaf_vary_r = 1,
                                             .allowed_bucket_algs = HAMMER_ALGS};

static const struct {
    const char *name;
    const struct crush_tunables *values;
    bool sets_straw_calc;
} profiles[] = {
    {"argonaut", &crush_tunables_argonaut, false},
    {"bobtail", &bobtail, false},
    {"firefly", &firefly, false},
    {"hammer", &hammer, false},
    {"jewel", &crush_tunables_jewel, false},
    {"legacy", &crush_tunables_argonaut, true},
    {"optimal", &crush_tunables_jewel, true},
    {"default", &crush_tunables_jewel, true},
};

int crush_tunables_set_profile(struct crush_tunables *t, const char *profile)
{
    uint8_t straw_calc = t->straw_calc_version;

    for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
        if (strcmp(profiles[i].name, profile) != 0)
            continue;
        *t = *profiles[i].values;
        if (!profiles[i].sets_straw_calc)
            t->straw_calc_version = straw_calc;
        return 0;
    }
    return -EINVAL;
}

bool crush_tunables_same(const struct crush_tunables *a, const struct crush_tunables *b)
{
    return a->choose_local_tries == b->choose_local_tries &&
           a->choose_local_fallback_tries == b->choose_local_fallback_tries &&
           a->choose_total_tries == b->choose_total_tries &&
           a->chooseleaf_descend_once == b->chooseleaf_descend_once &&
           a->chooseleaf_vary_r == b->chooseleaf_vary_r && a->chooseleaf_stable == b->chooseleaf_stable &&
           a->allowed_bucket_algs == b->allowed_bucket_algs;
}

const char *crush_tunables_profile(const struct crush_tunables *t)
{
    for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
        if (crush_tunables_same(t, profiles[i].values))
            return profiles[i].name;
    return "unknown";
}

bool crush_tunables_need_1(const struct crush_tunables *t)
{
    return t->choose_local_tries != crush_tunables_argonaut.choose_local_tries ||
           t->choose_local_fallback_tries != crush_tunables_argonaut.choose_local_fallback_tries ||
           t->choose_total_tries != crush_tunables_argonaut.choose_total_tries;
}

bool crush_tunables_need_2(const struct crush_tunables *t)
{
    return t->chooseleaf_descend_once != 0;
}

bool crush_tunables_need_3(const struct crush_tunables *t)
{
    return t->chooseleaf_vary_r != 0;
}

bool crush_tunables_need_5(const struct crush_tunables *t)
{
    return t->chooseleaf_stable != 0;
}
