/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ceph-authtool: makes keyring files, changes them and shows what is in them. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keyring.h"
#include "common/args.h"
#include "common/conf_file.h"

static const struct args_program program = {
    .name = "ceph-authtool",
    .usage =
        "ceph-authtool KEYRING ACTION...\n"
        "Actions, done in this order:\n"
        "  -C, --create-keyring       begin with an empty keyring instead of the file's content\n"
        "  --import-keyring FILE      add what is in FILE\n"
        "  -g, --gen-key              give the entity a new random key\n"
        "  -a, --add-key BASE64       give the entity this key\n"
        "  --cap SERVICE CAPS         give the entity these capabilities for mon, osd...; may be repeated\n"
        "  --caps FILE                give it all capabilities that FILE names, lines of SERVICE = \"CAPS\"\n"
        "  -l, --list                 print the keyring\n"
        "  -p, --print-key            print the key of the entity\n"
        "  --gen-print-key            print a new random key; no keyring is needed\n"
        "Flags:\n"
        "  -n, --name TYPE.ID         the entity; client.admin if not given\n"
        "  --mode MODE                octal mode of the file; 0600 for new files",
    .type = "client",
    .id = "admin",
    .flags = ARGS_QUIET | ARGS_LENIENT | ARGS_NO_SHORT_ID,
};

struct request {
    const char *path, *import, *add_key, *caps_file;
    bool create, gen_key, gen_print_key, list, print_key;
    mode_t mode;            /* 0: not given */
    struct string_map caps; /* of --cap */
};

