/* SPDX-License-Identifier: MIT */
/* The table of directives: every row must make sense, and every default must be a good value. */
#include "conf/directive.h"

#include <ctype.h>

#include "tests/unit/lib/conf/world.h"

START_TEST(every_row_is_whole)
{
    char expects[256];

    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
        ck_assert_msg(d->doc != NULL && d->doc[strlen(d->doc) - 1] == '.', "%s: doc", d->name);
        ck_assert_msg(d->required || d->fallback != NULL || d->fallback_doc != NULL ||
                          d->kind == CADRE__KIND_INCLUDE,
                      "%s: neither required nor a default", d->name);
        ck_assert_msg(d->min <= d->max, "%s: range", d->name);
        ck_assert_ptr_eq(cadre__directive_find(d->section, d->name), d);
        cadre__directive_expects(d, expects, sizeof(expects));
        ck_assert_msg(expects[0] != '\0' && strlen(expects) < sizeof(expects) - 1, "%s: %s",
                      d->name, expects);
        for (const char *c = d->name; *c != '\0'; c++)
            ck_assert_msg(islower((unsigned char)*c) || *c == '_' || isdigit((unsigned char)*c),
                          "%s: name", d->name);
    }
}
END_TEST

START_TEST(every_default_can_be_written_as_it_is_documented)
{
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
        bool bare = d->fallback != NULL && strchr("[{", d->fallback[0]) != NULL;
        char text[512];

        if (d->fallback == NULL || d->section != CADRE__SECTION_TOP)
            continue;
        snprintf(text, sizeof(text), LISTEN "%s = %s%s%s;", d->name, bare ? "" : "\"", d->fallback,
                 bare ? "" : "\"");
        ck_assert_str_eq(errors_of(text), "");
    }
}
END_TEST

START_TEST(every_example_is_good)
{
    const bool root = geteuid() == 0;

    world_write("conf.d/empty.conf", "");
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
        const char *more = strcmp(d->name, "group") == 0 ? "user = \"root\";" : "";
        bool is_listen = strcmp(d->name, "listen") == 0;
        char text[512];

        /* folders and users that a test machine need not have */
        if (d->example == NULL || d->section != CADRE__SECTION_TOP ||
            (!root && strcmp(d->name, "user") == 0) || strcmp(d->name, "group") == 0 ||
            strcmp(d->name, "working_directory") == 0 || strcmp(d->name, "log_file") == 0 ||
            strcmp(d->name, "access_log") == 0)
            continue;
        snprintf(text, sizeof(text), "%s%s%s = %s;", is_listen ? "" : LISTEN, more, d->name,
                 d->example);
        ck_assert_str_eq(errors_of(text), "");
    }
}
END_TEST

START_TEST(what_was_meant_is_found)
{
    ck_assert_str_eq(cadre__directive_nearest(CADRE__SECTION_TOP, "worker"), "workers");
    ck_assert_str_eq(cadre__directive_nearest(CADRE__SECTION_TOP, "gracefull_timeout"),
                     "graceful_timeout");
    ck_assert_str_eq(cadre__directive_nearest(CADRE__SECTION_LISTEN, "adress"), "address");
    ck_assert_str_eq(cadre__directive_nearest(CADRE__SECTION_MODULE, "mounts"), "mount");
    ck_assert_ptr_null(cadre__directive_nearest(CADRE__SECTION_TOP, "certificate"));
    ck_assert_ptr_null(cadre__directive_find(CADRE__SECTION_TOP, "address"));
}
END_TEST

START_TEST(what_is_expected_is_said_in_full)
{
    static const struct {
        enum cadre__conf_section section;
        const char *name;
        const char *expects;
    } rows[] = {
        {CADRE__SECTION_TOP, "workers", "a whole number from 1 to 500 or \"auto\""},
        {CADRE__SECTION_TOP, "worker_timeout",
         "a duration (\"500ms\", \"30s\", \"5m\") from 1s to 1d, or 0 (never)"},
        {CADRE__SECTION_TOP, "limit_nofile",
         "a whole number from 64 to 1073741824, \"auto\" or \"unlimited\""},
        {CADRE__SECTION_TOP, "max_head_size", "a size (\"64k\", \"1m\") from 1k to 1m"},
        {CADRE__SECTION_TOP, "server_header", "true or false"},
        {CADRE__SECTION_TOP, "log_file", "a path, \"stderr\", \"syslog\" or \"journal\""},
        {CADRE__SECTION_TOP, "umask", "octal digits in quotes (\"0660\") up to \"0777\""},
        {CADRE__SECTION_LISTEN, "address",
         "\"ADDRESS:PORT\", \"[IPV6]:PORT\", \":PORT\" or \"unix:PATH\""},
    };
    char expects[256];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(
            cadre__directive_expects(cadre__directive_find(rows[i].section, rows[i].name), expects,
                                     sizeof(expects)),
            rows[i].expects);
}
END_TEST

START_TEST(a_small_buffer_cuts_what_is_expected)
{
    char small[12];

    cadre__directive_expects(cadre__directive_find(CADRE__SECTION_TOP, "workers"), small,
                             sizeof(small));
    ck_assert_str_eq(small, "a whole num");
}
END_TEST

UNIT_MAIN("conf/directive", UNIT_CASE(every_row_is_whole),
          UNIT_CASE(every_default_can_be_written_as_it_is_documented),
          UNIT_CASE(every_example_is_good), UNIT_CASE(what_was_meant_is_found),
          UNIT_CASE(what_is_expected_is_said_in_full),
          UNIT_CASE(a_small_buffer_cuts_what_is_expected))
