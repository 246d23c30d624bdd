/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "common/strbuf.h"

static bool parse_id(const char *text, unsigned *id)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || v >= UINT32_MAX)
        return false;
    *id = (unsigned)v;
    return true;
}

static int find_user(const char *user, struct privileges *p, char **err)
{
    struct passwd *pw;
    unsigned id;

    if (parse_id(user, &id)) {
        pw = getpwuid(id);
        p->uid = id;
    } else {
        pw = getpwnam(user);
        if (!pw)
            return err_set(err, -ENOENT, "--setuser: there is no user '%s'", user);
        p->uid = pw->pw_uid;
    }
    if (pw) {
        p->gid = pw->pw_gid;
        snprintf(p->user, sizeof(p->user), "%s", pw->pw_name);
    }
    p->change = true;
    return 0;
}

static int find_group(const char *group, struct privileges *p, char **err)
{
    struct group *gr;
    unsigned id;

    if (parse_id(group, &id)) {
        p->gid = id;
    } else {
        gr = getgrnam(group);
        if (!gr)
            return err_set(err, -ENOENT, "--setgroup: there is no group '%s'", group);
        p->gid = gr->gr_gid;
    }
    p->change = true;
    return 0;
}

/* setuser_match_path: nothing is to be done unless that path is the user's. */
static int check_path(const char *path, struct privileges *p, char **err)
{
    struct stat st;

    if (stat(path, &st))
        return err_set(err, -errno, "setuser_match_path %s: %s", path, strerror(errno));
    if (st.st_uid != p->uid && st.st_gid != p->gid)
        p->change = false;
    return 0;
}

int privileges_find(struct conf *c, struct privileges *p, char **err)
{
    char *user = conf_str(c, OPT_setuser), *group = conf_str(c, OPT_setgroup);
    char *path = conf_str(c, OPT_setuser_match_path);
    int r = 0;

    *p = (struct privileges){.uid = getuid(), .gid = getgid()};
    if (*user)
        r = find_user(user, p, err);
    if (!r && *group)
        r = find_group(group, p, err);
    if (!r && p->change && *path)
        r = check_path(path, p, err);
    free(user);
    free(group);
    free(path);
    return r;
}

int privileges_drop(struct conf *c, char **err)
{
    struct privileges p;
    int r = privileges_find(c, &p, err);

    if (r || !p.change || (p.uid == getuid() && p.gid == getgid()))
        return r;
    if (getuid() != 0) {
        fprintf(stderr, "ignoring --setuser and --setgroup: only root can change to another user\n");
        return 0;
    }
    log_chown(p.uid, p.gid);
    if ((*p.user ? initgroups(p.user, p.gid) : setgroups(1, &p.gid)) || setgid(p.gid) || setuid(p.uid))
        return err_set(err, -errno, "cannot become user %u, group %u: %s", p.uid, p.gid, strerror(errno));
    prctl(PR_SET_DUMPABLE, 1); /* core dumps are wanted all the same */
    dout(none, 0, "set uid:gid to %u:%u", p.uid, p.gid);
    return 0;
}
