/* SPDX-License-Identifier: MIT */
/* Middleware that a conf declares (api/conf_layers.c). */
#include "tests/unit/lib/api/typed_test.h"

#include "api/conf_layers.h"
#include "conf/tree.h"
#include <stdio.h>
#include <string.h>

static char told[1000];
static const struct cadre_conf *told_at;

static void on_wrong(void *arg, const struct cadre_conf *at, const char *text)
{
    size_t len = strlen(told);

    (void)arg;
    ck_assert_ptr_nonnull(at);
    told_at = at;
    snprintf(told + len, sizeof(told) - len, "%s: %s\n", cadre_conf_name(at), text);
}

/* A conf by its nodes: "name{" and "(" open, "}" closes, "name=text" is a string, "name" a number,
 * "name[" opens an array of which "=text" is an element. */
static struct cadre__conf_tree *make(const char *const *nodes)
{
    struct cadre__conf_builder *builder = cadre__conf_builder_new("");
    struct cadre__conf_tree *tree = NULL;
    char name[64];

    ck_assert_ptr_nonnull(builder);
    for (; *nodes != NULL; nodes++) {
        size_t len = strcspn(*nodes, "{}()[]=");
        char what = (*nodes)[len];

        snprintf(name, sizeof(name), "%.*s", (int)len, *nodes);
        if (what == '{')
            cadre__conf_builder_open(builder, CADRE_CONF_GROUP, name, NULL);
        else if (what == '(')
            cadre__conf_builder_open(builder, CADRE_CONF_LIST, name, NULL);
        else if (what == '[')
            cadre__conf_builder_open(builder, CADRE_CONF_ARRAY, name, NULL);
        else if (what == '=')
            cadre__conf_builder_string(builder, name, *nodes + len + 1, NULL);
        else if (what == '\0')
            cadre__conf_builder_int(builder, name, 7, NULL);
        else
            cadre__conf_builder_close(builder);
    }
    ck_assert_int_eq(cadre__conf_builder_finish(builder, &tree), 0);
    return tree;
}

struct made {
    struct cadre__conf_tree *tree;
    struct cadre__arena arena;
    const struct cadre_middleware *rows;
    int r;
};

static struct made make_layers(const char *const *nodes)
{
    struct made made = {.tree = make(nodes)};
    const struct cadre__conf_layers_source source = {
        .conf = cadre_conf_get(cadre__conf_tree_root(made.tree), "middleware"),
        .module = "shop",
        .mount = "/shop"};

    cadre__arena_init(&made.arena, 1024);
    made.r = cadre__conf_layers_make(&source, &made.arena, on_wrong, NULL, &made.rows);
    return made;
}

static void done(struct made *made)
{
    cadre__arena_done(&made->arena);
    cadre__conf_tree_free(made->tree);
}

#define NODES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

START_TEST(a_group_is_layers_in_its_order)
{
    struct made made = make_layers(NODES("middleware{", "security_headers{", "}", "rate_limit{",
                                         "requests=5", "key=header", "header=x-key", "}", "cors{",
                                         "allow_origins[", "=https://a.example", "]",
                                         "expose_headers[", "=X-A", "=X-B", "]", "}", "}"));
    const struct cadre_rate_limit_options *rate;
    const struct cadre_cors_options *cors;

    ck_assert_msg(made.r == 0, "%s", told);
    ck_assert_str_eq(made.rows[0].name, "security_headers");
    ck_assert_str_eq(made.rows[1].name, "rate_limit");
    ck_assert_str_eq(made.rows[2].name, "cors");
    ck_assert_ptr_eq(made.rows[2].type, &cadre_cors);
    ck_assert_ptr_null(made.rows[3].name);
    rate = made.rows[1].options;
    ck_assert_uint_eq(rate->requests, 5);
    ck_assert_uint_eq(rate->per_ms, 1000);
    ck_assert_int_eq(rate->key, CADRE_RATE_HEADER);
    ck_assert_str_eq(rate->header, "x-key");
    ck_assert_uint_eq(rate->ipv6_bits, 64);
    ck_assert_ptr_null(rate->name);
    cors = made.rows[2].options;
    ck_assert_uint_eq(cors->allow_origins.len, 1);
    ck_assert_str_eq(cors->allow_origins.items[0], "https://a.example");
    ck_assert_str_eq(cors->expose_headers.items[1], "X-B");
    ck_assert_uint_eq(cors->allow_methods.len, 0);
    ck_assert_uint_eq(cors->max_age_s, 600);
    done(&made);
}
END_TEST

