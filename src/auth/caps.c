/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "auth/caps.h"

#include <arpa/inet.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strbuf.h"
#include "types/entity_name.h"

enum match {
    MATCH_WHOLE,
    MATCH_PREFIX,  /* the value is only how it begins */
    MATCH_REGEX,   /* an extended regular expression of the whole */
    MATCH_PRIVATE, /* a key of config-key that is the entity's own; no value */
};

struct constraint {
    char *key, *value;
    enum match match;
};

struct grant {
    unsigned bits;
    char *service, *command;             /* of monitors; NULL: any, none */
    char *pool, *nspace, *object_prefix; /* of OSDs; NULL: any */
    struct constraint *constraints;
    unsigned constraint_count;
    char *network; /* NULL: from anywhere */
    int family;
    uint8_t net[16];
    unsigned net_bits;
};

struct caps {
    struct grant *grants;
    unsigned count;
};

static void grant_destroy(struct grant *g)
{
    for (unsigned i = 0; i < g->constraint_count; i++) {
        free(g->constraints[i].key);
        free(g->constraints[i].value);
    }
    free(g->constraints);
    free(g->service);
    free(g->command);
    free(g->pool);
    free(g->nspace);
    free(g->object_prefix);
    free(g->network);
}

void caps_free(struct caps *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->count; i++)
        grant_destroy(&c->grants[i]);
    free(c->grants);
    free(c);
}

/* ---- parsing ---- */

struct parser {
    const char *text, *p;
    uint32_t service;
    struct caps *caps;
    char **err;
};

static int fail(struct parser *ps, const char *what, const char *word)
{
    return err_set(ps->err, -EINVAL, "capability \"%s\", at character %zu: %s%s%s", ps->text,
                   (size_t)(ps->p - ps->text) + 1, what, word ? " " : "", word ? word : "");
}

static void skip_blanks(struct parser *ps)
{
    ps->p += strspn(ps->p, " \t\r\n");
}

static bool at_end_of_grant(struct parser *ps)
{
    skip_blanks(ps);
    return *ps->p == '\0' || *ps->p == ',' || *ps->p == ';';
}

/* The next word, in quotes or not; NULL: none, or no memory. '=' is a word of its own unless quoted. */
static char *next_word(struct parser *ps)
{
    const char *start;
    char *word;
    size_t n;

    if (at_end_of_grant(ps))
        return NULL;
    if (*ps->p == '"' || *ps->p == '\'') {
        const char *end = strchr(ps->p + 1, *ps->p);

        if (!end)
            return NULL;
        word = strndup(ps->p + 1, (size_t)(end - ps->p - 1));
        ps->p = end + 1;
        return word;
    }
    start = ps->p;
    n = *start == '=' ? 1 : strcspn(start, " \t\r\n,;=");
    ps->p += n;
    return strndup(start, n);
}

static bool take_char(struct parser *ps, char c)
{
    skip_blanks(ps);
    if (*ps->p != c)
        return false;
    ps->p++;
    return true;
}

/* The value of "key=value" or "key value" into *to. */
static int take_value(struct parser *ps, char **to)
{
    take_char(ps, '=');
    free(*to);
    *to = next_word(ps);
    return *to ? 0 : fail(ps, "a value is missing", NULL);
}

static struct grant *add_grant(struct caps *c)
{
    struct grant *p = reallocarray(c->grants, c->count + 1, sizeof(*p));

    if (!p)
        return NULL;
    c->grants = p;
    memset(&p[c->count], 0, sizeof(*p));
    return &p[c->count++];
}

unsigned caps_bits_parse(const char *text)
{
    unsigned bits = 0;

    if (strcmp(text, "*") == 0 || strcmp(text, "all") == 0)
        return CAPS_ALL;
    for (const char *p = text; *p; p++)
        switch (*p) {
        case 'r':
            bits |= CAPS_R;
            break;
        case 'w':
            bits |= CAPS_W;
            break;
        case 'x':
            bits |= CAPS_X;
            break;
        default:
            return 0;
        }
    return bits;
}

