/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_sub: a client's subscriptions over the life of several sessions. */
#include <stdio.h>

#include "mon_client/mon_sub.h"
#include "test/unit/unit.h"

#define SEC UINT64_C(1000000000)

static bool want(struct mon_sub *s, const char *what, uint64_t start, uint8_t flags)
{
    int error = 0;
    bool r = mon_sub_want(s, what, start, flags, &error);

    assert_int_equal(error, 0);
    return r;
}

/* What is asked now, as "monmap=0+,osdmap=3". */
static const char *asked(struct mon_sub *s, uint64_t now)
{
    static char text[256];
    struct m_mon_subscribe m = {0};
    size_t at = 0;

    assert_int_equal(mon_sub_ask(s, now, &m), 0);
    text[0] = 0;
    for (uint32_t i = 0; i < m.count; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s=%u%s", i ? "," : "", m.items[i].what,
                               (unsigned)m.items[i].start, m.items[i].flags ? "" : "+");
    m_mon_subscribe_destroy(&m);
    return text;
}

static void test_life(void **state UNUSED)
{
    struct mon_sub s = {0};

    assert_false(mon_sub_must_ask(&s, SEC));
    assert_true(want(&s, "monmap", 0, 0));
    assert_true(want(&s, "config", 0, 0));
    assert_true(mon_sub_must_ask(&s, SEC));
    assert_string_equal(asked(&s, SEC), "config=0+,monmap=0+");
    assert_false(mon_sub_must_ask(&s, SEC));

    /* Only what is new is asked. */
    assert_true(want(&s, "osdmap", 0, MON_SUBSCRIBE_ONETIME));
    assert_string_equal(asked(&s, SEC), "osdmap=0");

    /* An answer ends the one-time one and moves the standing one. */
    mon_sub_got(&s, "osdmap", 12);
    mon_sub_got(&s, "monmap", 4);
    mon_sub_new_session(&s);
    assert_string_equal(asked(&s, SEC), "config=0+,monmap=5+");
    mon_sub_destroy(&s);
}

static void test_onetime_and_standing(void **state UNUSED)
{
    struct mon_sub s = {0};

    assert_true(want(&s, "osdmap", 10, 0));
    asked(&s, SEC);
    assert_false(want(&s, "osdmap", 12, MON_SUBSCRIBE_ONETIME)); /* covered */
    assert_false(mon_sub_must_ask(&s, SEC));
    assert_true(want(&s, "osdmap", 3, MON_SUBSCRIBE_ONETIME)); /* not covered: older ones, too */
    assert_string_equal(asked(&s, SEC), "osdmap=3+");
    assert_true(want(&s, "monmap", 3, MON_SUBSCRIBE_ONETIME));
    assert_string_equal(asked(&s, SEC), "monmap=3");
    assert_true(want(&s, "monmap", 3, 0)); /* a one-time look does not cover a standing one */
    assert_string_equal(asked(&s, SEC), "monmap=3+");

    /* An epoch below the wanted one answers nothing. */
    assert_true(want(&s, "fsmap", 7, MON_SUBSCRIBE_ONETIME));
    mon_sub_got(&s, "fsmap", 6);
    assert_true(mon_sub_must_ask(&s, SEC));
    mon_sub_got(&s, "fsmap", 7);
    assert_false(mon_sub_must_ask(&s, SEC));
    mon_sub_unwant(&s, "osdmap");
    mon_sub_unwant(&s, "monmap");
    mon_sub_unwant(&s, "nothing");
    mon_sub_new_session(&s);
    assert_false(mon_sub_must_ask(&s, SEC));
    mon_sub_destroy(&s);
}

/* A monitor that acks forgets: everything is asked again after half the interval. */
static void test_renewal(void **state UNUSED)
{
    struct mon_sub s = {0};

    want(&s, "monmap", 0, 0);
    asked(&s, 100 * SEC);
    assert_false(mon_sub_must_ask(&s, 100000 * SEC)); /* no ack: it never forgets */
    mon_sub_acked(&s, 60);
    assert_false(mon_sub_must_ask(&s, 129 * SEC));
    assert_true(mon_sub_must_ask(&s, 130 * SEC));
    mon_sub_got(&s, "monmap", 1);
    assert_string_equal(asked(&s, 130 * SEC), "monmap=2+");
    assert_false(mon_sub_must_ask(&s, 100000 * SEC));
    mon_sub_acked(&s, 60);
    mon_sub_acked(&s, 60); /* one that answers nothing changes nothing */
    assert_true(mon_sub_must_ask(&s, 160 * SEC));
    mon_sub_destroy(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_onetime_and_standing),
        cmocka_unit_test(test_renewal),
    };
    return unit_run("mon_sub", tests);
}
