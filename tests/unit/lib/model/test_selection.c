/* SPDX-License-Identifier: MIT */
/* Which fields are written, by their names (model/selection.c), and how the writer keeps to it. */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>

#include "choice_models.h"
#include "json_models.h"
#include "model/json_read.h"
#include "model/json_write.h"
#include "model/selection.h"

static struct cadre__arena arena;
static struct cadre__buf out, why;

static const struct cadre__plan *plan_of(const struct cadre_model *model)
{
    const char *wrong = "";

    if (!arena.chunk_bytes)
        cadre__arena_init(&arena, 4096);
    ck_assert_msg(cadre_model_prepare(model, &wrong) == 0, "%s", wrong);
    return cadre__plan_of(model);
}

static void check(const struct cadre_model *model, const char *json, struct cadre_selected selected,
                  const char *wanted)
{
    const struct cadre__plan *plan = plan_of(model);
    static struct cadre_validation validation;
    const struct cadre__selection *selection;
    void *object = cadre__arena_calloc(&arena, plan->size);

    validation = (struct cadre_validation){.arena = &arena};
    ck_assert_int_eq(cadre__json_read_model(&validation, plan, cadre_str_from(json), NULL, object),
                     0);
    ck_assert_int_eq(cadre__selection_make(plan, &selected, &arena, &why, &selection), 0);
    cadre__buf_clear(&out);
    ck_assert_int_eq(cadre__json_write_selected(plan, object, 0, selection, &arena, &out), 0);
    ck_assert_str_eq(cadre__buf_text(&out), wanted);
    ck_assert_uint_eq(why.len, 0);
}

static const struct {
    struct cadre_selected selected;
    const char *wanted; /* of an order */
} orders[] = {
    {{CADRE_NAMES("id"), NULL}, "{\"id\":42}"},
    {{CADRE_NAMES("total", "id"), NULL}, "{\"id\":42,\"total\":99.5}"},
    {{CADRE_NAMES("id", "total"), CADRE_NAMES("id")}, "{\"total\":99.5}"},
    {{CADRE_NAMES("id"), CADRE_NAMES("id")}, "{}"},
    {{CADRE_NAMES(NULL), NULL}, "{}"},
    {{CADRE_NAMES("address.city"), NULL}, "{\"address\":{\"city\":\"K\xc3\xb6ln\"}}"},
    {{CADRE_NAMES("address", "address.city"), NULL},
     "{\"address\":{\"city\":\"K\xc3\xb6ln\",\"street\":null}}"},
    {{CADRE_NAMES("delivery"), CADRE_NAMES("delivery.street")},
     "{\"delivery\":{\"city\":\"Bonn\"}}"},
    {{CADRE_NAMES("address.city", "address.street"), CADRE_NAMES("address.city")},
     "{\"address\":{\"street\":null}}"},
    {{CADRE_NAMES("lines.count"), NULL}, "{\"lines\":[{\"count\":2},{\"count\":1}]}"},
    {{CADRE_NAMES("lines"), CADRE_NAMES("lines.product")},
     "{\"lines\":[{\"count\":2},{\"count\":1}]}"},
    {{CADRE_NAMES("pet.barks"), NULL}, "{\"pet\":{\"pet_type\":\"dog\",\"barks\":3}}"},
    {{CADRE_NAMES("pet.lives"), NULL}, "{\"pet\":{\"pet_type\":\"dog\"}}"},
    {{CADRE_NAMES("pet"), CADRE_NAMES("pet.barks")}, "{\"pet\":{\"pet_type\":\"dog\"}}"},
    {{CADRE_NAMES("note", "discount"), NULL}, "{\"note\":null,\"discount\":null}"},
    {{CADRE_NAMES("extra"), NULL}, "{\"extra\":{\"a\": [1, 2,null]}}"},
    {{NULL, CADRE_NAMES("customer", "total", "color", "note", "discount", "lines", "tags", "matrix",
                        "prices", "address", "delivery", "pet", "extra")},
     "{\"id\":42}"},
};

START_TEST(only_what_is_named_is_written)
{
    check(&order_model, ORDER_JSON, orders[_i].selected, orders[_i].wanted);
}
END_TEST

/* Fields that were not known when it was read have names too. */
struct open_end {
    int a;
    struct cadre_extra rest;
};
static const struct cadre_field open_end_fields[] = {
    CADRE_FIELD(struct open_end, a),
    CADRE_FIELDS_END,
};
CADRE_MODEL(open_end_model, struct open_end, open_end_fields,
            CADRE_EXTRA_INTO(struct open_end, rest));

START_TEST(fields_that_are_kept_are_named_alike)
{
    static const char json[] = "{\"a\":1,\"b\":2,\"c\":3}";

    check(&open_end_model, json, (struct cadre_selected){CADRE_NAMES("b"), NULL}, "{\"b\":2}");
    check(&open_end_model, json, (struct cadre_selected){NULL, CADRE_NAMES("b")},
          "{\"a\":1,\"c\":3}");
    check(&open_end_model, json, (struct cadre_selected){NULL, CADRE_NAMES("a")},
          "{\"b\":2,\"c\":3}");
}
END_TEST

