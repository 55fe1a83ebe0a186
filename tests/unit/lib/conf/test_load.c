/* SPDX-License-Identifier: MIT */
/* Files, their merging, --set, and what comes of variables. */
#include "conf/load.h"

#include "tests/unit/lib/conf/world.h"

START_TEST(a_file_that_is_not_there_is_named)
{
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;

    ck_assert_str_eq(world_read(NULL, &tree, &conf),
                     "cadre.conf: cannot be read: No such file or directory\n");
    mkdir(world_path("cadre.conf"), 0755);
    ck_assert_str_eq(world_read(NULL, &tree, &conf),
                     "cadre.conf: cannot be read: it is a folder\n");
    rmdir(world_path("cadre.conf"));
    ck_assert_int_eq(mkfifo(world_path("cadre.conf"), 0600), 0);
    ck_assert_str_eq(world_read(NULL, &tree, &conf),
                     "cadre.conf: cannot be read: it is no regular file\n");
}
END_TEST

START_TEST(an_empty_conf_says_what_it_needs)
{
    ck_assert_str_eq(errors_of(""), "cadre.conf: \"listen\" is missing; write listen: { web: { "
                                    "address = \"0.0.0.0:8080\" } }\n");
}
END_TEST

START_TEST(groups_are_merged_over_files)
{
    struct good good;

    world_write("conf.d/10-a.conf", "module: { a: { file = \"a.so\"; mount = \"/a\"; }; };\n");
    world_write("conf.d/20-b.conf", "module: { b: { file = \"b.so\"; mount = \"/b\"; }; };\n"
                                    "listen: { web: { backlog = 7; }; };\n");
    world_write("conf.d/30-c.conf.off", "!");
    good = good_of("include = [\"conf.d/*.conf\", \"none/*.conf\"];\n" LISTEN);
    ck_assert_uint_eq(good.conf->n_module, 2);
    ck_assert_str_eq(good.conf->module[0].name, "a");
    ck_assert_str_eq(good.conf->module[1].name, "b");
    ck_assert_str_eq(good.conf->module[1].conf_file, world_path("conf.d/20-b.conf"));
    ck_assert_int_eq(good.conf->listen[0].backlog, 7);
    good_done(&good);
}
END_TEST

START_TEST(what_is_set_twice_is_named_with_both_places)
{
    world_write("conf.d/a.conf", "\nworkers = 3;\nlisten: 4;\n");
    ck_assert_str_eq(errors_of("workers = 1;\nworkers = 2;\ninclude = [\"conf.d/a.conf\"];\n" LISTEN
                               "threads = 1; threads = 2; threads = 3;\n"),
                     "cadre.conf:2: \"workers\" is set twice, first at cadre.conf:1\n"
                     "cadre.conf:5: \"threads\" is set twice, first at cadre.conf:5\n"
                     "cadre.conf:5: \"threads\" is set twice, first at cadre.conf:5\n"
                     "conf.d/a.conf:2: \"workers\" is set twice, first at cadre.conf:1\n"
                     "conf.d/a.conf:3: \"listen\" is a whole number here and a group at "
                     "cadre.conf:4\n");
}
END_TEST

START_TEST(the_same_name_in_two_groups_is_fine)
{
    struct good good = good_of("listen: { a: { address = \"127.0.0.1:0\"; }; "
                               "b: { address = \"127.0.0.1:0\"; }; };");

    ck_assert_uint_eq(good.conf->n_listen, 2);
    good_done(&good);
}
END_TEST

START_TEST(includes_that_cannot_be_are_named)
{
    world_write("a.conf", "");
    world_write("self.conf", "include = \"self.conf\";");
    ck_assert_str_eq(errors_of(LISTEN "include = [\"no.conf\", \"a.conf\", \"?.conf\",\n"
                                      "  \"self.conf\", \"\"];"),
                     "cadre.conf:2: include: \"no.conf\" does not exist\n"
                     "cadre.conf:2: include: \"a.conf\" is included twice, first at cadre.conf:2\n"
                     "cadre.conf:3: include: expected a path, found \"\"\n"
                     "self.conf:1: include: \"self.conf\" includes itself\n");
    ck_assert_str_eq(errors_of(LISTEN "include = 5;"),
                     "cadre.conf:2: include: expected an array of "
                     "paths ([\"a\", \"b\"]), found a whole "
                     "number\n");
    ck_assert_str_eq(errors_of(LISTEN "include = \"cadre.conf\";"),
                     "cadre.conf:2: include: \"cadre.conf\" includes itself\n");
}
END_TEST

