/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crush_tokens: the text of a crush map as words and brackets, and a cursor that takes them one by one and
 * says in which line it found something else than what was needed.
 *
 * Owner: init before, destroy after; what is taken points into it. Threads: none of its own. Errors: -EINVAL
 * and *err, -ENOMEM. Pure.
 */
#ifndef CEPH_CRUSH_CRUSH_TOKENS_H
#define CEPH_CRUSH_CRUSH_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct crush_token {
    const char *text; /* "": the end */
    unsigned line;
};

struct crush_tokens {
    const struct crush_token *at; /* the next one */
    char **err;

    /* private */
    struct crush_token *all;
    char *text;
    const char *file;
};

/* file names the text in errors. */
int crush_tokens_init(struct crush_tokens *t, const char *text, size_t len, const char *file,
                      char **err) MUST_CHECK;
void crush_tokens_destroy(struct crush_tokens *t);

/* -EINVAL, and a line that says where; the pattern is `return crush_tokens_fail(t, line, "...")`. */
int crush_tokens_fail(struct crush_tokens *t, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same for the next token, which is not what was expected. */
int crush_tokens_unexpected(struct crush_tokens *t, const char *expected);

bool crush_tokens_at(const struct crush_tokens *t, const char *word);
bool crush_tokens_at_end(const struct crush_tokens *t);
bool crush_tokens_accept(struct crush_tokens *t, const char *word); /* takes it if it is next */
int crush_tokens_expect(struct crush_tokens *t, const char *word) MUST_CHECK;

/* what: how an error calls it. */
int crush_tokens_name(struct crush_tokens *t, const char *what, const char **name) MUST_CHECK;
int crush_tokens_int(struct crush_tokens *t, const char *what, int64_t min, int64_t max,
                     int64_t *value) MUST_CHECK;
/* A word and the number behind it. */
int crush_tokens_setting(struct crush_tokens *t, const char *word, int64_t min, int64_t max,
                         int64_t *value) MUST_CHECK;
/* A number as 16.16. */
int crush_tokens_weight(struct crush_tokens *t, uint32_t *weight) MUST_CHECK;

#endif
