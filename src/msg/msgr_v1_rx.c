/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msg/msgr_v1_rx.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "include/ceph_features.h"

/* TAG -> CONTROL -> TAG; TAG -> HEADER -> PROCEED -> FRONT -> MIDDLE -> DATA -> FOOTER -> TAG; any -> OVER.
 * Empty sections are passed over. */
enum {
    STATE_TAG,
    STATE_CONTROL,
    STATE_HEADER,
    STATE_PROCEED,
    STATE_FRONT,
    STATE_MIDDLE,
    STATE_DATA,
    STATE_FOOTER,
    STATE_OVER
};

static void expect(struct msgr_v1_rx *rx, unsigned state, size_t need)
{
    rx->state = state;
    rx->have = 0;
    rx->need = need;
}

PRINTF_LIKE(3, 4) static void fail(struct msgr_v1_rx *rx, int error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(rx->reason, sizeof(rx->reason), format, args);
    va_end(args);
    rx->error = error;
    rx->pending = MSGR_V1_RX_FAILED;
    expect(rx, STATE_OVER, 0);
}

void msgr_v1_rx_message_destroy(struct msgr_v1_rx_message *m)
{
    slice_put(&m->front);
    slice_put(&m->middle);
    bufferlist_destroy(&m->data);
}

static void clear_message(struct msgr_v1_rx *rx)
{
    memset(&rx->message, 0, sizeof(rx->message));
    bufferlist_init(&rx->message.data);
}

void msgr_v1_rx_init(struct msgr_v1_rx *rx, const struct msgr_v1_rx_options *options)
{
    memset(rx, 0, sizeof(*rx));
    rx->options = *options;
    if (rx->options.data_max == 0)
        rx->options.data_max = MSGR_V1_DATA_MAX_DEFAULT;
    if (rx->options.data_max > MSGR_V1_DATA_MAX)
        rx->options.data_max = MSGR_V1_DATA_MAX;
    clear_message(rx);
    expect(rx, STATE_TAG, 1);
}

void msgr_v1_rx_destroy(struct msgr_v1_rx *rx)
{
    buffer_put(rx->section);
    msgr_v1_rx_message_destroy(&rx->message);
    memset(rx, 0, sizeof(*rx));
    clear_message(rx);
    expect(rx, STATE_OVER, 0);
}

/* ---- sections ---- */

static bool in_section(const struct msgr_v1_rx *rx)
{
    return rx->state >= STATE_FRONT && rx->state <= STATE_DATA;
}

static void begin_section(struct msgr_v1_rx *rx, unsigned state)
{
    const struct msgr_v1_header *h = &rx->message.header;
    size_t lengths[] = {h->front_len, h->middle_len, h->data_len};

    while (state <= STATE_DATA && lengths[state - STATE_FRONT] == 0)
        state++;
    if (state == STATE_FOOTER) {
        expect(rx, STATE_FOOTER, msgr_v1_footer_len(rx->options.features));
        return;
    }
    expect(rx, state, lengths[state - STATE_FRONT]);
    if (state == STATE_DATA && rx->need > MSGR_V1_DIRECT_MIN)
        rx->section =
            buffer_create_aligned(rx->need, MSGR_V1_DATA_ALIGNMENT, h->data_off % MSGR_V1_DATA_ALIGNMENT);
    else
        rx->section = buffer_create(rx->need);
    if (!rx->section)
        fail(rx, -ENOMEM, "no memory for a section of %zu bytes", lengths[state - STATE_FRONT]);
}

static void end_section(struct msgr_v1_rx *rx)
{
    struct slice s = slice_of(rx->section);
    unsigned state = rx->state;

    rx->section = NULL;
    if (state == STATE_FRONT)
        rx->message.front = s;
    else if (state == STATE_MIDDLE)
        rx->message.middle = s;
    else if (bufferlist_append(&rx->message.data, s) < 0) {
        fail(rx, -ENOMEM, "no memory for the data of a message");
        return;
    }
    begin_section(rx, state + 1);
}

static void section_landed(struct msgr_v1_rx *rx, size_t n)
{
    const uint8_t *p = rx->section->data + rx->have;

    if (rx->state == STATE_DATA ? rx->options.crc_data : rx->options.crc_header)
        rx->crcs[rx->state - STATE_FRONT] = crc32c(rx->crcs[rx->state - STATE_FRONT], p, n);
    rx->have += n;
    if (rx->have == rx->need)
        end_section(rx);
}

/* ---- what the fixed parts say ---- */

