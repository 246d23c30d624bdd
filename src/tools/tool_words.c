/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/tool_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

static bool same_flag(const char *word, size_t len, const char *flag)
{
    for (size_t i = 0; i < len; i++)
        if (flag[i] == '\0' || (word[i] == '_' && i > 1 ? '-' : word[i]) != flag[i])
            return false;
    return flag[len] == '\0';
}

bool tool_words_flag(struct tool_words *w, const char *flag)
{
    if (w->next == w->end || !same_flag(*w->next, strlen(*w->next), flag))
        return false;
    w->next++;
    return true;
}

bool tool_words_value(struct tool_words *w, const char *flag, const char **value)
{
    size_t len = w->next < w->end ? strcspn(*w->next, "=") : 0;

    if (w->next == w->end || !same_flag(*w->next, len, flag))
        return false;
    *value = (*w->next)[len] == '=' ? *w->next + len + 1 : NULL;
    w->next++;
    if (!*value && w->next < w->end)
        *value = *w->next++;
    return true;
}

int tool_words_missing(const char *flag)
{
    fprintf(stderr, "Option %s requires an argument.\n", flag);
    return 1;
}

int tool_words_take(struct tool_words *w, const char *flag, const char *first, unsigned count,
                    const char **to)
{
    to[0] = first;
    for (unsigned i = 1; i < count && first; i++) {
        if (w->next == w->end)
            return tool_words_missing(flag);
        to[i] = *w->next++;
    }
    return first ? 0 : tool_words_missing(flag);
}

static int take_number(const char *flag, const char *text, int64_t min, int64_t max, int64_t *number)
{
    char *end;

    if (!text)
        return tool_words_missing(flag);
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (end != text && !*end && !errno && *number >= min && *number <= max)
        return 0;
    fprintf(stderr, "%s: %s: '%s' is not a number, or too large\n", program_invocation_short_name, flag,
            text);
    return 1;
}

int tool_words_int(const char *flag, const char *text, int *number)
{
    int64_t value;
    int r = take_number(flag, text, INT32_MIN, INT32_MAX, &value);

    if (r == 0)
        *number = (int)value;
    return r;
}

static int take_flag(struct tool_words *w, const struct tool_flag *f, void *to)
{
    const char *value;

    if (f->takes == TOOL_SWITCH) {
        if (!tool_words_flag(w, f->name) && !(f->short_name && tool_words_flag(w, f->short_name)))
            return TOOL_NO_FLAG;
        *(bool *)to = true;
        return 0;
    }
    if (!tool_words_value(w, f->name, &value) &&
        !(f->short_name && tool_words_value(w, f->short_name, &value)))
        return TOOL_NO_FLAG;
    if (f->takes == TOOL_NUMBER)
        return tool_words_int(f->name, value, to);
    if (f->takes == TOOL_NUMBER64)
        return take_number(f->name, value, INT64_MIN, INT64_MAX, to);
    return tool_words_take(w, f->name, value, f->words, to);
}

int tool_flags_take(struct tool_words *w, const struct tool_flag *flags, size_t count, void *to)
{
    int r = TOOL_NO_FLAG;

    for (size_t i = 0; r == TOOL_NO_FLAG && i < count; i++)
        r = take_flag(w, &flags[i], (char *)to + flags[i].at);
    return r;
}

void tool_out_of_memory(void)
{
    fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
    exit(255);
}

void *tool_grow(void *array, unsigned *count, size_t size)
{
    void *p = array_insert(array, *count, size, *count);

    if (!p)
        tool_out_of_memory();
    (*count)++;
    return p;
}