static int take_network(struct parser *ps, struct grant *g)
{
    char *slash, *end;
    int r = take_value(ps, &g->network);

    if (r)
        return r;
    slash = strchr(g->network, '/');
    g->family = strchr(g->network, ':') ? AF_INET6 : AF_INET;
    g->net_bits = g->family == AF_INET6 ? 128 : 32;
    if (slash) {
        unsigned long bits = strtoul(slash + 1, &end, 10);

        if (*end || end == slash + 1 || bits > g->net_bits)
            return fail(ps, "this is not a network:", g->network);
        g->net_bits = (unsigned)bits;
        *slash = '\0';
    }
    if (inet_pton(g->family, g->network, g->net) != 1)
        return fail(ps, "this is not a network:", g->network);
    return 0;
}

/* Takes key and value, which may be NULL: then it fails. */
static int add_constraint(struct grant *g, char *key, char *value, enum match match)
{
    struct constraint *p =
        key && value ? reallocarray(g->constraints, g->constraint_count + 1, sizeof(*p)) : NULL;

    if (!p) {
        free(key);
        free(value);
        return -ENOMEM;
    }
    g->constraints = p;
    p[g->constraint_count++] = (struct constraint){.key = key, .value = value, .match = match};
    return 0;
}

/* "=", "prefix" or "regex". */
static bool take_match_kind(struct parser *ps, enum match *kind)
{
    bool known = true;
    char *word;

    *kind = MATCH_WHOLE;
    if (take_char(ps, '='))
        return true;
    word = next_word(ps);
    if (word && strcmp(word, "prefix") == 0)
        *kind = MATCH_PREFIX;
    else if (word && strcmp(word, "regex") == 0)
        *kind = MATCH_REGEX;
    else
        known = false;
    free(word);
    return known;
}

static bool regex_is_good(const char *pattern)
{
    regex_t re;

    if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
        return false;
    regfree(&re);
    return true;
}

/* with KEY=VALUE | KEY prefix VALUE | KEY regex VALUE ... */
static int take_constraints(struct parser *ps, struct grant *g)
{
    while (!at_end_of_grant(ps)) {
        const char *before = ps->p;
        struct constraint c = {.key = next_word(ps)};

        if (c.key && strcmp(c.key, "network") == 0) {
            free(c.key);
            ps->p = before;
            return 0;
        }
        if (!take_match_kind(ps, &c.match)) {
            free(c.key);
            return fail(ps, "KEY=VALUE, KEY prefix VALUE or KEY regex VALUE is expected", NULL);
        }
        c.value = next_word(ps);
        if (add_constraint(g, c.key, c.value, c.match))
            return fail(ps, "a value is missing", NULL);
        if (c.match == MATCH_REGEX && !regex_is_good(c.value))
            return fail(ps, "this is not a regular expression:", c.value);
    }
    return 0;
}

/* ---- profiles ---- */

struct profile_grant {
    const char *service, *command, *object_prefix;
    struct {
        const char *key, *value;
        enum match match;
    } with[2]; /* arguments that the command must have */
    unsigned bits;
};

#define PROFILE_GRANTS_MAX 10
#define RWX                (CAPS_R | CAPS_W | CAPS_X)

#define MON_READER                                                          \
    {.service = "mon", .bits = CAPS_R}, {.service = "osd", .bits = CAPS_R}, \
    {                                                                       \
        .service = "pg", .bits = CAPS_R                                     \
    }

/* A daemon's own corner of config-key. */
#define PRIVATE(name)                                                \
    {                                                                \
        .command = name, .with = { {"key", .match = MATCH_PRIVATE} } \
    }
#define PRIVATE_KEYS                                                                 \
    PRIVATE("config-key get"), PRIVATE("config-key put"), PRIVATE("config-key set"), \
        PRIVATE("config-key exists"), PRIVATE("config-key delete")

/* One address may be shut out, no network. */
#define BLOCKLIST(name, op)                                                                      \
    {                                                                                            \
        .command = name, .with = { {op, "add"}, {"addr", "[^/]+/[0-9]+", .match = MATCH_REGEX} } \
    }

