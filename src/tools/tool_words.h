/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tool_words: the words of a command line, taken one by one; '-' and '_' are alike in flags. */
#ifndef CEPH_TOOLS_TOOL_WORDS_H
#define CEPH_TOOLS_TOOL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct tool_words { /* those that were not looked at yet */
    char **next, **end;
};

/* Takes the next word if it is this flag. */
bool tool_words_flag(struct tool_words *w, const char *flag);
/* The same for "--flag VALUE" and "--flag=VALUE"; *value is NULL where one is missing. */
bool tool_words_value(struct tool_words *w, const char *flag, const char **value);
/* Says that the flag's value is missing; 1, the exit status. */
int tool_words_missing(const char *flag);
/* count words behind a flag, the first of which was taken already (NULL: it is missing). 0 or the exit
 * status. */
int tool_words_take(struct tool_words *w, const char *flag, const char *first, unsigned count,
                    const char **to) MUST_CHECK;
/* A flag's value as a number. 0 or the exit status, after a line on standard error. */
int tool_words_int(const char *flag, const char *text, int *number) MUST_CHECK;

/* A flag, what follows it and where that goes: at this offset of a struct. */
struct tool_flag {
    const char *name, *short_name;
    enum {
        TOOL_SWITCH,   /* a bool becomes true */
        TOOL_NUMBER,   /* an int */
        TOOL_NUMBER64, /* an int64_t */
        TOOL_WORDS,    /* words elements of const char * */
    } takes;
    unsigned words;
    size_t at;
};

#define TOOL_NO_FLAG (-2)

/* Takes the next word and what belongs to it. 0, the exit status, or TOOL_NO_FLAG: it is none of the flags.
 */
int tool_flags_take(struct tool_words *w, const struct tool_flag *flags, size_t count, void *to) MUST_CHECK;

/* One more zeroed element of an array; ends the program when there is no memory for so little. */
void *tool_grow(void *array, unsigned *count, size_t size);
/* Ends the program: there is no memory. */
_Noreturn void tool_out_of_memory(void);

#endif
