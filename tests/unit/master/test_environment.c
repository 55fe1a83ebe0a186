/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/environment: what children get to see.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/unit.h"

#include "conf/server_conf.h"
#include "master/environment.h"

static char path[] = "PATH=/bin", lang[] = "LANG=C", home[] = "HOME=/root",
            empty[] = "EMPTY=", notify[] = "NOTIFY_SOCKET=/run/n", fds[] = "LISTEN_FDS=2",
            dog[] = "WATCHDOG_USEC=5", invocation[] = "INVOCATION_ID=77",
            journal[] = "JOURNAL_STREAM=1:2", state[] = "STATE_DIRECTORY=/var/lib/cadre";
static char *const base[] = {path, lang,       home,    empty, notify, fds,
                             dog,  invocation, journal, state, NULL};

static const char *value(char **list, const char *name)
{
    size_t len = strlen(name);

    for (char **p = list; *p != NULL; p++)
        if (strncmp(*p, name, len) == 0 && (*p)[len] == '=')
            return *p + len + 1;
    return NULL;
}

static size_t count(char **list)
{
    size_t n = 0;

    while (list[n] != NULL)
        n++;
    return n;
}

static char **make(bool inherit, const char **entries, size_t n)
{
    const struct cadre__conf_strings strings = {.list = entries, .n = n};
    char **list = environment_new(base, inherit, &strings);

    ck_assert_ptr_nonnull(list);
    return list;
}

START_TEST(what_systemd_says_to_the_master_is_not_handed_on)
{
    char **list = make(true, NULL, 0);

    ck_assert_ptr_null(value(list, "NOTIFY_SOCKET"));
    ck_assert_ptr_null(value(list, "LISTEN_FDS"));
    ck_assert_ptr_null(value(list, "WATCHDOG_USEC"));
    ck_assert_ptr_null(value(list, "INVOCATION_ID"));
    ck_assert_ptr_null(value(list, "JOURNAL_STREAM"));
    ck_assert_str_eq(value(list, "STATE_DIRECTORY"), "/var/lib/cadre");
    ck_assert_str_eq(value(list, "HOME"), "/root");
    ck_assert_str_eq(value(list, "EMPTY"), "");
    ck_assert_uint_eq(count(list), 5);
    environment_free(list);
}
END_TEST

START_TEST(without_inheritance_only_the_basics_and_the_entries_remain)
{
    const char *entries[] = {"SHOP=open", "HOME", "MISSING"};
    char **list = make(false, entries, 3);

    ck_assert_str_eq(value(list, "PATH"), "/bin");
    ck_assert_str_eq(value(list, "LANG"), "C");
    ck_assert_str_eq(value(list, "SHOP"), "open");
    ck_assert_str_eq(value(list, "HOME"), "/root");
    ck_assert_uint_eq(count(list), 4);
    environment_free(list);
}
END_TEST

START_TEST(an_entry_replaces_what_is_inherited)
{
    const char *entries[] = {"PATH=/opt", "NEW=1", "NEW=2", "SIGN=a=b"};
    char **list = make(true, entries, 4);

    ck_assert_str_eq(value(list, "PATH"), "/opt");
    ck_assert_str_eq(value(list, "NEW"), "2");
    ck_assert_str_eq(value(list, "SIGN"), "a=b");
    ck_assert_uint_eq(count(list), 7);
    environment_free(list);
}
END_TEST

START_TEST(a_name_that_begins_alike_is_another_one)
{
    ck_assert(environment_is_private("LISTEN_FDS", 10));
    ck_assert(!environment_is_private("LISTEN_FD", 9));
    ck_assert(!environment_is_private("LISTEN_FDSX", 11));
    ck_assert(!environment_is_private("", 0));
}
END_TEST

UNIT_MAIN("master/environment", UNIT_CASE(what_systemd_says_to_the_master_is_not_handed_on),
          UNIT_CASE(without_inheritance_only_the_basics_and_the_entries_remain),
          UNIT_CASE(an_entry_replaces_what_is_inherited),
          UNIT_CASE(a_name_that_begins_alike_is_another_one))
