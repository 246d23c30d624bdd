/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The acceptor's decision, row by row of doc/msgr-v1-accept.md, and its consistency over all small numbers.
 */
#include <string.h>

#include "test/unit/unit.h"
#include "msg/msgr_v1_accept_verdict.h"

static struct entity_addr addr(const char *text)
{
    struct entity_addr a;
    char err[128];

    assert_int_equal(entity_addr_parse(&a, text, ENTITY_ADDR_V1, NULL, err, sizeof(err)), 0);
    return a;
}

enum flags {
    RESETCHECK = 1,
    ANONYMOUS = 2,
    LOSSY = 4,
    SERVER = 8,
    PEER_LOWER = 16, /* the peer's address is below ours */
};

struct row {
    const char *name;
    /* what the peer says */
    uint32_t connect_seq, global_seq;
    /* what we have */
    enum msgr_v1_existing existing;
    uint32_t ex_connect_seq, ex_global_seq;
    unsigned flags;
    /* what is answered */
    enum msgr_v1_verdict_action action;
    uint32_t reply_connect_seq, reply_global_seq;
    bool drop_queues;
};

#define NONE      MSGR_V1_EXISTING_NONE
#define OPEN      MSGR_V1_EXISTING_OPEN
#define STANDBY   MSGR_V1_EXISTING_STANDBY
#define DIALLING  MSGR_V1_EXISTING_DIALLING
#define BACKOFF   MSGR_V1_EXISTING_BACKOFF
#define WAITING   MSGR_V1_EXISTING_WAIT
#define REPLACING MSGR_V1_EXISTING_REPLACING

static const struct row rows[] = {
    {"1 anonymous, new", 0, 7, NONE, 0, 0, ANONYMOUS, MSGR_V1_OPEN_NEW, 1, 0, false},
    {"1 anonymous, whatever it says", 5, 7, OPEN, 9, 9, ANONYMOUS, MSGR_V1_OPEN_NEW, 6, 0, false},
    {"2 none, peer reconnects", 1, 7, NONE, 0, 0, 0, MSGR_V1_RESETSESSION, 0, 0, false},
    {"3 none, new", 0, 7, NONE, 0, 0, 0, MSGR_V1_OPEN_NEW, 1, 0, false},
    {"3b replacing", 4, 7, REPLACING, 3, 5, 0, MSGR_V1_RETRY_GLOBAL, 0, 5, false},
    {"4 older attempt", 3, 4, OPEN, 3, 5, 0, MSGR_V1_RETRY_GLOBAL, 0, 5, false},
    {"4 older attempt of a restarted peer", 0, 1, OPEN, 3, 5, RESETCHECK, MSGR_V1_RETRY_GLOBAL, 0, 5, false},
    {"4 the same attempt number passes", 4, 5, OPEN, 3, 5, 0, MSGR_V1_REPLACE, 5, 0, false},
    {"4a lossy, open", 0, 6, OPEN, 1, 5, LOSSY, MSGR_V1_REPLACE_LOSSY, 1, 0, false},
    {"4a lossy, dialling, ours lower", 0, 6, DIALLING, 0, 5, LOSSY, MSGR_V1_REPLACE_LOSSY, 1, 0, false},
    {"4a lossy, peer reconnects", 3, 6, OPEN, 1, 5, LOSSY, MSGR_V1_REPLACE_LOSSY, 4, 0, false},
    {"5 restarted, resetcheck", 0, 6, OPEN, 3, 5, RESETCHECK, MSGR_V1_REPLACE_RESET, 1, 0, true},
    {"5 restarted", 0, 6, STANDBY, 3, 5, 0, MSGR_V1_REPLACE_RESET, 1, 0, false},
    {"5 restarted, while we dial", 0, 6, DIALLING, 3, 5, RESETCHECK, MSGR_V1_REPLACE_RESET, 1, 0, true},
    {"6 behind", 2, 6, OPEN, 4, 5, 0, MSGR_V1_RETRY_SESSION, 5, 0, false},
    {"6 behind, dialling", 2, 6, DIALLING, 4, 5, RESETCHECK, MSGR_V1_RETRY_SESSION, 5, 0, false},
    {"7 equal, open", 4, 6, OPEN, 4, 5, RESETCHECK, MSGR_V1_RETRY_SESSION, 5, 0, false},
    {"7 equal, standby, peer lower", 4, 6, STANDBY, 4, 5, PEER_LOWER, MSGR_V1_RETRY_SESSION, 5, 0, false},
    {"7a standby since a reset", 0, 6, STANDBY, 0, 5, RESETCHECK, MSGR_V1_REPLACE, 1, 0, false},
    {"7a standby, no resetcheck", 0, 6, STANDBY, 0, 5, 0, MSGR_V1_RETRY_SESSION, 1, 0, false},
    {"8 race, peer lower", 0, 6, DIALLING, 0, 0, PEER_LOWER, MSGR_V1_REPLACE, 1, 0, false},
    {"8 race later, peer lower", 4, 6, DIALLING, 4, 0, PEER_LOWER, MSGR_V1_REPLACE, 5, 0, false},
    {"8 race, we never dial", 0, 6, DIALLING, 0, 0, SERVER, MSGR_V1_REPLACE, 1, 0, false},
    {"8a we were told to wait", 0, 6, WAITING, 0, 0, 0, MSGR_V1_REPLACE, 1, 0, false},
    {"8b our dial failed", 0, 6, BACKOFF, 0, 0, 0, MSGR_V1_REPLACE, 1, 0, false},
    {"9 race, ours lower", 0, 6, DIALLING, 0, 0, 0, MSGR_V1_WAIT, 0, 0, false},
    {"9 race later, ours lower", 4, 6, DIALLING, 4, 0, RESETCHECK, MSGR_V1_WAIT, 0, 0, false},
    {"10 we lost the session", 3, 6, DIALLING, 0, 0, RESETCHECK, MSGR_V1_RESETSESSION, 0, 0, false},
    {"10 not without resetcheck", 3, 6, DIALLING, 0, 0, 0, MSGR_V1_REPLACE, 4, 0, false},
    {"11 reconnect, half-open", 4, 6, OPEN, 3, 5, RESETCHECK, MSGR_V1_REPLACE, 5, 0, false},
    {"11 reconnect, standby", 4, 6, STANDBY, 3, 5, 0, MSGR_V1_REPLACE, 5, 0, false},
    {"11 reconnect, ours lower", 4, 6, DIALLING, 3, 5, 0, MSGR_V1_REPLACE, 5, 0, false},
};

