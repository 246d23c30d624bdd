/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mon/osd_failure.h"

#include <errno.h>

#include "common/array.h"

void osd_failures_init(struct osd_failures *f)
{
    *f = (struct osd_failures){0};
}

void osd_failures_destroy(struct osd_failures *f)
{
    free(f->reports);
    osd_failures_init(f);
}

/* Its index, or the count of reports. */
static unsigned find(const struct osd_failures *f, int32_t target, int32_t reporter)
{
    unsigned i = 0;

    while (i < f->count && (f->reports[i].target != target || f->reports[i].reporter != reporter))
        i++;
    return i;
}

static void drop(struct osd_failures *f, unsigned at)
{
    array_remove(f->reports, f->count--, sizeof(*f->reports), at);
}

int osd_failures_add(struct osd_failures *f, int32_t target, int32_t reporter, uint64_t since_ns)
{
    unsigned at = find(f, target, reporter);

    if (at == f->count) {
        struct osd_failure_report *grown = array_insert(f->reports, f->count, sizeof(*grown), at);
        if (!grown)
            return -ENOMEM;
        f->reports = grown;
        f->count++;
    }
    f->reports[at] =
        (struct osd_failure_report){.target = target, .reporter = reporter, .since_ns = since_ns};
    return 0;
}

bool osd_failures_cancel(struct osd_failures *f, int32_t target, int32_t reporter)
{
    unsigned at = find(f, target, reporter);

    if (at == f->count)
        return false;
    drop(f, at);
    return true;
}

void osd_failures_forget(struct osd_failures *f, int32_t osd)
{
    for (unsigned i = f->count; i-- > 0;)
        if (f->reports[i].target == osd || f->reports[i].reporter == osd)
            drop(f, i);
}

struct osd_failure_sum osd_failures_sum(const struct osd_failures *f, int32_t target,
                                        int32_t (*group_of)(void *arg, int32_t reporter), void *arg)
{
    struct osd_failure_sum sum = {0};

    for (unsigned i = 0; i < f->count; i++) {
        bool known = false;
        if (f->reports[i].target != target)
            continue;
        for (unsigned k = 0; k < i && !known; k++)
            known = f->reports[k].target == target &&
                    group_of(arg, f->reports[k].reporter) == group_of(arg, f->reports[i].reporter);
        sum.reporters++;
        sum.groups += !known;
        if (f->reports[i].since_ns > sum.since_ns)
            sum.since_ns = f->reports[i].since_ns;
    }
    return sum;
}
