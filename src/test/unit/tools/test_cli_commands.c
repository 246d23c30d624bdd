/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cli_commands: command lines against descriptions such as daemons give. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"
#include "tools/cli_commands.h"

static const char descriptions[] =
    "{"
    "\"cmd000\":{\"sig\":[\"status\"],\"help\":\"how things are\",\"flags\":0},"
    "\"cmd001\":{\"sig\":[\"box\",\"ls\",{\"name\":\"detail\",\"type\":\"CephChoices\",\"strings\":\"short|"
    "long\","
    "\"req\":false}],\"help\":\"list boxes\",\"flags\":0},"
    "\"cmd002\":{\"sig\":[\"box\",\"create\",{\"name\":\"box\",\"type\":\"CephString\",\"goodchars\":"
    "\"[A-Za-z0-9-_.]\"},{\"name\":\"pg_num\",\"type\":\"CephInt\",\"range\":\"1|64\",\"req\":\"False\"},"
    "{\"name\":\"ratio\",\"type\":\"CephFloat\",\"range\":\"0\",\"req\":\"false\"},"
    "{\"name\":\"kind\",\"type\":\"CephChoices\",\"strings\":\"red|blue\",\"req\":\"false\"},"
    "{\"name\":\"yes_i_mean_it\",\"type\":\"CephBool\",\"req\":false}],\"help\":\"make a box\",\"flags\":0},"
    "\"cmd003\":{\"sig\":[\"box\",\"in\",{\"name\":\"ids\",\"type\":\"CephString\",\"n\":\"N\"}],"
    "\"help\":\"put into\",\"flags\":0},"
    "\"cmd004\":{\"sig\":[\"box\"],\"help\":\"\",\"flags\":0},"
    "\"cmd005\":{\"sig\":[\"old\",\"thing\"],\"help\":\"\",\"flags\":2},"
    "\"cmd006\":{\"sig\":[\"mgr\",\"thing\",{\"name\":\"who\",\"type\":\"CephName\"}],\"help\":\"\","
    "\"flags\":8},"
    "\"cmd007\":{\"sig\":[\"hidden\",\"thing\"],\"help\":\"\",\"flags\":32},"
    "\"cmd008\":{\"sig\":[\"pg\",{\"name\":\"pgid\",\"type\":\"CephPgid\"},\"query\"],\"help\":\"\","
    "\"flags\":0},"
    "\"cmd009\":{\"sig\":[\"node\",{\"name\":\"osd\",\"type\":\"CephOsdName\"},{\"name\":\"id\",\"type\":"
    "\"CephUUID\",\"req\":false},{\"name\":\"addr\",\"type\":\"CephEntityAddr\",\"req\":false}],\"help\":"
    "\"\"}"
    "}";

static struct cli_commands commands;

/* Splits line at blanks and gives the request as compact JSON, or "! advice". malloc'ed. */
static char *match(const char *line)
{
    char *copy = strdup(line), *save = NULL, *argv[16], *text;
    struct strbuf advice = STRBUF_INIT;
    json_t *request;
    int argc = 0;

    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    request = cli_commands_match(&commands, argc, argv, &advice);
    if (request) {
        assert_string_equal(strbuf_text(&advice), "");
        text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
        json_decref(request);
    } else if (asprintf(&text, "! %s", strbuf_text(&advice)) < 0) {
        text = NULL;
    }
    strbuf_destroy(&advice);
    free(copy);
    assert_non_null(text);
    return text;
}

static void gives(const char *line, const char *expected)
{
    char *text = match(line);

    assert_string_equal(text, expected);
    free(text);
}

/* The first line of the advice. */
static void fails(const char *line, const char *expected)
{
    char *text = match(line);

    text[strcspn(text, "\n")] = 0;
    if (strncmp(text, "! ", 2) != 0 || strcmp(text + 2, expected) != 0)
        fail_msg("'%s' gives '%s'", line, text);
    free(text);
}

static void test_fits(void **state UNUSED)
{
    gives("status", "{\"prefix\":\"status\"}");
    gives("box ls", "{\"prefix\":\"box ls\"}");
    gives("box ls long", "{\"detail\":\"long\",\"prefix\":\"box ls\"}");
    gives("box", "{\"prefix\":\"box\"}");
    gives("box create a.b-c_1", "{\"box\":\"a.b-c_1\",\"prefix\":\"box create\"}");
    gives("box create x 8 1.5 blue",
          "{\"box\":\"x\",\"kind\":\"blue\",\"pg_num\":8,\"prefix\":\"box create\","
          "\"ratio\":1.5}");
    /* What does not fit an optional argument may fit a later one. */
    gives("box create x blue", "{\"box\":\"x\",\"kind\":\"blue\",\"prefix\":\"box create\"}");
    gives("box in 1 2 3", "{\"ids\":[\"1\",\"2\",\"3\"],\"prefix\":\"box in\"}");
    gives("mgr thing mon.a", "{\"prefix\":\"mgr thing\",\"target\":[\"mon-mgr\",\"\"],\"who\":\"mon.a\"}");
    gives("hidden thing", "{\"prefix\":\"hidden thing\"}");
    gives("pg 1.2f query", "{\"pgid\":\"1.2f\",\"prefix\":\"pg query\"}");
    gives("node osd.3 11111111-2222-3333-4444-555555555555 v1:10.0.0.1:6789/0",
          "{\"addr\":\"v1:10.0.0.1:6789/0\",\"id\":\"11111111-2222-3333-4444-555555555555\",\"osd\":3,"
          "\"prefix\":\"node\"}");
}