static int complain(int r, const char *what, const char *why)
{
    fprintf(stderr, "ceph-authtool: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    return r;
}

static int parse_mode(const char *text, mode_t *mode)
{
    char *end;
    unsigned long v = strtoul(text, &end, 8);

    if (end == text || *end || v == 0 || v > 07777)
        return complain(-EINVAL, "--mode takes an octal number such as 0640, not", text);
    *mode = (mode_t)v;
    return 0;
}

/* --cap takes two words; getopt_long() has given us the first. */
static int take_cap(struct request *q, int argc, char **argv)
{
    if (optind >= argc)
        return complain(-EINVAL, "--cap takes a service and its capabilities, such as: --cap mon 'allow r'",
                        NULL);
    return string_map_set(&q->caps, optarg, argv[optind++]);
}

static int parse_flag(struct request *q, int flag, int argc, char **argv)
{
    switch (flag) {
    case 'C':
        q->create = true;
        return 0;
    case 'g':
        q->gen_key = true;
        return 0;
    case 'a':
        q->add_key = optarg;
        return 0;
    case 'l':
        q->list = true;
        return 0;
    case 'p':
        q->print_key = true;
        return 0;
    case 'G':
        q->gen_print_key = true;
        return 0;
    case 'I':
        q->import = optarg;
        return 0;
    case 'c':
        return take_cap(q, argc, argv);
    case 'F':
        q->caps_file = optarg;
        return 0;
    case 'm':
        return parse_mode(optarg, &q->mode);
    default:
        return -EINVAL; /* getopt_long() has said what is wrong */
    }
}

static int check_request(const struct request *q, int argc, char **argv)
{
    if (optind < argc)
        return complain(-EINVAL, "unexpected argument", argv[optind]);
    if (q->gen_print_key)
        return 0;
    if (!q->path)
        return complain(-EINVAL, "no keyring is named; --help says more", NULL);
    if (q->gen_key && q->add_key)
        return complain(-EINVAL, "--gen-key and --add-key exclude each other", NULL);
    if (!q->create && !q->import && !q->gen_key && !q->add_key && !q->caps.count && !q->caps_file &&
        !q->list && !q->print_key)
        return complain(-EINVAL, "say what to do with the keyring; --help says more", NULL);
    return 0;
}

static int parse_request(struct request *q, int argc, char **argv)
{
    static const struct option flags[] = {
        {"create-keyring", no_argument, NULL, 'C'},
        {"gen-key", no_argument, NULL, 'g'},
        {"add-key", required_argument, NULL, 'a'},
        {"list", no_argument, NULL, 'l'},
        {"print-key", no_argument, NULL, 'p'},
        {"gen-print-key", no_argument, NULL, 'G'},
        {"import-keyring", required_argument, NULL, 'I'},
        {"cap", required_argument, NULL, 'c'},
        {"caps", required_argument, NULL, 'F'},
        {"mode", required_argument, NULL, 'm'},
        {NULL, 0, NULL, 0},
    };
    int flag, r = 0;

    /* "-" in front: arguments that are no flags come as flag 1, in their place. */
    while (!r && (flag = getopt_long(argc, argv, "-Cga:lp", flags, NULL)) != -1) {
        if (flag != 1)
            r = parse_flag(q, flag, argc, argv);
        else if (q->path)
            r = complain(-EINVAL, "unexpected argument", optarg);
        else
            q->path = optarg;
    }
    if (!r && !q->path && optind < argc)
        q->path = argv[optind++];
    return r ? r : check_request(q, argc, argv);
}

static int gen_print_key(void)
{
    char text[CRYPTO_KEY_TEXT_MAX];
    struct crypto_key key;
    int r = crypto_key_generate(&key, utime_now());

    if (r)
        return complain(r, "there is no randomness to make a key of", NULL);
    puts(crypto_key_print(&key, text));
    explicit_bzero(text, sizeof(text));
    crypto_key_wipe(&key);
    return 0;
}

static int import(struct keyring *k, const char *path, const char *into)
{
    struct keyring other;
    char *err = NULL;
    int r;

    keyring_init(&other);
    r = keyring_read(&other, path, &err);
    if (r)
        complain(r, err ? err : strerror(-r), NULL);
    else
        printf("importing contents of %s into %s\n", path, into);
    if (r == 0)
        r = keyring_import(k, &other);
    free(err);
    keyring_destroy(&other);
    return r;
}

static int set_key(const struct request *q, struct keyring *k, const struct entity_id *name,
                   const char *name_text)
{
    struct crypto_key key;
    struct keyring_entry *e;
    int r;

    if (!q->gen_key && !q->add_key)
        return 0;
    r = q->gen_key ? crypto_key_generate(&key, utime_now()) : crypto_key_parse(&key, q->add_key);
    if (r)
        return complain(
            r, q->gen_key ? "there is no randomness to make a key of" : "--add-key takes a key in base64",
            NULL);
    e = keyring_add(k, name);
    if (e)
        e->key = key;
    if (e && q->add_key)
        printf("added entity %s\n", name_text);
    crypto_key_wipe(&key);
    return e ? 0 : -ENOMEM;
}

/* A caps file is the lines of a section without its head. */
static int read_caps_file(struct string_map *caps, const char *path)
{
    struct conf_file f;
    char *err = NULL;
    int r;

    conf_file_init(&f);
    r = conf_file_read(&f, path, &err);
    if (r)
        complain(r, err ? err : path, err ? NULL : strerror(-r));
    for (size_t i = 0; i < f.count && r == 0; i++)
        for (size_t j = 0; j < f.sections[i].count && r == 0; j++)
            r = string_map_set(caps, f.sections[i].entries[j].key, f.sections[i].entries[j].value);
    free(err);
    conf_file_destroy(&f);
    return r;
}

static int set_caps(struct request *q, struct keyring_entry *e, const char *name_text)
{
    struct string_map from_file;
    int r = 0;

    if (!q->caps.count && !q->caps_file)
        return 0;
    if (!e)
        return complain(-ENOENT, name_text,
                        "there is no such entity in the keyring, and no key for a new one");
    for (unsigned i = 0; i < q->caps.count && r == 0; i++)
        r = string_map_set(&e->caps, q->caps.pairs[i].key, q->caps.pairs[i].value);
    if (r == 0 && q->caps.count && q->add_key)
        printf("added %u caps to entity %s\n", q->caps.count, name_text);
    if (r || !q->caps_file)
        return r;
    string_map_init(&from_file);
    r = read_caps_file(&from_file, q->caps_file);
    if (r == 0) {
        string_map_destroy(&e->caps);
        e->caps = from_file;
    } else {
        string_map_destroy(&from_file);
    }
    return r;
}

static int show(const struct request *q, const struct keyring *k, const struct keyring_entry *e,
                const char *name_text)
{
    struct strbuf text = STRBUF_SECRET_INIT;
    char key[CRYPTO_KEY_TEXT_MAX];

    if (q->list) {
        keyring_print(k, &text);
        fputs(strbuf_text(&text), stdout);
        strbuf_destroy(&text);
    }
    if (!q->print_key)
        return 0;
    if (!e)
        return complain(-ENOENT, name_text, "there is no such entity in the keyring");
    puts(crypto_key_print(&e->key, key));
    explicit_bzero(key, sizeof(key));
    return 0;
}

static int change(struct request *q, struct keyring *k, const struct entity_id *name, const char *name_text)
{
    const struct keyring_entry *e;
    bool changed = q->create || q->import || q->gen_key || q->add_key || q->caps.count || q->caps_file;
    char *err = NULL;
    int r = 0;

    if (q->create)
        printf("creating %s\n", q->path);
    else
        r = keyring_read(k, q->path, &err);
    if (r)
        complain(r, err ? err : strerror(-r), NULL);
    if (r == 0 && q->import)
        r = import(k, q->import, q->path);
    if (r == 0)
        r = set_key(q, k, name, name_text);
    if (r == 0)
        r = set_caps(q, keyring_find(k, name), name_text);
    e = keyring_find(k, name);
    if (r == 0)
        r = show(q, k, e, name_text);
    if (r == 0 && changed) {
        r = keyring_write(k, q->path, q->mode ? q->mode : q->create ? 0600 : 0, &err);
        if (r)
            complain(r, err ? err : strerror(-r), NULL);
    }
    free(err);
    return r;
}

static int run(struct request *q, const struct conf *conf)
{
    struct entity_id name;
    struct keyring k;
    int r;

    if (q->gen_print_key)
        return gen_print_key();
    r = entity_id_parse(&name, conf_name(conf));
    if (r)
        return complain(r, conf_name(conf), "not the name of an entity, such as client.admin");
    keyring_init(&k);
    r = change(q, &k, &name, conf_name(conf));
    keyring_destroy(&k);
    entity_id_destroy(&name);
    return r;
}

int main(int argc, char **argv)
{
    struct request q = {0};
    struct args a;
    char *err = NULL;
    int r = args_parse(&a, &program, argc, argv, &err);

    string_map_init(&q.caps);
    if (r < 0)
        complain(r, err ? err : strerror(-r), NULL);
    if (!r) {
        r = parse_request(&q, a.argc, a.argv);
        if (!r)
            r = run(&q, a.conf);
        if (r == -ENOMEM)
            complain(r, strerror(ENOMEM), NULL);
    }
    string_map_destroy(&q.caps);
    args_destroy(&a);
    free(err);
    return r < 0 ? 1 : 0;
}