static struct msgr_v1_accept_facts facts_of(const struct row *r, const struct entity_addr *peer,
                                            const struct entity_addr *self)
{
    return (struct msgr_v1_accept_facts){
        .connect_seq = r->connect_seq,
        .global_seq = r->global_seq,
        .peer_addr = peer,
        .self_addr = self,
        .policy_resetcheck = r->flags & RESETCHECK,
        .anonymous = r->flags & ANONYMOUS,
        .existing = r->existing,
        .existing_connect_seq = r->ex_connect_seq,
        .existing_peer_global_seq = r->ex_global_seq,
        .existing_lossy = r->flags & LOSSY,
        .existing_server = r->flags & SERVER,
    };
}

static void test_rows(void **state UNUSED)
{
    struct entity_addr low = addr("10.0.0.9:6800/1"), high = addr("10.0.0.1:6789/2"); /* the nonce decides */

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *r = &rows[i];
        bool lower = r->flags & PEER_LOWER;
        struct msgr_v1_accept_facts f = facts_of(r, lower ? &low : &high, lower ? &high : &low);
        struct msgr_v1_verdict v = msgr_v1_accept_verdict(&f);
        if (v.action != r->action || v.connect_seq != r->reply_connect_seq ||
            v.global_seq != r->reply_global_seq || v.drop_queues != r->drop_queues)
            fail_msg("%s: %s connect_seq %u global_seq %u drop %d (%s)", r->name,
                     msgr_v1_verdict_action_name(v.action), v.connect_seq, v.global_seq, v.drop_queues,
                     v.why);
        assert_true(v.why && strlen(v.why) > 5);
    }
}

/* Whatever the numbers, of two that dial each other at once not both are told to wait, and not both replaced.
 */
static void test_races_have_one_winner(void **state UNUSED)
{
    struct entity_addr a = addr("10.0.0.1:6789/0"), b = addr("10.0.0.2:6789/0");

    for (unsigned i = 0; i < 4 * 4 * 2; i++) {
        uint32_t seq_a = i & 3, seq_b = i >> 2 & 3;
        struct row at_b = {NULL, seq_a, 9, DIALLING, seq_b, 0, i >> 4 ? RESETCHECK : 0, 0, 0, 0, false};
        struct row at_a = {NULL, seq_b, 9, DIALLING, seq_a, 0, i >> 4 ? RESETCHECK : 0, 0, 0, 0, false};
        struct msgr_v1_accept_facts fa = facts_of(&at_a, &b, &a), fb = facts_of(&at_b, &a, &b);
        struct msgr_v1_verdict va = msgr_v1_accept_verdict(&fa), vb = msgr_v1_accept_verdict(&fb);
        if ((seq_a == 0) != (seq_b == 0))
            continue; /* one of them restarted: no race, and either connection does */
        assert_false(va.action == MSGR_V1_WAIT && vb.action == MSGR_V1_WAIT);
        assert_false(msgr_v1_verdict_opens(va.action) && msgr_v1_verdict_opens(vb.action));
        /* what is not opened is asked to come again in a way that then opens */
        if (va.action == MSGR_V1_RETRY_SESSION)
            assert_true(va.connect_seq > seq_a);
    }
}

/* A retry that follows the answer is not sent away for the same reason again. */
static void test_retries_end(void **state UNUSED)
{
    struct entity_addr low = addr("10.0.0.1:6789/0"), high = addr("10.0.0.2:6789/0");

    for (unsigned i = 0; i < 6 * 4 * 4 * 4 * 16; i++) {
        unsigned n = i;
        struct row r = {0};
        struct msgr_v1_accept_facts f;
        struct msgr_v1_verdict v;
        unsigned rounds = 0;

        r.existing = (enum msgr_v1_existing)(n % 6), n /= 6; /* all but REPLACING, which ends by itself */
        r.connect_seq = n % 4, n /= 4;
        r.ex_connect_seq = n % 4, n /= 4;
        r.global_seq = n % 4, n /= 4;
        r.ex_global_seq = 2;
        r.flags = (n & 1 ? RESETCHECK : 0) | (n & 2 ? SERVER : 0) | (n & 4 ? LOSSY : 0);
        f = facts_of(&r, n & 8 ? &low : &high, n & 8 ? &high : &low);
        for (;;) {
            v = msgr_v1_accept_verdict(&f);
            if (v.action == MSGR_V1_RETRY_GLOBAL)
                f.global_seq = v.global_seq + 1;
            else if (v.action == MSGR_V1_RETRY_SESSION)
                f.connect_seq = v.connect_seq;
            else if (v.action == MSGR_V1_RESETSESSION)
                f.connect_seq = 0;
            else
                break;
            assert_true(++rounds < 5);
        }
        if (v.action != MSGR_V1_WAIT)
            assert_int_equal(v.connect_seq, f.connect_seq + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_races_have_one_winner),
        cmocka_unit_test(test_retries_end),
    };
    return unit_run("msgr_v1_accept_verdict", tests);
}