START_TEST(a_list_may_have_one_twice)
{
    struct made made =
        make_layers(NODES("middleware(", "{", "time_limit{", "ms=5", "}", "}", "{", "time_limit{",
                          "ms=7", "}", "https_redirect{", "}", "}", ")"));
    const struct cadre_time_limit_options *limit;

    ck_assert_msg(made.r == 0, "%s", told);
    limit = made.rows[0].options;
    ck_assert_uint_eq(limit->ms, 5);
    limit = made.rows[1].options;
    ck_assert_uint_eq(limit->ms, 7);
    ck_assert_str_eq(made.rows[2].name, "https_redirect");
    ck_assert_ptr_null(made.rows[2].options);
    ck_assert_ptr_null(made.rows[3].name);
    done(&made);
}
END_TEST

START_TEST(without_any_there_is_no_table)
{
    struct made none = make_layers(NODES("other{", "}"));
    struct made empty = make_layers(NODES("middleware{", "}"));

    ck_assert(none.r == 0 && none.rows == NULL);
    ck_assert(empty.r == 0 && empty.rows == NULL);
    done(&none);
    done(&empty);
}
END_TEST

static const struct {
    const char *nodes[8];
    const char *told; /* with the name of the node where it is */
} wrong[] = {
    {{"middleware{", "corrs{", "}", "}"},
     "corrs: unknown middleware \"corrs\": did you mean "
     "\"cors\"?\n"},
    {{"middleware{", "frobnicate{", "}", "}"},
     "frobnicate: unknown middleware \"frobnicate\": "
     "there are cors, "},
    {{"middleware{", "cors{", "max_age_s=much", "}", "}"},
     "max_age_s: middleware \"cors\": setting \"max_age_s\": "},
    {{"middleware{", "cors{", "max_age=5", "}", "}"},
     "max_age: middleware \"cors\": unknown setting \"max_age\": did you mean \"max_age_s\"?\n"},
    {{"middleware{", "time_limit{", "}", "}"},
     "time_limit: middleware \"time_limit\": setting \"ms\": Field required\n"},
    {{"middleware{", "compress", "}"},
     "compress: middleware \"compress\": write its options as a group, compress: { "},
    {{"middleware{", "https_redirect{", "code=301", "}", "}"},
     "code: middleware \"https_redirect\": it takes no options\n"},
    /* what only its setup knows stands at the option */
    {{"middleware{", "networks{", "deny[", "=10.0.0.1/8", "]", "}", "}"},
     "deny: middleware \"networks\": deny: \"10.0.0.1/8\" is no network"},
    {{"middleware{", "networks{", "}", "}"},
     "networks: middleware \"networks\": neither allow nor deny"},
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
    struct made made = make_layers(wrong[_i].nodes);

    ck_assert_int_eq(made.r, -EINVAL);
    ck_assert_msg(strncmp(told, wrong[_i].told, strlen(wrong[_i].told)) == 0, "%s", told);
    done(&made);
}
END_TEST

START_TEST(all_that_is_wrong_is_told_at_once)
{
    struct made made = make_layers(NODES("middleware{", "corrs{", "}", "time_limit{", "ms=0", "}",
                                         "compress{", "gzip_level=10", "}", "}"));

    ck_assert_int_eq(made.r, -EINVAL);
    ck_assert_ptr_nonnull(strstr(told, "corrs: "));
    ck_assert_ptr_nonnull(strstr(told, "ms: middleware \"time_limit\""));
    ck_assert_ptr_nonnull(strstr(told, "gzip_level: middleware \"compress\""));
    done(&made);
}
END_TEST

UNIT_MAIN("api/conf_layers", UNIT_CASE(a_group_is_layers_in_its_order),
          UNIT_CASE(a_list_may_have_one_twice), UNIT_CASE(without_any_there_is_no_table),
          UNIT_LOOP(what_is_wrong_is_told_with_its_place, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_CASE(all_that_is_wrong_is_told_at_once))