static const struct {
    const char *name;
    uint32_t service;
    struct profile_grant grants[PROFILE_GRANTS_MAX];
} profiles[] = {
    {"mon",
     ENTITY_TYPE_MON,
     {{.service = "mon", .bits = RWX}, {.service = "log", .bits = RWX}, PRIVATE_KEYS}},
    {"osd",
     ENTITY_TYPE_MON,
     {{.service = "osd", .bits = RWX},
      {.service = "mon", .bits = CAPS_R},
      {.service = "pg", .bits = CAPS_R | CAPS_W},
      {.service = "log", .bits = CAPS_W},
      PRIVATE_KEYS}},
    {"bootstrap-osd",
     ENTITY_TYPE_MON,
     {{.service = "mon", .bits = CAPS_R},
      {.service = "osd", .bits = CAPS_R},
      {.command = "mon getmap"},
      {.command = "osd new"},
      {.command = "osd purge-new"}}},
    {"rbd",
     ENTITY_TYPE_MON,
     {MON_READER, BLOCKLIST("osd blocklist", "blocklistop"), BLOCKLIST("osd blacklist", "blacklistop")}},
    {"rbd-read-only", ENTITY_TYPE_MON, {MON_READER}},
    {"simple-rados-client", ENTITY_TYPE_MON, {MON_READER}},
    {"crash", ENTITY_TYPE_MON, {{.service = "mon", .bits = CAPS_R}, {.command = "crash post"}}},
    {"rbd",
     ENTITY_TYPE_OSD,
     {{.bits = RWX},
      {.object_prefix = "rbd_children", .bits = CAPS_CLASS_READ},
      {.object_prefix = "rbd_mirroring", .bits = CAPS_CLASS_READ},
      {.object_prefix = "rbd_info", .bits = CAPS_R}}},
    {"rbd-read-only", ENTITY_TYPE_OSD, {{.bits = CAPS_R | CAPS_CLASS_READ}}},
};

static int copy_text(char **to, const char *from)
{
    if (!from)
        return 0;
    *to = strdup(from);
    return *to ? 0 : -ENOMEM;
}

static int add_profile_constraints(struct grant *g, const struct profile_grant *p)
{
    int r = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(p->with) && p->with[i].key && r == 0; i++)
        r = add_constraint(g, strdup(p->with[i].key), strdup(p->with[i].value ? p->with[i].value : ""),
                           p->with[i].match);
    return r;
}

/* The grants of a profile stand beside the others; like holds pool, namespace and network. */
static int expand(struct caps *c, const struct profile_grant *grants, const struct grant *like)
{
    int r = 0;

    for (unsigned i = 0; i < PROFILE_GRANTS_MAX && r == 0; i++) {
        struct grant *g;

        if (!grants[i].bits && !grants[i].command)
            break;
        g = add_grant(c);
        if (!g)
            return -ENOMEM;
        g->bits = grants[i].bits;
        g->family = like->family;
        memcpy(g->net, like->net, sizeof(g->net));
        g->net_bits = like->net_bits;
        if (copy_text(&g->service, grants[i].service) || copy_text(&g->command, grants[i].command) ||
            copy_text(&g->object_prefix, grants[i].object_prefix) || copy_text(&g->network, like->network) ||
            (!grants[i].object_prefix &&
             (copy_text(&g->pool, like->pool) || copy_text(&g->nspace, like->nspace))))
            r = -ENOMEM;
        if (r == 0)
            r = add_profile_constraints(g, &grants[i]);
    }
    return r;
}

static int take_match(struct parser *ps, struct grant *g, const char *word, bool *taken)
{
    *taken = true;
    if (strcmp(word, "network") == 0)
        return take_network(ps, g);
    if (ps->service == ENTITY_TYPE_OSD && strcmp(word, "pool") == 0)
        return take_value(ps, &g->pool);
    if (ps->service == ENTITY_TYPE_OSD && strcmp(word, "namespace") == 0)
        return take_value(ps, &g->nspace);
    if (ps->service == ENTITY_TYPE_OSD && strcmp(word, "object_prefix") == 0)
        return take_value(ps, &g->object_prefix);
    *taken = false;
    return 0;
}

