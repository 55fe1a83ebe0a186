/* SPDX-License-Identifier: MIT */
/* What a row says of its answers, where that contradicts itself (api/plan_response.c). What the
 * rest of it does is in test_respond.c. */
#include "tests/unit/lib/api/typed_test.h"

struct owner {
    const char *name;
};
static const struct cadre_field owner_fields[] = {
    CADRE_FIELD(struct owner, name),
    CADRE_FIELDS_END,
};
CADRE_MODEL(owner_model, struct owner, owner_fields);

struct item {
    int price;
    struct owner owner;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, price),
    CADRE_NESTED(struct item, owner, owner_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

static const struct cadre_field bad_fields[] = {
    CADRE_FIELD(struct item, price, CADRE_GT(2), CADRE_LT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(bad_model, struct item, bad_fields);

static int answer(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static const struct {
    struct cadre_route row;
    const char *why;
} rows[] = {
    {CADRE_GET("/x", answer, .respond_include = CADRE_NAMES("price")),
     "it names fields to be written, but no `.response` that has them"},
    {CADRE_GET("/x", answer, .response = &item_model, .respond_include = CADRE_NAMES("prize")),
     "of the fields to be written, \"prize\": model \"item\" has no field \"prize\", but "
     "\"price\""},
    {CADRE_GET("/x", answer, .response = &item_model, .respond_exclude = CADRE_NAMES("owner.age")),
     "of the fields to be written, \"owner.age\": model \"owner\" has no field \"age\""},
    {CADRE_GET("/x", answer, .response = &item_model, .respond_exclude = CADRE_NAMES("price.net")),
     "of the fields to be written, \"price.net\": the field \"price\" of model \"item\" has no "
     "fields"},
    {CADRE_GET("/x", answer,
               .responses = CADRE_RESPONSES({404, "a", NULL, NULL}, {404, "b", NULL, NULL})),
     "response 404 is there twice"},
    {CADRE_GET("/x", answer, .responses = CADRE_RESPONSES({40, "a", NULL, NULL})),
     "response 40: a status has three digits, 100 to 599"},
};

START_TEST(a_contradiction_is_refused_with_the_place)
{
    typed_refused(rows[_i].row, rows[_i].why);
}
END_TEST

START_TEST(the_model_of_a_further_response_is_checked)
{
    const struct cadre_response responses[] = {{404, NULL, &bad_model, NULL}, {.status = 0}};
    const struct cadre_route row = CADRE_GET("/x", answer, .responses = responses);
    const char *why = "";

    ck_assert_int_eq(cadre_model_prepare(&bad_model, &why), -EINVAL);
    typed_refused(row, why);
}
END_TEST

/* --- of a mount --- */

static const struct cadre_field brief_fields[] = {
    CADRE_FIELD(struct item, price),
    CADRE_FIELDS_END,
};
CADRE_MODEL(brief_model, struct item, brief_fields);

static int answer_404(struct cadre_request *req)
{
    const struct item item = {.price = 3, .owner = {"Anna"}};

    return cadre_respond_as(req, 404, &item_model, &item);
}

static const struct cadre_route mounted[] = {
    CADRE_GET("/mounts", answer_404),
    CADRE_GET("/own", answer_404, .responses = CADRE_RESPONSES({404, NULL, &item_model})),
    CADRE_ROUTES_END,
};
static const struct cadre_route around[] = {
    CADRE_MOUNT("/m", mounted, .responses = CADRE_RESPONSES({404, NULL, &brief_model})),
    CADRE_ROUTES_END,
};
static const struct typed_row answers[] = {
    {.target = "/m/mounts", .status = 404, .answer = "{\"price\":3}"},
    {.target = "/m/own", .status = 404, .answer = "{\"price\":3,\"owner\":{\"name\":\"Anna\"}}"},
};

START_TEST(an_answer_is_checked_by_what_a_mount_says)
{
    typed_check(around, &answers[_i]);
}
END_TEST

UNIT_MAIN("api/plan_response",
          UNIT_LOOP(a_contradiction_is_refused_with_the_place, TYPED_COUNT(rows)),
          UNIT_CASE(the_model_of_a_further_response_is_checked),
          UNIT_LOOP(an_answer_is_checked_by_what_a_mount_says, TYPED_COUNT(answers)))
