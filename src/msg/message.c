/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/mutex.h"
#include "msg/messenger.h"

/* For making what a message lacks. Its address says which one is taken: so one that takes long seldom keeps
 * others waiting. */
#define MAKING_LOCKS 16
static struct mutex making_locks[MAKING_LOCKS] = {
    [0 ... MAKING_LOCKS - 1] = MUTEX_INIT("message", LOCK_RANK_MESSAGE),
};

struct message *message_create(uint16_t type, uint16_t version, uint16_t compat_version)
{
    struct message *m = malloc(sizeof(*m)); /* calloc() would do without the thread's cache */

    if (!m)
        return NULL;
    *m = (struct message){.refs = 1,
                          .type = type,
                          .version = version,
                          .compat_version = compat_version,
                          .priority = MESSAGE_PRIO_DEFAULT};
    list_init(&m->queue_link);
    return m;
}

struct message *message_get(struct message *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

static void free_encoding(struct message *m, struct message_encoding *e)
{
    slice_put(&e->front);
    slice_put(&e->middle);
    if (e != &m->first_encoding)
        free(e);
}

static void message_free(struct message *m)
{
    if (m->unthrottle)
        m->unthrottle(m);
    for (struct message_encoding *e = m->encodings, *next; e; e = next) {
        next = e->next;
        free_encoding(m, e);
    }
    if (m->payload_free)
        m->payload_free(m->payload);
    slice_put(&m->front);
    slice_put(&m->middle);
    bufferlist_destroy(&m->data);
    connection_put(m->con);
    free(m);
}

void message_put(struct message *m)
{
    if (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        message_free(m);
}

int message_set_front(struct message *m, struct encode *e)
{
    int r = encode_error(e);
    size_t len;
    uint8_t *bytes = encode_steal(e, &len);
    struct buffer *b;

    if (r < 0 || !bytes)
        return r;
    b = buffer_wrap_malloc(bytes, len);
    if (!b)
        return -ENOMEM;
    slice_put(&m->front);
    m->front = slice_of(b);
    return 0;
}

void message_set_payload(struct message *m, message_encode_fn encode, uint64_t features_mask, void *payload,
                         void (*payload_free)(void *payload))
{
    m->encode = encode;
    m->encode_mask = features_mask;
    m->payload = payload;
    m->payload_free = payload_free;
}

/* The lock that was taken, or NULL: the caller's reference is the only one, and nobody else looks. */
static struct mutex *begin_making(const struct message *m)
{
    struct mutex *lock = &making_locks[(uintptr_t)m / sizeof(*m) % MAKING_LOCKS];

    if (atomic_load_explicit(&m->refs, memory_order_acquire) == 1)
        return NULL;
    mutex_lock(lock);
    return lock;
}

static void end_making(struct mutex *lock)
{
    if (lock)
        mutex_unlock(lock);
}

static struct message_encoding *make_encoding(struct message *m, uint64_t features)
{
    struct message_encoding *e = m->encodings ? calloc(1, sizeof(*e)) : &m->first_encoding;

    if (!e)
        return NULL;
    e->features = features;
    e->version = m->version;
    e->compat_version = m->compat_version;
    if (!m->encode) {
        e->front = slice_get(&m->front);
        e->middle = slice_get(&m->middle);
    } else if (m->encode(m->payload, features, e) < 0) {
        free_encoding(m, e);
        return NULL;
    }
    e->front_crc = crc32c(0, e->front.data, e->front.len);
    e->middle_crc = crc32c(0, e->middle.data, e->middle.len);
    return e;
}

static struct message_encoding *find_encoding(struct message *m, uint64_t features)
{
    struct message_encoding *e = atomic_load_explicit(&m->encodings, memory_order_acquire);

    while (e && e->features != features)
        e = e->next;
    return e;
}

const struct message_encoding *message_encoding_for(struct message *m, uint64_t features)
{
    struct message_encoding *e;
    struct mutex *lock;

    features &= m->encode ? m->encode_mask : 0;
    e = find_encoding(m, features);
    if (e)
        return e;
    lock = begin_making(m);
    e = find_encoding(m, features);
    if (!e) {
        e = make_encoding(m, features);
        if (e) {
            e->next = atomic_load_explicit(&m->encodings, memory_order_relaxed);
            atomic_store_explicit(&m->encodings, e, memory_order_release);
        }
    }
    end_making(lock);
    return e;
}

uint32_t message_data_crc(struct message *m)
{
    struct mutex *lock;

    if (m->data.len == 0)
        return 0;
    if (atomic_load_explicit(&m->data_crc_known, memory_order_acquire))
        return m->data_crc;
    lock = begin_making(m);
    if (!atomic_load_explicit(&m->data_crc_known, memory_order_relaxed)) {
        m->data_crc = bufferlist_crc32c(&m->data, 0);
        atomic_store_explicit(&m->data_crc_known, true, memory_order_release);
    }
    end_making(lock);
    return m->data_crc;
}