static void take_tag(struct msgr_v1_rx *rx)
{
    rx->tag = rx->scratch[0];
    switch (rx->tag) {
    case MSGR_V1_TAG_MSG:
        expect(rx, STATE_HEADER, MSGR_V1_HEADER_LEN);
        break;
    case MSGR_V1_TAG_ACK:
        expect(rx, STATE_CONTROL, MSGR_V1_SEQ_LEN);
        break;
    case MSGR_V1_TAG_KEEPALIVE2:
    case MSGR_V1_TAG_KEEPALIVE2_ACK:
        expect(rx, STATE_CONTROL, MSGR_V1_STAMP_LEN);
        break;
    case MSGR_V1_TAG_KEEPALIVE:
        rx->pending = MSGR_V1_RX_KEEPALIVE;
        expect(rx, STATE_TAG, 1);
        break;
    case MSGR_V1_TAG_CLOSE:
        rx->pending = MSGR_V1_RX_CLOSE;
        expect(rx, STATE_OVER, 0);
        break;
    default:
        fail(rx, -EBADMSG, "unknown tag %u in the open session", rx->tag);
    }
}

static void take_control(struct msgr_v1_rx *rx)
{
    rx->pending = rx->tag == MSGR_V1_TAG_ACK          ? MSGR_V1_RX_ACK
                  : rx->tag == MSGR_V1_TAG_KEEPALIVE2 ? MSGR_V1_RX_KEEPALIVE2
                                                      : MSGR_V1_RX_KEEPALIVE2_ACK;
}

static void take_header(struct msgr_v1_rx *rx)
{
    struct msgr_v1_header *h = &rx->message.header;
    uint32_t crc = msgr_v1_header_crc(rx->scratch);

    msgr_v1_header_decode(h, rx->scratch);
    if (rx->options.crc_header && h->crc != crc)
        fail(rx, -EBADMSG, "message header crc is 0x%08" PRIx32 ", computed 0x%08" PRIx32, h->crc, crc);
    else if (h->front_len > MSGR_V1_FRONT_MAX)
        fail(rx, -E2BIG, "message type %u seq %" PRIu64 " has a front of %" PRIu32 " bytes, limit %u",
             h->type, h->seq, h->front_len, MSGR_V1_FRONT_MAX);
    else if (h->middle_len > MSGR_V1_MIDDLE_MAX)
        fail(rx, -E2BIG, "message type %u seq %" PRIu64 " has a middle of %" PRIu32 " bytes, limit %u",
             h->type, h->seq, h->middle_len, MSGR_V1_MIDDLE_MAX);
    else if (h->data_len > rx->options.data_max)
        fail(rx, -E2BIG, "message type %u seq %" PRIu64 " has data of %" PRIu32 " bytes, limit %" PRIu32,
             h->type, h->seq, h->data_len, rx->options.data_max);
    else {
        rx->pending = MSGR_V1_RX_HEADER;
        expect(rx, STATE_PROCEED, 0);
    }
}

static bool crc_matches(struct msgr_v1_rx *rx, const char *section, uint32_t claimed, uint32_t computed)
{
    const struct msgr_v1_header *h = &rx->message.header;

    if (claimed == computed)
        return true;
    fail(rx, -EBADMSG, "%s crc of message type %u seq %" PRIu64 " is 0x%08" PRIx32 ", computed 0x%08" PRIx32,
         section, h->type, h->seq, claimed, computed);
    return false;
}

static void take_footer(struct msgr_v1_rx *rx)
{
    const struct msgr_v1_rx_options *o = &rx->options;
    const struct msgr_v1_header *h = &rx->message.header;
    struct msgr_v1_footer *f = &rx->message.footer;
    int r;

    msgr_v1_footer_decode(f, rx->scratch, rx->need);
    if (!(f->flags & MSGR_V1_FOOTER_COMPLETE)) {
        fail(rx, -EBADMSG, "message type %u seq %" PRIu64 " was aborted by its sender", h->type, h->seq);
        return;
    }
    if (o->crc_header && (!crc_matches(rx, "front", f->front_crc, rx->crcs[0]) ||
                          !crc_matches(rx, "middle", f->middle_crc, rx->crcs[1])))
        return;
    if (o->crc_data && !(f->flags & MSGR_V1_FOOTER_NOCRC) &&
        !crc_matches(rx, "data", f->data_crc, rx->crcs[2]))
        return;
    r = o->check ? o->check(o->check_arg, h, f) : 0;
    if (r < 0) {
        fail(rx, r, "signature of message type %u seq %" PRIu64 " is %s", h->type, h->seq,
             f->flags & MSGR_V1_FOOTER_SIGNED ? "wrong" : "missing");
        return;
    }
    rx->pending = MSGR_V1_RX_MESSAGE;
    expect(rx, STATE_TAG, 1);
}

