/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_tx.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "include/ceph_features.h"

void msgr_v1_tx_init(struct msgr_v1_tx *tx, const struct msgr_v1_tx_options *options)
{
    memset(tx, 0, sizeof(*tx));
    tx->options = *options;
}

static const struct msgr_v1_tx_slot *slot_at(const struct msgr_v1_tx *tx, unsigned i)
{
    return &tx->slots[(tx->first + i) % MSGR_V1_TX_SLOTS];
}

static void drop_first(struct msgr_v1_tx *tx)
{
    struct msgr_v1_tx_slot *slot = &tx->slots[tx->first];

    tx->first = (tx->first + 1) % MSGR_V1_TX_SLOTS;
    tx->count--;
    tx->first_sent = 0;
    if (slot->release)
        slot->release(slot->release_arg);
}

void msgr_v1_tx_destroy(struct msgr_v1_tx *tx)
{
    while (tx->count)
        drop_first(tx);
    tx->bytes_queued = 0;
}

/* The next free slot, not yet counted; NULL when there is none. */
static struct msgr_v1_tx_slot *free_slot(struct msgr_v1_tx *tx)
{
    struct msgr_v1_tx_slot *slot = &tx->slots[(tx->first + tx->count) % MSGR_V1_TX_SLOTS];

    if (tx->count == MSGR_V1_TX_SLOTS)
        return NULL;
    memset(slot, 0, sizeof(*slot));
    return slot;
}

static size_t slice_len(const struct slice *s)
{
    return s ? s->len : 0;
}

static size_t data_len(const struct bufferlist *bl)
{
    return bl ? bl->len : 0;
}

static int put_header(const struct msgr_v1_tx *tx, const struct msgr_v1_tx_message *m,
                      struct msgr_v1_header *h, uint8_t out[static MSGR_V1_HEADER_LEN])
{
    if (slice_len(m->front) > UINT32_MAX || slice_len(m->middle) > UINT32_MAX ||
        data_len(m->data) > UINT32_MAX)
        return -E2BIG;
    *h = m->header;
    h->front_len = (uint32_t)slice_len(m->front);
    h->middle_len = (uint32_t)slice_len(m->middle);
    h->data_len = (uint32_t)data_len(m->data);
    h->crc = 0;
    msgr_v1_header_encode(h, out);
    if (tx->options.crc_header) {
        h->crc = msgr_v1_header_crc(out);
        put_le32(out + MSGR_V1_HEADER_CRC_LEN, h->crc);
    }
    return 0;
}

static int put_footer(const struct msgr_v1_tx *tx, const struct msgr_v1_tx_message *m,
                      const struct msgr_v1_header *h, struct msgr_v1_tx_slot *slot)
{
    struct msgr_v1_footer f = {.flags = MSGR_V1_FOOTER_COMPLETE};
    size_t len = msgr_v1_footer_len(tx->options.features);
    int r;

    if (tx->options.crc_header) {
        f.front_crc = m->front_crc;
        f.middle_crc = m->middle_crc;
    }
    if (tx->options.crc_data)
        f.data_crc = m->data_crc;
    else
        f.flags |= MSGR_V1_FOOTER_NOCRC;
    if (tx->options.sign && len == MSGR_V1_FOOTER_LEN) {
        r = tx->options.sign(tx->options.sign_arg, h, &f, &f.sig);
        if (r < 0)
            return r;
        if (r == 0)
            f.flags |= MSGR_V1_FOOTER_SIGNED;
    }
    msgr_v1_footer_encode(&f, slot->foot, len);
    slot->foot_len = (uint8_t)len;
    return 0;
}

int msgr_v1_tx_message(struct msgr_v1_tx *tx, const struct msgr_v1_tx_message *m)
{
    struct msgr_v1_tx_slot *slot = free_slot(tx);
    struct msgr_v1_header h;
    int r;

    if (!slot)
        return -EAGAIN;
    slot->head[0] = MSGR_V1_TAG_MSG;
    r = put_header(tx, m, &h, slot->head + 1);
    if (r < 0)
        return r;
    r = put_footer(tx, m, &h, slot);
    if (r < 0)
        return r;
    slot->head_len = sizeof(slot->head);
    slot->front = m->front;
    slot->middle = m->middle;
    slot->data = m->data;
    slot->release = m->release;
    slot->release_arg = m->release_arg;
    slot->len = slot->head_len + (uint64_t)h.front_len + h.middle_len + h.data_len + slot->foot_len;
    tx->count++;
    tx->bytes_queued += slot->len;
    return 0;
}

