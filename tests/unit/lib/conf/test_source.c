/* SPDX-License-Identifier: MIT */
/* The scanner in front of libconfig: what it says of a text that cannot be understood. */
#include "conf/source.h"

#include "tests/unit/lib/conf/world.h"

static const struct {
    const char *text;
    const char *errors;
} rows[] = {
    {"workers 4;", "1: syntax: expected \"=\" or \":\" after \"workers\", found \"4\""},
    {"workers;", "1: syntax: expected \"=\" or \":\" after \"workers\", found \";\""},
    {"workers", "1: syntax: \"workers\" has no value"},
    {"workers =", "1: syntax: \"workers\" has no value"},
    {"workers = ;", "1: syntax: \"workers\" has no value"},
    {"workers =\n\nuser = \"x\";", "1: syntax: \"workers\" has no value"},
    {"g: { a = }", "1: syntax: \"a\" has no value"},
    {"g: { a }", "1: syntax: \"a\" has no value"},
    {"workers == 4;", "1: syntax: workers: expected a value, found \"=\"; text goes in quotes"},
    {"\nuser = www-data;",
     "2: syntax: user: expected a value, found \"www-data\"; text goes in quotes"},
    {"log_file = /var/log/x;",
     "1: syntax: log_file: expected a value, found \"/var/log/x\"; text goes in quotes"},
    {"a = yes;", "1: syntax: a: expected a value, found \"yes\"; text goes in quotes"},
    {"a = [x];", "1: syntax: expected a value, found \"x\"; text goes in quotes"},
    {"a = [,];", "1: syntax: expected a value, found \",\"; text goes in quotes"},
    {"a = 30s;", "1: syntax: a number with text behind it goes in quotes: \"30s\""},
    {"a = 127.0.0.1:80;",
     "1: syntax: a number with text behind it goes in quotes: \"127.0.0.1:80\""},
    {"a = 99999999999999999999;", "1: syntax: \"99999999999999999999\" does not fit into 64 bits"},
    {"a = 0xfffffffffffffffff;", "1: syntax: \"0xfffffffffffffffff\" does not fit into 64 bits"},
    {"2a = 3;", "1: syntax: unexpected \"2a\""},
    {"*a = 3;", "1: syntax: a name begins with a letter, not with \"*a\""},
    {"\"a\" = 3;", "1: syntax: a string where a name is expected; names have no quotes"},
    {"a = 1 \"x\";", "1: syntax: unexpected a string after the value of \"a\""},
    {"a = \"x\" 1;", "1: syntax: unexpected \"1\" after the value of \"a\""},
    {"a = (1 2);", "1: syntax: unexpected \"2\" after the value of \"a\""},
    {"a = (1; 2);", "1: syntax: unexpected \";\" after the value of \"a\""},
    {"a = (1,\n2,);", "2: syntax: a comma before \")\", and no value"},
    {"a = [1, \"b\"];",
     "1: syntax: at or before \"a = [1, \\\"b\\\"];\": the values of an array [ ] "
     "must be of one type; a list ( ) takes any"},
    {"a = \"x\nb = \"y\";", "1: syntax: the string that begins here has no closing quote on its "
                            "line; write \\n for a line end, and strings that follow each other "
                            "are joined"},
    {"a = 1;\n/* no end\n\n", "2: syntax: the comment that begins here has no end (\"*/\")"},
    {"a: {\n  b: {\n", "2: syntax: the \"{\" that begins here is never closed"},
    {"a: {\n  b: {};\n", "1: syntax: the \"{\" that begins here is never closed"},
    {"a = 1;\n}", "2: syntax: \"}\" closes nothing"},
    {"a = [1\n}", "2: syntax: \"}\" where \"]\" is expected, for the \"[\" of cadre.conf:1"},
    {"{ a = 1; }", "1: syntax: unexpected \"{\""},
    {"a { b = 1; }", "1: syntax: expected \"=\" or \":\" after \"a\", found \"{\""},
    {"a = 1; ! b", "1: syntax: unexpected \"!\""},
    {"a = 1;; b = 2;", "1: syntax: unexpected \";\""},
    {"@include nothing", "1: syntax: write @include \"FILE\" on a line of its own"},
    {"a = 1; @include \"x\"", "1: syntax: write @include \"FILE\" on a line of its own"},
    {"@include \"cadre.conf\"", "1: syntax: @include \"cadre.conf\": the file includes itself"},
};

