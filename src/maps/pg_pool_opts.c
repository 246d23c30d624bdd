/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that only some pools have, and their applications. */
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "maps/pg_pool.h"

/* By the number on the wire. */
static const struct {
    const char *name;
    enum pool_opt_type type;
} opts[PG_POOL_OPTS] = {
    {"scrub_min_interval", POOL_OPT_DOUBLE},
    {"scrub_max_interval", POOL_OPT_DOUBLE},
    {"deep_scrub_interval", POOL_OPT_DOUBLE},
    {"recovery_priority", POOL_OPT_INT},
    {"recovery_op_priority", POOL_OPT_INT},
    {"scrub_priority", POOL_OPT_INT},
    {"compression_mode", POOL_OPT_STRING},
    {"compression_algorithm", POOL_OPT_STRING},
    {"compression_required_ratio", POOL_OPT_DOUBLE},
    {"compression_max_blob_size", POOL_OPT_INT},
    {"compression_min_blob_size", POOL_OPT_INT},
    {"csum_type", POOL_OPT_INT},
    {"csum_max_block", POOL_OPT_INT},
    {"csum_min_block", POOL_OPT_INT},
    {"fingerprint_algorithm", POOL_OPT_STRING},
    {"pg_num_min", POOL_OPT_INT},
    {"target_size_bytes", POOL_OPT_INT},
    {"target_size_ratio", POOL_OPT_DOUBLE},
    {"pg_autoscale_bias", POOL_OPT_DOUBLE},
    {"read_lease_interval", POOL_OPT_DOUBLE},
    {"dedup_tier", POOL_OPT_INT},
    {"dedup_chunk_algorithm", POOL_OPT_STRING},
    {"dedup_cdc_chunk_size", POOL_OPT_INT},
    {"pg_num_max", POOL_OPT_INT},
};

int32_t pg_pool_opt_key(const char *name)
{
    for (int32_t i = 0; i < PG_POOL_OPTS; i++)
        if (strcmp(opts[i].name, name) == 0)
            return i;
    return -1;
}

const char *pg_pool_opt_name(int32_t key)
{
    return key >= 0 && key < PG_POOL_OPTS ? opts[key].name : NULL;
}

enum pool_opt_type pg_pool_opt_type(int32_t key)
{
    return opts[key].type;
}

static unsigned opt_place(const struct pg_pool *p, int32_t key)
{
    unsigned at = 0;

    while (at < p->opt_count && p->opts[at].key < key)
        at++;
    return at;
}

const struct pool_opt *pg_pool_find_opt(const struct pg_pool *p, int32_t key)
{
    unsigned at = opt_place(p, key);

    return at < p->opt_count && p->opts[at].key == key ? &p->opts[at] : NULL;
}

struct pool_opt *pg_pool_set_opt(struct pg_pool *p, int32_t key)
{
    unsigned at = opt_place(p, key);
    struct pool_opt *list;

    if (pg_pool_find_opt(p, key))
        return &p->opts[at];
    list = array_insert(p->opts, p->opt_count, sizeof(*list), at);
    if (!list)
        return NULL;
    p->opts = list;
    p->opt_count++;
    list[at].key = key;
    list[at].type = opts[key].type;
    return &list[at];
}

void pg_pool_unset_opt(struct pg_pool *p, int32_t key)
{
    unsigned at = opt_place(p, key);

    if (!pg_pool_find_opt(p, key))
        return;
    free(p->opts[at].text);
    array_remove(p->opts, p->opt_count--, sizeof(*p->opts), at);
}

static unsigned application_place(const struct pg_pool *p, const char *name)
{
    unsigned at = 0;

    while (at < p->application_count && strcmp(p->applications[at].name, name) < 0)
        at++;
    return at;
}

const struct pool_application *pg_pool_find_application(const struct pg_pool *p, const char *name)
{
    unsigned at = application_place(p, name);

    return at < p->application_count && strcmp(p->applications[at].name, name) == 0 ? &p->applications[at]
                                                                                    : NULL;
}

struct pool_application *pg_pool_add_application(struct pg_pool *p, const char *name)
{
    unsigned at = application_place(p, name);
    struct pool_application *list;
    char *copy;

    if (pg_pool_find_application(p, name))
        return &p->applications[at];
    copy = strdup(name);
    list = copy ? array_insert(p->applications, p->application_count, sizeof(*list), at) : NULL;
    if (!list) {
        free(copy);
        return NULL;
    }
    p->applications = list;
    p->application_count++;
    list[at].name = copy;
    string_map_init(&list[at].metadata);
    return &list[at];
}

void pg_pool_remove_application(struct pg_pool *p, const char *name)
{
    unsigned at = application_place(p, name);

    if (!pg_pool_find_application(p, name))
        return;
    free(p->applications[at].name);
    string_map_destroy(&p->applications[at].metadata);
    array_remove(p->applications, p->application_count--, sizeof(*p->applications), at);
}