static int take_profile(struct parser *ps)
{
    struct grant like = {0};
    char *name = NULL, *word = NULL;
    bool taken, found = false;
    int r = take_value(ps, &name);

    while (r == 0 && !at_end_of_grant(ps)) {
        word = next_word(ps);
        r = word ? take_match(ps, &like, word, &taken) : fail(ps, "a quote is open", NULL);
        if (r == 0 && !taken)
            r = fail(ps, "this cannot stand behind a profile:", word);
        free(word);
    }
    for (size_t i = 0; i < ARRAY_SIZE(profiles) && r == 0 && !found; i++)
        if (profiles[i].service == ps->service && strcmp(profiles[i].name, name) == 0) {
            found = true;
            r = expand(ps->caps, profiles[i].grants, &like);
        }
    if (r == 0 && !found && (ps->service == ENTITY_TYPE_MON || ps->service == ENTITY_TYPE_OSD))
        r = fail(ps, "this profile is not known here:", name);
    free(name);
    grant_destroy(&like);
    return r;
}

/* What stands behind "allow", in any order. */
static int take_word(struct parser *ps, struct grant *g, const char *word)
{
    unsigned bits = caps_bits_parse(word);
    bool taken;
    int r = take_match(ps, g, word, &taken);

    if (r || taken)
        return r;
    if (strcmp(word, "class-read") == 0)
        bits = CAPS_CLASS_READ;
    else if (strcmp(word, "class-write") == 0)
        bits = CAPS_CLASS_WRITE;
    if (bits) {
        g->bits |= bits;
        return 0;
    }
    if (ps->service == ENTITY_TYPE_MON && strcmp(word, "service") == 0)
        return take_value(ps, &g->service);
    if (ps->service == ENTITY_TYPE_MON && strcmp(word, "command") == 0)
        return take_value(ps, &g->command);
    if (g->command && strcmp(word, "with") == 0)
        return take_constraints(ps, g);
    if (ps->service != ENTITY_TYPE_MON && ps->service != ENTITY_TYPE_OSD)
        return 0; /* a grammar of that service's own */
    return fail(ps, "this is not understood:", word);
}

static int take_grant(struct parser *ps)
{
    char *word = next_word(ps);
    struct grant *g;
    size_t at;
    int r = 0;

    if (word && strcmp(word, "profile") == 0) {
        free(word);
        return take_profile(ps);
    }
    if (!word || strcmp(word, "allow")) {
        r = fail(ps, "a grant begins with allow or profile, not with", word ? word : "nothing");
        free(word);
        return r;
    }
    free(word);
    skip_blanks(ps);
    if (strncmp(ps->p, "profile ", 8) == 0) {
        free(next_word(ps));
        return take_profile(ps);
    }
    g = add_grant(ps->caps);
    at = ps->caps->count - 1;
    while (g && r == 0 && !at_end_of_grant(ps)) {
        word = next_word(ps);
        r = word ? take_word(ps, &ps->caps->grants[at], word) : fail(ps, "a quote is open", NULL);
        free(word);
    }
    if (!g)
        return -ENOMEM;
    if (r == 0 && !ps->caps->grants[at].bits && !ps->caps->grants[at].command &&
        (ps->service == ENTITY_TYPE_MON || ps->service == ENTITY_TYPE_OSD))
        r = fail(ps, "this grant allows nothing", NULL);
    return r;
}

int caps_parse(struct caps **out, uint32_t service, const char *text, char **err)
{
    struct parser ps = {.text = text, .p = text, .service = service, .err = err};
    int r = 0;

    *out = NULL;
    ps.caps = calloc(1, sizeof(*ps.caps));
    if (!ps.caps)
        return -ENOMEM;
    skip_blanks(&ps);
    while (r == 0 && *ps.p) {
        r = take_grant(&ps);
        if (r == 0 && at_end_of_grant(&ps) && *ps.p)
            ps.p++;
        skip_blanks(&ps);
    }
    if (r)
        caps_free(ps.caps);
    else
        *out = ps.caps;
    return r;
}

/* ---- asking ---- */

