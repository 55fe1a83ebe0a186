/* SPDX-License-Identifier: MIT */
/* Which document `cadre openapi` means, and how it is printed. */
#include "config.h"

#include "master/openapi.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"

START_TEST(a_file_is_told_from_a_name)
{
    ck_assert(openapi_is_file("shop.so"));
    ck_assert(openapi_is_file("./shop"));
    ck_assert(openapi_is_file("/srv/shop.so"));
    ck_assert(!openapi_is_file("shop"));
    ck_assert(!openapi_is_file(".so"));
    ck_assert(!openapi_is_file("shop.so.d"));
}
END_TEST

/* As long as a conf takes it. */
#define LONG_NAME "a23456789-b23456789-c23456789-d23456789-e23456789-f23456789-g23"
_Static_assert(sizeof(LONG_NAME) - 1 == CADRE__CONF_NAME_MAX, "the longest");

static const struct {
    const char *file, *line;
} confs[] = {
    {"shop.so", "module: { shop: { file = \"shop.so\" } }"},
    {"/srv/my shop-2.so", "module: { my_shop-2: { file = \"/srv/my shop-2.so\" } }"},
    {"/srv/2nd.so", "module: { mnd: { file = \"/srv/2nd.so\" } }"},
    {"a\"b\\c${D}$.so", "module: { a_b_c__D__: { file = \"a\\\"b\\\\c$${D}$.so\" } }"},
    {"/srv/.so/", "module: { module: { file = \"/srv/.so/\" } }"},
    {"/srv/" LONG_NAME "more.so",
     "module: { " LONG_NAME ": { file = \"/srv/" LONG_NAME "more.so\" } }"},
};

START_TEST(a_conf_is_made_up_for_a_file)
{
    char text[1000] = "";
    int fd = openapi_make_conf(confs[_i].file);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
    ck_assert_msg(strstr(text, confs[_i].line) != NULL, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "working_directory = \"/"));
    cadre__fd_close(&fd);
}
END_TEST

static struct cadre__module_conf modules[] = {{.name = "shop"}, {.name = "blog"}};

static const struct {
    size_t n;
    const char *name;
    int r;
    const char *why;
} choices[] = {
    {1, NULL, 0, NULL},
    {2, "blog", 1, NULL},
    {2, NULL, -EINVAL, "the conf has several modules: name one of shop, blog"},
    {2, "blob", -EINVAL, "the conf has no module \"blob\": it has shop, blog"},
    {0, NULL, -EINVAL, "the conf has no module"},
};

START_TEST(one_module_of_the_conf_is_meant)
{
    const struct cadre__server_conf conf = {.module = modules, .n_module = choices[_i].n};
    char why[200] = "";

    ck_assert_int_eq(openapi_find_module(&conf, choices[_i].name, why, sizeof(why)), choices[_i].r);
    ck_assert_str_eq(why, choices[_i].why != NULL ? choices[_i].why : "");
}
END_TEST

START_TEST(many_modules_with_long_names_are_not_cut_in_the_middle)
{
    struct cadre__module_conf many[20];
    const struct cadre__server_conf conf = {.module = many, .n_module = 20};
    char names[20][CADRE__CONF_NAME_MAX + 1], why[OPENAPI_WHY_SIZE];

    for (size_t i = 0; i < 20; i++) {
        snprintf(names[i], sizeof(names[i]), "%zu%s", i + 10, &LONG_NAME[2]);
        many[i] = (struct cadre__module_conf){.name = names[i]};
    }
    ck_assert_int_eq(openapi_find_module(&conf, names[19], why, sizeof(why)), 19);
    ck_assert_int_eq(openapi_find_module(&conf, LONG_NAME "more", why, sizeof(why)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "no module \"" LONG_NAME "...\": it has 10"));
    ck_assert_str_eq(why + strlen(why) - strlen("g23 and 4 more"), "g23 and 4 more");
}
END_TEST

START_TEST(a_document_is_printed_indented)
{
    static const char *const pieces[] = {"{\"a\":{},\"b\":[1,\"x:{,\\\"y", "\\\\\"],", "\"c\":[]}"};
    struct openapi *openapi = openapi_new(1);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    for (size_t i = 0; i < 3; i++) {
        struct cadre__msg_document piece = {.module = 1};

        snprintf(piece.text, sizeof(piece.text), "%s", pieces[i]);
        openapi_add(openapi, &piece);
        piece.module = 0; /* another's */
        openapi_add(openapi, &piece);
    }
    ck_assert_int_eq(openapi_print(openapi, out), 0);
    fclose(out);
    ck_assert_str_eq(text, "{\n  \"a\": {},\n  \"b\": [\n    1,\n    \"x:{,\\\"y\\\\\"\n  ],\n"
                           "  \"c\": []\n}\n");
    free(text);
    openapi_free(openapi);
}
END_TEST

START_TEST(a_document_that_did_not_come_is_not_printed)
{
    struct openapi *openapi = openapi_new(0);

    ck_assert_int_eq(openapi_print(openapi, stderr), -ENOMEM);
    openapi_free(openapi);
    openapi_free(NULL);
}
END_TEST

UNIT_MAIN("master/openapi", UNIT_CASE(a_file_is_told_from_a_name),
          UNIT_LOOP(a_conf_is_made_up_for_a_file, sizeof(confs) / sizeof(confs[0])),
          UNIT_LOOP(one_module_of_the_conf_is_meant, sizeof(choices) / sizeof(choices[0])),
          UNIT_CASE(many_modules_with_long_names_are_not_cut_in_the_middle),
          UNIT_CASE(a_document_is_printed_indented),
          UNIT_CASE(a_document_that_did_not_come_is_not_printed))
