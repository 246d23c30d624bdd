/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types/fsid.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

void fsid_encode(const struct fsid *f, struct encode *e)
{
    encode_bytes(e, f->bytes, sizeof(f->bytes));
}

void fsid_decode(struct fsid *f, struct decode *d)
{
    decode_bytes(d, f->bytes, sizeof(f->bytes));
}

bool fsid_equal(const struct fsid *a, const struct fsid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool fsid_is_zero(const struct fsid *f)
{
    static const struct fsid zero;
    return fsid_equal(f, &zero);
}

/* A hyphen stands before these bytes: 8-4-4-4-12 digits. */
static bool hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

const char *fsid_print(const struct fsid *f, char buf[static FSID_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *p = buf;

    for (size_t i = 0; i < sizeof(f->bytes); i++) {
        if (hyphen_before(i))
            *p++ = '-';
        *p++ = digits[f->bytes[i] >> 4];
        *p++ = digits[f->bytes[i] & 15];
    }
    *p = '\0';
    return buf;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int fsid_parse(struct fsid *f, const char *text)
{
    struct fsid parsed;

    for (size_t i = 0; i < sizeof(parsed.bytes); i++) {
        int high, low;
        if (hyphen_before(i) && *text++ != '-')
            return -EINVAL;
        high = hex_digit(text[0]);
        low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return -EINVAL;
        parsed.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return -EINVAL;
    *f = parsed;
    return 0;
}

int fsid_generate(struct fsid *f)
{
    ssize_t n;

    do
        n = getrandom(f->bytes, sizeof(f->bytes), 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(f->bytes))
        return n < 0 ? -errno : -EIO;
    f->bytes[6] = (uint8_t)(0x40 | (f->bytes[6] & 0x0f)); /* version 4 */
    f->bytes[8] = (uint8_t)(0x80 | (f->bytes[8] & 0x3f)); /* variant of RFC 4122 */
    return 0;
}