/* A field whose value cannot be made. */
struct half {
    int a;
};
static int fail_to_make(struct cadre_arena *own, const void *object, void *value)
{
    (void)own;
    (void)object;
    (void)value;
    return -EDOM;
}
static const struct cadre_field half_fields[] = {
    CADRE_FIELD(struct half, a),
    CADRE_COMPUTED(b, const char *, fail_to_make),
    CADRE_FIELDS_END,
};
CADRE_MODEL(half_model, struct half, half_fields);

START_TEST(what_is_left_out_is_not_computed)
{
    check(&half_model, "{\"a\":1}", (struct cadre_selected){NULL, CADRE_NAMES("b")}, "{\"a\":1}");
    check(&half_model, "{\"a\":1}", (struct cadre_selected){CADRE_NAMES("a"), NULL}, "{\"a\":1}");
}
END_TEST

START_TEST(of_a_union_each_choice_has_its_names)
{
    struct cadre_selected name = {CADRE_NAMES("v.name"), NULL};
    struct cadre_selected no_lives = {NULL, CADRE_NAMES("v.lives")};

    check(&kitten_puppy, "{\"v\":{\"name\":\"a\",\"lives\":1}}", name, "{\"v\":{\"name\":\"a\"}}");
    check(&kitten_puppy, "{\"v\":{\"name\":\"a\",\"barks\":true}}", name,
          "{\"v\":{\"name\":\"a\"}}");
    check(&kitten_puppy, "{\"v\":{\"name\":\"a\",\"barks\":true}}", no_lives,
          "{\"v\":{\"name\":\"a\",\"barks\":true}}");
    check(&kittens_puppies, "{\"v\":[{\"name\":\"a\",\"barks\":true}]}", name,
          "{\"v\":[{\"name\":\"a\"}]}");
    check(&bounded, "{\"v\":{\"name\":\"a\"}}", no_lives, "{\"v\":{\"name\":\"a\"}}");
    check(&bounded, "{\"v\":7}", no_lives, "{\"v\":7}");
}
END_TEST

START_TEST(a_name_that_no_choice_has_is_refused)
{
    const struct cadre__selection *selection;
    struct cadre_selected wings = {CADRE_NAMES("v.wings"), NULL};

    ck_assert_int_eq(
        cadre__selection_make(plan_of(&kitten_puppy), &wings, &arena, &why, &selection), -EINVAL);
    ck_assert_str_eq(cadre__buf_text(&why), "\"v.wings\": model \"puppy\" has no field \"wings\"");
    cadre__buf_clear(&why);
    ck_assert_int_eq(cadre__selection_make(plan_of(&int_str), &wings, &arena, &why, &selection),
                     -EINVAL);
    ck_assert_str_eq(cadre__buf_text(&why),
                     "\"v.wings\": the field \"v\" of model \"picked\" has no fields");
}
END_TEST

START_TEST(nothing_named_is_no_selection)
{
    const struct cadre__selection *selection;

    ck_assert_int_eq(cadre__selection_make(plan_of(&order_model),
                                           &(struct cadre_selected){NULL, NULL}, &arena, &why,
                                           &selection),
                     0);
    ck_assert_ptr_null(selection);
    ck_assert_int_eq(cadre__selection_make(plan_of(&order_model),
                                           &(struct cadre_selected){NULL, CADRE_NAMES(NULL)},
                                           &arena, &why, &selection),
                     0);
    ck_assert_ptr_null(selection);
}
END_TEST

static const struct {
    struct cadre_selected selected;
    const char *why;
} wrongs[] = {
    {{CADRE_NAMES("it"), NULL}, "\"it\": model \"order\" has no field \"it\""},
    {{CADRE_NAMES(""), NULL}, "\"\": model \"order\" has no field \"\""},
    {{CADRE_NAMES("id", "custmer"), NULL},
     "\"custmer\": model \"order\" has no field \"custmer\", but \"customer\""},
    {{NULL, CADRE_NAMES("address.town")},
     "\"address.town\": model \"address\" has no field \"town\""},
    {{NULL, CADRE_NAMES("address.")}, "\"address.\": model \"address\" has no field \"\""},
    {{NULL, CADRE_NAMES("tags.0")},
     "\"tags.0\": the field \"tags\" of model \"order\" has no fields"},
    {{NULL, CADRE_NAMES("pet.wings")}, "\"pet.wings\": model \"dog\" has no field \"wings\""},
};

START_TEST(an_unknown_name_is_refused)
{
    const struct cadre__selection *selection;

    ck_assert_int_eq(cadre__selection_make(plan_of(&order_model), &wrongs[_i].selected, &arena,
                                           &why, &selection),
                     -EINVAL);
    ck_assert_str_eq(cadre__buf_text(&why), wrongs[_i].why);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

UNIT_MAIN("model/selection", UNIT_LOOP(only_what_is_named_is_written, COUNT(orders)),
          UNIT_CASE(fields_that_are_kept_are_named_alike),
          UNIT_CASE(what_is_left_out_is_not_computed), UNIT_CASE(nothing_named_is_no_selection),
          UNIT_CASE(of_a_union_each_choice_has_its_names),
          UNIT_CASE(a_name_that_no_choice_has_is_refused),
          UNIT_LOOP(an_unknown_name_is_refused, COUNT(wrongs)))