static int queue_control(struct msgr_v1_tx *tx, enum msgr_v1_tag tag, const uint8_t *payload, size_t len)
{
    struct msgr_v1_tx_slot *slot = free_slot(tx);

    if (!slot)
        return -EAGAIN;
    slot->head[0] = (uint8_t)tag;
    if (len)
        memcpy(slot->head + 1, payload, len);
    slot->head_len = (uint8_t)(1 + len);
    slot->len = slot->head_len;
    tx->count++;
    tx->bytes_queued += slot->len;
    return 0;
}

int msgr_v1_tx_ack(struct msgr_v1_tx *tx, uint64_t seq)
{
    uint8_t payload[MSGR_V1_SEQ_LEN];

    put_le64(payload, seq);
    return queue_control(tx, MSGR_V1_TAG_ACK, payload, sizeof(payload));
}

int msgr_v1_tx_keepalive(struct msgr_v1_tx *tx)
{
    return queue_control(tx, MSGR_V1_TAG_KEEPALIVE, NULL, 0);
}

static int queue_stamp(struct msgr_v1_tx *tx, enum msgr_v1_tag tag, struct utime stamp)
{
    uint8_t payload[MSGR_V1_STAMP_LEN];

    put_le32(payload, stamp.sec);
    put_le32(payload + 4, stamp.nsec);
    return queue_control(tx, tag, payload, sizeof(payload));
}

int msgr_v1_tx_keepalive2(struct msgr_v1_tx *tx, struct utime stamp)
{
    return queue_stamp(tx, MSGR_V1_TAG_KEEPALIVE2, stamp);
}

int msgr_v1_tx_keepalive2_ack(struct msgr_v1_tx *tx, struct utime stamp)
{
    return queue_stamp(tx, MSGR_V1_TAG_KEEPALIVE2_ACK, stamp);
}

int msgr_v1_tx_close(struct msgr_v1_tx *tx)
{
    return queue_control(tx, MSGR_V1_TAG_CLOSE, NULL, 0);
}

/* Vectors that are being filled. */
struct gathering {
    struct iovec *iov;
    int n, max;
    size_t skip; /* bytes that went already */
    size_t bytes;
};

static void gather(struct gathering *g, const void *p, size_t len)
{
    if (len <= g->skip) { /* it went, or is empty */
        g->skip -= len;
    } else if (g->n < g->max) {
        g->iov[g->n++] = (struct iovec){.iov_base = (uint8_t *)p + g->skip,
                                        .iov_len = len - g->skip}; /* sendv only reads */
        g->bytes += len - g->skip;
        g->skip = 0;
    }
}

static void gather_slice(struct gathering *g, const struct slice *s)
{
    if (s)
        gather(g, s->data, s->len);
}

int msgr_v1_tx_pull(const struct msgr_v1_tx *tx, struct iovec *iov, int max, size_t *bytes)
{
    struct gathering g = {.iov = iov, .max = max, .skip = tx->first_sent};

    for (unsigned i = 0; i < tx->count && g.n < max; i++) {
        const struct msgr_v1_tx_slot *slot = slot_at(tx, i);
        gather(&g, slot->head, slot->head_len);
        gather_slice(&g, slot->front);
        gather_slice(&g, slot->middle);
        for (unsigned k = 0; slot->data && k < slot->data->count && g.n < max; k++)
            gather_slice(&g, bufferlist_slice(slot->data, k));
        gather(&g, slot->foot, slot->foot_len);
        if (slot->head[0] == MSGR_V1_TAG_KEEPALIVE)
            break;
    }
    if (bytes)
        *bytes = g.bytes;
    return g.n;
}

void msgr_v1_tx_sent(struct msgr_v1_tx *tx, size_t n)
{
    assert(n <= tx->bytes_queued);
    tx->bytes_queued -= n;
    n += tx->first_sent;
    while (tx->count && n >= slot_at(tx, 0)->len) {
        n -= slot_at(tx, 0)->len;
        drop_first(tx);
    }
    tx->first_sent = n;
}
