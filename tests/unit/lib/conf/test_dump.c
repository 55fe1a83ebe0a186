/* SPDX-License-Identifier: MIT */
/* cadre -T: what it prints, and that it can be read back. */
#include "conf/dump.h"

#include "conf/directive.h"
#include "tests/unit/lib/conf/world.h"

/* The line of the dump that begins with NAME, without blanks in front; until the next call. */
static const char *line_of(const char *dump, const char *name)
{
    static char line[512];
    size_t len = strlen(name);

    for (const char *at = dump; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        const char *text = at + strspn(at, " ");

        if (strncmp(text, name, len) == 0 && (text[len] == ' ' || text[len] == ':')) {
            snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
            return line;
        }
    }
    return "";
}

/* The value and the remark of a line, with the blanks between them made one. */
static void check_line(const char *dump, const char *name, const char *expected)
{
    char line[512];
    const char *hash;

    snprintf(line, sizeof(line), "%s", line_of(dump, name));
    hash = strstr(line, "  #");
    ck_assert_msg(hash != NULL, "%s: %s", name, line);
    hash += 2;
    line[strcspn(line, ";") + 1] = '\0';
    ck_assert_msg(strncmp(expected, line, strlen(line)) == 0 &&
                      strcmp(expected + strlen(line) + 1, hash) == 0,
                  "%s %s is not %s", line, hash, expected);
}

static const char conf[] =
    "listen: {\n  web: { address = \"${D_ADDRESS}\"; };\n  u: { address = \"unix:u\"; };\n"
    "  six: { address = \"[::1]:0\"; };\n};\n"
    "workers = 3;\nkeepalive_timeout = 90;\nmax_body_size = 2097152;\numask = \"27\";\n"
    "environment = [\"A=\\\"q\\\"\", \"B=$${C}\"];\nlog_file = \"log.txt\";\n"
    "module: { l: { file = \"m.so\"; mount = \"/l\"; middleware = ({ cors: { max_age_s = 5; }; });\n"
    "  };\n"
    "  m: { file = \"m.so\"; middleware: { a: { b = [\"c\"]; }; }; settings: { i = 5; big = 5000000000; f = 2.0; t = true;\n"
    "  l = (1, [2, 3], { a = \"x\"; b = () }); g: { h: {} } } } };\n";

START_TEST(every_value_has_its_origin)
{
    const struct cadre__conf_set set = {NULL, "log_level=debug"};
    char expected[256];
    struct good good;
    char *dump;

    setenv("D_ADDRESS", "127.0.0.1:0", 1);
    unsetenv("CADRE_MODULE_PATH");
    good = good_sets(conf, &set);
    dump = cadre__conf_dump(good.tree, good.conf);
    ck_assert_ptr_nonnull(dump);
    snprintf(expected, sizeof(expected), "workers = 3; # %s/cadre.conf:6", world());
    check_line(dump, "workers", expected);
    snprintf(expected, sizeof(expected),
             "address = \"127.0.0.1:0\"; # environment D_ADDRESS (%s/cadre.conf:2)", world());
    check_line(dump, "address", expected);
    snprintf(expected, sizeof(expected), "keepalive_timeout = \"1m30s\"; # %s/cadre.conf:7",
             world());
    check_line(dump, "keepalive_timeout", expected);
    snprintf(expected, sizeof(expected), "working_directory = \"%s\"; # default", world());
    check_line(dump, "working_directory", expected);
    check_line(dump, "log_level", "log_level = \"debug\"; # command line");
    check_line(dump, "threads", "threads = 40; # default");
    check_line(dump, "limit_core", "limit_core = \"keep\"; # default");
    ck_assert_str_eq(line_of(dump, "# user"), "# user is not set: the user that starts the server");
    free(dump);
    good_done(&good);
}
END_TEST

START_TEST(every_directive_is_printed)
{
    struct good good;
    char *dump;

    setenv("D_ADDRESS", "127.0.0.1:0", 1);
    good = good_of(conf);
    dump = cadre__conf_dump(good.tree, good.conf);
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
        char unset[64];

        snprintf(unset, sizeof(unset), "# %s", d->name);
        ck_assert_msg(d->kind == CADRE__KIND_INCLUDE || line_of(dump, d->name)[0] != '\0' ||
                          line_of(dump, unset)[0] != '\0',
                      "%s is missing", d->name);
    }
    free(dump);
    good_done(&good);
}
END_TEST

/* The dump without its remarks. */
static void strip(char *dump)
{
    char *to = dump;

    for (const char *at = dump; *at != '\0';) {
        if (strncmp(at, "  #", 3) == 0 || strncmp(at, "# ", 2) == 0)
            at += strcspn(at, "\n");
        else
            *to++ = *at++;
    }
    *to = '\0';
}

START_TEST(a_dump_read_back_dumps_the_same)
{
    struct good good, again;
    char *first, *second;

    setenv("D_ADDRESS", "127.0.0.1:0", 1);
    setenv("CADRE_MODULE_PATH", "/first:relative", 1);
    good = good_of(conf);
    first = cadre__conf_dump(good.tree, good.conf);
    unsetenv("D_ADDRESS");
    setenv("CADRE_MODULE_PATH", "/second", 1);
    again = good_of(first);
    second = cadre__conf_dump(again.tree, again.conf);
    strip(first);
    strip(second);
    ck_assert_str_eq(first, second);
    ck_assert_ptr_nonnull(strstr(first, "l = (1, [2, 3], {a = \"x\"; b = ()});"));
    ck_assert_ptr_nonnull(strstr(first, "big = 5000000000L;"));
    ck_assert_ptr_nonnull(strstr(first, "f = 2.0;"));
    ck_assert_str_eq(again.conf->environment.list[1], "B=${C}");
    free(first);
    free(second);
    good_done(&good);
    good_done(&again);
}
END_TEST

UNIT_MAIN("conf/dump", UNIT_CASE(every_value_has_its_origin), UNIT_CASE(every_directive_is_printed),
          UNIT_CASE(a_dump_read_back_dumps_the_same))