static void take_scratch(struct msgr_v1_rx *rx)
{
    switch (rx->state) {
    case STATE_TAG:
        take_tag(rx);
        break;
    case STATE_CONTROL:
        take_control(rx);
        break;
    case STATE_HEADER:
        take_header(rx);
        break;
    default:
        take_footer(rx);
        break;
    }
}

/* ---- the driver's side ---- */

static bool wants_bytes(const struct msgr_v1_rx *rx)
{
    return rx->pending == MSGR_V1_RX_NEED_BYTES && rx->state != STATE_OVER;
}

bool msgr_v1_rx_want(struct msgr_v1_rx *rx, void **ptr, size_t *len)
{
    *ptr = NULL;
    *len = wants_bytes(rx) ? rx->need - rx->have : 0;
    if (!in_section(rx) || rx->need <= MSGR_V1_DIRECT_MIN || *len < MSGR_V1_DIRECT_REST_MIN)
        return false;
    *ptr = rx->section->data + rx->have;
    return true;
}

void msgr_v1_rx_got(struct msgr_v1_rx *rx, size_t n)
{
    assert(in_section(rx) && n <= rx->need - rx->have);
    if (n)
        section_landed(rx, n);
}

size_t msgr_v1_rx_feed(struct msgr_v1_rx *rx, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    size_t used = 0;

    while (used < len && wants_bytes(rx)) {
        size_t n = rx->need - rx->have;
        if (n > len - used)
            n = len - used;
        if (in_section(rx)) {
            memcpy(rx->section->data + rx->have, p + used, n);
            section_landed(rx, n);
        } else {
            memcpy(rx->scratch + rx->have, p + used, n);
            rx->have += n;
            if (rx->have == rx->need)
                take_scratch(rx);
        }
        used += n;
    }
    return used;
}

enum msgr_v1_rx_kind msgr_v1_rx_next(struct msgr_v1_rx *rx, struct msgr_v1_rx_event *event)
{
    enum msgr_v1_rx_kind kind = rx->pending;

    switch (kind) {
    case MSGR_V1_RX_NEED_BYTES:
    case MSGR_V1_RX_CLOSE:
        return kind;
    case MSGR_V1_RX_HEADER:
        event->header = rx->message.header;
        return kind;
    case MSGR_V1_RX_FAILED:
        event->error = rx->error;
        event->reason = rx->reason;
        return kind;
    case MSGR_V1_RX_MESSAGE:
        event->message = rx->message;
        clear_message(rx);
        break;
    case MSGR_V1_RX_ACK:
        event->seq = get_le64(rx->scratch);
        break;
    case MSGR_V1_RX_KEEPALIVE2:
    case MSGR_V1_RX_KEEPALIVE2_ACK:
        event->stamp = (struct utime){.sec = get_le32(rx->scratch), .nsec = get_le32(rx->scratch + 4)};
        break;
    case MSGR_V1_RX_KEEPALIVE:
        break;
    }
    rx->pending = MSGR_V1_RX_NEED_BYTES;
    expect(rx, STATE_TAG, 1);
    return kind;
}

void msgr_v1_rx_proceed(struct msgr_v1_rx *rx)
{
    assert(rx->pending == MSGR_V1_RX_HEADER);
    rx->pending = MSGR_V1_RX_NEED_BYTES;
    memset(rx->crcs, 0, sizeof(rx->crcs));
    begin_section(rx, STATE_FRONT);
}

const char *msgr_v1_rx_kind_name(enum msgr_v1_rx_kind k)
{
    static const char *const names[] = {
        [MSGR_V1_RX_NEED_BYTES] = "need_bytes",
        [MSGR_V1_RX_HEADER] = "header",
        [MSGR_V1_RX_MESSAGE] = "message",
        [MSGR_V1_RX_ACK] = "ack",
        [MSGR_V1_RX_KEEPALIVE] = "keepalive",
        [MSGR_V1_RX_KEEPALIVE2] = "keepalive2",
        [MSGR_V1_RX_KEEPALIVE2_ACK] = "keepalive2_ack",
        [MSGR_V1_RX_CLOSE] = "close",
        [MSGR_V1_RX_FAILED] = "failed",
    };

    return (size_t)k < ARRAY_SIZE(names) ? names[k] : "?";
}