static bool comes_from(const struct grant *g, const struct entity_addr *peer)
{
    const struct sockaddr *sa = peer ? (const struct sockaddr *)&peer->sa : NULL;
    const uint8_t *ip;

    if (!g->network)
        return true;
    if (!sa || sa->sa_family != g->family)
        return false;
    ip = g->family == AF_INET ? (const uint8_t *)&((const struct sockaddr_in *)sa)->sin_addr
                              : (const uint8_t *)&((const struct sockaddr_in6 *)sa)->sin6_addr;
    if (memcmp(ip, g->net, g->net_bits / 8))
        return false;
    return g->net_bits % 8 == 0 ||
           ((ip[g->net_bits / 8] ^ g->net[g->net_bits / 8]) >> (8 - g->net_bits % 8)) == 0;
}

bool caps_allow_all(const struct caps *c)
{
    for (unsigned i = 0; c && i < c->count; i++) {
        const struct grant *g = &c->grants[i];

        if ((g->bits & CAPS_ALL) && !g->network && !g->service && !g->command && !g->pool && !g->nspace &&
            !g->object_prefix)
            return true;
    }
    return false;
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool regex_fits(const char *pattern, const char *text)
{
    regmatch_t at;
    regex_t re;
    bool fits;

    if (regcomp(&re, pattern, REG_EXTENDED))
        return false;
    fits = regexec(&re, text, 1, &at, 0) == 0 && at.rm_so == 0 && text[at.rm_eo] == '\0';
    regfree(&re);
    return fits;
}

static bool is_private_key(const char *key, const char *entity)
{
    static const char folder[] = "daemon-private/";
    size_t n = entity ? strlen(entity) : 0;

    return n && begins_with(key, folder) && begins_with(key + sizeof(folder) - 1, entity) &&
           key[sizeof(folder) - 1 + n] == '/';
}

static bool argument_fits(const struct constraint *k, const char *value, const char *entity)
{
    switch (k->match) {
    case MATCH_PREFIX:
        return begins_with(value, k->value);
    case MATCH_REGEX:
        return regex_fits(k->value, value);
    case MATCH_PRIVATE:
        return is_private_key(value, entity);
    default:
        return strcmp(value, k->value) == 0;
    }
}

static bool arguments_fit(const struct grant *g, const struct caps_command *command)
{
    for (unsigned i = 0; i < g->constraint_count; i++) {
        const struct constraint *k = &g->constraints[i];
        const char *value = command->arguments ? string_map_get(command->arguments, k->key) : NULL;

        if (!value || !argument_fits(k, value, command->entity))
            return false;
    }
    return true;
}

bool caps_allow_command(const struct caps *c, const struct caps_command *command)
{
    unsigned have = 0;

    for (unsigned i = 0; c && i < c->count; i++) {
        const struct grant *g = &c->grants[i];

        if (!comes_from(g, command->peer))
            continue;
        if (g->command) {
            if (command->prefix && strcmp(g->command, command->prefix) == 0 && arguments_fit(g, command))
                return true;
            continue;
        }
        if (g->service && strcmp(g->service, command->module))
            continue;
        if (g->bits & CAPS_ALL)
            return true;
        /* Secrets are kept under config-key: a general grant does not reach there. */
        if (g->service || strcmp(command->module, "config-key"))
            have |= g->bits;
    }
    return command->bits && (have & command->bits) == command->bits;
}

/* A namespace may be named by how it begins: "name*". */
static bool nspace_fits(const char *pattern, const char *nspace)
{
    size_t n = strlen(pattern);

    if (n > 0 && pattern[n - 1] == '*')
        return strncmp(pattern, nspace, n - 1) == 0;
    return strcmp(pattern, nspace) == 0;
}

bool caps_allow_object(const struct caps *c, const struct caps_object *o)
{
    unsigned have = 0;

    for (unsigned i = 0; c && i < c->count; i++) {
        const struct grant *g = &c->grants[i];

        if (!comes_from(g, o->peer) || (g->pool && strcmp(g->pool, o->pool)) ||
            (g->nspace && !nspace_fits(g->nspace, o->nspace)) ||
            (g->object_prefix && !begins_with(o->object, g->object_prefix)))
            continue;
        if (g->bits & CAPS_ALL)
            return true;
        have |= g->bits;
        if (g->bits & CAPS_X)
            have |= CAPS_CLASS_READ | CAPS_CLASS_WRITE;
    }
    return o->bits && (have & o->bits) == o->bits;
}
