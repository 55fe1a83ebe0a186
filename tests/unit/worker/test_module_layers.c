/* SPDX-License-Identifier: MIT */
/* Middleware by conf, where a module is loaded and where none is (worker/module_layers.c). */
#include "tests/unit/unit.h"

#include "conf/tree.h"
#include "worker/module_layers.h"
#include <cadre/cors.h>
#include <cadre/guards.h>

/* A group of one layer, which has one option; it stands in shop.conf, line 7. */
static struct cadre__conf_tree *make(const char *layer, const char *option, const char *value)
{
    const struct cadre__conf_origin_info info = {.file = "shop.conf", .line = 7};
    struct cadre__conf_builder *builder = cadre__conf_builder_new("shop.conf");
    struct cadre__conf_tree *tree = NULL;

    ck_assert_ptr_nonnull(builder);
    cadre__conf_builder_open(builder, CADRE_CONF_GROUP, layer, &info);
    cadre__conf_builder_string(builder, option, value, &info);
    cadre__conf_builder_close(builder);
    ck_assert_int_eq(cadre__conf_builder_finish(builder, &tree), 0);
    return tree;
}

START_TEST(a_good_one_is_a_table)
{
    struct cadre__conf_tree *tree = make("time_limit", "ms", "50");
    const struct cadre__module_conf conf = {
        .name = "shop", .mount = "/", .middleware = cadre__conf_tree_root(tree)};
    const struct cadre_time_limit_options *options;
    const struct cadre_middleware *rows;
    struct cadre__conf_errors errors;
    struct cadre__arena arena;

    cadre__arena_init(&arena, 1024);
    cadre__conf_errors_init(&errors);
    ck_assert_int_eq(module_layers_make(&conf, &errors, &arena, &rows), 0);
    ck_assert_uint_eq(cadre__conf_errors_count(&errors), 0);
    ck_assert_ptr_eq(rows[0].type, &cadre_time_limit);
    options = rows[0].options;
    ck_assert_uint_eq(options->ms, 50);
    ck_assert_ptr_null(rows[1].name);
    cadre__conf_errors_done(&errors);
    cadre__arena_done(&arena);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(a_wrong_one_is_told_with_module_and_place)
{
    struct cadre__conf_tree *tree = make("time_limit", "millis", "50");
    const struct cadre__module_conf conf = {
        .name = "shop", .mount = "/", .middleware = cadre__conf_tree_root(tree)};
    struct cadre__conf_errors errors;
    char text[400];

    cadre__conf_errors_init(&errors);
    ck_assert_int_eq(module_layers_check(&conf, &errors), 0);
    ck_assert_uint_eq(cadre__conf_errors_count(&errors), 2); /* and there is no `ms` */
    cadre__conf_errors_format(&errors, 0, text, sizeof(text));
    ck_assert_str_eq(text, "shop.conf:7: module \"shop\": middleware \"time_limit\": unknown "
                           "setting \"millis\": it knows ms");
    cadre__conf_errors_done(&errors);
    cadre__conf_tree_free(tree);
}
END_TEST

UNIT_MAIN("worker/module_layers", UNIT_CASE(a_good_one_is_a_table),
          UNIT_CASE(a_wrong_one_is_told_with_module_and_place))
