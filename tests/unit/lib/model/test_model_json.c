/* SPDX-License-Identifier: MIT */
/* JSON by hand, as authors of modules read and write it. */
#include "config.h"

#include <cadre/model_json.h>

#include "json_check.h"

START_TEST(authors_have_it_in_one_call)
{
    struct cadre_arena *own = cadre_arena_new();
    struct line line = {.count = 99};
    const char *problems = NULL;
    struct cadre_str json;

    ck_assert_int_eq(cadre_model_from_json(&line_model,
                                           CADRE_STR("{\"product\":\"tea\",\"count\":2}"), own,
                                           &line, &problems),
                     0);
    ck_assert_ptr_null(problems);
    ck_assert_int_eq(cadre_model_to_json(&line_model, &line, 0, own, &json), 0);
    ck_assert_str_eq(json.ptr, "{\"product\":\"tea\",\"count\":2}");
    ck_assert_uint_eq(json.len, strlen(json.ptr));
    ck_assert_int_eq(
        cadre_model_from_json(&line_model, CADRE_STR("{\"count\":2}"), own, &line, &problems),
        -EINVAL);
    ck_assert_str_eq(problems, "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"product\"],\"msg\":"
                               "\"Field required\",\"input\":{\"count\":2}}]}");
    ck_assert_int_eq(cadre_model_from_json(&line_model, CADRE_STR("{"), own, &line, NULL), -EINVAL);
    ck_assert_int_eq(cadre_model_from_json(&line_model, CADRE_STR("\"\xff\""), own, &line, NULL),
                     -EILSEQ);
    cadre_arena_free(own);
}
END_TEST

static int silent_before(struct cadre_validation *v, struct cadre_input *input)
{
    (void)v;
    if (input->text.len == 2)
        return -EINVAL;
    input->text = CADRE_STR("{no JSON");
    return 0;
}
CADRE_MODEL(silent_model, struct closed, closed_fields, .before = silent_before);

START_TEST(there_are_problems_whenever_it_is_wrong)
{
    struct cadre_arena *own = cadre_arena_new();
    struct closed closed;
    const char *problems = NULL;

    ck_assert_int_eq(cadre_model_from_json(&silent_model, CADRE_STR("{}"), own, &closed, &problems),
                     -EINVAL);
    ck_assert_ptr_nonnull(problems);
    ck_assert_str_eq(problems, "{\"detail\":[]}");
    problems = NULL;
    ck_assert_int_eq(
        cadre_model_from_json(&silent_model, CADRE_STR("{\"a\":1}"), own, &closed, &problems),
        -EINVAL);
    ck_assert_ptr_nonnull(problems);
    ck_assert_ptr_nonnull(strstr(problems, "\"json_invalid\""));
    cadre_arena_free(own);
}
END_TEST

START_TEST(a_model_that_is_wrong_is_told_as_such)
{
    static const struct cadre_field bad_fields[] = {
        CADRE_FIELD(struct line, count, CADRE_GT(1), CADRE_LT(1)), CADRE_FIELDS_END};
    static const struct cadre__plan *none;
    const struct cadre_model bad = {.size = sizeof(bad),
                                    .field_size = sizeof(struct cadre_field),
                                    .type = "struct line",
                                    .symbol = "bad",
                                    .file = __FILE__,
                                    .struct_size = sizeof(struct line),
                                    .fields = bad_fields,
                                    .plan = &none};
    struct cadre_arena *own = cadre_arena_new();
    struct line line = {.count = 1};
    struct cadre_str json;

    ck_assert_int_eq(cadre_model_from_json(&bad, CADRE_STR("{}"), own, &line, NULL), -ENOEXEC);
    ck_assert_int_eq(cadre_model_to_json(&bad, &line, 0, own, &json), -ENOEXEC);
    cadre_arena_free(own);
}
END_TEST

START_TEST(what_cannot_be_written_is_an_error)
{
    struct cadre_arena *own = cadre_arena_new();
    struct owner owner = {.pet = {.kind = 7}};
    struct node ring = {&ring};
    struct cadre_str json;

    ck_assert_int_eq(cadre_model_to_json(&owner_model, &owner, 0, own, &json), -EINVAL);
    ck_assert_int_eq(cadre_model_to_json(&node_model, &ring, 0, own, &json), -ELOOP);
    cadre_arena_free(own);
}
END_TEST

UNIT_MAIN("model/model_json", UNIT_CASE(authors_have_it_in_one_call),
          UNIT_CASE(there_are_problems_whenever_it_is_wrong),
          UNIT_CASE(a_model_that_is_wrong_is_told_as_such),
          UNIT_CASE(what_cannot_be_written_is_an_error))
