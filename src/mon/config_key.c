/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/config_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_sig.h"
#include "common/conf.h"
#include "common/utf8.h"
#include "mon/json_text.h"
#include "mon/monitor.h"

static const char *key_of(const struct mon_op *op)
{
    return command_str(op->cmd, "key", "");
}

int config_key_get(struct mon_op *op)
{
    struct slice value;
    int r = mon_store_get(&op->mon->store, CONFIG_KEY_PREFIX, key_of(op), &value);

    return r ? r : bufferlist_append(&op->output, value);
}

int config_key_exists(struct mon_op *op)
{
    bool there = mon_store_exists(&op->mon->store, CONFIG_KEY_PREFIX, key_of(op));

    if (!there)
        return mon_op_fail(op, -ENOENT, "key '%s' doesn't exist", key_of(op));
    mon_op_status(op, "key '%s' exists", key_of(op));
    return 0;
}

static void committed(void *arg, int r)
{
    struct mon_op *op = arg;

    if (r)
        mon_op_free(op);
    else
        mon_op_reply(op, 0);
}

static int propose(struct mon_op *op, struct kv_batch *tx)
{
    int r = mon_propose(&op->mon->committer, tx, committed, op);

    kv_batch_destroy(tx);
    return r ? r : MON_OP_WAITS;
}

int config_key_set(struct mon_op *op)
{
    const char *text = command_str(op->cmd, "val", NULL);
    uint64_t max = conf_u64(op->mon->conf, OPT_mon_config_key_max_entry_size);
    struct slice value = {.data = (const uint8_t *)text, .len = text ? strlen(text) : 0};
    struct kv_batch tx;
    int r;

    if (!key_of(op)[0])
        return mon_op_fail(op, -EINVAL, "the key is empty");
    if (!text) { /* the value came as input */
        r = bufferlist_flatten(&op->input, &value);
        if (r)
            return r;
    }
    if (value.len > max) {
        slice_put(&value);
        return mon_op_fail(op, -EFBIG, "the value has more than %llu bytes (mon_config_key_max_entry_size)",
                           (unsigned long long)max);
    }
    kv_batch_init(&tx);
    mon_tx_put(&tx, CONFIG_KEY_PREFIX, key_of(op), value.data, value.len);
    slice_put(&value);
    mon_op_status(op, "set %s", key_of(op));
    return propose(op, &tx);
}

int config_key_rm(struct mon_op *op)
{
    struct kv_batch tx;

    mon_op_status(op, "key deleted");
    if (!mon_store_exists(&op->mon->store, CONFIG_KEY_PREFIX, key_of(op)))
        return 0;
    kv_batch_init(&tx);
    mon_tx_delete(&tx, CONFIG_KEY_PREFIX, key_of(op));
    return propose(op, &tx);
}

/* The value as JSON can show it. */
static json_t *value_text(const uint8_t *v, size_t len)
{
    bool text = !memchr(v, 0, len) && utf8_check((const char *)v, len) == len;

    if (text)
        return json_stringn((const char *)v, len);
    return json_sprintf("<<< binary blob of length %zu >>>", len);
}

/* An array of the keys, or an object of keys and values, of all that begin with prefix. */
static int list(struct mon_op *op, bool values, const char *prefix)
{
    struct kv_iter *it = kv_store_iterate(op->mon->store.kv, CONFIG_KEY_PREFIX);
    json_t *out = values ? json_object() : json_array();
    size_t len, value_len, prefix_len = strlen(prefix);

    if (!it || !out) {
        kv_iter_close(it);
        json_decref(out);
        return -ENOMEM;
    }
    for (bool more = kv_iter_seek(it, prefix, prefix_len); more; more = kv_iter_next(it)) {
        const uint8_t *k = kv_iter_key(it, &len);
        char *key;
        if (len < prefix_len || memcmp(k, prefix, prefix_len) != 0)
            break;
        key = strndup((const char *)k, len);
        if (values) {
            const uint8_t *v = kv_iter_value(it, &value_len);
            json_t *name = key ? json_text(key) : NULL;
            if (name)
                json_object_set_new(out, json_string_value(name), value_text(v, value_len));
            json_decref(name);
        } else if (key) {
            json_array_append_new(out, json_text(key));
        }
        free(key);
    }
    kv_iter_close(it);
    return mon_op_json(op, out, true);
}

int config_key_ls(struct mon_op *op)
{
    return list(op, false, "");
}

int config_key_dump(struct mon_op *op)
{
    return list(op, true, key_of(op));
}
