/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cli_target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/mutex.h"
#include "maps/osdmap.h"

/* "osd.3" */
static bool is_osd(const char *word, int32_t *osd)
{
    char *end;
    long id;

    if (strncmp(word, "osd.", 4) != 0 || word[4] < '0' || word[4] > '9')
        return false;
    errno = 0;
    id = strtol(word + 4, &end, 10);
    *osd = (int32_t)id;
    return !errno && !*end && id < (long)OSDMAP_MAX_OSDS;
}

int cli_target_parse(struct cli_target *t, const char *word)
{
    *t = (struct cli_target){.name = word};
    if (strcmp(word, "mon.*") == 0 || strcmp(word, "osd.*") == 0) {
        t->all = true;
        t->kind = word[0] == 'm' ? CLI_TARGET_MON : CLI_TARGET_OSD;
    } else if (strncmp(word, "mon.", 4) == 0 && word[4]) {
        t->kind = CLI_TARGET_MON;
    } else if (is_osd(word, &t->osd)) {
        t->kind = CLI_TARGET_OSD;
    } else if (pg_id_parse(word, &t->pg)) {
        t->kind = CLI_TARGET_PG;
    } else {
        return -EINVAL;
    }
    return 0;
}

struct cli_target cli_target_mon(const char *name)
{
    return (struct cli_target){.kind = CLI_TARGET_MON, .name = name};
}

struct cli_target cli_target_osd(int32_t osd, const char *name)
{
    return (struct cli_target){.kind = CLI_TARGET_OSD, .osd = osd, .name = name};
}

/* ---- OSDs ---- */

struct waiter {
    struct mutex lock;
    struct cond ended;
    struct mon_command_reply *reply;
    bool done;
};

static void answered(void *arg, int result, const char *status, struct bufferlist *output)
{
    struct waiter *w = arg;

    mutex_lock(&w->lock);
    w->reply->result = result;
    w->reply->status = strdup(status);
    w->reply->output = *output;
    bufferlist_init(output);
    w->done = true;
    cond_broadcast(&w->ended);
    mutex_unlock(&w->lock);
}

static int ask_osd(const struct cli_target *t, struct cli_session *s, const char *json,
                   const struct bufferlist *input, struct mon_command_reply *reply)
{
    struct waiter w = {.reply = reply};
    uint64_t tid;
    int r = cli_session_want_osds(s);

    if (r)
        return r;
    *reply = (struct mon_command_reply){0};
    mutex_init(&w.lock, "cli_target", LOCK_RANK_OBJECTER);
    cond_init(&w.ended);
    tid = t->kind == CLI_TARGET_PG ? objecter_pg_command(s->objecter, t->pg, json, input, answered, &w)
                                   : objecter_osd_command(s->objecter, t->osd, json, input, answered, &w);
    mutex_lock(&w.lock);
    while (tid && !w.done)
        cond_wait(&w.ended, &w.lock);
    mutex_unlock(&w.lock);
    cond_destroy(&w.ended);
    mutex_destroy(&w.lock);
    if (tid && reply->status)
        return 0;
    mon_command_reply_destroy(reply);
    return -ENOMEM;
}

int cli_target_ask(const struct cli_target *t, struct cli_session *s, const char *json,
                   const struct bufferlist *input, struct mon_command_reply *reply)
{
    switch (t->kind) {
    case CLI_TARGET_MON:
        return mon_client_tell_wait(s->mon_client, t->name + strlen("mon."), json, input, 0, reply);
    case CLI_TARGET_OSD:
    case CLI_TARGET_PG:
        return ask_osd(t, s, json, input, reply);
    case CLI_TARGET_CLUSTER:
        break;
    }
    return mon_client_command_wait(s->mon_client, json, input, 0, reply);
}