START_TEST(a_syntax_error_is_one_line_in_words)
{
    char expected[512];

    snprintf(expected, sizeof(expected), "cadre.conf:%s\n", rows[_i].errors);
    ck_assert_str_eq(errors_of(rows[_i].text), expected);
}
END_TEST

START_TEST(a_byte_that_is_no_text_is_named_with_its_line)
{
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
    FILE *file = fopen(world_path("cadre.conf"), "w");

    fwrite("a = 1;\n\0b", 1, 9, file);
    fclose(file);
    ck_assert_str_eq(world_read(NULL, &tree, &conf),
                     "cadre.conf:2: syntax: a NUL byte: this is no text file\n");
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    char text[256] = "a = ";

    memset(text + strlen(text), '(', 60);
    ck_assert_str_eq(errors_of(text),
                     "cadre.conf:1: syntax: groups and lists are nested deeper than 47\n");
}
END_TEST

START_TEST(all_forms_of_the_grammar_are_taken)
{
    struct good good = good_of(
        "\xef\xbb\xbf# a comment; \"with\" { anything\r\n"
        "// another\n"
        "/* a long\n one */ listen: { web: { address = \"127.0.0.1\" \":0\" } }\n"
        "workers : 0x2 /* inline */ umask=\"0\" \"27\"\t, threads = 41\n"
        "module = { m = { file: \"\\x6d.so\", settings = { i = -5, h = 0X1F, l = 7L, ll = 8LL, "
        "big = 3000000000, hexbig = 0xFFFFFFFFF, f = .5, g = 1., e = 1e3, n = -1.5E-2, t = TRUE, "
        "list = ( 1, \"a\", [ 1, 2 ], ( ), { x = 1 } ), name-with_dash = \"a\\\"b\\\\\\t#\" }; "
        "}; };\n");
    const struct cadre_conf *s = good.conf->module[0].settings;
    int64_t number;
    double real;
    const char *text;

    ck_assert_int_eq(good.conf->workers, 2);
    ck_assert_uint_eq(good.conf->umask, 027);
    ck_assert_int_eq(good.conf->threads, 41);
    ck_assert_str_eq(good.conf->module[0].file, "m.so");
    ck_assert_int_eq(cadre_conf_int(s, "h", 0, &number), 0);
    ck_assert_int_eq(number, 31);
    ck_assert_int_eq(cadre_conf_int(s, "ll", 0, &number), 0);
    ck_assert_int_eq(number, 8);
    ck_assert_int_eq(cadre_conf_int(s, "big", 0, &number), 0);
    ck_assert_int_eq(number, 3000000000);
    ck_assert_int_eq(cadre_conf_int(s, "hexbig", 0, &number), 0);
    ck_assert_int_eq(number, 0xFFFFFFFFF);
    ck_assert_int_eq(cadre_conf_double(s, "n", 0, &real), 0);
    ck_assert(real == -0.015);
    ck_assert_int_eq(cadre_conf_string(s, "name-with_dash", "", &text), 0);
    ck_assert_str_eq(text, "a\"b\\\t#");
    ck_assert_uint_eq(cadre_conf_count(cadre_conf_get(s, "list")), 5);
    ck_assert_uint_eq(cadre_conf_line(s), 6);
    good_done(&good);
}
END_TEST