START_TEST(an_included_file_includes_relative_to_itself)
{
    struct good good;

    world_write("x/one.conf", "include = [\"y/two.conf\"];");
    world_write("x/y/two.conf", "workers = 9;");
    good = good_of(LISTEN "include = \"x/one.conf\";");
    ck_assert_int_eq(good.conf->workers, 9);
    good_done(&good);
}
END_TEST

START_TEST(a_syntax_error_in_an_included_file_ends_the_run)
{
    world_write("bad.conf", "workers = ;");
    ck_assert_str_eq(errors_of(LISTEN "include = \"bad.conf\";\nunknown1 = 1;"),
                     "bad.conf:1: syntax: \"workers\" has no value\n");
}
END_TEST

START_TEST(variables_are_expanded_in_values_everywhere)
{
    struct good good;

    setenv("T_PORT", "127.0.0.1:0", 1);
    setenv("T_N", "3", 1);
    setenv("T_EVIL", "x\"; workers = 7; a = \"", 1);
    good = good_of("listen: { web: { address = \"${T_PORT}\"; }; };\nworkers = \"${T_N}\";\n"
                   "environment = [\"A=${T_EVIL}\"];\nserver_header = \"${T_NO:-false}\";");
    ck_assert_int_eq(good.conf->workers, 3);
    ck_assert_str_eq(good.conf->environment.list[0], "A=x\"; workers = 7; a = \"");
    ck_assert(!good.conf->server_header);
    good_done(&good);
    ck_assert_str_eq(errors_of(LISTEN "\nuser = \"${T_NO}\"; log_file = \"${T NO}\";"),
                     "cadre.conf:3: user: the environment variable \"T_NO\" is not set; set it, or "
                     "write ${T_NO:-default}\n"
                     "cadre.conf:3: log_file: \"${T NO}\" is no variable: write ${NAME} or "
                     "${NAME:-default}\n");
}
END_TEST

START_TEST(set_is_over_the_files)
{
    const struct cadre__conf_set sets[] = {
        {&sets[1], "workers=4"},
        {&sets[2], "listen.web.address=127.0.0.1:1"},
        {&sets[3], "listen.more.address=unix:m"},
        {&sets[4], "environment=[\"X=1\", \"Y\"]"},
        {&sets[5], "module.m.settings.deep.name=some text"},
        {&sets[6], "module.m.settings.quoted=\"${NOT}\""},
        {&sets[7], "workers=5"},
        {NULL, "log_level=debug"},
    };
    struct good good = good_sets(LISTEN "workers = 1; module: { m: { file = \"m\"; }; };", sets);
    const struct cadre__server_conf *c = good.conf;
    const struct cadre_conf *s = c->module[0].settings;
    const char *text;

    ck_assert_int_eq(c->workers, 5);
    ck_assert_uint_eq(c->n_listen, 2);
    ck_assert_str_eq(c->listen[0].address, "127.0.0.1:1");
    ck_assert_str_eq(c->listen[1].name, "more");
    ck_assert_uint_eq(c->environment.n, 2);
    ck_assert_int_eq(cadre_conf_string(cadre_conf_get(s, "deep"), "name", "", &text), 0);
    ck_assert_str_eq(text, "some text");
    ck_assert_int_eq(cadre_conf_string(s, "quoted", "", &text), 0);
    ck_assert_str_eq(text, "${NOT}");
    ck_assert_str_eq(cadre_conf_file(cadre_conf_get(s, "deep")), "");
    good_done(&good);
}
END_TEST

