/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/plan.c and default.c: what tables become, and what nothing becomes. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "model/plan.h"
#include "tests/unit/unit.h"

enum color { RED, GREEN };
CADRE_ENUM_TYPE(colors, enum color, {"red", RED}, {"green", GREEN});

static int next_number;

static int count(struct cadre_arena *arena, void *value)
{
    ck_assert_ptr_nonnull(cadre_arena_alloc(arena, 8));
    *(int *)value = ++next_number;
    return 0;
}

static int no_default(struct cadre_arena *arena, void *value)
{
    (void)arena, (void)value;
    return -EIO;
}

struct options {
    int depth;
    const char *mode;
};
static const struct cadre_field options_fields[] = {
    CADRE_FIELD(struct options, depth, CADRE_DEFAULT(3)),
    CADRE_FIELD(struct options, mode, CADRE_DEFAULT("fast")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(options_model, struct options, options_fields);

struct node {
    int id;
    int64_t edge;
    uint64_t top;
    double ratio;
    bool flag;
    const char *name, *nothing, *must;
    struct cadre_opt_int maybe, must_maybe, never_null, preset;
    enum color color, other;
    struct cadre_date day;
    struct cadre_decimal price;
    int counted;
    CADRE_LIST_OF(int) list, none, primes;
    struct options options;
    struct options *more, *most;
    struct node *parent;
    CADRE_LIST_OF(struct node) children;
    int seen;
    struct cadre_fields_set set;
};
CADRE_MODEL_DECLARE(node_model, struct node);
static const struct cadre_field node_fields[] = {
    CADRE_FIELD(struct node, id),
    CADRE_FIELD(struct node, edge, CADRE_DEFAULT(INT64_MIN)),
    CADRE_FIELD(struct node, top, CADRE_DEFAULT(UINT64_MAX)),
    CADRE_FIELD(struct node, ratio, CADRE_DEFAULT(0.1), CADRE_GT(5)),
    CADRE_FIELD(struct node, flag, CADRE_DEFAULT(true)),
    CADRE_FIELD(struct node, name, CADRE_DEFAULT("x"), .alias = "title", .min_length = 5),
    CADRE_FIELD(struct node, nothing, .optional = true),
    CADRE_FIELD(struct node, must, .optional = true, .required = true),
    CADRE_FIELD(struct node, maybe),
    CADRE_FIELD(struct node, must_maybe, .required = true),
    CADRE_FIELD(struct node, never_null, .not_null = true),
    CADRE_FIELD(struct node, preset, CADRE_DEFAULT(9)),
    CADRE_ENUM(struct node, color, colors, CADRE_DEFAULT(GREEN)),
    CADRE_ENUM(struct node, other, colors, CADRE_DEFAULT("green")),
    CADRE_FIELD(struct node, day, CADRE_DEFAULT("2026-02-28")),
    CADRE_FIELD(struct node, price, CADRE_DEFAULT(1.5)),
    CADRE_FIELD(struct node, counted, .default_fn = count),
    CADRE_LIST(struct node, list, CADRE_DEFAULT_EMPTY),
    CADRE_LIST(struct node, none, .optional = true),
    CADRE_LIST(struct node, primes, CADRE_DEFAULT_JSON("[2, 3, 5]")),
    CADRE_OPT_NESTED(struct node, most, options_model, CADRE_DEFAULT_JSON("{\"depth\": 7}")),
    CADRE_NESTED(struct node, options, options_model, CADRE_DEFAULT_EMPTY),
    CADRE_OPT_NESTED(struct node, more, options_model, CADRE_DEFAULT_EMPTY),
    CADRE_OPT_NESTED(struct node, parent, node_model),
    CADRE_LIST_NESTED(struct node, children, node_model, CADRE_DEFAULT_EMPTY),
    CADRE_FIELD(struct node, seen, .read_only = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(node_model, struct node, node_fields, CADRE_SET_INTO(struct node, set));

static const struct cadre__plan *prepare(const struct cadre_model *model)
{
    const char *why;

    ck_assert_msg(cadre_model_prepare(model, &why) == 0, "%s", why);
    return cadre__plan_of(model);
}

static const struct cadre__member *member(const char *name)
{
    const struct cadre__plan *plan = prepare(&node_model);

    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (strcmp(plan->members[i].name.ptr, name) == 0)
            return &plan->members[i];
    }
    ck_abort_msg("no member %s", name);
    return NULL;
}

START_TEST(presence_is_told_apart)
{
    const struct {
        const char *name;
        bool is_required, is_nullable;
    } rows[] = {
        {"id", true, false},          {"edge", false, false},  {"nothing", false, true},
        {"must", true, true},         {"maybe", false, true},  {"must_maybe", true, true},
        {"never_null", false, false}, {"preset", false, true}, {"parent", false, true},
        {"seen", false, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(member(rows[i].name)->is_required == rows[i].is_required, "%s", rows[i].name);
        ck_assert_msg(member(rows[i].name)->is_nullable == rows[i].is_nullable, "%s", rows[i].name);
    }
    ck_assert(!member("seen")->in_input);
    ck_assert(member("seen")->in_output);
    ck_assert_str_eq(member("name")->key.ptr, "title");
}
END_TEST

START_TEST(nothing_becomes_the_defaults)
{
    const struct cadre__plan *plan = prepare(&node_model);
    struct cadre__arena arena;
    struct node node, other;

    memset(&node, 0, sizeof(node));
    memset(&other, 0, sizeof(other));
    cadre__arena_init(&arena, 1024);
    ck_assert_int_eq(cadre__plan_defaults(plan, &arena, &node), 0);
    ck_assert_int_eq(cadre__plan_defaults(plan, &arena, &other), 0);
    ck_assert_int_eq(node.edge, INT64_MIN);
    ck_assert(node.top == UINT64_MAX);
    ck_assert(node.ratio == 0.1);
    ck_assert(node.flag);
    ck_assert_str_eq(node.name, "x");
    ck_assert_ptr_null(node.nothing);
    ck_assert_int_eq(node.maybe.given, CADRE_ABSENT);
    ck_assert_int_eq(node.preset.value, 9);
    ck_assert_int_eq(node.preset.given, CADRE_ABSENT);
    ck_assert_int_eq(node.color, GREEN);
    ck_assert_int_eq(node.other, GREEN);
    ck_assert_int_eq(node.day.day, 28);
    ck_assert_str_eq(node.price.text, "1.5");
    ck_assert_int_eq(node.counted, 1);
    ck_assert_int_eq(other.counted, 2);
    ck_assert_ptr_nonnull(node.list.items);
    ck_assert_uint_eq(node.list.len, 0);
    ck_assert_ptr_null(node.none.items);
    ck_assert_int_eq(node.options.depth, 3);
    ck_assert_str_eq(node.options.mode, "fast");
    ck_assert_ptr_nonnull(node.more);
    ck_assert_int_eq(node.more->depth, 3);
    ck_assert_ptr_ne(node.more, other.more);
    ck_assert_ptr_null(node.parent);
    ck_assert_uint_eq(node.primes.len, 3);
    ck_assert_int_eq(node.primes.items[2], 5);
    ck_assert_int_eq(node.most->depth, 7);
    ck_assert_str_eq(node.most->mode, "fast");
    ck_assert_ptr_eq(node.most, other.most);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(a_model_may_hold_itself)
{
    const struct cadre__plan *plan = prepare(&node_model);

    ck_assert_ptr_eq(member("parent")->type.model, plan);
    ck_assert_ptr_eq(member("children")->type.items->model, plan);
    ck_assert_ptr_eq(member("options")->type.model, cadre__plan_of(&options_model));
    ck_assert_str_eq(plan->name, "node");
}
END_TEST

START_TEST(what_was_given_is_noted)
{
    const struct cadre__plan *plan = prepare(&node_model);
    struct node node;

    memset(&node, 0, sizeof(node));
    cadre__member_given(plan, member("maybe"), &node, CADRE_GIVEN);
    cadre__member_given(plan, member("preset"), &node, CADRE_NULL);
    ck_assert_int_eq(node.maybe.given, CADRE_GIVEN);
    ck_assert_int_eq(node.preset.given, CADRE_NULL);
    ck_assert(cadre_is_set(&node.set, member("maybe")->index));
    ck_assert(cadre_is_set(&node.set, member("preset")->index));
    ck_assert(!cadre_is_set(&node.set, member("id")->index));
    ck_assert(!cadre_is_set(&node.set, 128));
}
END_TEST

struct failing {
    int n;
};
static const struct cadre_field failing_fields[] = {
    CADRE_FIELD(struct failing, n, .default_fn = no_default), CADRE_FIELDS_END};
CADRE_MODEL(failing_model, struct failing, failing_fields);

START_TEST(a_default_that_cannot_be_made_says_so)
{
    const struct cadre__plan *plan = prepare(&failing_model);
    struct cadre__arena arena;
    struct failing failing = {0};

    cadre__arena_init(&arena, 256);
    ck_assert_int_eq(cadre__plan_defaults(plan, &arena, &failing), -EIO);
    cadre__arena_done(&arena);
}
END_TEST

/* As a module of older headers would have it: rows that end earlier. */
START_TEST(rows_of_older_headers_are_shorter)
{
    const size_t size = offsetof(struct cadre_field, source);
    static const struct cadre__plan *slot;
    char table[2 * sizeof(struct cadre_field)];
    struct cadre_field row = CADRE_FIELD(struct failing, n, CADRE_DEFAULT(4));
    struct failing failing = {0};
    struct cadre__arena arena;

    memset(table, 0, sizeof(table));
    memcpy(table, &row, size);
    struct cadre_model model = failing_model;
    model.field_size = (uint32_t)size;
    model.fields = (const struct cadre_field *)(const void *)table;
    model.plan = &slot;
    const struct cadre__plan *plan = prepare(&model);
    ck_assert_uint_eq(plan->n_members, 1);
    cadre__arena_init(&arena, 256);
    ck_assert_int_eq(cadre__plan_defaults(plan, &arena, &failing), 0);
    ck_assert_int_eq(failing.n, 4);
    cadre__arena_done(&arena);
}
END_TEST

static void *make(void *arg)
{
    const char *why;

    (void)arg;
    return cadre_model_prepare(&node_model, &why) == 0 ? (void *)(uintptr_t)*node_model.plan : NULL;
}

START_TEST(threads_that_come_at_once_get_one_plan)
{
    pthread_t threads[4];
    void *plans[4];

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make, NULL), 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], &plans[i]), 0);
    ck_assert_ptr_nonnull(plans[0]);
    for (int i = 1; i < 4; i++)
        ck_assert_ptr_eq(plans[i], plans[0]);
}
END_TEST

UNIT_MAIN("model/plan", UNIT_CASE(presence_is_told_apart), UNIT_CASE(nothing_becomes_the_defaults),
          UNIT_CASE(a_model_may_hold_itself), UNIT_CASE(what_was_given_is_noted),
          UNIT_CASE(a_default_that_cannot_be_made_says_so),
          UNIT_CASE(rows_of_older_headers_are_shorter),
          UNIT_CASE(threads_that_come_at_once_get_one_plan))