START_TEST(an_include_keeps_the_places_of_both_files)
{
    world_write("part/web.conf", "address = \"127.0.0.1:0\";\n@include \"more.conf\"");
    world_write("part/more.conf", "\nbacklog = 0;");
    ck_assert_str_eq(errors_of("listen: { web: {\n  @include \"part/web.conf\" # here\n"
                               "  mode = \"8\";\n}; };\nx1 = 1;\n"),
                     "cadre.conf:3: listen.web.mode: expected octal digits in quotes (\"0660\") up "
                     "to \"0777\", found \"8\"\n"
                     "cadre.conf:3: listen.web.mode: only for UNIX sockets (unix:), and the "
                     "address is \"127.0.0.1:0\"\n"
                     "cadre.conf:5: unknown directive \"x1\"\n"
                     "part/more.conf:2: listen.web.backlog: expected a whole number from 1 to "
                     "1048576, found 0\n");
}
END_TEST

START_TEST(a_bracket_cannot_span_files)
{
    world_write("open.conf", "listen: {\n");
    ck_assert_str_eq(errors_of("@include \"open.conf\"\n}\n"),
                     "open.conf:1: syntax: the \"{\" that begins here is never closed\n");
    world_write("close.conf", "}");
    ck_assert_str_eq(errors_of("listen: {\n@include \"close.conf\"\n"),
                     "close.conf:1: syntax: \"}\" closes nothing\n");
}
END_TEST

START_TEST(includes_in_a_circle_end)
{
    world_write("a.conf", "\n@include \"b.conf\"\n");
    world_write("b.conf", "@include \"./a.conf\"\n");
    ck_assert_str_eq(errors_of("@include \"a.conf\"\n"),
                     "b.conf:1: syntax: @include \"./a.conf\": the file includes itself\n");
}
END_TEST

START_TEST(every_prefix_of_a_conf_is_taken_or_refused)
{
    static const char text[] =
        "# c\n/* d */ listen: { web: { address = \"127.0.0.1:0\"; } }\n"
        "environment = [\"A=b\", \"C\"]; workers = 0x2; log_level = \"in\" \"fo\"\n"
        "module: { m: { file = \"m\"; settings: { l = (1, -2.5e3, {a=true}); } } }\n";
    char cut[sizeof(text)];

    for (size_t n = 0; n < sizeof(text); n++) {
        memcpy(cut, text, n);
        cut[n] = '\0';
        errors_of(cut); /* a crash, a leak or an unclean read would end the case */
    }
}
END_TEST

START_TEST(no_changed_byte_of_a_conf_is_a_crash)
{
    static const char text[] =
        "listen: { web: { address = \"127.0.0.1:0\"; } }\n"
        "environment = [\"A=b\"]; workers = 2 # x\n"
        "@include \"nothing\"\nmodule: { m: { file = \"${A:-b}\"; settings: { l = (1, {a=1}); } } }";
    static const char bytes[] = "\"'{}[]()=:;,#/*\\\n@$x1.+- \x80";
    char changed[sizeof(text)];

    for (size_t i = 0; i < sizeof(text) - 1; i++)
        for (size_t k = 0; k < sizeof(bytes) - 1; k += 1 + i % 3) {
            memcpy(changed, text, sizeof(text));
            changed[i] = bytes[k];
            errors_of(changed);
        }
}
END_TEST

UNIT_MAIN("conf/source",
          UNIT_LOOP(a_syntax_error_is_one_line_in_words, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(a_byte_that_is_no_text_is_named_with_its_line), UNIT_CASE(nesting_has_a_limit),
          UNIT_CASE(all_forms_of_the_grammar_are_taken),
          UNIT_CASE(an_include_keeps_the_places_of_both_files),
          UNIT_CASE(a_bracket_cannot_span_files), UNIT_CASE(includes_in_a_circle_end),
          UNIT_CASE(every_prefix_of_a_conf_is_taken_or_refused),
          UNIT_CASE(no_changed_byte_of_a_conf_is_a_crash))