START_TEST(a_wrong_set_is_an_error_of_the_command_line)
{
    const struct cadre__conf_set sets[] = {
        {&sets[1], "workers"},        {&sets[2], "=4"},
        {&sets[3], "a..b=1"},         {&sets[4], "2x=1"},
        {&sets[5], "include=x"},      {&sets[6], "threads.x=1"},
        {&sets[7], "wokers=2"},       {&sets[8], "threads=none"},
        {&sets[9], "environment=[1"}, {NULL, "environment=[\"A\"]; workers = 2"},
    };
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;

    world_write("cadre.conf", LISTEN "threads = 4;");
    ck_assert_str_eq(
        world_read(sets, &tree, &conf),
        "command line: --set workers: write NAME=VALUE, such as workers=2 or "
        "listen.web.address=:8080\n"
        "command line: --set =4: the name is no name of the conf, such as listen.web.address\n"
        "command line: --set a..b=1: the name is no name of the conf, such as listen.web.address\n"
        "command line: --set 2x=1: the name is no name of the conf, such as listen.web.address\n"
        "command line: --set include=x: files are included by files only\n"
        "command line: --set threads.x=1: a name before the last one is no group in the conf\n"
        "command line: --set environment=[1: the value cannot be understood\n"
        "command line: --set environment=[\"A\"]; workers = 2: the value cannot be understood\n"
        "command line: unknown directive \"wokers\"; did you mean \"workers\"?\n"
        "command line: threads: expected a whole number from 1 to 1024, found \"none\"\n");
}
END_TEST

START_TEST(errors_of_all_steps_come_in_file_order)
{
    world_write("sub.conf", "max_headers = 1;\n");
    ck_assert_str_eq(errors_of("user = \"nobody-of-that-name\";\n"
                               "wrokers = 2;\n"
                               "include = [\"missing.conf\", \"sub.conf\"];\n"
                               "log_file = \"no/such/folder\";\n" LISTEN "restart_delay = \"1m\";\n"
                               "@include \"gone.conf\"\n"
                               "log_level = \"${T_UNSET_LEVEL}\";\n"),
                     "cadre.conf:1: user: the user \"nobody-of-that-name\" does not exist on this "
                     "system\n"
                     "cadre.conf:2: unknown directive \"wrokers\"; did you mean \"workers\"?\n"
                     "cadre.conf:3: include: \"missing.conf\" does not exist\n"
                     "cadre.conf:4: log_file: the folder \"no/such\": No such file or directory\n"
                     "cadre.conf:6: restart_delay: 1m must be shorter than restart_delay_max (30s, "
                     "the default): the wait grows from the one to the other\n"
                     "cadre.conf:7: @include \"gone.conf\": cannot be read: No such file or "
                     "directory\n"
                     "cadre.conf:8: log_level: the environment variable \"T_UNSET_LEVEL\" is not "
                     "set; set it, or write ${T_UNSET_LEVEL:-default}\n"
                     "sub.conf:1: max_headers: expected a whole number from 8 to 1000, found 1\n");
}
END_TEST

START_TEST(a_conf_beside_the_working_directory_is_found)
{
    struct good good = {0};
    struct cadre__conf_errors errs = {0};

    world_write("cadre.conf", LISTEN);
    ck_assert_int_eq(chdir(world()), 0);
    ck_assert_int_eq(cadre__conf_read("cadre.conf", NULL, &good.tree, &good.conf, &errs), 0);
    ck_assert_str_eq(good.conf->working_directory, world());
    cadre__conf_errors_done(&errs);
    good_done(&good);
}
END_TEST

UNIT_MAIN("conf/load", UNIT_CASE(a_file_that_is_not_there_is_named),
          UNIT_CASE(an_empty_conf_says_what_it_needs), UNIT_CASE(groups_are_merged_over_files),
          UNIT_CASE(what_is_set_twice_is_named_with_both_places),
          UNIT_CASE(the_same_name_in_two_groups_is_fine),
          UNIT_CASE(includes_that_cannot_be_are_named),
          UNIT_CASE(an_included_file_includes_relative_to_itself),
          UNIT_CASE(a_syntax_error_in_an_included_file_ends_the_run),
          UNIT_CASE(variables_are_expanded_in_values_everywhere), UNIT_CASE(set_is_over_the_files),
          UNIT_CASE(a_wrong_set_is_an_error_of_the_command_line),
          UNIT_CASE(errors_of_all_steps_come_in_file_order),
          UNIT_CASE(a_conf_beside_the_working_directory_is_found))