static void test_by_name(void **state UNUSED)
{
    gives("box create --pg-num=8 x", "{\"box\":\"x\",\"pg_num\":8,\"prefix\":\"box create\"}");
    gives("box create x --kind red --pg_num 9",
          "{\"box\":\"x\",\"kind\":\"red\",\"pg_num\":9,\"prefix\":\"box create\"}");
    gives("box create --box x", "{\"box\":\"x\",\"prefix\":\"box create\"}");
    gives("box create x --yes-i-mean-it", "{\"box\":\"x\",\"prefix\":\"box create\",\"yes_i_mean_it\":true}");
    gives("box create x --yes-i-mean-it=false",
          "{\"box\":\"x\",\"prefix\":\"box create\",\"yes_i_mean_it\":false}");
    fails("box create x --pg-num", "--pg-num needs a value");
    fails("box create x --nonsense", "'--nonsense' is no option of this command");
    fails("box create --nonsense", "'--nonsense' is no option of this command");
}

static void test_wrong_arguments(void **state UNUSED)
{
    fails("box create", "<box> is missing");
    fails("box create a/b", "'/' in 'a/b' is not one of [A-Za-z0-9-_.]");
    fails("box create x --pg-num 65", "65 is not within 1|64");
    fails("box create x --pg-num 8x", "'8x' is not a whole number");
    fails("box create x --ratio -1", "-1 is not within 0");
    fails("box create x --ratio nan", "'nan' is not a number");
    fails("box create x --yes-i-mean-it=perhaps", "'perhaps' is neither true nor false");
    fails("box create x 8 1 green", "'green' is not one of red|blue");
    fails("box ls long more", "'more' is more than the command takes");
    fails("box in", "<ids> is missing");
    fails("mgr thing nobody.a", "'nobody.a' is no daemon's name such as mon.a or osd.1");
    fails("pg 1.x query", "'1.x' is no placement group such as 1.2f");
    fails("pg 1.2", "'query' is missing");
    fails("node x", "'x' is no OSD such as 1 or osd.1");
    fails("node 1 11111111-2222-3333-4444-555555555555 v9:1.2.3.4",
          "'v9:1.2.3.4' is no address: character 1 ('v'): 'v9' is no address type (v1, v2, any, rdma)");
}

static void test_no_such_command(void **state UNUSED)
{
    gives("stauts", "! there is no such command; near it are:\n  status\n");
    gives("box creat x",
          "! 'creat' is more than the command takes\nusage: box\n"); /* box alone is a command here */
    fails("old thing", "there is no such command; `help` lists all of them");
    gives("nod", "! there is no such command; near it are:\n  node <osd> [<id>] [<addr>]\n");
    gives("",
          "! there is no such command; near it are:\n  status\n  box ls [<detail:short|long>]\n  box create "
          "<box> [<pg_num:int:1|64>] [<ratio:float:0>] [<kind:red|blue>] [--yes-i-mean-it]\n  box in "
          "<ids>...\n  box\n  mgr thing <who>\n  pg <pgid> query\n  node <osd> [<id>] [<addr>]\n");
}

static void test_help(void **state UNUSED)
{
    struct strbuf out = STRBUF_INIT;

    assert_int_equal(cli_commands_help(&commands, "box", 80, &out), 4);
    assert_string_equal(strbuf_text(&out),
                        "box                                     -\n"
                        "box create <box> [<pg_num:int:1|64>] [<ratio:float:0>] [<kind:red|blue>] "
                        "[--yes-i-mean-it]\n"
                        "                                        make a box\n"
                        "box in <ids>...                         put into\n"
                        "box ls [<detail:short|long>]            list boxes\n");
    strbuf_clear(&out);
    assert_int_equal(cli_commands_help(&commands, "hidden", 80, &out), 0);
    assert_int_equal(cli_commands_help(&commands, NULL, 80, &out), 8);
    strbuf_destroy(&out);
}

static void bad(const char *text, const char *expected)
{
    struct cli_commands c;
    char err[256];

    assert_int_equal(cli_commands_parse(&c, text, strlen(text), err, sizeof(err)), -EINVAL);
    if (!strstr(err, expected))
        fail_msg("'%s' says '%s'", text, err);
}

static void test_bad_descriptions(void **state UNUSED)
{
    bad("", "no JSON object");
    bad("[]", "no JSON object");
    bad("{\"a\":", "no JSON object");
    bad("{\"cmd1\":{}}", "description of cmd1");
    bad("{\"cmd1\":{\"sig\":[]}}", "description of cmd1");
    bad("{\"cmd1\":{\"sig\":[7]}}", "description of cmd1");
    bad("{\"cmd1\":{\"sig\":[{\"name\":\"x\"}]}}", "description of cmd1");
    bad("{\"cmd1\":{\"sig\":\"x\"}}", "description of cmd1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_no_such_command),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_bad_descriptions),
    };
    char err[256];
    int r;

    if (cli_commands_parse(&commands, descriptions, sizeof(descriptions) - 1, err, sizeof(err))) {
        fprintf(stderr, "%s\n", err);
        return 1;
    }
    r = unit_run("cli_commands", tests);
    cli_commands_destroy(&commands);
    return r;
}
